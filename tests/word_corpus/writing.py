"""A small pen for Word documents with the oddities of real ones."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

ABOVE = "^^"  # this cell is one with the cell above it
LEFT = "<<"  # this cell is one with the cell left of it
NBSP = "\u00a0"

Texts = str | Sequence[str]  # one paragraph (a line feed is a soft break), or several
Rows = Sequence[Sequence[Texts]]

_BOX = """
<w:r {ns} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
     xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
     xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
     xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
     xmlns:v="urn:schemas-microsoft-com:vml">
 <mc:AlternateContent>
  <mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="2400000" cy="900000"/>
   <wp:docPr id="77" name="Hộp 1"/><a:graphic><a:graphicData
     uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
    <wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr/><wps:txbx><w:txbxContent>{text}</w:txbxContent>
    </wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>
  </mc:Choice>
  <mc:Fallback><w:pict><v:shape style="width:190pt;height:70pt"><v:textbox><w:txbxContent>{text}
   </w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>
 </mc:AlternateContent>
</w:r>"""


class Word:
    """One document being written, from top to bottom."""

    def __init__(self) -> None:
        self.document: Any = Document()

    def bytes(self) -> bytes:
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()

    def text(self, *texts: str, bold: bool = False, style: str | None = None) -> None:
        """Write each text as a paragraph; a line feed in it is a soft break."""
        for text in texts:
            self.document.add_paragraph(style=style).add_run(text).bold = bold

    def bold(self, *texts: str) -> None:
        self.text(*texts, bold=True)

    def heading(self, text: str, level: int = 1) -> None:
        self.document.add_heading(text, level)

    def bullets(self, *texts: str) -> None:
        self.text(*texts, style="List Bullet")

    def table(self, rows: Rows) -> Table:
        """Write a table with a grid; ABOVE and LEFT merge cells."""
        table = self.document.add_table(len(rows), max(len(row) for row in rows))
        table.style = "Table Grid"
        return fill(table, rows)

    def header(self, rows: Rows) -> None:
        """Write a table into the page header."""
        header = self.document.sections[0].header
        fill(header.add_table(len(rows), len(rows[0]), 6_000_000), rows)

    def footer(self, text: str) -> None:
        self.document.sections[0].footer.paragraphs[0].text = text

    def box(self, *texts: str) -> None:
        """Write a text box; as Word does, its text stands in the file twice."""
        inner = "".join(f'<w:p><w:r><w:t xml:space="preserve">{t}</w:t></w:r></w:p>' for t in texts)
        element = parse_xml(_BOX.format(ns=nsdecls("w"), text=inner))
        self.document.add_paragraph()._p.append(element)

    def page_break(self) -> None:
        self.document.add_page_break()

    def tracked(self, *parts: tuple[str, str]) -> None:
        """Write a paragraph of parts that are `kept`, `inserted` or `deleted`."""
        track(self.document.add_paragraph(), *parts)


def fill(table: Any, rows: Rows) -> Table:
    """Write `rows` into `table`, its merged cells merged."""
    for y, row in enumerate(rows):
        for x, texts in enumerate(row):
            if texts not in (ABOVE, LEFT):
                put(table.cell(y, x), texts)
    for y, row in enumerate(rows):
        for x, texts in enumerate(row):
            if texts == ABOVE:
                _join(table.cell(y - 1, x), table.cell(y, x))
            elif texts == LEFT:
                _join(table.cell(y, x - 1), table.cell(y, x))
    return table


def _join(first: Any, second: Any) -> None:
    first.merge(second)


def put(cell: _Cell, texts: Texts) -> None:
    """Write `texts` as the paragraphs of a cell."""
    paragraphs = [texts] if isinstance(texts, str) else list(texts)
    cell.paragraphs[0].add_run(paragraphs[0])
    for text in paragraphs[1:]:
        cell.add_paragraph(text)


def nest(cell: Any, rows: Rows) -> None:
    """Write a table inside a cell, a paragraph after it as Word asks."""
    fill(cell.add_table(len(rows), len(rows[0])), rows)
    cell.add_paragraph()


def repeat_head(table: Table) -> None:
    """Let the first row be printed again on each page."""
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))


def track(paragraph: Paragraph, *parts: tuple[str, str]) -> None:
    """Write parts that are `kept`, `inserted` or `deleted` into a paragraph."""
    for number, (mark, text) in enumerate(parts, 1):
        if mark == "kept":
            paragraph.add_run(text)
            continue
        change = OxmlElement("w:ins" if mark == "inserted" else "w:del")
        change.set(qn("w:id"), str(900 + number))
        change.set(qn("w:author"), "Người sửa")
        change.set(qn("w:date"), "2024-05-06T08:00:00Z")
        run = OxmlElement("w:r")
        words = OxmlElement("w:t" if mark == "inserted" else "w:delText")
        words.set(qn("xml:space"), "preserve")
        words.text = text
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
