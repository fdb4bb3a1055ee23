"""Who sees impact sheets, and who says what a change means for the procedures of an agency."""

from typing import Any

from django.db.models import Q, QuerySet

from procedures.models import ImpactRow, ImpactSheet
from procedures.permissions import is_leader, is_secretary, reader_agencies, visible_procedures
from qms.organisation.models import Unit, UnitQuerySet, units_of
from qms.organisation.roles import Role


def visible_sheets(user: Any) -> QuerySet[ImpactSheet]:
    """Return the sheets of the agencies whose documents `user` reads."""
    return ImpactSheet.objects.filter(agency__in=reader_agencies(user))


def visible_rows(user: Any, sheet: ImpactSheet) -> QuerySet[ImpactRow]:
    """Return the rows of a visible sheet on procedures that `user` may read.

    Who settles the sheet sees those too of which there is nothing but a draft.
    """
    rows = sheet.rows.select_related("procedure__owner")
    if can_review(user, sheet.agency):
        return rows
    return rows.filter(procedure__in=visible_procedures(user))


def can_review(user: Any, agency: Unit) -> bool:
    """Gives verdicts on the procedures of `agency`: its secretary or a leader."""
    return is_secretary(user, agency) or is_leader(user, agency)


def reviewing_agencies(user: Any) -> UnitQuerySet:
    """Return the agencies for whose procedures `user` gives verdicts."""
    kept = Q(pk__in=units_of(user, Role.ISO_SECRETARY)) | Q(pk__in=units_of(user, Role.LEADER))
    return Unit.objects.agencies().filter(kept).order_by("path")


def can_open_sheet(user: Any) -> bool:
    """Opens the sheets of a change that has none: a secretary."""
    return is_secretary(user)
