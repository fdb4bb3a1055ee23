"""How two texts differ, paragraph by paragraph and then word by word.

NFC and NFD, the place of a tone mark (*hòa*, *hoà*) and white space are no differences. A word
and the white space behind it are one token: white space alone would match everywhere. However
long the texts, the time is bounded: what is too long is compared by sentences, then as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

from qms.foundation.text import nfc

_OLD_TONES = {
    nfc(first + second + mark): nfc(first + mark + second)
    for vowel in ("oa", "oe", "uy")
    for first in (vowel[0], vowel[0].upper())
    for second in (vowel[1], vowel[1].upper())
    for mark in "\u0300\u0309\u0303\u0301\u0323"
}
_TONES = re.compile("|".join(map(re.escape, _OLD_TONES)))
_WORD = re.compile(r"\S+\s*")
_SENTENCE = re.compile(r"[^.;!?\n]*[.;!?\n]+\s*|[^.;!?\n]+")
_MOST_WORDS = 1200  # on either side, compared one by one
_MOST_PIECES = 600  # paragraphs or sentences
_LEAST_ALIKE = 0.25  # below it the new text stands for the old one, as a whole


class Part(StrEnum):
    EQUAL = "equal"
    INSERTED = "ins"
    DELETED = "del"


@dataclass(frozen=True)
class Segment:
    """Some words that stayed, were put in or were taken out; white space behind them included."""

    kind: Part
    text: str


@dataclass(frozen=True)
class Passage:
    """A changed paragraph; or, with `skipped`, how many unchanged ones are left out here."""

    segments: tuple[Segment, ...] = ()
    skipped: int = 0


def same(old: str, new: str) -> bool:
    """Tell whether two texts say the same but for composition, tone place and white space."""
    return old == new or plain(old) == plain(new)


def plain(text: str) -> str:
    """Return the text as it is compared: NFC, one place for tone marks, single spaces."""
    return " ".join(_TONES.sub(lambda match: _OLD_TONES[match[0]], nfc(text)).split())


def passages(old: str, new: str) -> tuple[Passage, ...]:
    """Return the paragraphs that differ, and between them how many do not."""
    before, after = _paragraphs(old), _paragraphs(new)
    found: list[Passage] = []
    for is_equal, was, now in _blocks(before, after, most=_MOST_PIECES):
        if is_equal:
            found.append(Passage(skipped=len(now)))
        elif len(was) == len(now) <= _MOST_PIECES:
            found += [Passage(segments(a, b)) for a, b in zip(was, now, strict=True)]
        else:
            found.append(Passage(segments("\n".join(was), "\n".join(now))))
    return tuple(found)


def segments(old: str, new: str) -> tuple[Segment, ...]:
    """Return both texts as one: words that stayed, were taken out, were put in."""
    before, after = _tokens(old), _tokens(new)
    if len(before) > _MOST_WORDS or len(after) > _MOST_WORDS:
        return _merged(_by_sentence(old, new))
    blocks = list(_blocks(before, after, most=_MOST_WORDS))
    stayed = sum(len(now) for is_equal, _, now in blocks if is_equal)
    if stayed < _LEAST_ALIKE * max(len(before), len(after)):
        return _merged(_replaced(old, new))
    return _merged(part for block in _joined(blocks) for part in _told(*block))


# --- blocks of what stayed and what did not ---

_Block = tuple[bool, Sequence[str], Sequence[str]]  # whether equal, old pieces, new pieces


def _blocks(before: Sequence[str], after: Sequence[str], *, most: int) -> Iterator[_Block]:
    """Yield what is equal and what is not, in order; over `most` pieces only the ends match."""
    was, now = [plain(piece) for piece in before], [plain(piece) for piece in after]
    shorter = min(len(was), len(now))
    head = next((i for i in range(shorter) if was[i] != now[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if was[-1 - i] != now[-1 - i]), rest)
    old_end, new_end = len(was) - tail, len(now) - tail
    if head:
        yield True, before[:head], after[:head]
    if max(old_end, new_end) - head > most:
        yield False, before[head:old_end], after[head:new_end]
    else:
        matcher = SequenceMatcher(None, was[head:old_end], now[head:new_end])
        for tag, a, b, c, d in matcher.get_opcodes():
            pieces = before[head + a : head + b], after[head + c : head + d]
            yield tag == "equal", *pieces
    if tail:
        yield True, before[old_end:], after[new_end:]


def _joined(blocks: Sequence[_Block]) -> Iterator[_Block]:
    """Yield the blocks, a lone word that stayed between two changes taken for changed."""

    def stays(index: int) -> bool:
        is_equal, _, now = blocks[index]
        return is_equal and (len(now) > 1 or index in (0, len(blocks) - 1))

    for is_equal, indexes in groupby(range(len(blocks)), stays):
        listed = list(indexes)
        was = [piece for index in listed for piece in blocks[index][1]]
        now = [piece for index in listed for piece in blocks[index][2]]
        yield is_equal, was, now


def _by_sentence(old: str, new: str) -> Iterator[Segment]:
    before, after = _SENTENCE.findall(nfc(old)), _SENTENCE.findall(nfc(new))
    for is_equal, was, now in _blocks(before, after, most=_MOST_PIECES):
        texts = ("".join(was), "".join(now))
        if is_equal or any(len(_tokens(text)) > _MOST_WORDS for text in texts):
            yield from _told(is_equal, was, now)
        else:
            yield from segments(*texts)


def _told(is_equal: bool, was: Sequence[str], now: Sequence[str]) -> Iterator[Segment]:  # noqa: FBT001
    if is_equal:
        # Its last word may have been the last of all in one text only, without a space behind.
        ending = was[-1] if was and now and not now[-1][-1:].isspace() else ""
        space = ending[len(ending.rstrip()) :]
        yield Segment(Part.EQUAL, "".join(now) + space)
    else:
        yield from _replaced("".join(was), "".join(now))


def _replaced(old: str, new: str) -> Iterator[Segment]:
    yield Segment(Part.DELETED, old)
    yield Segment(Part.INSERTED, new)


def _merged(parts: Iterator[Segment]) -> tuple[Segment, ...]:
    """Return the segments that hold something, neighbours of one kind as one."""
    kept = (part for part in parts if part.text)
    return tuple(
        Segment(kind, "".join(part.text for part in group))
        for kind, group in groupby(kept, lambda part: part.kind)
    )


def _tokens(text: str) -> list[str]:
    return _WORD.findall(nfc(text))


def _paragraphs(text: str) -> list[str]:
    return [line for line in map(str.strip, text.split("\n")) if line]
