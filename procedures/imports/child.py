"""Take a file apart in a process of its own, with memory and time limits.

Run by path (`python -I child.py xlsx|csv`), so it imports the standard library and the workbook
reader only. The file comes on standard input; JSON goes to standard output: `{"readings": […]}`,
or `{"refused": reason}` with a reason that `reading.py` words for people. What a hostile file can
bring about in here ends with this process.
"""

import csv
import datetime as dt
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

sys.path.append(str(Path(__file__).resolve().parents[2]))  # run by path, it knows no package
from qms.records.archives import Refused, check_archive
from qms.records.confined import answer

MAX_ROWS = 20_000  # with text in them; the whole national catalogue has some 6,000
MAX_COLUMNS = 100
MAX_LETTERS = 10_000_000
LONGEST_CELL = 32_767  # letters; Excel allows no more
DELIMITERS = (",", ";", "\t")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

Row = tuple[int, list[str | float], list[int]]


def parse(data: bytes, kind: str) -> dict[str, Any]:
    """Return the readings of `data`: one of a workbook, one per delimiter of a text file."""
    if kind == "csv":
        return {"readings": csv_readings(data)}
    check_archive(data, "xlsx")
    return {"readings": [workbook_sheets(data)]}


# Sheets of a workbook


def workbook_sheets(data: bytes) -> list[dict[str, Any]]:
    """Return the visible work sheets; cells under a vertical merge repeat its text."""
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            sheets = []
            for place, sheet in enumerate(book.sheets_metadata):
                if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                visible = sheet.visible == python_calamine.SheetVisibleEnum.Visible
                content = sheet_content(book.get_sheet_by_index(place)) if visible else {}
                sheets.append({"name": sheet.name, "hidden": not visible, **content})
    except python_calamine.PasswordError as error:
        raise Refused("password") from error
    except python_calamine.CalamineError as error:
        raise Refused("damaged") from error
    _check_amount(sheets)
    return sheets


def sheet_content(sheet: Any) -> dict[str, Any]:
    """Return rows that have a text of their own, and the horizontal merges `[row, first, last]`.

    Rows are counted from 1 as a person sees them, columns from the first one that is used.
    """
    left = sheet.start[1] if sheet.start else 0
    rows: dict[int, Row] = {}
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if not all(_blank(cell) for cell in cells[:MAX_COLUMNS]):
            rows[number] = (number, [_plain(cell) for cell in cells[:MAX_COLUMNS]], [])
        if len(rows) > MAX_ROWS:
            raise Refused("too_many_rows")
    spans = []
    end = max(rows, default=0)
    for (top, first), (bottom, last) in sheet.merged_cell_ranges or []:
        if last > first and top + 1 in rows:
            spans.append([top + 1, first - left, min(last - left, MAX_COLUMNS)])
        if bottom > top and 0 <= first - left < MAX_COLUMNS:
            _carry_down(rows, top + 1, min(bottom + 1, end), first - left)
    return {"rows": list(rows.values()), "spans": spans}


def _carry_down(rows: dict[int, Row], top: int, bottom: int, column: int) -> None:
    if top not in rows or column >= len(rows[top][1]):
        return
    value = rows[top][1][column]
    for number in range(top + 1, bottom + 1):
        if number in rows and _blank(rows[number][1][column]):
            rows[number][1][column] = value
            rows[number][2].append(column)


def _blank(cell: Any) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _plain(cell: Any) -> str | float:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, dt.date):  # a datetime is one too; the hour says nothing in these lists
        return cell.strftime("%d/%m/%Y")
    return str(cell)


def _check_amount(sheets: list[dict[str, Any]]) -> None:
    rows = [row for sheet in sheets for row in sheet.get("rows", [])]
    lengths = [len(cell) for _, cells, _ in rows for cell in cells if isinstance(cell, str)]
    if len(rows) > MAX_ROWS:
        raise Refused("too_many_rows")
    if max(lengths, default=0) > LONGEST_CELL:
        raise Refused("long_cell")
    if sum(lengths) > MAX_LETTERS:
        raise Refused("too_heavy")


# Text files


def csv_readings(data: bytes) -> list[list[dict[str, Any]]]:
    """Return one reading per delimiter that occurs; which is right shows when a header is found."""
    csv.field_size_limit(MAX_LETTERS)
    text = decode(data)
    declared = re.match(r"sep=(.)\r?\n", text)  # Excel's own line, not shown as a row
    if declared:
        text = text[declared.end() :]
    delimiters = [declared[1]] if declared else [d for d in DELIMITERS if d in text]
    readings, refusals = [], []
    for delimiter in delimiters or [","]:
        try:
            readings.append([_csv_sheet(text, delimiter)])
        except Refused as refusal:
            refusals.append(refusal)
    if not readings:
        raise refusals[0]
    return readings


def decode(data: bytes) -> str:
    """Return the text of UTF-8 or UTF-16, told by its mark or, without one, by its zero bytes."""
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "") or _guess(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused("encoding") from error
    if "\0" in text:
        raise Refused("encoding")
    return text


def _guess(data: bytes) -> str:
    head = data[:4000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd < len(head) / 20:
        return "utf-8"
    return "utf-16-le" if odd > even else "utf-16-be"


def _csv_sheet(text: str, delimiter: str) -> dict[str, Any]:
    sheet: dict[str, Any] = {"name": "", "hidden": False, "spans": []}
    sheet["rows"] = [
        (number, cells[:MAX_COLUMNS], [])
        for number, cells in enumerate(_records(text, delimiter), start=1)
        if any(cell.strip() for cell in cells)
    ]
    _check_amount([sheet])
    return sheet


def _records(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(_read(text, delimiter, strict=True))
    except csv.Error as error:
        # A lone quotation mark (it means "as above") must not swallow the rest of the file.
        open_ended = "unexpected end" in str(error)
    quoting = csv.QUOTE_NONE if open_ended else csv.QUOTE_MINIMAL
    try:
        return list(_read(text, delimiter, quoting=quoting))
    except csv.Error as error:
        raise Refused("damaged") from error


def _read(text: str, delimiter: str, **dialect: Any) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **dialect)


if __name__ == "__main__":
    answer(parse)
