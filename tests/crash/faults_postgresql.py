"""PostgreSQL falls and comes again under the requests: nothing answered is lost."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.crash.cluster import Cluster, programs
from tests.crash.conftest import Told
from tests.crash.place import ON_POSTGRESQL, Place, in_database, pdf
from tests.crash.writing import lost, writing

RESTARTS = 3


@pytest.fixture
def cluster() -> Iterator[Cluster | None]:
    binaries = programs()
    if binaries is None or not ON_POSTGRESQL:
        yield None
        return
    folder = Path(tempfile.mkdtemp())  # where the account postgres may go, too
    cluster = Cluster(folder, binaries)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def test_a_restart_under_requests_loses_nothing_and_needs_no_new_server(
    world: Place, cluster: Cluster | None, tmp_path: Path, told: Told
) -> None:
    if cluster is None:
        told("PostgreSQL khởi động lại giữa chừng (không thử ở đây)", tried=0, lost=0)
        return
    with psycopg.connect(cluster.url, autocommit=True) as server:
        server.execute("CREATE DATABASE qms")
    place = Place(tmp_path / "restarted", in_database(cluster.url, "qms"))
    place.folder.mkdir()
    (place.folder / "static").symlink_to(world.folder / "static")
    if (world.folder / "files").exists():
        shutil.copytree(world.folder / "files", place.folder / "files")
    world.run("-m", "tests.crash.moving", place.url)
    place.said = world.said
    try:
        with place.serving():
            with writing(place, "P", clients=4) as written:
                for _ in range(RESTARTS):
                    _wait_for_more(written.answered)
                    cluster.restart()
                _wait_for_more(written.answered)
            after = place.add_form("SAU", pdf("sau"))
        gone = lost(place, written)
    finally:
        place.stop()

    assert after.is_done
    assert set(written.refused) <= {503}
    assert (gone, written.unanswered) == ([], 0)
    assert place.differences() == []
    told("PostgreSQL khởi động lại (immediate) giữa chừng", tried=RESTARTS, lost=len(gone))


def _wait_for_more(answered: dict[str, str]) -> None:
    before, until = len(answered), time.monotonic() + 30
    while len(answered) < before + 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(answered) > before
