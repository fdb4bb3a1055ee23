"""Findings of an audit: record, change, grade, take back, and what the unit says of them."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.actions.evidence import add_evidence
from audits.actions.findings import add_finding
from audits.forms.evidence import EvidenceForm
from audits.forms.findings import (
    ChangeFindingForm,
    GradeForm,
    NewFindingForm,
    ResponseForm,
    WithdrawForm,
)
from audits.forms.refusals import show_refusal
from audits.models import Finding
from audits.pages.audits import frame_of
from audits.pages.findings import (
    asked_of,
    can_add,
    find_audit,
    find_finding,
    finding_page,
    groups_of,
    prefilled,
    scope_versions,
)
from audits.permissions import audits as may
from audits.permissions.findings import can_change_finding
from procedures.answers import explain
from qms.http import UserRequest
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed


@require_safe
def finding_list(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    findings = may.visible_findings(request.user, audit).select_related(
        "unit", "version__procedure", "found_by", "nonconformity"
    )
    listed = list(findings.defer("version__content"))
    for finding in listed:
        finding.audit = audit
    context = frame_of(request.user, audit) | {
        "groups": groups_of(listed),
        "count": sum(finding.withdrawn_at is None for finding in listed),
        "may_add": can_add(request, audit),
        "is_team": may.membership(request.user, audit) is not None,
    }
    return render(request, "audits/finding_list.html", context)


@require_http_methods(["GET", "POST"])
def finding_new(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    if not may.can_answer(request.user, audit):
        raise PermissionDenied
    asked = request.GET
    item, dossier = asked_of(audit, asked.get("cau-hoi", ""), asked.get("ho-so", ""))
    form = NewFindingForm(
        request.POST or None,
        audit=audit,
        versions=scope_versions(audit, item, dossier),
        item=item,
        dossier=dossier,
        initial=prefilled(item, dossier, asked.get("muc", "")),
    )
    if form.is_valid():
        try:
            finding = add_finding(audit, form.given(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(finding), f"Đã ghi {finding.label}.")
    context = {"audit": audit, "form": form, "item": item, "dossier": dossier}
    return render(request, "audits/finding_new.html", context, status=422 if form.errors else 200)


@require_safe
def finding_detail(request: UserRequest, slug: str, seq: int) -> HttpResponse:
    return finding_page(request, find_finding(request, slug, seq))


@require_http_methods(["GET", "POST"])
def finding_edit(request: UserRequest, slug: str, seq: int) -> HttpResponse:
    finding = find_finding(request, slug, seq)
    if not can_change_finding(request.user, finding):
        raise PermissionDenied
    form = ChangeFindingForm(
        request.POST or None, audit=finding.audit, initial=ChangeFindingForm.typed(finding)
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                finding.change(by=request.user, **form.cleaned_data)
            except ValidationError as refusal:
                finding = find_finding(request, slug, seq)
                if isinstance(refusal, SeenVersionChanged):
                    status, form = 409, form.over(finding)
                show_refusal(form, refusal)
            else:
                return explain(request, redirect(finding), f"Đã sửa {finding.label}.")
    context = {"audit": finding.audit, "finding": finding, "form": form}
    context["is_overtaken"] = status == 409
    return render(request, "audits/finding_edit.html", context, status=status)


@require_POST
def finding_grade(request: UserRequest, slug: str, seq: int) -> HttpResponse:
    finding = find_finding(request, slug, seq)
    _require(may.can_grade(request.user, finding.audit))
    form = GradeForm(request.POST, finding=finding)
    return _try(
        request,
        finding,
        {"grade_form": form},
        lambda: finding.grade_as(form.cleaned_data["grade"], by=request.user),
        f"Đã xếp mức {finding.label}.",
    )


@require_POST
def finding_withdraw(request: UserRequest, slug: str, seq: int) -> HttpResponse:
    finding = find_finding(request, slug, seq)
    _require(can_change_finding(request.user, finding))
    form = WithdrawForm(request.POST)
    return _try(
        request,
        finding,
        {"withdraw_form": form},
        lambda: finding.withdraw(by=request.user, **form.cleaned_data),
        f"Đã rút {finding.label}.",
    )


@require_POST
def finding_respond(request: UserRequest, slug: str, seq: int) -> HttpResponse:
    finding = find_finding(request, slug, seq)
    _require(may.can_respond(request.user, finding))
    form = ResponseForm(request.POST)
    return _try(
        request,
        finding,
        {"response_form": form},
        lambda: finding.respond(by=request.user, **form.cleaned_data),
        f"Đã ghi ý kiến của đơn vị về {finding.label}.",
    )


@require_POST
def finding_evidence(request: UserRequest, slug: str, seq: int) -> HttpResponse:
    finding = find_finding(request, slug, seq)
    _require(may.can_answer(request.user, finding.audit))
    form = EvidenceForm(request.POST, request.FILES)

    def do() -> None:
        said = dict(form.cleaned_data)
        add_evidence(finding, said.pop("file"), by=request.user, **said)

    return _try(request, finding, {"evidence_form": form}, do, "Đã thêm bằng chứng.")


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied


def _try(
    request: UserRequest,
    finding: Finding,
    form: dict[str, Form],
    deed: Callable[[], None],
    done: str,
) -> HttpResponse:
    """Do it and go to the finding; what is wrong is told at its field, with what was typed."""
    (asked,) = form.values()
    if asked.is_valid():
        try:
            deed()
        except TransitionNotAllowed as refusal:
            return explain(request, redirect(finding), refusal)
        except ValidationError as refusal:
            show_refusal(asked, refusal)
        else:
            return explain(request, redirect(finding), done)
    again = find_finding(request, finding.audit.slug, finding.seq)
    return finding_page(request, again, status=422, **form)
