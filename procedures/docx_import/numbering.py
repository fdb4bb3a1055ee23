"""The numbers Word prints before list paragraphs: they stand in no text, only in a definition."""

from collections.abc import Callable
from typing import Any

from lxml import etree

_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_DEEPEST = 9
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _roman(number: int) -> str:
    text = "x" * (number // 10)
    number %= 10
    for value, letters in _ROMAN:
        while number >= value and value < 10:
            text, number = text + letters, number - value
    return text


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "none": lambda _: "",
}


def value_of(element: Any, name: str, attribute: str = "val") -> str | None:
    """Return the attribute of the child `name`, None where either is missing."""
    child = element.find(f"{W}{name}") if element is not None else None
    return None if child is None else child.get(f"{W}{attribute}")


def whole(text: str | None, default: int = 0) -> int:
    """Return `text` as a number, `default` where it is none."""
    try:
        return int(text or default)
    except ValueError:
        return default


class Numbering:
    """Counts as Word does; ask it once for each numbered paragraph, in their order."""

    def __init__(self, definitions: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, dict[str, Any]]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, list[int | None]] = {}
        if definitions is None:
            return
        shapes = {
            abstract.get(f"{W}abstractNumId", ""): self._shape(abstract)
            for abstract in definitions.iterfind(f"{W}abstractNum")
        }
        for num in definitions.iterfind(f"{W}num"):
            number = num.get(f"{W}numId", "")
            abstract = value_of(num, "abstractNumId") or ""
            levels = {level: dict(shape) for level, shape in shapes.get(abstract, {}).items()}
            restarted = False
            for override in num.iterfind(f"{W}lvlOverride"):
                level = whole(override.get(f"{W}ilvl"))
                start = value_of(override, "startOverride")
                if start is not None and level in levels:
                    levels[level]["start"] = whole(start, 1)
                    restarted = True
                for given in override.iterfind(f"{W}lvl"):
                    levels[level] = self._level(given)
            self._levels[number] = levels
            # Lists of one definition go on counting, unless a start of their own is set.
            self._abstract[number] = f"n{number}" if restarted else f"a{abstract}"

    def _shape(self, abstract: etree._Element) -> dict[int, dict[str, Any]]:
        return {
            whole(level.get(f"{W}ilvl")): self._level(level)
            for level in abstract.iterfind(f"{W}lvl")
        }

    def _level(self, level: etree._Element) -> dict[str, Any]:
        return {
            "start": whole(value_of(level, "start"), 1),
            "format": value_of(level, "numFmt") or "decimal",
            "text": value_of(level, "lvlText") or "",
        }

    def label(self, number: str, level: int) -> str:
        """Return what Word prints before the next paragraph of the list; `-` for a bullet."""
        levels = self._levels.get(number)
        if not levels or level not in levels or not 0 <= level < _DEEPEST:
            return ""
        if levels[level]["format"] == "bullet":
            return "-"
        counts = self._counts.setdefault(self._abstract[number], [None] * _DEEPEST)
        before = counts[level]
        counts[level] = levels[level]["start"] if before is None else before + 1
        counts[level + 1 :] = [None] * (_DEEPEST - level - 1)
        text = str(levels[level]["text"])
        for at in range(level + 1):
            shape = levels.get(at, {"start": 1, "format": "decimal"})
            count = counts[at]
            shown = _FORMATS.get(shape["format"], str)(shape["start"] if count is None else count)
            text = text.replace(f"%{at + 1}", shown)
        return text.strip()
