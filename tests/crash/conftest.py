"""The world of the crash tests, made once; what was tried and what was lost, told at the end."""

import json
import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests import migrated
from tests.crash.place import ON_POSTGRESQL, Place, drop, in_database

_tried: dict[str, list[int]] = defaultdict(lambda: [0, 0])
Told = Callable[..., None]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An office with its people and papers, which is copied and never served itself."""
    folder = tmp_path_factory.mktemp("crash") / "world"
    folder.mkdir()
    place = Place(folder, _new_database() if ON_POSTGRESQL else "")
    try:
        if not place.url:
            (folder / "qms.sqlite3").write_bytes(migrated.on_sqlite().read_bytes())
        place.manage("collectstatic", "--no-input", "--verbosity=0")
        place.said = json.loads(place.run("-m", "tests.crash.prepare").stdout)
        yield place
    finally:
        drop(place.url)


def _new_database() -> str:
    name = f"crash_{secrets.token_hex(4)}"
    template = migrated.on_postgresql(dict(settings.DATABASES["default"]))
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(in_database(url, "postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return in_database(url, name)


@pytest.fixture
def place(world: Place, tmp_path: Path) -> Iterator[Place]:
    """A copy of the world, of which a test may make what it likes."""
    made = world.copied(tmp_path / secrets.token_hex(4))
    yield made
    made.remove()


@pytest.fixture
def told() -> Told:
    """Write down for the table at the end: the fault, how often it was tried, what was lost."""

    def tell(fault: str, *, tried: int, lost: int) -> None:
        _tried[fault][0] += tried
        _tried[fault][1] += lost

    return tell


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not _tried:
        return
    where = "PostgreSQL" if ON_POSTGRESQL else "SQLite"
    terminalreporter.section(f"lỗi đã thử / mất mát – {where}")
    for fault, (tried, lost) in _tried.items():
        terminalreporter.write_line(f"{fault:<72}{tried:>7}{lost:>7}")
    losses = sum(lost for _, lost in _tried.values())
    terminalreporter.write_line(f"{'Tổng':<72}{sum(t for t, _ in _tried.values()):>7}{losses:>7}")
