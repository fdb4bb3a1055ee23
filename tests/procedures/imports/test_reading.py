"""Files that must not be read: one sentence each, in time, and never more than that."""

import contextlib
import io
import random
import re
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.imports import child, reading
from procedures.imports.reading import UnreadableFile, read_sheets
from procedures.imports.table import TTHCTable, read_table
from qms.records import archives
from tests.procedures.imports.builders import HEADER, repacked, xlsx

LIST = xlsx([HEADER, (1, "1.004494", "Thành lập trường mầm non", "Giáo dục mầm non", "25 ngày")])
CSV = "Mã TTHC,Tên TTHC\n1.004494,Thành lập trường mầm non\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RELS = "xl/_rels/workbook.xml.rels"


def reason(data: bytes, filename: str = "a.xlsx") -> str:
    """Return why `read_table` refuses, having checked that it says so in one sentence."""
    with pytest.raises(UnreadableFile) as caught:
        read_table(data, filename)
    (sentence,) = caught.value.messages
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert caught.value.code is not None
    return caught.value.code


def test_unreadable_file_can_be_shown_by_a_form() -> None:
    assert issubclass(UnreadableFile, ValidationError)


@pytest.mark.parametrize(
    ("filename", "why"),
    [
        ("a.xls", "old_excel"),
        ("a.XLS", "old_excel"),
        ("a.xlsm", "macro"),
        ("a.xltm", "macro"),
        ("a.xlsb", "extension"),
        ("a.ods", "extension"),
        ("a.docx", "extension"),
        ("a.pdf", "extension"),
        ("a.txt", "extension"),
        ("a", "extension"),
        ("", "extension"),
        (".xlsx", "extension"),
        ("a.csv\0.html", "extension"),
    ],
)
def test_file_of_another_type_is_refused_by_its_name(filename: str, why: str) -> None:
    assert reason(LIST, filename) == why


def test_old_excel_file_is_told_how_to_save() -> None:
    with pytest.raises(UnreadableFile, match=r"Lưu thành.*\.xlsx"):
        read_table(OLE + bytes(600), "a.xls")


@pytest.mark.parametrize("filename", ["A.XLSX", " danh sách.Xlsx ", "../../etc/a.xlsx"])
def test_file_name_is_only_a_label(filename: str) -> None:
    assert len(read_table(LIST, filename).rows) == 1


def test_file_of_50_mb_is_refused_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ask_child", lambda *_, **__: pytest.fail("parsed"))
    started = time.monotonic()

    assert reason(bytes(50 * 2**20)) == "too_large"
    assert reason(b"a," * (25 * 2**20), "a.csv") == "too_large"
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("data", [b"", b" \r\n \n", b"\n"])
@pytest.mark.parametrize("filename", ["a.xlsx", "a.csv"])
def test_empty_file_is_refused(data: bytes, filename: str) -> None:
    assert reason(data, filename) == "empty"


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"\xff\xfe", b",,,\n,,,\n", b";\n"])
def test_csv_without_text_is_refused_as_empty(data: bytes) -> None:
    assert reason(data, "a.csv") == "empty"


def test_workbook_without_text_is_refused_as_empty() -> None:
    assert reason(xlsx()) == "empty"


