"""What of audits, their plans and findings waits for a person."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.text import Truncator

from audits.models import Audit, AuditMember, AuditProgramme, ChecklistItem, Finding, ItemAnswer
from audits.permissions import programmes as may_plan
from audits.permissions.audits import visible_audits
from audits.workflow import OPEN_AUDIT, OPEN_PROGRAMME, AuditStatus, ProgrammeStatus
from home.work.tasks import Group, Task
from procedures.models import InForcePeriod
from qms.foundation.dates import format_date, today, valid_on
from qms.foundation.text import clean
from qms.organisation.models import Post, Unit, has_role, units_of
from qms.organisation.roles import Role

_ANSWERABLE = frozenset({AuditStatus.NOTIFIED, AuditStatus.UNDER_WAY})
Counts = Mapping[int, Mapping[str, int]]


def audit_work(user: Any) -> list[Group]:
    """Return what waits for `user`, the most pressing first; groups may be empty."""
    audits = list(_audits(user))
    counts = _counts(user, audits)
    programmes = list(_programmes(user))
    return [
        Group("Báo cáo đánh giá chờ bạn phê duyệt", tuple(_reports(user, audits))),
        Group("Kế hoạch đánh giá chờ bạn phê duyệt", tuple(_plans(user, programmes))),
        Group("Phân công đánh giá chờ bạn ký xác nhận", tuple(_doubts(user, audits))),
        Group("Phát hiện chờ đơn vị bạn cho ý kiến", tuple(_findings(user))),
        Group("Câu trả lời khác nhau chờ đoàn thống nhất", tuple(_disputes(audits, counts))),
        Group("Cuộc đánh giá bạn làm trưởng đoàn", tuple(_led(user, audits, counts))),
        Group("Phiếu đánh giá bạn đang ghi", tuple(_checklists(user, audits, counts))),
        Group("Quyết định thành lập đoàn chờ vào số", tuple(_team_decisions(user, audits))),
        Group("Kế hoạch đánh giá năm", tuple(_planning(user, programmes))),
    ]


def _audits(user: Any) -> Iterable[Audit]:
    """Return the audits that are not over, each with its `team`."""
    team = AuditMember.objects.filter(removed_at=None).select_related("person")
    return (
        visible_audits(user)
        .exclude(status__in=[AuditStatus.CLOSED, AuditStatus.CANCELLED])
        .select_related("agency")
        .prefetch_related(Prefetch("members", team, to_attr="team"))
        .order_by("starts_on", "pk")
    )


def _place(user: Any, audit: Any) -> AuditMember | None:
    return next((member for member in audit.team if member.person_id == user.pk), None)


def _leads(user: Any, audit: Audit) -> bool:
    place = _place(user, audit)
    return place is not None and place.role == AuditMember.Role.LEAD


def _task(audit: Audit, note: str, *, name: str = "audits:audit-detail", title: str = "") -> Task:
    return Task(
        title or str(audit),
        reverse(name, args=[audit.slug]),
        audit.status,
        None,
        note,
        audit.get_status_display(),
    )


def _counts(user: Any, audits: Iterable[Audit]) -> Counts:
    """Return how many questions are asked, answered and in dispute where `user` audits."""
    own = [
        audit.pk
        for audit in audits
        if audit.status in _ANSWERABLE
        and not audit.is_signed
        and (place := _place(user, audit)) is not None
        and place.is_auditing
    ]
    if not own:
        return {}
    answers = ItemAnswer.objects.filter(item=OuterRef("pk"))
    given = Exists(answers.standing().exclude(result=""))
    disputed = Exists(answers.disputed())
    rows = (
        ChecklistItem.objects.standing()
        .filter(audit__in=own)
        .order_by()
        .annotate(is_given=given, is_disputed=disputed)
        .values("audit")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=Q(is_given=True)),
            disputed=Count("pk", filter=Q(is_disputed=True)),
        )
    )
    found: dict[int, Any] = {row["audit"]: row for row in rows}
    nothing = {"asked": 0, "answered": 0, "disputed": 0}
    return {pk: found.get(pk, nothing) for pk in own}


def _reports(user: Any, audits: Iterable[Audit]) -> Iterator[Task]:
    """Yield signed reports, as `audits.permissions.audits.can_approve_report` has it."""
    for audit in audits:
        is_waiting = audit.is_open and audit.is_signed and audit.report_signed_by_id != user.pk
        leads_agency = has_role(user, Role.LEADER, unit=audit.agency)
        if is_waiting and leads_agency and not _leads(user, audit):
            note = f"trưởng đoàn ký ngày {format_date(audit.report_signed_on)}"
            yield _task(audit, note, name="audits:audit-report")


def _doubts(user: Any, audits: Iterable[Any]) -> Iterator[Task]:
    """Yield members in whom something stands against them, and why they are to audit still."""
    for audit in audits:
        if not (audit.is_changeable and has_role(user, Role.LEADER, unit=audit.agency)):
            continue
        for member in audit.team:
            is_open = bool(member.reason) and member.countersigned_at is None
            if is_open and member.is_auditing and member.person_id != user.pk:
                yield _task(audit, str(audit), name="audits:audit-team", title=f"{member.person}")


def _disputes(audits: Iterable[Audit], counts: Counts) -> Iterator[Task]:
    for audit in audits:
        if number := counts.get(audit.pk, {}).get("disputed", 0):
            yield _task(audit, f"{number} câu", name="audits:checklist")


def _led(user: Any, audits: Iterable[Audit], counts: Counts) -> Iterator[Task]:
    for audit in audits:
        if _leads(user, audit) and (step := _next_step(audit, counts)):
            yield _task(audit, step)


def _next_step(audit: Audit, counts: Counts) -> str:
    """Return what the lead does next; empty while the leader has the report."""
    if audit.status == AuditStatus.PLANNED:
        return "chuẩn bị và gửi thông báo"
    if audit.status == AuditStatus.NOTIFIED:
        return f"họp khai mạc, từ ngày {format_date(audit.starts_on)}"
    if audit.status == AuditStatus.REPORTED:
        return "kết thúc cuộc đánh giá"
    if audit.is_signed:
        return ""
    if audit.closing_held_on:
        return "viết và ký báo cáo"
    return f"đang đánh giá, {_progress(counts[audit.pk])}; rồi họp kết thúc"


def _progress(count: Mapping[str, int]) -> str:
    return f"đã trả lời {count['answered']}/{count['asked']} câu"


def _checklists(user: Any, audits: Iterable[Audit], counts: Counts) -> Iterator[Task]:
    for audit in audits:
        count = counts.get(audit.pk)
        if count and count["answered"] < count["asked"] and not _leads(user, audit):
            yield _task(audit, _progress(count), name="audits:checklist")


def _team_decisions(user: Any, audits: Iterable[Audit]) -> Iterator[Task]:
    for audit in audits:
        is_clerk = has_role(user, Role.CLERK, unit=audit.agency)
        if is_clerk and audit.is_changeable and not audit.team_number:
            note = f"đánh giá từ ngày {format_date(audit.starts_on)}"
            yield _task(audit, note, name="audits:audit-team-decision")


def _findings(user: Any) -> Iterator[Task]:
    """Yield what the closing meeting told of the person's unit and nobody has answered yet."""
    posts = Post.objects.filter(valid_on(today()), person=user)
    own = AuditMember.objects.filter(audit=OuterRef("audit"), person=user, removed_at=None)
    waiting = Finding.objects.standing().filter(
        ~Exists(own),
        Q(unit__in=units_of(user, Role.UNIT_HEAD)) | Q(unit__in=posts.values("unit")),
        answer="",
        audit__status__in=sorted(OPEN_AUDIT),
        audit__closing_held_on__isnull=False,
        audit__report_signed_at=None,
    )
    for finding in waiting.select_related("audit").order_by("audit", "seq"):
        said = Truncator(clean(finding.gap or finding.evidence_text)).chars(100)
        title = f"{finding.audit.number} · {finding.label} – {said}"
        yield Task(title, finding.get_absolute_url(), "", None, finding.get_grade_display())


