"""A ZIP that is written piece by piece, with the SHA-256 of all that went in."""

import datetime as dt
import hashlib
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Self

from django.core.exceptions import ValidationError

from qms.foundation.dates import LOCAL
from qms.records import files
from qms.records.models import StoredFile

SUMS = "SHA256SUMS.txt"
_PIECE = 1 << 20  # bytes that are in memory at a time


class Pack:
    """Adds files to the ZIP that is written to `target`; each name is given once.

    As a context: what ends well ends with the list of sums, in the form `sha256sum -c` reads.
    """

    def __init__(self, target: BinaryIO, *, at: dt.datetime) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._time = at.astimezone(LOCAL).timetuple()[:6]
        self._sums: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        with self._zip:
            if kind is None:
                lines = "".join(f"{digest}  {name}\n" for name, digest in self._sums.items())
                self._zip.writestr(self._entry(SUMS), lines)

    def add_stored(self, name: str, stored: StoredFile) -> None:
        """Add a kept file, byte for byte.

        Raises ValidationError where it is gone from the disk, or is not what was kept.
        """
        try:
            with files.path_of(stored.sha256).open("rb") as source:
                self._write(name, iter(lambda: source.read(_PIECE), b""))
        except FileNotFoundError:
            raise ValidationError(
                f"Không tìm thấy tệp {stored.label} trong kho lưu trữ. Hãy báo quản trị hệ thống "
                "khôi phục từ bản sao lưu rồi làm lại."
            ) from None
        if self._sums[name] != stored.sha256:
            raise ValidationError(f"Tệp {stored.label} không còn nguyên vẹn.")

    def add(self, name: str, data: bytes) -> None:
        self._write(name, iter([data]))

    def sum_of(self, name: str) -> str:
        """Return the SHA-256 of what was added by that name."""
        return self._sums[name]

    def _write(self, name: str, pieces: Iterator[bytes]) -> None:
        if name in self._sums:
            raise ValueError(f"{name} is in the archive already.")
        digest = hashlib.sha256()
        with self._zip.open(self._entry(name), "w", force_zip64=True) as into:
            for piece in pieces:
                digest.update(piece)
                into.write(piece)
        self._sums[name] = digest.hexdigest()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        year, month, day, hour, minute, second = self._time
        entry = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        return entry