@pytest.mark.parametrize(
    ("data", "filename", "why"),
    [
        (LIST, "a.csv", "mismatch"),
        (b"%PDF-1.7\n1 0 obj", "a.csv", "mismatch"),
        (b"%PDF-1.7\n1 0 obj", "a.xlsx", "mismatch"),
        (CSV.encode(), "a.xlsx", "mismatch"),
        (b"<html><table></table></html>", "a.xlsx", "mismatch"),
        (OLE + bytes(600), "a.xlsx", "old_excel"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "password"),
        (OLE + bytes(600), "a.csv", "old_excel"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.csv", "encoding"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(
    data: bytes, filename: str, why: str
) -> None:
    assert reason(data, filename) == why


@pytest.mark.parametrize("size", [4, 30, 500, 3000, -1])
def test_workbook_cut_off_is_damaged(size: int) -> None:
    assert reason(LIST[:size]) == "damaged"


def test_workbook_with_flipped_bytes_is_damaged() -> None:
    entry = zipfile.ZipFile(io.BytesIO(LIST)).getinfo("xl/worksheets/sheet1.xml")
    start = entry.header_offset + 80
    assert reason(LIST[:start] + bytes(60) + LIST[start + 60 :]) == "damaged"


def test_workbook_with_broken_xml_is_damaged() -> None:
    def break_sheet(name: str, content: bytes) -> bytes:
        return b"<worksheet><sheetData><row" if name.endswith("sheet1.xml") else content

    assert reason(repacked(LIST, replace=break_sheet)) == "damaged"


def test_other_office_files_under_the_name_of_a_workbook_are_refused() -> None:
    word = io.BytesIO()
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")

    assert reason(word.getvalue()) == "not_workbook"


def test_zip_without_entries_is_refused() -> None:
    assert reason(b"PK\x05\x06" + bytes(18)) == "damaged"


@pytest.mark.parametrize(
    "part", ["xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"]
)
def test_workbook_with_a_macro_part_is_refused(part: str) -> None:
    assert reason(repacked(LIST, add={part: b"x"})) == "macro"


def test_workbook_that_declares_macros_is_refused() -> None:
    def declare(name: str, content: bytes) -> bytes:
        if name != "[Content_Types].xml":
            return content
        return content.replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )

    assert reason(repacked(LIST, replace=declare)) == "macro"


def test_zip_bomb_is_refused_by_ratio() -> None:
    assert reason(repacked(LIST, add={"xl/media/a.xml": bytes(20 * 2**20)})) == "bomb"


def test_zip_bomb_is_refused_by_unpacked_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 5_000)

    with pytest.raises(child.Refused, match="bomb"):
        archives.check_archive(LIST, "xlsx")


def test_zip_bomb_is_refused_by_number_of_entries() -> None:
    many = {f"xl/media/{number}.bin": b"" for number in range(archives.MAX_ENTRIES)}

    assert reason(repacked(LIST, add=many)) == "bomb"


def test_zip_bomb_that_lies_about_its_size_ends_in_a_sentence() -> None:
    bomb = bytearray(repacked(LIST, add={"xl/media/a.xml": bytes(20 * 2**20)}))
    place = bomb.rindex(b"PK\x01\x02")
    bomb[place + 24 : place + 28] = struct.pack("<I", 50)

    assert reason(bytes(bomb)) in {"damaged", "bomb"}


def test_sheet_that_lies_about_its_size_ends_in_a_sentence() -> None:
    def inflate(name: str, content: bytes) -> bytes:
        return b"<worksheet>" + bytes(90 * 2**20) if name.endswith("sheet1.xml") else content

    bomb = bytearray(repacked(LIST, replace=inflate))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        name = (
            bomb.rindex(b"xl/worksheets/sheet1.xml")
            if offset == 24
            else bomb.index(b"xl/worksheets/sheet1.xml")
        )
        place = bomb.rindex(mark, 0, name)
        bomb[place + offset : place + offset + 4] = struct.pack("<I", 50)

    assert reason(bytes(bomb)) in {"damaged", "bomb", "too_heavy"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_with_two_parts_of_one_name_is_refused() -> None:
    assert reason(repacked(LIST, add={"xl/worksheets/sheet1.xml": b"<x/>"})) == "damaged"
    assert reason(repacked(LIST, add={"XL/worksheets/Sheet1.xml": b"<x/>"})) == "damaged"


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../a.xml", "xl/../../a.xml", "C:/a", "\\a", "..\\a"]
)
def test_archive_with_names_that_lead_out_is_refused(name: str) -> None:
    assert reason(repacked(LIST, add={name: b"x"})) == "damaged"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_part_with_a_doctype_is_refused(encoding: str) -> None:
    comment = f"<!--{random.Random(1).randbytes(2**19).hex()}"  # noqa: S311 - up to the chunk's end
    part = comment[: 2**20 - 8] + '--><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'

    assert reason(repacked(LIST, add={"xl/custom.xml": part.encode(encoding)})) == "damaged"


def _with_link(kind: str, mode: str) -> bytes:
    link = (
        f'<Relationship Id="x9" Type="http://schemas.openxmlformats.org/{kind}"'
        f' Target="file:///etc/passwd" TargetMode="{mode}"/></Relationships>'
    )

    def put(name: str, content: bytes) -> bytes:
        return content.replace(b"</Relationships>", link.encode()) if name == RELS else content

    return repacked(LIST, replace=put)


@pytest.mark.parametrize("mode", ["External", "external", "&#69;xternal"])
def test_workbook_that_reaches_outside_is_refused(mode: str) -> None:
    assert reason(_with_link("externalLinkPath", mode)) == "external"


def test_workbook_with_web_links_is_read() -> None:
    assert len(read_table(_with_link("relationships/hyperlink", "External"), "a.xlsx").rows) == 1