# --- the year's plan ---


def _programmes(user: Any) -> Iterable[AuditProgramme]:
    """Return the open plans and those in effect this year, of agencies `user` plans or leads."""
    if not has_role(user, Role.ISO_SECRETARY, Role.LEADER):
        return []
    agencies = Q(agency__in=units_of(user, Role.ISO_SECRETARY)) | Q(
        agency__in=units_of(user, Role.LEADER)
    )
    now = Q(status=ProgrammeStatus.APPROVED, year=today().year)
    found = AuditProgramme.objects.filter(agencies, now | Q(status__in=sorted(OPEN_PROGRAMME)))
    return found.select_related("agency").order_by("year", "revision")


def _plan_task(programme: AuditProgramme, since: Any) -> Task:
    return Task(str(programme), programme.get_absolute_url(), programme.badge, since)


def _plans(user: Any, programmes: Iterable[AuditProgramme]) -> Iterator[Task]:
    for programme in programmes:
        if may_plan.can_approve_programme(user, programme):
            yield _plan_task(programme, programme.submitted_at)


def _planning(user: Any, programmes: Iterable[AuditProgramme]) -> Iterator[Task]:
    """Yield the drafts, and for whom of the agencies with procedures in force the year has none."""
    if not has_role(user, Role.ISO_SECRETARY):
        return
    for programme in programmes:
        if may_plan.can_edit_programme(user, programme):
            yield _plan_task(programme, programme.composed_at)
    year = today().year
    in_force = InForcePeriod.objects.valid(on=today())
    without = (
        units_of(user, Role.ISO_SECRETARY)
        .agencies()
        .filter(Exists(in_force.filter(procedure__agency=OuterRef("pk"))))
        .exclude(pk__in=[each.agency_id for each in programmes if each.year == year])
    )
    for agency in without.order_by("path"):
        yield _missing_plan(agency, year)


def _missing_plan(agency: Unit, year: int) -> Task:
    note = "hệ thống đề xuất những gì cần đánh giá"
    title = f"Chưa có kế hoạch đánh giá nội bộ năm {year} của {agency}"
    return Task(title, reverse("audits:programme-new"), "missing", None, note, "Chưa lập")
