"""Who plans audits, approves the plan, keeps the certificates of auditors and the settings."""

import datetime as dt
from typing import Any

from django.db.models import Q

from audits.models import AuditProgramme
from audits.models.programmes import ProgrammeQuerySet
from audits.workflow import ProgrammeStatus
from procedures.permissions import is_leader, is_secretary, reader_agencies
from qms.organisation.models import Unit, has_role, roles_of, units_of
from qms.organisation.roles import Role

# What stands in the place of a procedure that somebody may not read.
HIDDEN = "Tài liệu hạn chế người đọc"
# Those who see plans before they are approved.
_PLANNERS = (Role.ISO_SECRETARY, Role.LEADER, Role.INTERNAL_AUDITOR)


def visible_programmes(user: Any, *, on: dt.date | None = None) -> ProgrammeQuerySet:
    """Return the plans `user` may see.

    Secretary, leaders and auditors of the agency all; its other readers the approved ones.
    """
    planning = Q(pk__in=[])
    for role in _PLANNERS:
        planning |= Q(agency__in=units_of(user, role, on=on))
    approved = Q(status=ProgrammeStatus.APPROVED, agency__in=reader_agencies(user, on=on))
    return AuditProgramme.objects.filter(planning | approved)


def can_start_programme(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Begins the plan of a year: the secretary."""
    return is_secretary(user, agency, on=on)


def can_edit_programme(user: Any, programme: AuditProgramme, *, on: dt.date | None = None) -> bool:
    """Writes the lines of a draft, lays it before the leader, gives it up: the secretary."""
    return programme.status == ProgrammeStatus.DRAFT and is_secretary(user, programme.agency, on=on)


def can_return_programme(
    user: Any, programme: AuditProgramme, *, on: dt.date | None = None
) -> bool:
    """Returns a plan with a comment: a leader, once it is submitted."""
    return programme.status == ProgrammeStatus.SUBMITTED and is_leader(
        user, programme.agency, on=on
    )


def can_approve_programme(
    user: Any, programme: AuditProgramme, *, on: dt.date | None = None
) -> bool:
    """Signs a plan: a leader who neither composed nor submitted it."""
    wrote = (programme.composed_by_id, programme.submitted_by_id)
    return can_return_programme(user, programme, on=on) and user.pk not in wrote


def can_revise_programme(
    user: Any, programme: AuditProgramme, *, on: dt.date | None = None
) -> bool:
    """Begins the next revision of an approved plan: the secretary."""
    return programme.status == ProgrammeStatus.APPROVED and is_secretary(
        user, programme.agency, on=on
    )


def can_see_auditors(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Reads who audits and by which certificate: secretary, leaders, auditors."""
    return has_role(user, *_PLANNERS, unit=agency, on=on)


def can_keep_certificates(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Enters certificates and takes back wrong ones: the secretary."""
    return is_secretary(user, agency, on=on)


def can_settle_audits(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Changes the settings of audits: the secretary and leaders."""
    return is_secretary(user, agency, on=on) or is_leader(user, agency, on=on)


def first_agency(user: Any, *roles: Role, on: dt.date | None = None) -> Unit | None:
    """Return the first agency over which `user` holds one of `roles`, as menus lead there."""
    wanted = Q(pk__in=[])
    for role, path in roles_of(user, on=on):
        if role in roles:
            wanted |= Q(path__startswith=path)
    return Unit.objects.agencies().filter(wanted).order_by("path").first()
