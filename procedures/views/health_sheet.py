"""What is wrong in the document set as an Excel workbook."""

import datetime as dt
from collections.abc import Callable, Iterable
from io import BytesIO

import xlsxwriter

from procedures.health import RULES, Defect
from procedures.views.coverage_sheet import SAFE
from qms.foundation.dates import format_date

COLUMNS = (("Loại lỗi", 40), ("Tài liệu, đối tượng", 28), ("Lỗi và cách sửa", 90), ("Địa chỉ", 50))
_HEAD = 2  # the row of the labels, below the title and an empty row


def health_workbook(rows: Iterable[Defect], day: dt.date, absolute: Callable[[str], str]) -> bytes:
    """Return the workbook: of which day, then one line a defect; texts stay texts."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, SAFE) as book:
        sheet = book.add_worksheet("Lỗi")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet.write_string(0, 0, f"Lỗi trong bộ tài liệu, ngày {format_date(day)}", bold)
        for column, (label, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(_HEAD, column, label, head)
        last = _HEAD
        for last, defect in enumerate(rows, start=_HEAD + 1):
            cells = (
                RULES[defect.rule].title,
                defect.object,
                defect.message,
                absolute(defect.url),
            )
            for column, value in enumerate(cells):
                sheet.write_string(last, column, value, wrap)
        sheet.freeze_panes(_HEAD + 1, 0)
        sheet.autofilter(_HEAD, 0, last, len(COLUMNS) - 1)
    return out.getvalue()
