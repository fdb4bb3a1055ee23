"""The report of an audit: read, written, signed by the lead, approved by the leader."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from audits.actions.reporting import approve_report, return_report, sign_report, unready
from audits.forms.audit_report import ReportForm, ReturnReportForm, SignReportForm
from audits.forms.refusals import show_refusal
from audits.models import Audit, ItemAnswer, Result
from audits.models.reports import report_sha256
from audits.pages.audits import find_audit, frame_of, subjects_for, team_lines
from audits.permissions import audits as may
from audits.permissions.checklist import can_see_checklist
from procedures.answers import explain
from qms.http import UserRequest
from qms.records.models import Signature
from qms.records.signatures import Signing
from qms.records.workflow import TransitionNotAllowed

BY_PASSWORD = Signing(method=Signature.Method.PASSWORD)


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied


def _find(request: UserRequest, slug: str) -> Audit:
    """Return an audit whose report this person may read now."""
    audit = find_audit(request, slug)
    _require(may.can_read_report(request.user, audit))
    return audit


def _answers(audit: Audit) -> list[tuple[str, int]]:
    """Return how many questions have each answer, and how many none."""
    standing = ItemAnswer.objects.standing().filter(item__audit=audit, item__removed_at=None)
    counts = dict(standing.order_by().values_list("result").annotate(Count("pk")))
    said = [(str(label), counts[value]) for value, label in Result.choices if counts.get(value)]
    answered = standing.exclude(result="").values("item")
    silent = audit.items.filter(removed_at=None).exclude(pk__in=answered).count()
    return [*said, ("Chưa trả lời", silent)] if silent else said


def _page(
    request: UserRequest, audit: Audit, *, status: int = 200, **given: forms.Form
) -> HttpResponse:
    user = request.user
    findings = may.visible_findings(user, audit).filter(withdrawn_at=None)
    names = ("strengths", "conclusion", "recommendations")
    may_write = may.can_write_report(user, audit)
    context = frame_of(user, audit) | {
        "lines": team_lines(audit),
        "subjects": subjects_for(user, audit),
        "findings": findings.select_related("unit", "version__procedure").defer("version__content"),
        "answers": _answers(audit) if can_see_checklist(user, audit) else [],
        "unready": unready(audit) if audit.is_changeable else [],
        "may_write": may_write,
        "may_sign": may.can_sign_report(user, audit),
        "may_withdraw": may.can_withdraw_signature(user, audit),
        "may_approve": may.can_approve_report(user, audit),
        "signatures": Signature.objects.on(audit).filter(round=audit.report_round),
        "text_form": ReportForm(initial={name: getattr(audit, name) for name in names}),
    }
    if context["may_sign"]:
        seen = report_sha256(audit)
        context["sign_form"] = SignReportForm(
            request=request, initial={"seen": seen}, prefix="sign"
        )
    if context["may_approve"]:
        seen = audit.report_sha256
        context["approve_form"] = SignReportForm(
            request=request, initial={"seen": seen}, prefix="approve"
        )
        context["return_form"] = ReturnReportForm(prefix="return")
    return render(request, "audits/audit_report.html", context | given, status=status)


@require_http_methods(["GET", "POST"])
def audit_report(request: UserRequest, slug: str) -> HttpResponse:
    audit = _find(request, slug)
    if request.method != "POST":
        return _page(request, audit)
    _require(may.can_write_report(request.user, audit))
    form = ReportForm(request.POST)
    if form.is_valid():
        try:
            audit.write_report(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect("audits:audit-report", audit.slug), "Đã lưu báo cáo.")
    return _page(request, audit, status=422, text_form=form)


def _try(
    request: UserRequest,
    audit: Audit,
    form: dict[str, forms.Form],
    deed: Callable[[], object],
    done: str,
) -> HttpResponse:
    """Do it and go to the audit; what is wrong is told at its field, what is late on the page."""
    (asked,) = form.values()
    if not asked.is_valid():
        return _page(request, audit, status=422, **form)
    try:
        deed()
    except TransitionNotAllowed as refusal:
        return explain(request, redirect("audits:audit-report", audit.slug), refusal)
    except ValidationError as refusal:
        show_refusal(asked, refusal)
        return _page(request, find_audit(request, audit.slug), status=422, **form)
    return explain(request, redirect(audit), done)


@require_POST
def audit_report_sign(request: UserRequest, slug: str) -> HttpResponse:
    audit = _find(request, slug)
    _require(may.can_sign_report(request.user, audit))
    form = SignReportForm(request.POST, request=request, prefix="sign")
    return _try(
        request,
        audit,
        {"sign_form": form},
        lambda: sign_report(
            audit,
            by=request.user,
            on=form.cleaned_data["on"],
            seen=form.cleaned_data["seen"],
            signing=BY_PASSWORD,
        ),
        "Đã ký báo cáo; chờ lãnh đạo phê duyệt.",
    )


@require_POST
def audit_report_withdraw(request: UserRequest, slug: str) -> HttpResponse:
    audit = _find(request, slug)
    _require(may.can_withdraw_signature(request.user, audit))
    answer = redirect("audits:audit-report", audit.slug)
    try:
        audit.withdraw_signature(by=request.user)
    except ValidationError as refusal:
        return explain(request, answer, refusal)
    return explain(request, answer, "Đã rút chữ ký. Sửa xong thì ký lại.")


@require_POST
def audit_report_approve(request: UserRequest, slug: str) -> HttpResponse:
    audit = _find(request, slug)
    _require(may.can_approve_report(request.user, audit))
    form = SignReportForm(request.POST, request=request, prefix="approve")
    return _try(
        request,
        audit,
        {"approve_form": form},
        lambda: approve_report(
            audit,
            by=request.user,
            on=form.cleaned_data["on"],
            seen=form.cleaned_data["seen"],
            signing=BY_PASSWORD,
        ),
        "Đã phê duyệt báo cáo; mỗi sự không phù hợp có một phiếu KPH.",
    )


@require_POST
def audit_report_return(request: UserRequest, slug: str) -> HttpResponse:
    audit = _find(request, slug)
    _require(may.can_approve_report(request.user, audit))
    form = ReturnReportForm(request.POST, prefix="return")
    return _try(
        request,
        audit,
        {"return_form": form},
        lambda: return_report(audit, by=request.user, comment=form.cleaned_data["comment"]),
        "Đã trả lại báo cáo cho trưởng đoàn.",
    )
