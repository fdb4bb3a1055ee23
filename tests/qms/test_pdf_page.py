"""The PDF page, as a reader opens it: faces, text, tables, head and foot, outline, marks."""

import re
import unicodedata
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getFont

from procedures.content import sanitise
from qms.records.pdf import (
    CONTENTS,
    NEW_PAGE,
    WIDTH,
    Column,
    Furniture,
    Head,
    Part,
    Span,
    bold,
    build,
    cell,
    heading,
    italic,
    item,
    lead,
    markup,
    narrative,
    paragraph,
    table,
)
from qms.records.pdf.text import BOLD, BOLD_ITALIC, ITALIC, LEFT_MARGIN, REGULAR
from tests.pdfs import ALPHABET, fonts, pages, printed, reader, squeezed, whole

LONG_WORD = "nghiêng" * 43  # 301 letters
RIGHT_EDGE = LEFT_MARGIN + WIDTH + 0.1
VIETNAMESE = st.text(alphabet=f"{ALPHABET} .,;:–“”%/()", min_size=1, max_size=60)
PRINTABLE = VIETNAMESE.filter(lambda text: text.strip())


def pdf_of(*story: Part, **furniture: Any) -> bytes:
    return build(story, Furniture(**({"title": "Tài liệu"} | furniture)))


def filler(lines: int) -> Part:
    return paragraph("<br/>".join(f"dòng {n}" for n in range(lines)))


# --- faces, bytes, what is told of the file ---


@pytest.mark.parametrize("face", [REGULAR, BOLD, ITALIC, BOLD_ITALIC])
def test_face_has_every_letter_an_office_writes(face: str) -> None:
    font: Any = getFont(face)
    glyphs = font.face.charToGlyph

    assert [c for c in f"{ALPHABET}½¼¾–“”…‘’°²³§×≤≥·&<>%@/\\" if ord(c) not in glyphs] == []


def test_every_face_is_embedded_and_ours() -> None:
    pdf = pdf_of(
        heading("Mục"),
        paragraph(f"thường {bold('đậm')} {italic('nghiêng')} <b>{italic('cả hai')}</b>"),
        item("mục", "–"),
        table([Column("Cột", 1)], [["ô"], [""]]),
        *narrative("<ul><li>một</li></ul><table><tr><td></td></tr></table>"),
        mark="DỰ THẢO",
        foot=("trái",),
    )

    found = set(fonts(pdf))

    assert {name.split("+")[1] for name, _ in found} == {
        "LiberationSerif",
        "LiberationSerif-Bold",
        "LiberationSerif-Italic",
        "LiberationSerif-BoldItalic",
    }
    assert all(embedded for _, embedded in found)
    assert b"Helvetica" not in pdf


def test_same_story_gives_the_same_bytes() -> None:
    def make() -> bytes:
        return pdf_of(CONTENTS, heading("Mục"), table([Column("Cột", 1)], [["ô"]] * 90))

    assert make() == make()


def test_file_tells_its_title_and_language() -> None:
    file = reader(pdf_of(filler(1), title="QT-01 Chuyển trường", author="PHÒNG GIÁO DỤC"))

    assert file.metadata is not None
    assert (file.metadata.title, file.metadata.author) == ("QT-01 Chuyển trường", "PHÒNG GIÁO DỤC")
    root: Any = file.trailer["/Root"]
    assert root["/Lang"] == "vi-VN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


# --- text ---


@given(st.lists(PRINTABLE, min_size=30, max_size=40))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_text_comes_out_as_it_went_in(texts: list[str]) -> None:
    pdf = pdf_of(
        *(paragraph(markup(text)) for text in texts),
        table([Column("", 1)], [[text] for text in texts]),
    )

    expected = squeezed(unicodedata.normalize("NFC", "".join(texts + texts)))
    said = whole(pdf)
    assert said == expected


def test_text_is_composed_and_without_control_characters() -> None:
    pdf = pdf_of(paragraph(markup(unicodedata.normalize("NFD", "Trường\x00 mầm\u200b\x1b non"))))

    assert pages(pdf)[0].strip() == "Trường mầm non"


