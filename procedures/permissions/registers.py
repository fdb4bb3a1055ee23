"""Who reads the registers, keeps the forms, and settles what both are called."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from procedures.models import Form
from procedures.permissions import is_secretary, reader_agencies
from procedures.permissions.circulation import can_see_distribution
from qms.organisation.models import Unit, roles_of
from qms.organisation.roles import Role

_SETTLERS = (Role.ISO_SECRETARY, Role.LEADER)


def can_open_register(
    user: Any, agency: Unit, *, is_of_holders: bool, on: dt.date | None = None
) -> bool:
    """Reads a register of the agency: whoever belongs to it; who holds what, fewer people."""
    if is_of_holders:
        return can_see_distribution(user, agency, on=on)
    return reader_agencies(user, on=on).filter(pk=agency.pk).exists()


def settled_agency(user: Any, *, on: dt.date | None = None) -> Unit | None:
    """Return the first agency whose document settings `user` changes: secretary or leader."""
    wanted = Q(pk__in=[])
    for role, path in roles_of(user, on=on):
        if role in _SETTLERS:
            wanted |= Q(path__startswith=path)
    return Unit.objects.agencies().filter(wanted).order_by("path").first()


def visible_forms(user: Any) -> QuerySet[Form]:
    """Return the forms of the agencies that `user` belongs to."""
    return Form.objects.filter(agency__in=reader_agencies(user))


def can_keep_form(user: Any, form: Form, *, on: dt.date | None = None) -> bool:
    """Issues a form anew, replaces it, takes it out of use: the secretary of its agency."""
    return is_secretary(user, form.agency, on=on)
