"""Figures over the audits and nonconformities of a unit and all below it, as of a day.

Pure reading: everything is counted by the database, in as many queries for one as for thousands.
What counts is what the lists behind the figures show, see `audits.pages.summary`.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from audits.models import (
    AuditProgramme,
    AuditSubject,
    EffectivenessCheck,
    Finding,
    Nonconformity,
    ProgrammeLine,
    Treatment,
)
from audits.standing import Standing, standing_on
from audits.workflow import REPORTED_AUDIT
from qms.foundation.dates import add_months
from qms.organisation.models import Unit

COURSE_MONTHS = 60


def within(unit: Unit, *, agency: str = "agency") -> Q:
    """Return the condition that it is about `unit` or one below, or found by an agency there.

    `agency` leads from the record to its agency; a shared one-stop desk lies beside the agencies.
    """
    path = unit.path or ""
    return Q(unit__path__startswith=path) | Q(**{f"{agency}__path__startswith": path})


def findings_on(day: dt.date, among: QuerySet[Finding]) -> QuerySet[Finding]:
    """Return those told at a closing meeting by the day, but for audits given up by it."""
    return among.filter(
        Q(audit__cancelled_on__isnull=True) | Q(audit__cancelled_on__gt=day),
        audit__closing_held_on__lte=day,
        found_on__lte=day,
    )


def recorded_on(day: dt.date, among: QuerySet[Nonconformity]) -> QuerySet[Nonconformity]:
    """Return the nonconformities found by the day and not rejected by it, closed or not."""
    return among.filter(Q(rejected_on__isnull=True) | Q(rejected_on__gt=day), found_on__lte=day)


def with_verdicts(day: dt.date, among: QuerySet[Nonconformity]) -> QuerySet[Nonconformity]:
    """Annotate the verdict on the effect by the day: `last_verdict` (NULL: none), `has_failed`."""
    checks = EffectivenessCheck.objects.filter(
        nonconformity=OuterRef("pk"), checked_on__lte=day
    ).order_by("-checked_on", "-pk")
    return among.annotate(
        last_verdict=Subquery(checks.values("is_effective")[:1]),
        has_failed=Exists(checks.filter(is_effective=False)),
    )


@dataclass
class Tally:
    """How many of one kind, by the year in which they were found."""

    key: Any
    years: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def total(self) -> int:
        return sum(self.years.values())


@dataclass(frozen=True)
class YearPlan:
    """A year's plan in effect on the day: lines due by it, and how many of them were audited."""

    programme: AuditProgramme
    lines: int
    due: int
    done: int
    ahead: int  # audited before they were due


@dataclass(frozen=True)
class Handling:
    """What became of the nonconformities recorded by the day. Times are in days, None of none."""

    recorded: int
    repeated: int
    checked: int
    effective: int  # by the last check
    ever_failed: int
    closed: int
    mean_days: float | None
    median_days: float | None


@dataclass(frozen=True)
class Point:
    """How many were recorded, closed and open from a day on."""

    day: dt.date
    recorded: int
    closed: int

    @property
    def open(self) -> int:
        return self.recorded - self.closed


@dataclass(frozen=True)
class Summary:
    """All figures of the page; findings are of audits, nonconformities of every source."""

    unit: Unit
    day: dt.date
    plans: list[YearPlan]
    findings_by_grade: list[Tally]
    findings_by_unit: list[Tally]
    findings_by_clause: list[Tally]
    by_source: list[Tally]
    by_cause: list[Tally]  # key "": not analysed, or of no category
    units: dict[int, Unit]  # those of which something is counted
    standing: Standing
    handling: Handling
    course: list[Point]

    @property
    def is_empty(self) -> bool:
        return not (self.plans or self.findings_by_grade or self.by_source)

    def years(self) -> list[int]:
        """Return the years in which something was found, in order."""
        tallies = [*self.findings_by_grade, *self.by_source]
        return sorted({year for tally in tallies for year in tally.years})


def summary_of(
    unit: Unit,
    day: dt.date,
    *,
    findings: QuerySet[Finding],
    nonconformities: QuerySet[Nonconformity],
    programmes: QuerySet[AuditProgramme],
) -> Summary:
    """Count what is `unit`'s of all that somebody may see, as it stood on the day."""
    told = findings_on(day, findings.filter(within(unit, agency="audit__agency")))
    about = nonconformities.filter(within(unit))
    recorded = recorded_on(day, about)
    by_unit, standing = _tallies(told, "unit"), standing_on(day, about)
    named = Q(pk__in=[tally.key for tally in by_unit]) | Q(code__in=list(standing.by_unit))
    return Summary(
        unit=unit,
        day=day,
        plans=plans_on(day, unit, programmes),
        findings_by_grade=_tallies(told, "grade"),
        findings_by_unit=by_unit,
        findings_by_clause=_tallies(told, "clause"),
        by_source=_tallies(recorded, "source"),
        by_cause=_by_cause(recorded),
        units=Unit.objects.filter(named).in_bulk(),
        standing=standing,
        handling=_handling(day, recorded),
        course=_course(day, about),
    )


def _tallies(among: QuerySet[Any], name: str) -> list[Tally]:
    rows = among.order_by().values_list(name, "found_on__year").annotate(Count("pk"))
    return _gathered(rows)


def _gathered(rows: Iterable[tuple[Any, int, int]]) -> list[Tally]:
    found: dict[Any, Tally] = {}
    for key, year, count in rows:
        found.setdefault(key, Tally(key)).years[year] += count
    return list(found.values())


