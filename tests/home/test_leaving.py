"""Somebody leaves: what they are and may ends on the day, their name stays."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from audits.models import AuditGrant
from procedures.actions import grant_reading
from procedures.actions.assigning import Given, Paper, give_mandate
from procedures.models import FieldAssignment, ProcedureGrant
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.leaving import come_back, leave, personal_terms
from qms.organisation.models import Post, UnitGrant, User, grant_role, has_role
from qms.organisation.roles import Role
from qms.records.models import Mandate, Signature
from tests.factories import (
    PASSWORD,
    Office,
    assign,
    make_draft,
    make_position,
    make_user,
    make_version,
    sign_in,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def _office() -> Office:
    make_position("Trưởng phòng", rank=10)
    make_position("Phó Trưởng phòng", rank=20)
    return Office()


def _page(person: User) -> str:
    return reverse("home:person-leave", args=[person.pk])


def test_every_kind_of_term_ends_with_a_person() -> None:
    kinds = {Post, UnitGrant, ProcedureGrant, AuditGrant, Mandate, FieldAssignment}

    assert kinds == set(personal_terms())


def test_all_a_person_held_ends_on_the_day_and_signatures_stay() -> None:
    office = _office()
    version = make_version(VersionStatus.ISSUED, office)
    deputy = office.reviewer
    assign(office.agency, deputy)
    paper = Paper("12/GUQ", today(), today(), today() + 9 * DAY)
    given = Given("TUQ.", office.leader, deputy, "Ký thay", for_documents=True, for_audits=True)
    give_mandate(office.agency, given, by=office.secretary, paper=paper)
    grant_reading(version.procedure, deputy, by=office.secretary, valid_from=None, valid_to=None)
    later = grant_role(
        deputy, Role.CLERK, office.agency, by=office.admin, valid_from=today() + 5 * DAY
    )
    signed = list(Signature.objects.filter(person=deputy).values_list("pk", "person_name"))

    ended = leave(deputy, by=office.admin, on=today(), reason="Nghỉ hưu")

    assert ended == 6  # post, two roles, reading, assignment, mandate
    deputy.refresh_from_db()
    later.refresh_from_db()
    assert (deputy.is_active, deputy.left_on) == (False, today())
    assert later.valid_to == later.valid_from  # never begins
    for model in personal_terms():
        assert [each.standing() for each in model.ending_with(deputy)].count("in_force") == 0
    assert signed
    assert list(Signature.objects.filter(person=deputy).values_list("pk", "person_name")) == signed
    assert Post.history.filter(person=deputy).latest().history_user == office.admin


def test_a_mandate_ends_with_its_giver() -> None:
    office = _office()
    paper = Paper("12/GUQ", today(), today(), today() + 9 * DAY)
    for kind, holder in (("TUQ.", office.staff), ("TL.", office.clerk)):
        given = Given(kind, office.leader, holder, "Ký", for_documents=True, for_audits=False)
        give_mandate(office.agency, given, by=office.secretary, paper=paper)

    leave(office.leader, by=office.admin, on=today(), reason="Chuyển công tác")

    states = {each.kind: each.standing() for each in Mandate.objects.all()}
    assert states == {"TUQ.": "ended", "TL.": "in_force"}


def test_a_day_that_lies_ahead_closes_the_account_by_itself(client: Client) -> None:
    office = _office()
    with time_machine.travel(dt.datetime(2026, 3, 11, 16, 50, tzinfo=dt.UTC), tick=False):
        leave(office.staff, by=office.admin, on=today() + DAY, reason="Nghỉ hưu")
        sign_in(client, office.staff)
        assert client.get("/").status_code == 200
    with time_machine.travel(dt.datetime(2026, 3, 11, 16, 59, tzinfo=dt.UTC), tick=False):
        assert has_role(User.objects.get(pk=office.staff.pk), Role.STAFF)
        assert client.get("/").status_code == 200
    with time_machine.travel(dt.datetime(2026, 3, 11, 17, 1, tzinfo=dt.UTC), tick=False):
        # it is the 12th in Vietnam
        gone = User.objects.get(pk=office.staff.pk)
        assert not has_role(gone, Role.STAFF)
        assert not gone.check_password(PASSWORD)
        assert client.get("/").status_code == 302  # the session that was open is over
        data = {"login": gone.username, "password": PASSWORD}
        client.post(reverse("account_login"), data)
        assert "_auth_user_id" not in client.session
        with pytest.raises(ValidationError, match="nghỉ từ 12/03/2026"):
            grant_role(gone, Role.STAFF, office.agency, by=office.admin)


def test_coming_back_opens_the_account_without_the_old_roles() -> None:
    office = _office()
    leave(office.staff, by=office.admin, on=today(), reason="Biệt phái")
    with pytest.raises(ValidationError, match="Đã ghi nghỉ từ ngày"):
        leave(office.staff, by=office.admin, on=today(), reason="Lần nữa")

    come_back(office.staff, by=office.admin, reason="Hết biệt phái")

    back = User.objects.get(pk=office.staff.pk)
    assert back.is_active
    assert back.check_password(PASSWORD)
    assert not has_role(back, Role.STAFF)
    grant_role(back, Role.STAFF, office.agency, by=office.admin, valid_from=today())
    assert has_role(User.objects.get(pk=back.pk), Role.STAFF)


def test_the_administrator_closes_and_sees_counts_alone(client: Client) -> None:
    office = _office()
    draft = make_draft(office)
    sign_in(client, office.admin)

    page = client.get(_page(office.staff)).content.decode()
    assert "Dự thảo đang soạn, đang trình (01)" in page
    assert draft.procedure.code not in page
    assert draft.get_absolute_url() not in page
    assert client.post(_page(office.staff), {"on": "hôm nay", "reason": ""}).status_code == 422
    client.post(_page(office.staff), {"on": format_date(today()), "reason": "Nghỉ hưu"})

    office.staff.refresh_from_db()
    assert office.staff.left_on == today()
    again = client.post(_page(office.staff), {"on": format_date(today()), "reason": "Nghỉ hưu"})
    assert again.status_code == 422
    assert (
        client.post(_page(office.admin), {"on": format_date(today()), "reason": "x"}).status_code
        == 422
    )


def test_the_secretary_sees_what_to_hand_over_and_closes_nobody(client: Client) -> None:
    office, elsewhere = _office(), Office()
    draft = make_draft(office)
    sign_in(client, office.secretary)

    page = client.get(_page(office.staff)).content.decode()
    assert draft.get_absolute_url() in page
    assert "Ghi thôi việc" not in page
    said = {"on": format_date(today()), "reason": "Thử"}
    assert client.post(_page(office.staff), said).status_code == 403
    back = reverse("home:person-return", args=[office.staff.pk])
    assert client.post(back, {"tro-lai-reason": "Thử"}).status_code == 403
    assert client.get(_page(elsewhere.staff)).status_code == 404
    listed = client.get(reverse("home:person-list")).content.decode()
    assert office.staff.full_name in listed
    for person in (office.staff, office.leader, office.clerk):
        sign_in(client, person)
        assert client.get(_page(office.staff)).status_code == 404
    office.staff.refresh_from_db()
    assert office.staff.left_on is None


def test_who_may_not_close_an_account_reads_who_does(client: Client) -> None:
    office = _office()

    sign_in(client, office.secretary)
    told = client.get(_page(office.staff)).content.decode()
    assert "Thôi việc do quản trị hệ thống ghi: Vũ Quản Trị." in told
    sign_in(client, office.admin)
    assert "do quản trị hệ thống ghi" not in client.get(_page(office.staff)).content.decode()


def test_a_grant_never_outlives_its_object_or_person() -> None:
    office = _office()
    version = make_version(VersionStatus.ISSUED, office)
    guest = make_user()
    grant = grant_reading(
        version.procedure, guest, by=office.secretary, valid_from=None, valid_to=None
    )

    for statement, key in (
        ("DELETE FROM procedures_procedure WHERE id = %s", version.procedure_id),
        ("DELETE FROM organisation_user WHERE id = %s", guest.pk),
    ):
        with pytest.raises(DatabaseError):
            _execute(statement, key)
    assert _as_of(grant) == (version.procedure_id, guest.pk)
    leave(guest, by=office.admin, on=today(), reason="Hết việc")
    grant.refresh_from_db()
    assert grant.standing() == "ended"


def _as_of(grant: Any) -> tuple[int, int]:
    grant.refresh_from_db()
    return grant.content_object_id, grant.user_id


@transaction.atomic
def _execute(statement: str, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
    connection.check_constraints()
