"""What of nonconformities waits for a person, and what is overdue up to their level."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.text import Truncator

from audits.escalation import escalated
from audits.models import CorrectiveAction, EffectivenessCheck, Nonconformity, Treatment
from audits.permissions.nonconformities import visible_nonconformities
from audits.workflow import NonconformityStatus
from home.work.tasks import Group, Task
from qms.foundation.dates import format_date, today, valid_on
from qms.foundation.text import clean
from qms.organisation.models import Post, has_role, units_of
from qms.organisation.roles import Role

_OPEN, _ANALYSED = NonconformityStatus.OPEN, NonconformityStatus.ANALYSED
_PLANNED, _IMPLEMENTED = NonconformityStatus.PLANNED, NonconformityStatus.IMPLEMENTED
_VERIFIED, _CLOSED = NonconformityStatus.VERIFIED, NonconformityStatus.CLOSED
_UNTOLD = (Nonconformity.External.WAITING, Nonconformity.External.NOT_ACCEPTED)


def nonconformity_work(user: Any) -> tuple[list[Group], list[Group]]:
    """Return what is overdue up to `user`, and what waits for them; groups may be empty."""
    found = list(_concerned(user))

    def group(heading: str, step: Callable[[Any, Any], str]) -> Group:
        told = ((each, step(user, each)) for each in found)
        return Group(heading, tuple(_task(each, note) for each, note in told if note))

    return [Group("Phiếu KPH quá hạn", tuple(_overdue(user)))], [
        group("Phiếu KPH chờ đơn vị bạn xác nhận", _to_confirm),
        group("Phiếu KPH chờ bạn xử lý", _to_treat),
        Group("Hành động khắc phục của bạn", tuple(_actions(user, found))),
        group("Biện pháp chờ bạn đồng ý", _to_agree),
        group("Phiếu KPH chờ bạn kiểm tra xác nhận", _to_verify),
        group("Phiếu KPH đến hạn đánh giá hiệu lực", _to_check),
        group("Phiếu KPH chờ bạn đóng", _to_close),
        group("Kết quả khắc phục chờ báo cáo đoàn kiểm tra", _to_report),
        group("KPH mới được báo cáo", _reported),
    ]


def _concerned(user: Any) -> QuerySet[Any]:
    """Return those in which something may be for `user` to do, with what tells whether it is.

    A closed one still waits where its effect was due to be checked and was not.
    """
    checks = EffectivenessCheck.objects.filter(
        nonconformity=OuterRef("pk"), round=OuterRef("round")
    ).order_by("-checked_on", "-pk")
    posts = Post.objects.filter(valid_on(today()), person=user, unit=OuterRef("unit"))
    actions = CorrectiveAction.objects.filter(removed_at=None)
    own = actions.filter(nonconformity=OuterRef("pk"), round=OuterRef("round"), person=user)
    led, kept = units_of(user, Role.LEADER), units_of(user, Role.ISO_SECRETARY)
    judged = Q(unit__in=kept) | Q(unit__in=units_of(user, Role.INTERNAL_AUDITOR))
    concerned = (
        Q(owner=user)
        | Q(auditor=user)
        | Q(unit__in=units_of(user, Role.UNIT_HEAD))
        | Q(is_colleague=True, status=_OPEN)
        | Q(Exists(own), status=_PLANNED)
        | Q(unit__in=led, status=_VERIFIED)
        | (Q(unit__in=kept) & (Q(status=_OPEN) | Q(external_state__in=_UNTOLD)))
        | (judged & (Q(auditor=None) | Q(auditor__is_active=False)))
    )
    unchecked = Q(status=_CLOSED, effect_due_on__lte=today(), last_verdict__isnull=True)
    return (
        visible_nonconformities(user)
        .annotate(
            last_verdict=Subquery(checks.values("is_effective")[:1]), is_colleague=Exists(posts)
        )
        .filter(concerned, ~Q(status__in=[_CLOSED, NonconformityStatus.REJECTED]) | unchecked)
        .select_related("unit", "auditor")
        .prefetch_related(
            Prefetch("treatments", Treatment.objects.order_by("round"), to_attr="rounds"),
            Prefetch("actions", actions.order_by("due_on", "pk"), to_attr="measures"),
        )
        .order_by("due_on", "pk")
    )


def _task(nc: Nonconformity, note: str) -> Task:
    title = f"{nc.number} – {Truncator(clean(nc.gap)).chars(100)}"
    return Task(title, nc.get_absolute_url(), nc.status, None, note)


def _overdue(user: Any) -> Iterator[Task]:
    for told in escalated(user):
        nc = told.nonconformity
        note = (
            f"quá hạn {told.days} ngày, hạn {format_date(told.due_on)}; báo đến {told.level.label}"
        )
        yield Task(f"{nc.number} – {nc.unit}", nc.get_absolute_url(), nc.status, None, note)


# --- how it stands, without a further query ---


def _treatment(nc: Any) -> Treatment | None:
    return next((each for each in nc.rounds if each.round == nc.round), None)


def _measures(nc: Any) -> list[CorrectiveAction]:
    return [action for action in nc.measures if action.round == nc.round]


def _doers(nc: Any) -> set[int | None]:
    """Return whom `Nonconformity.doers` names."""
    treatment = _treatment(nc)
    people = {nc.owner_id}
    if treatment is not None:
        people |= {treatment.corrected_by_id, treatment.measures_by_id}
    for action in _measures(nc):
        people |= {action.person_id, action.done_by_id}
    return people


def _heads(user: Any, nc: Nonconformity) -> bool:
    """Tell whether it waits for `user` as who answers for it: named, or head of the unit."""
    return nc.owner_id == user.pk or has_role(user, Role.UNIT_HEAD, unit=nc.unit)


def _judges(user: Any, nc: Any) -> bool:
    """Tell whether it waits for `user` as its auditor, or as one of many where it has none."""
    if user.pk in _doers(nc):
        return False
    if nc.auditor is not None and nc.auditor.is_active:
        return bool(nc.auditor_id == user.pk)
    return has_role(user, Role.INTERNAL_AUDITOR, Role.ISO_SECRETARY, unit=nc.unit)


def _due(nc: Nonconformity) -> str:
    return f"hạn hoàn thành {format_date(nc.due_on)}"


# --- what is next: a note where it is this person's turn, else nothing ---


def _to_confirm(user: Any, nc: Any) -> str:
    is_finder = nc.source == Nonconformity.Source.AUDIT and nc.found_by_id == user.pk
    is_open = nc.status == _OPEN and nc.confirmed_at is None and not is_finder
    return _due(nc) if is_open and (nc.is_colleague or _heads(user, nc)) else ""


def _to_treat(user: Any, nc: Any) -> str:
    if not _heads(user, nc):
        return ""
    treatment = _treatment(nc)
    if nc.status == _OPEN and nc.confirmed_at is not None:
        return f"phân tích nguyên nhân; {_due(nc)}"
    if nc.status == _ANALYSED and not (treatment and treatment.is_laid):
        if treatment and treatment.refusal:
            return f"biện pháp chưa được đồng ý; {_due(nc)}"
        return f"đề ra biện pháp; {_due(nc)}"
    if nc.status == _PLANNED and all(action.is_done for action in _measures(nc)):
        return f"báo đã thực hiện xong; {_due(nc)}"
    return ""


def _actions(user: Any, found: Iterable[Any]) -> Iterator[Task]:
    day = today()
    for nc in found:
        for action in _measures(nc) if nc.status == _PLANNED else ():
            if action.person_id == user.pk and not action.is_done:
                title = Truncator(clean(action.what)).chars(120)
                note = f"{nc.number}, {_when(action.due_on, day)}"
                yield Task(title, nc.get_absolute_url(), "", None, note)


def _when(due_on: dt.date, day: dt.date) -> str:
    late = f", quá hạn {(day - due_on).days} ngày" if due_on < day else ""
    return f"hạn {format_date(due_on)}{late}"


def _to_agree(user: Any, nc: Any) -> str:
    treatment = _treatment(nc)
    is_laid = nc.status == _ANALYSED and treatment is not None and treatment.is_laid
    return _due(nc) if is_laid and _judges(user, nc) else ""


def _to_verify(user: Any, nc: Any) -> str:
    return _due(nc) if nc.status == _IMPLEMENTED and _judges(user, nc) else ""


def _to_check(user: Any, nc: Any) -> str:
    is_due = nc.effect_due_on is not None and nc.effect_due_on <= today()
    waits = nc.status in (_VERIFIED, _CLOSED) and is_due and nc.last_verdict is None
    return f"từ ngày {format_date(nc.effect_due_on)}" if waits and _judges(user, nc) else ""


def _to_close(user: Any, nc: Any) -> str:
    """Give a note where nothing keeps it, see `audits.actions.verifying.missing_for_closing`."""
    if nc.status != _VERIFIED or not has_role(user, Role.LEADER, unit=nc.unit):
        return ""
    is_kept = nc.grade == Nonconformity.Grade.MAJOR and not nc.last_verdict
    return "" if is_kept or nc.external_state in _UNTOLD else _due(nc)


def _to_report(user: Any, nc: Any) -> str:
    waits = nc.status == _VERIFIED and nc.external_state in _UNTOLD
    return _due(nc) if waits and has_role(user, Role.ISO_SECRETARY, unit=nc.unit) else ""


def _reported(user: Any, nc: Any) -> str:
    is_new = nc.status == _OPEN and nc.confirmed_at is None and nc.reported_by_id != user.pk
    if not is_new or nc.source == Nonconformity.Source.AUDIT:
        return ""
    is_told = has_role(user, Role.ISO_SECRETARY, unit=nc.unit)
    return f"{nc.get_source_display()}, {nc.unit}" if is_told else ""
