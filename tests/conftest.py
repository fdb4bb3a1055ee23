"""What every test stands on."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType

from qms.foundation import triggers
from tests import migrated
from tests.factories import forget_system

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Begin with every migration run, which whoever comes first did for all processes.

    On SQLite test on a file, as the product runs: in memory, connections do not wait in turn.
    """
    database = django_settings.DATABASES["default"]
    test = database.setdefault("TEST", {})
    if not database["ENGINE"].endswith("sqlite3"):
        test["TEMPLATE"] = migrated.on_postgresql(database)
        return
    test_file = tmp_path_factory.mktemp("database") / "test.sqlite3"
    shutil.copy(migrated.on_sqlite(), test_file)
    test["NAME"] = str(test_file)
    pragmas = database["OPTIONS"]["init_command"]  # no test outlives a loss of power
    database["OPTIONS"]["init_command"] = pragmas.replace("synchronous=FULL", "synchronous=OFF")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Take the SQLite file as it was laid there; it goes with its folder."""
    return django_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _static_root(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have a folder where WhiteNoise looks, which warns of one that is missing.

    Before the server of the browser tests, which begins once for all of them.
    """
    django_settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True)
def _quick_and_apart(settings: Any, tmp_path: Path) -> None:
    """Hash quickly, keep files apart, do jobs at once, serve static files without collecting."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.CHECKPOINT_KEY = tmp_path / "keys" / "checkpoint.pem"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def _system_of_this_test() -> Iterator[None]:
    """Also afterwards: what a module shares is made before the next test begins."""
    forget_system()
    yield
    forget_system()


@pytest.fixture(autouse=True)
def _warm_content_types(request: pytest.FixtureRequest) -> None:
    """Read content types once, lest query counts hang on the order of tests."""
    asks = {"db", "transactional_db"} & set(request.fixturenames)
    if asks or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        for content_type in ContentType.objects.all():
            ContentType.objects.get_for_id(content_type.pk)


@pytest.fixture
def committed_db(transactional_db: None) -> Iterator[None]:
    """Rows that other connections see; the triggers stand aside while they are cleared away.

    Clearing migrates anew at its end, which brings the triggers back.
    """
    yield
    triggers.remove()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many cells of the matrix of access were tried, by all processes together."""
    reports = [report for each in terminalreporter.stats.values() for report in each]
    told = [
        value
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "matrix"
    ]
    if told:
        tried, unexpected = (sum(column) for column in zip(*told, strict=True))
        said = f"Ma trận quyền: {tried:,}".replace(",", " ")
        terminalreporter.write_line(f"{said} tổ hợp, {unexpected} sai")
