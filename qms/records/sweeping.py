"""Files that no row knows: what a crash or a rollback left behind, found and removed."""

import datetime as dt
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from qms.records.models import StoredFile

FRESH = dt.timedelta(days=1)  # a file younger than this may still get its row
_AT_ONCE = 500  # hashes that one query asks about


@dataclass
class Sweep:
    """What was found: files that have a row, fresh ones without, and orphans with their bytes."""

    kept: int = 0
    fresh: int = 0
    orphans: list[Path] = field(default_factory=list)
    bytes: int = 0
    removed: int = 0


def sweep(*, is_deleting: bool, now: dt.datetime) -> Sweep:
    """Look through all files, and remove the orphans where that is asked.

    An orphan is a file that no row names by its hash and that nobody wrote or took up within a day
    before `now`, aware. Links are neither followed nor counted.
    """
    found, before = Sweep(), now.timestamp() - FRESH.total_seconds()
    for batch in _batches(Path(settings.MEDIA_ROOT)):
        known = _known(path.name for path in batch)
        for path in batch:
            if path.name in known:
                found.kept += 1
            else:
                _judge(path, found, before=before, is_deleting=is_deleting)
    return found


def _judge(path: Path, found: Sweep, *, before: float, is_deleting: bool) -> None:
    try:
        state = path.stat()
    except FileNotFoundError:  # a temporary file that has its name by now
        return
    if state.st_mtime > before:
        found.fresh += 1
        return
    found.orphans.append(path)
    found.bytes += state.st_size
    if is_deleting and _remove(path, before=before):
        found.removed += 1


def _remove(path: Path, *, before: float) -> bool:
    """Remove the file, unless somebody took it up meanwhile.

    It is set aside first: whoever stores the same content from then on writes it anew, and whoever
    came just before has made it fresh, so that it is put back.
    """
    aside = path.with_name(f"{path.name[:64]}.{secrets.token_hex(4)}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    if aside.stat().st_mtime > before or _known([path.name]):
        aside.rename(path)
        return False
    aside.unlink()
    return True


def _known(names: Iterator[str] | list[str]) -> set[str]:
    rows = StoredFile.objects.filter(sha256__in=list(names))
    return set(rows.values_list("sha256", flat=True))


def _batches(root: Path) -> Iterator[list[Path]]:
    batch: list[Path] = []
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            path = Path(folder, name)
            if not path.is_symlink():
                batch.append(path)
            if len(batch) >= _AT_ONCE:
                yield batch
                batch = []
    if batch:
        yield batch
