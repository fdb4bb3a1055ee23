"""Somebody with a way into the database changes what was signed, agreed to or closed."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audits.models import Nonconformity
from audits.workflow import NonconformityStatus, ProgrammeStatus
from tests.audits.making import make_programme
from tests.audits.making_nc import advance_nonconformity, make_action, make_nonconformity
from tests.audits.making_papers import evidence_of
from tests.factories import Office

pytestmark = pytest.mark.django_db

_DAY_BEFORE = "2020-01-01"


def _refused(statement: str, *values: Any) -> None:
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


def _closed(office: Office) -> Nonconformity:
    """A closed one with an action and a piece of evidence."""
    nc = make_nonconformity(office)
    make_action(office, nc)
    evidence_of(nc, office.staff, "Ảnh phiếu")
    advance_nonconformity(nc, NonconformityStatus.PLANNED, office)
    return advance_nonconformity(nc, NonconformityStatus.CLOSED, office)


def test_a_closed_sheet_is_not_changed_behind_its_verbs() -> None:
    nc = _closed(Office())
    before = Nonconformity.objects.values().get(pk=nc.pk)
    for column, value in (
        ("grade", "major"),
        ("closed_on", _DAY_BEFORE),
        ("verified_on", _DAY_BEFORE),
        ("due_on", "2099-01-01"),
        ("step_text", "Bước khác"),
        ("clause", "8.7"),
        ("finder_name", "Ai đó"),
        ("repeat_denied", "Không lặp lại"),
        ("status", "open"),
    ):
        statement = f"UPDATE audits_nonconformity SET {column} = %s WHERE id = %s"  # noqa: S608
        _refused(statement, value, nc.pk)
    assert Nonconformity.objects.values().get(pk=nc.pk) == before


def test_the_people_of_a_closed_sheet_are_not_changed() -> None:
    office = Office()
    nc = _closed(office)
    for column in ("verified_by_id", "owner_id", "confirmed_by_id"):
        statement = f"UPDATE audits_nonconformity SET {column} = %s WHERE id = %s"  # noqa: S608
        _refused(statement, office.clerk.pk, nc.pk)


@pytest.mark.parametrize("status", ["analysed", "verified"])
def test_the_grade_of_one_that_is_analysed_is_not_changed(status: str) -> None:
    office = Office()
    nc = advance_nonconformity(make_nonconformity(office), status, office)
    _refused("UPDATE audits_nonconformity SET grade = 'major' WHERE id = %s", nc.pk)


def test_the_unit_of_an_open_one_is_not_changed() -> None:
    office = Office()
    nc = make_nonconformity(office)
    _refused("UPDATE audits_nonconformity SET unit_id = NULL WHERE id = %s", nc.pk)


@pytest.mark.parametrize("status", ["planned", "verified", "closed"])
def test_measures_that_were_laid_are_not_reworded(status: str) -> None:
    office = Office()
    nc = make_nonconformity(office)
    make_action(office, nc)
    advance_nonconformity(nc, NonconformityStatus.PLANNED, office)
    if status != "planned":
        advance_nonconformity(nc, status, office)
    _refused("UPDATE audits_treatment SET cause = 'Khác' WHERE nonconformity_id = %s", nc.pk)
    _refused("UPDATE audits_correctiveaction SET what = 'Khác' WHERE nonconformity_id = %s", nc.pk)
    if status != "planned":
        statement = "UPDATE audits_correctiveaction SET done_on = %s WHERE nonconformity_id = %s"
        _refused(statement, _DAY_BEFORE, nc.pk)


def test_a_minor_one_without_action_keeps_its_cause_once_it_is_done() -> None:
    office = Office()
    nc = make_nonconformity(office)
    advance_nonconformity(nc, NonconformityStatus.IMPLEMENTED, office)
    _refused("UPDATE audits_treatment SET cause = 'Khác' WHERE nonconformity_id = %s", nc.pk)


def test_evidence_of_a_closed_sheet_is_neither_changed_nor_added() -> None:
    office = Office()
    nc = _closed(office)
    evidence = nc.evidence.get()
    _refused("UPDATE audits_evidence SET caption = 'Khác' WHERE id = %s", evidence.pk)
    _refused(
        "INSERT INTO audits_evidence (nonconformity_id, client_id, caption, evidence_on, is_picture"
        ", original_id, shown_id, added_by_id, added_at, withdrawn_reason)"
        " SELECT nonconformity_id, %s, caption, evidence_on, is_picture, original_id, shown_id"
        ", added_by_id, added_at, '' FROM audits_evidence WHERE id = %s",
        str(uuid.uuid4()) if connection.vendor == "postgresql" else uuid.uuid4().hex,
        evidence.pk,
    )
    assert nc.evidence.count() == 1


def test_what_is_done_about_a_closed_one_is_not_added_to() -> None:
    nc = _closed(Office())
    for table in ("audits_treatment", "audits_correctiveaction"):
        statement = f"UPDATE {table} SET round = 7 WHERE nonconformity_id = %s"  # noqa: S608
        _refused(statement, nc.pk)


def test_an_approved_plan_and_its_lines_stay_as_signed() -> None:
    office = Office()
    plan = make_programme(office, status=ProgrammeStatus.APPROVED)
    line = plan.lines.get()
    _refused("UPDATE audits_auditprogramme SET purpose = 'Khác' WHERE id = %s", plan.pk)
    statement = "UPDATE audits_auditprogramme SET approved_on = %s WHERE id = %s"
    _refused(statement, _DAY_BEFORE, plan.pk)
    _refused("UPDATE audits_auditprogramme SET status = 'draft' WHERE id = %s", plan.pk)
    _refused("UPDATE audits_programmeline SET scope = 'Khác' WHERE id = %s", line.pk)
    _refused(
        "UPDATE audits_programmeline SET removed_at = %s WHERE id = %s", timezone.now(), line.pk
    )
    _refused("DELETE FROM audits_programmeline WHERE id = %s", line.pk)
    _refused("DELETE FROM audits_auditprogramme WHERE id = %s", plan.pk)
    assert plan.lines.get().scope == line.scope


def test_a_draft_plan_may_still_be_written() -> None:
    plan = make_programme(Office())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audits_programmeline SET scope = 'Mới' WHERE programme_id = %s", [plan.pk]
        )
    assert plan.lines.get().scope == "Mới"
