"""Audits: the list, a new one, its home, and the deeds that move it (DESIGN §2, audits)."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.actions.evidence_package import evidence_order
from audits.actions.planning import NewAudit, change_audit, notify_audit, plan_audit
from audits.actions.reporting import close_audit
from audits.evidence import sight_of
from audits.forms.audit_report import OnDayForm
from audits.forms.audits import AboutForm, AuditForm, CancelForm
from audits.forms.refusals import show_refusal
from audits.models import Audit, AuditMember, ProgrammeLine
from audits.pages.audits import audit_page, find_audit
from audits.permissions import audits as may
from audits.permissions.summary import watched_agencies
from audits.workflow import AuditStatus
from procedures.answers import explain
from procedures.permissions import reader_agencies
from qms.foundation.dates import today
from qms.foundation.text import fold
from qms.http import UserRequest
from qms.organisation.models import AgencyProfile, Unit, units_of
from qms.organisation.roles import Role
from qms.records.evidence.asking import UNDER_WAY, ask
from qms.records.models import Signature
from qms.records.signatures import Signing
from qms.records.workflow import TransitionNotAllowed

PAGE = 50
BY_PASSWORD = Signing(method=Signature.Method.PASSWORD)


@require_safe
def audit_list(request: UserRequest) -> HttpResponse:
    visible = may.visible_audits(request.user)
    typed = request.GET.get("q", "").strip()[:200]
    years = sorted({day.year for day in visible.values_list("starts_on", flat=True)}, reverse=True)
    year = request.GET.get("nam", "")
    year = year if year.isdecimal() and int(year) in years else ""
    found = _found(visible, typed, year)
    counts = dict(found.order_by().values_list("status").annotate(Count("pk")))
    status = request.GET.get("trang-thai", "")
    status = status if status in AuditStatus.values else ""
    listed = found.filter(status=status) if status else found
    asked = {"q": typed, "nam": year}
    context = {
        "page": Paginator(_with_lead(listed), PAGE).get_page(request.GET.get("trang")),
        "q": typed,
        "year": year,
        "years": years,
        "status": status,
        "statuses": [(v, label, counts[v]) for v, label in AuditStatus.choices if v in counts],
        "total": sum(counts.values()),
        "base_query": _query(asked),
        "query": _query(asked | {"trang-thai": status}),
        "may_plan": may.can_plan(request.user),
        "is_reader": reader_agencies(request.user).exists(),
        "is_watcher": watched_agencies(request.user).exists(),
    }
    return render(request, "audits/audit_list.html", context)


def _found(visible: QuerySet[Audit], typed: str, year: str) -> QuerySet[Audit]:
    """Return those of the year whose number and title hold every word, however accented."""
    found = visible.filter(starts_on__year=int(year)) if year else visible
    words = fold(typed).split()
    if not words:
        return found
    # An office has some dozens of audits: their titles are compared here, without accents.
    rows = found.values_list("pk", "number", "title")
    hits = [pk for pk, number, title in rows if all(w in fold(f"{number} {title}") for w in words)]
    return found.filter(pk__in=hits)


def _with_lead(audits: QuerySet[Audit]) -> QuerySet[Audit]:
    leads = AuditMember.objects.filter(removed_at=None, role=AuditMember.Role.LEAD)
    return audits.order_by("-starts_on", "-pk").prefetch_related(
        Prefetch("members", queryset=leads.select_related("person"), to_attr="leads")
    )


def _query(asked: dict[str, str]) -> str:
    return "".join(f"{urlencode({k: v})}&" for k, v in asked.items() if v)


def _own_agency(request: UserRequest) -> Unit:
    agency = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        raise PermissionDenied
    return agency


@require_http_methods(["GET", "POST"])
def audit_new(request: UserRequest) -> HttpResponse:
    agency = _own_agency(request)
    line = _line(agency, request.GET.get("dong", ""))
    initial = _prefilled(agency, line)
    day = initial.get("starts_on") or today()
    form = AuditForm(request.POST or None, agency=agency, on=day, initial=initial)
    if form.is_valid():
        try:
            given = NewAudit(agency, form.about(), form.subjects())
            audit = plan_audit(given, by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(audit), f"Đã lập cuộc đánh giá {audit.number}.")
    context = {"form": form, "line": line}
    return render(request, "audits/audit_new.html", context, status=422 if form.errors else 200)


def _line(agency: Unit, key: str) -> ProgrammeLine | None:
    lines = ProgrammeLine.objects.filter(programme__agency=agency, removed_at=None)
    lines = lines.select_related("programme", "unit", "procedure")
    return lines.filter(pk=key).first() if key.isdecimal() else None


def _prefilled(agency: Unit, line: ProgrammeLine | None) -> dict[str, Any]:
    """Return what the form shows at first: the agency's standard, and what the line plans."""
    profile = AgencyProfile.objects.filter(unit=agency).first()
    edition = profile.standard if profile else ""
    if line is None:
        return {"edition": edition, "criteria": edition}
    edition = line.programme.edition or edition
    day = _first_monday(line.programme.year, min(line.months, default=today().month))
    criteria = [edition, line.scope, str(line.procedure or "")]
    return {
        "title": f"Đánh giá nội bộ: {line.subject}"[:255],
        "starts_on": day,
        "ends_on": day,
        "edition": edition,
        "purpose": line.programme.purpose,
        "criteria": "\n".join(text for text in criteria if text),
        "unit": line.unit_id,
        "procedures": [line.procedure_id] if line.procedure_id else [],
        "clauses": ", ".join(line.clauses),
        "line": line.pk,
    }


