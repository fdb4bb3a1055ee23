"""The whole database as one file, and back; what it holds, told by a hash a table.

SQLite copies itself by its backup API, for the `.sqlite3` file alone lacks what stands in the WAL
file beside it; of PostgreSQL `pg_dump` is asked.
"""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections

from qms.foundation import disk

FILES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
_PAGES = 1024  # that SQLite copies at a step
_ROWS = 1000  # that are read at a time
_HASHES = 1 << 256


class DumpFailed(Exception):
    """The database could not be written out or read in; the message says why, in Vietnamese."""


@dataclass(frozen=True)
class Table:
    """How many rows a table has, and a hash of them all, in whatever order they lie."""

    rows: int
    sha256: str


def name_of(vendor: str) -> str:
    """Return the name of the file that `dump()` makes."""
    return FILES[vendor]


def dump(path: Path, using: str = "default") -> None:
    """Write the database to `path` as this snapshot sees it (`integrity.snapshot()`), synced.

    Nobody is kept from writing meanwhile. Raises DumpFailed, or OSError where there is no room.
    """
    connection = connections[using]
    if connection.vendor == "sqlite":
        _copy_sqlite(connection.connection, path)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            (moment,) = cursor.fetchone()
        _ask_postgresql(
            using, "pg_dump", "--format=custom", f"--snapshot={moment}", f"--file={path}"
        )
    disk.sync(path)


def _copy_sqlite(source: Any, path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as copy:
            # The snapshot is held open, so that a writer makes no step begin again.
            source.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, complete by itself
    except sqlite3.Error as error:
        raise DumpFailed(f"SQLite không chép được cơ sở dữ liệu: {error}.") from error


def load(path: Path, using: str = "default", *, into: Path | None = None) -> None:
    """Read a dump into the empty database; on SQLite into the new file `into`.

    All of it or nothing is there afterwards. Raises DumpFailed, OSError.
    """
    if connections[using].vendor == "sqlite":
        assert into is not None  # noqa: S101  a dump of SQLite becomes a file
        disk.copy_synced(path, into)
        return
    _ask_postgresql(
        using,
        "pg_restore",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        f"--dbname={connections[using].settings_dict['NAME']}",
        str(path),
    )


def empty_again(using: str = "default") -> None:
    """Remove from PostgreSQL what `load()` brought, after it was found not to hold."""
    connection = connections[using]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {quote(table)} CASCADE")
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE starts_with(proname, 'qms_refuse_') "
            "AND pronamespace = current_schema()::regnamespace"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")


def tables(using: str = "default") -> dict[str, Table]:
    """Return what each table holds, by name; two databases that hold the same say the same."""
    connection = connections[using]
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
    return {name: _told(using, name) for name in names}


def _told(using: str, table: str) -> Table:
    rows = total = 0
    for text in _rows(using, table):
        rows += 1
        total += int.from_bytes(hashlib.sha256(text.encode()).digest())
    return Table(rows, f"{total % _HASHES:064x}")


def _rows(using: str, table: str) -> Iterator[str]:
    """Yield each row as the database itself spells it."""
    connection = connections[using]
    quote = connection.ops.quote_name
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA table_info({quote(table)})")
            spelled = " || ',' || ".join(f"quote({quote(row[1])})" for row in cursor.fetchall())
    else:
        spelled = "t::text"
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {spelled} FROM {quote(table)} t")
        while found := cursor.fetchmany(_ROWS):
            for (text,) in found:
                yield text


def _ask_postgresql(using: str, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL, which finds the database as we do; the password is no argument.

    Raises DumpFailed where it is not there, older than the server, or fails.
    """
    connection = connections[using]
    path = _program(program, connection.get_database_version()[0])
    told = connection.settings_dict
    known = {f"PG{name}": told.get(name) for name in ("HOST", "PORT", "USER", "PASSWORD")}
    environment = {name: str(value) for name, value in known.items() if value}
    environment["PGDATABASE"] = str(told["NAME"])
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
        [path, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"mã thoát {done.returncode}"]
        raise DumpFailed(f"{program} không xong: {lines[0]}")


def _program(name: str, server: int) -> str:
    path = shutil.which(name)
    if path is None:
        raise DumpFailed(
            f"Máy này không có {name}: hãy cài gói postgresql-client phiên bản {server} trở lên."
        )
    said = subprocess.run(  # noqa: S603 - as above
        [path, "--version"], capture_output=True, text=True, check=False
    ).stdout
    number = re.search(r"(\d+)", said)
    if number is None or int(number[1]) < server:
        raise DumpFailed(
            f"{name} trên máy này ({said.strip() or 'không rõ phiên bản'}) cũ hơn máy chủ "
            f"PostgreSQL {server}: hãy cài gói postgresql-client phiên bản {server} trở lên."
        )
    return path
