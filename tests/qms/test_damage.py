"""A damaged SQLite file ends a command with one sentence, and the file stays as it was found."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from qms.foundation.disk import sha256_of

PAGE = 4096


def _database(path: Path) -> None:
    """Lay a database in which a table of the product goes on over many pages."""
    with closing(sqlite3.connect(path)) as made:
        made.execute("PRAGMA journal_mode = wal")  # as the product has it
        made.execute("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app, name, applied)")
        rows = [("records", "x" * 1000, "2026-01-01") for _ in range(200)]
        made.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", rows
        )
        made.commit()


def _run(var: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {
        "VAR_DIR": str(var),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{var / 'qms.sqlite3'}",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("first", "last", "command"),
    [
        (0, 1, ("check",)),
        (0, 1, ("verify", "--json")),
        (2, 40, ("showmigrations", "--plan")),  # the first page is whole, so the command begins
    ],
)
def test_command_on_a_damaged_file_says_what_to_do(
    tmp_path: Path, first: int, last: int, command: tuple[str, ...]
) -> None:
    path = tmp_path / "qms.sqlite3"
    _database(path)
    with path.open("r+b") as file:
        for page in range(first, last):
            file.seek(page * PAGE)
            file.write(b"\xa5" * PAGE)
    before = sha256_of(path)

    done = _run(tmp_path, *command)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Cơ sở dữ liệu bị hỏng: {path} (")
    assert done.stderr.endswith("(python manage.py restore).\n")
    assert done.stderr.count("\n") == 1
    assert sha256_of(path) == before