def _first_monday(year: int, month: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=-first.weekday() % 7)


@require_safe
def audit_detail(request: UserRequest, slug: str) -> HttpResponse:
    return audit_page(request, find_audit(request, slug))


@require_http_methods(["GET", "POST"])
def audit_edit(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit))
    initial = AboutForm.initial_of(audit)
    form = AboutForm(request.POST or None, agency=audit.agency, initial=initial)
    if form.is_valid():
        try:
            change_audit(audit, form.about(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(audit), "Đã sửa cuộc đánh giá.")
    context = {"audit": audit, "form": form}
    return render(request, "audits/audit_edit.html", context, status=422 if form.errors else 200)


@require_POST
def audit_notify(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit))
    try:
        notify_audit(audit, by=request.user)
    except ValidationError as refusal:
        return explain(request, redirect(audit), refusal)
    return explain(request, redirect(audit), "Đã thông báo. Mọi người trong cơ quan xem được lịch.")


@require_POST
def audit_cancel(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_plan(request.user, audit.agency))
    form = CancelForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return audit_page(request, audit, status=422, cancel_form=form)
    try:
        audit.cancel(by=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refusal:
        return explain(request, redirect(audit), refusal)
    return explain(request, redirect(audit), "Đã hủy cuộc đánh giá.")


@require_POST
def audit_close(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_close(request.user, audit))
    form = OnDayForm(request.POST, request=request, prefix="close")
    if not form.is_valid():
        return audit_page(request, audit, status=422, close_form=form)
    try:
        close_audit(audit, by=request.user, on=form.cleaned_data["on"], signing=BY_PASSWORD)
    except TransitionNotAllowed as refusal:
        return explain(request, redirect(audit), refusal)
    except ValidationError as refusal:
        show_refusal(form, refusal)
        return audit_page(request, find_audit(request, slug), status=422, close_form=form)
    return explain(request, redirect(audit), "Đã kết thúc cuộc đánh giá.")


@require_POST
def audit_evidence(request: UserRequest, slug: str) -> HttpResponse:
    """Ask the worker for the evidence package of the audit."""
    audit = find_audit(request, slug)
    _require(sight_of(request.user, audit) is not None)
    job, is_new = ask(evidence_order(audit), agency=audit.agency, by=request.user)
    answer = redirect("procedures:job-detail", job.pk)
    return answer if is_new else explain(request, answer, UNDER_WAY)


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied
