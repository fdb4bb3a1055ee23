"""The SQLite that is used is the bundled one, in the server and in these very tests."""

import sqlite3

from qms.foundation.checks import check_sqlite_version


def test_django_uses_an_sqlite_without_the_wal_reset_bug() -> None:
    assert check_sqlite_version(None, ["default"]) == []
    assert sqlite3.sqlite_version_info >= (3, 44, 6)
