"""Checkpoints: the head of the ledger, signed, in a second place."""

import dataclasses
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from qms.foundation import triggers
from qms.records.ledger import checkpoints
from qms.records.models import LedgerEntry
from tests.factories import make_position


def _sql(statement: str) -> None:
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_checkpoint_signs_the_head_and_whoever_changes_it_is_found(settings: Any) -> None:
    call_command("checkpoint", "--make-key")
    make_position()
    call_command("checkpoint")

    (checkpoint,) = checkpoints.read_all()
    assert checkpoint.head == LedgerEntry.objects.head()
    assert checkpoint.made_at.endswith("+07:00")
    assert checkpoints.verify(checkpoint)
    for changed in ({"seq": 1}, {"sha256": "0" * 64}, {"agency": "X"}, {"key": "0" * 16}):
        assert not checkpoints.verify(dataclasses.replace(checkpoint, **changed))
    assert stat.S_IMODE(Path(settings.CHECKPOINT_KEY).stat().st_mode) == 0o600


@pytest.mark.django_db
def test_checkpoint_needs_a_key_which_is_made_once(settings: Any) -> None:
    with pytest.raises(CommandError, match="Chưa có khóa"):
        call_command("checkpoint")

    call_command("checkpoint", "--make-key")
    made = Path(settings.CHECKPOINT_KEY).read_bytes()
    call_command("checkpoint", "--make-key")

    assert Path(settings.CHECKPOINT_KEY).read_bytes() == made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("DELETE FROM records_ledgerentry WHERE seq >= {signed}", "không có trong sổ cái"),
        ("DELETE FROM records_ledgerentry WHERE seq = {signed} + 1", "thiếu mục"),
        ("UPDATE records_ledgerentry SET content = '{{}}' WHERE seq = {signed} + 2", "không còn"),
    ],
)
def test_checkpoint_is_refused_where_the_chain_does_not_hold(statement: str, refusal: str) -> None:
    call_command("checkpoint", "--make-key")
    make_position("Một")
    signed = checkpoints.make(agency="").seq
    for name in ("Hai", "Ba", "Bốn"):
        make_position(name)
    _sql(statement.format(signed=signed))

    with pytest.raises(checkpoints.CheckpointRefused, match=refusal):
        checkpoints.make(agency="")


@pytest.mark.django_db
def test_a_file_that_says_no_checkpoint_is_named() -> None:
    checkpoints.make_key()
    made = checkpoints.make(agency="Phòng GDĐT")
    path = checkpoints.folder() / made.name
    path.with_name("checkpoint-x.json").write_text(json.dumps({"seq": 1}))

    assert checkpoints.read_all() == [made]
    assert checkpoints.unreadable() == ["checkpoint-x.json"]
