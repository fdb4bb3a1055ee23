"""A disk that is full, or may only be read: told, nothing half written, and well again after."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crash.conftest import Told
from tests.crash.place import Place, pdf

ROOM = "64m"  # of the small disk


def _mounted(*words: str) -> bool:
    done = subprocess.run(["mount", *words], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def small_disk(world: Place, tmp_path: Path) -> Iterator[Place | None]:
    """The world on a disk of its own; None where we may not mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _mounted("-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(disk)):
        yield None
        return
    try:
        place = world.copied(disk / "full")
        try:
            yield place
        finally:
            place.remove()
    finally:
        subprocess.run(["umount", str(disk)], check=False)


@contextmanager
def _filled(folder: Path) -> Iterator[None]:
    """Take all the room there is but 8 KiB."""
    filler = folder / "filler"
    free = os.statvfs(folder)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_bsize - 8192)
    try:
        yield
    finally:
        filler.unlink()


def test_a_full_disk_is_told_and_nothing_is_half_written(
    small_disk: Place | None, told: Told
) -> None:
    if small_disk is None:
        told("đĩa đầy (không thử được: không có quyền mount)", tried=0, lost=0)
        return
    big = pdf("lớn " * 20_000)
    with small_disk.serving() as place:
        assert place.add_form("TRUOC", pdf("trước")).is_done
        with _filled(place.folder):
            refused = [place.add_form(f"DAY-{number}", big) for number in range(5)]
            read = place.ask("GET", "/bieu-mau/", session=place.said["secretary"])
        again = place.add_form("DAY-0", big)
    stored = {sha for (sha,) in place.rows("SELECT sha256 FROM records_storedfile")}
    laid = {path.name for path in (place.folder / "files").rglob("*") if path.is_file()}

    assert {(answer.status, answer.headers.get("Retry-After")) for answer in refused} == {
        (503, "60")
    }
    assert read.status == 200
    assert again.is_done
    assert place.rows("SELECT count(*) FROM procedures_form WHERE code LIKE 'DAY-%'") == [(1,)]
    assert stored == laid
    assert place.differences() == []
    told("đĩa đầy", tried=len(refused), lost=0)


def test_a_folder_of_files_that_may_only_be_read_is_told(place: Place, told: Told) -> None:
    media = place.folder / "files"
    media.mkdir(exist_ok=True)
    if not _mounted("--bind", str(media), str(media)):
        told("kho tệp chỉ đọc (không thử được: không có quyền mount)", tried=0, lost=0)
        return
    try:
        with place.serving():
            assert _mounted("-o", "remount,ro,bind", str(media))
            refused = [place.add_form(f"DOC-{number}", pdf(f"đọc {number}")) for number in range(3)]
            read = place.ask("GET", "/bieu-mau/", session=place.said["secretary"])
            assert _mounted("-o", "remount,rw,bind", str(media))
            again = place.add_form("DOC-0", pdf("đọc 0"))
    finally:
        subprocess.run(["umount", str(media)], check=False)

    assert {answer.status for answer in refused} == {503}
    assert "chưa được ghi" in refused[0].text
    assert (read.status, again.is_done) == (200, True)
    assert place.rows("SELECT count(*) FROM procedures_form WHERE code LIKE 'DOC-%'") == [(1,)]
    assert place.differences() == []
    told("kho tệp chỉ đọc", tried=len(refused), lost=0)
