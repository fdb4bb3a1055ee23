"""The SQLite that is used is the bundled one, in the server and in these very tests."""

from django.db.backends.sqlite3.base import Database

from qms.foundation.checks import check_sqlite_version


def test_django_uses_an_sqlite_without_the_wal_reset_bug() -> None:
    assert check_sqlite_version(None, ["default"]) == []
    assert Database.sqlite_version_info >= (3, 44, 6)
