"""Files kept by their content: the path is the SHA-256, nothing overwrites."""

import hashlib
import io
import os
import shutil
import tempfile
import unicodedata
from pathlib import Path
from typing import Any, BinaryIO

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.http import content_disposition_header

from qms.foundation.text import clean
from qms.records.archives import Refused, check_archive
from qms.records.models import StoredFile
from qms.records.sandbox import ask_child

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "csv": "text/csv",
    "zip": "application/zip",
}
_OFFICE = frozenset({"docx", "xlsx"})
_STARTS = {"pdf": b"%PDF-", "docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04"}
_PDF_END = b"%%EOF"
_PDF_TAIL = 2048  # bytes in which the end of a PDF stands; scanners write a little behind it
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of Office files with a password
_PICTURE_CHILD = Path(__file__).with_name("picture_child.py")
_PICTURE_SECONDS = 30
_SENTENCES = {
    "macro": "Tệp có chứa macro nên không được nhận: lưu lại kiểu .docx, .xlsx (không macro).",
    "password": "Tệp đặt mật khẩu nên không được nhận: bỏ mật khẩu, lưu lại rồi chọn lại tệp.",
    "damaged": "Tệp bị hỏng hoặc thiếu dữ liệu: mở tệp, lưu lại rồi chọn lại tệp.",
    "external": (
        "Tệp liên kết tới tệp hoặc chương trình khác nên không được nhận: bỏ các liên kết ấy, lưu"
        " lại rồi chọn lại tệp."
    ),
    "bomb": "Tệp nén quá mức an toàn nên không được nhận: chép nội dung sang tệp mới.",
    "too_heavy": "Tệp quá nặng, không đọc xong trong giới hạn: bỏ phần thừa hoặc chia nhỏ tệp.",
    "too_large": "Ảnh quá lớn (trên 50 triệu điểm ảnh hoặc một cạnh quá dài). Hãy thu nhỏ.",
    "disguised": "Ảnh có lẫn nội dung khác (mã trang web, tệp nén) nên không được nhận: chụp lại.",
}
SCANS = frozenset({"pdf", "jpg", "png"})
PHOTOS = frozenset({"jpg", "png", "webp"})
FORMS = frozenset({"pdf", "docx", "xlsx"})
LISTS = frozenset({"xlsx", "csv"})


def label_of(name: str) -> str:
    """Return a file's name as a label: NFC, no control or direction characters, ≤ 150 letters."""
    label = clean(unicodedata.normalize("NFC", name)).replace("/", "_").replace("\\", "_")
    stem, dot, ending = label.rpartition(".")
    return f"{stem[: 149 - len(ending)]}.{ending}" if dot and len(ending) < 10 else label[:150]


def taken(upload: UploadedFile, *, allowed: frozenset[str]) -> tuple[bytes, str]:
    """Return the bytes of what somebody sent, and which of `allowed` they are.

    Never reads more than a file may have. Raises ValidationError as `kind_of()` does.
    """
    upload.seek(0)
    data = upload.read(settings.MAX_UPLOAD_BYTES + 1)
    return data, kind_of(data, upload.name or "", allowed=allowed)


def kind_of(data: bytes, name: str, *, allowed: frozenset[str]) -> str:
    """Return which of `allowed` the bytes are, by ending and content both.

    Raises ValidationError, one Vietnamese sentence, for what is empty, too large, of another
    type, whose bytes do not agree with its ending, or that hides something: macros, links that
    are followed, a bomb, a page inside a picture (RELIABILITY §2, in that order).
    """
    if not data:
        raise ValidationError("Tệp rỗng. Hãy chọn lại tệp có nội dung.")
    if len(data) > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise ValidationError(f"Tệp lớn hơn {limit} MB. Hãy nén hoặc chia nhỏ rồi tải lại.")
    ending = Path(name.casefold()).suffix.removeprefix(".").replace("jpeg", "jpg")
    listed = ", ".join(sorted(allowed))
    if ending not in allowed:
        shown = clean(ending)[:20]
        raise ValidationError(f"Chỉ nhận tệp {listed}; tệp này có đuôi “.{shown}”.")
    if not _begins_as(ending, data):
        if ending in _OFFICE and data.startswith(_OLE):
            raise ValidationError(_SENTENCES["password"])
        raise _not_what_it_says(ending)
    _look_inside(ending, data)
    return ending


