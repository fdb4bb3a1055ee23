"""The catalogue of TTHC as a list on a day."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.coverage import Row, count, load_facts
from procedures.forms.catalogue import CatalogueForm
from procedures.models import TTHC, TTHCChange
from procedures.views.reach import Reach, beyond_catalogue
from qms.foundation.text import fold
from qms.http import UserRequest

PAGE = 50
SORTS = {"ten": ("sort_on", "code"), "ma": ("code",)}


@dataclass(frozen=True)
class ListLine:
    """A TTHC of the list as it is on the day; `row` None: no unit of the reader answers for it."""

    tthc: Any
    is_in_force: bool
    begins_later: bool
    row: Row | None


@require_safe
def tthc_list(request: UserRequest) -> HttpResponse:
    reach = Reach(request.user)
    form = CatalogueForm(request.GET)
    sort = request.GET.get("xep", "")
    found = _filtered(form).order_by(*SORTS.get(sort, SORTS["ten"]))
    page = Paginator(found.select_related("field"), PAGE).get_page(request.GET.get("trang"))
    keys = [tthc.pk for tthc in page.object_list]
    facts = load_facts(reach.agency, reach.profile(reach.agency), tthc=keys)
    rows = {row.tthc_id: row for row in count(facts, form.day).rows}
    kept = {name: form.data[name] for name in form.fields if form.data[name]}
    context = {
        "form": form,
        "day": form.day,
        "page": page,
        "lines": [_list_line(tthc, rows.get(tthc.pk)) for tthc in page.object_list],
        "query": urlencode(kept | ({"xep": sort} if sort in SORTS else {})) + "&",
        "sort_query": urlencode(kept) + "&",
        "sort": sort if sort in SORTS else "ten",
        "agency_name": facts.profile.display_name if facts.profile else str(reach.agency),
        **beyond_catalogue(facts, form.day),
        "is_filtered": bool(form.value("q") or form.value("linhvuc")),
        "may_start": may.can_start(request.user),
    }
    return render(request, "procedures/tthc_list.html", context)


def _filtered(form: CatalogueForm) -> QuerySet[Any]:
    found: QuerySet[Any] = TTHC.objects.as_of(form.day)
    for word in fold(form.value("q") or "").split():
        found = found.filter(Q(search_on__contains=word) | Q(search_key__contains=word))
    if field := form.value("linhvuc"):
        found = found.filter(field_on_id=field.pk)
    match form.value("hieuluc"):
        case form.ENDED:
            return found.filter(last_kind__isnull=False).exclude(last_kind__in=TTHCChange.LIVING)
        case form.ALL:
            return found
        case _:
            return found.filter(
                Q(last_kind__in=TTHCChange.LIVING) | Q(last_kind__isnull=True, begins_later=False)
            )


def _list_line(tthc: Any, row: Row | None) -> ListLine:
    living = tthc.last_kind in TTHCChange.LIVING if tthc.last_kind else not tthc.begins_later
    return ListLine(tthc, living, not tthc.last_kind and tthc.begins_later, row)
