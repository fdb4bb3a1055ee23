"""States and the legal moves between them; nothing else assigns a status."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction

from qms.foundation.recorded import RecordedModel

Transitions = Mapping[str, Sequence[str]]


class TransitionNotAllowed(ValidationError):
    """The move is not legal now, or not for this person; its message is for the user."""


class SeenVersionChanged(TransitionNotAllowed):
    """What the person saw is not what is stored any more."""


def _label(record: "WorkflowModel", status: str) -> str:
    choices: Any = type(record)._meta.get_field("status").choices
    return str(dict(choices).get(status, status))


class WorkflowModel(RecordedModel):
    """A record with a `status` that moves only along `TRANSITIONS`, by verbs."""

    TRANSITIONS: ClassVar[Transitions] = {}

    status = models.CharField("trạng thái", max_length=12)

    class Meta:
        abstract = True

    def locked(self) -> Self:
        """Return this record as stored now, its row locked until the transaction ends.

        Call it inside `transaction.atomic()`. On SQLite the transaction itself holds the lock.
        """
        manager = type(self)._default_manager
        return manager.select_for_update(of=("self",)).get(pk=self.pk)

    def may_move(self, target: str) -> bool:
        return target in self.TRANSITIONS[self.status]

    @transaction.atomic
    def _move(self, target: str, *, by: models.Model, reason: str, **stamps: Any) -> None:
        """Lock, compare, take over what is stored, stamp and save with one history row.

        Only `target` and `stamps` are changed: whatever else this object holds is read anew, so
        that a page that was opened long ago overwrites nothing. Raises TransitionNotAllowed when
        the stored state, or the round, is not the one this object was read in, or the table of
        moves does not list `target` after it. Nothing is changed then.
        """
        stored = self.locked()
        if stored.status != self.status or stored._round() != self._round():
            raise TransitionNotAllowed(
                f"Trong lúc đó trạng thái đã là “{_label(stored, stored.status)}”. "
                "Hãy tải lại trang để xem bản mới nhất.",
                code="stale",
            )
        if target not in self.TRANSITIONS[stored.status]:
            raise TransitionNotAllowed(
                f"Đang ở trạng thái “{_label(stored, stored.status)}”, "
                f"không thể chuyển sang “{_label(stored, target)}”.",
                code="illegal",
            )
        self._take_over(stored)
        self.status = target
        for name, value in stamps.items():
            setattr(self, name, value)
        try:
            self.record(by=by, reason=reason)
        except Exception:
            self._take_over(stored)
            raise

    def _round(self) -> int:
        return int(getattr(self, "round", 0))

    def _take_over(self, stored: Self) -> None:
        """Hold exactly what `stored` holds; related objects that are still the same stay read."""
        for field in self._meta.concrete_fields:
            value = getattr(stored, field.attname)
            if getattr(self, field.attname) != value:
                setattr(self, field.attname, value)
