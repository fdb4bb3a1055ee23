"""The whole Word document of a version, and what stands around its text on every page."""

import datetime as dt
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from procedures.pdf import Mark, PrintedVersion, furniture, version_story
from procedures.word.flowing import Flow
from qms.foundation.dates import LOCAL
from qms.foundation.text import clean
from qms.records.paper import Paper
from qms.records.paper.word_page import (
    add_page_of_pages,
    bare_document,
    fill,
    packed,
    set_look,
    text_width,
)
from qms.records.pdf import Furniture, Head

_SIDES = (50, 50)  # mm, of the office and of the facts in the head
_FOOT = (95, 45, 25)  # mm: which edition, since when, the page
_FIRST, _LATER, _SMALL = 11.5, 9.5, 9.5  # points


def version_docx(printed: PrintedVersion, *, made_at: dt.datetime) -> bytes:
    """Return the Word document of what is printed: the sections and numbers of its PDF.

    Its head says that it is no controlled copy, for anybody may change it: `made_at`, aware, is
    when it was taken; or the warning that the PDF bears, of a draft or of what is not in force.
    """
    around = furniture(printed)
    paper = Paper("form", printed.content.title, (), code=printed.code, issuer=printed.agency_name)
    document = bare_document(paper)
    width = text_width(paper)
    warning = around.warning if printed.mark is not Mark.NONE else _uncontrolled(made_at)
    section = document.sections[0]
    section.different_first_page_header_footer = True
    for head, size in ((section.first_page_header, _FIRST), (section.header, _LATER)):
        _add_head(head, around.head, warning, width, size)
    for foot in (section.first_page_footer, section.footer):
        _add_foot(foot, around, width)
    _tell_body(document, printed, width)
    return packed(document)


def _uncontrolled(made_at: dt.datetime) -> str:
    when = made_at.astimezone(LOCAL)
    return f"Bản in không kiểm soát – xuất lúc {when:%H:%M} ngày {when:%d/%m/%Y}"


def _tell_body(document: WordDocument, printed: PrintedVersion, width: float) -> None:
    flow = Flow(document, width)
    for part in version_story(printed):
        flow.add(part)


def _add_head(place: Any, head: Head | None, warning: str, width: float, size: float) -> None:
    """Fill a header: the warning above the table of who issues, what it is, and its numbers."""
    first = place.paragraphs[0]
    first.alignment = ALIGN.CENTER
    first.add_run(warning).bold = True
    first.runs[0].font.size = Pt(_SMALL)
    first.paragraph_format.space_after = Pt(3)
    if head is None:
        return
    table = place.add_table(1, 3, Mm(width))
    set_look(table, (_SIDES[0], width - sum(_SIDES), _SIDES[1]), is_ruled=True)
    office, title, facts = table.rows[0].cells
    if clean(head.superior):
        fill(office, head.superior, align=ALIGN.CENTER)
    fill(office, head.office, align=ALIGN.CENTER, bold=True)
    fill(title, head.kind, align=ALIGN.CENTER, bold=True)
    fill(title, head.title, align=ALIGN.CENTER, bold=True)
    for label, value in head.facts:
        fill(facts, f"{label}:").add_run(f" {clean(value)}").bold = True
    _add_page(fill(facts, "Trang:"))
    for cell in (office, title, facts):
        _set_size(cell, size)
    place.add_paragraph().paragraph_format.space_after = Pt(0)  # a table is followed by one


def _add_foot(place: Any, around: Furniture, width: float) -> None:
    table = place.add_table(1, 3, Mm(width))
    after = place.paragraphs[0]
    table._tbl.addnext(after._p)  # a table is followed by one
    after.paragraph_format.space_after, after.paragraph_format.line_spacing = Pt(0), Pt(1)
    set_look(table, _FOOT, is_ruled=False)
    edition, effect, page = table.rows[0].cells
    fill(edition, around.foot[0])
    fill(effect, around.foot[1], align=ALIGN.CENTER)
    _add_page(fill(page, "Trang", align=ALIGN.RIGHT))
    for cell in (edition, effect, page):
        _set_size(cell, _SMALL)


def _add_page(paragraph: Paragraph) -> None:
    paragraph.add_run(" ")
    add_page_of_pages(paragraph)


def _set_size(cell: _Cell, size: float) -> None:
    """Give all text of the cell this size, that of its fields too."""
    for paragraph in cell.paragraphs:
        for run in paragraph._p.iter(qn("w:r")):
            Run(run, paragraph).font.size = Pt(size)
