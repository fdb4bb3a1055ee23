"""How the rows of a table differ: added, removed, moved, or changed in a field.

A row is known by its key; where the keys are new (a document read in anew), by what names it.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from procedures.comparison.change import Change, Kind
from procedures.comparison.texts import plain, same
from procedures.comparison.wording import (
    FIELDS,
    TABLES,
    case_label,
    field_text,
    limit_text,
    time_text,
)
from procedures.content import (
    Abbreviation,
    Case,
    Content,
    FormUse,
    LegalBasis,
    Row,
    Step,
    TimeKind,
    TimeLimit,
)

_WHO = ("position", "responsible", "unit_name")  # told together
_HINT = 70  # letters


def row_changes(name: str, old: Content, new: Content) -> Iterator[Change]:
    """Yield what differs between the tables `name` of two contents, in the order of the page."""
    before: Sequence[Any] = getattr(old, name)
    after: Sequence[Any] = getattr(new, name)
    place = _places(before, after, old, new)
    stayed, noun = set(place.values()), TABLES[name]
    for index, row in enumerate(before):
        if index not in stayed:
            yield Change(name, Kind.REMOVED, noun, old=_whole(name, row, old))
    for index, row in enumerate(after):
        if index not in place:
            yield Change(name, Kind.ADDED, noun, new=_whole(name, row, new))
        elif before[place[index]] != row:
            was = before[place[index]]
            is_step = isinstance(row, Step)
            label = f"Bước {index + 1}" if is_step else _named(name, was)
            hint = _shortened(plain(row.work)) if is_step else ""
            yield from _fields(name, label, hint, (was, old), (row, new))
    yield from _moves(name, before, after, place)


# --- which row is which ---


def _places(
    before: Sequence[Any], after: Sequence[Any], old: Content, new: Content
) -> dict[int, int]:
    """Return by the index of a row in `after` that of the same row in `before`."""
    found: dict[int, int] = {}
    for known in (_key, _identity):
        free: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        taken = set(found.values())
        for index, row in enumerate(before):
            if index not in taken:
                free[known(row, old)].append(index)
        for index, row in enumerate(after):
            if index not in found and free.get(sign := known(row, new)):
                found[index] = free[sign].popleft()
    return found


def _key(row: Any, _: Content) -> Hashable:
    if isinstance(row, Row):
        return row.key
    if hasattr(row, "code"):
        return str(row.code)
    return f"{row.kind} {row.subject} {row.change} {row.effective_on}"


def _identity(row: Any, document: Content) -> Hashable:
    """Return what names a row for people, whatever its key."""
    if isinstance(row, TimeLimit):
        return row.tthc, plain(case_label(row.case, document))
    if isinstance(row, Case):
        return plain(row.label)
    if isinstance(row, FormUse):
        return row.kind, plain(row.code or row.name)
    if isinstance(row, Abbreviation):
        return plain(row.short)
    for field in ("work", "number", "name", "text"):
        if getattr(row, field, ""):
            return plain(str(getattr(row, field))).casefold()
    return _key(row, document)


def _named(name: str, row: Any) -> str:
    """Return the words by which a person knows the row."""
    if name == "taken_up":
        return f"{row.subject} ({row.effective_on:%d/%m/%Y})"
    if isinstance(row, TimeLimit):
        return row.text or limit_text(row)
    if isinstance(row, Abbreviation):
        return f"{row.short} – {row.meaning}"
    for field in ("work", "name", "number", "text", "label"):
        if getattr(row, field, ""):
            code = f"{row.code} " if getattr(row, "code", "") else ""
            return code + str(getattr(row, field))
    return str(getattr(row, "code", "")) or "(trống)"


def _whole(name: str, row: Any, document: Content) -> str:
    """Return what a row that was added or removed says, as far as one must know."""
    parts = [_named(name, row)]
    if isinstance(row, Step):
        times = (row.time(case.key) for case in document.cases)
        told = [time_text(time) for time in times if time.kind is not TimeKind.UNKNOWN]
        parts += [row.who, "; ".join(told)]
    elif isinstance(row, LegalBasis):
        parts += [row.title, "viện dẫn chung" if row.kind == "general" else ""]
    return " – ".join(part for part in parts if part)


def _shortened(text: str) -> str:
    return text if len(text) <= _HINT else f"{text[: _HINT - 1].rstrip()}…"


# --- moved rows ---


def _moves(
    name: str, before: Sequence[Any], after: Sequence[Any], place: Mapping[int, int]
) -> Iterator[Change]:
    """Yield the fewest rows whose moving explains the new order of those that stayed."""
    order = [place[index] for index in range(len(after)) if index in place]
    stay = _longest_rising(order)
    for index, row in enumerate(after):
        if index in place and place[index] not in stay:
            where = (f"vị trí {place[index] + 1}", f"vị trí {index + 1}")
            label = f"{TABLES[name]} “{_named(name, row)}”"
            yield Change(name, Kind.MOVED, label, *where)


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Return the members of a longest rising subsequence of different numbers."""
    tails: list[int] = []  # the smallest end of a run, by its length
    before: dict[int, int | None] = {}
    for number in numbers:
        length = bisect_left(tails, number)
        before[number] = tails[length - 1] if length else None
        tails[length : length + 1] = [number]
    members: set[int] = set()
    last = tails[-1] if tails else None
    while last is not None:
        members.add(last)
        last = before[last]
    return members


# --- changed fields ---


def _fields(
    name: str, label: str, hint: str, was: tuple[Any, Content], now: tuple[Any, Content]
) -> Iterator[Change]:
    """Yield each field that reads differently."""
    (old, old_document), (new, new_document) = was, now
    for field in _told_fields(new):
        if field == "times":
            yield from _times(label, hint, was, now)
            continue
        texts = (field_text(old, field, old_document), field_text(new, field, new_document))
        if not same(*texts):
            what = f"{label}, {FIELDS.get(field, field)}"
            yield Change(name, Kind.CHANGED, what, *texts, hint=hint)


def _told_fields(row: Any) -> Iterator[str]:
    """Yield the fields that people read; a limit is told with its unit, who acts as one."""
    for field in type(row).model_fields:
        if field == "key" or (isinstance(row, TimeLimit) and field == "unit"):
            continue
        if isinstance(row, Step) and field in _WHO:
            if field == _WHO[0]:
                yield "who"
            continue
        yield field


def _times(
    label: str, hint: str, was: tuple[Any, Content], now: tuple[Any, Content]
) -> Iterator[Change]:
    (old, old_document), (new, document) = was, now
    places = _places(old_document.cases, document.cases, old_document, document)
    for index, case in enumerate(document.cases):
        then = old_document.cases[places[index]].key if index in places else case.key
        before, after = time_text(old.time(then)), time_text(new.time(case.key))
        if before != after:
            of_case = f" ({case.label})" if case.label else ""
            what = f"{label}, thời gian{of_case}"
            yield Change("steps", Kind.CHANGED, what, before, after, hint=hint)
