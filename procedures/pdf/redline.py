"""The redline of two versions on paper; black and white suffices."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from procedures.comparison import Change, Kind, Part, Passage, Section
from qms.foundation.dates import format_date
from qms.records.pdf import (
    Column,
    Furniture,
    Head,
    Row,
    bold,
    build,
    cell,
    heading,
    italic,
    markup,
    paragraph,
    table,
)
from qms.records.pdf import Part as Printed
from qms.records.pdf.text import PLAIN, SMALL

WORDS = {Kind.ADDED: "Thêm", Kind.REMOVED: "Bỏ", Kind.MOVED: "Chuyển", Kind.CHANGED: "Sửa"}
_LEGEND = (
    "Chữ gạch ngang, trong ngoặc vuông: bỏ. Chữ đậm gạch chân, trong ngoặc nhọn: thêm. Chỗ không "
    "đổi không in. Dạng mã hóa ký tự, vị trí dấu thanh (hòa, hoà) và khoảng trắng không tính là "
    "thay đổi."
)


@dataclass(frozen=True)
class PrintedRedline:
    """All that the PDF of a comparison shows."""

    superior: str
    office: str
    code: str
    title: str
    old: str
    new: str
    sections: tuple[Section, ...]
    printed_on: dt.date


def redline_pdf(printed: PrintedRedline) -> bytes:
    """Return the PDF of what is printed; the same bytes each time."""
    head = Head(
        superior=printed.superior,
        office=printed.office,
        kind="BẢNG SO SÁNH",
        title=printed.title,
        facts=(("Mã hiệu", printed.code), ("Ngày in", format_date(printed.printed_on))),
        brief=2,
    )
    furniture = Furniture(
        title=f"{printed.code} – so sánh",
        author=printed.office,
        head=head,
        foot=(
            f"{printed.code} – so sánh hai phiên bản",
            f"In ngày {format_date(printed.printed_on)}",
        ),
    )
    return build(list(_story(printed)), furniture)


def _story(printed: PrintedRedline) -> Iterator[Printed]:
    sides = f"{bold('Từ:')} {markup(printed.old)}<br/>{bold('Đến:')} {markup(printed.new)}"
    yield paragraph(sides, PLAIN)
    count = sum(len(section.changes) for section in printed.sections)
    if not count:
        yield paragraph(markup("Hai phiên bản không khác nhau."))
        return
    yield paragraph(bold(f"{count} thay đổi"), PLAIN)
    yield paragraph(italic(_LEGEND), SMALL)
    for section in printed.sections:
        yield heading(f"{section.title} ({len(section.changes)})")
        columns = [
            Column("Loại", 19, is_centered=True),
            Column("Chỗ thay đổi", 46),
            Column("Nội dung", 100),
        ]
        yield table(columns, [_row(change) for change in section.changes])


def _row(change: Change) -> Row:
    label = markup(change.label[0].upper() + change.label[1:])
    if change.hint:
        label += f"<br/>{italic(change.hint)}"
    return [WORDS[change.kind], cell(label), cell(_told(change))]


def _told(change: Change) -> str:
    if change.kind is Kind.MOVED:
        return markup(f"{change.old} → {change.new}")
    return "<br/>".join(map(_passage, change.passages))


def _passage(passage: Passage) -> str:
    """Return a paragraph as markup; its lines stay lines, each with marks of its own."""
    if passage.skipped:
        return italic(f"… ({passage.skipped} đoạn không đổi)")
    told = "".join(_segment(part.kind, part.text) for part in passage.segments)
    return told.replace("</strike>]{", "</strike>] {")


def _segment(kind: Part, text: str) -> str:
    said = text.rstrip()
    behind = "" if said == text else ("<br/>" if "\n" in text[len(said) :] else " ")
    lines = markup(said).split("<br/>")
    if kind is Part.DELETED:
        return "<br/>".join(f"[<strike>{line}</strike>]" for line in lines) + behind
    if kind is Part.INSERTED:
        return "<br/>".join(f"{{<u><b>{line}</b></u>}}" for line in lines) + behind
    return "<br/>".join(lines) + behind
