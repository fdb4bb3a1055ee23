"""Who may do what about nonconformities; the verbs refuse once more who did what they judge."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from audits.models import AuditMember, CorrectiveAction, EffectivenessCheck, Nonconformity
from audits.workflow import SETTLED_NONCONFORMITY, NonconformityStatus
from procedures.models import Procedure
from procedures.permissions import reader_agencies, visible_procedures
from qms.foundation.dates import today, valid_on
from qms.organisation.models import Unit, has_role, units_of
from qms.organisation.roles import Role

_WATCHING = (
    Role.ISO_SECRETARY,
    Role.LEADER,
    Role.INTERNAL_AUDITOR,
    Role.EXTERNAL_CHECKER,
)  # of the agency
_WORKING = (Role.UNIT_HEAD, Role.STAFF, Role.CLERK)  # of the unit
_VERIFYING = (Role.INTERNAL_AUDITOR, Role.ISO_SECRETARY)
_UNTREATED = (NonconformityStatus.OPEN, NonconformityStatus.ANALYSED)


def _is_active(user: Any) -> bool:
    return bool(getattr(user, "is_authenticated", False) and user.is_active)


def visible_nonconformities(user: Any, *, on: dt.date | None = None) -> QuerySet[Nonconformity]:
    """Return those `user` may read.

    Secretary, leaders, internal auditors and external checkers: their agency's; people with a
    role or a post in a unit: that unit's; everybody: what they reported, answer for, do or
    judge, and what they found, but for an audit's, whose team may be from outside. One of a
    restricted procedure only with that procedure, or if it is their own.
    """
    if not _is_active(user):
        return Nonconformity.objects.none()
    watched = units_of(user, *_WATCHING, on=on)
    wanted = Q(agency__in=watched) | Q(unit__in=watched)
    wanted |= Q(unit__in=units_of(user, *_WORKING, on=on))
    wanted |= Q(unit__in=user.posts.filter(valid_on(on or today())).values("unit"))
    acting = CorrectiveAction.objects.filter(person=user, removed_at=None)
    own = (
        Q(reported_by=user)
        | (Q(found_by=user) & ~Q(source=Nonconformity.Source.AUDIT))
        | Q(owner=user)
        | Q(auditor=user)
        | Q(verified_by=user)
        | Q(pk__in=acting.values("nonconformity"))
    )
    readable = Q(procedure=None) | Q(procedure__is_restricted=False)
    readable |= Q(procedure__in=visible_procedures(user))
    return Nonconformity.objects.filter((wanted & readable) | own)


def can_report(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Puts a nonconformity down: everybody who belongs to the agency."""
    return _is_active(user) and reader_agencies(user, on=on).filter(pk=agency.pk).exists()


def can_report_on(user: Any, procedure: Procedure) -> bool:
    """Puts one down on a procedure: everybody with an account who reads it."""
    return _is_active(user) and visible_procedures(user).filter(pk=procedure.pk).exists()


