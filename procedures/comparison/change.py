"""One difference between two editions."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from procedures.comparison.texts import Part, Passage, Segment, passages


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One difference: in which section, of what, from which text to which.

    `hint` says of a step, told by its number, what is done in it.
    """

    section: str
    kind: Kind
    label: str
    old: str = ""
    new: str = ""
    hint: str = field(default="", compare=False)

    def __str__(self) -> str:
        if self.kind is Kind.ADDED:
            return f"Thêm {self.label}: {self.new}"
        if self.kind is Kind.REMOVED:
            return f"Bỏ {self.label}: {self.old}"
        if self.kind is Kind.MOVED:
            return f"Chuyển {self.label}: {self.old} → {self.new}"
        return f"{self.label}: {self.old or '(trống)'} → {self.new or '(trống)'}"

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Return what was put in and taken out, word by word; what stayed stands around it."""
        if self.kind is Kind.ADDED:
            return (Passage((Segment(Part.INSERTED, self.new),)),)
        if self.kind is Kind.REMOVED:
            return (Passage((Segment(Part.DELETED, self.old),)),)
        if self.kind is Kind.MOVED:
            return ()
        return passages(self.old, self.new)
