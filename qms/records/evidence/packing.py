"""A package, written: a ZIP in which every byte is determined, its manifest signed."""

import hashlib
import io
import json
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils import timezone

from qms.foundation.dates import LOCAL
from qms.records import files
from qms.records.evidence import verify_evidence as checker
from qms.records.evidence.gathering import Gathered, gather
from qms.records.evidence.index import INDEX, index_text
from qms.records.evidence.selecting import Selection
from qms.records.jobs import Progress
from qms.records.ledger import checkpoints
from qms.records.models import StoredFile

_PIECE = 1 << 20  # bytes that are in memory at a time
_CHECKER = Path(checker.__file__)


def write_package(
    choose: Callable[[], Selection], target: BinaryIO, *, progress: Progress | None = None
) -> Selection:
    """Write the package of what `choose` says to `target`, which is empty; return what it was.

    The same database gives the same bytes but for the time in the manifest, and its signature.
    Raises ValidationError where a file is gone or not whole, or nothing is still long enough.
    """
    with tempfile.TemporaryDirectory() as folder:
        chosen, found = gather(choose, Path(folder))
        package = _Package(target)
        kept = StoredFile.objects.filter(pk__in=found.files).order_by("sha256")
        if progress:
            progress.expect(len(found.files) + 1)
        for path in sorted(found.folder.rglob("*")):
            if path.is_file():
                _add_from(package, path.relative_to(found.folder).as_posix(), path)
        listed = {}
        for stored in kept.iterator(chunk_size=500):
            listed[_add_kept(package, stored)] = stored.label
            if progress:
                progress.step()
        package.add(_CHECKER.name, _CHECKER.read_bytes())
        signed = _add_checkpoints(package, found)
        package.add(INDEX, index_text(chosen, found, listed, signed).encode())
        _close(package, chosen, found)
        if progress:
            progress.step()
    return chosen


class _Package:
    """Adds members one behind the other; each name once."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._rows: list[tuple[str, int, int, int]] = []
        self._at = 0
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, data: bytes) -> None:
        self.copy(name, io.BytesIO(data))

    def copy(self, name: str, source: BinaryIO) -> None:
        """Add what `source` holds: read twice, for the header tells of what comes behind it."""
        if name in self.members:
            raise ValueError(f"{name} is in the package already.")
        digest, crc, size = hashlib.sha256(), 0, 0
        while piece := source.read(_PIECE):
            digest.update(piece)
            crc, size = zlib.crc32(piece, crc), size + len(piece)
        self._rows.append((name, size, crc, self._at))
        self._put(checker.local_header(name, size, crc))
        source.seek(0)
        while piece := source.read(_PIECE):
            self._put(piece)
        self.members[name] = {"sha256": digest.hexdigest(), "size": size}

    def end(self) -> None:
        self._put(checker.directory(self._rows))
        self._target.flush()

    def _put(self, data: bytes) -> None:
        self._target.write(data)
        self._at += len(data)


def _add_from(package: _Package, name: str, path: Path) -> None:
    with path.open("rb") as source:
        package.copy(name, source)


def _add_kept(package: _Package, stored: StoredFile) -> str:
    """Add a kept file and return its name. Raises ValidationError where it is gone or not whole."""
    name = f"{checker.FILES}{stored.sha256}.{files.ending_of(stored)}"
    try:
        _add_from(package, name, files.path_of(stored.sha256))
    except FileNotFoundError:
        raise ValidationError(
            f"Không tìm thấy tệp {stored.label} trong kho lưu trữ. Hãy báo quản trị hệ thống "
            "khôi phục từ bản sao lưu rồi làm lại."
        ) from None
    if package.members[name]["sha256"] != stored.sha256:
        raise ValidationError(f"Tệp {stored.label} không còn nguyên vẹn.")
    return name


def _add_checkpoints(package: _Package, found: Gathered) -> int:
    """Add the checkpoints up to the head, and the public keys they name; return their number."""
    told = [each for each in checkpoints.read_all() if each.seq <= found.head.seq]
    for checkpoint in told:
        package.add(checker.CHECKPOINTS + checkpoint.name, checkpoint.as_json().encode())
    for name in sorted({checkpoint.key for checkpoint in told}):
        _add_key(package, name)
    return len(told)


def _add_key(package: _Package, name: str) -> None:
    member, pem = f"{checker.KEYS}{name}.pem", checkpoints.public_pem(name)
    if pem and member not in package.members:
        package.add(member, pem)


def _close(package: _Package, chosen: Selection, found: Gathered) -> None:
    """Add the manifest, which names all that is there, and its signature where there is a key."""
    key = checkpoints.signing_key() if checkpoints.has_key() else ""
    if key:
        _add_key(package, key)
    manifest = {
        "format": checker.FORMAT,
        "made_at": timezone.now().astimezone(LOCAL).isoformat(timespec="seconds"),
        "subject": {
            "kind": chosen.kind,
            "name": chosen.name,
            "title": chosen.title,
            "agency": chosen.agency,
            "note": chosen.note,
        },
        "head": {"seq": found.head.seq, "sha256": found.head.sha256},
        "tables": found.tables,
        "content_types": found.content_types,
        "members": package.members.copy(),
    }
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    package.add(checker.MANIFEST, text.encode())
    if key:
        digest = package.members[checker.MANIFEST]["sha256"]
        signature = checkpoints.sign(checker.statement_of(digest).encode())
        said = json.dumps({"key": key, "signature": signature}) + "\n"
        package.add(checker.SIGNATURE, said.encode())
    package.end()
