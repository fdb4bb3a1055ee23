"""Vietnamese text: one form to store, one to compare, one to search by, one to sort by."""

import re
import unicodedata

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_TONES = {"\u0300": 2, "\u0309": 3, "\u0303": 4, "\u0301": 5, "\u0323": 6}  # dictionary order
_SHAPES = {"\u0306": 2, "\u0302": 3, "\u031b": 3}  # breve, circumflex, horn
_SHAPE_RANK = {("e", "\u0302"): 2, ("o", "\u0302"): 2, ("u", "\u031b"): 2}
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w+", re.UNICODE)


def nfc(text: str) -> str:
    """Compose `text` (Unicode NFC), the only form that is stored."""
    return unicodedata.normalize("NFC", text)


def clean_lines(text: str) -> str:
    """Return `text` in NFC without control, zero-width, direction characters; lines stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = nfc(text.translate(_ZERO_WIDTH).translate(_BIDI))  # they may part a letter from its mark
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def clean(text: str) -> str:
    """Return `text` as one line: as `clean_lines`, with every run of white space one space."""
    return " ".join(clean_lines(text).split())


def comparison_key(text: str) -> str:
    """Return what two spellings of one code or number have in common: `qt – 01/gdđt`.

    NFKC, lower case, no white space or zero-width characters, one kind of dash; Đ stays Đ.
    """
    text = unicodedata.normalize("NFKC", clean(text)).translate(_DASHES)
    return nfc("".join(text.casefold().split()))


def confusable_key(text: str) -> str:
    """Return `comparison_key` with Đ as D and accents dropped: equal means easily mistaken."""
    return "".join(fold(comparison_key(text)).split())


def fold(text: str) -> str:
    """Return `text` for search: no accents, đ as d, lower case, punctuation as one space.

    `fold("Quy trình 01/GDĐT")` is `"quy trinh 01 gddt"`.
    """
    text = unicodedata.normalize("NFKC", text.translate(_ZERO_WIDTH)).casefold().replace("đ", "d")
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(_WORD.findall(bare.replace("_", " ")))


def slugify(text: str) -> str:
    """Return an address part: `QT-01/GDĐT` becomes `qt-01-gddt`."""
    return "-".join(fold(text).split())


def sort_key(text: str) -> str:
    """Return a key whose plain order is the order of a Vietnamese dictionary.

    Word by word; đ after d, ă after a; tones (ngang, huyền, hỏi, ngã, sắc, nặng) decide between
    equal letters; numbers by value. Only digits and lower-case letters, so that every database
    sorts it alike whatever its collation.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", clean(text)).casefold().replace("_", " "))
    return "0".join(_word_key(word) for word in words)


def _word_key(word: str) -> str:
    if word.isdecimal():
        return f"{int(word):010d}"
    letters: list[str] = []
    tone = 1
    for char in unicodedata.normalize("NFD", word):
        if char in _TONES:
            tone = _TONES[char]
        elif char in _SHAPES and letters:
            base = letters[-1][0]
            letters[-1] = f"{base}{_SHAPE_RANK.get((base, char), _SHAPES[char])}"
        elif char == "đ":
            letters.append("d2")
        elif char.isdecimal() or not unicodedata.combining(char):
            letters.append(f"{char}1")
    return "".join(letters) + str(tone)
