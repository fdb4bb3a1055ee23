"""The drafting page as it is drawn: cards, tables of cells, what is wrong, and where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django_prose_editor.widgets import ProseEditorWidget

from procedures.checks import Problem
from procedures.drafting.layout import (
    SCALARS,
    SECTIONS,
    STEP_TIME_CHOICES,
    Column,
    Scalar,
    Section,
    Table,
    shown,
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
_EDITOR_ATTRS = {"rows": 4}
Choice = tuple[str, str, bool]  # value, label, is chosen


class NarrativeForm(forms.Form):
    """The narrative fields, for their editors; without scripts each is a text area of HTML."""

    def __init__(self, typed: Typed) -> None:
        super().__init__(initial=typed.scalars)
        for scalar in SCALARS:
            if scalar.kind == "html":
                editor = ProseEditorWidget(_EDITOR_ATTRS, config=_EDITOR, preset="configurable")
                self.fields[scalar.name] = forms.CharField(label=scalar.label, widget=editor)


@dataclass(frozen=True)
class TimeCell:
    """The time of a step in one case: a number with its unit, or a way of not counting."""

    name: str
    case: str
    label: str
    value: str
    units: tuple[Choice, ...]
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
    choices: tuple[Choice, ...] = ()
    times: tuple[TimeCell, ...] = ()
    editor: BoundField | None = None

    @property
    def id(self) -> str:
        return f"id_{self.name}"

    @property
    def has_error(self) -> bool:
        return bool(self.error) or any(time.error for time in self.times)

    @property
    def said(self) -> str:
        """Return what a reader should know of this field while it is folded away."""
        chosen = [label for value, label, is_chosen in self.choices if is_chosen and value]
        if self.kind == "choice":  # the first choice is the usual one
            return "" if self.choices[0][2] or not chosen else chosen[0]
        if self.kind in ("forms", "form", "codes", "case"):
            return ", ".join(chosen)
        return self.label if self.value.strip() else ""


@dataclass(frozen=True)
class RowView:
    key: str
    number: int
    cells: tuple[Cell, ...]
    aside: tuple[Cell, ...]

    @property
    def has_error(self) -> bool:
        return any(cell.has_error for cell in (*self.cells, *self.aside))

    @property
    def is_aside_open(self) -> bool:
        return any(cell.has_error for cell in self.aside)

    @property
    def aside_said(self) -> str:
        return " · ".join(said for cell in self.aside if (said := cell.said))


@dataclass(frozen=True)
class TableView:
    """A table; `head` names its columns once where every row has them on one line."""

    name: str
    noun: str
    help: str
    rows: tuple[RowView, ...]
    blank: RowView
    error: str = ""
    is_table: bool = True

    @property
    def head(self) -> tuple[Cell, ...]:
        return () if self.name == "steps" else self.blank.cells


@dataclass(frozen=True)
class PlacedProblem:
    """A problem, and the place on the page where it is mended (the id of an element)."""

    problem: Problem
    place: str
    answer: str = ""


@dataclass(frozen=True)
class SectionView:
    name: str
    title: str
    help: str
    parts: tuple[Cell | TableView, ...]
    problems: tuple[PlacedProblem, ...]
    has_error: bool

    @property
    def state(self) -> str:
        """Return blocking, warning or done: what the outline shows."""
        if self.has_error or any(placed.problem.is_blocking for placed in self.problems):
            return "blocking"
        return "warning" if self.problems else "done"


@dataclass
class PageBuilder:
    """Draws `typed` with its errors and problems; `answers` are the reasons given so far."""

    typed: Typed
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    is_tthc: bool = True

    def __post_init__(self) -> None:
        self.narrative = NarrativeForm(self.typed)

    def sections(self) -> list[SectionView]:
        return [self._section(s) for s in SECTIONS if shown(s, is_tthc=self.is_tthc)]

    def placed(self, sections: Iterable[SectionView]) -> list[PlacedProblem]:
        """Return all problems with their places, the blocking ones first."""
        found = [placed for section in sections for placed in section.problems]
        return sorted(found, key=lambda placed: not placed.problem.is_blocking)

    def _section(self, section: Section) -> SectionView:
        parts = tuple(self._part(part) for part in section.parts)
        names = [p.name for p in section.parts]
        wrong = any(error.split("-")[0] in names for error in self.errors)
        found = tuple(
            PlacedProblem(
                problem, _place(problem, section, parts), self.answers.get(problem.name, "")
            )
            for problem in self.problems
            if problem.section in section.checks
        )
        return SectionView(section.name, section.title, section.help, parts, found, wrong)

    def _part(self, part: Table | Scalar) -> Cell | TableView:
        if isinstance(part, Scalar):
            return self._scalar(part)
        rows = [
            self._row(part, row, number) for number, row in enumerate(self.typed.rows[part.name], 1)
        ]
        blank = self._row(part, TypedRow(BLANK_KEY, {}), 0)
        error = self.errors.get(part.name, "")
        return TableView(part.name, part.noun, part.help, tuple(rows), blank, error)

    def _scalar(self, scalar: Scalar) -> Cell:
        return Cell(
            scalar.name,
            scalar.label,
            scalar.kind,
            self.typed.scalars.get(scalar.name, ""),
            help=scalar.help,
            error=self.errors.get(scalar.name, ""),
            width="w-narrow" if scalar.kind == "count" else "",
            editor=self.narrative[scalar.name] if scalar.kind == "html" else None,
        )

    def _row(self, table: Table, row: TypedRow, number: int) -> RowView:
        cells = [
            (column, self._cell(table, column, row))
            for column in table.columns
            if not self._has_no_choice(table, column)
        ]
        return RowView(
            row.key,
            number,
            tuple(cell for column, cell in cells if not column.is_aside),
            tuple(cell for column, cell in cells if column.is_aside),
        )

    def _has_no_choice(self, table: Table, column: Column) -> bool:
        """Tell whether the draft offers nothing to choose from, and no row has chosen."""
        offered = {
            "case": len(self.typed.rows["cases"]) > 1,
            "code": len(self.typed.rows["tthc"]) > 1,
            "codes": len(self.typed.rows["tthc"]) > 1,
            "form": bool(self.typed.rows["forms"]),
        }
        is_chosen = any(row.values.get(column.name) for row in self.typed.rows[table.name])
        return not offered.get(column.kind, True) and not is_chosen

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

    def _choices(self, column: Column, value: str) -> Iterable[Choice]:
        if column.kind == "choice":
            listed = [(str(v), label) for v, label in column.choices]
            usual = listed[0][0] if value not in dict(listed) else value
            return [(v, label, v == usual) for v, label in listed]
        if column.kind == "case":
            cases = [(r.key, r.values.get("label", "")) for r in self.typed.rows["cases"]]
            named = [(key, label or "(chưa đặt tên)") for key, label in cases]
            return [(k, label, k == value) for k, label in [("", "mọi trường hợp"), *named]]
        if column.kind in ("form", "forms"):
            chosen = value.split()
            used = [(r.key, _form_label(r)) for r in self.typed.rows["forms"]]
            none = [("", "không theo mẫu", not chosen)] if column.kind == "form" else []
            return [*none, *((k, label, k in chosen) for k, label in used)]
        if column.kind in ("code", "codes"):
            chosen = value.replace(",", " ").replace(";", " ").split()
            codes = [code for r in self.typed.rows["tthc"] if (code := r.values.get("code", ""))]
            listed = [(code, code) for code in dict.fromkeys([*codes, *chosen])]
            none = [("", "mọi TTHC", not chosen)] if column.kind == "code" else []
            return [*none, *((code, label, code in chosen) for code, label in listed)]
        return []

    def _times(self, table: Table, row: TypedRow) -> Iterator[TimeCell]:
        for case in self.typed.rows["cases"]:
            start = f"times-{case.key}-"
            name = f"{table.name}-{row.key}-{start}"
            unit = row.values.get(f"{start}unit", "day")
            yield TimeCell(
                name=name,
                case=case.key,
                label=case.values.get("label", ""),
                value=row.values.get(f"{start}value", ""),
                units=tuple((v, label, v == unit) for v, label in STEP_TIME_CHOICES),
                error=self.errors.get(f"{name}value", ""),
            )


def _form_label(row: TypedRow) -> str:
    label = f"{row.values.get('code', '')} {row.values.get('name', '')}".strip()
    return label or "(chưa đặt tên)"


def _place(problem: Problem, section: Section, parts: Iterable[Cell | TableView]) -> str:
    """Return where the problem is mended: its row, its field, else the section."""
    for part in parts:
        if isinstance(part, TableView):
            for row in part.rows:
                if problem.row and problem.row in (row.key, row.cells[0].value):
                    return f"row-{part.name}-{row.key}"
        elif problem.code == f"{part.name}_missing":
            return f"cell-{part.name}"
    return f"section-{section.name}"


def editor_media() -> Any:
    """Return what the page's head must load for the text editor."""
    return ProseEditorWidget(config=_EDITOR, preset="configurable").media
