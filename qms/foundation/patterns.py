"""Patterns by which things are numbered: `KPH-{year}-{seq:03}`, `QT-{seq:02}/GDĐT`."""

import re

_FIELD = re.compile(r"\{(year|seq)(?::(0?[1-9]))?\}")


def numbered(pattern: str, *, seq: int, year: int | None = None) -> str:
    """Return `pattern` with the number, and the year where it is given, in their places.

    A width is at least so many digits. What is no `{seq}` or `{year}` stays as it is: a pattern is
    text that somebody typed, and nothing in it is ever looked up.
    """
    values = {"seq": seq, "year": year}

    def put(found: re.Match[str]) -> str:
        value = values[found[1]]
        return found[0] if value is None else format(value, found[2] or "")

    return _FIELD.sub(put, pattern)
