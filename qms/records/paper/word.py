"""The printer that makes a Word document, which the office may edit further."""

import io
from collections.abc import Callable, Sequence
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt
from docx.table import Table
from reportlab.pdfbase.pdfmetrics import stringWidth

from qms.foundation.text import clean, clean_lines
from qms.records.paper import blocks, layout
from qms.records.paper.blocks import Block, Paper
from qms.records.paper.word_page import (
    GREY,
    IN_DENSE_TABLE,
    IN_TABLE,
    SMALL,
    element,
    fill,
    new_document,
    packed,
    set_look,
    text_width,
)
from qms.records.pdf.text import BOLD

_ALIGNED = {"left": ALIGN.LEFT, "center": ALIGN.CENTER, "right": ALIGN.RIGHT}
_POINTS = 72 / 25.4  # in a mm
_INDENT = Mm(10)
_CELL_SIDES = 3.8  # mm that a cell keeps free to both sides of its text


def to_docx(paper: Paper) -> bytes:
    """Return the Word document of the paper, the same bytes each time, in styles it can edit."""
    document = new_document(paper)
    _front(document, paper)
    for block in paper.blocks:
        _PRINTERS[type(block)](document, block, paper)
    _end(document, paper)
    return packed(document)


def _say(document: WordDocument, line: layout.Line, *, style: str, align: ALIGN) -> Any:
    paragraph = document.add_paragraph(style=style)
    paragraph.alignment = align
    run = paragraph.add_run(clean_lines(line.text))
    run.bold, run.italic = line.bold or None, line.italic or None
    return paragraph


# --- what stands before and after the blocks ---


def _front(document: WordDocument, paper: Paper) -> None:
    if paper.is_administrative:
        _state_head(document, paper)
        _named(document, paper)
        return
    for line, align in (
        (layout.Line(paper.subtitle, bold=True), ALIGN.CENTER),
        (layout.Line(layout.numbered(paper)), ALIGN.CENTER),
        (layout.Line(layout.dated(paper), italic=True), ALIGN.RIGHT),
    ):
        if clean(line.text):
            _say(document, line, style="Normal", align=align)


def _state_head(document: WordDocument, paper: Paper) -> None:
    widths = [share * text_width(paper) / 100 for share in layout.HEAD_SHARES]
    table = document.add_table(2, 2)
    set_look(table, widths, is_ruled=False)
    issuer, country = table.rows[0].cells
    if clean(paper.issuer_parent):
        fill(issuer, paper.issuer_parent.upper(), align=ALIGN.CENTER)
    fill(issuer, paper.issuer.upper(), align=ALIGN.CENTER, bold=True)
    _rule(issuer, paper.issuer.upper(), 12, share=0.4, width=widths[0] - _CELL_SIDES)
    fill(country, layout.COUNTRY, align=ALIGN.CENTER, bold=True)
    motto = fill(country, layout.MOTTO, align=ALIGN.CENTER, bold=True)
    motto.runs[0].font.size = Pt(13)
    _rule(country, layout.MOTTO, 13, share=1, width=widths[1] - _CELL_SIDES)
    number, date = table.rows[1].cells
    fill(number, layout.numbered(paper), align=ALIGN.CENTER)
    if not clean(paper.title) and clean(paper.subtitle):
        fill(number, paper.subtitle, align=ALIGN.CENTER)
    fill(date, layout.dated(paper), align=ALIGN.CENTER, italic=True)
    for cell in (number, date):
        cell.paragraphs[0].runs[0].font.size = Pt(13)
        cell.paragraphs[0].paragraph_format.space_before = Pt(6)


def _named(document: WordDocument, paper: Paper) -> None:
    if not clean(paper.title):
        document.add_paragraph()
        return
    title = document.add_paragraph(clean_lines(paper.title.upper()), style="Title")
    title.paragraph_format.space_before = Pt(14)
    named = clean_lines(paper.title.upper())
    if clean(paper.subtitle):
        named = clean_lines(paper.subtitle)
        line = layout.Line(named, bold=True)
        about = _say(document, line, style="Normal", align=ALIGN.CENTER)
        about.paragraph_format.space_after = Pt(0)
    _rule(document, named, 13, share=0.4, width=text_width(paper))


