"""The library: what is in force on the day."""

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.models import Field, InForcePeriod, Procedure, VersionTTHC
from qms.foundation.dates import parse_date, today
from qms.foundation.text import fold
from qms.organisation.models import Unit


@require_safe
@login_not_required
def procedure_list(request: HttpRequest) -> HttpResponse:
    day, date_text, date_error = _day(request.GET.get("ngay", ""))
    chosen = {name: request.GET.get(name, "").strip() for name in ("q", "linhvuc", "donvi", "loai")}
    periods = _filtered(_periods(request, day), chosen)
    page = Paginator(periods, 50).get_page(request.GET.get("trang"))
    asked = {**chosen, "ngay": request.GET.get("ngay", "")}
    given = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "page": page,
        "day": day,
        "is_today": day == today(),
        "date_text": date_text,
        "date_error": date_error,
        "chosen": chosen,
        "query": f"{given}&" if given else "",
        "is_filtered": any(chosen.values()),
        "fields": Field.objects.all(),
        "units": Unit.objects.filter(procedures__isnull=False).distinct(),
        "kinds": Procedure.Kind.choices,
        "may_start": may.can_start(request.user),
    }
    return render(request, "procedures/procedure_list.html", context)


def _day(text: str) -> tuple[dt.date, str, str]:
    """Return the day asked for, what was typed, and what is wrong with it."""
    if not text.strip():
        return today(), "", ""
    try:
        return parse_date(text), text, ""
    except ValueError as wrong:
        return today(), text, str(wrong)


def _periods(request: HttpRequest, day: dt.date) -> Any:
    links = VersionTTHC.objects.select_related("tthc").order_by("tthc__code")
    return (
        InForcePeriod.objects.valid(on=day)
        .filter(procedure__in=may.visible_procedures(request.user))
        .select_related("version", "procedure__owner")
        .defer("version__content", "version__search_key")
        .prefetch_related(Prefetch("version__tthc_links", queryset=links))
        .order_by("version__sort_key", F("procedure__sort_key").asc())
    )


def _filtered(periods: Any, chosen: dict[str, str]) -> Any:
    for word in fold(chosen["q"]).split():
        periods = periods.filter(version__search_key__contains=word)
    if chosen["linhvuc"].isdecimal():
        of_field = VersionTTHC.objects.filter(tthc__field_id=int(chosen["linhvuc"]))
        periods = periods.filter(version__in=of_field.values("version"))
    if chosen["donvi"].isdecimal():
        periods = periods.filter(procedure__owner_id=int(chosen["donvi"]))
    if chosen["loai"] in Procedure.Kind.values:
        periods = periods.filter(procedure__kind=chosen["loai"])
    return periods
