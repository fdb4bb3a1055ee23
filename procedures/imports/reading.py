"""From the bytes of a file that somebody sent to sheets of cells, or one sentence why not."""

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.core.exceptions import ValidationError

from qms.records.sandbox import ask_child

MAX_FILE_BYTES = 10 * 2**20
TIME_LIMIT = 30  # seconds, for the child and all it waits for
_CHILD = Path(__file__).with_name("child.py")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls and of protected .xlsx
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PDF = b"%PDF"
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = (
    "Tệp Excel kiểu cũ (.xls) không đọc được: mở bằng Excel, chọn Lưu thành (Save As)"
    " kiểu .xlsx rồi chọn lại tệp."
)
_MACRO = "Tệp có chứa macro nên không được nhận: lưu lại kiểu .xlsx (không macro) rồi chọn lại tệp."
_SENTENCES = {
    "too_large": (
        f"Tệp lớn hơn {MAX_FILE_BYTES // 2**20} MB: bỏ hình ảnh, trang tính thừa hoặc chia thành"
        " nhiều tệp."
    ),
    "empty": "Tệp trống, không có dòng nào.",
    "extension": "Chỉ nhận tệp Excel (.xlsx) hoặc CSV (.csv).",
    "old_excel": _OLD_EXCEL,
    "macro": _MACRO,
    "password": "Tệp đặt mật khẩu nên không đọc được: bỏ mật khẩu trong Excel rồi chọn lại tệp.",
    "mismatch": "Nội dung tệp không đúng với phần mở rộng: mở tệp, lưu lại kiểu .xlsx hoặc .csv.",
    "not_workbook": "Nội dung tệp không phải là bảng tính Excel (.xlsx).",
    "damaged": "Tệp bị hỏng, không đọc được: mở bằng Excel, lưu lại kiểu .xlsx rồi chọn lại tệp.",
    "external": (
        "Tệp liên kết tới tệp khác nên không được nhận: trong Excel chọn Dữ liệu → Sửa liên kết →"
        " Ngắt liên kết, lưu lại rồi chọn lại tệp."
    ),
    "bomb": "Tệp nén quá mức an toàn nên không được nhận: chép danh sách sang tệp .xlsx mới.",
    "too_many_rows": "Tệp có hơn 20.000 dòng: chia thành nhiều tệp rồi nhập lần lượt.",
    "too_heavy": "Tệp quá nặng, không đọc xong trong giới hạn: chép danh sách sang tệp .xlsx mới.",
    "long_cell": "Tệp có ô dài quá 32.767 ký tự: xem lại dấu ngoặc kép trong tệp rồi lưu lại.",
    "encoding": "Không đọc được chữ trong tệp CSV: trong Excel, lưu lại kiểu “CSV UTF-8”.",
}
_REFUSED_EXTENSIONS = {
    ".xls": "old_excel",
    ".xlt": "old_excel",
    ".xlsm": "macro",
    ".xltm": "macro",
    ".xlam": "macro",
}


class UnreadableFile(ValidationError):
    """The file as a whole cannot be used; `message` is one sentence that says what to do."""


@dataclass(frozen=True)
class Line:
    """A row that has a text of its own; `number` as a person sees it, from 1.

    `carried` are the columns whose text stands in a merged cell above.
    """

    number: int
    cells: tuple[str | float, ...]
    carried: frozenset[int] = frozenset()
    spans: tuple[tuple[int, int], ...] = ()  # first and last columns of cells merged sideways


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a CSV file (then without a name)."""

    name: str
    lines: tuple[Line, ...]
    hidden: bool = False


def read_sheets(data: bytes, filename: str) -> list[list[Sheet]]:
    """Return the readings of a file: one of a workbook, one per possible delimiter of a CSV file.

    Parsing happens in a child process with memory and time limits. Raises UnreadableFile.
    """
    kind = check_kind(data, filename)
    answer = ask_child(_CHILD, kind, data, seconds=TIME_LIMIT)
    if "refused" in answer:
        raise refusal(answer["refused"])
    readings = [[_sheet(sheet) for sheet in sheets] for sheets in answer["readings"]]
    if not any(sheet.lines for sheets in readings for sheet in sheets if not sheet.hidden):
        raise refusal("empty")
    return readings


def check_size(size: int) -> None:
    """Raise UnreadableFile for a file of more bytes than is ever read; ask before reading it."""
    if size > MAX_FILE_BYTES:
        raise refusal("too_large")


def check_kind(data: bytes, filename: str) -> str:
    """Return `xlsx` or `csv` by size, extension and first bytes, in this order.

    Raises UnreadableFile if they do not agree or are not accepted.
    """
    check_size(len(data))
    extension = PurePath(filename.strip()).suffix.lower()
    if extension in _REFUSED_EXTENSIONS:
        raise refusal(_REFUSED_EXTENSIONS[extension])
    if extension not in {".xlsx", ".csv"}:
        raise refusal("extension")
    if not data.strip():
        raise refusal("empty")
    if data.startswith(_OLE):
        raise refusal("password" if _ENCRYPTED in data else "old_excel")
    if extension == ".csv" and data.startswith((_ZIP, _PDF)):
        raise refusal("mismatch")
    if extension == ".xlsx" and not data.startswith(_ZIP):
        raise refusal("mismatch" if _is_text_or_pdf(data) else "damaged")
    return extension.removeprefix(".")


def refusal(reason: str) -> UnreadableFile:
    """Return the error for a reason that this module or the child names."""
    return UnreadableFile(_SENTENCES[reason], code=reason)


def _is_text_or_pdf(data: bytes) -> bool:
    return data.startswith(_PDF) or not any(byte < 9 for byte in data[:512])


def _sheet(raw: dict[str, Any]) -> Sheet:
    spans: dict[int, list[tuple[int, int]]] = {}
    for number, first, last in raw.get("spans", []):
        spans.setdefault(number, []).append((first, last))
    lines = (
        Line(number, tuple(cells), frozenset(carried), tuple(spans.get(number, ())))
        for number, cells, carried in raw.get("rows", [])
    )
    return Sheet(raw["name"], tuple(lines), raw["hidden"])