@pytest.mark.parametrize(
    "text",
    [
        "<b>đậm</b> <chao> & &amp; &#65;",
        '<img src="/etc/passwd" width="90" height="90"/>',
        "<para fontSize=40>x</para> <a href='file:///etc/passwd'>y</a> <br/> ]]> <!-- z -->",
        "{{ 1 }} %(a)s \\n $x",
    ],
)
def test_what_looks_like_markup_is_printed_to_the_letter(text: str) -> None:
    story = [
        paragraph(markup(text)),
        heading(text),
        table([Column(text, 1)], [[text]]),
        paragraph(bold(text)),
        item(italic(text), "–"),
    ]

    pdf = pdf_of(
        *story, foot=(text,), warning=text, head=Head(text, text, text, text, ((text, text),))
    )

    said = whole(pdf)
    assert said.count(squeezed(text)) == 14  # six in the story, six in the head, foot, warning
    assert list(reader(pdf).pages[0].images) == []


def test_characters_that_no_face_has_break_nothing() -> None:
    assert len(pages(pdf_of(paragraph(markup("☑ 😀 漢字 عربى ﷽ \ud7ff"))))) == 1


# --- tables ---


def test_word_of_300_letters_stays_within_its_cell() -> None:
    columns = [Column("TT", 10), Column("Tên", 30), Column("Ghi chú", 125)]
    pdf = pdf_of(table(columns, [["1", LONG_WORD, LONG_WORD]]))

    edges = [LEFT_MARGIN + at * mm for at in (0, 10, 40, 165)]
    runs = [run for run in printed(pdf) if "ng" in run.text]
    assert len(runs) > 15
    for run in runs:
        assert any(a <= run.left and run.right <= b for a, b in pairwise(edges)), run
    assert squeezed("".join(r.text for r in runs if r.left < edges[2])) == LONG_WORD
    assert squeezed("".join(r.text for r in runs if r.left > edges[2])) == LONG_WORD


def test_head_is_repeated_on_every_page() -> None:
    rows = [[str(n), f"Bước {n}"] for n in range(1, 201)]
    texts = pages(pdf_of(table([Column("Thứ tự", 20), Column("Công việc", 100)], rows)))

    assert len(texts) > 3
    assert [text.count("Thứ tự") for text in texts] == [1] * len(texts)
    assert re.findall(r"Bước (\d+)", "".join(texts)) == [str(n) for n in range(1, 201)]


def test_row_higher_than_a_page_breaks_and_loses_nothing() -> None:
    words = " ".join(f"từ{n}" for n in range(3000))
    pdf = pdf_of(table([Column("A", 30), Column("B", 135)], [["trước", "x"], ["ô", words]]))

    texts = pages(pdf)
    assert len(texts) > 3
    assert all(text.split()[:2] == ["A", "B"] for text in texts)
    assert re.findall(r"từ(\d+)", "".join(texts)) == [str(n) for n in range(3000)]
    lowest = [min(run.bottom for run in printed(pdf, n)) for n in range(len(texts))]
    assert min(lowest) > 20 * mm


def test_long_text_beside_long_text_stays_in_its_column() -> None:
    left, right = "trái " * 700, "phải " * 500
    pdf = pdf_of(table([Column("", 1), Column("", 1)], [[left, right], [Span(right, 2)]]))

    texts = pages(pdf)
    assert "".join(texts).count("trái") == 700
    assert "".join(texts).count("phải") == 1000
    for number in range(len(texts)):
        for run in printed(pdf, number):
            assert run.right <= RIGHT_EDGE
            assert "trái" not in run.text or run.right < LEFT_MARGIN + WIDTH / 2


def test_last_rows_stay_together() -> None:
    for rows in range(30, 40):
        body = [[f"dòng {n}"] for n in range(rows)]
        texts = pages(pdf_of(table([Column("Cột", 1)], [*body, ["tổng"], ["hạn"]], last=3)))

        assert "tổng" in texts[-1]
        assert f"dòng {rows - 1}" in texts[-1]


def test_row_that_heads_a_group_stays_with_the_group() -> None:
    for rows in range(30, 40):
        body = [["", f"dòng {n}"] for n in range(rows)]
        grid = table([Column("", 1), Column("", 1)], [*body, [Span("nhóm", 2)], ["", "đầu"]])
        for text in pages(pdf_of(grid)):
            assert ("nhóm" in text) == ("đầu" in text), rows


