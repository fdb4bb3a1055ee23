"""Putting a backup into an empty place, after everything about it was found to hold.

It is laid in a working folder first and looked at there by a process of its own
(`qms.records.backup.settling`), which sees that place as the product would; only then it is moved.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from qms.foundation import disk, dumps, roles
from qms.foundation.dumps import DumpFailed
from qms.records.backup.manifest import NAME, BackupRefused, Manifest, read
from qms.records.ledger.entries import Head

_WORKING = ".khoi-phuc-"
_DATABASE = "qms.sqlite3"  # the name under which the settings look for it in a VAR_DIR
_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database


@dataclass(frozen=True)
class Restored:
    """What was restored: the head of the backup, that after the entry of the restore, and notes."""

    manifest: Manifest
    head: Head
    notes: list[str]


def check(folder: Path) -> Manifest:
    """Return the manifest of a backup whose every file is as it says, and none is beside.

    Raises BackupRefused with a sentence for each file that is missing, changed or not told of.
    """
    manifest = read(folder)
    wrong = list(_wrong(folder, manifest))
    if wrong:
        raise BackupRefused(wrong)
    return manifest


def _wrong(folder: Path, manifest: Manifest) -> Iterator[str]:
    for name, part in manifest.parts.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            yield f"Thiếu tệp {name}."
        elif path.stat().st_size != part.size:
            yield f"Tệp {name} có {path.stat().st_size} byte, bản kê ghi {part.size}."
        elif disk.sha256_of(path) != part.sha256:
            yield f"Tệp {name} không đúng mã băm trong bản kê: nội dung đã bị thay đổi."
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield f"Tệp {name} không phải tệp thường."
        elif name not in manifest.parts and name != NAME and not path.is_dir():
            yield f"Tệp {name} không có trong bản kê."
    if dumps.name_of(manifest.vendor) not in manifest.parts:
        yield "Bản kê không nêu cơ sở dữ liệu."


def restore(folder: Path) -> Restored:
    """Restore a backup into the place that the settings name, which must be empty.

    Afterwards the ledger has one more entry, of the restore; nobody is signed in, and jobs that
    were open are told to be interrupted. Raises BackupRefused, DumpFailed or OSError, and leaves
    the place empty then.
    """
    manifest = check(folder)
    _refuse_another_kind(manifest)
    _refuse_occupied()
    var = Path(settings.VAR_DIR)
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    working = Path(tempfile.mkdtemp(prefix=_WORKING, dir=var))
    try:
        _lay(folder, manifest, working)
        dumps.load(folder / dumps.name_of(manifest.vendor), into=working / _DATABASE)
        try:
            settled = _settle(folder, working)
            roles.give_rights()
            _put_in_place(working)
        except BaseException:
            if manifest.vendor == "postgresql":
                dumps.empty_again()
            raise
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return Restored(manifest, Head(settled["seq"], settled["sha256"]), settled["notes"])


def _refuse_another_kind(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BackupRefused(
            f"Bản sao lưu là của {manifest.vendor}, còn DATABASE_URL ở đây chỉ {connection.vendor}."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    newer = [name for name in manifest.migrations if name not in known]
    if newer:
        raise BackupRefused(
            f"Bản sao lưu thuộc một phiên bản hệ thống mới hơn (có {newer[-1]}): hãy cài phiên bản "
            "đó rồi khôi phục."
        )


def _refuse_occupied() -> None:
    media = Path(settings.MEDIA_ROOT)
    if media.exists() and any(media.iterdir()):
        raise BackupRefused(f"Thư mục {media} không trống. Chỉ khôi phục vào nơi trống.")
    if connection.vendor == "sqlite":
        path = _database()
        beside = [path.with_name(f"{path.name}{ending}") for ending in _BESIDE]
        for found in (path, *beside):
            if found.exists() and found.stat().st_size:
                raise BackupRefused(f"Đã có {found}. Chỉ khôi phục vào nơi trống.")
    elif connection.introspection.table_names():
        raise BackupRefused("Cơ sở dữ liệu đã có bảng. Chỉ khôi phục vào cơ sở dữ liệu trống.")


def _database() -> Path:
    return Path(connection.settings_dict["NAME"]).resolve()


def _lay(folder: Path, manifest: Manifest, working: Path) -> None:
    """Copy the files; what is written is compared, for the backup was read some time ago."""
    (working / "files").mkdir()
    for name, part in manifest.parts.items():
        if name.startswith("files/"):
            target = working / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if disk.copy_synced(folder / name, target) != part.sha256:
                raise BackupRefused(f"Tệp {name} không đúng mã băm trong bản kê.")


def _settle(folder: Path, working: Path) -> dict[str, Any]:
    """Have the place looked at and completed from inside. Raises BackupRefused, by sentences."""
    environment = os.environ | {
        "VAR_DIR": str(working),
        "SECRET_KEY": settings.SECRET_KEY,
        "CHECKPOINT_DIR": str(Path(settings.CHECKPOINT_DIR).resolve()),
    }
    if connection.vendor == "sqlite":
        environment["DATABASE_URL"] = f"sqlite:///{working / _DATABASE}"
    elif owner := environment.get("DATABASE_OWNER_URL"):
        environment["DATABASE_URL"] = owner
    connection.close()
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "qms.records.backup.settling", str(folder / NAME)],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        lines = done.stderr.strip().splitlines() or [f"mã thoát {done.returncode}"]
        raise DumpFailed(f"Không kiểm tra được dữ liệu vừa nạp: {lines[-1]}") from error
    if said["wrong"]:
        raise BackupRefused(said["wrong"])
    return said


def _put_in_place(working: Path) -> None:
    """Move files first, then the database, by which the place is no longer empty."""
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    for part in sorted((working / "files").iterdir()):
        shutil.move(part, media / part.name)
    disk.sync_folders(media)
    if connection.vendor == "sqlite":
        path = _database()
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(working / _DATABASE, path)
        disk.sync(path)
        disk.sync(path.parent)