def _begins_as(ending: str, data: bytes) -> bool:
    if ending in _STARTS:
        return data.startswith(_STARTS[ending])
    return ending == "csv" or filetype.guess_extension(data) == ending


def _look_inside(kind: str, data: bytes) -> None:
    reason = ""
    if kind == "pdf":
        reason = "" if _PDF_END in data[-_PDF_TAIL:] else "damaged"
    elif kind in _OFFICE:
        try:
            check_archive(data, kind)
        except Refused as refusal:
            reason = str(refusal)
    elif kind in PHOTOS:
        reason = ask_child(_PICTURE_CHILD, kind, data, seconds=_PICTURE_SECONDS).get("refused", "")
    if reason:
        sentence = _SENTENCES.get(reason)
        raise ValidationError(sentence) if sentence else _not_what_it_says(kind)


def _not_what_it_says(ending: str) -> ValidationError:
    return ValidationError(f"Nội dung tệp không đúng là “.{ending}”. Hãy chọn lại tệp.")


def store(data: bytes, name: str, *, kind: str, by: Any) -> StoredFile:
    """Keep `data` for ever and return its row; the same content is kept once.

    The bytes are on disk, synced, before the row exists; a rollback leaves at most an orphan.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    if not _is_kept(path):
        _write_synced(path, io.BytesIO(data))
    return _row(digest, len(data), name, kind=kind, by=by)


def store_from(
    source: io.BufferedRandom | io.BytesIO, name: str, *, kind: str, by: Any
) -> StoredFile:
    """Keep what `source` holds, as `store()` does, however large: piece by piece."""
    source.seek(0)
    digest = hashlib.file_digest(source, "sha256").hexdigest()
    size = source.seek(0, os.SEEK_END)
    path = path_of(digest)
    if not _is_kept(path):
        source.seek(0)
        _write_synced(path, source)
    return _row(digest, size, name, kind=kind, by=by)


def _row(digest: str, size: int, name: str, *, kind: str, by: Any) -> StoredFile:
    # Whoever sends the same file at the same moment gets the row of whoever came first.
    stored, _ = StoredFile.objects.get_or_create(
        sha256=digest,
        defaults={
            "size": size,
            "media_type": _MEDIA_TYPES[kind],
            "label": label_of(name),
            "stored_by": by,
        },
    )
    return stored


def read(stored: StoredFile) -> bytes:
    """Return the bytes. Raises ValidationError when they are not what was kept."""
    data = path_of(stored.sha256).read_bytes()
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise ValidationError(f"Tệp {stored.label} không còn nguyên vẹn.")
    return data


def ending_of(stored: StoredFile) -> str:
    """Return the ending of its kind, without the dot; `bin` where we know none."""
    kinds = {media_type: kind for kind, media_type in _MEDIA_TYPES.items()}
    return kinds.get(stored.media_type, "bin")


def response(stored: StoredFile, *, name: str = "", inline: bool = False) -> FileResponse:
    """Serve the file; the caller has asked whether this person may have it."""
    answer = FileResponse(path_of(stored.sha256).open("rb"), content_type=stored.media_type)
    shown = inline and stored.media_type == _MEDIA_TYPES["pdf"]
    header = content_disposition_header(not shown, label_of(name) if name else stored.label)
    answer["Content-Disposition"] = header or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def _is_kept(path: Path) -> bool:
    """Tell whether the bytes are there; the sweep then takes them for fresh, row or no row."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _write_synced(path: Path, source: BinaryIO) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:  # most likely the disk is full: leave it no fuller than it was
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
