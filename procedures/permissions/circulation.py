"""Who follows what others have read, records meetings, and sees who holds a version."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from procedures.models import Dissemination, DisseminationAttendee
from procedures.permissions import is_secretary
from qms.organisation.models import Unit, has_role, roles_of
from qms.organisation.roles import Role

_WATCHERS = frozenset({Role.ISO_SECRETARY, Role.LEADER, Role.UNIT_HEAD})
_HOLDERS = (
    Role.ISO_SECRETARY,
    Role.LEADER,
    Role.CLERK,
    Role.EXTERNAL_CHECKER,
    Role.INTERNAL_AUDITOR,
)


def watched_paths(user: Any, *, on: dt.date | None = None) -> list[str]:
    """Return the paths of the units whose people's reading `user` follows, with all below.

    The secretary and the leaders of the agency, the head of a unit for its own people.
    """
    return sorted({path for role, path in roles_of(user, on=on) if role in _WATCHERS})


def can_record_meeting(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Records a meeting that disseminates, and adds its signed list: the secretary."""
    return is_secretary(user, agency, on=on)


def can_see_distribution(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Sees who received a version, on screen and on paper: who keeps, answers for or checks it."""
    return has_role(user, *_HOLDERS, unit=agency, on=on)


def visible_meetings(user: Any, *, on: dt.date | None = None) -> QuerySet[Dissemination]:
    """Return the meetings that `user` may see: of the agencies they work for, and those attended.

    Staff see only the ones where they were present.
    """
    there = Q(
        Exists(DisseminationAttendee.objects.filter(dissemination=OuterRef("pk"), person=user.pk))
    )
    for role, path in roles_of(user, on=on):
        if role in _HOLDERS or role == Role.UNIT_HEAD:
            above = [int(part) for part in path.split("/") if part]
            there |= Q(agency__path__startswith=path) | Q(agency__in=above)
    return Dissemination.objects.filter(there)
