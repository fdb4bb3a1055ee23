"""Files as offices send them, made in memory."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from procedures.imports.rows import TTHCRow
from procedures.imports.table import TTHCTable, read_table

HEADER = ("STT", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Thời hạn giải quyết")

MN = "Thành lập trường mầm non"
TH = "Thành lập trường tiểu học"
CS = "Thành lập trường trung học cơ sở"


def xlsx(
    rows: Iterable[Sequence[Any]] = (),
    *,
    merges: Iterable[str] = (),
    title: str = "Danh sách TTHC",
    sheets: dict[str, Iterable[Sequence[Any]]] | None = None,
    change: Callable[[Worksheet], object] | None = None,
) -> bytes:
    """Return a workbook with `rows` on its first sheet and one more sheet for each of `sheets`."""
    book = openpyxl.Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = title
    for row in rows:
        first.append(list(row))
    for area in merges:
        first.merge_cells(area)
    for name, others in (sheets or {}).items():
        sheet = book.create_sheet(name)
        for row in others:
            sheet.append(list(row))
    if change:
        change(first)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(
    data: bytes,
    *,
    add: dict[str, bytes] | None = None,
    replace: Callable[[str, bytes], bytes] | None = None,
) -> bytes:
    """Return the archive `data` with parts added or changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, replace(entry.filename, content) if replace else content)
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def table(rows: Iterable[Sequence[Any]], **kwargs: Any) -> TTHCTable:
    return read_table(xlsx(rows, **kwargs), "danh-sach.xlsx")


def rows_of(rows: Iterable[Sequence[Any]], **kwargs: Any) -> tuple[TTHCRow, ...]:
    return table(rows, **kwargs).rows


def csv_rows(*lines: str) -> tuple[TTHCRow, ...]:
    return read_table("\n".join(lines).encode(), "danh-sach.csv").rows


def brief(rows: Iterable[TTHCRow]) -> list[tuple[int, str | None, str]]:
    return [(row.row, row.code, row.name) for row in rows]
