"""People from outside: what they may see of the agency, and for which days."""

import datetime as dt

from audits.models import Audit, AuditGrant, AuditMember
from procedures.actions import grant_reading
from procedures.models import Procedure, ProcedureGrant
from qms.foundation.dates import today
from qms.organisation.models import User, grant_object

_DAY = dt.timedelta(days=1)


def let_in(
    member: AuditMember,
    *,
    by: User,
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
) -> None:
    """Let a member from outside see the audit and its procedures, both days inclusive."""
    audit = member.audit
    first, last = from_on or audit.starts_on, until_on or audit.ends_on
    grant_object(
        AuditGrant,
        audit,
        member.person,
        AuditGrant.TAKE_PART,
        by=by,
        valid_from=first,
        valid_to=last + _DAY,
    )
    for procedure in _procedures(audit):
        grant_reading(procedure, member.person, by=by, valid_from=first, valid_to=last + _DAY)


def let_out(member: AuditMember, *, by: User) -> None:
    """Take back what a member from outside was given, but what another audit gives too."""
    for grant in AuditGrant.objects.filter(content_object=member.audit, user=member.person):
        grant.end(by=by, on=today())
    for procedure in _procedures(member.audit):
        _take_back(member.audit, procedure, member.person, by=by)


def open_procedure(audit: Audit, procedure: Procedure, *, by: User) -> None:
    """Let those from outside read a procedure that came into scope, for the days they have."""
    for member in _outsiders(audit):
        standing = AuditGrant.objects.filter(
            content_object=audit, user=member.person, valid_to__gt=today()
        )
        for grant in standing:
            grant_reading(
                procedure,
                member.person,
                by=by,
                valid_from=grant.valid_from,
                valid_to=grant.valid_to,
            )


def close_procedure(audit: Audit, procedure: Procedure, *, by: User) -> None:
    """Take back the reading of a procedure that left the scope."""
    for member in _outsiders(audit):
        _take_back(audit, procedure, member.person, by=by)


def follow_days(audit: Audit, old: tuple[dt.date, dt.date], *, by: User) -> None:
    """Move what was given for exactly the `old` days of the audit to its new ones."""
    first, last = old
    for member in _outsiders(audit):
        grants = AuditGrant.objects.filter(
            content_object=audit, user=member.person, valid_from=first, valid_to=last + _DAY
        )
        if grants.exists():
            let_out(member, by=by)
            let_in(member, by=by)


def _procedures(audit: Audit) -> list[Procedure]:
    return list(
        Procedure.objects.filter(
            audit_subjects__audit=audit, audit_subjects__removed_at=None
        ).distinct()
    )


def _outsiders(audit: Audit) -> list[AuditMember]:
    members = audit.members.filter(removed_at=None, is_outside=True)
    return list(members.select_related("person", "audit"))


def _take_back(audit: Audit, procedure: Procedure, person: User, *, by: User) -> None:
    elsewhere = AuditMember.objects.exclude(audit=audit).filter(
        person=person,
        removed_at=None,
        is_outside=True,
        audit__subjects__procedure=procedure,
        audit__subjects__removed_at=None,
    )
    if elsewhere.exists():
        return
    for grant in ProcedureGrant.objects.filter(content_object=procedure, user=person):
        grant.end(by=by, on=today())
