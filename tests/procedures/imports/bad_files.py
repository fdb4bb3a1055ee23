"""Files that must not be read, each with the name it comes under and a part of the sentence."""

import zipfile
from collections.abc import Callable
from io import BytesIO

from tests.procedures.imports.builders import HEADER, repacked, xlsx
from tests.procedures.imports.making import MN

_LIST = xlsx([HEADER, (1, "1.004494", MN, "Giáo dục mầm non", "25 ngày")])
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def _with_macro() -> bytes:
    return repacked(_LIST, add={"xl/vbaProject.bin": b"x"})


def _bomb() -> bytes:
    return repacked(_LIST, add={"xl/media/a.xml": bytes(20 * 2**20)})


def _word_document() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return out.getvalue()


BAD_FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "wrong type": ("danh-muc.docx", _word_document, "Chỉ nhận tệp Excel"),
    "wrong type under a right name": ("a.xlsx", _word_document, "không phải là bảng tính"),
    "PDF under a right name": ("a.xlsx", lambda: b"%PDF-1.7\n1 0 obj", "không đúng với phần mở"),
    "picture as text": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "Không đọc được chữ"),
    "old Excel": ("a.xls", lambda: _OLD_EXCEL, "kiểu cũ (.xls)"),
    "old Excel renamed": ("a.xlsx", lambda: _OLD_EXCEL, "kiểu cũ (.xls)"),
    "macro": ("a.xlsm", _with_macro, "có chứa macro"),
    "macro renamed": ("a.xlsx", _with_macro, "có chứa macro"),
    "zip bomb": ("a.xlsx", _bomb, "nén quá mức"),
    "damaged": ("a.xlsx", lambda: _LIST[:3000], "bị hỏng"),
    "empty": ("a.csv", lambda: b" \n", "Tệp trống"),
    "empty sheet": ("a.xlsx", xlsx, "Tệp trống"),
    "no header": ("a.xlsx", lambda: xlsx([("Họ tên", "Chức vụ"), ("A", "B")]), "dòng tiêu đề"),
    "header only": ("a.xlsx", lambda: xlsx([HEADER]), "không có thủ tục nào"),
    "50 MB": ("a.xlsx", lambda: bytes(50 * 2**20), "lớn hơn 10 MB"),
}
