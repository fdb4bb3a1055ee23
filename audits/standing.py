"""How many nonconformities stood open, overdue and closed on a day; page and command count so."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from audits.models import DueExtension, Nonconformity, NonconformityMove


@dataclass(frozen=True)
class Standing:
    """Figures as of a day; `by_grade` and `by_unit` (codes of units) count the open ones."""

    open: int
    overdue: int
    closed: int
    by_grade: dict[str, int]
    by_unit: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def standing_on(day: dt.date, among: QuerySet[Nonconformity]) -> Standing:
    """Count `among` as it stood on the day, whatever was done since.

    Open: found by the day, and neither closed nor rejected by it. Overdue: those of them whose
    deadline, as it stood on the day, was before it. Closed: closed by the day.
    """
    open_then = open_on(day, among)
    return Standing(
        open=open_then.count(),
        overdue=overdue_on(day, among).count(),
        closed=among.filter(closed_on__lte=day).count(),
        by_grade=_by("grade", open_then),
        by_unit=_by("unit__code", open_then),
    )


def open_on(day: dt.date, among: QuerySet[Nonconformity]) -> QuerySet[Nonconformity]:
    """Return those of `among` that were open on the day, each with `due_then`."""
    return as_of(day, among).filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=day),
        Q(rejected_on__isnull=True) | Q(rejected_on__gt=day),
        found_on__lte=day,
    )


def overdue_on(day: dt.date, among: QuerySet[Nonconformity]) -> QuerySet[Nonconformity]:
    """Return those of `among` that were open on the day and due before it."""
    return open_on(day, among).filter(due_then__lt=day)  # type: ignore[misc]  # see `as_of`


def as_of(day: dt.date, among: QuerySet[Nonconformity]) -> QuerySet[Nonconformity]:
    """Annotate the deadline and the status as they stood on the day: `due_then`, `status_then`.

    The deadline is what the last extension by the day granted; before the first, what that one
    put off. The status is NULL before the day it was put down.
    """
    extensions = DueExtension.objects.filter(nonconformity=OuterRef("pk"), action=None)
    granted = extensions.filter(granted_on__lte=day).order_by("-granted_on", "-pk")
    to_come = extensions.filter(granted_on__gt=day).order_by("granted_on", "pk")
    moves = NonconformityMove.objects.filter(nonconformity=OuterRef("pk"), on__lte=day)
    return among.annotate(
        due_then=Coalesce(
            Subquery(granted.values("new_due_on")[:1]),
            Subquery(to_come.values("old_due_on")[:1]),
            F("due_on"),
        ),
        status_then=Subquery(moves.order_by("-on", "-pk").values("status")[:1]),
    )


def _by(field: str, nonconformities: QuerySet[Nonconformity]) -> dict[str, int]:
    rows = nonconformities.order_by().values_list(field).annotate(count=Count("pk"))
    return dict(sorted(rows))
