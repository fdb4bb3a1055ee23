"""The first pages: who signed, what stands where, how the document came to be what it is."""

from collections.abc import Iterator
from itertools import zip_longest

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from procedures.checks import unverified
from procedures.pdf.printed import Mark, PrintedSign, PrintedVersion
from qms.foundation.dates import format_date
from qms.records.pdf import (
    CONTENTS,
    NEW_PAGE,
    Column,
    Part,
    Row,
    bold,
    cell,
    heading,
    italic,
    item,
    lead,
    markup,
    paragraph,
    table,
)
from qms.records.pdf.text import CELL_CENTERED, CENTERED, SMALL, TITLE

REVISIONS = "Trang theo dõi sửa đổi tài liệu"
_CODE = ParagraphStyle("code", SMALL, fontSize=9)
_TO_SIGN = ParagraphStyle("to-sign", CELL_CENTERED, leading=68)  # room for a signature in ink
_FIELDS = {
    "title": "tên",
    "purpose": "mục đích",
    "scope": "phạm vi",
    "references": "tài liệu viện dẫn",
    "definitions": "định nghĩa",
    "abbreviations": "từ viết tắt",
    "conditions": "yêu cầu, điều kiện",
    "body": "nội dung",
}


def front_page(printed: PrintedVersion) -> Iterator[Part]:
    """Yield who signed, by which decision, what is not to be trusted, and the contents."""
    yield paragraph("<br/>".join(italic(line) for line in _issue_lines(printed)), CENTERED)
    yield _signs(printed)
    if printed.sha256:
        code = f"Mã kiểm tra nội dung đã ký (SHA-256): {printed.sha256}"
        yield paragraph(markup(code), _CODE)
    if notes := [*printed.notes, *_content_notes(printed)]:
        yield _notes(notes)
    yield CONTENTS


def _issue_lines(printed: PrintedVersion) -> Iterator[str]:
    if printed.mark in (Mark.DRAFT, Mark.DISCARDED):
        yield "Dự thảo, chưa ban hành" if printed.mark is Mark.DRAFT else "Dự thảo đã hủy"
    elif printed.decision:
        yield f"Ban hành theo {printed.decision}"
    if printed.effective_on:
        ended = printed.ended_on
        until = f", hết hiệu lực từ ngày {format_date(ended)}" if ended else ""
        yield f"Có hiệu lực từ ngày {format_date(printed.effective_on)}{until}"
    if printed.transition:
        day = format_date(printed.ended_on)
        yield f"Vẫn áp dụng cho hồ sơ tiếp nhận trước {day}: {printed.transition}"


def _signs(printed: PrintedVersion) -> Part:
    """Return the table of signatures: three lines for the first of each column, and so on."""
    columns = [
        Column("", 22),
        *(Column(column.label, 48, is_centered=True) for column in printed.signs),
    ]
    rows: list[Row] = []
    for people in zip_longest(*(column.signs for column in printed.signs), fillvalue=None):
        rows += [
            ["Họ tên", *(_name(sign) for sign in people)],
            ["Chữ ký", *(_method(sign, printed) for sign in people)],
            ["Chức vụ", *(_position(sign) for sign in people)],
        ]
    return table(columns, rows)


def _name(sign: PrintedSign | None) -> list[Paragraph]:
    return cell(bold(sign.name), CELL_CENTERED) if sign and sign.name else []


def _method(sign: PrintedSign | None, printed: PrintedVersion) -> list[Paragraph]:
    if sign is None:
        return []
    if printed.wet_ink:
        return [paragraph("&nbsp;", _TO_SIGN)]
    return cell(italic(sign.method or "(chưa ký)"), CELL_CENTERED)


def _position(sign: PrintedSign | None) -> str:
    return "\n".join(part for part in (sign.position, sign.capacity) if part) if sign else ""


def _content_notes(printed: PrintedVersion) -> Iterator[str]:
    content = printed.content
    if content.illustrative:
        names = ", ".join(_FIELDS.get(name, name) for name in content.illustrative)
        yield f"Phần được lập để minh họa, cơ quan cần xác nhận: {names}."
    if count := unverified(content):
        yield (
            f"Có {count} nội dung lấy từ nguồn ngoài mà cơ quan chưa xác nhận hết; bên cạnh ghi "
            "“chưa kiểm chứng”, “kiểm chứng một phần” hoặc “minh họa”."
        )


def _notes(notes: list[str]) -> Part:
    parts = [paragraph(bold("Ghi chú về nguồn nội dung"), SMALL)]
    parts += [item(markup(note), "–", style=SMALL) for note in notes]
    return table([Column("", 1)], [[parts]])


def revision_page(printed: PrintedVersion) -> Iterator[Part]:
    """Yield the page that tells every edition up to this one, and what this one takes up."""
    yield NEW_PAGE
    yield heading(REVISIONS, style=TITLE, is_capital=True)
    columns = [
        Column("STT", 12, is_centered=True),
        Column("Tóm lược nội dung sửa đổi", 60),
        Column("Căn cứ sửa đổi, ban hành", 45),
        Column("Lần ban hành/ sửa đổi", 24, is_centered=True),
        Column("Ngày ban hành", 26, is_centered=True),
    ]
    rows: list[Row] = [
        [
            str(number),
            row.summary or "–",
            row.reason or "–",
            _numbers(row.issue_no, row.revision_no),
            format_date(row.date) or "chưa ban hành",
        ]
        for number, row in enumerate(printed.revisions, 1)
    ]
    yield table(columns, rows)
    if printed.taken_up:
        yield lead("Thay đổi của TTHC và của căn cứ đã cập nhật trong lần này:")
        yield from (item(markup(text), "–") for text in printed.taken_up)
    yield NEW_PAGE


def _numbers(issue: int | None, revision: int | None) -> str:
    if issue is None:
        return "–"
    return f"{issue:02d}" if revision is None else f"{issue:02d}/{revision:02d}"
