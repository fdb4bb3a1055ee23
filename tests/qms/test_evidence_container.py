"""The ZIP of an evidence package: every byte is determined, also of very large files."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qms.records.evidence import verify_evidence as checker
from tests.packages import put_together

MEMBERS = {"MUC-LUC.txt": b"xin ch\xc3\xa0o", "bang/a_b.jsonl": b"", "tep/0f.pdf": b"%PDF" * 40}
WHOLE = put_together(MEMBERS)


def _opens(data: bytes) -> bool:
    try:
        checker.Container(io.BytesIO(data))
    except checker.Refused:
        return False
    return True


def test_container_is_an_ordinary_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == MEMBERS
    assert _opens(WHOLE)


def test_container_refuses_every_single_byte_that_is_changed() -> None:
    opened = [at for at in range(len(WHOLE)) if _opens(_flipped(at, 1)) or _opens(_flipped(at, 32))]

    assert opened == []


def _flipped(at: int, bits: int) -> bytes:
    return WHOLE[:at] + bytes([WHOLE[at] ^ bits]) + WHOLE[at + 1 :]


@settings(max_examples=200, deadline=None)
@given(
    at=st.integers(0, len(WHOLE)), more=st.binary(min_size=1, max_size=40), cut=st.integers(0, 9)
)
def test_container_refuses_what_is_put_in_or_cut_out(at: int, more: bytes, cut: int) -> None:
    changed = WHOLE[:at] + more + WHOLE[at + cut :]

    assert changed == WHOLE or not _opens(changed)


def test_container_refuses_a_name_given_twice_or_leading_out() -> None:
    one = put_together({"a.txt": b"1"})
    twice = one[: one.index(b"PK\1\2")] * 2 + one[one.index(b"PK\1\2") :]

    assert not _opens(twice)
    assert not _opens(put_together({"../a.txt": b"1"}))
    assert not _opens(put_together({"/a.txt": b"1"}))
    assert not _opens(b"")


@pytest.mark.parametrize("size", [checker.FULL - 1, checker.FULL, 5_000_000_000])
def test_container_holds_files_beyond_four_gigabytes(tmp_path: Path, size: int) -> None:
    path, second = tmp_path / "lon.zip", len(checker.local_header("a.bin", size, 7)) + size
    with path.open("wb") as file:  # sparse: nothing of that size is written
        file.write(checker.local_header("a.bin", size, 7))
        file.seek(second)
        file.write(checker.local_header("b.bin", 3, 8) + b"abc")
        file.write(checker.directory([("a.bin", size, 7, 0), ("b.bin", 3, 8, second)]))

    with zipfile.ZipFile(path) as archive:
        told = [(each.filename, each.file_size, each.header_offset) for each in archive.infolist()]

    assert told == [("a.bin", size, 0), ("b.bin", 3, second)]
