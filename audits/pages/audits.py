"""One audit: how it stands, what is next for this person, and what they may see of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from audits.actions.meetings import ungraded
from audits.actions.planning import wanting
from audits.evidence import sight_of
from audits.forms.audit_report import OnDayForm
from audits.forms.audits import CancelForm
from audits.independence import (
    REFUSE,
    Conflict,
    auditing_members,
    certificate_warnings_of,
    conflicts_of,
    unborne,
)
from audits.models import Audit, AuditMember, AuditSession, AuditSettings, AuditSubject
from audits.pages.prints import prints_of
from audits.permissions import audits as may
from audits.permissions.checklist import can_see_checklist
from audits.workflow import AuditStatus
from procedures.permissions import visible_procedures
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import User
from qms.records.models import Signature


@dataclass(frozen=True)
class MemberLine:
    """A member of the team with what is to be known of their independence and competence."""

    member: AuditMember
    conflicts: tuple[Conflict, ...]
    unborne: tuple[Conflict, ...]
    certificates: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        return any(conflict.level == REFUSE for conflict in self.unborne)

    @property
    def needs_reason(self) -> bool:
        return bool(self.unborne) and not self.member.reason

    @property
    def waits_for_leader(self) -> bool:
        return bool(self.unborne) and bool(self.member.reason) and not self.is_refused


@dataclass(frozen=True)
class Step:
    """What this person does next: the one primary button of the page, or only a sentence."""

    text: str
    label: str = ""
    url: str = ""
    icon: str = "arrow-right"
    is_post: bool = False


def find_audit(request: HttpRequest, slug: str) -> Audit:
    """Return an audit that this person may see, or answer 404."""
    audits = may.visible_audits(request.user).select_related("agency", "team_file")
    return get_object_or_404(audits, slug=slug)


def frame_of(user: User, audit: Audit) -> dict[str, Any]:
    """Return what every page of an audit says of what this person may open and know."""
    is_member = may.membership(user, audit) is not None
    is_trusted = may.can_plan(user, audit.agency) or may.leads_agency(user, audit.agency)
    return {
        "audit": audit,
        "sees_checklist": can_see_checklist(user, audit),
        "sees_findings": is_member or may.visible_findings(user, audit).exists(),
        "sees_report": may.can_read_report(user, audit),
        "sees_doubts": is_member or is_trusted,
    }


def team_lines(audit: Audit) -> list[MemberLine]:
    """Return the team, the lead first, observers last, with as many queries for one as for ten."""
    observers = audit.members.filter(removed_at=None, role=AuditMember.Role.OBSERVER)
    auditing = auditing_members(audit)
    people = [member.person for member in auditing]
    found = conflicts_of(audit, people) if audit.is_open else {}
    wanted = certificate_warnings_of(people, audit.edition, audit.day)
    lines = [
        MemberLine(
            member,
            tuple(found.get(member.person_id, ())),
            unborne(member, found.get(member.person_id, ())),
            tuple(wanted[member.person_id]),
        )
        for member in auditing
    ]
    looking_on = observers.select_related("person").order_by("pk")
    return lines + [MemberLine(member, (), (), ()) for member in looking_on]


def sessions_of(audit: Audit) -> list[AuditSession]:
    """Return the timetable with who audits in each session."""
    sessions = audit.sessions.filter(removed_at=None).select_related("unit", "subject")
    listed = list(sessions.prefetch_related("auditors__member__person"))
    for session in listed:
        session.audit = audit
        session.people = [  # type: ignore[attr-defined]
            link.member.person for link in session.auditors.all() if link.removed_at is None
        ]
    return listed


def subjects_for(user: User, audit: Audit) -> list[AuditSubject]:
    """Return the scope; what `user` may not read is marked `is_hidden`, and is not to be named.

    The team sees what it audits.
    """
    subjects = audit.subjects.filter(removed_at=None)
    listed = list(subjects.select_related("unit", "procedure", "line").order_by("pk"))
    named = {subject.procedure_id for subject in listed if subject.procedure_id}
    if named and may.membership(user, audit) is None:
        named -= set(visible_procedures(user).filter(pk__in=named).values_list("pk", flat=True))
    else:
        named = set()
    for subject in listed:
        subject.is_hidden = subject.procedure_id in named  # type: ignore[attr-defined]
    return listed


def address(name: str, *args: object) -> str:
    """Return the address of a page; empty where it is not served."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def next_step(user: User, audit: Audit, lines: list[MemberLine]) -> Step | None:
    """Return what `user` does next about the audit; None where nothing waits for them."""
    if audit.status in (AuditStatus.CLOSED, AuditStatus.CANCELLED):
        return None
    if audit.status == AuditStatus.REPORTED:
        if may.can_close(user, audit):
            return Step("Báo cáo đã được phê duyệt; phiếu KPH được theo dõi riêng.")
        return None
    if audit.is_signed:
        return _step_with_report(user, audit)
    if may.can_manage(user, audit):
        return _step_of_manager(user, audit, lines)
    if any(may.can_countersign(user, line.member) for line in lines if line.waits_for_leader):
        return Step(
            "Có phân công cần lãnh đạo ký xác nhận.",
            "Xem và ký xác nhận",
            reverse("audits:audit-team", args=[audit.slug]),
            "pen-line",
        )
    if may.can_number_team(user, audit) and not audit.team_number:
        return _number_team(audit)
    if may.can_answer(user, audit) and (url := address("audits:checklist", audit.slug)):
        return Step("Phiếu đánh giá của bạn.", "Mở phiếu đánh giá", url, "clipboard-check")
    return None


