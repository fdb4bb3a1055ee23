"""What the database refuses by itself, and how it is known that it does."""

import datetime as dt

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from procedures.actions.assigning import Given, Paper, give_mandate
from procedures.models import DecisionItem, FieldAssignment, InForcePeriod, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation import triggers
from qms.foundation.checks import sqlite_is_safe
from qms.records import files
from qms.records.models import Mandate, Signature, StoredFile
from tests.factories import Office, assign, make_field, make_position, make_version, system

pytestmark = pytest.mark.django_db


def _missing() -> list[str]:
    errors = run_checks(databases=["default"])
    return [error.msg for error in errors if error.id == "foundation.W002"]


def test_a_migrated_database_has_every_trigger() -> None:
    assert triggers.missing() == []
    assert _missing() == []


def test_a_missing_trigger_is_named_and_migrating_brings_it_back() -> None:
    triggers.remove()
    assert "Cơ sở dữ liệu thiếu trigger records_signature_no_update." in _missing()

    call_command("migrate", verbosity=0, skip_checks=False)

    assert _missing() == []


def test_installing_twice_changes_nothing() -> None:
    triggers.install()
    triggers.install()

    assert triggers.missing() == []


def test_triggers_stand_aside_while_a_migration_changes_tables() -> None:
    triggers.stand_aside(plan=[])
    assert triggers.missing() == []

    triggers.stand_aside(plan=[("a migration", False)])
    assert triggers.missing() != []

    triggers.install()
    assert triggers.missing() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_signature SET person_name = 'Ai đó'",
        "DELETE FROM records_signature",
        "UPDATE records_storedfile SET sha256 = 'x'",
        "DELETE FROM records_storedfile",
        "UPDATE procedures_procedureversion SET content = '{}'",
        "UPDATE procedures_procedureversion SET content_sha256 = 'x'",
        "UPDATE procedures_procedureversion SET issue_no = 9",
        "UPDATE procedures_procedureversion SET approved_by_id = submitted_by_id",
        "UPDATE procedures_procedureversion SET status = 'draft'",
        "DELETE FROM procedures_procedureversion",
        "DELETE FROM procedures_versiontthc",
        "DELETE FROM procedures_stepduty",
        "DELETE FROM procedures_inforceperiod",
        "UPDATE procedures_inforceperiod SET valid_from = '2020-01-01'",
        "UPDATE procedures_decision SET subject = 'Việc khác'",
        "UPDATE procedures_decision SET number = '99/QĐ'",
        "UPDATE procedures_decision SET signed_on = '2020-01-01'",
        "DELETE FROM procedures_decision",
        "UPDATE procedures_decisionitem SET removed_at = closed_at",
        "UPDATE procedures_decisionitem SET effective_on = '2020-01-01'",
        "DELETE FROM procedures_decisionitem",
    ],
)
def test_sql_that_would_change_what_was_issued_is_refused(statement: str) -> None:
    version = make_version(VersionStatus.ISSUED)
    files.store(b"%PDF-1.4", "a.pdf", kind="pdf", by=system())
    kept = (version.content, Signature.objects.count(), StoredFile.objects.count())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    version.refresh_from_db()
    assert (version.content, Signature.objects.count(), StoredFile.objects.count()) == kept
    assert version.status == VersionStatus.ISSUED
    assert ProcedureVersion.objects.count() == InForcePeriod.objects.count() == 1


def test_nothing_is_put_into_a_decision_that_was_signed() -> None:
    office = Office()
    approved = make_version(VersionStatus.APPROVED, office)
    other = make_version(VersionStatus.REVIEWED, office)
    decision = approved.decision_items.get().decision

    item = DecisionItem(decision=decision, procedure=other.procedure, version=other)

    with pytest.raises(IntegrityError), transaction.atomic():
        item.record(by=office.secretary, reason="Chen vào")

    assert list(decision.items.values_list("version", flat=True)) == [approved.pk]


def test_sql_may_change_a_draft() -> None:
    version = make_version(VersionStatus.DRAFT)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procedures_procedureversion SET title = 'Tên khác'")

    version.refresh_from_db()
    assert version.title == "Tên khác"


def _recorded_terms() -> tuple[Mandate, FieldAssignment]:
    """A mandate and an assignment of the same days, which end."""
    make_position("Trưởng phòng", rank=10)
    office = Office()
    first, end = dt.date(2026, 3, 1), dt.date(2026, 9, 1)
    given = Given("TUQ.", office.leader, office.staff, "Ký thay", True, False)  # noqa: FBT003
    paper = Paper("12/GUQ", first, first, end)
    mandate = give_mandate(office.agency, given, by=office.secretary, paper=paper)
    field = make_field("Tiểu học")
    return mandate, assign(
        office.agency, office.reviewer, field=field, valid_from=first, valid_to=end
    )


@pytest.mark.parametrize(
    "changed",
    [
        "records_mandate SET agency_id = NULL",
        "records_mandate SET kind = 'TL.'",
        "records_mandate SET giver_id = recorded_by_id",
        "records_mandate SET holder_id = recorded_by_id",
        "records_mandate SET number = '13/GUQ'",
        "records_mandate SET issued_on = '2026-02-01'",
        "records_mandate SET valid_from = '2026-02-01'",
        "records_mandate SET valid_to = '2026-09-02'",
        "records_mandate SET valid_to = NULL, kind = 'TL.'",
        "records_mandate SET content = 'Ký tất cả'",
        "records_mandate SET for_documents = for_audits",
        "records_mandate SET for_audits = for_documents",
        "records_mandate SET file_id = (SELECT id FROM records_storedfile)",
        "records_mandate SET recorded_by_id = giver_id",
        "procedures_fieldassignment SET agency_id = NULL",
        "procedures_fieldassignment SET person_id = recorded_by_id",
        "procedures_fieldassignment SET scope = 'agency', field_id = NULL",
        "procedures_fieldassignment SET number = '06/TB'",
        "procedures_fieldassignment SET issued_on = '2026-02-01'",
        "procedures_fieldassignment SET valid_from = '2026-02-01'",
        "procedures_fieldassignment SET valid_to = '2026-09-02'",
        "procedures_fieldassignment SET valid_to = NULL",
        "procedures_fieldassignment SET recorded_by_id = person_id",
    ],
)
def test_what_was_mandated_or_assigned_is_not_changed(changed: str) -> None:
    _recorded_terms()
    files.store(b"%PDF-1.4", "a.pdf", kind="pdf", by=system())

    with (
        pytest.raises(IntegrityError, match="chỉ được kết thúc"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {changed}")


def test_what_was_mandated_or_assigned_ends_once_or_earlier_and_stays() -> None:
    for term in _recorded_terms():
        for day in (dt.date(2026, 8, 1), dt.date(2026, 7, 1)):
            assert term.end(by=system(), on=day)
        term.refresh_from_db()
        assert term.valid_to == dt.date(2026, 7, 1)

        with pytest.raises(IntegrityError, match="chỉ được kết thúc"), transaction.atomic():
            type(term)._default_manager.filter(pk=term.pk).delete()


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 4), (4, 0, 0)])
def test_sqlite_with_the_mend_is_taken(version: tuple[int, int, int]) -> None:
    assert sqlite_is_safe(version)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 44, 5), (3, 50, 6), (3, 51, 2)])
def test_sqlite_that_may_corrupt_its_file_is_refused(version: tuple[int, int, int]) -> None:
    assert not sqlite_is_safe(version)
