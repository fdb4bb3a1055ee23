"""Entries of the ledger: added in the transaction of what they tell of, never changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from qms.records.ledger.canonical import (
    FORMAT,
    START,
    body_sha256,
    canonical,
    compact,
    entry_sha256,
    row_of,
)


@dataclass(frozen=True)
class Head:
    """How far the chain goes: its last entry, or nothing yet (seq 0)."""

    seq: int = 0
    sha256: str = START

    def __str__(self) -> str:
        return f"{self.seq} · {self.sha256[:16]}"

    @property
    def line(self) -> str:
        """What a print bears of it: whoever holds the print can tell a chain that was replaced."""
        return f"Sổ cái: {self}"


@dataclass(frozen=True)
class Entry:
    """What an entry is to say of one row.

    `table` and `key` name the record; `row` is the key of the history row that tells of it, empty
    where the record itself is the row. `change` is + (made), ~ (changed) or - (removed).
    """

    kind: str
    table: str = ""
    key: str = ""
    row: str = ""
    change: str = "+"
    actor_id: int | None = None


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def head(self) -> Head:
        """Return the last entry's place and hash; those of an empty chain before the first."""
        last = self.order_by("-seq").values_list("seq", "sha256").first()
        return Head(*last) if last else Head()

    def of(self, record: models.Model) -> "LedgerQuerySet":
        """Return the entries that tell of `record`, oldest first."""
        return self.filter(table=record._meta.db_table, key=str(record.pk)).order_by("seq")

    def append(self, entry: Entry, content: Mapping[str, Any]) -> "LedgerEntry":
        """Add `entry` at the end of the chain; `content` is what `compact()` returned.

        Call it inside the transaction of what it tells of: then none is without the other, and no
        two entries take one place, for writers go one at a time (`qms.foundation.writers`).
        """
        text = canonical(content)
        head = self.head()
        added: Any = self.model(
            seq=head.seq + 1,
            previous=head.sha256,
            format=FORMAT,
            recorded_at=timezone.now(),
            content=text,
            **vars(entry),
        )
        added.body_sha256 = body_sha256(header_of(added), text)
        added.sha256 = entry_sha256(added.seq, head.sha256, added.body_sha256)
        added.save(force_insert=True)
        return added


def header_of(entry: Any) -> dict[str, Any]:
    """Return what the hash of an entry's body covers beside its content."""
    names = ("recorded_at", "kind", "table", "key", "row", "change")
    return {name: getattr(entry, name) for name in names} | {"actor": entry.actor_id}


class LedgerEntry(models.Model):
    """One link of the chain: which row was recorded, what it said, and the hash before it."""

    class Kind(models.TextChoices):
        HISTORY = "history", "Thay đổi hồ sơ"
        ROW = "row", "Ghi thêm"
        ADOPTION = "adoption", "Tiếp nhận dữ liệu có trước"
        RESTORE = "restore", "Khôi phục từ bản sao lưu"

    seq = models.BigIntegerField("số thứ tự", primary_key=True)
    format = models.PositiveSmallIntegerField(default=FORMAT)
    recorded_at = models.DateTimeField("ghi lúc", db_index=True)
    kind = models.CharField("loại", max_length=10, choices=Kind)
    table = models.CharField("bảng", max_length=80, blank=True)
    key = models.CharField("khóa", max_length=40, blank=True)
    row = models.CharField("khóa dòng lịch sử", max_length=40, blank=True)
    change = models.CharField("thay đổi", max_length=1, default="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="người"
    )
    content = models.TextField("nội dung")
    body_sha256 = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)
    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "mục sổ cái"
        verbose_name_plural = "sổ cái"
        ordering = ["seq"]
        indexes = [models.Index(fields=["table", "key"], name="ledger_record")]
        constraints = [models.CheckConstraint(condition=Q(seq__gt=0), name="ledger_from_one")]

    def __str__(self) -> str:
        return f"{self.seq} · {self.sha256[:16]}"

    def told(self) -> dict[str, Any]:
        """Return the content: {column: value}, long values as their hash."""
        told: dict[str, Any] = json.loads(self.content)
        return told


class LedgeredModel(models.Model):
    """A record without history rows: each time it is saved, the ledger tells what it says.

    `LEDGER_ACTOR` names the field of who recorded it; empty where the system did.
    `LEDGER_CHANGES` names the fields that may change once it is recorded; mostly none.
    """

    LEDGER_ACTOR: ClassVar[str] = ""
    LEDGER_CHANGES: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new = self._state.adding
        super().save(*args, **kwargs)
        entry = Entry(
            LedgerEntry.Kind.ROW,
            table=self._meta.db_table,
            key=str(self.pk),
            change="+" if is_new else "~",
            actor_id=getattr(self, f"{self.LEDGER_ACTOR}_id") if self.LEDGER_ACTOR else None,
        )
        LedgerEntry.objects.append(entry, compact(row_of(self)))


def tell_history(instance: models.Model, history_instance: Any, **_: Any) -> None:
    """Append the entry of a history row that has just been written (simple-history's signal)."""
    entry = Entry(
        LedgerEntry.Kind.HISTORY,
        table=instance._meta.db_table,
        key=str(instance.pk),
        row=str(history_instance.pk),
        change=history_instance.history_type,
        actor_id=history_instance.history_user_id,
    )
    LedgerEntry.objects.append(entry, compact(row_of(history_instance)))


def head_holds() -> str:
    """Return what is wrong with the last entry, empty where its hash is that of what it says.

    Quick, for whoever asks often: `verify` recomputes the whole chain.
    """
    last = LedgerEntry.objects.order_by("-seq").first()
    if last is None:
        return "the ledger is empty"
    body = body_sha256(header_of(last), last.content)
    whole = entry_sha256(last.seq, last.previous, body, version=last.format)
    return "" if whole == last.sha256 else f"entry {last.seq} is not what its hash says"