def _number_team(audit: Audit) -> Step:
    return Step(
        "Quyết định thành lập đoàn chưa vào số.",
        "Ghi số quyết định",
        reverse("audits:audit-team-decision", args=[audit.slug]),
        "stamp",
    )


def _step_with_report(user: User, audit: Audit) -> Step:
    report = reverse("audits:audit-report", args=[audit.slug])
    if may.can_approve_report(user, audit):
        return Step("Trưởng đoàn đã ký báo cáo.", "Đọc và phê duyệt báo cáo", report, "pen-line")
    return Step("Trưởng đoàn đã ký báo cáo; chờ lãnh đạo phê duyệt.")


def _step_of_manager(user: User, audit: Audit, lines: list[MemberLine]) -> Step:
    def page(name: str) -> str:
        return reverse(f"audits:{name}", args=[audit.slug])

    if audit.status == AuditStatus.PLANNED:
        return _step_of_planning(audit, lines)
    if audit.status == AuditStatus.NOTIFIED:
        return Step("Đã thông báo cho đơn vị.", "Ghi họp khai mạc", page("audit-opening"), "users")
    if audit.closing_held_on is None:
        checklist = address("audits:checklist", audit.slug)
        if checklist and may.can_answer(user, audit) and today() < audit.ends_on:
            return Step("Đang đánh giá.", "Mở phiếu đánh giá", checklist, "clipboard-check")
        missing = ungraded(audit)
        text = "Đánh giá xong thì họp kết thúc."
        if missing:
            text = f"Còn {len(missing):02d} phát hiện chưa xếp mức nặng, nhẹ."
        return Step(text, "Ghi họp kết thúc", page("audit-closing-meeting"), "users")
    text = "Đã họp kết thúc; đơn vị cho ý kiến về phát hiện."
    return Step(text, "Viết và ký báo cáo", page("audit-report"), "file-text")