def _by_cause(recorded: QuerySet[Nonconformity]) -> list[Tally]:
    """Count by the category that the round now under way names."""
    named = Treatment.objects.filter(nonconformity=OuterRef("pk"), round=OuterRef("round")).exclude(
        category=""
    )
    found = recorded.annotate(cause=Subquery(named.values("category")[:1]))
    rows = found.order_by().values_list("cause", "found_on__year").annotate(Count("pk"))
    return _gathered((cause or "", year, count) for cause, year, count in rows)


def _handling(day: dt.date, recorded: QuerySet[Nonconformity]) -> Handling:
    took = ExpressionWrapper(F("closed_on") - F("found_on"), output_field=DurationField())
    closed = Q(closed_on__lte=day)
    found = with_verdicts(day, recorded).annotate(took=took)
    counts = found.order_by().aggregate(
        recorded=Count("pk"),
        repeated=Count("pk", filter=Q(repeats__isnull=False)),
        checked=Count("pk", filter=Q(last_verdict__isnull=False)),
        effective=Count("pk", filter=Q(last_verdict=True)),
        ever_failed=Count("pk", filter=Q(has_failed=True)),
        closed=Count("pk", filter=closed),
        mean=Avg("took", filter=closed),
    )
    mean = counts.pop("mean")
    times = recorded.filter(closed).annotate(took=took).order_by("took", "pk")
    return Handling(
        **counts,
        mean_days=mean / dt.timedelta(days=1) if mean is not None else None,
        median_days=_median(times.values_list("took", flat=True), counts["closed"]),
    )


def _median(times: QuerySet[Any, dt.timedelta], count: int) -> float | None:
    """Return the middle of `times`, which are in order, in days; of an even number between two."""
    if not count:
        return None
    middle = list(times[(count - 1) // 2 : count // 2 + 1])
    return sum(each / dt.timedelta(days=1) for each in middle) / len(middle)


def plans_on(day: dt.date, unit: Unit, programmes: QuerySet[AuditProgramme]) -> list[YearPlan]:
    """Return the plans in effect on the day, the last year first, each by its lines of `unit`.

    A line is due once the last of its months has passed. It is done by a reported audit that took
    it up, in whichever revision of the year. A year's plan has a few dozen lines, whose months
    are a list: they are compared here.
    """
    path = unit.path or ""
    agencies = Q(agency__path__startswith=path) | Q(agency__in=unit.ancestor_ids())
    approved = programmes.approved().filter(agencies, approved_on__lte=day)  # type: ignore[attr-defined]
    last = {(each.agency_id, each.year): each for each in approved.order_by("year", "revision")}
    rows = ProgrammeLine.objects.filter(programme__in=list(last.values()), removed_at=None).filter(
        Q(programme__agency__path__startswith=path)
        | Q(unit__path__startswith=path)
        | Q(procedure__owner__path__startswith=path)
    )
    audited = _audited_lines(day, last.values())
    lines: dict[int, list[tuple[bool, bool]]] = defaultdict(list)
    for line in rows.select_related("programme"):
        year = line.programme.year
        is_due = add_months(dt.date(year, max(line.months, default=12), 1), 1) <= day
        is_done = (line.programme.agency_id, year, *line.key) in audited
        lines[line.programme_id].append((is_due, is_done))
    return [
        YearPlan(
            programme=each,
            lines=len(lines[each.pk]),
            due=sum(is_due for is_due, _ in lines[each.pk]),
            done=sum(is_due and is_done for is_due, is_done in lines[each.pk]),
            ahead=sum(is_done and not is_due for is_due, is_done in lines[each.pk]),
        )
        for each in sorted(last.values(), key=lambda one: -one.year)
        if lines[each.pk]
    ]


def _audited_lines(day: dt.date, plans: Iterable[AuditProgramme]) -> set[tuple[Any, ...]]:
    """Return agency, year and `ProgrammeLine.key` of what a reported audit took up by the day."""
    rows = AuditSubject.objects.filter(
        removed_at=None,
        line__programme__agency__in={plan.agency_id for plan in plans},
        audit__status__in=sorted(REPORTED_AUDIT),
        audit__reported_on__lte=day,
    ).values_list(
        "line__programme__agency",
        "line__programme__year",
        "line__unit",
        "line__procedure",
        "line__clauses",
    )
    return {
        (agency, year, unit, proc, tuple(clauses)) for agency, year, unit, proc, clauses in rows
    }


def _course(day: dt.date, about: QuerySet[Nonconformity]) -> list[Point]:
    """Return the counts from each day on which one changed, the last five years of them."""
    begins = add_months(day, -COURSE_MONTHS)
    changes: dict[dt.date, list[int]] = defaultdict(lambda: [0, 0])
    found = about.filter(found_on__lte=day).order_by()
    for name, at, by in (("found_on", 0, 1), ("rejected_on", 0, -1), ("closed_on", 1, 1)):
        rows = found.filter(**{f"{name}__lte": day}).values_list(name).annotate(Count("pk"))
        for changed_on, count in rows:
            changes[max(changed_on, begins)][at] += by * count
    points, recorded, closed = [], 0, 0
    for changed_on in sorted(changes):
        recorded += changes[changed_on][0]
        closed += changes[changed_on][1]
        points.append(Point(changed_on, recorded, closed))
    return points
