"""QR codes: what is drawn is the very matrix of the code, and stands clear of head and foot."""

import re

import pytest
import segno

from qms.records.pdf import Furniture, Stamp, build, markup, paragraph
from qms.records.pdf.text import LANDSCAPE, PORTRAIT, Sheet
from qms.records.qr import QUIET, qr_code
from tests.pdfs import pages, reader

ADDRESS = "https://iso.bacgiang.gov.vn/xac-thuc/0123456789abcdef0123456789abcdef/"
RECT = re.compile(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re")


def _dark_of(path: str) -> set[tuple[int, int]]:
    runs = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)]
    return {(row - QUIET, at - QUIET) for left, row, n in runs for at in range(left, left + n)}


def _dark() -> set[tuple[int, int]]:
    matrix = segno.make(ADDRESS, error="m", boost_error=False, micro=False).matrix
    return {(y, x) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}


def test_svg_path_draws_the_modules_of_the_code() -> None:
    code = qr_code(ADDRESS)

    assert _dark_of(code.svg_path) == _dark()
    assert code.svg_size == code.size + 8


@pytest.mark.parametrize("sheet", [PORTRAIT, LANDSCAPE])
def test_stamp_stands_on_every_page_and_covers_nothing(sheet: Sheet) -> None:
    furniture = Furniture("Thử", foot=("QT-01", "Ngày hiệu lực: 01/01/2022"), sheet=sheet)
    stamped = Furniture(**{**vars(furniture), "stamps": (Stamp(("Dòng một", ADDRESS), ADDRESS),)})

    plain, printed = (
        build([paragraph(markup(f"Đoạn {number}")) for number in range(80)], each)
        for each in (furniture, stamped)
    )

    texts = pages(printed)
    assert len(texts) == len(pages(plain)) > 1
    assert all("Dòng một" in text and ADDRESS in text for text in texts)
    content = reader(printed).pages[1].get_contents()
    assert content is not None
    rects = [tuple(map(float, each)) for each in RECT.findall(content.get_data().decode("latin1"))]
    assert len(rects) == len(qr_code(ADDRESS).runs)
    assert max(left + width for left, _, width, _ in rects) < 85  # the text begins at 85 points
    assert min(bottom for _, bottom, _, _ in rects) > 20


def test_each_stamp_has_the_whole_document_with_its_own_pages() -> None:
    story = [paragraph(markup(f"Đoạn {number}")) for number in range(60)]
    stamps = tuple(Stamp((f"Bản số {n:02d}",), f"{ADDRESS}{n}") for n in (1, 2, 3))

    texts = pages(build(story, Furniture("Thử", foot=("QT-01",), stamps=stamps)))

    each = len(texts) // 3
    assert ["Bản số 02" in text for text in texts] == [i // each == 1 for i in range(3 * each)]
    assert [f"Trang 1/{each}" in text for text in texts] == [i % each == 0 for i in range(3 * each)]
