"""Who may see and do what with an audit; all stand on the grants of the day (DESIGN §2, audits).

The verbs enforce separation once more; these spare people the refusal.
"""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from audits.models import Audit, AuditGrant, AuditMember, AuditSubject, Finding
from audits.workflow import AuditStatus
from procedures.models import Procedure
from procedures.permissions import reader_agencies, visible_procedures
from qms.foundation.dates import today, valid_on
from qms.organisation.models import Post, Unit, has_role, held_objects, roles_of, units_of
from qms.organisation.roles import Role

_ANSWERABLE = frozenset({AuditStatus.NOTIFIED, AuditStatus.UNDER_WAY})
# Who sees audits while they are planned: those who plan, sign, number, audit or check.
_TRUSTED = (Role.ISO_SECRETARY, Role.LEADER, Role.CLERK, Role.EXTERNAL_CHECKER)
# Who sees all findings of an audit once its closing meeting is held.
_WATCHING = (Role.ISO_SECRETARY, Role.LEADER, Role.EXTERNAL_CHECKER)


def auditor_agencies(user: Any, *, on: dt.date | None = None) -> QuerySet[Unit]:
    """Return the agencies whose internal auditor `user` is, granted on it or on a part of it."""
    wanted = Q(pk__in=[])
    for role, path in roles_of(user, on=on):
        if role == Role.INTERNAL_AUDITOR:
            ids = [int(part) for part in path.split("/") if part]
            wanted |= Q(path__startswith=path) | Q(pk__in=ids)
    return Unit.objects.agencies().filter(wanted)


def _is_auditor(user: Any, agency: Unit, *, on: dt.date | None) -> bool:
    above = agency.path or ""
    return any(
        role == Role.INTERNAL_AUDITOR and (path.startswith(above) or above.startswith(path))
        for role, path in roles_of(user, on=on)
    )


def visible_audits(user: Any, *, on: dt.date | None = None) -> QuerySet[Audit]:
    """Return the audits that `user` may see on the day (None: today).

    All of the agency: its secretary, leaders, văn thư, internal auditors, checkers from outside.
    Members see theirs. Whoever reads the agency's documents sees an audit from its notification
    on. Somebody from outside sees the audit granted to them, for its dates.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Audit.objects.none()
    day = on or today()
    wanted = Q(agency__in=auditor_agencies(user, on=day))
    for role in _TRUSTED:
        wanted |= Q(agency__in=units_of(user, role, on=day))
    mine = AuditMember.objects.filter(
        audit=OuterRef("pk"), person=user, removed_at=None, is_outside=False
    )
    told = Q(notified_on__isnull=False, agency__in=reader_agencies(user, on=day))
    granted = Q(pk__in=AuditGrant.objects.held_by(user, on=day).values("content_object"))
    return Audit.objects.filter(wanted | Exists(mine) | told | granted)


def membership(user: Any, audit: Audit, *, on: dt.date | None = None) -> AuditMember | None:
    """Return the place of `user` in the team; of somebody from outside for the granted days."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return None
    member = audit.members.filter(person=user, removed_at=None).first()
    if member and member.is_outside:
        held = held_objects(user, AuditGrant, on=on or today())
        return member if audit.pk in held else None
    return member


