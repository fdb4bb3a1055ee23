"""Triggers that the database lost are told of, and made again by `migrate`."""

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from qms.foundation import triggers

pytestmark = pytest.mark.django_db


def _told() -> list[str]:
    found = run_checks(databases=["default"])
    return [message.msg for message in found if message.id == "foundation.W002"]


def test_check_names_each_trigger_that_is_missing() -> None:
    assert _told() == []

    triggers.remove()

    assert "Cơ sở dữ liệu thiếu trigger records_signature_no_update." in _told()


def test_migrate_makes_lost_triggers_again() -> None:
    triggers.remove()

    call_command("migrate", verbosity=0, skip_checks=False)

    assert triggers.missing() == []
