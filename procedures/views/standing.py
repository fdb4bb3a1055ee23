"""A line of a list: how a TTHC stands, as far as this reader may see, and what is to be done."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from procedures import permissions as may
from procedures.coverage import Facts, Reason, Row, Standing, VersionFacts, row_on
from qms.foundation.dates import today


@dataclass(frozen=True)
class Cause:
    """A change that is not taken up: since when it holds, until when it should be."""

    text: str
    effective_on: dt.date
    deadline: dt.date
    is_late: bool
    is_verified: bool


@dataclass(frozen=True)
class Step:
    """What the secretary does next about a TTHC: the words of the button, where it leads."""

    label: str
    url: str


@dataclass(frozen=True)
class Line:
    """A row of coverage as one reader sees it.

    `begins_on` is when a version that is issued takes effect. `status_today` is told where it is
    another one by now, `ended` where the TTHC is no longer counted.
    """

    row: Row
    versions: tuple[VersionFacts, ...]
    causes: tuple[Cause, ...]
    begins_on: dt.date | None
    status_today: str
    step: Step | None

    @property
    def more_causes(self) -> int:
        """Return how many changes there are besides the first."""
        return max(len(self.causes) - 1, 0)

    @property
    def label_today(self) -> str:
        """Return the words of `status_today` where it is a standing."""
        if self.status_today == "overdue":
            return "Quá hạn cập nhật"
        return str(Standing(self.status_today).label)


def readable(user: Any, versions: Iterable[VersionFacts]) -> tuple[VersionFacts, ...]:
    """Return those whose procedures `user` may read."""
    return tuple(
        version
        for version in versions
        if may.may_read(
            user,
            is_restricted=version.is_restricted,
            owner_path=version.owner_path,
            procedure_id=version.procedure_id,
        )
    )


def causes_of(reasons: Iterable[Reason], day: dt.date) -> tuple[Cause, ...]:
    """Return each change once, in order; `is_late` as of the day."""
    once = {reason.change.key: reason for reason in reasons}
    return tuple(
        Cause(
            reason.change.text,
            reason.change.effective_on,
            reason.deadline,
            reason.deadline < day,
            reason.change.is_verified,
        )
        for reason in once.values()
    )


def lines_of(user: Any, facts: Facts, rows: Iterable[Row], day: dt.date) -> list[Line]:
    """Return a line for each of the rows, which are of the day; no query."""
    return [_line(user, facts, row, day) for row in rows]


def _line(user: Any, facts: Facts, row: Row, day: dt.date) -> Line:
    shown = readable(user, row.versions)
    current: Row | None = row
    if day != today():
        current = row_on(facts, facts.tthc[row.tthc_id], facts.unit.path or "/", today())
    status_today = current.status if current else "ended"
    begins = [
        first
        for version in readable(user, row.upcoming)
        if (first := version.first_day) and first > day
    ]
    return Line(
        row=row,
        versions=shown,
        causes=causes_of((reason for reason in row.reasons if reason.version in shown), day),
        begins_on=min(begins, default=None) if row.standing == Standing.IN_PROGRESS else None,
        status_today="" if status_today == row.status else status_today,
        step=next_step(user, current) if current else None,
    )


def next_step(user: Any, row: Row) -> Step | None:
    """Return what `user` may begin about the TTHC as it stands today; None where nothing is due.

    Where a draft is open already, it is to be found among the drafts.
    """
    if not may.can_start_for(user, [duty.unit_path for duty in row.duties]):
        return None
    address = reverse("procedures:draft-new")
    if row.standing == Standing.MISSING:
        return Step("Soạn quy trình", f"{address}?{urlencode({'tthc': row.code})}")
    if row.standing == Standing.STALE:
        drafted = {version.procedure_id for version in row.upcoming}
        for version in readable(user, row.versions):
            if version.procedure_id not in drafted:
                return Step("Sửa đổi quy trình", f"{address}?{urlencode({'tu': version.slug})}")
    return None
