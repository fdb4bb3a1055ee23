"""What changed, in sentences for the summary and the table of revisions."""

from collections.abc import Iterable, Sequence
from itertools import islice

from procedures.comparison.change import Change, Kind
from procedures.comparison.engine import by_section
from qms.foundation.text import clean

_OF_ITSELF = frozenset({"change_summary", "is_significant", "procedure"})
_MOST_LINES, _SHORT = 30, 120


def proposed_summary(found: Iterable[Change]) -> str:
    """Return a summary of the changes to begin from, a sentence a line; empty where none is."""
    sentences = [sentence(change) for change in substantial(found)]
    lines = list(islice(sentences, _MOST_LINES))
    if more := len(sentences) - len(lines):
        lines.append(f"Và {more} thay đổi khác.")
    return "\n".join(lines)


def substantial(found: Iterable[Change]) -> list[Change]:
    """Return the changes of the document, without those of what is said about the changes."""
    return [change for change in found if change.section not in _OF_ITSELF]


def sentence(change: Change) -> str:
    """Return the change as a sentence; of long texts only that they were changed."""
    old, new = clean(change.old), clean(change.new)
    if change.kind is Kind.ADDED:
        return f"Thêm {change.label} “{_short(new)}”."
    if change.kind is Kind.REMOVED:
        return f"Bỏ {change.label} “{_short(old)}”."
    if change.kind is Kind.MOVED:
        return f"Chuyển {change.label} từ {old} đến {new}."
    if not old:
        return f"{change.label}: ghi “{_short(new)}”."
    if not new:
        return f"{change.label}: bỏ “{_short(old)}”."
    if max(len(old), len(new)) > _SHORT:
        return f"{change.label}: sửa nội dung."
    return f"{change.label}: từ “{old}” thành “{new}”."


def locations(found: Sequence[Change]) -> str:
    """Return in which sections something changed."""
    return "; ".join(section.title for section in by_section(substantial(found)))


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1].rstrip()}…"
