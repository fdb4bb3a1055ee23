"""The list of procedures in force as an Excel workbook."""

import datetime as dt
from collections.abc import Iterable
from io import BytesIO

import xlsxwriter

from procedures.models import InForcePeriod
from procedures.views.coverage_sheet import SAFE
from qms.foundation.dates import format_date
from qms.foundation.templatetags.office import two_digits

COLUMNS = (
    ("Mã hiệu", 16),
    ("Tên", 70),
    ("Loại", 28),
    ("Lần ban hành", 12),
    ("Lần sửa đổi", 12),
    ("Hiệu lực từ", 12),
    ("TTHC", 24),
    ("Đơn vị quản lý", 36),
)


def library_workbook(periods: Iterable[InForcePeriod], day: dt.date) -> bytes:
    """Return the workbook: of which day, then one line a procedure; texts stay texts."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, SAFE) as book:
        sheet = book.add_worksheet("Quy trình")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        title = f"Danh mục quy trình, tài liệu có hiệu lực ngày {format_date(day)}"
        sheet.write_string(0, 0, title, bold)
        for column, (label, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(2, column, label, head)
        for at, period in enumerate(periods, start=3):
            for column, value in enumerate(_cells(period)):
                sheet.write_string(at, column, value, wrap)
        sheet.freeze_panes(3, 2)
    return out.getvalue()


def _cells(period: InForcePeriod) -> list[str]:
    version, procedure = period.version, period.procedure
    return [
        procedure.code,
        version.title,
        procedure.get_kind_display(),
        two_digits(version.issue_no),
        two_digits(version.revision_no),
        format_date(period.valid_from),
        "\n".join(link.tthc.code for link in version.tthc_links.all()),
        str(procedure.owner),
    ]
