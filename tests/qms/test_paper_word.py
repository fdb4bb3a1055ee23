"""The Word file of a printed record, as Word takes it: real styles, heads, fields, sheet."""

import io
import zipfile
from typing import Any

import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm

from qms.records.paper import Column, Grid, Heading, Paper, Signer, Signers, Text, to_docx
from tests import papers
from tests.papers import administrative, form, opened

ALL = pytest.mark.parametrize("make", [papers.sheet, papers.matrix, papers.decision])


def _xml(docx: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return archive.read(name).decode()


def _all_xml(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xml")]
        return "".join(archive.read(name).decode() for name in names)


def test_headings_are_headings() -> None:
    document = opened(to_docx(form(*(Heading(f"Mục {n}", n) for n in (0, 1, 2, 3, 9)))))

    found = [(p.text, p.style.name) for p in document.paragraphs if p.text]
    levels = [1, 1, 2, 3, 3]
    assert found == [
        (f"Mục {n}", f"Heading {level}") for n, level in zip((0, 1, 2, 3, 9), levels, strict=True)
    ]


def test_head_of_a_table_is_repeated_and_a_group_spans_it() -> None:
    grid = Grid(
        (Column("A", 1), Column("B", 3)),
        (("(1)", "(2)"), ("nhóm",), ("x", "y")),
        header_rows=2,
        kinds=("row", "group", "row"),
    )
    table = opened(to_docx(form(grid))).tables[0]

    assert [row._tr.xpath("w:trPr/w:tblHeader") != [] for row in table.rows] == [
        True,
        True,
        False,
        False,
    ]
    assert [len(row._tr.tc_lst) for row in table.rows] == [2, 2, 1, 2]
    assert [round(column.width.mm) for column in table.columns] == [41, 124]
    assert table.rows[2].cells[0].text == "nhóm"


@pytest.mark.parametrize("landscape", [False, True], ids=["upright", "lying"])
@pytest.mark.parametrize("kind", [form, administrative])
def test_sheet_is_a4_with_the_margins_of_the_decree(kind: Any, landscape: bool) -> None:  # noqa: FBT001
    section = opened(to_docx(kind(landscape=landscape))).sections[0]

    size = (297, 210) if landscape else (210, 297)
    assert (round(section.page_width.mm), round(section.page_height.mm)) == size
    assert section.orientation == (WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [20, 20, 30, 15]


def test_form_counts_its_pages_in_head_and_foot() -> None:
    docx = to_docx(form(Text("x")))

    section = opened(docx).sections[0]
    for part in (section.header, section.footer):
        fields = [field.get(qn("w:instr")) for field in part._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]
    assert not section.different_first_page_header_footer


def test_administrative_document_is_numbered_above_from_the_second_page_on() -> None:
    section = opened(to_docx(papers.decision())).sections[0]

    assert section.different_first_page_header_footer
    fields = [f.get(qn("w:instr")) for f in section.header._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE"]
    assert list(section.first_page_header._element.iter(qn("w:fldSimple"))) == []


@ALL
def test_face_and_language_are_ours_wherever_they_are_named(make: Any) -> None:
    docx = to_docx(make())
    styles = opened(docx).styles

    for name in (
        "Normal",
        "Heading 1",
        "Heading 2",
        "Heading 3",
        "Title",
        "Table Text",
        "Small Text",
    ):
        faces = styles[name].element.rPr.rFonts
        assert {
            faces.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")
        } == {"Times New Roman"}
        assert not [key for key in faces.attrib if "heme" in key]
    defaults = styles.element.find(qn("w:docDefaults"))
    assert [one.get(qn("w:val")) for one in defaults.iter(qn("w:lang"))] == ["vi-VN"]


@ALL
def test_file_tells_no_time_of_making(make: Any) -> None:
    paper: Paper = make()
    docx = to_docx(paper)

    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert not [name for name in archive.namelist() if "thumbnail" in name]
    told = opened(docx).core_properties
    assert (told.title, told.author) == (f"{paper.code} {paper.title}".strip(), paper.issuer)
    assert (told.language, told.created.year, told.modified.year) == ("vi-VN", 2000, 2000)
    assert "python-docx" not in _xml(docx, "docProps/core.xml")


def test_picture_is_in_the_text_with_its_caption_as_its_description() -> None:
    document = opened(to_docx(papers.sheet()))

    shape = document.inline_shapes[0]
    assert shape._inline.docPr.get("descr") == "Ảnh 1. Phiếu kiểm soát chụp ngày 12/05/2022"
    assert shape.width <= Mm(130)
    assert shape.width / shape.height == pytest.approx(640 / 400, rel=0.01)


def test_tables_side_by_side_are_not_one() -> None:
    grid = Grid((Column("A"),), (("x",),))
    document = opened(to_docx(form(grid, grid, Signers((Signer("Người lập"),)))))

    assert len(document.tables) == 3


def test_widths_of_a_table_are_fixed_and_fill_the_page() -> None:
    table = opened(to_docx(papers.matrix())).tables[0]

    assert table.autofit is False
    assert sum(column.width.mm for column in table.columns) == pytest.approx(252, abs=1)


def test_properties_stand_in_the_order_that_word_demands() -> None:
    docx = to_docx(papers.decision())
    order = ["pStyle", "keepNext", "pBdr", "spacing", "ind", "jc"]

    body = opened(docx).element.body
    for properties in body.iter(qn("w:pPr")):
        names = [child.tag.partition("}")[2] for child in properties]
        assert names == sorted(names, key=order.index)


def test_title_that_is_too_long_for_a_property_is_whole_on_the_page() -> None:
    title = "Báo cáo " * 100

    docx = to_docx(form(title=title))

    assert len(opened(docx).core_properties.title) <= 255
    assert title.strip().upper() in papers.head_texts(docx)[1]


def test_no_markup_gets_into_the_file() -> None:
    xml = _all_xml(to_docx(form(Text("<w:br/>&<b>"), title="<i>&")))

    assert "&lt;w:br/&gt;&amp;&lt;b&gt;" in xml
    assert "&lt;I&gt;&amp;" in xml
