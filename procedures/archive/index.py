"""The index of an archive as an Excel workbook: one row a document, typed cells."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter

from qms.foundation.dates import format_date

# Nothing that was typed may become a formula or a link in somebody's Excel.
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
HEAD_ROW = 2


@dataclass(frozen=True)
class Row:
    """One document in force, and the names by which its files stand in the archive."""

    code: str
    title: str
    kind: str
    issue_no: int | None
    revision_no: int | None
    effective_on: dt.date
    decision: str
    decided_on: dt.date | None
    tthc: str
    owner: str
    pdf: str
    sha256: str
    word: str = ""
    scan: str = ""
    original: str = ""


COLUMNS = (
    ("code", "Mã hiệu", 16),
    ("title", "Tên", 60),
    ("kind", "Loại", 24),
    ("issue_no", "Lần ban hành", 10),
    ("revision_no", "Lần sửa đổi", 10),
    ("effective_on", "Hiệu lực từ", 12),
    ("decision", "Ban hành theo", 34),
    ("decided_on", "Ngày ban hành", 12),
    ("tthc", "TTHC", 24),
    ("owner", "Đơn vị quản lý", 30),
    ("pdf", "Tệp PDF", 38),
    ("sha256", "SHA-256 của tệp PDF", 68),
    ("word", "Tệp Word", 38),
    ("scan", "Bản chụp bản giấy", 38),
    ("original", "Tệp tài liệu", 38),
)


def index_workbook(rows: Sequence[Row], *, office: str, day: dt.date) -> bytes:
    """Return the workbook: whose documents, of which day, then one row each; texts stay texts."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _SAFE) as book:
        sheet = book.add_worksheet("Mục lục")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        looks = {
            str: book.add_format({"text_wrap": True, "valign": "top"}),
            int: book.add_format({"num_format": "00", "valign": "top", "align": "center"}),
            dt.date: book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"}),
        }
        title = f"{office} – Tài liệu có hiệu lực ngày {format_date(day)}"
        sheet.write_string(0, 0, title, bold)
        for column, (_, label, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(HEAD_ROW, column, label, head)
        for at, row in enumerate(rows, start=HEAD_ROW + 1):
            for column, (name, _, _) in enumerate(COLUMNS):
                _write(sheet, at, column, getattr(row, name), looks)
        sheet.freeze_panes(HEAD_ROW + 1, 1)
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(len(rows), 1), len(COLUMNS) - 1)
    return out.getvalue()


def _write(sheet: Any, at: int, column: int, value: Any, looks: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    look = looks[type(value)]
    if isinstance(value, dt.date):
        sheet.write_datetime(at, column, value, look)
    elif isinstance(value, int):
        sheet.write_number(at, column, value, look)
    else:
        sheet.write_string(at, column, value, look)
