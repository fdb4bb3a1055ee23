"""What headings of a list say of the rows below: new, amended, ended; and how far each reaches."""

import re
from enum import StrEnum

from qms.foundation.text import fold


class Fate(StrEnum):
    """What becomes of the TTHC below a heading. SEVERAL: it stands over rows of several kinds."""

    NEW = "new"
    AMENDED = "amended"
    ABOLISHED = "abolished"
    CANCELLED = "cancelled"
    SEVERAL = "several"


_SAID = {
    Fate.NEW: r"moi ban hanh|ban hanh moi|cong bo moi|(?:tthc|thu tuc|hanh chinh) moi(?! truong)",
    Fate.AMENDED: r"sua doi|bo sung",
    Fate.ABOLISHED: r"bai bo|het hieu luc|khong con hieu luc",
    Fate.CANCELLED: r"huy bo",
    Fate.SEVERAL: r"thay the|chuan hoa|giu nguyen|duy tri|(?<!khong )con hieu luc|mot phan|mot so",
}
_WORDS = {fate: re.compile(rf"\b(?:{words})\b") for fate, words in _SAID.items()}
_NOT_ENDED = re.compile(r"\b(?:khong|chua|chua bi|khong bi) (?:bai bo|huy bo|het hieu luc)\b")
_ELSEWHERE = re.compile(r"\b(?:(?:tai|theo|cua) (?:cac )?quyet dinh|kem theo)\b.*")
_STYLES = (
    (re.compile(r"phần\s", re.IGNORECASE), "part"),
    (re.compile(r"[IVX]{1,6}(?!\w)"), "roman"),
    (re.compile(r"[A-ZĐ](?!\w)"), "letter"),
    (re.compile(r"[0-9]{1,2}(?!\w)"), "number"),
)


def fate_of(text: str) -> Fate | None:
    """Return what a heading, a status or the name of a sheet says, None if it says nothing.

    What other decisions did, *bãi bỏ tại Quyết định sửa đổi …*, is not what this list says.
    """
    folded = fold(text)
    if folded == "moi":
        return Fate.NEW
    if _NOT_ENDED.search(folded):
        return Fate.SEVERAL
    said = {fate for fate, words in _WORDS.items() if words.search(_ELSEWHERE.sub("", folded))}
    if said == {Fate.ABOLISHED, Fate.CANCELLED}:
        return Fate.ABOLISHED
    if len(said) > 1:
        return Fate.SEVERAL
    return said.pop() if said else None


def style_of(number: str) -> str:
    """Return how a heading is numbered: part, roman, letter, number, or not at all."""
    return next((style for shape, style in _STYLES if shape.match(number)), "")


class Headings:
    """The headings a row stands under, the outermost first.

    One that is numbered like an earlier one takes its place and ends all below it: *B.* ends *A.*
    with its *III.*, but *A.* below *III.* does not end that.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, str]] = []

    def enter(self, text: str, style: str) -> None:
        styles = [known for known, _ in self._open]
        if style in styles:
            del self._open[styles.index(style) :]
        self._open.append((style, text))

    @property
    def text(self) -> str:
        """Return the nearest heading, after the one above that tells what becomes of the rows."""
        texts = [text for _, text in self._open]
        told = next((text for text in reversed(texts) if fate_of(text)), "")
        nearest = texts[-1] if texts else ""
        return nearest if told in ("", nearest) else f"{told} › {nearest}"
