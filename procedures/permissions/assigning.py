"""Who sees and keeps assignments of fields, and mandates."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from qms.organisation.models import Unit, has_role, roles_of
from qms.organisation.roles import Role

_KEEPERS = (Role.ISO_SECRETARY, Role.LEADER)
_WATCHERS = (*_KEEPERS, Role.CLERK)  # văn thư checks who signs (NĐ 30/2020/NĐ-CP, Điều 6)


def assigning_agencies(user: Any, *, on: dt.date | None = None) -> QuerySet[Unit]:
    """Return the agencies of which `user` sees who signs for what."""
    wanted = Q(pk__in=[])
    for role, path in roles_of(user, on=on):
        if role in _WATCHERS:
            wanted |= Q(path__startswith=path)
    return Unit.objects.agencies().filter(wanted)


def can_assign(user: Any, agency: Unit, *, on: dt.date | None = None) -> bool:
    """Records assignments and mandates, and ends them: secretary or leader, not for themself."""
    return has_role(user, *_KEEPERS, unit=agency, on=on)
