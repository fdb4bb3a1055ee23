"""`make backup-drill`: back up under writes, restore elsewhere, and compare everything.

A gunicorn of its own serves the office's data while clients write; the backup is made meanwhile,
restored into a new place, and asked through a server there. SQLite always; PostgreSQL where
`DATABASE_URL` names one, or one answers on loopback and lets us make databases.
"""

import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from tests.crash.place import Place, in_database
from tests.crash.writing import Written, lost, writing

LOCAL_SERVER = "postgres://postgres@127.0.0.1:5432/postgres"
WRITE_BEFORE = 10  # answered writes before the backup begins
PATIENCE = 60.0  # seconds for them
LOADING = (
    "migrate --verbosity=0",
    "checkpoint --make-key",
    "collectstatic --no-input --verbosity=0",
)


def main() -> None:
    """Drill on each database there is, and print a line for each."""
    for server in ("", _postgresql()):
        if server is None:
            say("PostgreSQL: không có máy chủ nào để diễn tập.")
            continue
        with tempfile.TemporaryDirectory(prefix="drill-") as folder:
            say(drill(Path(folder), server))


def _postgresql() -> str | None:
    """Return the address of a server on which databases may be made, None where none answers."""
    asked = os.environ.get("DATABASE_URL", "")
    for url in (asked if asked.startswith("postgres") else "", LOCAL_SERVER):
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                query = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                if url and connection.execute(query).fetchall() == [(True,)]:
                    return url
        except psycopg.OperationalError:
            continue
    return None


def drill(folder: Path, server: str) -> str:
    """Return the sentence that all is equal. Raises AssertionError where something is not."""
    source, target = _new_place(folder / "source", server), _new_place(folder / "target", server)
    try:
        _load(source)
        with source.serving(), writing(source, "DT", clients=3) as written:
            _wait_for(written, WRITE_BEFORE)
            made = json.loads(source.manage("backup", str(folder / "backups"), "--json").stdout)
            at_backup = len(written.answered)
            _wait_for(written, at_backup + WRITE_BEFORE)
        assert lost(source, written) == []
        assert source.differences() == []
        restored = json.loads(target.manage("restore", made["path"], "--json").stdout)
        assert restored["backup"] == {"seq": made["seq"], "sha256": made["head"]}
        _compare(source, target, made["seq"])
        assert target.differences() == []
        (target.folder / "static").symlink_to(source.folder / "static")
        with target.serving():
            answer = target.ask("GET", "/tai-khoan/dang-nhap/")
            assert answer.status == 200, f"{answer.status}\n{target.log()}"
        return (
            f"{'PostgreSQL' if server else 'SQLite'}: bằng nhau: {made['tables']} bảng, "
            f"{made['rows']} dòng, {made['files']} tệp; sổ cái đến mục {made['seq']}, "
            f"{len(written.answered)} lần ghi được trả lời trong lúc sao lưu, verify không thấy gì "
            "khác."
        )
    finally:
        source.remove()
        target.remove()


def _new_place(folder: Path, server: str) -> Place:
    folder.mkdir()
    if not server:
        return Place(folder)
    name = f"drill_{secrets.token_hex(4)}"
    with psycopg.connect(in_database(server, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return Place(folder, in_database(server, name))


def _load(place: Place) -> None:
    """Fill the place with the data that are there, or else those of the product."""
    var = Path(os.environ.get("VAR_DIR", "var"))
    if not place.url and (var / "qms.sqlite3").exists():
        copy_of = Place(var.resolve())
        said = json.loads(copy_of.manage("backup", str(place.folder / "first"), "--json").stdout)
        place.manage("restore", said["path"])
        shutil.rmtree(place.folder / "first")
    for words in LOADING:
        place.manage(*words.split())
    if place.rows("SELECT count(*) FROM organisation_unit") == [(0,)]:
        place.settings["LOAD_DEMO"] = "true"
        place.manage("load_office")
        place.manage("load_audits")
    place.said = json.loads(place.run("-m", "tests.crash.prepare", "--secretary").stdout)


def _wait_for(written: Written, number: int) -> None:
    until = time.monotonic() + PATIENCE
    while len(written.answered) < number and time.monotonic() < until:
        time.sleep(0.05)
    assert len(written.answered) >= number, f"{len(written.answered)} lần ghi"


def _compare(source: Place, target: Place, seq: int) -> None:
    """Compare the ledger up to the backup, entry by entry, and the files by their bytes.

    All tables were compared with the source's by `restore`, against the hashes in the manifest.
    """
    query = f"SELECT seq, sha256, content FROM records_ledgerentry WHERE seq <= {seq} ORDER BY seq"  # noqa: S608
    assert source.rows(query) == target.rows(query)
    stored = target.rows("SELECT sha256, size FROM records_storedfile")
    for sha256, size in stored:
        data = target.file(sha256).read_bytes()
        assert data == source.file(sha256).read_bytes()
        assert len(data) == size
    laid = [path for path in (target.folder / "files").rglob("*") if path.is_file()]
    assert len(laid) == len(stored)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