def test_list_of_too_many_rows_is_refused() -> None:
    rows = "".join(f"1.{n:06d},Tên {n}\n" for n in range(child.MAX_ROWS + 1))

    assert reason(("Mã TTHC,Tên TTHC\n" + rows).encode(), "a.csv") == "too_many_rows"


def test_workbook_with_a_cell_at_the_far_corner_ends_in_a_sentence() -> None:
    data = xlsx([HEADER], change=lambda sheet: sheet.cell(1_048_576, 16_384, "x"))

    assert reason(data) == "too_heavy"


def test_workbook_with_a_cell_far_down_is_read() -> None:
    data = xlsx(
        [HEADER, (1, "1.004494", "Thành lập trường", "", "")],
        change=lambda sheet: sheet.cell(200_000, 1, "Tổng số"),
    )

    assert [row.row for row in read_table(data, "a.xlsx").rows] == [2]


def test_workbook_that_merges_a_whole_sheet_is_read() -> None:
    def merge(name: str, content: bytes) -> bytes:
        merged = b'</sheetData><mergeCells count="1"><mergeCell ref="F1:XFD1048576"/></mergeCells>'
        return content.replace(b"</sheetData>", merged) if name.endswith("sheet1.xml") else content

    data = repacked(LIST, replace=merge)

    assert len(read_table(data, "a.xlsx").rows) == 1


def test_child_that_dies_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHILD", reading.Path("/nowhere/child.py"))

    assert reason(LIST) == "damaged"


def test_child_that_takes_too_long_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TIME_LIMIT", 0.001)

    assert reason(LIST) == "too_heavy"


def test_child_knows_neither_django_nor_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = tmp_path / "child.py"
    spy.write_text(
        "import json, os, sys\n"
        "loud = sorted(k for k in os.environ if k.startswith(('SECRET', 'DATABASE')))\n"
        f"sys.path.insert(0, {str(reading._CHILD.parent)!r})\n"
        "import child\n"
        "loud += [m for m in sys.modules if m.split('.')[0] == 'django' or 'models' in m]\n"
        "json.dump({'readings': [[{'name': ' '.join(loud), 'hidden': False,"
        " 'rows': [[1, ['x'], []]]}]]}, sys.stdout)\n"
    )
    monkeypatch.setattr(reading, "_CHILD", spy)
    monkeypatch.setenv("SECRET_KEY", "x")

    assert read_sheets(LIST, "a.xlsx")[0][0].name == ""


def test_file_is_read_in_half_a_second() -> None:
    def once() -> float:
        started = time.monotonic()
        read_table(LIST, "a.xlsx")
        return time.monotonic() - started

    assert min(once() for _ in range(3)) < 0.5


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "b", "c"), (1, 2, 3)],
        [("Họ và tên", "Chức vụ"), ("Nguyễn Văn A", "Chuyên viên")],
        [("Mã TTHC", "Lĩnh vực"), ("1.004494", "Giáo dục mầm non")],
        [("Tên", "Ghi chú"), ("x", "y")],
        [("1.004494", "Thành lập trường mầm non")],
        [("Danh mục thủ tục hành chính",)],
    ],
)
def test_file_without_a_header_of_codes_and_names_is_refused(rows: Any) -> None:
    assert reason(xlsx(rows)) == "no_header"


def test_header_further_down_than_the_30th_row_is_not_found() -> None:
    assert (
        reason(xlsx([*[(f"Dòng {n}",) for n in range(30)], HEADER, (1, "1.004494")])) == "no_header"
    )


def test_header_without_rows_is_refused() -> None:
    assert reason(xlsx([HEADER])) == "no_rows"
    assert reason(xlsx([HEADER, ("", "", "Tổng số: 0 thủ tục")])) == "no_rows"