def test_part_of_a_table_is_never_higher_than_the_room_for_it() -> None:
    grid = table([Column("", 1)], [["ô"]] * 40)

    for room in (grid.height / 2, grid.height / 2 - 0.004, grid.height / 40 * 7 - 0.004):
        first, rest = grid.split(WIDTH, room)
        assert first.wrap(WIDTH, room)[1] <= room
        assert first.wrap(WIDTH, room)[1] + rest.wrap(WIDTH, 1e6)[1] == pytest.approx(grid.height)


def test_table_of_groups_alone_breaks_all_the_same() -> None:
    rows = [[Span(f"nhóm {n}", 2)] for n in range(90)]
    texts = pages(pdf_of(table([Column("", 1), Column("", 1)], [*rows, ["x", "y"]], last=91)))

    assert re.findall(r"nhóm (\d+)", "".join(texts)) == [str(n) for n in range(90)]


def test_paragraph_of_many_pages_is_whole() -> None:
    texts = pages(pdf_of(paragraph(" ".join(f"chữ{n}" for n in range(9000)))))

    assert len(texts) > 10
    assert re.findall(r"chữ(\d+)", " ".join(texts)) == [str(n) for n in range(9000)]
    assert min(len(text) for text in texts[:-1]) > 0.9 * max(map(len, texts))


def test_high_head_is_printed_once() -> None:
    head = "đầu bảng " * 400
    texts = pages(pdf_of(table([Column(head, 1)], [[f"dòng {n}"] for n in range(60)])))

    assert "".join(texts).count("bảng") == 400


def test_lines_of_a_cell_stay_lines() -> None:
    text = pages(pdf_of(table([Column("", 1)], [["một\nhai"], [cell(bold("ba\nbốn"))]])))[0]

    assert [line.strip() for line in text.split("\n") if line.strip()] == [
        "một",
        "hai",
        "ba",
        "bốn",
    ]


# --- what stays together ---


@pytest.mark.parametrize("what", ["text", "table", "heading", "lead", "sentence", "list"])
def test_heading_never_stands_alone_at_the_end_of_a_page(what: str) -> None:
    follows: dict[str, list[Part]] = {
        "text": [paragraph("theo sau " * 60)],
        "table": [table([Column("Cột", 1)], [["theo sau " * 9]] * 40)],
        "heading": [heading("Mục con", 1), paragraph("theo sau")],
        "lead": [lead("Như sau:"), table([Column("Cột", 1)], [["theo sau"]] * 40)],
        "sentence": [paragraph("Như sau."), table([Column("Cột", 1)], [["theo sau"]] * 40)],
        "list": [item("theo sau", "–"), item("nữa", "–")],
    }
    for lines in range(30, 44):
        story = [filler(lines), heading("Đề mục"), *follows[what], NEW_PAGE, filler(1)]
        for text in pages(pdf_of(*story)):
            assert ("Đề mục" in text) <= ("theo sau" in text), lines


def test_contents_are_not_cut_when_they_fit_on_a_page() -> None:
    sections = [part for n in range(15) for part in (heading(f"Mục {n}"), filler(1))]
    texts = pages(pdf_of(filler(35), CONTENTS, NEW_PAGE, *sections))

    assert "MỤC LỤC" not in texts[0]
    assert texts[1].count("Mục ") == 15


# --- outline, contents, head, foot ---


def test_outline_and_contents_lead_to_the_headings() -> None:
    story: list[Part] = [CONTENTS, NEW_PAGE]
    for n in range(1, 13):
        story += [heading(f"{n}. Phần", is_capital=True), filler(12), heading(f"{n}.1. Mục", 1)]
        story += [filler(9), heading(f"Nhỏ {n}", 2), filler(2)]
    pdf = pdf_of(*story)

    file, texts = reader(pdf), pages(pdf)
    for n in range(1, 13):
        found = next(at for at, text in enumerate(texts[1:], 2) if f"{n}. PHẦN" in text.split("\n"))
        assert re.search(rf"^ *{n}\. Phần\s*\.+\s*{found}$", texts[0], re.MULTILINE)
    titles: list[tuple[str, int]] = []

    def walk(entries: object, level: int) -> None:
        assert isinstance(entries, list)
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, level + 1)
            else:
                titles.append((entry.title, level))
                page = file.get_destination_page_number(entry)
                assert page is not None
                shown = entry.title.upper() if level == 0 else entry.title
                assert squeezed(shown) in squeezed(texts[page])

    walk(file.outline, 0)
    assert titles[:4] == [("1. Phần", 0), ("1.1. Mục", 1), ("Nhỏ 1", 2), ("2. Phần", 0)]
    assert len(titles) == 36


