"""Whether the chain holds: each entry in its place, saying what it was hashed as."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qms.records.ledger.canonical import FORMAT, body_sha256, entry_sha256
from qms.records.ledger.entries import Head, LedgerEntry, header_of


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold; `field` is the column, `message` says it in Vietnamese."""

    seq: int
    field: str
    message: str


def breaks(entries: Iterable[LedgerEntry], after: Head) -> Iterator[Break]:
    """Yield each break of `entries`, which come by `seq` and follow upon `after`.

    What an entry is bound to is the hash that the one before it bears, so that one changed entry
    is told once, and not again by all that follow.
    """
    last = after
    for entry in entries:
        if entry.seq != last.seq + 1:
            gone = (
                f"{last.seq + 1}"
                if entry.seq == last.seq + 2
                else f"{last.seq + 1}–{entry.seq - 1}"
            )
            yield Break(entry.seq, "seq", f"Sổ cái thiếu mục {gone}.")
        if entry.previous != last.sha256:
            yield Break(entry.seq, "previous", f"Mục {entry.seq} không nối tiếp mục trước nó.")
        yield from _misstated(entry)
        last = Head(entry.seq, entry.sha256)


def _misstated(entry: LedgerEntry) -> Iterator[Break]:
    if entry.format != FORMAT:
        yield Break(entry.seq, "format", f"Mục {entry.seq} theo dạng thức chưa biết.")
        return
    if entry.body_sha256 != body_sha256(header_of(entry), entry.content):
        yield Break(entry.seq, "content", f"Mục {entry.seq} không còn nói như khi được ghi.")
    if entry.sha256 != entry_sha256(entry.seq, entry.previous, entry.body_sha256):
        yield Break(entry.seq, "sha256", f"Mã băm của mục {entry.seq} sai.")
