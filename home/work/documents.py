"""What of procedures, decisions and requests waits for a person."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from home.work.reviews import review_work
from home.work.tasks import Group, Task
from procedures import permissions as may
from procedures.coverage import Standing, coverage_on
from procedures.models import ChangeRequest, Decision, DecisionItem, Exclusion, ProcedureVersion
from procedures.models.capacities import matter_of_decision, matter_of_decisions, weigh
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import today
from qms.foundation.text import clean
from qms.organisation.models import holders_of, units_of
from qms.organisation.roles import Role

_NOT_YET_SIGNED = "bạn chưa được giao ký, mở để xem cần ai"
_TOLD_FOR = dt.timedelta(days=30)  # how long an answer stands among what one should know


def document_work(user: Any) -> list[Group]:
    """Return what waits for `user`, the most pressing first; groups may be empty."""
    versions = list(
        may.visible_drafts(user)
        .exclude(status=VersionStatus.DISCARDED)
        .select_related("procedure__owner", "submitted_by")
        .prefetch_related("author_links")
        .defer("content", "search_key")
        .order_by("saved_at")
    )
    decisions = list(
        may.visible_decisions(user)
        .exclude(status__in=[DecisionStatus.CANCELLED, DecisionStatus.WITHDRAWN])
        .exclude(status=DecisionStatus.ISSUED)
        .select_related("agency")
        .prefetch_related("items__version__author_links")
        .order_by("pk")
    )
    return [
        Group("Chờ bạn xem xét", tuple(_reviews(user, versions))),
        Group("Chờ bạn phê duyệt", tuple(_approvals(user, decisions))),
        Group("Tài liệu giấy chờ bạn chấp nhận", tuple(_papers(user, versions))),
        Group("Đề nghị ngoài phạm vi chờ bạn trả lời", tuple(_exclusions(user))),
        Group("Chờ vào số", tuple(_numbers(user, decisions))),
        *review_work(user),
        Group("Góp ý, đề nghị sửa đổi chờ trả lời", tuple(_requests(user))),
        Group("Bản dự thảo của bạn", tuple(_drafts(user, versions))),
        _to_decide(_ready(user, versions)),
        Group("Quyết định đang soạn", tuple(_composing(user, decisions))),
    ]


def document_notices(user: Any) -> list[Group]:
    """Return what `user` should know, and what keeps coverage from being whole."""
    return [
        Group("Góp ý của bạn đã được trả lời", tuple(_answers(user))),
        Group("TTHC chưa có quy trình phù hợp", tuple(_gaps(user))),
    ]


def _task(version: ProcedureVersion, since: Any, note: str = "") -> Task:
    return Task(
        f"{version.procedure.code} – {version.title}",
        version.get_absolute_url(),
        version.status,
        since,
        note,
        compare=_compare(version) if version.base_id else "",
    )


def _compare(version: ProcedureVersion) -> str:
    """Return where a draft is set against what it was made from."""
    return f"{reverse('procedures:compare', args=[version.procedure.slug])}?den={version.side_slug}"


def _reviews(user: Any, versions: Iterable[ProcedureVersion]) -> Iterator[Task]:
    heads = holders_of(Role.UNIT_HEAD)
    for version in versions:
        if version.status == VersionStatus.IN_REVIEW and may.can_review(user, version, heads=heads):
            yield _task(version, version.submitted_at, f"{version.submitted_by} trình")


def _papers(user: Any, versions: Iterable[ProcedureVersion]) -> Iterator[Task]:
    for version in versions:
        if may.can_accept_paper(user, version):
            yield _task(version, version.created_at, "nhập từ bản giấy")


def _drafts(user: Any, versions: Iterable[ProcedureVersion]) -> Iterator[Task]:
    for version in versions:
        if version.status == VersionStatus.DRAFT and user.pk in version.author_ids():
            note = "bị trả lại" if version.round > 1 else ""
            yield _task(version, version.saved_at, note)


def _ready(user: Any, versions: list[ProcedureVersion]) -> list[ProcedureVersion]:
    """Return the reviewed versions that the secretary may put into a decision."""
    if not may.is_secretary(user):
        return []
    held = set(DecisionItem.objects.filter(closed_at=None).values_list("version", flat=True))
    return [
        version
        for version in versions
        if version.status == VersionStatus.REVIEWED
        and version.pk not in held
        and may.is_secretary(user, version.procedure.owner)
    ]


def _to_decide(versions: list[ProcedureVersion]) -> Group:
    chosen = urlencode([("ban", version.pk) for version in versions])
    return Group(
        "Đã xem xét, chờ đưa vào quyết định",
        tuple(_task(version, version.reviewed_at) for version in versions),
        "Soạn quyết định",
        f"{reverse('procedures:decision-new')}?{chosen}",
    )


def _decision_task(decision: Decision, since: Any, note: str = "") -> Task:
    return Task(decision.subject, decision.get_absolute_url(), decision.status, since, note)


def _approvals(user: Any, decisions: Iterable[Decision]) -> Iterator[Task]:
    mine = [decision for decision in decisions if may.can_approve(user, decision)]
    unsigned = _beyond_capacity(user, mine)
    for decision in mine:
        note = _NOT_YET_SIGNED if decision.pk in unsigned else ""
        yield _decision_task(decision, decision.submitted_at, note)


def _beyond_capacity(user: Any, decisions: Iterable[Decision]) -> set[int]:
    """Return the keys of those that `user` has no capacity to sign.

    All of an agency are asked for at once, and one by one only where that fails: mostly it holds.
    """
    found: set[int] = set()
    by_agency: dict[int, list[Decision]] = {}
    for decision in decisions:
        by_agency.setdefault(decision.agency_id, []).append(decision)
    for together in by_agency.values():
        agency = together[0].agency
        if weigh(user, agency, on=today(), matter=matter_of_decisions(together))[0]:
            continue
        for decision in together:
            if not weigh(user, agency, on=today(), matter=matter_of_decision(decision))[0]:
                found.add(decision.pk)
    return found


def _numbers(user: Any, decisions: Iterable[Decision]) -> Iterator[Task]:
    for decision in decisions:
        if may.can_number(user, decision):
            yield _decision_task(decision, decision.approved_at)


def _composing(user: Any, decisions: Iterable[Decision]) -> Iterator[Task]:
    for decision in decisions:
        if may.can_compose(user, decision):
            yield _decision_task(decision, decision.composed_at)


def _exclusions(user: Any) -> Iterator[Task]:
    if not may.is_leader(user):
        return
    waiting = Exclusion.objects.filter(
        accepted_at=None,
        refused_at=None,
        responsibility__unit__in=units_of(user, Role.LEADER),
    ).exclude(proposed_by=user)
    for exclusion in waiting.select_related("responsibility__tthc"):
        tthc = exclusion.responsibility.tthc
        address = reverse("procedures:tthc-detail", args=[tthc.code])
        yield Task(str(tthc), address, "excluded", None, exclusion.get_reason_display())


def _requests(user: Any) -> Iterator[Task]:
    if not may.is_secretary(user):
        return
    waiting = ChangeRequest.objects.waiting().filter(
        procedure__owner__in=units_of(user, Role.ISO_SECRETARY)
    )
    for change in waiting.select_related("procedure", "requested_by").order_by("pk"):
        yield _request_task(change, change.recorded_at, f"{change.requested_by} đề nghị")


def _answers(user: Any) -> Iterator[Task]:
    """Yield what somebody else answered lately of what this person had asked."""
    since = timezone.now() - _TOLD_FOR
    answered = may.visible_change_requests(user).filter(requested_by=user, answered_at__gte=since)
    told = answered.exclude(answered_by=user).select_related("procedure")
    for change in told.order_by("-answered_at"):
        yield _request_task(change, change.answered_at)


def _request_task(change: ChangeRequest, since: Any, note: str = "") -> Task:
    title = f"{change.procedure.code} – {Truncator(clean(change.what)).chars(120)}"
    return Task(title, change.get_absolute_url(), change.status, since, note)


def _gaps(user: Any) -> Iterator[Task]:
    """Yield what keeps coverage from being whole today, a line a class; of the first agency."""
    agency = units_of(user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        return
    found = coverage_on(today(), agency)
    for number, words, name, status in (
        (found.overdue, "có quy trình quá hạn cập nhật", "qua-han", "overdue"),
        (found.stale - found.overdue, "có quy trình phải cập nhật", "phai-cap-nhat", "stale"),
        (len(found.of(Standing.MISSING)), "chưa có quy trình", "thieu", "missing"),
    ):
        if number:
            query = urlencode({"donvi": agency.code, "nhom": name})
            address = f"{reverse('procedures:coverage')}?{query}#danh-sach"
            yield Task(f"{number} TTHC {words}", address, status, None)
