"""Records changed behind the verbs, as somebody with the server would: each is located.

One office that has lived is shared; every tamper is undone by a savepoint. The triggers are gone,
for such a person drops them first. What is expected is all that `verify` may say: the place
itself, and what follows from it.
"""

import shutil
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from qms.foundation import triggers
from qms.records.ledger import checkpoints
from qms.records.verifying import differences
from tests.factories import make_position
from tests.qms.lived import make_lived
from tests.qms.tampers import LEDGER, TAMPERS, Tamper, run

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def lived(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """An office and its files, with a checkpoint before and after its last ten rows."""
    folder = tmp_path_factory.mktemp("lived")
    apart = override_settings(
        MEDIA_ROOT=folder / "files",
        CHECKPOINT_DIR=folder / "checkpoints",
        CHECKPOINT_KEY=folder / "key.pem",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
    )
    with django_db_blocker.unblock(), transaction.atomic():
        with apart:
            make_lived()
            checkpoints.make_key()
            checkpoints.make(agency="")
            for number in range(10):
                make_position(f"Chức danh {number}")
            checkpoints.make(agency="")
        connection.check_constraints()
        triggers.remove()
        yield folder
        transaction.set_rollback(True)


def said_after(tampered: Callable[[], None]) -> set[str]:
    """Return what is said after a tamper, which is undone then."""
    with transaction.atomic():
        tampered()
        found = differences()
        transaction.set_rollback(True)
    return {f"{d.check} {d.table}.{d.key}.{d.field}" for d in found if d.check != "trigger"}


def test_there_are_enough_tampers_each_with_a_name() -> None:
    assert len({tamper.name for tamper in TAMPERS}) == len(TAMPERS) >= 60


@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda tamper: tamper.name)
def test_tamper_is_located_and_nothing_else_accused(
    lived: Path, tmp_path: Path, tamper: Tamper
) -> None:
    for name in ("files", "checkpoints"):
        shutil.copytree(lived / name, tmp_path / name)
    with connection.cursor() as cursor:
        cursor.execute(tamper.pick)
        key = str(cursor.fetchone()[0])
    deed = tamper.deed
    tampered = (lambda: run(deed.format(key=key))) if isinstance(deed, str) else lambda: deed(key)

    found = said_after(tampered)
    said = [each.format(key=key) for each in tamper.said]

    assert [each for each in found if not any(fnmatchcase(each, place) for place in said)] == []
    assert [place for place in said if not any(fnmatchcase(each, place) for each in found)] == []


def test_the_office_is_clean_before_each_of_them(lived: Path, tmp_path: Path) -> None:
    for name in ("files", "checkpoints"):
        shutil.copytree(lived / name, tmp_path / name)

    assert said_after(lambda: None) == set()


def test_the_last_entry_that_is_still_right_is_named(lived: Path, tmp_path: Path) -> None:
    shutil.copytree(lived / "checkpoints", tmp_path / "checkpoints")
    first, second = checkpoints.read_all()

    with transaction.atomic():
        run(f"DELETE FROM {LEDGER} WHERE seq > {first.seq}")
        (cut,) = [each for each in differences() if each.check == "checkpoint"]
        transaction.set_rollback(True)

    assert cut.seq == second.seq
    assert cut.message.endswith(f"Mục cuối còn đúng theo điểm kiểm chứng: {first.seq}.")
