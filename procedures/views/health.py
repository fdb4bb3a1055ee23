"""What is wrong in the document set, by rule; as a page or a workbook."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from procedures.health import RULES, Defect, Scope, defects
from procedures.permissions.health import (
    can_see_defects,
    drafts_answered_for,
    units_answered_for,
)
from procedures.views.health_sheet import health_workbook
from qms.foundation.dates import today
from qms.http import UserRequest

PAGE = 100


@dataclass(frozen=True)
class Group:
    """The defects of one rule that stand on this page; `count` is how many there are in all."""

    key: str
    title: str
    count: int
    rows: list[Defect]


@require_safe
def health(request: UserRequest) -> HttpResponse:
    found = _found(request)
    counts = Counter(defect.rule for defect in found)
    asked = _asked(request)
    listed = [defect for defect in found if not asked or defect.rule == asked]
    page = Paginator(listed, PAGE).get_page(request.GET.get("trang"))
    query = urlencode({"loai": asked}) if asked else ""
    context = {
        "page": page,
        "groups": [
            Group(key, RULES[key].title, counts[key], list(rows))
            for key, rows in groupby(page.object_list, key=lambda defect: defect.rule)
        ],
        "rules": [(key, rule.title, counts[key]) for key, rule in RULES.items() if counts[key]],
        "asked": asked,
        "asked_title": RULES[asked].title if asked else "",
        "total": len(found),
        "today": today(),
        "query": f"{query}&" if query else "",
        "sheet_query": f"?{query}" if query else "",
    }
    return render(request, "procedures/health.html", context)


@require_safe
def health_sheet(request: UserRequest) -> HttpResponse:
    """Give the list, as asked for, as an Excel workbook."""
    asked = _asked(request)
    rows = [defect for defect in _found(request) if not asked or defect.rule == asked]
    answer = HttpResponse(
        health_workbook(rows, today(), request.build_absolute_uri),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    name = f"loi-tai-lieu-{today().isoformat()}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _found(request: UserRequest) -> list[Defect]:
    if not can_see_defects(request.user):
        raise PermissionDenied
    return defects(
        Scope(units_answered_for(request.user), drafts_answered_for(request.user), today())
    )


def _asked(request: UserRequest) -> str:
    """Return the rule that the address asks for; empty for what is none."""
    key = request.GET.get("loai", "")
    return key if key in RULES else ""
