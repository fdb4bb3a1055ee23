"""`verify`: clean data are never accused; what it says of triggers, clock and owners."""

import datetime as dt
import json
import threading
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from qms.foundation import triggers
from qms.organisation.models import Position, User
from qms.records.ledger import checkpoints
from qms.records.ledger.adopting import adopt
from qms.records.ledger.entries import LedgerEntry
from qms.records.ledger.kept import histories, ledgered
from qms.records.verifying import differences, verify
from tests.factories import make_position, make_user
from tests.qms.lived import make_lived

WRITES = 200  # of each of the sixteen people
pytestmark = pytest.mark.django_db


def _places() -> list[str]:
    return [f"{d.check} {d.table}.{d.key}.{d.field}" for d in differences()]


def _sql(statement: str) -> None:
    connection.check_constraints()
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    triggers.install()


def test_an_office_that_has_lived_is_not_accused() -> None:
    make_lived()
    checkpoints.make_key()
    checkpoints.make(agency="Phòng GDĐT")

    report = verify()

    assert [str(difference) for difference in report.differences] == []
    kinds = {"entries", "history", "records", "rows", "files", "signatures", "versions"}
    assert kinds <= report.counts.keys()
    assert report.counts["checkpoints"] == 1


def test_the_real_office_is_not_accused(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    for command in ("load_office", "load_audits"):
        call_command(command, stdout=StringIO())

    said = StringIO()
    call_command("verify", "--json", stdout=said)

    told = json.loads(said.getvalue())
    assert told["differences"] == []
    assert told["checked"]["versions"] == 20


def test_verify_ends_with_1_and_names_table_key_and_field() -> None:
    position = make_position("Văn thư")
    _sql("UPDATE organisation_position SET rank = 7")

    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify", stdout=said)

    assert end.value.code == 1
    assert f"[live] organisation_position.{position.pk}.rank: Cột rank khác" in said.getvalue()


def test_a_trigger_that_is_gone_or_says_something_else_is_named() -> None:
    name = "records_signature_no_update"
    table = "records_signature"
    triggers.remove()
    triggers.install()
    with connection.cursor() as cursor:
        cursor.execute(triggers.registered(name).drop(connection.vendor))

    assert _places() == [f"trigger {table}.{name}."]


def test_a_clock_that_was_set_back_is_noted_and_nothing_is_accused() -> None:
    now = dt.datetime.now(dt.UTC)
    for moment in (dt.timedelta(days=366), dt.timedelta(days=1), -dt.timedelta(days=1)):
        with time_machine.travel(now + moment, tick=False):
            make_position(f"Lúc {moment}")
    with time_machine.travel(now - dt.timedelta(days=366), tick=False):
        make_position("Năm trước")
        make_position("Vẫn năm trước")

    report = verify()

    head = LedgerEntry.objects.head().seq
    assert report.differences == []
    assert [note.partition(" giây tại mục ")[2].split()[0] for note in report.notes[:3]] == [
        str(head - 3),
        str(head - 2),
        str(head - 1),
    ]
    assert report.notes[0].startswith(f"Đồng hồ máy chủ lùi {365 * 86400} giây tại mục")


def test_a_file_that_no_row_names_is_noted(settings: Any) -> None:
    path = Path(settings.MEDIA_ROOT) / "ab" / ("ab" * 32)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")

    report = verify()

    assert report.differences == []
    assert "1 tệp trong kho không có hồ sơ nào nêu." in report.notes


def test_a_row_that_was_adopted_is_compared_with_what_was_taken_in() -> None:
    _sql("DELETE FROM records_ledgerentry WHERE seq > 1")
    position = make_position("Chép tay")
    _sql(f"DELETE FROM records_ledgerentry WHERE key = '{position.pk}'")
    with transaction.atomic():
        adopt(apps)
    assert not [place for place in _places() if place.startswith("entry")]

    _sql("UPDATE organisation_historicalposition SET name = 'Khác'")

    assert "entry organisation_historicalposition.1.name" in [
        place.replace(f".{position.history.get().pk}.", ".1.") for place in _places()
    ]


def test_what_is_written_is_history_and_ledger_row_for_row() -> None:
    """Over a whole walk: writes that the database saw, history rows and entries are as many."""
    written: Counter[str] = Counter()

    def trace(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        words = str(sql).split()
        if words[:2] == ["INSERT", "INTO"]:
            written[words[2].strip('"')] += 1
        elif words[0] == "UPDATE":
            written[words[1].strip('"')] += 1
        return execute(sql, params, many, context)

    before = LedgerEntry.objects.count()
    past = {history: history._default_manager.count() for history in histories().values()}
    with connection.execute_wrapper(trace):
        make_lived()

    for model, history in histories().items():
        made = history._default_manager.count() - past[history]
        assert written[model._meta.db_table] == written[history._meta.db_table] == made, model
    plain = sum(written[model._meta.db_table] for model in ledgered())
    expected = sum(written[history._meta.db_table] for history in histories().values()) + plain
    assert LedgerEntry.objects.count() - before == written["records_ledgerentry"] == expected


def test_everybody_who_writes_at_once_is_named(committed_db: None) -> None:
    people, each = [make_user(name=f"Người Ghi {n}") for n in range(16)], WRITES
    errors: list[BaseException] = []

    def write(person: User) -> None:
        try:
            for number in range(each):
                Position(name=f"{person} {number}").record(by=person, reason="Thử")
        except BaseException as error:  # told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    for person in people:
        rows = Position.history.filter(history_user=person)
        entries = LedgerEntry.objects.filter(actor=person)
        assert rows.count() == entries.count() == each
        assert all(str(person) in name for name in rows.values_list("name", flat=True))
    assert differences() == []
