"""The pages of the audits' settings."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audits.actions.settings import keep_settings
from audits.forms.settings import ClauseForm, SettingsForm, paper_name
from audits.models import CAUSES, PAPERS, AuditSettings, Clause
from audits.permissions import programmes as may
from procedures.answers import explain
from qms.http import UserRequest
from qms.organisation.roles import Role


@require_http_methods(["GET", "POST"])
def settings_page(request: UserRequest) -> HttpResponse:
    agency = may.first_agency(request.user, Role.ISO_SECRETARY, Role.LEADER)
    if agency is None:
        raise PermissionDenied
    stored = AuditSettings.of(agency)
    form = SettingsForm(request.POST or None, instance=stored)
    if form.is_valid():
        try:
            keep_settings(form.settings(), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = "Đã lưu thiết lập đánh giá nội bộ."
            return explain(request, redirect("audits:settings"), said)
    kept = AuditSettings.history.filter(agency_id=agency.pk).select_related("history_user")
    rows = list(kept.order_by("-history_id")[:21])
    context = {"form": form, "agency": agency, "history": list(_told(rows))[:20]}
    status = 422 if form.errors else 200
    return render(request, "audits/settings.html", context, status=status)


@require_http_methods(["GET", "POST"])
def clauses_page(request: UserRequest) -> HttpResponse:
    """List the clauses of the agency's standard, and say of one why it is not applied."""
    agency = may.first_agency(request.user, Role.ISO_SECRETARY, Role.LEADER)
    if agency is None:
        raise PermissionDenied
    clauses = Clause.objects.of(agency.profile.standard)
    listed = clauses.auditable().second_level() | clauses.auditable().exclude(
        inapplicable_reason=""
    )
    if request.method == "POST":
        form = ClauseForm(request.POST, clauses=clauses.auditable())
        if form.is_valid():
            clause: Clause = form.cleaned_data["clause"]
            clause.leave_out(by=request.user, reason=form.cleaned_data["reason"])
            is_out = bool(clause.inapplicable_reason)
            said = f"Điều {clause.number} {'không áp dụng' if is_out else 'được áp dụng'}."
            return explain(request, redirect("audits:clauses"), said)
    else:
        form = ClauseForm(clauses=clauses.auditable())
    context = {"form": form, "agency": agency, "clauses": listed}
    return render(request, "audits/clauses.html", context, status=422 if form.errors else 200)


def _told(rows: Sequence[Any]) -> Iterator[tuple[Any, list[tuple[str, str, str]]]]:
    """Yield each history row, newest first, with (label, old, new) of what it changed."""
    for row, before in zip_longest(rows, rows[1:]):
        said, was = _said(row), _said(before) if before else {}
        labels = [label for label in was if was[label] != said[label]]
        yield row, [(label, was[label], said[label]) for label in labels]


def _said(row: Any) -> dict[str, str]:
    """Return every setting of a history row in words, by its label."""
    names = SettingsForm.Meta.fields
    said = {str(SettingsForm.base_fields[name].label): str(getattr(row, name)) for name in names}
    for kind, (code, title) in PAPERS.items():
        own = row.papers.get(kind) or {}
        shown = (own.get("code", code), own.get("title", title))
        said[paper_name(kind)] = " ".join(part for part in shown if part)
    return said | {usual: row.causes.get(key, usual) for key, usual in CAUSES.items()}
