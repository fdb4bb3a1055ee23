"""SQLite's WAL file cut anywhere: the database opens as it was after some earlier write."""

import itertools
import shutil
import time
from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite3

from tests.crash.conftest import Told
from tests.crash.place import ON_POSTGRESQL, Place
from tests.crash.writing import writing

CUTS = 500
WRITES = 10  # fewer than fill the WAL, which SQLite would then begin anew


def test_a_wal_cut_anywhere_opens_as_a_prefix(place: Place, tmp_path: Path, told: Told) -> None:
    if ON_POSTGRESQL:
        told("cắt WAL của SQLite (chỉ có ở SQLite)", tried=0, lost=0)
        return
    place.start()
    with writing(place, "W", clients=3) as written:
        while len(written.answered) < WRITES and not written.unanswered:
            time.sleep(0.01)
        place.kill()
    wal = place.folder / "qms.sqlite3-wal"
    size = wal.stat().st_size
    whole = _chain(_copy(place.database, wal, size, tmp_path))
    lengths = []
    for number in range(CUTS):
        chain = _chain(_copy(place.database, wal, size * number // CUTS, tmp_path))
        assert chain == whole[: len(chain)]
        lengths.append(len(chain))

    assert lengths == sorted(lengths)
    assert len(set(lengths)) > WRITES / 2
    told("WAL bị cắt", tried=CUTS, lost=0)


def _copy(database: Path, wal: Path, length: int, folder: Path) -> Path:
    copy = folder / "cut.sqlite3"
    for ending in ("-wal", "-shm"):
        copy.with_name(f"{copy.name}{ending}").unlink(missing_ok=True)
    shutil.copy(database, copy)
    with wal.open("rb") as source:
        copy.with_name(f"{copy.name}-wal").write_bytes(source.read(length))
    return copy


def _chain(path: Path) -> list[str]:
    """Return the hashes of the ledger, after asking whether the database is whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        found = connection.execute(
            "SELECT seq, previous, sha256 FROM records_ledgerentry ORDER BY seq"
        ).fetchall()
    assert [seq for seq, _, _ in found] == list(range(1, len(found) + 1))
    assert all(after[1] == before[2] for before, after in itertools.pairwise(found))
    return [sha256 for _, _, sha256 in found]
