"""The geometry of the drawings: numbers in, text for SVG attributes out.

Templates cannot calculate, and in Vietnamese they write 12,5 where SVG needs 12.5; so whatever
stands in a drawing is made here, as text with a dot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Segment:
    """A part of a bar; `state` is a coverage state and decides colour and hatching."""

    label: str
    count: int
    state: str
    url: str
    start: str
    percent: str


def stacked_bar(parts: Iterable[tuple[str, int, str, str]]) -> list[Segment]:
    """Lay (label, count, state, url) side by side from 0 to 100; empty parts have no width."""
    parts = list(parts)
    total = sum(count for _, count, _, _ in parts)
    segments, before = [], 0
    for label, count, state, url in parts:
        start, width = (100 * before / total, 100 * count / total) if total else (0, 0)
        segments.append(Segment(label, count, state, url, _number(start), _number(width)))
        before += count
    return segments


@dataclass(frozen=True)
class TimeBar:
    """The share of one step in the whole time, and where it begins."""

    start: str
    percent: str


def time_bars(minutes: Sequence[int | None], limit: int | None = None) -> list[TimeBar]:
    """One bar a step, each beginning where the one before ended.

    `None` takes no room: its time is unknown or not counted. The whole is `limit`, or the sum
    where that is greater or no limit is known.
    """
    whole = max(sum(each or 0 for each in minutes), limit or 0)
    bars, before = [], 0
    for each in minutes:
        length = each or 0
        start, width = (100 * before / whole, 100 * length / whole) if whole else (0, 0)
        bars.append(TimeBar(_number(start), _number(width)))
        before += length
    return bars


@dataclass(frozen=True)
class Line:
    label: str
    style: str
    path: str


@dataclass(frozen=True)
class Tick:
    position: str
    label: str


@dataclass(frozen=True)
class Mark:
    position: str
    day: date
    label: str


@dataclass(frozen=True)
class Trend:
    """A step chart of counts over days, in a box of 520 × 200 with room for the axes."""

    lines: list[Line]
    rows: list[tuple[date, list[int]]]
    days: list[Tick]
    counts: list[Tick]
    marks: list[Mark]


LEFT, RIGHT, TOP, BOTTOM = 34, 510, 10, 170


def trend(
    series: Sequence[tuple[str, str]],
    points: Sequence[tuple[date, Sequence[int]]],
    *,
    until: date,
    marks: Iterable[tuple[date, str]] = (),
) -> Trend:
    """Draw `points` (a day, one count a series), each holding until the next and the last `until`.

    `series` are (label, style), the style one of covered, fresh, total. `points` are in order of
    days and not empty.
    """
    first = points[0][0]
    span = max((until - first).days, 1)
    top = max(1, *(count for _, counts in points for count in counts))

    def across(day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - first).days / span

    def up(count: int) -> float:
        return BOTTOM - (BOTTOM - TOP) * count / top

    def path(index: int) -> str:
        steps = [f"M{_number(across(first))} {_number(up(points[0][1][index]))}"]
        for day, counts in points[1:]:
            steps.append(f"H{_number(across(day))}V{_number(up(counts[index]))}")
        return "".join(steps) + f"H{RIGHT}"

    return Trend(
        lines=[Line(label, style, path(n)) for n, (label, style) in enumerate(series)],
        rows=[(day, list(counts)) for day, counts in points],
        days=[Tick(_number(across(day)), f"{day:%m/%Y}") for day in _spread(first, until)],
        counts=[Tick(_number(up(count)), str(count)) for count in sorted({0, top // 2, top})],
        marks=[
            Mark(_number(across(day)), day, label) for day, label in marks if first <= day <= until
        ],
    )


def _spread(first: date, until: date, parts: int = 3) -> list[date]:
    return sorted({first + (until - first) * n // parts for n in range(parts + 1)})


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
