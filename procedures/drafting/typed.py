"""What is typed on the drafting page, as text: from the document, from a post, and back.

Nothing typed is lost: rows are added, moved and removed here without being understood, and what is
wrong is told at its field. `document()` gives the typed document when every field can be read.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from procedures.content import (
    Case,
    Content,
    Step,
    StepTime,
    TakenUp,
    TimeKind,
    TimeLimit,
    Unit,
    new_key,
)
from procedures.drafting.durations import (
    LIMIT_UNITS,
    STEP_UNITS,
    number_text,
    step_text,
    to_minutes,
)
from procedures.drafting.layout import ALL_PARTS, SCALARS, TABLES, Column, Scalar, Table
from qms.foundation.text import clean, clean_lines

Values = dict[str, str]
_KEY = re.compile(r"[0-9a-z]{1,16}")  # as content.Row wants it
_NOT_COUNTED = frozenset({TimeKind.PARALLEL, TimeKind.NOT_COUNTED, TimeKind.BY_PLAN})
_MOST_ROWS = 400  # of one table; far above any real procedure


@dataclass(frozen=True)
class Names:
    """Names that tell a text apart: positions, and units by name; from today's tables."""

    positions: frozenset[str] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)  # name → code


@dataclass
class TypedRow:
    """One row as typed: its key and its fields by name (`work`, `times-c1-value`)."""

    key: str
    values: Values


@dataclass
class Typed:
    """The whole page as typed."""

    scalars: Values
    rows: dict[str, list[TypedRow]]
    taken_up: list[str]
    parts: frozenset[str] = ALL_PARTS  # what stands on the page; the rest is not touched

    # --- from and to ---

    @classmethod
    def of(cls, document: Content) -> "Typed":
        """Return what the page shows for `document`."""
        scalars = {scalar.name: _scalar_text(document, scalar) for scalar in SCALARS}
        rows = {
            table.name: [
                TypedRow(getattr(row, "key", f"t{number}"), _row_text(table, row, document))
                for number, row in enumerate(getattr(document, table.name))
            ]
            for table in TABLES
        }
        return cls(scalars, rows, [_taken_text(taken) for taken in document.taken_up])

    @classmethod
    def posted(cls, data: QueryDict, *, parts: frozenset[str] = ALL_PARTS) -> "Typed":
        """Return what was posted of `parts`; unknown names are passed over.

        A row keeps the key it came with, lest a step that was only moved be taken for a new one.
        """
        scalars = {scalar.name: data.get(scalar.name, "") for scalar in SCALARS}
        values = _posted_values(data)
        rows = {
            table.name: [
                TypedRow(key, values.get((table.name, key), {}))
                for key in dict.fromkeys(data.getlist(table.name))
                if _KEY.fullmatch(key)
            ]
            for table in TABLES
        }
        return cls(scalars, rows, data.getlist("taken_up"), parts)

    # --- rows ---

    def change_rows(self, deed: str) -> None:
        """Do `add:steps`, `up:steps:KEY`, `down:…` or `remove:…`; what cannot be done is not.

        The last case stays, for the times of all steps hang on it.
        """
        verb, _, rest = deed.partition(":")
        table, _, key = rest.partition(":")
        rows = self.rows.get(table)
        if rows is None:
            return
        if verb == "add":
            rows.append(TypedRow(new_key(), {}))
            return
        place = next((i for i, row in enumerate(rows) if row.key == key), None)
        if place is None:
            return
        if verb == "remove" and (table != "cases" or len(rows) > 1):
            del rows[place]
        elif verb == "up" and place > 0:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        elif verb == "down" and place + 1 < len(rows):
            rows[place], rows[place + 1] = rows[place + 1], rows[place]

    @property
    def case_keys(self) -> list[str]:
        return [row.key for row in self.rows["cases"]]

    # --- the document ---

    def document(self, base: Content, names: Names) -> tuple[Content | None, dict[str, str]]:
        """Return the document and no errors, or None and what is wrong by field name.

        What the page does not show (an attached file, sections of another kind) stays as in `base`.
        """
        reader = _Reader(self, base, names)
        fields = reader.fields()
        if reader.errors:
            return None, reader.errors
        return base.revised(**fields), {}

    def readable(self, base: Content, names: Names) -> Content:
        """Return what can be read, rows with a wrong value left out; to compare, not to store."""
        return base.revised(**_Reader(self, base, names).fields())


def _posted_values(data: QueryDict) -> dict[tuple[str, str], Values]:
    """Return the fields of each row by table and key: `steps-a1b2-work` is (steps, a1b2), work."""
    values: dict[tuple[str, str], Values] = {}
    for name in data:
        table, _, rest = name.partition("-")
        key, _, column = rest.partition("-")
        if column:
            values.setdefault((table, key), {})[column] = "\n".join(data.getlist(name))
    return values


