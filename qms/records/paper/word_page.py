"""The Word document before anything is said in it: styles, sheet, head and foot; and its bytes."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from qms.foundation.text import clean, clean_lines
from qms.records.paper.blocks import Paper

FACE = "Times New Roman"
IN_TABLE, IN_DENSE_TABLE, SMALL = "Table Text", "Table Text Dense", "Small Text"
GREY = "EDEDED"
_LANGUAGE = "vi-VN"
_SHORT, _LONG = 210, 297
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 15, 20, 20  # Nghị định 30/2020/NĐ-CP, Phụ lục I
_TO_EDGE = 10  # of head and foot
_HEAD_SIDES = (55, 50)  # of issuer and facts in the head of a form
_MADE_AT = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (the same bytes each time)
_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)


def text_width(paper: Paper) -> float:
    """Return what the margins leave between left and right, in mm."""
    return (_LONG if paper.landscape else _SHORT) - _LEFT - _RIGHT


def new_document(paper: Paper) -> WordDocument:
    """Return an empty document with the sheet, the styles, the head and the foot of the paper."""
    document = bare_document(paper)
    if paper.is_administrative:
        _number_above(document)
    else:
        _set_form_head(document, paper)
        _set_form_foot(document, paper)
    return document


def bare_document(paper: Paper) -> WordDocument:
    """Return an empty document with the sheet and the styles of the paper; head and foot empty."""
    document = Document()
    _tell(document, paper)
    _set_styles(document)
    _set_sheet(document, paper)
    return document


def packed(document: WordDocument) -> bytes:
    """Return the file: the same bytes each time, for it tells no time of packing."""
    first, out = io.BytesIO(), io.BytesIO()
    document.save(first)
    with zipfile.ZipFile(first) as made, zipfile.ZipFile(out, "w") as archive:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, _ZIPPED_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, made.read(name))
    return out.getvalue()


def _tell(document: WordDocument, paper: Paper) -> None:
    told = document.core_properties
    told.title = clean(f"{paper.code} {paper.title or paper.subtitle}")[:255]
    told.author = told.last_modified_by = clean(paper.issuer)[:255]
    told.subject = clean(f"{paper.number} {paper.subtitle}")[:255]
    told.comments, told.language, told.revision = "", _LANGUAGE, 1
    told.created = told.modified = _MADE_AT
    relations = document.part.package.rels if document.part.package else {}
    for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        del relations[key]  # it shows another document


# --- styles ---


def _set_styles(document: WordDocument) -> None:
    defaults: Any = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        for name in ("w:val", "w:eastAsia"):
            language.set(qn(name), _LANGUAGE)
    styles = document.styles
    normal: Any = styles["Normal"]
    _set(normal, size=13, after=6)
    normal.paragraph_format.line_spacing = 1.1
    for level in (1, 2, 3):
        heading: Any = styles[f"Heading {level}"]
        _set(heading, size=13, before=12 - 2 * level, after=4)
        heading.font.bold, heading.font.italic = True, level == 3
    title: Any = styles["Title"]
    _set(title, size=14, before=8, after=3)
    title.font.bold = True
    title.paragraph_format.alignment = ALIGN.CENTER
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    for name, size, after in ((IN_TABLE, 12, 0), (IN_DENSE_TABLE, 9, 0), (SMALL, 11, 0)):
        made: Any = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = normal
        _set(made, size=size, after=after)
        made.paragraph_format.line_spacing = 1


def _set(style: Any, *, size: float, before: float = 0, after: float = 0) -> None:
    """Give the style our face, in every script, black, and its size and distances in points."""
    font, spacing = style.font, style.paragraph_format
    font.name, font.size, font.color.rgb = FACE, Pt(size), RGBColor(0, 0, 0)
    faces = style.element.rPr.rFonts
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        faces.attrib.pop(qn(f"w:{script}Theme"), None)
        faces.set(qn(f"w:{script}"), FACE)
    faces.attrib.pop(qn("w:cstheme"), None)
    spacing.space_before, spacing.space_after = Pt(before), Pt(after)


# --- sheet, head, foot ---


def _set_sheet(document: WordDocument, paper: Paper) -> None:
    section = document.sections[0]
    width, height = (_LONG, _SHORT) if paper.landscape else (_SHORT, _LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin, section.right_margin = Mm(_LEFT), Mm(_RIGHT)
    section.top_margin, section.bottom_margin = Mm(_TOP), Mm(_BOTTOM)
    section.header_distance = section.footer_distance = Mm(_TO_EDGE)


def _number_above(document: WordDocument) -> None:
    """Number the pages in the middle of the upper margin, from the second on."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    add_field(number, "PAGE")


