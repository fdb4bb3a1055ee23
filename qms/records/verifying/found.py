"""What the checks find, and how they report it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was recorded: where, and a sentence in Vietnamese.

    `key` is the primary key of the row of `table`, `field` the column, `seq` the entry of the
    ledger; each empty where the difference has none.
    """

    check: str
    message: str
    table: str = ""
    key: str = ""
    field: str = ""
    seq: int | None = None

    def __str__(self) -> str:
        place = ".".join(part for part in (self.table, self.key, self.field) if part)
        return (
            f"[{self.check}] {place}: {self.message}" if place else f"[{self.check}] {self.message}"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Report:
    """How much was checked, what is worth knowing, what differs."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


Check = Callable[[Report], Iterator[Difference]]
CHUNK = 500  # rows that are held at a time


def chunks(model: Any) -> Iterator[list[Any]]:
    """Yield the rows of a table by key, some at a time."""
    rows: list[Any] = []
    for row in model._base_manager.order_by("pk").iterator(chunk_size=CHUNK):
        rows.append(row)
        if len(rows) == CHUNK:
            yield rows
            rows = []
    if rows:
        yield rows
