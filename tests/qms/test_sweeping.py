"""A crash while a file is stored leaves at most an orphan, and the sweep removes orphans alone."""

import errno
import json
import os
import shutil
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from qms.records import files, sweeping
from qms.records.models import StoredFile
from tests.factories import system

pytestmark = pytest.mark.django_db

DATA = b"%PDF-1.7 noi dung %%EOF"


class Killed(BaseException):
    """The process ends here; nothing of it runs on."""


def _killed(*args: Any, **kwargs: Any) -> Any:
    raise Killed


def _after(step: Any) -> Any:
    def done(*args: Any, **kwargs: Any) -> Any:
        step(*args, **kwargs)
        raise Killed

    return done


STEPS = {
    "before write": (shutil, "copyfileobj", _killed),
    "after write": (shutil, "copyfileobj", _after(shutil.copyfileobj)),
    "before replace": (Path, "replace", _killed),
    "after replace": (Path, "replace", _after(Path.replace)),
    "before row": (StoredFile.objects, "get_or_create", _killed),
}


def _on_disk(settings: Any) -> list[Path]:
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def _grow_old(settings: Any) -> None:
    day_before = time.time() - 25 * 3600
    for path in _on_disk(settings):
        os.utime(path, (day_before, day_before))


def _sweep(*options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("sweep_files", "--json", *options, stdout=out)
    return dict(json.loads(out.getvalue()))


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_a_step_leaves_at_most_an_orphan(
    monkeypatch: pytest.MonkeyPatch, settings: Any, step: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(*STEPS[step])
        with pytest.raises(Killed):
            files.store(DATA, "a.pdf", kind="pdf", by=system())

    (left,) = _on_disk(settings)
    assert not StoredFile.objects.exists()
    _grow_old(settings)
    assert _sweep("--delete")["removed"] == 1
    assert not left.exists()

    again = files.store(DATA, "a.pdf", kind="pdf", by=system())

    assert files.read(again) == DATA


def test_a_rollback_leaves_the_file_for_whoever_stores_it_again(settings: Any) -> None:
    person = system()
    with transaction.atomic():
        files.store(DATA, "a.pdf", kind="pdf", by=person)
        transaction.set_rollback(True)
    assert not StoredFile.objects.exists()
    _grow_old(settings)

    stored = files.store(DATA, "a.pdf", kind="pdf", by=system())

    assert _sweep("--delete") == {"kept": 1, "fresh": 0, "orphans": [], "bytes": 0, "removed": 0}
    assert files.read(stored) == DATA


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, settings: Any, code: int
) -> None:
    def full(*args: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match=os.strerror(code)):
        files.store(DATA, "a.pdf", kind="pdf", by=system())

    assert (_on_disk(settings), StoredFile.objects.count()) == ([], 0)


def test_only_old_files_without_a_row_are_removed_and_only_on_demand(settings: Any) -> None:
    stored = files.store(DATA, "a.pdf", kind="pdf", by=system())
    orphan = files.path_of("ab" * 32)
    orphan.parent.mkdir()
    orphan.write_bytes(b"12345")
    left_over = orphan.with_name("tmpx1")
    left_over.write_bytes(b"1")
    _grow_old(settings)
    fresh = files.path_of("cd" * 32)
    fresh.parent.mkdir()
    fresh.write_bytes(b"9")
    outside = settings.MEDIA_ROOT.parent / "outside"
    outside.write_bytes(b"1")
    (orphan.parent / "link").symlink_to(outside)

    told = _sweep()

    assert (told["kept"], told["fresh"], told["bytes"], told["removed"]) == (1, 1, 6, 0)
    assert told["orphans"] == [f"ab/{'ab' * 32}", "ab/tmpx1"]
    assert orphan.exists()

    assert _sweep("--delete")["removed"] == 2

    assert not orphan.exists()
    assert not left_over.exists()
    assert fresh.exists()
    assert outside.exists()
    assert files.read(stored) == DATA


def test_what_is_taken_up_while_the_sweep_runs_stays(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    orphan = files.path_of("ab" * 32)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"12345")
    _grow_old(settings)
    seen = Path.rename

    def just_before(path: Path, target: Path) -> Path:
        os.utime(path)
        return seen(path, target)

    monkeypatch.setattr(Path, "rename", just_before)

    assert not sweeping._remove(orphan, before=time.time() - 60)
    assert orphan.read_bytes() == b"12345"
