"""What somebody who leaves has still open, to be handed over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from audits.models import Audit, AuditMember, CorrectiveAction, Nonconformity
from audits.permissions.audits import visible_audits
from audits.permissions.nonconformities import visible_nonconformities
from audits.workflow import AuditStatus, NonconformityStatus
from procedures.models import ProcedureVersion, VersionAuthor
from procedures.permissions import visible_drafts
from procedures.workflow import OPEN_VERSION
from qms.organisation.models import User

_OVER = (NonconformityStatus.CLOSED, NonconformityStatus.REJECTED)
_ENDED = (AuditStatus.CLOSED, AuditStatus.CANCELLED)
Seen = Callable[[Any], QuerySet[Any]]


@dataclass(frozen=True)
class OpenWork:
    """One kind of open work: how much there is, and of it what the one who asks may see."""

    label: str
    count: int
    shown: tuple[Model, ...]


def open_work(person: User, *, asked_by: Any) -> list[OpenWork]:
    """Return what is open in the name of `person`, kinds without any left out.

    The count is told to whoever keeps accounts; records only where `asked_by` may see them.
    """
    found = [
        _work("Dự thảo đang soạn, đang trình", _drafts(person), visible_drafts, asked_by),
        _work("Cuộc đánh giá đang tham gia", _audits(person), visible_audits, asked_by),
        _work(
            "Sự không phù hợp phải xử lý, theo dõi",
            _sheets(person),
            visible_nonconformities,
            asked_by,
        ),
    ]
    return [work for work in found if work.count]


def _work(label: str, records: QuerySet[Any], seen: Seen, asked_by: Any) -> OpenWork:
    visible = records.filter(pk__in=seen(asked_by).order_by().values("pk"))
    return OpenWork(label, records.count(), tuple(visible))


def _drafts(person: User) -> QuerySet[Any]:
    writes = VersionAuthor.objects.filter(person=person, removed_at=None)
    versions = ProcedureVersion.objects.filter(pk__in=writes.values("version"))
    return versions.filter(status__in=OPEN_VERSION).select_related("procedure")


def _audits(person: User) -> QuerySet[Any]:
    places = AuditMember.objects.filter(person=person, removed_at=None)
    return Audit.objects.filter(pk__in=places.values("audit")).exclude(status__in=_ENDED)


def _sheets(person: User) -> QuerySet[Any]:
    actions = CorrectiveAction.objects.filter(person=person, removed_at=None)
    mine = Q(owner=person) | Q(auditor=person) | Q(pk__in=actions.values("nonconformity"))
    return Nonconformity.objects.filter(mine).exclude(status__in=_OVER)
