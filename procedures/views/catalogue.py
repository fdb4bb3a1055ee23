"""The catalogue of TTHC as a list on a day."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.coverage import count, load_facts
from procedures.forms.catalogue import CatalogueForm
from procedures.models import TTHC, TTHCChange, TTHCQuerySet
from procedures.views.reach import Reach, beyond_catalogue
from procedures.views.standing import Line, lines_of
from qms.http import UserRequest

PAGE = 50
SORTS = {"ten": ("sort_on", "code"), "ma": ("code",)}


@dataclass(frozen=True)
class ListLine:
    """A TTHC as it is on the day; `standing` None: it is not counted for the reader's agency."""

    tthc: Any
    status: str
    standing: Line | None


@require_safe
def tthc_list(request: UserRequest) -> HttpResponse:
    reach = Reach(request.user)
    form = CatalogueForm(request.GET)
    sort = request.GET.get("xep", "")
    found = _filtered(form).order_by(*SORTS.get(sort, SORTS["ten"]))
    page = Paginator(found, PAGE).get_page(request.GET.get("trang"))
    keys = [tthc.pk for tthc in page.object_list]
    facts = load_facts(reach.agency, reach.profile(reach.agency), tthc=keys)
    counted = lines_of(request.user, facts, count(facts, form.day).rows, form.day)
    standings = {line.row.tthc_id: line for line in counted}
    kept = {name: form.data[name] for name in form.fields if form.data[name]}
    context = {
        "form": form,
        "day": form.day,
        "page": page,
        "lines": [ListLine(t, _status(t), standings.get(t.pk)) for t in page.object_list],
        "query": urlencode(kept | ({"xep": sort} if sort in SORTS else {})) + "&",
        "sort_query": urlencode(kept) + "&",
        "sort": sort if sort in SORTS else "ten",
        "agency_name": reach.name,
        **beyond_catalogue(facts, form.day),
        "is_filtered": bool(form.value("q") or form.value("linhvuc")),
        "may_start": may.can_start(request.user),
    }
    return render(request, "procedures/tthc_list.html", context)


def _filtered(form: CatalogueForm) -> TTHCQuerySet:
    match form.value("hieuluc"):
        case form.ENDED:
            found = TTHC.objects.ended(on=form.day)
        case form.ALL:
            found = TTHC.objects.as_of(form.day)
        case _:
            found = TTHC.objects.in_force(on=form.day)
    found = found.matching(form.value("q") or "")
    if field := form.value("linhvuc"):
        found = found.filter(Q(field_on_id=field.pk))
    return found


def _status(tthc: Any) -> str:
    """Return what the badge shows of the TTHC on the day, as `status_of` does."""
    if tthc.last_kind:
        return "in_force" if tthc.last_kind in TTHCChange.LIVING else str(tthc.last_kind)
    return "scheduled" if tthc.begins_later else "in_force"