def _scalar_text(document: Content, scalar: Scalar) -> str:
    value = getattr(document, scalar.name)
    if scalar.kind == "bool":
        return "1" if value else ""
    if scalar.kind == "list":
        return "\n".join(value)
    return "" if value is None else str(value)


def _taken_text(taken: TakenUp) -> str:
    return f"{taken.kind}|{taken.subject}|{taken.change}|{taken.effective_on.isoformat()}"


def _row_text(table: Table, row: Any, document: Content) -> Values:
    values: Values = {}
    for column in table.columns:
        if column.kind == "times":
            values |= _times_text(row, document)
        elif column.name == "who":
            values["who"] = row.position or row.responsible
        elif column.name == "value" and isinstance(row, TimeLimit):
            each = LIMIT_UNITS.get(row.unit)
            known = row.minutes is not None and each is not None
            values["value"] = number_text(row.minutes or 0, each or 1) if known else ""
        else:
            values[column.name] = _cell_text(getattr(row, column.name), column)
    return values


def _cell_text(value: Any, column: Column) -> str:
    if column.kind == "bool":
        return "1" if value else ""
    if column.kind == "codes":
        return " ".join(value)
    if column.kind == "forms":
        return "\n".join(value)
    return "" if value is None else str(value)


def _times_text(step: Step, document: Content) -> Values:
    values: Values = {}
    for case in document.cases:
        time = step.time(case.key)
        number, unit = "", "day" if time.kind is TimeKind.UNKNOWN else time.kind.value
        if time.minutes is not None:
            number, unit = step_text(time.minutes)
        values |= {f"times-{case.key}-value": number, f"times-{case.key}-unit": unit}
    return values


