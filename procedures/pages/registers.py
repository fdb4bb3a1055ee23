"""A register as a page shows it, and what its settings were."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from procedures.forms.registers import LABELS, DocumentSettingsForm, paper_name
from procedures.models.settings import PAPERS
from procedures.registers import Entry, Table

_WIDE = 50  # letters


@dataclass(frozen=True)
class Cell:
    """A cell of the page; `beneath` are (label, text) of what stands below it in small letters."""

    label: str
    text: str
    url: str
    is_head: bool
    is_number: bool
    is_short: bool
    is_wide: bool
    beneath: tuple[tuple[str, str], ...]


def heads(table: Table) -> list[str]:
    """Return the labels of the columns that have a place of their own on the page."""
    columns = zip(table.columns, table.labels, strict=True)
    return [label for column, label in columns if not (column.under or column.is_by_hand)]


def lines(table: Table, entries: Sequence[Entry], first: int) -> Iterator[list[Cell]]:
    """Yield the cells of each row; `first` is the number of the first one."""
    head = next(column.key for column in table.columns if column.kind == "code")
    for number, entry in enumerate(entries, start=first):
        shown = table.shown((number, *entry.values))
        told = list(zip(table.columns, table.labels, shown, strict=True))
        yield [
            Cell(
                label=label,
                text=text,
                url=entry.url if column.key == head else "",
                is_head=column.key == head,
                is_number=column.key == "no",
                is_short=column.kind in ("date", "padded"),
                is_wide=column.width >= _WIDE,
                beneath=tuple(
                    (name, said) for own, name, said in told if own.under == column.key and said
                ),
            )
            for column, label, text in told
            if not (column.under or column.is_by_hand)
        ]


# --- settings ---


def told_changes(rows: Sequence[Any]) -> Iterator[tuple[Any, list[tuple[str, str, str]]]]:
    """Yield each history row, newest first, with (label, old, new) of what it changed."""
    for row, before in zip_longest(rows, rows[1:]):
        said, was = _said(row), _said(before) if before else {}
        labels = [label for label in was if was[label] != said[label]]
        yield row, [(label, was[label], said[label]) for label in labels]


def _said(row: Any) -> dict[str, str]:
    """Return every setting of a history row in words, by its label."""
    names = DocumentSettingsForm.Meta.fields
    said = {
        str(DocumentSettingsForm.base_fields[name].label): str(getattr(row, name)) for name in names
    }
    for key, (code, title) in PAPERS.items():
        own = row.papers.get(key) or {}
        shown = (own.get("code", code), own.get("title", title))
        said[paper_name(key)] = " ".join(part for part in shown if part)
        labels = row.columns.get(key) or {}
        for column, usual in LABELS.get(key, {}).items():
            said[f"{paper_name(key)}, cột “{usual}”"] = labels.get(column, usual)
    return said
