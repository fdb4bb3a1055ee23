"""The library: what is in force on the day, found, filtered and sorted; as a page or a workbook."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Length, StrIndex
from django.db.models.lookups import LessThanOrEqual
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.imports.codes import read_code
from procedures.models import Field, InForcePeriod, Procedure, VersionTTHC
from procedures.permissions.exports import can_archive
from procedures.reviewing import overdue
from procedures.views.library_sheet import library_workbook
from procedures.views.reach import key_of, open_to_strangers
from qms.foundation.dates import format_date, parse_date, today
from qms.foundation.text import confusable_key, fold
from qms.http import UserRequest
from qms.organisation.models import Unit

PAGE = 50
# How the list may be sorted, by the word in the address; the name decides between equals.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "": ("version__sort_key", "procedure__sort_key"),
    "ma": ("procedure__sort_key",),
    "ngay": ("-valid_from", "version__sort_key", "procedure__sort_key"),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks of the library, as typed, and the day that it means."""

    q: str
    linhvuc: str
    donvi: str
    loai: str
    xep: str
    ngay: str
    day: dt.date
    date_error: str = ""
    xemxet: str = ""  # only those whose periodic review is late on the day

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        """Read the address; what it does not know is as if not asked."""
        given = {
            name: request.GET.get(name, "").strip()[:200] for name in ("q", "linhvuc", "donvi")
        }
        kind, order = request.GET.get("loai", ""), request.GET.get("xep", "")
        day, wrong, text = today(), "", request.GET.get("ngay", "").strip()
        try:
            day = parse_date(text) if text else day
            text = format_date(day) if text else ""  # links may bring ISO dates; people read ours
        except ValueError as error:
            wrong = str(error)
        return cls(
            **given,
            loai=kind if kind in Procedure.Kind.values else "",
            xep=order if order in ORDERS else "",
            ngay=text,
            day=day,
            date_error=wrong,
            xemxet="qua-han" if request.GET.get("xemxet") == "qua-han" else "",
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.linhvuc or self.donvi or self.loai or self.xemxet)

    def query(self, **other: str) -> str:
        """Return the parameters that ask the same, but for `other`, each pair ending in `&`."""
        names = ("q", "linhvuc", "donvi", "loai", "xemxet", "ngay", "xep")
        asked = {name: getattr(self, name) for name in names} | other
        return "".join(f"{urlencode({k: v})}&" for k, v in asked.items() if v)


@require_safe
@open_to_strangers
def procedure_list(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request)
    visible = may.visible_procedures(request.user)
    page = Paginator(_periods(visible, asked), PAGE).get_page(request.GET.get("trang"))
    covering = VersionTTHC.objects.filter(
        tthc__field=OuterRef("pk"), version__procedure__in=visible
    )
    context = {
        "page": page,
        "asked": asked,
        "is_today": asked.day == today(),
        "query": asked.query(),
        "orders": {name or "ten": asked.query(xep=name) for name in ORDERS},
        "fields": Field.objects.filter(Exists(covering)),
        "units": Unit.objects.filter(pk__in=visible.values("owner")),
        "kinds": Procedure.Kind.choices if request.user.is_authenticated else (),
        "may_start": may.can_start(request.user),
        "may_filter_reviews": may.is_secretary(request.user) or may.is_leader(request.user),
        "may_archive": can_archive(request.user),
    }
    return render(request, "procedures/procedure_list.html", context)


@require_safe
def procedure_sheet(request: UserRequest) -> HttpResponse:
    """Give the whole list, as asked for, as an Excel workbook."""
    asked = Asked.of(request)
    periods = _periods(may.visible_procedures(request.user), asked)
    data = library_workbook(periods, asked.day)
    answer = HttpResponse(
        data, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = f"quy-trinh-{asked.day.isoformat()}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _periods(visible: QuerySet[Procedure], asked: Asked) -> QuerySet[InForcePeriod]:
    """Return the periods of the day that were asked for, with what the list shows of each."""
    links = VersionTTHC.objects.select_related("tthc").order_by("tthc__code")
    links = links.only("version", "tthc__code")
    periods = InForcePeriod.objects.valid(on=asked.day).filter(procedure__in=visible)
    if field := key_of(asked.linhvuc):
        of_field = VersionTTHC.objects.filter(tthc__field_id=field)
        periods = periods.filter(version__in=of_field.values("version"))
    if unit := key_of(asked.donvi):
        periods = periods.filter(procedure__owner_id=unit)
    if asked.loai:
        periods = periods.filter(procedure__kind=asked.loai)
    if asked.xemxet:
        periods = overdue(periods, on=asked.day)
    order = ORDERS[asked.xep]
    if fold(asked.q):
        periods = periods.filter(_found(asked.q)).annotate(nearness=_nearness(asked.q))
        order = order if asked.xep else ("nearness", *order)
    return (
        periods.select_related("version", "procedure__owner")
        .defer("version__content", "version__search_key")
        .prefetch_related(Prefetch("version__tthc_links", queryset=links))
        .order_by(*order)
    )


def _found(typed: str) -> Q:
    """Return the condition that a version says every word, or bears the code, however spelt."""
    says = Q()
    for word in fold(typed).split():
        says &= Q(version__search_key__contains=word)
    found = says | Q(procedure__confusable_key__contains=confusable_key(typed))
    core = read_code(typed).code
    if core:
        found |= Q(version__in=VersionTTHC.objects.filter(tthc__code=core).values("version"))
    return found


def _nearness(typed: str) -> Case:
    """Return 0 where code or title, with which the search key begins, hold the words as typed."""
    at = StrIndex("version__search_key", Value(fold(typed)))
    head = Length("procedure__code") + Length("version__title")
    near = Q(LessThanOrEqual(at, head)) & ~Q(LessThanOrEqual(at, Value(0)))
    return Case(When(near, then=0), default=1, output_field=IntegerField())