# CSV


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    lines = [
        ("Mã TTHC", "Tên TTHC", "Lĩnh vực"),
        ("1.004494", '"Thành lập trường mẫu giáo, mầm non; nhà trẻ"', "Giáo dục mầm non"),
        ("1.004555", "Thành lập trường tiểu học", "Giáo dục tiểu học"),
    ]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)

    rows = read_table(data, "a.csv").rows

    assert [(row.row, row.code, row.name, row.field) for row in rows] == [
        (2, "1.004494", "Thành lập trường mẫu giáo, mầm non; nhà trẻ", "Giáo dục mầm non"),
        (3, "1.004555", "Thành lập trường tiểu học", "Giáo dục tiểu học"),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r"])
def test_csv_is_read_with_line_breaks_of_other_systems(newline: str) -> None:
    assert len(read_table(CSV.replace("\n", newline).encode(), "a.csv").rows) == 1


def test_csv_in_utf_16_be_with_a_mark_is_read() -> None:
    assert len(read_table(b"\xfe\xff" + CSV.encode("utf-16-be"), "a.csv").rows) == 1


def test_csv_with_semicolons_keeps_commas_of_names() -> None:
    data = "Mã TTHC;Tên TTHC\n1.004494;Thành lập trường mẫu giáo, trường mầm non, nhà trẻ\n"

    assert read_table(data.encode(), "a.csv").rows[0].name == (
        "Thành lập trường mẫu giáo, trường mầm non, nhà trẻ"
    )


def test_csv_that_declares_its_delimiter_counts_rows_as_excel_does() -> None:
    (row,) = read_table(("sep=;\n" + CSV.replace(",", ";")).encode(), "a.csv").rows

    assert (row.row, row.code) == (2, "1.004494")


def test_csv_line_breaks_within_cells_do_not_shift_row_numbers() -> None:
    data = 'Mã TTHC,Tên TTHC\n1.004494,"Thành lập\ntrường"\n\n1.004555,Khác\n'

    assert [(row.row, row.name) for row in read_table(data.encode(), "a.csv").rows] == [
        (2, "Thành lập trường"),
        (4, "Khác"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode("cp1258", errors="replace") + "Thµnh lËp".encode("latin-1"),
        CSV.encode("utf-16")[:-1],
        CSV.encode() + b"\0\0",
        "Mã TTHC,Tên".encode("utf-16-le")[:-1],
    ],
)
def test_csv_in_another_encoding_is_refused(data: bytes) -> None:
    assert reason(data, "a.csv") == "encoding"


def test_csv_with_a_lone_quotation_mark_loses_no_row() -> None:
    data = 'Mã TTHC,Tên TTHC,Lĩnh vực\n1.004494,A b,Mầm non\n1.004555,C d,"\n2.001842,E f,x\n'

    assert [row.code for row in read_table(data.encode(), "a.csv").rows] == [
        "1.004494",
        "1.004555",
        "2.001842",
    ]


def test_csv_that_another_delimiter_would_tear_is_read() -> None:
    names = "".join(f'1.{n:06d};Thành lập "trường" a,"b số {n}\n' for n in range(2_000))

    assert len(read_table(f"Mã TTHC;Tên TTHC\n{names}".encode(), "a.csv").rows) == 2_000


def test_cell_longer_than_excel_allows_is_refused() -> None:
    assert reason(f"Mã TTHC,Tên TTHC\n1.004494,{'a' * 32_768}\n".encode(), "a.csv") == "long_cell"


# Anything at all

junk = st.binary(max_size=400)
almost = junk.map(lambda t: b"PK\x03\x04" + t) | junk.map(lambda t: CSV.encode() + t)


def read_or_refuse(data: bytes, filename: str) -> TTHCTable | UnreadableFile:
    """Return what comes of a file; any other exception is a failure."""
    try:
        return read_table(data, filename)
    except UnreadableFile as refusal:
        return refusal


@settings(max_examples=40, deadline=None)
@given(junk | almost, st.sampled_from(["a.xlsx", "a.csv", "b.xls", "c"]))
def test_any_bytes_give_a_table_or_one_sentence(data: bytes, filename: str) -> None:
    answer = read_or_refuse(data, filename)

    assert isinstance(answer, TTHCTable) or len(answer.messages) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(LIST) - 1), st.integers(0, 255))
def test_workbook_with_any_byte_changed_gives_a_table_or_one_sentence(
    place: int, byte: int
) -> None:
    answer = read_or_refuse(LIST[:place] + bytes([byte]) + LIST[place + 1 :], "a.xlsx")

    assert isinstance(answer, TTHCTable) or len(answer.messages) == 1


@settings(deadline=None)
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.sampled_from(["utf-8", "utf-16"])
)
def test_any_text_as_csv_is_taken_apart(text: str, encoding: str) -> None:
    with contextlib.suppress(child.Refused):
        assert child.parse(text.encode(encoding), "csv")["readings"]


def test_every_reason_of_the_child_has_its_sentence() -> None:
    source = reading._CHILD.read_text()
    reasons = set(re.findall(r'Refused\("(\w+)"\)', source)) | {"too_heavy"}

    assert reasons <= reading._SENTENCES.keys()
