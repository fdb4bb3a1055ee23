"""The chain, the checkpoints that were signed of it, and the clock by which it was written."""

from collections.abc import Iterable, Iterator

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
    any more shows here: a tail that was cut, an old copy put back, a chain computed anew.
    """
    for name in checkpoints.unreadable():
        yield Difference(
            "checkpoint", f"Tệp {name} không đọc được như một điểm kiểm chứng.", key=name
        )
    good = 0
    for checkpoint in signed:
        report.counts["checkpoints"] += 1
        if not checkpoints.verify(checkpoint):
            message = f"Chữ ký của điểm kiểm chứng {checkpoint.name} không đúng."
            yield Difference("checkpoint", message, key=checkpoint.name, seq=checkpoint.seq)
            continue
        found = LedgerEntry.objects.filter(seq=checkpoint.seq).values_list("sha256", flat=True)
        stored = found.first()
        if stored == checkpoint.sha256:
            good = checkpoint.seq
            continue
        what = "không còn" if stored is None else "khác"
        message = (
            f"Mục {checkpoint.seq} đã ký lúc {checkpoint.made_at} {what} trong sổ cái: sổ bị cắt, "
            f"bị thay bằng bản cũ hoặc bị tính lại. Mục cuối còn đúng theo điểm kiểm chứng: {good}."
        )
        yield Difference(
            "checkpoint", message, TABLE, str(checkpoint.seq), "sha256", checkpoint.seq
        )
