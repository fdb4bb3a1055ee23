"""The figures of coverage: counts, fractions, groups, their course; behind each its list."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from procedures.coverage.facts import Facts, TTHCFacts
from procedures.coverage.reading import load_facts, profile_of
from procedures.coverage.rules import Row, Standing, duties_on, row_on, serving, standing_on
from qms.foundation.text import sort_key
from qms.organisation.models import Unit


@dataclass(frozen=True)
class Tally:
    """TTHC counted by class, each once."""

    rows: tuple[Row, ...]

    def of(self, *standings: Standing) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.standing in standings)

    @cached_property
    def covered(self) -> int:
        return len(self.of(Standing.COVERED))

    @cached_property
    def stale(self) -> int:
        return len(self.of(Standing.STALE))

    @cached_property
    def in_progress(self) -> int:
        return len(self.of(Standing.IN_PROGRESS))

    @cached_property
    def missing(self) -> int:
        return len(self.of(Standing.MISSING))

    @cached_property
    def excluded(self) -> int:
        return len(self.of(Standing.EXCLUDED))

    @cached_property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.rows)

    @property
    def in_force(self) -> int:
        return len(self.rows)

    @property
    def base(self) -> int:
        """Return what the fractions are of: in force and not excluded."""
        return self.in_force - self.excluded

    @property
    def with_procedure(self) -> tuple[int, int]:
        """Return (TTHC with a procedure in force, base), for the filter `percent`."""
        return self.covered + self.stale, self.base

    @property
    def fresh(self) -> tuple[int, int]:
        """Return (TTHC whose procedure is up to date, base), for the filter `percent`."""
        return self.covered, self.base

    @property
    def covered_ratio(self) -> str:
        return "{}/{}".format(*self.with_procedure)

    @property
    def fresh_ratio(self) -> str:
        return "{}/{}".format(*self.fresh)


@dataclass(frozen=True)
class Group:
    """One lĩnh vực or unit with its own figures."""

    name: str
    code: str
    tally: Tally


@dataclass(frozen=True)
class CoursePoint:
    """From `day` on: TTHC with a procedure, TTHC up to date, TTHC counted."""

    day: dt.date
    counts: tuple[int, int, int]


@dataclass(frozen=True)
class Coverage(Tally):
    """Coverage within a unit and all below it, on a day."""

    on: dt.date
    facts: Facts

    @property
    def unit(self) -> Unit:
        return self.facts.unit

    @property
    def catalogue_until(self) -> dt.date | None:
        return self.facts.catalogue_until

    @property
    def is_beyond_catalogue(self) -> bool:
        """Tell whether the day is later than the catalogue is kept up to, or that is not known."""
        return self.catalogue_until is None or self.on > self.catalogue_until

    def as_json(self) -> dict[str, object]:
        """Return the figures and the codes behind them, with plain values only."""
        return {
            "on": self.on.isoformat(),
            "catalogue_until": self.catalogue_until.isoformat() if self.catalogue_until else None,
            "in_force": self.in_force,
            "excluded": self.excluded,
            "covered": self.covered,
            "stale": self.stale,
            "overdue": self.overdue,
            "in_progress": self.in_progress,
            "missing": self.missing,
            "covered_ratio": self.covered_ratio,
            "fresh_ratio": self.fresh_ratio,
            "covered_codes": _codes(self.of(Standing.COVERED)),
            "stale_codes": _codes(self.of(Standing.STALE)),
            "overdue_codes": _codes(row for row in self.rows if row.is_overdue),
            "in_progress_codes": _codes(self.of(Standing.IN_PROGRESS)),
            "missing_codes": _codes(self.of(Standing.MISSING)),
        }

    def by_field(self) -> list[Group]:
        """Return the figures of each lĩnh vực, in Vietnamese order."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            groups[row.field].append(row)
        names = sorted(groups, key=sort_key)
        return [Group(name, "", Tally(tuple(groups[name]))) for name in names]

    def by_unit(self) -> list[Group]:
        """Return the figures of each unit that answers for something, with all below it.

        A TTHC of two units stands in both lines, so the lines may add up to more than the whole.
        """
        units = {
            duty.unit_path: (duty.unit_name, duty.unit_code)
            for row in self.rows
            for duty in row.duties
        }
        below: dict[str, dict[int, TTHCFacts]] = {path: {} for path in units}
        for row in self.rows:
            for path in {above for duty in row.duties for above in _at_and_above(duty.unit_path)}:
                if path in below:
                    below[path][row.tthc_id] = self.facts.tthc[row.tthc_id]
        return [
            Group(*units[path], Tally(_rows(self.facts, below[path].values(), path, self.on)))
            for path in sorted(units, key=lambda path: sort_key(units[path][0]))
        ]

    def to_do(self) -> list[Row]:
        """Return what is not in order: late ones first, then by deadline, then by name."""
        open_rows = self.of(Standing.STALE, Standing.IN_PROGRESS, Standing.MISSING)
        return sorted(
            open_rows, key=lambda row: (row.deadline or dt.date.max, sort_key(row.name), row.code)
        )

    def next_deadlines(self, limit: int = 4) -> list[tuple[dt.date, list[Row]]]:
        """Return the first `limit` days that are a deadline still to come, each with its lines."""
        days: dict[dt.date, list[Row]] = defaultdict(list)
        for row in self.to_do():
            if row.deadline and not row.is_late:
                days[row.deadline].append(row)
        return list(days.items())[:limit]


