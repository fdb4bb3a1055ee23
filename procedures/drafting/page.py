"""The drafting page as it is drawn: cards, tables of cells, what is wrong, and where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django_prose_editor.widgets import ProseEditorWidget

from procedures.checks import Problem
from procedures.drafting.layout import (
    SECTIONS,
    STEP_UNIT_CHOICES,
    TIME_KINDS,
    Column,
    Scalar,
    Section,
    Table,
)
from procedures.drafting.typed import Typed, TypedRow

BLANK_KEY = "__key__"
_EDITOR = {
    "extensions": {
        "Bold": True,
        "Italic": True,
        "Underline": True,
        "Subscript": True,
        "Superscript": True,
        "Heading": {"levels": [3, 4]},
        "BulletList": True,
        "OrderedList": {"enableListAttributes": False},
        "ListItem": True,
        "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
        "Table": True,
        "TableRow": True,
        "TableHeader": True,
        "TableCell": True,
        "HardBreak": True,
    },
    "history": True,
}
_EMPTY_DOCUMENT_TABLES = {"limits": {"unit": "working_day"}}


@dataclass(frozen=True)
class TimeCell:
    """The time of a step in one case: its kind, a number, a unit."""

    name: str
    case: str
    label: str
    kind: str
    value: str
    unit: str
    error: str = ""


@dataclass(frozen=True)
class Cell:
    """One field: how it is called, what is typed in it, what may be chosen, what is wrong."""

    name: str
    label: str
    kind: str
    value: str
    help: str = ""
    error: str = ""
    width: str = ""
    listed: str = ""
    choices: tuple[tuple[str, str, bool], ...] = ()  # value, label, is chosen
    times: tuple[TimeCell, ...] = ()
    html: str = ""

    @property
    def id(self) -> str:
        return f"id_{self.name}"


@dataclass(frozen=True)
class RowView:
    key: str
    number: int
    cells: tuple[Cell, ...]
    aside: tuple[Cell, ...]

    @property
    def has_error(self) -> bool:
        return any(cell.error or any(t.error for t in cell.times) for cell in self.all_cells)

    @property
    def is_aside_open(self) -> bool:
        return any(cell.error for cell in self.aside)

    @property
    def all_cells(self) -> tuple[Cell, ...]:
        return (*self.cells, *self.aside)


@dataclass(frozen=True)
class TableView:
    name: str
    noun: str
    help: str
    rows: tuple[RowView, ...]
    blank: RowView
    is_table: bool = True


@dataclass(frozen=True)
class SectionView:
    name: str
    title: str
    help: str
    parts: tuple[Cell | TableView, ...]
    problems: tuple[Problem, ...]
    has_error: bool

    @property
    def state(self) -> str:
        """Return blocking, warning or done: what the outline shows."""
        if self.has_error or any(problem.is_blocking for problem in self.problems):
            return "blocking"
        return "warning" if self.problems else "done"


@dataclass
class PageBuilder:
    """Draws `typed` with its errors and problems."""

    typed: Typed
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    is_tthc: bool = True

    def sections(self) -> list[SectionView]:
        return [
            self._section(section)
            for section in SECTIONS
            if (self.is_tthc or not section.only_tthc)
            and (section.name != "body" or not self.is_tthc)
        ]

    def _section(self, section: Section) -> SectionView:
        parts = tuple(self._part(part) for part in section.parts)
        names = [p.name for p in section.parts]
        wrong = any(error.split("-")[0] in names for error in self.errors)
        found = tuple(p for p in self.problems if p.section in section.checks)
        return SectionView(section.name, section.title, section.help, parts, found, wrong)

    def _part(self, part: Table | Scalar) -> Cell | TableView:
        if isinstance(part, Scalar):
            return self._scalar(part)
        rows = [
            self._row(part, row, number) for number, row in enumerate(self.typed.rows[part.name], 1)
        ]
        start = dict(_EMPTY_DOCUMENT_TABLES.get(part.name, {}))
        blank = self._row(part, TypedRow(BLANK_KEY, start), 0)
        return TableView(part.name, part.noun, part.help, tuple(rows), blank)

    def _scalar(self, scalar: Scalar) -> Cell:
        value = self.typed.scalars.get(scalar.name, "")
        html = _editor(scalar.name, value) if scalar.kind == "html" else ""
        error = self.errors.get(scalar.name, "")
        return Cell(
            scalar.name, scalar.label, scalar.kind, value, help=scalar.help, error=error, html=html
        )

    def _row(self, table: Table, row: TypedRow, number: int) -> RowView:
        cells = [(column, self._cell(table, column, row)) for column in table.columns]
        return RowView(
            row.key,
            number,
            tuple(cell for column, cell in cells if not self._stands_aside(column)),
            tuple(cell for column, cell in cells if self._stands_aside(column)),
        )

    def _stands_aside(self, column: Column) -> bool:
        single_case = len(self.typed.rows["cases"]) < 2
        return column.is_aside or (column.kind == "case" and single_case)

    def _cell(self, table: Table, column: Column, row: TypedRow) -> Cell:
        name = f"{table.name}-{row.key}-{column.name}"
        value = row.values.get(column.name, "")
        return Cell(
            name=name,
            label=column.label,
            kind=column.kind,
            value=value,
            error=self.errors.get(name, ""),
            width=column.width,
            listed=column.listed,
            choices=tuple(self._choices(column, value)),
            times=tuple(self._times(table, row)) if column.kind == "times" else (),
        )

    def _choices(self, column: Column, value: str) -> Iterable[tuple[str, str, bool]]:
        if column.kind == "choice":
            return [(str(v), label, str(v) == value) for v, label in column.choices]
        if column.kind == "case":
            cases = [(r.key, r.values.get("label", "")) for r in self.typed.rows["cases"]]
            named = [(key, label or "(chưa đặt tên)") for key, label in cases]
            return [(k, label, k == value) for k, label in [("", "mọi trường hợp"), *named]]
        if column.kind in ("form", "forms"):
            chosen = value.split()
            forms = [(r.key, _form_label(r)) for r in self.typed.rows["forms"]]
            none = [("", "không theo mẫu", not chosen)] if column.kind == "form" else []
            return [*none, *((k, label, k in chosen) for k, label in forms)]
        return []

    def _times(self, table: Table, row: TypedRow) -> Iterable[TimeCell]:
        for case in self.typed.rows["cases"]:
            start = f"times-{case.key}-"
            name = f"{table.name}-{row.key}-{start}"
            yield TimeCell(
                name=name,
                case=case.key,
                label=case.values.get("label", ""),
                kind=row.values.get(f"{start}kind", "working"),
                value=row.values.get(f"{start}value", ""),
                unit=row.values.get(f"{start}unit", "day"),
                error=self.errors.get(f"{name}value", ""),
            )


def _form_label(row: TypedRow) -> str:
    label = f"{row.values.get('code', '')} {row.values.get('name', '')}".strip()
    return label or "(chưa đặt tên)"


def _editor(name: str, value: str) -> str:
    widget = ProseEditorWidget(config=_EDITOR, preset="configurable")
    attrs = {"id": f"id_{name}", "class": "form-control", "rows": 4}
    return widget.render(name, value, attrs)


def editor_media() -> Any:
    """Return what the page's head must load for the text editor."""
    return ProseEditorWidget(config=_EDITOR, preset="configurable").media


STEP_UNITS = STEP_UNIT_CHOICES
TIME_KIND_CHOICES = TIME_KINDS
