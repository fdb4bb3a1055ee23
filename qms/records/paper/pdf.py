"""The printer that makes a PDF, on the page that all printed documents of the office share."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Image, Paragraph, Spacer

from qms.foundation.text import clean, clean_lines
from qms.records.paper import blocks, layout
from qms.records.paper.blocks import Block, Paper
from qms.records.pdf import (
    NEW_PAGE,
    Column,
    Furniture,
    Head,
    Part,
    Row,
    Span,
    bold,
    build,
    cell,
    heading,
    italic,
    item,
    markup,
    paragraph,
    table,
)
from qms.records.pdf.grid import BARE, DENSE, RULED
from qms.records.pdf.text import (
    BODY,
    BOLD,
    CELL,
    CELL_CENTERED,
    CELL_HEAD,
    CELL_RIGHT,
    CENTERED,
    LANDSCAPE,
    PLAIN,
    PORTRAIT,
    RIGHT,
    SMALL,
    TITLE,
    Sheet,
    ruled,
)

_SPACE = 5 * mm
_ALIGNED = {"left": PLAIN, "center": CENTERED, "right": RIGHT}
_CELLS = {"left": CELL, "center": CELL_CENTERED, "right": CELL_RIGHT}
_CAPTION = ParagraphStyle("caption", SMALL, alignment=TA_CENTER, spaceBefore=2)
_HEADED = ParagraphStyle("headed", CELL_CENTERED, fontSize=12, leading=15)
_DATED = ParagraphStyle("dated", CELL_CENTERED, fontSize=13, leading=16)
_HEADED_BOLD = ParagraphStyle("headed-bold", _HEADED, fontName=BOLD)
_MOTTO = ParagraphStyle("motto", _DATED, fontName=BOLD)
_ABOUT = ParagraphStyle("about", TITLE, fontSize=13.5, leading=17, spaceAfter=14)
_SIGNED = ParagraphStyle("signed", CELL_CENTERED, fontSize=13, leading=16)
_SIGNED_SMALL = ParagraphStyle("signed-small", CELL_CENTERED, fontSize=11, leading=13.5)
_SENT = ParagraphStyle("sent", CELL, fontSize=11, leading=13.5)


def _dense(style: ParagraphStyle) -> ParagraphStyle:
    return ParagraphStyle(f"{style.name}-dense", style, fontSize=9, leading=11)


def to_pdf(paper: Paper) -> bytes:
    """Return the PDF of the paper: the same bytes each time, its headings as outline."""
    sheet = LANDSCAPE if paper.landscape else PORTRAIT
    story: list[Part] = list(_front(paper, sheet))
    for block in paper.blocks:
        story += _PRINTERS[type(block)](block, paper, sheet)
    story += _end(paper)
    return build(story, _furniture(paper, sheet))


def _furniture(paper: Paper, sheet: Sheet) -> Furniture:
    told = Furniture(
        title=clean(f"{paper.code} {paper.title or paper.subtitle}"),
        author=paper.issuer,
        subject=clean(f"{paper.number} {paper.subtitle}"),
        sheet=sheet,
        is_numbered_above=paper.is_administrative,
    )
    if paper.is_administrative:
        return told
    facts = (("Mã hiệu", clean(paper.code)), ("Số", clean(paper.number)))
    head = Head(
        superior=paper.issuer_parent,
        office=paper.issuer,
        kind="",
        title=paper.title.upper(),
        facts=tuple(fact for fact in facts if fact[1]),
        width=sheet.width,
    )
    return replace(told, head=head, foot=(paper.footer_note,), trace=paper.trace)


# --- what stands before and after the blocks ---


def _front(paper: Paper, sheet: Sheet) -> Iterator[Part]:
    if paper.is_administrative:
        yield _state_head(paper, sheet)
        yield from _named(paper, sheet)
        return
    lines = [(paper.subtitle, bold, CENTERED), (layout.numbered(paper), markup, CENTERED)]
    for text, manner, style in [*lines, (layout.dated(paper), italic, RIGHT)]:
        if clean(text):
            yield paragraph(manner(text), style)


def _state_head(paper: Paper, sheet: Sheet) -> Part:
    """Return issuer and country side by side, number and date below them."""
    left, right = (share * sheet.width / 100 - 2 * BARE.side for share in layout.HEAD_SHARES)
    number = cell(markup(layout.numbered(paper)), _DATED)
    if not clean(paper.title) and clean(paper.subtitle):
        number += cell(markup(paper.subtitle), _HEADED)
    parent = paper.issuer_parent.upper()
    issuer = [ruled(markup(parent), _HEADED, share=0, width=left)] if clean(parent) else []
    rows: list[Row] = [
        [
            [*issuer, ruled(bold(paper.issuer.upper()), _HEADED_BOLD, share=0.4, width=left)],
            [
                paragraph(bold(layout.COUNTRY), _HEADED),
                ruled(bold(layout.MOTTO), _MOTTO, share=1, width=right),
            ],
        ],
        [[paragraph("&nbsp;", ParagraphStyle("room", CELL, leading=4))], []],
        [number, cell(italic(layout.dated(paper)), _DATED)],
    ]
    columns = [Column("", share) for share in layout.HEAD_SHARES]
    return table(columns, rows, width=sheet.width, look=BARE, last=3)


def _named(paper: Paper, sheet: Sheet) -> Iterator[Part]:
    """Yield the kind of document and what it is about, above a line."""
    if not clean(paper.title):
        return
    title = bold(paper.title.upper())
    if not clean(paper.subtitle):
        yield ruled(title, _ABOUT, share=0.4, width=sheet.width)
        return
    yield paragraph(title, ParagraphStyle("kind", TITLE, spaceBefore=8, spaceAfter=3))
    yield ruled(bold(paper.subtitle), _ABOUT, share=0.4, width=sheet.width)


def _end(paper: Paper) -> Iterator[Part]:
    if paper.recipients and layout.last_signers(paper) is None:
        yield from (paragraph(_line(line), _SENT) for line in layout.recipients(paper))
    if paper.is_administrative and clean(paper.footer_note):
        style = ParagraphStyle("note", SMALL, spaceBefore=12)
        yield paragraph(italic(paper.footer_note), style)


# --- the blocks ---


def _heading(block: blocks.Heading, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    if clean(block.text):
        yield heading(block.text, max(block.level, 1) - 1)


def _text(block: blocks.Text, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    style = BODY if paper.is_administrative and block.align == "left" else _ALIGNED[block.align]
    for text in layout.paragraphs(block, paper):
        yield paragraph(_line(layout.Line(text, block.bold, block.italic)), style)


def _labelled(block: blocks.Labelled, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    style = BODY if paper.is_administrative else PLAIN
    yield paragraph(f"{bold(layout.labelled(block.label))} {markup(block.value)}", style)


def _bullets(block: blocks.Bullets, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    yield from (item(markup(text), "–") for text in block.items if clean(text))


def _grid(block: blocks.Grid, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    is_dense = len(block.columns) >= layout.DENSE_FROM
    head_style = _dense(CELL_HEAD) if is_dense else CELL_HEAD
    styles = [
        _dense(_CELLS[column.align]) if is_dense else _CELLS[column.align]
        for column in block.columns
    ]
    head, body = layout.head_and_body(block)
    rows: list[Row] = []
    for row, is_group in body:
        if is_group:
            told = cell(bold(row[0]), _dense(CELL) if is_dense else CELL)
            rows.append([Span(told, len(styles))])
        else:
            rows.append([_cell(text, style) for text, style in zip(row, styles, strict=True)])
    yield table(
        [Column("", width) for width in layout.widths(block, sheet.width / mm)],
        rows,
        head=[[cell(bold(text), head_style) for text in row] for row in head],
        width=sheet.width,
        look=DENSE if is_dense else RULED,
    )


def _cell(text: str, style: ParagraphStyle) -> list[Paragraph]:
    return cell(markup(text), style) if clean_lines(text) else []


def _picture(block: blocks.Picture, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    fitted = layout.fitted(block)
    if fitted is None:
        yield paragraph(italic(layout.NO_PICTURE), CENTERED)
    else:
        width, height = (side * mm for side in fitted.size)
        drawn: Any = Image(io.BytesIO(fitted.data), width, height, mask="auto")
        drawn.spaceBefore = 4
        drawn.keepWithNext = bool(clean(block.caption))
        yield drawn
    if clean(block.caption):
        yield paragraph(italic(block.caption), _CAPTION)


def _signers(block: blocks.Signers, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    signing = layout.sign_rows(block, paper)
    rows: list[Row] = [[_signed(lines) for lines in row] for row in signing]
    yield table(
        [Column("", 1) for _ in signing[0]],
        rows,
        width=sheet.width,
        look=BARE,
        last=len(rows),
    )


def _signed(lines: Sequence[layout.Line]) -> list[Paragraph]:
    """Return the lines of a signature in the middle of their column, of recipients at its left."""
    if lines and lines[0].text == layout.RECIPIENTS:
        return [paragraph(_line(line), _SENT) for line in lines]
    return [
        paragraph("&nbsp;", ParagraphStyle("room", _SIGNED, leading=line.room * mm))
        if line.room
        else paragraph(_line(line), _SIGNED_SMALL if line.is_small else _SIGNED)
        for line in lines
    ]


def _line(line: layout.Line) -> str:
    text = italic(line.text) if line.italic else markup(line.text)
    return f"<b>{text}</b>" if line.bold and text else text


def _break(block: blocks.PageBreak, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    yield NEW_PAGE


def _space(block: blocks.Space, paper: Paper, sheet: Sheet) -> Iterator[Part]:
    yield Spacer(0, _SPACE)


_Printer = Callable[[Any, Paper, Sheet], Iterator[Part]]
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