def is_lead(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    member = membership(user, audit, on=on)
    return member is not None and member.role == AuditMember.Role.LEAD


def can_plan(user: Any, agency: Unit | None = None, *, on: dt.date | None = None) -> bool:
    """Plans audits of the agency (None: of any): its secretary."""
    return has_role(user, Role.ISO_SECRETARY, unit=agency, on=on)


def can_manage(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Sees to scope, team, timetable and meetings: the secretary or the lead, while open."""
    return audit.is_changeable and (
        can_plan(user, audit.agency, on=on) or is_lead(user, audit, on=on)
    )


def can_cancel(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Gives an open audit up: the secretary."""
    return audit.is_changeable and can_plan(user, audit.agency, on=on)


def can_number_team(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Enters number and date of the quyết định thành lập đoàn: văn thư or secretary."""
    return audit.is_changeable and has_role(
        user, Role.CLERK, Role.ISO_SECRETARY, unit=audit.agency, on=on
    )


def can_countersign(user: Any, member: AuditMember, *, on: dt.date | None = None) -> bool:
    """Bears a doubt of independence: a leader of the agency, never about themself."""
    return (
        member.audit.is_changeable
        and member.removed_at is None
        and member.person_id != user.pk
        and has_role(user, Role.LEADER, unit=member.audit.agency, on=on)
    )


def can_answer(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Fills in the checklist: an auditing member, once notified, until the report is signed."""
    if audit.status not in _ANSWERABLE or audit.is_signed:
        return False
    member = membership(user, audit, on=on)
    return member is not None and member.is_auditing


def can_read_original(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Opens photos as they were taken, with place and device: the team alone."""
    return membership(user, audit, on=on) is not None


def unread_procedures(user: Any, audit: Audit, *, on: dt.date | None = None) -> frozenset[int]:
    """Return the keys of the restricted procedures in `audit` of which it tells `user` nothing.

    The team reads what it audits; everybody else as much of it as of the procedures themselves.
    """
    if membership(user, audit, on=on) is not None:
        return frozenset()
    audited = AuditSubject.objects.filter(audit=audit).order_by().values("procedure")
    restricted = Procedure.objects.filter(is_restricted=True, pk__in=audited)
    read = visible_procedures(user).order_by().values("pk")
    return frozenset(restricted.exclude(pk__in=read).values_list("pk", flat=True))


# --- findings ---


def _unit_paths(user: Any, *, on: dt.date) -> tuple[set[str], set[str]]:
    """Return the paths of units `user` belongs to, and of those `user` heads with all below."""
    posts = Post.objects.filter(valid_on(on), person=user)
    belongs = {path or "" for path in posts.values_list("unit__path", flat=True)}
    heads = set()
    for role, path in roles_of(user, on=on):
        if role != Role.SYSTEM_ADMIN:
            belongs.add(path)
        if role in (Role.UNIT_HEAD, Role.LEADER):
            heads.add(path)
    return belongs, heads


def visible_findings(user: Any, audit: Audit, *, on: dt.date | None = None) -> QuerySet[Finding]:
    """Return the findings of `audit` that `user` may see on the day.

    Drafts are the team's. From the closing meeting on secretary, leaders, internal auditors and
    checkers see all that stand, but for those on a procedure that they may not read; people of a
    unit those of their unit, nobody else any.
    """
    if membership(user, audit, on=on) is not None:
        return audit.findings.all()
    if audit.closing_held_on is None or not getattr(user, "is_authenticated", False):
        return audit.findings.none()
    standing = audit.findings.filter(withdrawn_at=None)
    if has_role(user, *_WATCHING, unit=audit.agency, on=on) or _is_auditor(
        user, audit.agency, on=on
    ):
        unread = unread_procedures(user, audit, on=on)
        # An exclusion would leave out what names no version, too.
        named = Q(version=None) | ~Q(version__procedure__in=unread)
        return standing.filter(named | _of_unit(user, on=on)) if unread else standing
    if not user.is_active:
        return audit.findings.none()
    return standing.filter(_of_unit(user, on=on))


def _of_unit(user: Any, *, on: dt.date | None) -> Q:
    """Return the condition that a finding is on a unit where `user` works, or that they head."""
    belongs, heads = _unit_paths(user, on=on or today())
    theirs = Q(unit__path__in=belongs)
    for path in heads:
        theirs |= Q(unit__path__startswith=path)
    return theirs


def can_grade(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Says how grave a finding is: the lead, until the report is signed."""
    return audit.is_changeable and is_lead(user, audit, on=on)


def can_respond(user: Any, finding: Finding, *, on: dt.date | None = None) -> bool:
    """Accepts or contests a finding for the unit: its head, a leader over it, or who works there.

    After the closing meeting, until the report is signed; never somebody of the team.
    """
    audit = finding.audit
    if audit.closing_held_on is None or not audit.is_changeable:
        return False
    if finding.withdrawn_at is not None or membership(user, audit, on=on) is not None:
        return False
    if has_role(user, Role.UNIT_HEAD, Role.LEADER, unit=finding.unit, on=on):
        return True
    posts = Post.objects.filter(valid_on(on or today()), person=user, unit=finding.unit)
    return bool(user.is_active) and posts.exists()


# --- the report ---


def leads_agency(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Signs for the agency: one of its leaders."""
    return has_role(user, Role.LEADER, unit=agency, on=on)


def can_read_report(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Reads the report: the team and the secretary always, leaders once it is signed.

    The approved one is read by secretary, leaders, internal auditors and checkers; a unit reads
    its findings.
    """
    if membership(user, audit, on=on) is not None or can_plan(user, audit.agency, on=on):
        return True
    if audit.is_open:
        return audit.is_signed and leads_agency(user, audit.agency, on=on)
    return has_role(user, *_WATCHING, unit=audit.agency, on=on) or _is_auditor(
        user, audit.agency, on=on
    )


def can_write_report(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Writes the report: the lead, while the audit is under way and nothing is signed."""
    return (
        audit.status == AuditStatus.UNDER_WAY
        and audit.is_changeable
        and is_lead(user, audit, on=on)
    )


def can_sign_report(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Signs the report: the lead, once the closing meeting is held."""
    return audit.closing_held_on is not None and can_write_report(user, audit, on=on)


def can_withdraw_signature(user: Any, audit: Audit) -> bool:
    """Takes the signature on the report back: who signed it, until the leader approves."""
    return audit.is_open and audit.is_signed and audit.report_signed_by_id == user.pk


def can_approve_report(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Approves or returns the signed report: a leader who did not lead the audit."""
    return (
        audit.is_open
        and audit.is_signed
        and audit.report_signed_by_id != user.pk
        and has_role(user, Role.LEADER, unit=audit.agency, on=on)
        and not is_lead(user, audit, on=on)
    )


def can_close(user: Any, audit: Audit, *, on: dt.date | None = None) -> bool:
    """Ends a reported audit, open nonconformities or not: its lead."""
    if audit.status != AuditStatus.REPORTED:
        return False
    return audit.report_signed_by_id == user.pk or is_lead(user, audit, on=on)
