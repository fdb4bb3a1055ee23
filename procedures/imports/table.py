"""A TTHC list in a file: every sheet that holds one, every row of it (DOMAIN §5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from procedures.imports.reading import Sheet, UnreadableFile, read_sheets
from procedures.imports.rows import SheetReader, TTHCRow


@dataclass(frozen=True)
class TTHCTable:
    """The rows of a list. `skipped` names the sheets that hold none or are hidden."""

    rows: tuple[TTHCRow, ...]
    columns: frozenset[str]
    skipped: tuple[str, ...] = ()


def read_table(data: bytes, filename: str) -> TTHCTable:
    """Return the TTHC list of an `.xlsx` or `.csv` file.

    Raises UnreadableFile with one sentence if the file as a whole cannot be used; a row that
    cannot be used has a `problem` instead.
    """
    from_csv = PurePath(filename.strip()).suffix.lower() == ".csv"
    return best_reading([extract(s, from_csv=from_csv) for s in read_sheets(data, filename)])


def best_reading(readings: Sequence[TTHCTable]) -> TTHCTable:
    """Return the reading that knows most columns, the first of equals; raises UnreadableFile."""
    best = max(readings, key=lambda table: len(table.columns))
    if not best.columns:
        raise UnreadableFile(
            "Không tìm thấy dòng tiêu đề: danh sách cần có cột mã (ví dụ “Mã TTHC”) và cột tên"
            " (ví dụ “Tên thủ tục hành chính”) trong 30 dòng đầu của trang tính.",
            code="no_header",
        )
    if not best.rows:
        raise UnreadableFile("Dưới dòng tiêu đề không có thủ tục nào.", code="no_rows")
    return best


def extract(sheets: Sequence[Sheet], *, from_csv: bool = False) -> TTHCTable:
    """Return the rows of all visible sheets with a header; without any, no columns either."""
    readers = [SheetReader(sheet, from_csv=from_csv) for sheet in sheets if not sheet.hidden]
    found = [reader for reader in readers if reader.read()]
    # Units or fields listed beside the TTHC may be headed "Mã | Tên" too.
    lists = [reader for reader in found if reader.has_codes or not reader.is_vague] or found
    kept = {id(reader.sheet) for reader in lists}
    return TTHCTable(
        rows=tuple(row for reader in lists for row in reader.rows),
        columns=frozenset(key for reader in lists for key in reader.columns),
        skipped=tuple(sheet.name for sheet in sheets if id(sheet) not in kept),
    )
