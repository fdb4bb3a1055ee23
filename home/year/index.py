"""The index of a year's file: as a workbook with typed cells, and on paper."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import xlsxwriter

from qms.foundation.dates import format_date
from qms.records.paper import Column, Grid, Paper, Text

# Nothing that was typed may become a formula or a link in somebody's Excel.
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_COLUMNS = (
    ("TT", 10, 6),
    ("Loại giấy tờ", 40, 34),
    ("Tên, trích yếu", 70, 60),
    ("Số, ký hiệu", 34, 20),
    ("Ngày", 22, 12),
    ("Tệp trong gói", 60, 50),
    ("Ghi chú", 34, 40),
)  # title, share of the sheet of paper, letters in Excel
HEAD_ROW = 3
MISSING = "chưa có"


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper, or a kind of which there is none (`title` says so)."""

    number: int
    kind: str
    title: str
    said: str = ""
    day: dt.date | None = None
    path: str = ""
    note: str = ""

    @property
    def values(self) -> tuple[int | str | dt.date | None, ...]:
        return (
            self.number, self.kind, self.title, self.said, self.day, self.path, self.note
        )  # fmt: skip


def index_workbook(office: str, year: int, ratio: str, entries: Sequence[Entry]) -> bytes:
    """Return the workbook: whose file, of which year, then one row a paper."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _SAFE) as book:
        sheet = book.add_worksheet("Mục lục")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        date = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"})
        sheet.write_string(0, 0, f"{office} – Hồ sơ ISO năm {year}", bold)
        sheet.write_string(1, 0, f"Đã có {ratio} loại giấy tờ")
        for column, (label, _, width) in enumerate(_COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(HEAD_ROW, column, label, head)
        for at, entry in enumerate(entries, start=HEAD_ROW + 1):
            for column, value in enumerate(entry.values):
                if isinstance(value, dt.date):
                    sheet.write_datetime(at, column, value, date)
                elif isinstance(value, int):
                    sheet.write_number(at, column, value, text)
                elif value:
                    sheet.write_string(at, column, value, text)
        sheet.freeze_panes(HEAD_ROW + 1, 0)
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(len(entries), 1), len(_COLUMNS) - 1)
    return out.getvalue()


def index_paper(office: str, year: int, ratio: str, entries: Sequence[Entry]) -> Paper:
    """Return the same to read and to print, across the sheet."""
    columns = tuple(
        Column(title, share, "center" if title in ("TT", "Ngày") else "left")
        for title, share, _ in _COLUMNS
    )
    rows = tuple(tuple(_printed(value) for value in entry.values) for entry in entries)
    return Paper(
        "form",
        f"HỒ SƠ ISO NĂM {year}",
        (Text(f"Đã có {ratio} loại giấy tờ.", italic=True, align="center"), Grid(columns, rows)),
        subtitle="Mục lục",
        issuer=office,
        landscape=True,
    )


def _printed(value: int | str | dt.date | None) -> str:
    return format_date(value) if isinstance(value, dt.date) else str(value or "")
