"""BM-04-01, the register of nonconformities as it stood on a day: on paper and as a workbook."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO

import xlsxwriter

from audits.papers.letterhead import ILLUSTRATIVE, Letterhead, form, marks_of
from qms.foundation.dates import format_date
from qms.records.paper import Column, Grid, Paper, Text

# Nothing that was typed may become a formula or a link in somebody's Excel.
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_COLUMNS = (
    ("TT", 10, 6),
    ("Số phiếu", 27, 16),
    ("Ngày phát hiện", 22, 12),
    ("Nguồn", 26, 20),
    ("Đơn vị", 34, 28),
    ("Mức", 14, 8),
    ("Tóm tắt", 60, 60),
    ("Hạn", 22, 12),
    ("Ngày hoàn thành", 22, 12),
    ("Người kiểm tra", 28, 24),
    ("Kết quả", 20, 14),
    ("Tình trạng", 28, 26),
)  # title, share of the sheet of paper, letters in Excel


@dataclass(frozen=True, slots=True)
class Entry:
    """A nonconformity as it stood on the day of the register; days that came later are None."""

    number: str
    found_on: dt.date
    source: str
    unit: str
    grade: str
    summary: str
    due_on: dt.date
    done_on: dt.date | None
    verifier: str
    result: str
    state: str
    is_illustrative: bool = False


def _values(number: int, entry: Entry) -> list[int | str | dt.date | None]:
    return [
        number,
        entry.number,
        entry.found_on,
        entry.source,
        entry.unit,
        entry.grade,
        entry.summary,
        entry.due_on,
        entry.done_on,
        entry.verifier,
        entry.result,
        entry.state,
    ]


def _printed(value: int | str | dt.date | None) -> str:
    return format_date(value) if isinstance(value, dt.date) else str(value or "")


def register_paper(
    head: Letterhead, entries: Sequence[Entry], on: dt.date, asked: str, *, trace: str = ""
) -> Paper:
    """Return the register, across the sheet; `asked` says in words what it is limited to.

    `trace` is the head of the ledger, which stands above the foot.
    """
    centred = {"TT", "Ngày phát hiện", "Hạn", "Ngày hoàn thành"}
    columns = tuple(
        Column(title, share, "center" if title in centred else "left")
        for title, share, _ in _COLUMNS
    )
    rows = tuple(
        tuple(_printed(value) for value in _values(number, entry))
        for number, entry in enumerate(entries, start=1)
    )
    paper = form(
        head,
        "register",
        (
            *([Text(asked, italic=True, align="center")] if asked else []),
            Grid(columns, rows, nothing="Không có sự không phù hợp nào."),
        ),
        subtitle=_as_of(on),
        landscape=True,
        marks=marks_of(is_illustrative=any(entry.is_illustrative for entry in entries)),
    )
    return replace(paper, trace=trace)


def _as_of(on: dt.date) -> str:
    return f"Tính đến ngày {format_date(on)}"


def register_workbook(
    head: Letterhead, entries: Sequence[Entry], on: dt.date, asked: str, *, trace: str = ""
) -> bytes:
    """Return the same as a workbook: days are days, the head stays in view and filters."""
    code, title = head.titles["register"]
    out = BytesIO()
    with xlsxwriter.Workbook(out, _SAFE) as book:
        book.set_properties({"title": title, "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        sheet = book.add_worksheet("Sổ theo dõi KPH")
        bold = book.add_format({"bold": True})
        heading = [head.issuer, f"{code} {title}".strip(), _as_of(on), asked]
        heading += [ILLUSTRATIVE] if any(entry.is_illustrative for entry in entries) else []
        for at, text in enumerate(filter(None, heading)):
            sheet.write_string(at, 0, text, bold if at < 2 else None)
        first = len(list(filter(None, heading))) + 1
        _write_rows(book, sheet, first, entries)
        sheet.freeze_panes(first + 1, 2)
        sheet.autofilter(first, 0, first + max(len(entries), 1), len(_COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(first)
        sheet.set_footer(f"&L{trace}&RTrang &P/&N")
    return out.getvalue()


def _write_rows(
    book: xlsxwriter.Workbook,
    sheet: xlsxwriter.worksheet.Worksheet,
    first: int,
    entries: Sequence[Entry],
) -> None:
    head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    date = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"})
    for column, (title, _, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(first, column, title, head)
    for number, entry in enumerate(entries, start=1):
        for column, value in enumerate(_values(number, entry)):
            if isinstance(value, dt.date):
                sheet.write_datetime(first + number, column, _midnight(value), date)
            elif isinstance(value, int):
                sheet.write_number(first + number, column, value, text)
            else:
                sheet.write_string(first + number, column, value or "", text)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001  Excel knows no time zone
