"""On PostgreSQL one role owns the tables, and the application's role only works with them."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as office_settings
from django.core.checks import run_checks
from django.db import ProgrammingError, connection, transaction

from procedures.workflow import VersionStatus
from qms.foundation import integrity, roles, triggers
from qms.records.verifying import verify
from tests.factories import Office, make_next_draft, make_version

OWNER, APPLICATION = "postgres://chu:x@127.0.0.1/qms", "postgres://ung-dung:x@127.0.0.1/qms"

REFUSED = (
    "ALTER TABLE records_signature DISABLE TRIGGER ALL",
    "DROP TRIGGER records_signature_no_update ON records_signature",
    "DROP TABLE records_ledgerentry",
    "TRUNCATE records_ledgerentry",
    "TRUNCATE django_session",
    "UPDATE records_ledgerentry SET content = '{}'",
    "DELETE FROM organisation_historicalunit",
    "UPDATE organisation_historicalunit SET name = 'x'",
    "UPDATE records_signature SET person_name = 'x'",
    "DELETE FROM records_storedfile",
    "DELETE FROM procedures_decision",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
    "CREATE TABLE another (id integer)",
    "SET session_replication_role = replica",
)


def _run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def _act_as_application() -> None:
    """Be a role that owns nothing, until the end of the transaction; SQLite knows no roles."""
    if connection.vendor == "postgresql":
        name = f"app_{connection.settings_dict['NAME']}"
        _run(f"CREATE ROLE {name}")
        roles.give_rights(role=name)
        _run(f"SET ROLE {name}")


@pytest.mark.django_db
def test_the_application_works_without_owning_a_table() -> None:
    office = Office()
    _act_as_application()

    version = make_version(VersionStatus.ISSUED, office)
    make_next_draft(office, version)
    report = verify()

    assert report.differences == []
    assert report.notes == []
    assert "foundation.W003" not in [each.id for each in run_checks(databases=["default"])]


@pytest.mark.django_db
def test_the_application_may_not_reach_behind_the_triggers() -> None:
    _act_as_application()

    for statement in REFUSED if connection.vendor == "postgresql" else ():
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            _run(statement)


@pytest.mark.django_db
def test_an_application_that_owns_its_tables_is_told() -> None:
    has_roles = connection.vendor == "postgresql"

    assert ("records_ledgerentry" in integrity.owned_tables()) is has_roles
    assert any("DATABASE_OWNER_URL" in note for note in verify().notes) is has_roles
    told = "foundation.W003" in [each.id for each in run_checks(databases=["default"])]
    assert told is has_roles


def test_rights_follow_from_the_triggers() -> None:
    assert roles.rights_on("records_ledgerentry") == ["SELECT", "INSERT"]
    assert roles.rights_on("procedures_decision") == ["SELECT", "INSERT", "UPDATE"]
    assert roles.rights_on("django_session") == ["SELECT", "INSERT", "UPDATE", "DELETE"]
    assert roles.rights_on("django_migrations") == ["SELECT"]
    assert triggers.refused_on("records_signature") == {"UPDATE", "DELETE"}


@pytest.mark.parametrize(
    ("command", "acts"),
    [("migrate", "chu ung-dung"), ("restore", "chu ung-dung"), ("backup", "ung-dung ")],
)
def test_only_what_makes_tables_works_as_the_owner(command: str, acts: str) -> None:
    said = (
        f"import sys; sys.argv = ['manage.py', '{command}']; from qms import settings as s; "
        "sys.stdout.write(f\"{s.DATABASES['default']['USER']} {s.APPLICATION_ROLE}\")"
    )
    environment = os.environ | {
        "DATABASE_URL": APPLICATION,
        "DATABASE_OWNER_URL": OWNER,
        "SECRET_KEY": "x",
    }
    done = subprocess.run(
        [sys.executable, "-c", said],
        cwd=office_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == acts