def test_page_numbers_of_the_contents_stand_on_the_line_of_their_heading() -> None:
    pdf = pdf_of(CONTENTS, NEW_PAGE, heading("Mục"), heading("dài " * 60, 1), filler(1))

    title, *runs = printed(pdf)[1:]
    assert [run.text for run in runs if run.text == "2"] == ["2", "2"]
    assert title.bottom == pytest.approx(runs[1].bottom, abs=0.1)
    last = [run for run in runs if run.text.startswith("dài")][-1]
    assert last.bottom == pytest.approx(runs[-1].bottom, abs=0.1)


def test_heading_longer_than_a_page_is_whole_in_text_and_contents() -> None:
    words = " ".join(f"mục{n}" for n in range(1500))
    texts = pages(pdf_of(filler(20), CONTENTS, heading(words), filler(1)))

    found = re.findall(r"mục(\d+)", " ".join(texts))
    assert found == [str(n) for n in range(1500)] * 2


def test_outline_may_begin_deep() -> None:
    file = reader(pdf_of(heading("Sâu", 2), filler(1), heading("Sâu nữa", 2), filler(1)))

    assert [entry.title for entry in _flat(file.outline)] == ["Sâu", "Sâu nữa"]


def _flat(entries: object) -> list[Any]:
    assert isinstance(entries, list)
    return [e for entry in entries for e in (_flat(entry) if isinstance(entry, list) else [entry])]


def test_every_page_has_head_and_foot_with_its_number() -> None:
    head = Head("UBND", "PHÒNG", "QUY TRÌNH", "Tên", (("Mã hiệu", "QT-01"), ("Lần", "02")), brief=2)
    texts = pages(pdf_of(filler(200), head=head, foot=("QT-01 – Lần 02", "Ngày 15/03/2022")))

    count = len(texts)
    assert count > 4
    for number, text in enumerate(texts, 1):
        for said in ("UBND", "PHÒNG", "Tên", "Mã hiệu: QT-01", "Lần: 02", "Ngày 15/03/2022"):
            assert said in text
        assert re.findall(r"Trang (\d+)/(\d+)", text) == [(str(number), str(count))]
    assert f"Trang: 1/{count}" in texts[0]


def test_title_of_1100_letters_is_whole_on_the_first_page_and_short_on_the_others() -> None:
    title = ("Thành lập trường mẫu giáo và nhà trẻ công lập " * 30)[:1099] + "Z"
    head = Head("U" * 200, "PHÒNG " * 40, "QUY TRÌNH", title, (("Mã hiệu", "Q" * 60),))
    pdf = pdf_of(filler(90), head=head, foot=("Q" * 60, "Ngày hiệu lực: 15/03/2022"))

    texts = pages(pdf)
    assert squeezed(title) in squeezed(texts[0])
    assert "…" in texts[1]
    assert all("Q" * 60 in squeezed(text) for text in texts)
    runs = [run for number in range(len(texts)) for run in printed(pdf, number)]
    assert all(run.left >= LEFT_MARGIN - 0.1 and run.right <= RIGHT_EDGE for run in runs)


def test_mark_lies_under_the_text_of_every_page() -> None:
    pdf = pdf_of(filler(120), mark="HẾT HIỆU LỰC", warning="HẾT HIỆU LỰC TỪ 01/03/2025")

    texts = pages(pdf)
    assert len(texts) > 2
    for number, text in enumerate(texts):
        assert "HẾT HIỆU LỰC TỪ 01/03/2025" in text
        assert printed(pdf, number)[0].text == "HẾT HIỆU LỰC"  # drawn first, the text upon it
        content = reader(pdf).pages[number].get_contents()
        assert content is not None
        assert b".88 .88 .88 rg" in content.get_data()  # light, so that the text is readable


def test_page_without_furniture_is_only_the_text() -> None:
    assert pages(pdf_of(paragraph("chữ")))[0].strip() == "chữ"


# --- what was written as HTML ---


def _said(html: str) -> str:
    return whole(pdf_of(*narrative(sanitise(html))))