def _step_of_planning(audit: Audit, lines: list[MemberLine]) -> Step:
    def page(name: str) -> str:
        return reverse(f"audits:{name}", args=[audit.slug])

    if not any(line.member.role == AuditMember.Role.LEAD for line in lines):
        return Step("Chưa có trưởng đoàn.", "Lập đoàn đánh giá", page("audit-team"), "users")
    if any(line.is_refused or line.needs_reason for line in lines):
        text = "Có người trong đoàn chưa bảo đảm độc lập."
        return Step(text, "Xem đoàn đánh giá", page("audit-team"), "users")
    missing = wanting(audit)
    if "Phạm vi chưa có nội dung nào." in missing:
        return Step(missing[0], "Chọn phạm vi", page("audit-scope"), "target")
    if missing:
        return Step(missing[0], "Lập chương trình", page("audit-timetable"), "calendar-days")
    if any(line.unborne for line in lines):
        return Step("Chờ lãnh đạo ký xác nhận phân công trong đoàn.")
    return Step(
        "Đoàn, phạm vi và chương trình đã đủ.",
        "Thông báo cho đơn vị",
        page("audit-notify"),
        "send",
        is_post=True,
    )


def audit_page(
    request: UserRequest, audit: Audit, *, status: int = 200, **given: forms.Form
) -> HttpResponse:
    """Render the audit's home with the forms that this person may use now, or those `given`."""
    user = request.user
    lines = team_lines(audit)
    findings = list(may.visible_findings(user, audit).filter(withdrawn_at=None))
    context = frame_of(user, audit) | {
        "lines": lines,
        "milestones": _milestones(audit),
        "subjects": subjects_for(user, audit),
        "sessions": sessions_of(audit),
        "step": next_step(user, audit, lines),
        "finding_counts": _counts(findings),
        "papers": _papers(audit),
        "prints": prints_of(user, audit),
        "signatures": Signature.objects.on(audit),
        "may_take_evidence": sight_of(user, audit) is not None,
        "may_manage": may.can_manage(user, audit),
        "may_cancel": may.can_cancel(user, audit),
        "may_close": may.can_close(user, audit),
        "may_number_team": may.can_number_team(user, audit),
        "may_edit": may.can_manage(user, audit) and audit.status != AuditStatus.UNDER_WAY,
        "history": audit.history.select_related("history_user").order_by("-history_id")[:30],
        "cancel_form": CancelForm(prefix="cancel"),
        "close_form": OnDayForm(request=request, prefix="close"),
    }
    return render(request, "audits/audit_detail.html", context | given, status=status)


def _milestones(audit: Audit) -> list[tuple[str, dt.date | None, bool]]:
    """Return the steps of an audit with the civil day of each that is done."""
    days = [
        ("Thông báo", audit.notified_on),
        ("Họp khai mạc", audit.opened_on),
        ("Họp kết thúc", audit.closing_held_on),
        ("Ký báo cáo", audit.report_signed_on),
        ("Phê duyệt báo cáo", audit.reported_on),
        ("Kết thúc", audit.closed_on),
    ]
    planned = recorded_on(audit.planned_at, before=next((day for _, day in days if day), None))
    return [("Lập", planned, True), *((label, day, day is not None) for label, day in days)]


def recorded_on(at: dt.datetime | None, *, before: dt.date | None) -> dt.date | None:
    """Return the civil day on which something was recorded, that is no later than `before`.

    None where it is: then it was told of a paper later on, and nobody wrote down its own day.
    """
    day = timezone.localdate(at) if at is not None else None
    return day if day is None or before is None or day <= before else None


def _papers(audit: Audit) -> list[tuple[str, str, Any]]:
    """Return the kept papers: title, address, when they were made."""
    papers = list(audit.papers.all())
    if not papers:
        return []
    own = AuditSettings.of(audit.agency)
    return [
        (
            own.paper(paper.kind)[1].capitalize(),
            address("audits:paper", audit.slug, paper.kind, "pdf"),
            paper.made_at,
        )
        for paper in papers
    ]


def _counts(findings: list[Any]) -> list[tuple[str, int]]:
    """Return how many findings there are of each grade, the gravest first."""
    labels = dict(findings[0].Grade.choices) if findings else {}
    return [
        (label, count)
        for grade, label in labels.items()
        if (count := sum(finding.grade == grade for finding in findings))
    ]
