"""Nonconformities: the list, one of them, and putting one down."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audits.actions.raising import report_nonconformity
from audits.forms.nonconformities import ALL_SOURCES, OWN_SOURCES, NonconformityForm
from audits.forms.refusals import show_refusal
from audits.models import Nonconformity
from audits.pages.nonconformities import find_nonconformity
from audits.pages.nonconformities_deeds import nonconformity_page
from audits.pages.nonconformities_list import (
    GROUPS,
    ORDERS,
    Asked,
    about_procedure,
    listed,
    rows_of,
)
from audits.pages.nonconformities_new import reported_at, shown_first
from audits.permissions import nonconformities as may
from audits.workflow import NonconformityStatus
from procedures.answers import explain
from procedures.permissions import is_leader, is_secretary, visible_procedures
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import Unit

_PAGE = 50


@require_safe
def nonconformity_list(request: UserRequest) -> HttpResponse:
    asked = Asked.of(request)
    visible = may.visible_nonconformities(request.user)
    page = Paginator(listed(visible, asked), _PAGE).get_page(request.GET.get("trang"))
    units = Unit.objects.filter(pk__in=visible.order_by().values("unit"))
    context = {
        "page": page,
        "rows": rows_of(page, asked.day),
        "asked": asked,
        "typed": asked.typed,
        "about": about_procedure(request.user, asked),
        "is_today": asked.day == today(),
        "query": asked.query(),
        "orders": {name or "moi": asked.query(xep=name) for name in ORDERS},
        "units": units.order_by("path"),
        "states": [*GROUPS, *NonconformityStatus.choices],
        "grades": Nonconformity.Grade.choices,
        "sources": Nonconformity.Source.choices,
        "may_report": reported_at(request.user, None) is not None,
    }
    return render(request, "audits/nonconformity_list.html", context)


@require_safe
def nonconformity_detail(request: UserRequest, slug: str) -> HttpResponse:
    return nonconformity_page(request, find_nonconformity(request, slug))


@require_http_methods(["GET", "POST"])
def nonconformity_new(request: UserRequest) -> HttpResponse:
    agency = reported_at(request.user, request.GET.get("quy-trinh"))
    if agency is None:
        raise PermissionDenied
    keeps = is_secretary(request.user, agency) or is_leader(request.user, agency)
    # What only looks at the steps of another procedure is not judged, and stores nothing.
    is_look = "look" in request.POST
    form = NonconformityForm(
        None if is_look else request.POST or None,
        agency=agency,
        edition=agency.profile.standard,
        procedures=visible_procedures(request.user).filter(agency=agency),
        visible=may.visible_nonconformities(request.user),
        sources=ALL_SOURCES if keeps else OWN_SOURCES,
        initial=request.POST.dict() if is_look else shown_first(request.user, request.GET),
    )
    if form.is_valid():
        try:
            made = report_nonconformity(form.given(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(made), f"Đã lập phiếu {made.number}.")
    status = 422 if form.errors else 200
    return render(request, "audits/nonconformity_new.html", {"form": form}, status=status)