def test_narrative_prints_blocks_lists_and_marks() -> None:
    html = (
        "<h3>Đề mục</h3><p>Một <strong>hai <em>ba</em></strong> H<sub>2</sub>O<br>dòng</p>"
        "<ul><li>a<ul><li>b</li></ul></li></ul><ol><li>c</li><li><p>d</p><p>e</p></li></ol>"
    )

    text = pages(pdf_of(*narrative(sanitise(html))))[0]

    lines = [squeezed(line) for line in text.split("\n") if line.strip()]
    assert lines == ["Đềmục", "MộthaibaH2O", "dòng", "–a", "+b", "1.c", "2.d", "e"]


def test_narrative_prints_the_address_of_a_link_once() -> None:
    assert _said('<p>xem <a href="https://a.vn/x">Cổng</a>.</p>') == "xemCổng(https://a.vn/x)."
    assert _said('<p><a href="https://a.vn/">https://a.vn</a></p>') == "https://a.vn"
    assert _said('<p><a href="mailto:a@b.vn">thư</a></p>') == "thư(a@b.vn)"


def test_narrative_makes_no_link_and_no_picture() -> None:
    pdf = pdf_of(*narrative(sanitise('<p><a href="https://a.vn">x</a><img src="/etc/passwd"></p>')))

    page = reader(pdf).pages[0]
    assert "/Annots" not in page
    assert list(page.images) == []


def test_narrative_table_spans_and_repeats_its_head() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>x</td><td>y</td></tr>" for n in range(100))
    html = (
        "<table><thead><tr><th rowspan='2'>STT</th><th colspan='2'>Mức</th></tr>"
        "<tr><th>Cao</th><th>Thấp</th></tr></thead><tbody>"
        "<tr><td rowspan='3'>gộp</td><td colspan='2'>hai cột</td></tr>"
        f"<tr><td>p</td><td>q</td></tr><tr><td>r</td><td>s</td></tr>{rows}</tbody></table>"
    )
    pdf = pdf_of(*narrative(sanitise(html)))

    texts = pages(pdf)
    assert len(texts) > 2
    assert all(squeezed(text).startswith("STTMứcCaoThấp") for text in texts)
    assert squeezed(texts[0]).startswith("STTMứcCaoThấpgộphaicộtpqrs0xy1xy")
    assert squeezed(texts[-1]).endswith("99xy")


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr>" + "<td>ô</td>" * 40 + "</tr></table>",
        "<table><tr><td colspan='999' rowspan='999'>ô</td></tr><tr><td>ô</td></tr></table>",
        "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table>d</td><td>e</td></tr></table>",
        "<table><tr><td rowspan='2'>a</td><td>b</td><td rowspan='2'>c</td></tr><tr></tr></table>",
        "<table><tr></tr></table><table></table>chữ trơn",
        "<ul><li>" * 40 + "sâu" + "</li></ul>" * 40,
        "<td>lạc</td><li>lạc</li><strong>không đóng<p>tiếp</strong> nữa",
        "<table><tr><td><ul><li>" * 6 + LONG_WORD,
        f"<table><tr><th>{'dài ' * 1800}</th></tr><tr><td rowspan='2'>{LONG_WORD * 9}</table>",
        "<p>&lt;b&gt; &amp;amp; &nbsp;x</p><h4><a href='https://x.vn'>đầu</a></h4>",
    ],
)
def test_narrative_of_odd_html_loses_no_text(html: str) -> None:
    clean = sanitise(html)
    expected = re.sub(r"<[^>]+>", "", clean).replace("&nbsp;", " ")
    for escaped, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        expected = expected.replace(escaped, letter)

    said = re.sub(r"\(https://x\.vn\)|[–+·]", "", _said(html))
    assert said == squeezed(expected)


TAGS = ["p", "h3", "h4", "ul", "ol", "li", "table", "tr", "td", "th", "strong", "em", "u", "sup"]
NODES = st.recursive(
    st.text(alphabet=ALPHABET + " ", min_size=1, max_size=20),
    lambda inner: st.builds(
        lambda tag, children: f"<{tag}>{''.join(children)}</{tag}>",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


@given(NODES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_narrative_of_any_nesting_loses_no_text(html: str) -> None:
    clean = sanitise(html)
    expected = squeezed(re.sub(r"<[^>]+>", "", clean))

    said = whole(pdf_of(*narrative(clean), filler(1))).removesuffix("dòng0")

    assert _without_marks(said) == _without_marks(expected)


def _without_marks(text: str) -> str:
    """The letters alone: the numbers and dashes of lists are not in the HTML."""
    return re.sub(r"[\d.–+·]", "", text)
