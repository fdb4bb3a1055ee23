"""Records of which every change is kept with a person and a reason."""

import functools
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.base import ModelBase
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from qms.foundation.duplicates import AlreadyThere, is_duplicate


class UnattributedChange(RuntimeError):
    """A record was to be saved without saying who changes it."""


class RecordedModel(models.Model):
    """A record that is saved only by `record()`, so that no history row lacks its person."""

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        if getattr(self, "_history_user", None) is None:
            raise UnattributedChange(f"{type(self).__name__} is saved by record(by=…, reason=…).")
        try:
            with transaction.atomic(using=using):  # the row, its history and their ledger entry
                super().save(
                    force_insert=force_insert,
                    force_update=force_update,
                    using=using,
                    update_fields=update_fields,
                )
        except IntegrityError as refusal:
            if is_duplicate(refusal):
                raise AlreadyThere from refusal
            raise

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise UnattributedChange("Nothing is deleted: end it, discard it or take it out of use.")

    def record(
        self, *, by: "models.Model", reason: str, fields: Iterable[str] | None = None
    ) -> None:
        """Save, and write one history row that names `by` and `reason`.

        With `fields` only those columns are written. Raises AlreadyThere where a row with the same
        unique key came first, and what `save()` raises.
        """
        self._history_user = by
        self._change_reason = reason
        try:
            self.save(update_fields=list(fields) if fields is not None else None)
        finally:
            del self._history_user


class KeptHistoryManager(HistoryManager):
    """Joins manager and queryset once: the library makes their class anew for every save."""

    @classmethod
    @functools.cache
    def from_queryset(cls, queryset_class: Any, class_name: str | None = None) -> Any:
        return super().from_queryset(queryset_class, class_name)


def kept_history(**options: Any) -> HistoricalRecords:
    """Return the history of a model; its rows name their person and never vanish with them."""
    return HistoricalRecords(
        user_model=settings.AUTH_USER_MODEL,
        user_related_name="+",
        history_manager=KeptHistoryManager,
        **options,
    )
