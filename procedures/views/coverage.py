"""Coverage: the figures of a day, the list behind each, their course (LOOK, Coverage)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.coverage import (
    LISTS,
    Coverage,
    Group,
    Row,
    Scope,
    Standing,
    Tally,
    count,
    course,
    decisions_between,
    load_facts,
    scope_on,
)
from procedures.forms.catalogue import CoverageForm
from procedures.pages.yearly import scope_view
from procedures.views.coverage_sheet import coverage_workbook
from procedures.views.reach import Reach
from procedures.views.standing import lines_of
from qms.foundation.charts import Segment, Trend, stacked_bar, trend
from qms.foundation.dates import add_months
from qms.http import UserRequest

PAGE = 50
FIRST = 3  # lines shown of each deadline
COURSE_MONTHS = 60
# Lists that hang on what was declared, by the words of the address.
DECLARED = {
    "trong-cong-bo": "TTHC trong phạm vi đã công bố HTQLCL",
    "ngoai-cong-bo": "TTHC chưa có trong QĐ công bố HTQLCL",
}
PARTS = (
    ("Phù hợp", Standing.COVERED, "phu-hop"),
    ("Phải cập nhật", Standing.STALE, "phai-cap-nhat"),
    ("Đang soạn", Standing.IN_PROGRESS, "dang-soan"),
    ("Chưa có quy trình", Standing.MISSING, "thieu"),
)


@dataclass(frozen=True)
class Selection:
    """The list that stands on the page: all that is to do, or what was asked for."""

    title: str
    rows: list[Row]
    group: str
    field: str

    @property
    def is_chosen(self) -> bool:
        return bool(self.group or self.field)


@dataclass(frozen=True)
class GroupLine:
    """The figures of a lĩnh vực or unit, and the addresses of the lists behind them."""

    group: Group
    segments: list[Segment]
    url: str
    with_procedure_url: str
    fresh_url: str


@dataclass(frozen=True)
class Deadline:
    """A day by which something is due: the first lines, and how many more there are."""

    day: dt.date
    rows: list[Row]
    more: int


@dataclass(frozen=True)
class Links:
    """Addresses of this page for the same day and unit."""

    day: dt.date
    unit_code: str

    def query(self, **more: str) -> str:
        kept = {"ngay": self.day.isoformat(), "donvi": self.unit_code} | more
        return urlencode({key: value for key, value in kept.items() if value})

    def list(self, group: str = "", field: str = "") -> str:
        return f"?{self.query(nhom=group, linhvuc=field)}#danh-sach"


@require_safe
def coverage(request: UserRequest) -> HttpResponse:
    reach = Reach(request.user)
    form = CoverageForm(request.GET, units=reach.units, default=reach.agency)
    found = count(load_facts(form.unit, reach.profile(form.unit)), form.day)
    links = Links(form.day, form.unit.code)
    declared = scope_view(request.user, found)
    selection = _selection(found, request.GET, declared.scope)
    page = Paginator(selection.rows, PAGE).get_page(request.GET.get("trang"))
    chosen = links.query(nhom=selection.group, linhvuc=selection.field)
    context = {
        "form": form,
        "coverage": found,
        "goal": f"Mục tiêu {found.base}/{found.base}" if found.base else "",
        "selection": selection,
        "page": page,
        "lines": lines_of(request.user, found.facts, page.object_list, form.day),
        "query": f"{chosen}&",
        # A template cannot ask for a name with a hyphen.
        "links": {name.replace("-", "_"): links.list(name) for name in (*LISTS, *DECLARED)},
        "declared": declared,
        "all_url": f"?{links.query()}#danh-sach",
        "sheet_url": f"{reverse('procedures:coverage-sheet')}?{chosen}",
        "segments": _segments(found, links),
        "chart": _chart(found),
        "fields": [_field_line(group, links) for group in found.by_field()],
        "units": _unit_lines(found, form.day),
        "deadlines": [
            Deadline(day, rows[:FIRST], max(len(rows) - FIRST, 0))
            for day, rows in found.next_deadlines()
        ],
        "months": found.facts.months,
        "may_start": may.can_start(request.user),
        "agency_name": reach.name,
    }
    return render(request, "procedures/coverage.html", context)


@require_safe
def coverage_sheet(request: UserRequest) -> HttpResponse:
    """Send the list that the page shows as an Excel workbook, with all its pages."""
    reach = Reach(request.user)
    form = CoverageForm(request.GET, units=reach.units, default=reach.agency)
    found = count(load_facts(form.unit, reach.profile(form.unit)), form.day)
    scope = scope_on(found)
    selection = _selection(found, request.GET, scope)
    rows = selection.rows if selection.is_chosen else list(found.rows)
    title = selection.title if selection.is_chosen else LISTS["tat-ca"][0]
    lines = lines_of(request.user, found.facts, rows, form.day)
    answer = HttpResponse(
        coverage_workbook(found, title, lines, scope),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    name = f"ty-le-quy-trinh-iso-{slugify(form.unit.code)}-{form.day.isoformat()}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _selection(found: Coverage, asked: Mapping[str, str], scope: Scope) -> Selection:
    """Return the rows of the list asked for; without a known one, what is to do."""
    group, field = asked.get("nhom", ""), asked.get("linhvuc", "")
    if group not in LISTS and group not in DECLARED:
        group = ""
    if group in DECLARED:
        title = DECLARED[group]
        rows = list(scope.rows if group == "trong-cong-bo" else scope.undeclared)
    elif group:
        title, belongs = LISTS[group]
        rows = [row for row in found.rows if belongs(row)]
    elif field:
        title, rows = "TTHC", list(found.rows)
    else:
        title, rows = "Việc cần làm", found.to_do()
    if field:
        title = f"{title} – {field}"
        rows = [row for row in rows if row.field == field]
    return Selection(title, rows, group, field)


def _segments(tally: Tally, links: Links | None = None) -> list[Segment]:
    return stacked_bar(
        (label, len(tally.of(standing)), standing.value, links.list(name) if links else "")
        for label, standing, name in PARTS
    )


def _field_line(group: Group, links: Links) -> GroupLine:
    return GroupLine(
        group,
        _segments(group.tally),
        links.list(field=group.name),
        links.list("co-quy-trinh", group.name),
        links.list("phu-hop", group.name),
    )


def _unit_lines(found: Coverage, day: dt.date) -> list[GroupLine]:
    """Return the lines of the units below; none where the chosen unit does everything itself."""
    groups = found.by_unit()
    if all(group.code == found.unit.code for group in groups):
        return []
    return [_unit_line(group, Links(day, group.code)) for group in groups]


def _unit_line(group: Group, links: Links) -> GroupLine:
    return GroupLine(
        group,
        _segments(group.tally),
        f"?{links.query()}",
        links.list("co-quy-trinh"),
        links.list("phu-hop"),
    )


def _chart(found: Coverage) -> Trend | None:
    """Draw the last five years of the course; None where nothing ever changed in them."""
    points = course(found.facts, found.on)
    start = add_months(found.on, -COURSE_MONTHS)
    before = [point for point in points if point.day <= start]
    after = [point for point in points if point.day > start]
    if not after:
        return None
    first = max(start, (after[0].day - dt.timedelta(days=45)).replace(day=1))
    drawn = [(first, before[-1].counts)] if before else []
    drawn += [(point.day, point.counts) for point in after]
    return trend(
        [
            ("Có quy trình ISO", "covered"),
            ("Phù hợp quy định hiện hành", "fresh"),
            ("TTHC được tính", "total"),
        ],
        drawn,
        until=found.on,
        marks=decisions_between(found.facts, first, found.on),
    )