def is_head(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Answers for it: head of its unit, a leader over it, or who is named as responsible."""
    named = _is_active(user) and nonconformity.owner_id == user.pk
    return named or has_role(user, Role.UNIT_HEAD, Role.LEADER, unit=nonconformity.unit, on=on)


def is_of_unit(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Belongs to the unit it is about: answers for it, or holds a post there."""
    if is_head(user, nonconformity, on=on):
        return True
    return _is_active(user) and nonconformity.unit_id in _post_units(user, on or today())


def _post_units(user: Any, day: dt.date) -> frozenset[int]:
    """Return the units in which `user` holds a post; read once for each user object and day."""
    kept: dict[dt.date, frozenset[int]] = user.__dict__.setdefault("_post_units", {})
    if day not in kept:
        kept[day] = frozenset(user.posts.filter(valid_on(day)).values_list("unit_id", flat=True))
    return kept[day]


def is_secretary_of(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    return has_role(user, Role.ISO_SECRETARY, unit=nonconformity.unit, on=on)


def is_lead_of(user: Any, nonconformity: Nonconformity) -> bool:
    """Led the audit that found it."""
    finding = nonconformity.finding
    if finding is None or not _is_active(user):
        return False
    members = AuditMember.objects.filter(audit=finding.audit_id, removed_at=None)
    return members.filter(person=user, role=AuditMember.Role.LEAD).exists()


def can_confirm(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Confirms it for the unit: somebody of the unit who did not find it in an audit."""
    is_finder = (
        nonconformity.source == Nonconformity.Source.AUDIT
        and nonconformity.found_by_id == getattr(user, "pk", None)
    )
    return (
        nonconformity.status == NonconformityStatus.OPEN
        and nonconformity.confirmed_at is None
        and not is_finder
        and is_of_unit(user, nonconformity, on=on)
    )


def can_reject(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Concludes that it is none: the secretary, or the lead of its audit."""
    return nonconformity.status in _UNTREATED and (
        is_secretary_of(user, nonconformity, on=on) or is_lead_of(user, nonconformity)
    )


def can_regrade(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Changes the grade of one that no audit found: the secretary, before it is analysed."""
    return (
        nonconformity.status == NonconformityStatus.OPEN
        and nonconformity.source != Nonconformity.Source.AUDIT
        and is_secretary_of(user, nonconformity, on=on)
    )


def can_write(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Writes down correction, cause and measures: the unit's people and the secretary."""
    return nonconformity.status in _UNTREATED and (
        is_of_unit(user, nonconformity, on=on) or is_secretary_of(user, nonconformity, on=on)
    )


def can_treat(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Signs cause and measures, and that they are carried out: who answers for it."""
    working = (*_UNTREATED, NonconformityStatus.PLANNED)
    return nonconformity.status in working and is_head(user, nonconformity, on=on)


def can_judge_repeat(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Links it to an earlier one, or denies it: who writes it, and its auditor."""
    watches = nonconformity.status in _UNTREATED and _watches(user, nonconformity, on=on)
    return watches or can_write(user, nonconformity, on=on)


def can_unlink_repeat(
    user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None
) -> bool:
    """Says of one linked to an earlier one that it is none: its auditor, or the secretary.

    The unit would else spare itself the whys and the action that a repeated one asks for.
    """
    return _watches(user, nonconformity, on=on) or is_secretary_of(user, nonconformity, on=on)


def can_agree(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Agrees to the measures, or refuses them: its auditor, where it has one that still can.

    Otherwise an internal auditor or the secretary. Never who does them or answers for them.
    """
    treatment = nonconformity.treatment()
    return (
        nonconformity.status == NonconformityStatus.ANALYSED
        and treatment is not None
        and treatment.is_laid
        and _watches(user, nonconformity, on=on)
        and user.pk not in nonconformity.doers()
    )


def can_complete(user: Any, action: CorrectiveAction, *, on: dt.date | None = None) -> bool:
    """Says that an action is done: who is to do it, or who answers for the nonconformity."""
    nonconformity = action.nonconformity
    is_doer = _is_active(user) and action.person_id == user.pk
    return (
        nonconformity.status == NonconformityStatus.PLANNED
        and action.round == nonconformity.round
        and action.removed_at is None
        and not action.is_done
        and (is_doer or is_head(user, nonconformity, on=on))
    )


def can_extend(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Puts a deadline off: the secretary or a leader."""
    return nonconformity.status not in SETTLED_NONCONFORMITY and has_role(
        user, Role.ISO_SECRETARY, Role.LEADER, unit=nonconformity.unit, on=on
    )


def can_set_external(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Notes what the checking body was told or said: the secretary."""
    return (
        nonconformity.source == Nonconformity.Source.EXTERNAL_CHECK
        and nonconformity.status != NonconformityStatus.REJECTED
        and is_secretary_of(user, nonconformity, on=on)
    )


def can_ask_for_change(user: Any, action: CorrectiveAction, *, on: dt.date | None = None) -> bool:
    """Asks for a change of the procedure: who does the action, who answers, the secretary."""
    nonconformity = action.nonconformity
    is_doer = _is_active(user) and action.person_id == user.pk
    return (
        nonconformity.procedure_id is not None
        and nonconformity.status not in SETTLED_NONCONFORMITY
        and action.removed_at is None
        and action.change_request_id is None
        and (
            is_doer
            or is_head(user, nonconformity, on=on)
            or is_secretary_of(user, nonconformity, on=on)
        )
    )


def can_verify(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Verifies what was done: its auditor, an internal auditor, the secretary; no doer."""
    return (
        nonconformity.status == NonconformityStatus.IMPLEMENTED
        and _judges(user, nonconformity, on=on)
        and user.pk not in nonconformity.doers()
    )


def can_check_effect(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Says, some time later, whether the cause went away: whoever could have verified."""
    return (
        nonconformity.status in (NonconformityStatus.VERIFIED, NonconformityStatus.CLOSED)
        and _judges(user, nonconformity, on=on)
        and user.pk not in nonconformity.doers()
    )


def can_close(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Closes it: a leader over its unit."""
    return nonconformity.status == NonconformityStatus.VERIFIED and has_role(
        user, Role.LEADER, unit=nonconformity.unit, on=on
    )


def can_follow_up(user: Any, nonconformity: Nonconformity, *, on: dt.date | None = None) -> bool:
    """Puts a further one down, once the last check found the measures without effect."""
    if nonconformity.status not in (NonconformityStatus.VERIFIED, NonconformityStatus.CLOSED):
        return False
    checks = EffectivenessCheck.objects.filter(nonconformity=nonconformity)
    last = checks.order_by("checked_on", "pk").last()
    failed = (last is not None and not last.is_effective) or (
        nonconformity.external_state == Nonconformity.External.NOT_ACCEPTED
    )
    return failed and not nonconformity.followed_by.exists() and _judges(user, nonconformity, on=on)


def _judges(user: Any, nonconformity: Nonconformity, *, on: dt.date | None) -> bool:
    is_auditor = _is_active(user) and nonconformity.auditor_id == user.pk
    return is_auditor or has_role(user, *_VERIFYING, unit=nonconformity.unit, on=on)


def _watches(user: Any, nonconformity: Nonconformity, *, on: dt.date | None) -> bool:
    """Tell whether `user` follows it: its auditor or lead; others where the auditor has left."""
    if is_lead_of(user, nonconformity):
        return True
    auditor = nonconformity.auditor
    if auditor is not None and auditor.is_active:
        return _is_active(user) and auditor.pk == user.pk
    return has_role(user, *_VERIFYING, unit=nonconformity.unit, on=on)
