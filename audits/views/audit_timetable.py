"""The timetable of an audit, and its opening and closing meetings."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from audits.actions.meetings import hold_closing, start_audit, ungraded
from audits.actions.timetable import add_session, change_session, remove_session
from audits.forms.audit_timetable import MeetingForm, SessionForm, invited
from audits.forms.refusals import show_refusal
from audits.models import Audit, AuditSession
from audits.pages.audits import find_audit, frame_of, sessions_of
from audits.permissions import audits as may
from audits.workflow import AuditStatus
from procedures.answers import explain
from qms.http import UserRequest
from qms.records.workflow import TransitionNotAllowed

Kind = AuditSession.Kind


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied


def _suggested(audit: Audit, sessions: list[AuditSession]) -> dict[str, Any]:
    """Return the next line as it usually is: after the last one, the meetings first and last."""
    kinds = {session.kind for session in sessions}
    if Kind.OPENING not in kinds:
        return {"kind": Kind.OPENING, "on": audit.starts_on, "begins": "08:00", "ends": "08:30"}
    last = max(sessions, key=lambda session: (session.on, session.ends))
    return {"kind": Kind.WORK, "on": last.on, "begins": last.ends, "place": last.place}


@require_http_methods(["GET", "POST"])
def audit_timetable(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    may_manage = may.can_manage(request.user, audit)
    if request.method == "POST":
        _require(may_manage)
    sessions = sessions_of(audit)
    form = None
    if may_manage:
        initial = _suggested(audit, sessions)
        form = SessionForm(request.POST or None, audit=audit, initial=initial)
    if form is not None and form.is_valid():
        try:
            session = add_session(audit, form.session(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            answer = redirect("audits:audit-timetable", audit.slug)
            return explain(request, answer, f"Đã thêm vào chương trình: {session}.")
    context = frame_of(request.user, audit) | {
        "sessions": sessions,
        "form": form,
        "may_manage": may_manage,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "audits/audit_timetable.html", context, status=status)


def _session(audit: Audit, pk: int) -> AuditSession:
    sessions = audit.sessions.filter(removed_at=None).select_related("audit", "unit", "subject")
    return get_object_or_404(sessions, pk=pk)


@require_http_methods(["GET", "POST"])
def audit_session_edit(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit))
    session = _session(audit, pk)
    initial = SessionForm.initial_of(session)
    form = SessionForm(request.POST or None, audit=audit, initial=initial)
    if form.is_valid():
        try:
            change_session(session, form.session(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            answer = redirect("audits:audit-timetable", audit.slug)
            return explain(request, answer, "Đã sửa mục chương trình.")
    context = {"audit": audit, "session": session, "form": form}
    status = 422 if form.errors else 200
    return render(request, "audits/audit_session_edit.html", context, status=status)


@require_POST
def audit_session_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit))
    session = _session(audit, pk)
    answer = redirect("audits:audit-timetable", audit.slug)
    try:
        remove_session(session, by=request.user)
    except ValidationError as refusal:
        return explain(request, answer, refusal)
    return explain(request, answer, f"Đã bỏ khỏi chương trình: {session}.")


@require_http_methods(["GET", "POST"])
def audit_opening(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit) and audit.status == AuditStatus.NOTIFIED)
    return _meeting(request, audit, Kind.OPENING, start_audit, "Đã ghi họp khai mạc.")


@require_http_methods(["GET", "POST"])
def audit_closing_meeting(request: UserRequest, slug: str) -> HttpResponse:
    audit = find_audit(request, slug)
    _require(may.can_manage(request.user, audit) and audit.status == AuditStatus.UNDER_WAY)
    done = "Đã ghi họp kết thúc. Đơn vị xem được phát hiện của mình và cho ý kiến."
    return _meeting(request, audit, Kind.CLOSING, hold_closing, done)


def _meeting(
    request: UserRequest, audit: Audit, kind: str, deed: Callable[..., None], done: str
) -> HttpResponse:
    """Ask who was there, and hold the meeting by `deed`."""
    session = audit.sessions.filter(removed_at=None, kind=kind).first()
    posts = invited(audit, on=audit.day)
    initial = {"minutes": session.minutes} if session else {}
    form = MeetingForm(request.POST or None, posts=posts, initial=initial)
    if form.is_valid():
        try:
            deed(
                audit,
                by=request.user,
                on=form.cleaned_data["on"],
                attendance=form.attendance(),
                minutes=form.cleaned_data["minutes"],
            )
        except TransitionNotAllowed as refusal:
            form.add_error(None, refusal)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(audit), done)
        audit = find_audit(request, audit.slug)
    is_member = may.membership(request.user, audit) is not None
    context = {
        "audit": audit,
        "session": session,
        "form": form,
        "label": Kind(kind).label,
        # Drafts are the team's; the secretary is told their numbers when the meeting is refused.
        "ungraded": ungraded(audit) if kind == Kind.CLOSING and is_member else [],
    }
    status = 422 if form.errors else 200
    return render(request, "audits/audit_meeting.html", context, status=status)
