"""The figures of the summary as an Excel workbook."""

import datetime as dt
from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter

from audits.summary import Summary
from qms.foundation.dates import format_date

# Nothing that was typed may become a formula or a link in somebody's Excel.
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
Value = str | int | float | None
Block = tuple[str, Sequence[str], Sequence[Sequence[Value]]]  # title, head, rows


def summary_workbook(found: Summary, tables: Iterable[Block]) -> bytes:
    """Return the workbook: the figures, then each table, on one sheet below each other."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _SAFE) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        sheet = book.add_worksheet("Tổng hợp")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
        sheet.write_string(0, 0, f"Tổng hợp đánh giá nội bộ – {found.unit}", bold)
        sheet.write_string(1, 0, f"Tính đến ngày {format_date(found.day)}")
        sheet.set_column(0, 0, 48)
        sheet.set_column(1, 12, 12)
        at = 3
        for title, columns, rows in [_figures(found), _plans(found), *tables]:
            sheet.write_string(at, 0, title, bold)
            for column, label in enumerate(columns):
                sheet.write_string(at + 1, column, label, head)
            at += 2
            for row in rows:
                _write_row(sheet, at, row)
                at += 1
            at += 1
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
    return out.getvalue()


def _write_row(sheet: xlsxwriter.worksheet.Worksheet, at: int, row: Sequence[Value]) -> None:
    for column, value in enumerate(row):
        if isinstance(value, int | float):
            sheet.write_number(at, column, value)
        else:
            sheet.write_string(at, column, value or "")


def _figures(found: Summary) -> Block:
    standing, handling = found.standing, found.handling
    rows: list[tuple[str, Value]] = [
        ("KPH đã ghi nhận (trừ không phải KPH)", handling.recorded),
        ("Đang mở", standing.open),
        ("Trong đó quá hạn", standing.overdue),
        ("Đã đóng", standing.closed),
        ("Thời gian đóng trung bình (ngày)", _rounded(handling.mean_days)),
        ("Thời gian đóng trung vị (ngày)", _rounded(handling.median_days)),
        ("Phiếu đã đánh giá hiệu lực", handling.checked),
        ("Trong đó lần gần nhất đạt", handling.effective),
        ("Phiếu có lần đánh giá hiệu lực không đạt", handling.ever_failed),
        ("Phiếu lặp lại", handling.repeated),
    ]
    return "Sự không phù hợp", ["Chỉ tiêu", "Số"], rows


def _plans(found: Summary) -> Block:
    rows = [
        (str(plan.programme), plan.lines, plan.due, plan.done, plan.ahead) for plan in found.plans
    ]
    head = ["Kế hoạch", "Số dòng", "Đến hạn", "Đã đánh giá", "Đánh giá trước hạn"]
    return "Thực hiện kế hoạch năm", head, rows


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 1)