def _rule(place: Any, text: str, size: float, *, share: float, width: float) -> None:
    """Add a line below `text`, that share of it long, in the middle of `width` mm."""
    length = max(stringWidth(line, BOLD, size) for line in clean_lines(text).split("\n"))
    side = max(width - min(length / _POINTS, width) * share, 0) / 2
    paragraph = place.add_paragraph()
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm(side)
    shape.space_before, shape.space_after, shape.line_spacing = Pt(2), Pt(6), Pt(3)
    border = element("pBdr")
    border.append(element("top", val="single", sz="6", space="0", color="000000"))
    paragraph._p.get_or_add_pPr().insert_element_before(
        border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _end(document: WordDocument, paper: Paper) -> None:
    if paper.recipients and layout.last_signers(paper) is None:
        for line in layout.recipients(paper):
            _say(document, line, style=SMALL, align=ALIGN.LEFT)
    if paper.is_administrative and clean(paper.footer_note):
        note = layout.Line(paper.footer_note, italic=True)
        _say(document, note, style=SMALL, align=ALIGN.LEFT).paragraph_format.space_before = Pt(12)


# --- the blocks ---


def _heading(document: WordDocument, block: blocks.Heading, paper: Paper) -> None:
    if clean(block.text):
        document.add_heading(clean_lines(block.text), min(max(block.level, 1), 3))


def _text(document: WordDocument, block: blocks.Text, paper: Paper) -> None:
    is_body = paper.is_administrative and block.align == "left"
    align = ALIGN.JUSTIFY if is_body else _ALIGNED[block.align]
    for text in layout.paragraphs(block, paper):
        line = layout.Line(text, block.bold, block.italic)
        paragraph = _say(document, line, style="Normal", align=align)
        if is_body:
            paragraph.paragraph_format.first_line_indent = _INDENT


def _labelled(document: WordDocument, block: blocks.Labelled, paper: Paper) -> None:
    paragraph = document.add_paragraph()
    if paper.is_administrative:
        paragraph.alignment = ALIGN.JUSTIFY
        paragraph.paragraph_format.first_line_indent = _INDENT
    paragraph.add_run(layout.labelled(block.label)).bold = True
    paragraph.add_run(f" {clean_lines(block.value)}")


def _bullets(document: WordDocument, block: blocks.Bullets, paper: Paper) -> None:
    for text in block.items:
        if clean(text):
            document.add_paragraph(clean_lines(text), style="List Bullet")


def _grid(document: WordDocument, block: blocks.Grid, paper: Paper) -> None:
    head, body = layout.head_and_body(block)
    widths = layout.widths(block, text_width(paper))
    style = IN_DENSE_TABLE if len(widths) >= layout.DENSE_FROM else IN_TABLE
    aligns = [_ALIGNED[column.align] for column in block.columns]
    table = document.add_table(0, len(widths))
    set_look(table, widths, is_ruled=True)
    for row in head:
        _add_row(table, row, widths, [ALIGN.CENTER] * len(widths), style=style, is_head=True)
    for row, is_group in body:
        if is_group:
            _add_group(table, row[0], style=style)
        else:
            _add_row(table, row, widths, aligns, style=style)
    if style == IN_DENSE_TABLE:
        _set_sides(table, 0.7)
    _after_table(document)


def _add_row(
    table: Table,
    row: Sequence[str],
    widths: Sequence[float],
    aligns: Sequence[ALIGN],
    *,
    style: str,
    is_head: bool = False,
) -> None:
    """Add a row; one of the head is repeated on every page."""
    added = table.add_row()
    for cell, text, width, align in zip(added.cells, row, widths, aligns, strict=True):
        cell.width = Mm(width)
        fill(cell, text, align=align, style=style, bold=is_head)
        if is_head:
            cell._tc.get_or_add_tcPr().append(element("shd", val="clear", fill=GREY))
    if is_head:
        added._tr.get_or_add_trPr().append(element("tblHeader"))


def _add_group(table: Table, text: str, *, style: str) -> None:
    """Add one text across all columns, which stays on the page of the row after it."""
    cells = table.add_row().cells
    joined = cells[0].merge(cells[-1]) if len(cells) > 1 else cells[0]
    fill(joined, text, style=style, bold=True).paragraph_format.keep_with_next = True


def _set_sides(table: Table, side: float) -> None:
    """Have text keep only so many mm from the rules at its sides."""
    margins = element("tblCellMar")
    for name in ("left", "right"):
        margins.append(element(name, w=str(round(side * _POINTS * 20)), type="dxa"))
    properties: Any = table._tbl.tblPr
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _after_table(document: WordDocument) -> None:
    """Keep the next block apart; two tables without a paragraph between them become one."""
    shape = document.add_paragraph().paragraph_format
    shape.space_after, shape.line_spacing = Pt(0), Pt(8)


def _picture(document: WordDocument, block: blocks.Picture, paper: Paper) -> None:
    fitted, caption = layout.fitted(block), clean(block.caption)
    if fitted is None:
        line = layout.Line(layout.NO_PICTURE, italic=True)
        _say(document, line, style="Normal", align=ALIGN.CENTER)
    else:
        paragraph = document.add_paragraph()
        paragraph.alignment = ALIGN.CENTER
        paragraph.paragraph_format.keep_with_next = bool(caption)
        width, height = map(Mm, fitted.size)
        drawn: Any = paragraph.add_run().add_picture(io.BytesIO(fitted.data), width, height)
        drawn._inline.docPr.set("descr", caption)
    if caption:
        line = layout.Line(caption, italic=True)
        _say(document, line, style=SMALL, align=ALIGN.CENTER).paragraph_format.space_after = Pt(6)


def _signers(document: WordDocument, block: blocks.Signers, paper: Paper) -> None:
    rows = layout.sign_rows(block, paper)
    count = len(rows[0])
    table = document.add_table(len(rows), count)
    set_look(table, [text_width(paper) / count] * count, is_ruled=False)
    for row, told in zip(table.rows, rows, strict=True):
        row._tr.get_or_add_trPr().append(element("cantSplit"))
        for cell, lines in zip(row.cells, told, strict=True):
            is_sent = bool(lines) and lines[0].text == layout.RECIPIENTS
            for line in lines:
                style = SMALL if line.is_small or line.room else IN_TABLE
                align = ALIGN.LEFT if is_sent else ALIGN.CENTER
                said = fill(
                    cell, line.text, align=align, style=style, bold=line.bold, italic=line.italic
                )
                said.paragraph_format.keep_with_next = told is not rows[-1]
                if line.room:
                    said.paragraph_format.line_spacing = Mm(line.room)
    _after_table(document)


def _break(document: WordDocument, block: blocks.PageBreak, paper: Paper) -> None:
    document.add_page_break()


def _space(document: WordDocument, block: blocks.Space, paper: Paper) -> None:
    document.add_paragraph()


_Printer = Callable[[WordDocument, Any, Paper], None]
_PRINTERS: dict[type[Block], _Printer] = {
    blocks.Heading: _heading,
    blocks.Text: _text,
    blocks.Labelled: _labelled,
    blocks.Bullets: _bullets,
    blocks.Grid: _grid,
    blocks.Picture: _picture,
    blocks.Signers: _signers,
    blocks.PageBreak: _break,
    blocks.Space: _space,
}
