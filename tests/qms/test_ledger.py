"""The ledger: one chain over everything recorded, in the transaction of what it tells of."""

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from qms.organisation.models import Position
from qms.records import files
from qms.records.ledger import canonical, entries
from qms.records.ledger.adopting import adopt
from qms.records.ledger.kept import histories, ledgered
from qms.records.models import LedgerEntry, Signature, StoredFile
from tests.factories import Office, make_draft, make_position, system

GOLDEN = Path(__file__).with_name("golden") / "ledger_v1.json"
LONG = "Quy trình này " * 40


def test_the_spelling_of_a_record_is_the_one_that_was_pinned() -> None:
    hanoi = dt.timezone(dt.timedelta(hours=7))
    values = {
        "tên": "Tiê\u0301p nhận",  # decomposed: stands as NFC
        "b": 12,
        "a": None,
        "đúng": True,
        "lúc": dt.datetime(2022, 6, 30, 7, 0, 0, 5, tzinfo=hanoi),
        "ngày": dt.date(2022, 6, 30),
        "dài": LONG,
        "danh sách": [1, {"z": 2, "y": "x"}],
        "tệp": b"%PDF",
    }
    content = canonical.canonical(canonical.compact(values))
    header = {"recorded_at": values["lúc"], "kind": "row", "table": "t", "key": "1", "row": ""}
    body = canonical.body_sha256({**header, "change": "+", "actor": 7}, content)

    assert json.loads(GOLDEN.read_text()) == {
        "content": content,
        "body": body,
        "entry": canonical.entry_sha256(3, canonical.START, body),
    }


def _chain_holds() -> bool:
    previous = canonical.START
    for seq, entry in enumerate(LedgerEntry.objects.order_by("seq"), start=1):
        body = canonical.body_sha256(entries.header_of(entry), entry.content)
        if (entry.seq, entry.previous, entry.body_sha256) != (seq, previous, body):
            return False
        if entry.sha256 != canonical.entry_sha256(seq, previous, body):
            return False
        previous = entry.sha256
    return True


@pytest.mark.django_db
def test_a_new_database_begins_with_the_entry_that_adopts_what_is_there() -> None:
    first = LedgerEntry.objects.get(seq=1)

    assert (first.kind, first.previous) == ("adoption", canonical.START)


@pytest.mark.django_db
def test_every_row_recorded_has_its_entry_and_the_chain_holds() -> None:
    office = Office()
    version = make_draft(office)
    version.submit(by=office.secretary, answers={})
    files.store(b"%PDF-1.7 x", "a.pdf", kind="pdf", by=office.secretary)

    told = set(LedgerEntry.objects.values_list("table", "key", "row"))
    for model, history in histories().items():
        rows = history._default_manager.values_list(model._meta.pk.attname, "history_id")
        assert {(model._meta.db_table, str(key), str(row)) for key, row in rows} <= told
    for plain in ledgered():
        keys = plain._default_manager.values_list("pk", flat=True)
        assert {(plain._meta.db_table, str(key), "") for key in keys} <= told
    assert Signature.objects.exists()
    assert StoredFile.objects.exists()
    assert _chain_holds()


@pytest.mark.django_db
def test_an_entry_names_who_and_holds_what_was_written() -> None:
    position = make_position("Chuyên viên chính")
    (entry,) = LedgerEntry.objects.of(position)

    assert entry.actor == system()
    assert entry.told()["name"] == "Chuyên viên chính"
    assert entry.told() == canonical.compact(canonical.row_of(position.history.get()))


@pytest.mark.django_db
def test_what_has_no_entry_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("no entry")

    by, before = system(), LedgerEntry.objects.head()
    monkeypatch.setattr(entries.LedgerQuerySet, "append", fail)
    with pytest.raises(DatabaseError), transaction.atomic():
        Position(name="Không có mục").record(by=by, reason="Thử")
    with pytest.raises(DatabaseError), transaction.atomic():
        files.store(b"%PDF-1.7 y", "a.pdf", kind="pdf", by=by)

    assert LedgerEntry.objects.head() == before
    assert not Position.objects.filter(name="Không có mục").exists()
    assert not Position.history.filter(name="Không có mục").exists()
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_what_was_written_past_the_signals_is_adopted_once() -> None:
    position = make_position()
    history: Any = Position.history.model
    history.objects.bulk_create(
        [history(id=position.pk, name="Chép tay", history_date=dt.datetime.now(dt.UTC))]
    )

    first, second = adopt(apps), adopt(apps)

    (row,) = first.told()["organisation_historicalposition"].values()
    assert row["name"] == "Chép tay"
    assert second.told() == {}
    assert _chain_holds()


def test_an_adoption_is_hashed_row_by_row_and_in_one_spelling_alone() -> None:
    told = {"b": {"1": {"name": "x"}}, "a": {"2": {"name": "y"}, "1": {"name": "z"}}}
    rows = canonical.adopted_rows(told)
    text = canonical.canonical(told)

    assert rows == sorted(rows)
    assert len(rows) == 3
    assert canonical.content_sha256("adoption", text) == canonical.digest(canonical.canonical(rows))
    assert canonical.content_sha256("row", text) == canonical.digest(text)
    for other in (text + " ", text.replace('"y"', '"yy"'), "[]", "{", '{"a":1}'):
        assert canonical.content_sha256("adoption", other) != canonical.content_sha256(
            "adoption", text
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_ledgerentry SET content = '{}' WHERE seq = 1",
        "DELETE FROM records_ledgerentry",
        "UPDATE organisation_historicalposition SET name = 'x'",
        "DELETE FROM organisation_historicalposition",
        "REPLACE INTO records_ledgerentry SELECT * FROM records_ledgerentry WHERE seq = 1",
        "REPLACE INTO organisation_historicalposition SELECT * FROM "
        "organisation_historicalposition",
        "REPLACE INTO records_storedfile (id, sha256, size, media_type, label, stored_by_id, "
        "stored_at) SELECT NULL, sha256, size, 'text/html', label, stored_by_id, stored_at "
        "FROM records_storedfile",
        "REPLACE INTO procedures_procedureversion SELECT * FROM procedures_procedureversion",
        "TRUNCATE records_ledgerentry",
        "TRUNCATE organisation_historicalposition",
        "TRUNCATE records_signature",
    ],
)
def test_the_database_refuses_to_change_what_was_recorded(statement: str) -> None:
    only = {"REPLACE": "sqlite", "TRUNCATE": "postgresql"}.get(statement.split()[0])
    office = Office()
    make_draft(office)
    files.store(b"%PDF-1.7 x", "a.pdf", kind="pdf", by=office.secretary)
    connection.check_constraints()  # PostgreSQL truncates no table that still has some to check
    expected = IntegrityError if only in (None, connection.vendor) else DatabaseError

    with pytest.raises(expected), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_many_at_once_take_each_place_of_the_chain_once(committed_db: None) -> None:
    by, errors = system(), []

    def write(name: str) -> None:
        try:
            for number in range(10):
                Position(name=f"{name} {number}").record(by=by, reason="Thử")
        except Exception as error:  # told below
            errors.append(error)
        finally:
            connection.close()

    before = LedgerEntry.objects.head().seq
    threads = [threading.Thread(target=write, args=[f"Chức danh {n}"]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert LedgerEntry.objects.head().seq == before + 80
    assert _chain_holds()
