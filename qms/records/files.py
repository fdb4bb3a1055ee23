"""Files kept by their content: the path is the SHA-256, nothing overwrites."""

import hashlib
import io
import os
import shutil
import tempfile
import unicodedata
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import FileResponse
from django.utils.http import content_disposition_header

from qms.foundation.text import clean
from qms.records.models import StoredFile

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
_OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
SCANS = frozenset({"pdf", "jpg", "png"})
PHOTOS = frozenset({"jpg", "png", "webp"})
FORMS = frozenset({"pdf", "docx", "xlsx"})
LISTS = frozenset({"xlsx", "csv"})


def label_of(name: str) -> str:
    """Return a file's name as a label: NFC, no control or direction characters, ≤ 150 letters."""
    label = clean(unicodedata.normalize("NFC", name)).replace("/", "_").replace("\\", "_")
    stem, dot, ending = label.rpartition(".")
    return f"{stem[: 149 - len(ending)]}.{ending}" if dot and len(ending) < 10 else label[:150]


def kind_of(data: bytes, name: str, *, allowed: frozenset[str]) -> str:
    """Return which of `allowed` the bytes are, by ending and content both.

    Raises ValidationError, one Vietnamese sentence, for what is empty, too large, of another
    type, or whose bytes do not agree with its ending.
    """
    if not data:
        raise ValidationError("Tệp rỗng. Hãy chọn lại tệp có nội dung.")
    if len(data) > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
        raise ValidationError(f"Tệp lớn hơn {limit} MB. Hãy nén hoặc chia nhỏ rồi tải lại.")
    ending = Path(name.casefold()).suffix.removeprefix(".").replace("jpeg", "jpg")
    listed = ", ".join(sorted(allowed))
    if ending not in allowed:
        raise ValidationError(f"Chỉ nhận tệp {listed}; tệp này có đuôi “.{ending}”.")
    if ending != "csv" and _kind_by_content(data) != ending:
        raise ValidationError(f"Nội dung tệp không đúng là “.{ending}”. Hãy chọn lại tệp.")
    return ending


def _kind_by_content(data: bytes) -> str:
    """Return the ending that the bytes deserve; of a ZIP, by the parts that it holds.

    The order of parts differs from program to program, and one with a macro is neither kind.
    """
    guessed: str = filetype.guess_extension(data) or ""
    if guessed not in ("zip", *_OFFICE_PARTS):
        return guessed
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        return ""
    return next((kind for kind, part in _OFFICE_PARTS.items() if part in names), guessed)


def store(data: bytes, name: str, *, kind: str, by: Any) -> StoredFile:
    """Keep `data` for ever and return its row; the same content is kept once.

    The bytes are on disk, synced, before the row exists; a rollback leaves at most an orphan.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    if not path.exists():
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
    if not path.exists():
        source.seek(0)
        _write_synced(path, source)
    return _row(digest, size, name, kind=kind, by=by)


def _row(digest: str, size: int, name: str, *, kind: str, by: Any) -> StoredFile:
    stored = StoredFile.objects.filter(sha256=digest).first()
    if stored is None:
        stored = StoredFile.objects.create(
            sha256=digest,
            size=size,
            media_type=_MEDIA_TYPES[kind],
            label=label_of(name),
            stored_by=by,
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


def _write_synced(path: Path, source: BinaryIO) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
