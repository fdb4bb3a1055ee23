"""Files that are there whole or not at all, also after a loss of power."""

import hashlib
import os
import tempfile
from pathlib import Path

_PIECE = 1024 * 1024  # bytes read at a time


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in the place of what `path` was; whoever reads sees the old or the new."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync(path.parent)


def copy_synced(source: Path, target: Path) -> str:
    """Copy into a new file and return the SHA-256 of what was written, which is on the disk."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("xb") as written:
        while piece := read.read(_PIECE):
            digest.update(piece)
            written.write(piece)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal letters. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folders(root: Path) -> None:
    """Wait until the names in `root` and all folders below it are on the disk."""
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        sync(folder)