def _set_form_head(document: WordDocument, paper: Paper) -> None:
    head = document.sections[0].header
    whole, after = text_width(paper), head.paragraphs[0]
    widths = (_HEAD_SIDES[0], whole - sum(_HEAD_SIDES), _HEAD_SIDES[1])
    table = head.add_table(1, 3, Mm(whole))
    table._tbl.addnext(after._p)  # a table is followed by a paragraph
    set_look(table, widths, is_ruled=True)
    issuer, title, facts = table.rows[0].cells
    fill(issuer, paper.issuer_parent, align=ALIGN.CENTER)
    fill(issuer, paper.issuer, align=ALIGN.CENTER, bold=True)
    fill(title, paper.title.upper(), align=ALIGN.CENTER, bold=True)
    for label, value in (("Mã hiệu: ", paper.code), ("Số: ", paper.number)):
        if clean(value):
            fill(facts, label).add_run(clean(value)).bold = True
    add_page_of_pages(fill(facts, "Trang: "))


def _set_form_foot(document: WordDocument, paper: Paper) -> None:
    foot = document.sections[0].footer
    table = foot.add_table(1, 2, Mm(text_width(paper)))
    table._tbl.addnext(foot.paragraphs[0]._p)
    set_look(table, (text_width(paper) - 40, 40), is_ruled=False)
    note, page = table.rows[0].cells
    fill(note, paper.footer_note)
    add_page_of_pages(fill(page, "Trang ", align=ALIGN.RIGHT))
    for paragraph in (*note.paragraphs, *page.paragraphs):
        for run in paragraph.runs:
            run.font.size = Pt(9.5)


def add_page_of_pages(paragraph: Paragraph) -> None:
    """Add the number of the page and of all pages, both counted by Word."""
    add_field(paragraph, "PAGE")
    paragraph.add_run("/")
    add_field(paragraph, "NUMPAGES")


# --- what python-docx has no word for ---


def element(name: str, **attributes: str) -> Any:
    """Return the element `w:name` with these attributes."""
    made: Any = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def add_field(paragraph: Paragraph, code: str) -> None:
    """Add a field that Word counts, PAGE or NUMPAGES."""
    field = element("fldSimple", instr=code)
    run, text = element("r"), element("t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def set_look(table: Table, widths: Sequence[float], *, is_ruled: bool) -> None:
    """Fix the widths, in mm, and give the table its rules or none."""
    table.style = "Table Grid" if is_ruled else "Normal Table"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def fill(
    cell: _Cell,
    text: str,
    *,
    align: ALIGN = ALIGN.LEFT,
    style: str = IN_TABLE,
    bold: bool = False,
    italic: bool = False,
) -> Paragraph:
    """Add the text to the cell as a paragraph, its first if it is empty yet, and return it."""
    first = cell.paragraphs[0]
    paragraph = first if is_new(cell) else cell.add_paragraph()
    paragraph._p.style = style.replace(" ", "")  # its id: to look it up costs 2 ms a cell
    paragraph.alignment = align
    run = paragraph.add_run(clean_lines(text))
    run.bold, run.italic = bold or None, italic or None
    return paragraph


def is_new(cell: _Cell) -> bool:
    return len(cell.paragraphs) == 1 and not cell.paragraphs[0].runs
