"""The minutes of a dissemination meeting, who received a version, who is late with reading."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import xlsxwriter

from qms.foundation.dates import format_date
from qms.records.paper import (
    Block,
    Bullets,
    Column,
    Grid,
    Heading,
    Paper,
    Signer,
    Signers,
    Text,
    place_and_date,
)

# Nothing that was typed may become a formula or a link in somebody's Excel.
_SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_DOTS = "……………"
_SEPARATE_LIST = "Danh sách có chữ ký được lưu kèm biên bản này."
Value = str | int | dt.date | None


@dataclass(frozen=True, slots=True)
class Head:
    """Names of the agency, with code and title of the record by its settings."""

    parent: str
    issuer: str
    place: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody at a meeting; `place` is position and unit on its day."""

    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as its minutes tell it; `hidden` counts versions that the reader may not see."""

    held_on: dt.date
    place: str
    led_by: str
    content: str
    versions: tuple[str, ...]
    hidden: int
    people: tuple[Present, ...]
    has_list: bool
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table for a workbook: title, width in letters of each column, then its rows."""

    name: str
    heading: tuple[str, ...]
    columns: tuple[tuple[str, int], ...]
    rows: Sequence[Sequence[Value]]
    trace: str = ""


def meeting_paper(head: Head, meeting: Meeting) -> Paper:
    """Return the minutes as Nghị định 30/2020/NĐ-CP lays them out, with the list to sign."""
    named = meeting.versions
    if meeting.hidden:
        named = (*named, f"{meeting.hidden:02d} tài liệu hạn chế người đọc.")
    where = f", tại {meeting.place}" if meeting.place else ""
    blocks: list[Block] = [
        Heading("I. Thời gian, địa điểm"),
        Text(f"Ngày {format_date(meeting.held_on)}{where}."),
        Heading("II. Thành phần"),
        Text(f"Người phổ biến: {meeting.led_by or _DOTS}."),
        Text(f"Người dự: {len(meeting.people):02d} người, theo danh sách dưới đây."),
        Heading("III. Tài liệu được phổ biến"),
        Bullets(named),
        Heading("IV. Nội dung"),
        Text(meeting.content),
        Heading("V. Danh sách người dự"),
        _attendance(meeting.people),
        *([Text(_SEPARATE_LIST, italic=True)] if meeting.has_list else []),
        Text("Biên bản được đọc lại cho những người dự cùng nghe và thống nhất./."),
        Signers((Signer("Người ghi biên bản", name=meeting.recorded_by), _leader(meeting))),
    ]
    return Paper(
        "administrative",
        head.title,
        tuple(blocks),
        code=head.code,
        subtitle=f"Buổi phổ biến tài liệu ngày {format_date(meeting.held_on)}",
        place_and_date=place_and_date(head.place, meeting.held_on),
        issuer_parent=head.parent,
        issuer=head.issuer,
        recipients=("Các đơn vị liên quan;", "Lưu: VT, hồ sơ ISO."),
    )


def _leader(meeting: Meeting) -> Signer:
    return Signer("Người phổ biến", name=meeting.led_by)


def _attendance(people: Sequence[Present]) -> Grid:
    columns = (
        Column("TT", 11, "center"),
        Column("Họ và tên", 45),
        Column("Chức danh, đơn vị", 60),
        Column("Ký tên", 30),
    )
    rows = tuple((str(at), each.name, each.place, "") for at, each in enumerate(people, 1))
    return Grid(columns, rows)


def distribution_paper(head: Head, of: str, on: dt.date, sheet: Sheet) -> Paper:
    """Return the distribution register of one version as it stands on the day."""
    shares = (10, 42, 48, 36, 22, 46, 24)
    columns = tuple(
        Column(title, share, "center" if at in (0, 4, 6) else "left")
        for at, ((title, _), share) in enumerate(zip(sheet.columns, shares, strict=True))
    )
    rows = tuple(tuple(_printed(value) for value in row) for row in sheet.rows)
    nothing = "Chưa có ai nhận tài liệu này."
    return Paper(
        "form",
        head.title,
        (Text(of, bold=True, align="center"), Grid(columns, rows, nothing=nothing)),
        code=head.code,
        subtitle=f"Tính đến ngày {format_date(on)}",
        issuer_parent=head.parent,
        issuer=head.issuer,
        landscape=True,
        footer_note=head.code,
    )


def _printed(value: Value) -> str:
    return format_date(value) if isinstance(value, dt.date) else str(value or "")


def workbook(sheet: Sheet) -> bytes:
    """Return the table as a workbook: days are days, the head stays in view and filters."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _SAFE) as book:
        book.set_properties({"title": sheet.heading[0], "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        page = book.add_worksheet(sheet.name)
        bold = book.add_format({"bold": True})
        for at, text in enumerate(sheet.heading):
            page.write_string(at, 0, text, None if at else bold)
        first = len(sheet.heading) + 1
        head = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
        for column, (title, width) in enumerate(sheet.columns):
            page.set_column(column, column, width)
            page.write_string(first, column, title, head)
        _write_rows(book, page, first, sheet.rows)
        page.freeze_panes(first + 1, 2)
        page.autofilter(first, 0, first + max(len(sheet.rows), 1), len(sheet.columns) - 1)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(first)
        page.set_footer(f"&L{sheet.trace}&RTrang &P/&N")
    return out.getvalue()


def _write_rows(
    book: xlsxwriter.Workbook,
    page: xlsxwriter.worksheet.Worksheet,
    first: int,
    rows: Sequence[Sequence[Value]],
) -> None:
    text = book.add_format({"text_wrap": True, "valign": "top"})
    date = book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"})
    for at, row in enumerate(rows, first + 1):
        for column, value in enumerate(row):
            if isinstance(value, dt.date):
                midnight = dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001  Excel knows no time zone
                page.write_datetime(at, column, midnight, date)
            elif isinstance(value, int):
                page.write_number(at, column, value, text)
            elif value:
                page.write_string(at, column, value, text)
            else:
                page.write_blank(at, column, None, text)
