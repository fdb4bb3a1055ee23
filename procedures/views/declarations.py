"""Declarations of the quality system: listed, recorded, what followed them."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.actions.yearly import state_of_yearly
from procedures.answers import explain
from procedures.coverage import count, load_facts, profile_of
from procedures.forms.catalogue import sane_day
from procedures.forms.yearly import AfterDeclarationForm, DeclarationForm, MistakeForm
from procedures.models import Declaration
from procedures.pages.yearly import Offer, offer_on, scope_view
from procedures.permissions.yearly import can_declare, visible_declarations
from qms.foundation.dates import format_date, parse_date, today
from qms.http import UserRequest
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role
from qms.records import files

_AFTER = ("notified_number", "notified_on", "posted_on", "website_url", "note")


@require_safe
def declaration_list(request: UserRequest) -> HttpResponse:
    if not may.reader_agencies(request.user).exists():
        raise PermissionDenied
    rows = visible_declarations(request.user).annotate(number_of_tthc=Count("tthc"))
    context = {
        "declarations": rows.select_related("agency"),
        "may_declare": may.is_secretary(request.user),
    }
    return render(request, "procedures/declaration_list.html", context)


def _own_agency(request: UserRequest) -> Unit:
    """Return the agency of the secretary that the address names, else the first."""
    agencies = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path")
    asked = agencies.filter(code=request.GET.get("donvi", "")).first()
    agency = asked or agencies.first()
    if agency is None:
        raise PermissionDenied
    return agency


@require_http_methods(["GET", "POST"])
def declaration_new(request: UserRequest) -> HttpResponse:
    """Record a declaration; “Lấy danh mục TTHC” lists those of the day typed and saves nothing."""
    agency = _own_agency(request)
    day = _typed_day(request.POST.get("signed_on", ""))
    offer = offer_on(agency, day)
    if request.method == "POST" and "chon" not in request.POST:
        form = DeclarationForm(request.POST, request.FILES, offered=offer.choices)
        if form.is_valid():
            return _declare(request, agency, form, offer)
        return _new_page(request, agency, form, day)
    initial: dict[str, Any] = {"tthc": offer.usual, "signed_on": day}
    if request.method == "POST":
        initial |= {name: request.POST.get(name, "") for name in ("number", "signed_on", *_AFTER)}
    return _new_page(request, agency, DeclarationForm(initial=initial, offered=offer.choices), day)


def _typed_day(text: str) -> dt.date:
    """Return the day that was typed, today where none or a bad one was."""
    try:
        day = parse_date(text)
        sane_day(day)
    except (ValueError, ValidationError):
        return today()
    return day


def _new_page(
    request: UserRequest, agency: Unit, form: DeclarationForm, day: dt.date
) -> HttpResponse:
    context = {"form": form, "agency": agency, "day": day}
    status = 422 if form.is_bound else 200
    return render(request, "procedures/declaration_new.html", context, status=status)


def _declare(
    request: UserRequest, agency: Unit, form: DeclarationForm, offer: Offer
) -> HttpResponse:
    chosen, day = offer.declared(form.cleaned_data["tthc"]), form.cleaned_data["signed_on"]
    try:
        values = form.values(by=request.user)
        declaration = actions.declare_system(agency, values, chosen, by=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _new_page(request, agency, form, day)
    said = f"Đã ghi {declaration}, {len(chosen):02d} TTHC trong phạm vi."
    answer = redirect("procedures:declaration-detail", declaration.pk)
    return explain(request, answer, said)


def _visible(request: UserRequest, pk: int) -> Declaration:
    rows = visible_declarations(request.user).select_related("agency", "file", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def _kept(request: UserRequest, pk: int) -> Declaration:
    declaration = _visible(request, pk)
    if declaration.is_void or not can_declare(request.user, declaration.agency):
        raise PermissionDenied
    return declaration


@require_safe
def declaration_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _detail(request, _visible(request, pk), MistakeForm())


def _detail(request: UserRequest, declaration: Declaration, mistake: MistakeForm) -> HttpResponse:
    """Show it with its list; the one that stands today also with what differs since."""
    agency = declaration.agency
    found = count(load_facts(agency, profile_of(agency)), today())
    view = scope_view(request.user, found)
    standing = view.scope.declarations
    later = next((each for each in standing if each.agency_id == agency.pk), None)
    context = {
        "declaration": declaration,
        "rows": declaration.tthc.select_related("tthc"),
        "is_standing": later == declaration,
        "later": later if later != declaration else None,
        "view": view if later == declaration else None,
        "day": today(),
        "may_keep": can_declare(request.user, agency) and not declaration.is_void,
        "mistake": mistake,
    }
    status = 422 if mistake.errors else 200
    return render(request, "procedures/declaration_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def declaration_edit(request: UserRequest, pk: int) -> HttpResponse:
    declaration = _kept(request, pk)
    initial = {name: getattr(declaration, name) for name in _AFTER}
    initial["seen"] = state_of_yearly(declaration)
    form = AfterDeclarationForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"] or 0
            values = form.values(by=request.user)
            actions.update_declaration(declaration, values, by=request.user, seen=seen)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            answer = redirect("procedures:declaration-detail", declaration.pk)
            return explain(request, answer, "Đã lưu.")
    context = {"form": form, "declaration": declaration}
    status = 422 if form.errors else 200
    return render(request, "procedures/declaration_edit.html", context, status=status)


@require_POST
def declaration_void(request: UserRequest, pk: int) -> HttpResponse:
    declaration = _kept(request, pk)
    mistake = MistakeForm(request.POST)
    if not mistake.is_valid():
        return _detail(request, declaration, mistake)
    actions.void_declaration(declaration, by=request.user, reason=mistake.cleaned_data["reason"])
    said = f"Đã đánh dấu ghi nhầm: quyết định ngày {format_date(declaration.signed_on)}."
    return explain(request, redirect("procedures:declaration-list"), said)


@require_safe
def declaration_file(request: UserRequest, pk: int) -> FileResponse:
    declaration = _visible(request, pk)
    if declaration.file is None:
        raise Http404
    return files.response(declaration.file, inline=True)
