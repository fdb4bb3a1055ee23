"""The parts of a story, which the PDF lays out on pages, as paragraphs, lists and tables of Word.

Both printers are told the same parts, so that no number, heading or row can differ between them.
"""

from collections.abc import Sequence
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as WordParagraph
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph

from qms.records.paper.word_page import GREY, IN_TABLE, SMALL, element, set_look
from qms.records.pdf import NEW_PAGE, Grid, Heading, Line, Part

_ALIGNED: dict[Any, ALIGN] = {
    TA_LEFT: ALIGN.LEFT,
    TA_CENTER: ALIGN.CENTER,
    TA_RIGHT: ALIGN.RIGHT,
    TA_JUSTIFY: ALIGN.JUSTIFY,
}
_IN_TABLE = frozenset({"cell", "cell-centered", "cell-right", "cell-small", "cell-head", "to-sign"})
_SMALL = frozenset({"small", "code"})
_DEEPEST = 3  # lists of Word's own styles
_LONG = 900  # letters of a row that may break over pages


class Flow:
    """Writes parts into a document, one after the other; its text is `width` mm wide."""

    def __init__(self, document: WordDocument, width: float) -> None:
        self._document, self._width = document, width
        self._begins_page = False
        self._numbers: dict[int, int] = {}  # depth → the list that is being numbered

    def add(self, part: Part) -> None:
        """Write the part; contents are left to Word, which makes them of the headings."""
        if part == NEW_PAGE:
            self._begins_page = True
        elif isinstance(part, Grid):
            self._add_table(part)
        elif isinstance(part, Paragraph):
            self._add_paragraph(part)

    # --- paragraphs ---

    def _add_paragraph(self, part: Paragraph) -> None:
        made = self._document.add_paragraph()
        self._fill(made, part)
        if self._begins_page:
            made.paragraph_format.page_break_before, self._begins_page = True, False

    def _fill(self, made: WordParagraph, part: Paragraph) -> None:
        base: Any = part.style.parent if _depth(part) else part.style
        name = _style(part, base.name)
        made._p.style = name.replace(" ", "")  # its id: to look it up costs 2 ms a paragraph
        is_heading = name.startswith("Heading") or name == "Title"
        if not is_heading:
            made.alignment = _ALIGNED[part.style.alignment]
        if isinstance(part, Heading):
            made.paragraph_format.keep_with_next = True
        elif base.name == "body" and not _depth(part):
            made.paragraph_format.first_line_indent = Mm(round(base.firstLineIndent / mm))
        _add_runs(made, part, is_bold_style=is_heading)
        if name.startswith("List Number"):
            self._number(made, part)

    def _number(self, made: WordParagraph, part: Any) -> None:
        """Have Word count the item, from 1 on where a new list begins."""
        depth = min(_depth(part), _DEEPEST)
        if part.bulletText == "1." or depth not in self._numbers:
            self._numbers[depth] = _new_list(self._document, depth)
        properties: Any = made._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = self._numbers[depth]

    # --- tables ---

    def _add_table(self, part: Grid) -> None:
        if self._begins_page:
            self._document.add_page_break()
            self._begins_page = False
        scale = self._width / sum(part.widths)
        widths = [width * scale for width in part.widths]
        table = self._document.add_table(0, len(widths))
        set_look(table, widths, is_ruled=True)
        above: frozenset[int] = frozenset()
        for line in part.told:
            self._add_line(table, line, widths, above)
            above = line.joined
        after = self._document.add_paragraph().paragraph_format  # lest two tables become one
        after.space_after, after.line_spacing = Pt(0), Pt(8)

    def _add_line(
        self, table: Table, line: Line, widths: Sequence[float], above: frozenset[int]
    ) -> None:
        """Add a row; `above` are the columns in which the cell above reaches down to here."""
        row: Any = table.add_row()._tr
        boxes: list[Any] = list(row.tc_lst)
        column = 0
        for parts, span in zip(line.cells, line.spans, strict=True):
            box = boxes[column]
            for covered in boxes[column + 1 : column + span]:
                row.remove(covered)
            if span > 1:
                box.grid_span = span
            if column in above:
                box.vMerge = "continue"
            elif column in line.joined:
                box.vMerge = "restart"
            box.width = Mm(sum(widths[column : column + span]))
            self._fill_cell(_Cell(box, table), parts, line)
            column += span
        properties = row.get_or_add_trPr()
        if sum(_length(part) for parts in line.cells for part in parts) < _LONG:
            properties.append(element("cantSplit"))
        if line.is_head:
            properties.append(element("tblHeader"))

    def _fill_cell(self, cell: _Cell, parts: Sequence[Paragraph], line: Line) -> None:
        """Write what stands in a cell; nothing is an empty paragraph, as Word wants it."""
        cell.paragraphs[0]._p.style = IN_TABLE.replace(" ", "")
        for number, part in enumerate(parts):
            made = cell.add_paragraph() if number else cell.paragraphs[0]
            self._fill(made, part)
            if line.stays or line.is_head:
                made.paragraph_format.keep_with_next = True
        if line.is_head:
            properties: Any = cell._tc.get_or_add_tcPr()
            properties.append(element("shd", val="clear", fill=GREY))


