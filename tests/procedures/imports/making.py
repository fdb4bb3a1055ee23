"""Workbooks and texts made of rows, and what a whole file should come to."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

MN = "Thành lập trường mầm non"
HD = "Cho phép trường mầm non hoạt động giáo dục"
TH = "Thành lập trường tiểu học"
CS = "Thành lập trường trung học cơ sở"

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Page:
    """A sheet: its rows, and which areas are merged (the text stands in the first cell)."""

    rows: Rows
    merges: Sequence[str] = ()
    name: str = "Danh mục"
    is_hidden: bool = False


@dataclass(frozen=True)
class Case:
    """A file, what the command says of it, and what it makes of the catalogue, code by code."""

    name: str
    filename: str
    data: bytes
    said: dict[str, Any]
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def is_blocked(self) -> bool:
        return bool(self.said.get("invalid"))


def workbook(*pages: Page) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for page in pages:
        sheet = book.add_worksheet(page.name)
        _fill(sheet, page)
        if page.is_hidden:
            sheet.hide()
    book.close()
    return out.getvalue()


def _fill(sheet: Any, page: Page) -> None:
    for area in page.merges:
        sheet.merge_range(area, "")
    for number, row in enumerate(page.rows):
        for column, cell in enumerate(row):
            if isinstance(cell, int | float):
                sheet.write_number(number, column, cell)
            elif cell is not None:
                sheet.write_string(number, column, cell)


def text(rows: Rows, delimiter: str = ",", encoding: str = "utf-8", start: bytes = b"") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return start + out.getvalue().encode(encoding)
