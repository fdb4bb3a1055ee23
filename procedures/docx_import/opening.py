"""From the bytes of a Word file to its story, or one sentence why not."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path, PurePath
from typing import Any

from django.core.exceptions import ValidationError

from procedures.docx_import.blocks import Story, paragraphs_of, story_of
from qms.records.archives import Refused, check_archive
from qms.records.sandbox import ask_child

MAX_FILE_BYTES = 20 * 2**20
TIME_LIMIT = 30  # seconds, for the child and all it waits for
CONVERSION_LIMIT = 90  # seconds, for LibreOffice to start and convert
_CHILD = Path(__file__).with_name("child.py")
_ORIGINAL = Path(__file__).with_name("original_child.py")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .doc and of protected .docx
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP = b"PK\x03\x04"
_SENTENCES = {
    "too_large": (
        f"Tệp lớn hơn {MAX_FILE_BYTES // 2**20} MB: nén hoặc bỏ bớt hình ảnh rồi chọn lại tệp."
    ),
    "empty": "Tệp trống, không có nội dung.",
    "extension": "Chỉ nhận tệp Word (.docx, .doc).",
    "old_word": (
        "Tệp Word kiểu cũ (.doc) không đọc được trên máy chủ này: mở bằng Word, chọn Lưu thành"
        " (Save As) kiểu .docx rồi chọn lại tệp."
    ),
    "not_converted": (
        "Không chuyển được tệp Word kiểu cũ (.doc): mở bằng Word, chọn Lưu thành (Save As) kiểu"
        " .docx rồi chọn lại tệp."
    ),
    "macro": "Tệp có chứa macro nên không được nhận: lưu lại kiểu .docx rồi chọn lại tệp.",
    "password": "Tệp đặt mật khẩu nên không đọc được: bỏ mật khẩu trong Word rồi chọn lại tệp.",
    "mismatch": "Nội dung tệp không đúng với phần mở rộng: mở tệp bằng Word, lưu lại kiểu .docx.",
    "not_document": "Nội dung tệp không phải là văn bản Word (.docx).",
    "damaged": "Tệp bị hỏng, không đọc được: mở bằng Word, lưu lại kiểu .docx rồi chọn lại tệp.",
    "external": (
        "Tệp liên kết tới tệp khác ở ngoài nên không được nhận: trong Word bỏ các liên kết ngoài"
        " (hình ảnh, mẫu, đối tượng), lưu lại rồi chọn lại tệp."
    ),
    "bomb": "Tệp nén quá mức an toàn nên không được nhận: chép nội dung sang tệp .docx mới.",
    "too_heavy": "Tệp quá nặng, không đọc xong trong giới hạn: bỏ phần thừa hoặc chia nhỏ tệp.",
}
_REFUSED_EXTENSIONS = {".docm": "macro", ".dotm": "macro"}


class UnreadableWord(ValidationError):
    """The file as a whole cannot be read; `message` is one sentence that says what to do."""


def open_word(data: bytes, name: str) -> Story:
    """Return what a Word file shows. Raises UnreadableWord.

    Parsing happens in a child process with memory and time limits; a `.doc` is first converted by
    LibreOffice where that is installed.
    """
    return open_docx(as_docx(data, name))


def as_docx(data: bytes, name: str) -> bytes:
    """Return the file as .docx, which it mostly is already. Raises UnreadableWord."""
    return docx_of(data) if check_kind(data, name) == "doc" else data


def open_docx(data: bytes) -> Story:
    """Return what a .docx shows, whatever its ending was. Raises UnreadableWord."""
    said = ask_child(_CHILD, "docx", data, seconds=TIME_LIMIT)
    if "refused" in said:
        raise refusal(said["refused"])
    story = story_of(said)
    if not any(paragraph.text for paragraph in paragraphs_of(story.body)):
        raise refusal("empty")
    return story


def original_of(data: bytes) -> dict[str, Any]:
    """Return a .docx as HTML for the eye, `{"html", "is_cut"}`; empty where that cannot be had.

    The HTML is not sanitised yet. Made in a child process, as `open_docx()` does.
    """
    said = ask_child(_ORIGINAL, "docx", data, seconds=TIME_LIMIT)
    return {"html": "", "is_cut": False} if "refused" in said else said


def check_size(size: int) -> None:
    """Raise UnreadableWord for a file of more bytes than is ever read; ask before reading it."""
    if size > MAX_FILE_BYTES:
        raise refusal("too_large")


def check_kind(data: bytes, name: str) -> str:
    """Return `docx` or `doc` by size, extension, first bytes and, of a .docx, its archive.

    Raises UnreadableWord.
    """
    check_size(len(data))
    extension = PurePath(name.strip()).suffix.lower()
    if extension in _REFUSED_EXTENSIONS:
        raise refusal(_REFUSED_EXTENSIONS[extension])
    if extension not in {".docx", ".doc"}:
        raise refusal("extension")
    if not data.strip():
        raise refusal("empty")
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise refusal("password")
        if extension == ".docx":
            raise refusal("mismatch")
        return "doc"
    if data.startswith(_ZIP):  # Word opens a .docx under the old ending too
        try:
            check_archive(data, "docx")
        except Refused as refused:
            raise refusal(str(refused)) from refused
        return "docx"
    raise refusal("mismatch" if _is_text_or_other(data) else "damaged")


def refusal(reason: str) -> UnreadableWord:
    """Return the error for a reason that this module or the child names."""
    return UnreadableWord(_SENTENCES[reason], code=reason)


def _is_text_or_other(data: bytes) -> bool:
    return data.startswith((b"%PDF", b"{\\rtf", b"\x89PNG")) or not any(b < 9 for b in data[:512])


def docx_of(data: bytes) -> bytes:
    """Return an old Word file as .docx. Raises UnreadableWord where LibreOffice is not or fails."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise refusal("old_word")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "old.doc")
        source.write_bytes(data)
        profile = Path(folder, "profile").as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
        command += ["--convert-to", "docx", "--outdir", folder, str(source)]
        # No settings, no secrets: only what starts the program.
        environment = {k: v for k, v in os.environ.items() if k in ("PATH", "LD_LIBRARY_PATH")}
        try:
            subprocess.run(  # noqa: S603 - a fixed command, on a file of our own name
                command,
                env=environment | {"HOME": folder},
                capture_output=True,
                timeout=CONVERSION_LIMIT,
                check=True,
            )
            return Path(folder, "old.docx").read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise refusal("not_converted") from error
