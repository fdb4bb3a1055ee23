"""The team and the scope of an audit: who audits, whose doubts are borne, what is audited."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.actions.planning import add_subject, remove_subject
from audits.actions.team import add_member, countersign, give_reason, remove_member
from audits.forms.audit_team import CountersignForm, MemberForm, ReasonForm, TeamDecisionForm
from audits.forms.audits import SubjectForm
from audits.forms.refusals import show_refusal
from audits.models import Audit, AuditMember
from audits.pages.audits import MemberLine, find_audit, frame_of, subjects_for, team_lines
from audits.permissions import audits as may
from procedures.answers import explain
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.records import files
from qms.records.models import Signature
from qms.records.signatures import Signing

BY_PASSWORD = Signing(method=Signature.Method.PASSWORD)


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied


def _team_page(
    request: UserRequest,
    audit: Audit,
    *,
    status: int = 200,
    form: MemberForm | None = None,
    given: dict[int, forms.Form] | None = None,
) -> HttpResponse:
    """Render the team; `given` are the forms of single members that were refused."""
    may_manage = may.can_manage(request.user, audit)
    rows: list[dict[str, Any]] = []
    lines = team_lines(audit)
    signed = _signed_on(lines)
    for line in lines:
        row: dict[str, Any] = {"line": line, "member": line.member}
        row["signed_on"] = signed.get(line.member.pk)
        own = (given or {}).get(line.member.pk)
        row["is_given"] = own is not None
        if line.waits_for_leader and may.can_countersign(request.user, line.member):
            seen = "\n".join(sorted(conflict.text for conflict in line.conflicts))
            usual = CountersignForm(
                request=request, initial={"seen": seen}, prefix=f"m{line.member.pk}"
            )
            row["countersign_form"] = own if isinstance(own, CountersignForm) else usual
        if may_manage and line.unborne and not line.is_refused:
            usual_reason = ReasonForm(
                initial={"reason": line.member.reason}, prefix=f"r{line.member.pk}"
            )
            row["reason_form"] = own if isinstance(own, ReasonForm) else usual_reason
        rows.append(row)
    context = frame_of(request.user, audit) | {
        "rows": rows,
        "may_manage": may_manage,
        "may_number_team": may.can_number_team(request.user, audit),
        "form": form or (MemberForm(audit=audit) if may_manage else None),
    }
    return render(request, "audits/audit_team.html", context, status=status)


def _signed_on(lines: list[MemberLine]) -> dict[int, dt.date]:
    """Return the civil day of each member's last countersignature, by the member's key."""
    if not lines:
        return {}
    signed = Signature.objects.on_all([line.member for line in lines])
    agreed = signed.filter(act=Signature.Act.AGREED).order_by("pk")
    return dict(agreed.values_list("object_id", "signed_on"))


@require_http_methods(["GET", "POST"])
def audit_team(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    if request.method != "POST":
        return _team_page(request, audit)
    _require(may.can_manage(request.user, audit))
    form = MemberForm(request.POST, audit=audit)
    if form.is_valid():
        try:
            given = form.cleaned_data
            member = add_member(
                audit,
                given["person"],
                given["role"],
                by=request.user,
                reason=given["reason"],
                from_on=given["from_on"],
                until_on=given["until_on"],
            )
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            answer = redirect("audits:audit-team", audit.slug)
            return explain(request, answer, f"Đã thêm {member} vào đoàn.")
    return _team_page(request, audit, status=422, form=form)


def _member(audit: Audit, pk: int) -> AuditMember:
    members = audit.members.filter(removed_at=None).select_related("person", "audit__agency")
    return get_object_or_404(members, pk=pk)


def _deed(
    request: UserRequest,
    audit: Audit,
    deed: Callable[[], object],
    done: str,
    *,
    page: str = "audit-team",
) -> HttpResponse:
    """Do it and go to the page; a refusal is told there."""
    answer = redirect(f"audits:{page}", audit.slug)
    try:
        deed()
    except ValidationError as refusal:
        return explain(request, answer, refusal)
    return explain(request, answer, done)


@require_POST
def audit_member_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit))
    member = _member(audit, pk)
    done = f"Đã đưa {member.person} ra khỏi đoàn."
    return _deed(request, audit, lambda: remove_member(member, by=request.user), done)


@require_POST
def audit_member_reason(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit))
    member = _member(audit, pk)
    form = ReasonForm(request.POST, prefix=f"r{pk}")
    if not form.is_valid():
        return _team_page(request, audit, status=422, given={pk: form})
    return _deed(
        request,
        audit,
        lambda: give_reason(member, form.cleaned_data["reason"], by=request.user),
        "Đã ghi lý do; chờ lãnh đạo ký xác nhận.",
    )


@require_POST
def audit_countersign(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit = find_audit(request, slug)
    member = _member(audit, pk)
    _require(may.can_countersign(request.user, member))
    form = CountersignForm(request.POST, request=request, prefix=f"m{pk}")
    if not form.is_valid():
        return _team_page(request, audit, status=422, given={pk: form})
    return _deed(
        request,
        audit,
        lambda: countersign(member, by=request.user, signing=BY_PASSWORD, seen=form.sentences()),
        f"Đã ký xác nhận phân công {member.person}.",
    )


@require_http_methods(["GET", "POST"])
def audit_team_decision(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_number_team(request.user, audit))
    initial = {
        "number": audit.team_number,
        "decided_on": audit.team_decided_on or today(),
        "signer": audit.team_signer,
    }
    form = TeamDecisionForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            given = form.cleaned_data | {"file": form.stored(by=request.user)}
            audit.record_team_decision(by=request.user, **given)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(audit), "Đã ghi quyết định thành lập đoàn.")
    context = {"audit": audit, "form": form, "lines": team_lines(audit)}
    status = 422 if form.errors else 200
    return render(request, "audits/audit_team_decision.html", context, status=status)


@require_safe
def audit_team_file(request: UserRequest, slug: str) -> FileResponse:
    audit = find_audit(request, slug)
    if audit.team_file is None:
        raise Http404
    return files.response(audit.team_file, inline=True)


# --- the scope ---


@require_http_methods(["GET", "POST"])
def audit_scope(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    may_manage = may.can_manage(request.user, audit)
    if request.method == "POST":
        _require(may_manage)
    form = SubjectForm(request.POST or None, audit=audit) if may_manage else None
    if form is not None and form.is_valid():
        try:
            subject = add_subject(audit, form.subject(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            answer = redirect("audits:audit-scope", audit.slug)
            return explain(request, answer, f"Đã thêm vào phạm vi: {subject}.")
    context = frame_of(request.user, audit) | {
        "subjects": subjects_for(request.user, audit),
        "form": form,
        "may_manage": may_manage,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "audits/audit_scope.html", context, status=status)


@require_POST
def audit_subject_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit))
    subjects = audit.subjects.filter(removed_at=None).select_related("audit", "procedure", "unit")
    subject = get_object_or_404(subjects, pk=pk)
    return _deed(
        request,
        audit,
        lambda: remove_subject(subject, by=request.user),
        f"Đã bỏ khỏi phạm vi: {subject}.",
        page="audit-scope",
    )
