"""Databases in which every migration has run, made once and copied for each process of tests.

Running them takes longer than many tests; they run again as soon as one of them changes.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg import sql

_ROOT = Path(settings.BASE_DIR)
_KEPT = 5  # of other states of the source, for switching between branches
_FOLDER = Path(settings.VAR_DIR) / "cache" / "migrated"


def on_sqlite() -> Path:
    """Return the file to copy."""
    kept = _FOLDER / f"{_digest()}.sqlite3"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            known = sorted(_FOLDER.glob("*.sqlite3*"), key=lambda file: file.stat().st_mtime)
            for old in [*known[:-_KEPT], *_FOLDER.glob("made.sqlite3*")]:
                old.unlink(missing_ok=True)
            made = _FOLDER / "made.sqlite3"
            _migrate(f"sqlite:///{made}")
            made.replace(kept)
    return kept


def on_postgresql(database: dict[str, Any]) -> str:
    """Return the name of the database to copy, on the server that `database` tells of."""
    kept = f"qms_migrated_{_digest()}"
    where = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"]}
    given = {name: value for name, value in where.items() if value}
    if database["PASSWORD"]:
        given["password"] = database["PASSWORD"]
    with psycopg.connect(dbname="postgres", autocommit=True, **given) as server:
        server.execute("SELECT pg_advisory_lock(9001)")  # one at a time, until the end of the block
        query = "SELECT datname FROM pg_database WHERE datname LIKE 'qms_migrated%' ORDER BY oid"
        known = [row[0] for row in server.execute(query)]
        if kept not in known:
            for old in [*known[:-_KEPT], "qms_migrated_made"]:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
            server.execute("CREATE DATABASE qms_migrated_made")
            secret = f":{quote(given['password'])}" if "password" in given else ""
            address = f"{quote(given['user'])}{secret}@{given['host']}:{given.get('port', 5432)}"
            _migrate(f"postgres://{address}/qms_migrated_made")
            rename = sql.SQL("ALTER DATABASE qms_migrated_made RENAME TO {}")
            server.execute(rename.format(sql.Identifier(kept)))
    return kept


def _digest() -> str:
    """Return a name for the migrations as they are now, ours with the ledger that they write to
    and the triggers that follow them, and those of the packages."""
    places = (
        "*/migrations/*.py",
        "*/*/migrations/*.py",
        "qms/records/ledger/*.py",
        "*/freezing.py",
        "*/*/freezing.py",
        "qms/foundation/triggers.py",
    )
    sources = [path for place in places for path in _ROOT.glob(place)]
    digest = hashlib.sha256()
    for source in [*sorted(sources), _ROOT / "requirements" / "base.txt"]:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _migrate(url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=_ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)
