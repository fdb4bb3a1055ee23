"""The list behind a figure of coverage as an Excel workbook."""

from collections.abc import Iterable
from io import BytesIO

import xlsxwriter

from procedures.coverage import Coverage, Scope
from procedures.views.standing import Cause, Line
from qms.foundation.dates import format_date
from qms.foundation.templatetags.office import percent

COLUMNS = (
    ("Mã TTHC", 12),
    ("Tên TTHC", 70),
    ("Lĩnh vực", 28),
    ("Đơn vị", 28),
    ("Tình trạng", 22),
    ("Quy trình", 18),
    ("Vì sao phải cập nhật", 50),
    ("Hạn", 12),
    ("Quá hạn", 10),
    ("Trong phạm vi đã công bố HTQLCL", 20),
)
# Nothing that was typed may become a formula or a link in somebody's Excel.
SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def coverage_workbook(found: Coverage, title: str, lines: Iterable[Line], scope: Scope) -> bytes:
    """Return the workbook: what was asked, the figures, then one row a TTHC."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, SAFE) as book:
        sheet = book.add_worksheet("TTHC")
        bold = book.add_format({"bold": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        heading = [*_heading(found, title), _declared(scope)]
        for at, text in enumerate(heading):
            sheet.write_string(at, 0, text, None if at else bold)
        first = len(heading) + 1
        for column, (label, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(first, column, label, head)
        for at, line in enumerate(lines, start=first + 1):
            for column, value in enumerate((*_cells(line), _declared_cell(line, scope))):
                sheet.write_string(at, column, value, wrap)
        sheet.freeze_panes(first + 1, 2)
    return out.getvalue()


def _heading(found: Coverage, title: str) -> list[str]:
    lines = [
        f"{title} – {found.unit}, ngày {format_date(found.on)}",
        f"Có quy trình ISO {found.covered_ratio} ({percent(found.with_procedure)}); phù hợp quy "
        f"định hiện hành {found.fresh_ratio} ({percent(found.fresh)}); quá hạn cập nhật "
        f"{found.overdue}; không thuộc phạm vi {found.excluded}",
    ]
    if found.is_beyond_catalogue:
        until = format_date(found.catalogue_until) or "(chưa ghi ngày)"
        lines.append(f"Lưu ý: danh mục TTHC mới cập nhật đến {until}.")
    return lines


def _declared(scope: Scope) -> str:
    if not scope.declarations:
        return "Chưa ghi QĐ công bố HTQLCL nào có từ ngày này trở về trước."
    named = ", ".join(str(each) for each in scope.declarations)
    anew = "; phải công bố lại HTQLCL" if scope.is_outdated else ""
    told = f"{scope.ratio} ({percent(scope.fraction)})"
    return f"Trong phạm vi đã công bố HTQLCL {told}, theo {named}{anew}"


def _declared_cell(line: Line, scope: Scope) -> str:
    if not scope.declarations:
        return "chưa ghi quyết định"
    return "có" if line.row.tthc_id in scope.codes else "không"


def _cells(line: Line) -> list[str]:
    row = line.row
    return [
        row.code,
        row.name,
        row.field,
        row.units,
        "Quá hạn cập nhật" if row.is_overdue else str(row.standing.label),
        ", ".join(dict.fromkeys(version.code for version in line.versions)),
        "\n".join(_cause(cause) for cause in line.causes),
        format_date(row.deadline),
        "quá hạn" if row.is_late else "",
    ]


def _cause(cause: Cause) -> str:
    mark = "" if cause.is_verified else " (chưa kiểm chứng)"
    return f"{cause.text} từ {format_date(cause.effective_on)}{mark}"
