"""The definition of coverage on a day (DESIGN §2, Coverage), and nothing else.

A procedure serves a responsibility where its agency and the responsible unit lie on one branch of
the tree of units: two agencies in one tree do not cover each other.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices

from procedures.coverage.facts import (
    Change,
    Duty,
    Facts,
    Kept,
    TTHCFacts,
    VersionFacts,
    review_verdict,
)
from procedures.models import Review
from qms.foundation.dates import add_months

# Days outside are slips of the pen; they would also leave the calendar when months are added.
EARLIEST, LATEST = dt.date(1945, 9, 2), dt.date(2100, 12, 31)


class Standing(TextChoices):
    COVERED = "covered", "Phù hợp quy định hiện hành"
    STALE = "stale", "Phải cập nhật"
    IN_PROGRESS = "in_progress", "Đang soạn"
    MISSING = "missing", "Chưa có quy trình"
    EXCLUDED = "excluded", "Không thuộc phạm vi"


@dataclass(frozen=True)
class Reason:
    """A change that a version in force has not taken up, and until when it should have."""

    change: Change
    version: VersionFacts
    deadline: dt.date


@dataclass(frozen=True)
class Row:
    """One TTHC on the day; `versions` are those in force that cover it."""

    tthc_id: int
    code: str
    name: str
    field: str
    duties: tuple[Duty, ...]
    standing: Standing
    versions: tuple[VersionFacts, ...]
    upcoming: tuple[VersionFacts, ...]
    reasons: tuple[Reason, ...]
    deadline: dt.date | None
    is_late: bool

    @property
    def is_overdue(self) -> bool:
        """Tell whether a version is in force, but its update is late."""
        return self.standing == Standing.STALE and self.is_late

    @property
    def status(self) -> str:
        """Return what the status badge shows: the standing, or `overdue`."""
        return "overdue" if self.is_overdue else str(self.standing.value)

    @property
    def units(self) -> str:
        return ", ".join(dict.fromkeys(duty.unit_name for duty in self.duties))


def duties_on(item: TTHCFacts, within: str, day: dt.date) -> list[Duty]:
    """Return the responsibilities below the path `within` that are in force on the day."""
    return [
        duty
        for duty in item.duties.values()
        if duty.unit_path.startswith(within) and duty.span.contains(day)
    ]


def serving(item: TTHCFacts, duties: Iterable[Duty]) -> list[VersionFacts]:
    """Return the versions of the TTHC whose agency is on one branch with a responsible unit."""
    paths = {duty.unit_path for duty in duties}
    return [
        version
        for version in item.versions
        if any(
            path.startswith(version.agency_path) or version.agency_path.startswith(path)
            for path in paths
        )
    ]


def is_taken_up(version: VersionFacts, change: Change, kept: Kept, day: dt.date) -> bool:
    """Tell whether `version`, in force on the day, has worked the change in, or need not.

    It names the change; or it began when the change was already in effect and, if the change ended
    a basis, it does not stand on what had ended; or the last review of that change for its
    procedure says keep.
    """
    if change.key in version.taken_up:
        return True
    first = version.first_day
    if first and change.effective_on <= first and not change.ends_basis:
        return True
    return review_verdict(kept, version, change, day) == Review.Verdict.KEEP


def open_changes(item: TTHCFacts, version: VersionFacts, kept: Kept, day: dt.date) -> list[Change]:
    """Return what has changed by the day and `version` has not taken up, in order of effect."""
    changes = [*item.changes.values(), *version.bases_for(item.pk).values()]
    waiting = [
        change
        for change in changes
        if change.effective_on <= day and not is_taken_up(version, change, kept, day)
    ]
    return sorted(waiting, key=lambda change: (change.effective_on, change.key))


def reasons_on(
    facts: Facts, item: TTHCFacts, version: VersionFacts, day: dt.date
) -> tuple[Reason, ...]:
    """Return why `version` is not up to date for the TTHC on the day, each with its deadline."""
    return tuple(
        Reason(change, version, add_months(change.effective_on, facts.months))
        for change in open_changes(item, version, facts.kept, day)
    )


def standing_on(item: TTHCFacts, duties: list[Duty], kept: Kept, day: dt.date) -> Standing | None:
    """Return the class of the TTHC, whose responsibilities on the day are `duties`.

    None where it is not counted at all: nobody answers for it, or it is not in force.
    """
    if not duties or not item.is_in_force(day):
        return None
    counted = [duty for duty in duties if not duty.is_excluded(day)]
    if not counted:
        return Standing.EXCLUDED
    versions = serving(item, counted)
    standing = [version for version in versions if version.is_in_force(day)]
    if any(not open_changes(item, version, kept, day) for version in standing):
        return Standing.COVERED
    if standing:
        return Standing.STALE
    if any(version.is_drafted(day) or version.is_scheduled(day) for version in versions):
        return Standing.IN_PROGRESS
    return Standing.MISSING


def row_on(facts: Facts, item: TTHCFacts, within: str, day: dt.date) -> Row | None:
    """Return the TTHC's line on the day, None where it is not counted."""
    duties = duties_on(item, within, day)
    standing = standing_on(item, duties, facts.kept, day)
    if standing is None:
        return None
    counted = [duty for duty in duties if not duty.is_excluded(day)]
    versions = serving(item, counted)
    in_force = tuple(version for version in versions if version.is_in_force(day))
    reasons: tuple[Reason, ...] = ()
    if standing == Standing.STALE:
        reasons = tuple(r for v in in_force for r in reasons_on(facts, item, v, day))
    deadline = _deadline(item, standing, reasons, facts.months, day)
    return Row(
        tthc_id=item.pk,
        code=item.code,
        name=item.name_on(day),
        field=item.field_on(day),
        duties=tuple(duties),
        standing=standing,
        versions=in_force,
        upcoming=tuple(v for v in versions if v.is_drafted(day) or v.is_scheduled(day)),
        reasons=reasons,
        deadline=deadline,
        is_late=deadline is not None and deadline < day,
    )


def _deadline(
    item: TTHCFacts, standing: Standing, reasons: tuple[Reason, ...], months: int, day: dt.date
) -> dt.date | None:
    """Return the last day on which an update, or the first issue, is in time; None where unknown.

    Of several changes the earliest counts; a TTHC without procedure has its announcement's.
    """
    if standing == Standing.STALE:
        return min(reason.deadline for reason in reasons)
    if standing in (Standing.MISSING, Standing.IN_PROGRESS):
        begun = item.begun_on(day)
        return add_months(begun, months) if begun else None
    return None
