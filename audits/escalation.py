"""Who is told that a nonconformity is overdue: person, then unit, secretary, leader."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, TextChoices

from audits.models import AuditSettings, CorrectiveAction, Nonconformity
from audits.workflow import NonconformityStatus
from qms.foundation.dates import today
from qms.organisation.models import has_role, units_of
from qms.organisation.roles import Role


class Level(TextChoices):
    PERSON = "person", "người thực hiện"
    UNIT = "unit", "trưởng đơn vị"
    SECRETARY = "secretary", "thư ký ISO"
    LEADER = "leader", "lãnh đạo"


_ROLES = {
    Level.LEADER: Role.LEADER,
    Level.SECRETARY: Role.ISO_SECRETARY,
    Level.UNIT: Role.UNIT_HEAD,
}  # the most senior first
_UNDONE = {"done_at": None, "removed_at": None}


@dataclass(frozen=True)
class Escalation:
    """An overdue nonconformity, why it is told to this person, and for how many days it is late.

    `due_on` is the deadline that was missed: the whole's, or an earlier one of an action.
    """

    nonconformity: Nonconformity
    level: Level
    days: int
    due_on: dt.date


def escalated(user: Any, *, on: dt.date | None = None) -> list[Escalation]:
    """Return what is overdue on the day and has come up to `user`, the latest first.

    From the first day late it is told to who answers for it and who is to act (the unit's head
    where nobody is named); later, by the settings' days, to the unit's head, the secretary and
    the leaders. Each once, at the most senior level reached. One verified is late only where
    its effect was to be checked before.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return []
    day = on or today()
    found = list(_late(user, day))
    agencies = {nc.agency_id: nc.agency for nc in found}
    stored = {own.agency_id: own for own in AuditSettings.objects.filter(agency__in=agencies)}
    told = []
    for nc in found:
        own = stored.get(nc.agency_id) or AuditSettings(agency=agencies[nc.agency_id])
        due_on = _missed(nc)
        days = (day - due_on).days
        level = _level(user, nc, days, own, day) if days > 0 else None
        if level:
            told.append(Escalation(nc, level, days, due_on))
    return sorted(told, key=lambda one: (-one.days, one.nonconformity.pk))


def _late(user: Any, day: dt.date) -> Any:
    """Return those that may be late and may concern `user`, with their undone actions."""
    undone = CorrectiveAction.objects.filter(**_UNDONE)
    of_one = undone.filter(nonconformity=OuterRef("pk"), round=OuterRef("round"))
    concerned = Q(owner=user) | Q(Exists(of_one.filter(person=user)))
    for role in _ROLES.values():
        concerned |= Q(unit__in=units_of(user, role, on=day))
    late_action = Q(Exists(of_one.filter(due_on__lt=day)), status=NonconformityStatus.PLANNED)
    return (
        Nonconformity.objects.unsettled()
        .filter(Q(due_on__lt=day) | late_action, concerned)
        .select_related("agency", "unit", "owner")
        .prefetch_related(Prefetch("actions", undone, to_attr="undone_actions"))
        .order_by("pk")
    )


def _undone(nc: Nonconformity) -> list[CorrectiveAction]:
    actions: list[CorrectiveAction] = getattr(nc, "undone_actions", [])
    return [action for action in actions if action.round == nc.round]


def _missed(nc: Nonconformity) -> dt.date:
    """Return the deadline that counts now."""
    if nc.status == NonconformityStatus.VERIFIED and nc.grade == Nonconformity.Grade.MAJOR:
        return max(nc.due_on, nc.effect_due_on or nc.due_on)
    if nc.status == NonconformityStatus.PLANNED:
        return min([nc.due_on, *(action.due_on for action in _undone(nc))])
    return nc.due_on


def _level(
    user: Any, nc: Nonconformity, days: int, own: AuditSettings, day: dt.date
) -> Level | None:
    after = {
        Level.LEADER: own.leader_escalation_days,
        Level.SECRETARY: own.secretary_escalation_days,
        Level.UNIT: own.unit_escalation_days,
    }
    for level, role in _ROLES.items():
        if days >= after[level] and has_role(user, role, unit=nc.unit, on=day):
            return level
    is_named = nc.owner_id == user.pk or any(a.person_id == user.pk for a in _undone(nc))
    stands_in = nc.owner_id is None and has_role(user, Role.UNIT_HEAD, unit=nc.unit, on=day)
    return Level.PERSON if is_named or stands_in else None
