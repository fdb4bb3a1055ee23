"""Making a backup while people work, and removing those that are no longer kept.

The database first, the files after: files are only ever added, so all that the database names are
there.
"""

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from qms.foundation import disk, dumps
from qms.foundation.dates import LOCAL
from qms.foundation.integrity import snapshot
from qms.records.backup.manifest import NAME, BackupRefused, Manifest, Part, complete
from qms.records.files import path_of
from qms.records.ledger.entries import LedgerEntry
from qms.records.models import StoredFile

_UNFINISHED = ".dang-lam-"
_A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Backup:
    """A backup that is complete; `sha256` is that of its manifest."""

    path: Path
    manifest: Manifest
    sha256: str


def make(out: Path) -> Backup:
    """Make a backup in a new folder of `out` and return it; it is there whole or not at all.

    Reads only. Files that an earlier backup in `out` holds are shared with it by a hard link.
    Raises BackupRefused, DumpFailed or OSError, and leaves nothing behind then.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A backup sees what is committed, so it is made in no transaction.")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_unfinished(out)
    making = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=out))
    try:
        manifest = _fill(making, earlier=reversed(complete(out)))
        disk.write_whole(making / NAME, manifest.as_json().encode())
        disk.sync_folders(making)
        made = out / manifest.folder
        making.rename(made)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    disk.sync(out)
    return Backup(made, manifest, disk.sha256_of(made / NAME))


def _fill(folder: Path, *, earlier: Iterable[Path]) -> Manifest:
    """Write the database and the files it names, and return what they are."""
    database = folder / dumps.name_of(connection.vendor)
    with snapshot():
        head = LedgerEntry.objects.head()
        made_at = timezone.now().astimezone(LOCAL)
        tables = dumps.tables()
        migrations = sorted(
            f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
        )
        dumps.dump(database)
        named = list(StoredFile.objects.order_by("pk").values_list("sha256", "size"))
    parts = {database.name: Part(database.stat().st_size, disk.sha256_of(database))}
    last = next(iter(earlier), None)
    for sha256, size in named:
        _keep_file(sha256, folder, last)
        parts[_place(sha256)] = Part(size, sha256)
    return Manifest(
        made_at=made_at.isoformat(timespec="seconds"),
        vendor=connection.vendor,
        server=".".join(map(str, connection.get_database_version())),
        head=head,
        migrations=migrations,
        tables=tables,
        parts=parts,
    )


def _place(sha256: str) -> str:
    return f"files/{sha256[:2]}/{sha256}"


def _keep_file(sha256: str, folder: Path, earlier: Path | None) -> None:
    """Have the file in the backup: that of the earlier one where it is whole, else a copy."""
    target = folder / _place(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    if earlier is not None and _is_whole(earlier / _place(sha256), sha256):
        try:
            os.link(earlier / _place(sha256), target)
        except OSError:  # a disk without hard links
            disk.copy_synced(earlier / _place(sha256), target)
        return
    try:
        found = disk.copy_synced(path_of(sha256), target)
    except FileNotFoundError:
        found = ""
    if found != sha256:
        label = StoredFile.objects.values_list("label", flat=True).get(sha256=sha256)
        state = "không còn nguyên vẹn" if found else "không còn trong kho"
        raise BackupRefused(
            f"Tệp “{label}” ({sha256}) {state}, nên không sao lưu được. Chạy "
            "`python manage.py verify` và lấy lại tệp từ một bản sao lưu cũ."
        )


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return disk.sha256_of(path) == sha256
    except OSError:
        return False


def _remove_unfinished(out: Path) -> None:
    """Remove what a backup that was killed left behind, once it is a day old."""
    for path in out.glob(f"{_UNFINISHED}*"):
        if time.time() - path.stat().st_mtime > _A_DAY:
            shutil.rmtree(path, ignore_errors=True)


def keep(out: Path, *, newest: int, months: int = 0) -> list[Path]:
    """Remove backups of ours beyond the `newest` ones, and return those removed.

    The first backup of each of the last `months` months, this one included, is kept as well.
    `newest` is at least 1: the newest is never removed; neither is what has no manifest of ours.
    """
    if newest < 1 or months < 0:
        raise BackupRefused("Phải giữ ít nhất 1 bản sao lưu; số tháng không được âm.")
    backups = complete(out)
    first: dict[tuple[int, int], Path] = {}
    for path, manifest in backups.items():
        first.setdefault((manifest.moment.year, manifest.moment.month), path)
    now = timezone.now().astimezone(LOCAL)
    kept = {path for month, path in first.items() if _months_since(month, now) < months}
    old = [path for path in list(backups)[:-newest] if path not in kept]
    for path in old:
        leaving = path.with_name(f"{_UNFINISHED}{path.name}")  # never seen half-removed
        path.rename(leaving)
        shutil.rmtree(leaving)
    return old


def _months_since(month: tuple[int, int], now: dt.datetime) -> int:
    return (now.year - month[0]) * 12 + now.month - month[1]
