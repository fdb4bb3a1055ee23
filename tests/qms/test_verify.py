"""`verify`: clean data are never accused; what it says of triggers, clock and owners."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from qms.foundation import triggers
from qms.records.ledger import checkpoints
from qms.records.verifying import differences, verify
from tests.factories import make_position
from tests.qms.lived import make_lived

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