def _depth(part: Any) -> int:
    return int(getattr(part, "depth", 0))


def _length(part: Any) -> int:
    return sum(len(piece.text) for piece in part.told)


def _style(part: Any, base: str) -> str:
    """Return the name of Word's style; a heading that is not listed is only text there."""
    depth = min(_depth(part), _DEEPEST)
    if depth and base not in _IN_TABLE and base not in _SMALL:
        kind = _kind(part.bulletText or "")
        return f"{kind} {depth}" if depth > 1 else kind
    if isinstance(part, Heading) and part.entry is not None:
        return "Title" if base == "title" else f"Heading {min(part.entry.level + 1, _DEEPEST)}"
    if base in _IN_TABLE:
        return IN_TABLE
    return SMALL if base in _SMALL else "Normal"


def _kind(mark: str) -> str:
    if not mark:
        return "List Continue"
    return "List Number" if mark[:-1].isdecimal() else "List Bullet"


def _new_list(document: WordDocument, depth: int) -> int:
    """Return the number of a new numbered list, which counts from 1."""
    name = f"List Number {depth}" if depth > 1 else "List Number"
    style: Any = document.styles[name].element
    lists: Any = document.part.numbering_part.element
    pattern = lists.num_having_numId(style.pPr.numPr.numId.val).abstractNumId.val
    made = lists.add_num(pattern)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(made.numId)


def _add_runs(made: WordParagraph, part: Any, *, is_bold_style: bool) -> None:
    """Add the text with its marks; in a cell the mark of an item stands before it."""
    if part.bulletText and made._p.style in (IN_TABLE.replace(" ", ""), SMALL.replace(" ", "")):
        made.add_run(f"{part.bulletText} ")
    for piece in part.told:
        if getattr(piece, "lineBreak", False):
            made.add_run().add_break()
            continue
        text = piece.text.strip("\n")
        if not text:
            continue
        run = made.add_run(text.replace("\xa0", " ") if text.strip() else text)
        run.bold = (bool(piece.bold) or None) if not is_bold_style else None
        run.italic = (bool(piece.italic) or None) if not is_bold_style else None
        lines = {line[1] for line in getattr(piece, "us_lines", ())}
        run.underline = True if "underline" in lines else None
        run.font.strike = True if "strike" in lines else None
        rise = getattr(piece, "rise", 0)
        if rise < 0:
            run.font.subscript = True
        elif rise > 0:
            run.font.superscript = True
        if part.style.name == "cell-small":
            run.font.size = Pt(part.style.fontSize)