class _Reader:
    """Reads every field once, collecting what is wrong."""

    def __init__(self, typed: Typed, base: Content, names: Names) -> None:
        self.typed, self.base, self.names = typed, base, names
        self.errors: dict[str, str] = {}
        self.listed: set[str] = set()  # codes of TTHC met so far
        self.covered = {clean(row.values.get("code", "")) for row in typed.rows["tthc"]}

    def fields(self) -> dict[str, Any]:
        parts = self.typed.parts
        read: dict[str, Any] = {s.name: self._scalar(s) for s in SCALARS if s.name in parts}
        for table in TABLES:
            if table.name not in parts:
                continue
            typed = self.typed.rows[table.name]
            if len(typed) > _MOST_ROWS:
                self.errors[table.name] = f"Bảng này chỉ nhận tối đa {_MOST_ROWS} dòng."
            rows = [self._row(table, row) for row in typed]
            read[table.name] = tuple(row for row in rows if row is not None)
        if "cases" in parts:
            read["cases"] = read["cases"] or (Case(key="c1"),)
        read["taken_up"] = tuple(self._taken())
        return read

    def _try(self, name: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except ValueError as wrong:
            self.errors[name] = str(wrong)
            return None

    def _scalar(self, scalar: Scalar) -> Any:
        text = self.typed.scalars.get(scalar.name, "")
        if scalar.kind == "bool":
            return bool(text)
        if scalar.kind == "list":
            return tuple(line for line in map(clean, text.splitlines()) if line)
        if scalar.kind == "count":
            return self._try(scalar.name, lambda: _count(text))
        if scalar.name == "title" and len(clean(text)) > 1100:
            self.errors["title"] = "Tên quy trình dài quá 1.100 ký tự."
        return text

    def _row(self, table: Table, row: TypedRow) -> Any:
        values, prefix = row.values, f"{table.name}-{row.key}-"
        if table.name != "cases" and not _is_filled(table, values):
            return None  # an added row that was left empty
        read: dict[str, Any] = {} if table.name == "tthc" else {"key": row.key}
        for column in table.columns:
            if column.kind == "times":
                read["times"] = self._times(values, prefix)
            elif column.name == "who":
                read |= self._who(values.get("who", ""))
            elif column.name == "unit_name":
                read |= self._unit(values.get("unit_name", ""), row.key)
            elif column.kind != "number":
                read[column.name] = self._cell(column, values.get(column.name, ""), prefix)
        if table.name == "limits":
            read["minutes"] = self._limit(values, prefix)
        if table.name == "tthc":
            self._once(read["code"], prefix)
        return self._built(table, row, read)

    def _once(self, code: str, prefix: str) -> None:
        if not code:
            self.errors[f"{prefix}code"] = "Hãy ghi mã TTHC, hoặc bỏ dòng này."
        elif code in self.listed:
            self.errors[f"{prefix}code"] = f"TTHC {code} đã có ở dòng trên. Hãy bỏ một dòng."
        self.listed.add(code)

    def _built(self, table: Table, row: TypedRow, read: dict[str, Any]) -> Any:
        annotation = Content.model_fields[table.name].annotation
        model = annotation.__args__[0]  # type: ignore[union-attr]
        if any(name.startswith(f"{table.name}-{row.key}-") for name in self.errors):
            return None
        try:
            return model(**read)
        except (ValueError, ValidationError):
            first = table.columns[0].name
            self.errors[f"{table.name}-{row.key}-{first}"] = "Dòng này có giá trị không đọc được."
            return None

    def _cell(self, column: Column, text: str, prefix: str) -> Any:
        name = prefix + column.name
        if column.kind == "count":
            return self._try(name, lambda: _count(text))
        if column.kind == "bool":
            return bool(text)
        if column.kind == "codes":
            return self._try(name, lambda: self._codes(text)) or ()
        if column.kind == "code":
            return "".join(self._try(name, lambda: self._codes(clean(text))) or ())
        if column.kind == "forms":
            known = {row.key for row in self.typed.rows["forms"]}
            return tuple(key for key in text.split() if key in known)
        if column.kind == "choice":
            allowed = [str(value) for value, _ in column.choices]
            return text if text in allowed else allowed[0]
        if column.kind == "case":
            return text if text in self.typed.case_keys else ""
        if column.kind == "form":
            return text if text in {row.key for row in self.typed.rows["forms"]} else ""
        return clean_lines(text) if column.kind == "lines" else clean(text)

    def _codes(self, text: str) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))
        for code in codes:
            if code not in self.covered:
                raise ValueError(f"TTHC {code} không nằm trong các TTHC áp dụng ở trên.")
        return codes

    def _who(self, text: str) -> dict[str, str]:
        name = clean(text)
        known = self.names.positions | {step.position for step in self.base.steps}
        if name in known:
            return {"position": name, "responsible": ""}
        return {"position": "", "responsible": name}

    def _unit(self, text: str, key: str) -> dict[str, str]:
        name = clean(text)
        before = {s.unit_name: s.unit_code for s in self.base.steps if s.key == key}
        code = before.get(name) if name in before else self.names.units.get(name, "")
        return {"unit_name": name, "unit_code": (code or "") if name else ""}

    def _times(self, values: Values, prefix: str) -> tuple[StepTime, ...]:
        times = (self._time(values, prefix, case) for case in self.typed.case_keys or ["c1"])
        return tuple(time for time in times if time is not None)

    def _time(self, values: Values, prefix: str, case: str) -> StepTime | None:
        """Read a number with its unit, or a way of not counting; a number left empty is unknown."""
        start = f"times-{case}-"
        number = values.get(f"{start}value", "").strip()
        unit = values.get(f"{start}unit", "")
        if unit in _NOT_COUNTED and number:
            self.errors[f"{prefix}{start}value"] = (
                "Đã ghi số thì chọn ngày, giờ hoặc phút; nếu không tính thì xóa số."
            )
            return None
        if unit in _NOT_COUNTED or not number:
            kind = TimeKind(unit) if unit in _NOT_COUNTED else TimeKind.UNKNOWN
            return StepTime(case=case, kind=kind)
        each = STEP_UNITS.get(unit, STEP_UNITS["day"])
        minutes = self._try(f"{prefix}{start}value", lambda: to_minutes(number, each))
        if minutes is None:
            return None
        return StepTime(case=case, kind=TimeKind.WORKING, minutes=minutes)

    def _limit(self, values: Values, prefix: str) -> int | None:
        number = values.get("value", "").strip()
        unit = values.get("unit", "")
        each = LIMIT_UNITS.get(Unit(unit)) if unit in [u.value for u in Unit] else None
        if not number:
            return None
        if each is None:
            self.errors[f"{prefix}value"] = "Chọn đơn vị ngày hoặc giờ cho thời hạn này."
            return None
        read: int | None = self._try(f"{prefix}value", lambda: to_minutes(number, each))
        return read

    def _taken(self) -> Iterator[TakenUp]:
        for text in dict.fromkeys(self.typed.taken_up):
            kind, _, rest = text.partition("|")
            parts = dict(
                zip(("subject", "change", "effective_on"), rest.rsplit("|", 2), strict=False)
            )
            try:
                yield TakenUp.model_validate({"kind": kind, **parts})
            except ValueError:
                continue  # not from our page


def _count(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) > 999:
        raise ValueError("Hãy ghi số từ 0 đến 999, hoặc để trống nếu chưa rõ.")
    return int(text)


def _is_filled(table: Table, values: Values) -> bool:
    typed = [c.name for c in table.columns if c.kind not in ("choice", "times", "bool", "case")]
    return any(values.get(name, "").strip() for name in typed)
