"""The page of figures: each with the address of the list that it counts; the list of findings."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from audits.models import AuditSettings, Clause, Finding, Nonconformity
from audits.models.clauses import clause_key
from audits.pages.nonconformities_list import IN_TIME, NO_CAUSE, OPEN, RECORDED
from audits.summary import Summary, Tally, findings_on, within
from audits.workflow import NonconformityStatus
from qms.foundation.charts import Segment, Trend, stacked_bar, trend
from qms.foundation.dates import format_date
from qms.organisation.models import Unit

YEARS = 6  # columns; what is older stands in the sum alone
NO_CLAUSE = "khong"
# How each grade is drawn: the states of coverage decide colour and hatching.
_DRAWN = {
    Finding.Grade.MAJOR: "stale",
    Finding.Grade.MINOR: "in_progress",
    Finding.Grade.NONCONFORM: "missing",
    Finding.Grade.OBSERVATION: "excluded",
    Finding.Grade.IMPROVEMENT: "covered",
}
# Their names at the head of a column.
_SHORT = {
    Finding.Grade.MAJOR: "KPH nặng",
    Finding.Grade.MINOR: "KPH nhẹ",
    Finding.Grade.NONCONFORM: "Chưa xếp mức",
    Finding.Grade.OBSERVATION: "Lưu ý",
    Finding.Grade.IMPROVEMENT: "Cải tiến",
}


@dataclass(frozen=True)
class Cell:
    """A count, and the address of the list that it counts."""

    count: int
    url: str


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]
    segments: list[Segment] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """Counts by something, a column each; the last column is the sum, or said otherwise."""

    id: str
    title: str
    noun: str
    columns: list[str]
    rows: list[Row]
    note: str = ""


@dataclass(frozen=True)
class Links:
    """The addresses of lists for the same day and unit."""

    day: dt.date
    unit: Unit

    def query(self, **more: Any) -> str:
        asked = {"ngay": format_date(self.day), "donvi": self.unit.code} | more
        return urlencode({name: value for name, value in asked.items() if value})

    def nonconformities(self, **more: Any) -> str:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return f"{reverse('audits:nonconformity-list')}?{self.query(**named)}"

    def recorded(self, **more: Any) -> str:
        return self.nonconformities(trang_thai=RECORDED, **more)

    def findings(self, **more: Any) -> str:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return f"{reverse('audits:summary-findings')}?{self.query(**named)}"


def summary_context(found: Summary) -> dict[str, Any]:
    """Return all that the page shows of the figures."""
    links = Links(found.day, found.unit)
    return {
        "summary": found,
        "links": _figure_links(links),
        "plans": [(plan, plan.programme.get_absolute_url()) for plan in found.plans],
        "segments": _standing_bar(found, links),
        "chart": _chart(found),
        "grades": _grade_bar(found, links),
        "tables": tables_of(found),
        "sheet_url": f"{reverse('audits:summary-sheet')}?{links.query()}",
    }


def _figure_links(links: Links) -> dict[str, str]:
    return {
        "open": links.nonconformities(trang_thai=OPEN),
        "overdue": links.nonconformities(qua_han="1"),
        "closed": links.nonconformities(trang_thai=NonconformityStatus.CLOSED),
        "recorded": links.recorded(),
        "repeated": links.recorded(lap_lai="1"),
        "checked": links.recorded(hieu_luc="da"),
        "effective": links.recorded(hieu_luc="dat"),
        "failed": links.recorded(hieu_luc="khong-dat"),
        "findings": links.findings(),
    }


def _standing_bar(found: Summary, links: Links) -> list[Segment]:
    standing = found.standing
    in_time = links.nonconformities(qua_han=IN_TIME)
    return stacked_bar(
        [
            ("Đã đóng", standing.closed, "covered", _figure_links(links)["closed"]),
            ("Đang mở, còn hạn", standing.open - standing.overdue, "in_progress", in_time),
            ("Quá hạn", standing.overdue, "stale", links.nonconformities(qua_han="1")),
        ]
    )


def _chart(found: Summary) -> Trend | None:
    """Draw the course of the last years; None where there is nothing before the day."""
    if not found.course or found.course[0].day >= found.day:
        return None
    return trend(
        [("Đã ghi nhận", "total"), ("Đã đóng", "covered"), ("Đang mở", "fresh")],
        [(point.day, (point.recorded, point.closed, point.open)) for point in found.course],
        until=found.day,
    )


def _grade_bar(found: Summary, links: Links) -> list[Segment]:
    totals = {tally.key: tally.total for tally in found.findings_by_grade}
    return stacked_bar(
        (Finding.Grade(grade).label, totals[grade], state, links.findings(muc=grade))
        for grade, state in _DRAWN.items()
        if grade in totals
    )


def tables_of(found: Summary) -> list[Table]:
    """Return the tables of the page; the workbook holds the same."""
    links = Links(found.day, found.unit)
    tables = [
        _grade_table(found, links),
        _unit_table(found, links),
        _clause_table(found, links),
        _source_table(found, links),
        _cause_table(found, links),
    ]
    return [table for table in tables if table.rows]


def _grade_table(found: Summary, links: Links) -> Table:
    """A row a year: all years stand here."""
    tallies = {tally.key: tally for tally in found.findings_by_grade}
    grades = [grade for grade in _DRAWN if grade in tallies]
    years = sorted({year for tally in tallies.values() for year in tally.years}, reverse=True)
    rows = []
    for year in years:
        counts = {grade: tallies[grade].years.get(year, 0) for grade in grades}
        cells = [Cell(counts[grade], links.findings(muc=grade, nam=year)) for grade in grades]
        bar = stacked_bar((grade, counts[grade], _DRAWN[grade], "") for grade in grades)
        total = Cell(sum(counts.values()), links.findings(nam=year))
        rows.append(Row(f"Năm {year}", [*cells, total], bar))
    columns = [*(_SHORT[grade] for grade in grades), "Tổng"]
    return Table("theo-muc", "Phát hiện theo năm và mức", "Năm", columns, rows)


def _unit_table(found: Summary, links: Links) -> Table:
    units = found.units
    open_by = found.standing.by_unit
    tallies = {tally.key: tally for tally in found.findings_by_unit}
    table = _by_year(
        found,
        ("theo-don-vi", "Phát hiện theo đơn vị", "Đơn vị"),
        [
            (str(unit), tallies.get(pk, Tally(pk)), links.findings, {"don_vi": pk})
            for pk, unit in sorted(units.items(), key=lambda each: each[1].path or "")
        ],
    )
    ordered = sorted(units.values(), key=lambda unit: unit.path or "")
    for row, unit in zip(table.rows, ordered, strict=True):
        count = open_by.get(unit.code, 0)
        row.cells.append(Cell(count, links.nonconformities(trang_thai=OPEN, don_vi=unit.pk)))
    return Table(**(vars(table) | {"columns": [*table.columns, "KPH đang mở"]}))


def _clause_table(found: Summary, links: Links) -> Table:
    tallies = [tally for tally in found.findings_by_clause if tally.key]
    titles = dict(
        Clause.objects.filter(number__in=[tally.key for tally in tallies])
        .order_by("edition")
        .values_list("number", "title_vi")
    )
    ordered = sorted(tallies, key=lambda tally: clause_key(tally.key))
    rows: list[Any] = [
        (f"{each.key} {titles.get(each.key, '')}".strip(), each, links.findings, {"dieu": each.key})
        for each in ordered
    ]
    rows += [
        ("Không gắn điều khoản", each, links.findings, {"dieu": NO_CLAUSE})
        for each in found.findings_by_clause
        if not each.key
    ]
    return _by_year(found, ("theo-dieu", "Phát hiện theo điều khoản", "Điều khoản"), rows)


def _source_table(found: Summary, links: Links) -> Table:
    tallies = {tally.key: tally for tally in found.by_source}
    return _by_year(
        found,
        ("theo-nguon", "KPH theo nguồn", "Nguồn"),
        [
            (str(source.label), tallies[source], links.recorded, {"nguon": source.value})
            for source in Nonconformity.Source
            if source in tallies
        ],
        note="Không tính phiếu đã kết luận không phải KPH.",
    )


def _cause_table(found: Summary, links: Links) -> Table:
    labels: dict[str, str] = AuditSettings.of(found.unit.agency()).cause_labels() | {
        "": "Chưa xếp nhóm nguyên nhân"
    }
    tallies = {tally.key: tally for tally in found.by_cause}
    named = [key for key in labels if key in tallies] + [
        key for key in tallies if key not in labels
    ]
    return _by_year(
        found,
        ("theo-nguyen-nhan", "KPH theo nguyên nhân", "Nhóm nguyên nhân"),
        [
            (labels.get(key) or key, tallies[key], links.recorded, {"nguyen_nhan": key or NO_CAUSE})
            for key in named
        ],
        note="Theo lần phân tích gần nhất; không tính phiếu đã kết luận không phải KPH.",
    )


def _by_year(
    found: Summary,
    names: tuple[str, str, str],
    lines: Iterable[tuple[str, Tally, Callable[..., str], Mapping[str, Any]]],
    *,
    note: str = "",
) -> Table:
    """Return a table with a column a year; of more than `YEARS` the last ones, and a sum of all."""
    years = found.years()
    shown = years[-YEARS:]
    rows = [
        Row(
            label,
            [
                *(Cell(tally.years.get(year, 0), link(nam=year, **asked)) for year in shown),
                Cell(tally.total, link(**asked)),
            ],
        )
        for label, tally, link, asked in lines
    ]
    older = f"Cột Tổng gồm cả các năm trước {shown[0]}." if len(years) > len(shown) else ""
    told = " ".join(filter(None, [note, older]))
    return Table(*names, [*(str(year) for year in shown), "Tổng"], rows, told)


# --- the list of findings ---


@dataclass(frozen=True)
class FindingsAsked:
    """What the address asks of the findings, as typed; unknown words are as if not asked."""

    typed: Mapping[str, str]

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "FindingsAsked":
        names = ("muc", "nam", "don-vi", "dieu")
        typed = {name: asked.get(name, "").strip()[:60] for name in names}
        if typed["muc"] not in Finding.Grade.values:
            typed["muc"] = ""
        for name in ("nam", "don-vi"):
            is_key = typed[name].isdecimal() and len(typed[name]) < 10
            typed[name] = typed[name] if is_key else ""
        return cls({name.replace("-", "_"): value for name, value in typed.items()})

    @property
    def is_filtered(self) -> bool:
        return any(self.typed.values())

    def query(self, links: Links) -> str:
        """Return the parameters that ask the same, ending in `&`."""
        return f"{links.query(**{n.replace('_', '-'): v for n, v in self.typed.items()})}&"


def listed_findings(
    visible: QuerySet[Finding], unit: Unit, day: dt.date, asked: FindingsAsked
) -> QuerySet[Finding]:
    """Return what was asked for, the latest audit first, with what the list shows of each."""
    typed = asked.typed
    clause = "" if typed["dieu"] == NO_CLAUSE else typed["dieu"]
    wanted = Q(clause=clause) if typed["dieu"] else Q()
    for name, path in (("muc", "grade"), ("nam", "found_on__year"), ("don_vi", "unit")):
        if typed[name]:
            wanted &= Q(**{path: typed[name]})
    found = findings_on(day, visible.filter(within(unit, agency="audit__agency"))).filter(wanted)
    return found.select_related("audit", "unit", "version__procedure", "nonconformity").order_by(
        "-audit__starts_on", "-audit", "seq"
    )
