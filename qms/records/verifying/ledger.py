"""The chain, the checkpoints that were signed of it, and the clock by which it was written."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qms.foundation.dates import LOCAL
from qms.records.ledger import checkpoints
from qms.records.ledger.chain import breaks
from qms.records.ledger.entries import Head, LedgerEntry
from qms.records.verifying.found import CHUNK, Difference, Report

TABLE = LedgerEntry._meta.db_table


def check_chain(report: Report) -> Iterator[Difference]:
    """Every entry is in its place and says what it was hashed as; a clock set back is noted."""
    entries = LedgerEntry.objects.order_by("seq").iterator(chunk_size=CHUNK)
    for broken in breaks(_counted(entries, report), Head()):
        yield Difference("chain", broken.message, TABLE, str(broken.seq), broken.field, broken.seq)


def _counted(entries: Iterable[LedgerEntry], report: Report) -> Iterator[LedgerEntry]:
    latest = None
    for entry in entries:
        report.counts["entries"] += 1
        if latest and entry.recorded_at < latest:
            seconds = (latest - entry.recorded_at).total_seconds()
            back = f"{seconds:.6f}".rstrip("0").rstrip(".")
            report.notes.append(f"Đồng hồ máy chủ lùi {back} giây tại mục {entry.seq} của sổ cái.")
        latest = entry.recorded_at
        yield entry


def check_checkpoints(signed: list[checkpoints.Checkpoint], report: Report) -> Iterator[Difference]:
    """Every checkpoint was signed by a key known here and is the entry at its place.

    `signed` is what lay in the second place before the database was looked at. What is not there
    any more shows here: a tail that was cut, an old copy put back, a chain computed anew. Where the
    ledger tells of a restore, its checkpoints that are newer than the backup are told as that;
    they differ until somebody takes them to the papers of what happened.
    """
    for name in checkpoints.unreadable():
        yield Difference(
            "checkpoint", f"Tệp {name} không đọc được như một điểm kiểm chứng.", key=name
        )
    good, restores = 0, _restores()
    last = LedgerEntry.objects.head().seq
    for checkpoint in signed:
        report.counts["checkpoints"] += 1
        if not checkpoints.verify(checkpoint):
            message = f"Chữ ký của điểm kiểm chứng {checkpoint.name} không đúng."
            yield Difference("checkpoint", message, key=checkpoint.name, seq=checkpoint.seq)
            continue
        found = LedgerEntry.objects.filter(seq=checkpoint.seq).values_list("sha256", flat=True)
        if found.first() == checkpoint.sha256:
            good = checkpoint.seq
            continue
        restored = next((each for each in restores if each.lost(checkpoint)), None)
        message = (
            restored.says(checkpoint) if restored else _not_there(checkpoint, last=last, good=good)
        )
        yield Difference(
            "checkpoint", message, TABLE, str(checkpoint.seq), "sha256", checkpoint.seq
        )


@dataclass(frozen=True)
class _Restore:
    """A backup that was put back at a moment, the ledger of which ended at entry `last`."""

    moment: dt.datetime
    last: int
    entry: int

    def lost(self, checkpoint: checkpoints.Checkpoint) -> bool:
        """Tell whether it was signed before, of an entry that the backup had not yet."""
        signed = dt.datetime.fromisoformat(checkpoint.made_at)
        return checkpoint.seq > self.last and signed <= self.moment

    def says(self, checkpoint: checkpoints.Checkpoint) -> str:
        lost = f"{self.last + 1}–{checkpoint.seq}"
        return (
            f"Điểm kiểm chứng {checkpoint.name} mới hơn cơ sở dữ liệu này: lúc "
            f"{self.moment.astimezone(LOCAL):%H:%M ngày %d/%m/%Y} một bản sao lưu cũ hơn được khôi "
            f"phục (mục {self.entry}), các mục {lost} ghi trước đó không còn. Đây là chứng cứ về "
            "phần đã mất: giữ tệp này, chuyển vào hồ sơ sự cố."
        )


def _restores() -> list[_Restore]:
    found = []
    for entry in LedgerEntry.objects.filter(kind=LedgerEntry.Kind.RESTORE).order_by("seq"):
        told = entry.told()
        if str(told.get("seq", "")).isdecimal():  # what was changed there is told by the chain
            found.append(_Restore(entry.recorded_at, int(told["seq"]), entry.seq))
    return found


def _not_there(checkpoint: checkpoints.Checkpoint, *, last: int, good: int) -> str:
    signed = f"Mục {checkpoint.seq} đã ký lúc {checkpoint.made_at}"
    if checkpoint.seq > last:
        why = (
            f"{signed} mới hơn cơ sở dữ liệu này, chỉ có đến mục {last}: một bản cũ được đặt lại, "
            "hoặc phần cuối sổ cái bị cắt. Giữ nguyên mọi tệp."
        )
    else:
        why = (
            f"{signed} khác trong sổ cái: sổ bị thay bằng bản cũ rồi ghi tiếp, hoặc bị tính lại. "
            "Giữ nguyên mọi tệp."
        )
    return f"{why} Mục cuối còn đúng theo điểm kiểm chứng: {good}."