def coverage_on(day: dt.date, unit: Unit) -> Coverage:
    """Return coverage within `unit` and all below it on the day; five queries."""
    return count(load_facts(unit, profile_of(unit)), day)


def count(facts: Facts, day: dt.date) -> Coverage:
    """Count what was read already, on the day; no query."""
    rows = _rows(facts, facts.tthc.values(), facts.unit.path or "/", day)
    return Coverage(rows, day, facts)


def _rows(facts: Facts, items: Iterable[TTHCFacts], within: str, day: dt.date) -> tuple[Row, ...]:
    rows = (row_on(facts, item, within, day) for item in items)
    return tuple(row for row in rows if row is not None)


def _at_and_above(path: str) -> Iterable[str]:
    """Return `/1/`, `/1/2/`, `/1/2/3/` of `/1/2/3/`."""
    parts = path.strip("/").split("/")
    return (f"/{'/'.join(parts[:n])}/" for n in range(1, len(parts) + 1))


def _codes(rows: Iterable[Row]) -> list[str]:
    return [row.code for row in rows]


def course(facts: Facts, until: dt.date) -> list[CoursePoint]:
    """Return how the counts went up to `until`, one point a day on which one of them changed.

    The first point holds from before all records. Asks nothing of the database.
    """
    steps: dict[dt.date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for item in facts.tthc.values():
        before = (0, 0, 0)
        for day, counts in _course_of(facts, item, until):
            for index, (new, old) in enumerate(zip(counts, before, strict=True)):
                steps[day][index] += new - old
            before = counts
    points: list[CoursePoint] = []
    total = [0, 0, 0]
    for day in sorted(steps):
        if any(steps[day]) or not points:
            total = [have + more for have, more in zip(total, steps[day], strict=True)]
            points.append(CoursePoint(day, (total[0], total[1], total[2])))
    return points


def _course_of(
    facts: Facts, item: TTHCFacts, until: dt.date
) -> Iterable[tuple[dt.date, tuple[int, int, int]]]:
    for day in (dt.date.min, *item.event_days(facts.kept, until)):
        duties = duties_on(item, facts.unit.path or "/", day)
        standing = standing_on(item, duties, facts.kept, day)
        counted = standing is not None and standing != Standing.EXCLUDED
        has = standing in (Standing.COVERED, Standing.STALE)
        yield day, (int(has), int(standing == Standing.COVERED), int(counted))


def decisions_between(facts: Facts, first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """Return (day of effect, decision) of those that put a counted procedure in or out of force."""
    found = set()
    for item in facts.tthc.values():
        for version in serving(item, item.duties.values()):
            for period in version.periods.values():
                begun, ended = period.span.valid_from, period.span.valid_to
                found |= {(begun, period.begun_by), (ended, period.ended_by)}
    marks = {(day, number) for day, number in found if day and number and first <= day <= last}
    return sorted((day, f"Quyết định số {number}") for day, number in marks)


Picker = Callable[[Row], bool]
LISTS: dict[str, tuple[str, Picker]] = {
    "co-quy-trinh": (
        "TTHC có quy trình ISO",
        lambda row: row.standing in (Standing.COVERED, Standing.STALE),
    ),
    "phu-hop": (
        "TTHC có quy trình phù hợp quy định hiện hành",
        lambda row: row.standing == Standing.COVERED,
    ),
    "phai-cap-nhat": (
        "TTHC có quy trình phải cập nhật",
        lambda row: row.standing == Standing.STALE,
    ),
    "qua-han": ("TTHC có quy trình quá hạn cập nhật", lambda row: row.is_overdue),
    "dang-soan": ("TTHC đang soạn quy trình", lambda row: row.standing == Standing.IN_PROGRESS),
    "thieu": ("TTHC chưa có quy trình", lambda row: row.standing == Standing.MISSING),
    "ngoai-pham-vi": (
        "TTHC không thuộc phạm vi",
        lambda row: row.standing == Standing.EXCLUDED,
    ),
    "tat-ca": ("TTHC đang có hiệu lực", lambda row: True),
}
