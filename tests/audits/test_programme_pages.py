"""The pages of the year's plan: who may, what they write, what they show."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.programmes import LineGiven, revise_programme
from audits.models import AuditProgramme, ProgrammeLine
from audits.permissions.programmes import HIDDEN
from audits.workflow import ProgrammeStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.organisation.roles import Role
from qms.records.models import Signature
from tests.audits.making import EDITION, make_audit, make_clause, make_programme
from tests.factories import (
    PASSWORD,
    Office,
    make_agency,
    make_unit,
    make_user,
    make_version,
    restrict,
    sign_in,
)

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("audits:programme-list"), reverse("audits:programme-new")


@pytest.fixture
def office() -> Office:
    return Office()


def url(name: str, programme: AuditProgramme, *more: int) -> str:
    return reverse(f"audits:{name}", args=[programme.pk, *more])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


DEEDS = {
    "programme-edit": Role.ISO_SECRETARY,
    "line-new": Role.ISO_SECRETARY,
    "line-edit": Role.ISO_SECRETARY,
    "line-remove": Role.ISO_SECRETARY,
    "programme-take-up": Role.ISO_SECRETARY,
    "programme-submit": Role.ISO_SECRETARY,
    "programme-cancel": Role.ISO_SECRETARY,
    "programme-revise": Role.ISO_SECRETARY,
    "programme-approve": Role.LEADER,
    "programme-return": Role.LEADER,
}


REFUSED = [
    (name, role)
    for name, deed_of in DEEDS.items()
    for role in Role
    if role not in (deed_of, Role.SYSTEM_ADMIN)
]


@pytest.mark.parametrize(("name", "role"), REFUSED)
def test_deeds_are_refused_to_all_but_those_who_may(
    client: Client, office: Office, name: str, role: Role
) -> None:
    programme = make_programme(office, status=ProgrammeStatus.APPROVED)
    more = [programme.lines.get().pk] if name in ("line-edit", "line-remove") else []
    before = (AuditProgramme.history.count(), ProgrammeLine.history.count())
    sign_in(client, make_user(role, unit=office.agency))

    answer = client.post(url(name, programme, *more), {"year": "2023", "comment": "x"})

    assert answer.status_code == 403
    assert (AuditProgramme.history.count(), ProgrammeLine.history.count()) == before


def test_people_of_another_agency_find_no_plan(client: Client, office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.APPROVED)
    sign_in(client, make_user(Role.ISO_SECRETARY, Role.LEADER, unit=make_agency()))

    assert client.get(programme.get_absolute_url()).status_code == 404
    assert client.post(url("programme-revise", programme)).status_code == 404
    assert AuditProgramme.objects.count() == 1
    assert list(client.get(LIST).context["programmes"]) == []


@pytest.mark.parametrize(
    ("role", "sees_draft"),
    [
        (Role.ISO_SECRETARY, True),
        (Role.LEADER, True),
        (Role.INTERNAL_AUDITOR, True),
        (Role.STAFF, False),
        (Role.EXTERNAL_CHECKER, False),
    ],
)
def test_plan_is_for_planners_until_it_is_approved(
    client: Client, office: Office, *, role: Role, sees_draft: bool
) -> None:
    draft = make_programme(office, year=2023)
    approved = make_programme(office, status=ProgrammeStatus.APPROVED)
    sign_in(client, make_user(role, unit=office.agency))

    listed = list(client.get(LIST).context["programmes"])

    assert listed == ([draft, approved] if sees_draft else [approved])
    assert (client.get(draft.get_absolute_url()).status_code == 200) == sees_draft
    assert "Điều 9.2" in text(client.get(approved.get_absolute_url()))


def test_secretary_begins_the_plan_of_a_year(client: Client, office: Office) -> None:
    make_clause("9.2")
    sign_in(client, office.secretary)

    answer = client.post(NEW, {"year": "2022", "edition": EDITION, "purpose": "Xem xét"})

    programme = AuditProgramme.objects.get()
    assert answer.headers["Location"] == programme.get_absolute_url()
    assert (programme.year, programme.edition, programme.purpose) == (2022, EDITION, "Xem xét")
    assert programme.composed_by == office.secretary


def test_second_plan_of_a_year_is_refused_at_the_field(client: Client, office: Office) -> None:
    make_programme(office)
    sign_in(client, office.secretary)

    answer = client.post(NEW, {"year": "2022", "edition": EDITION, "purpose": "Của tôi"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["year"]
    assert "Của tôi" in text(answer)
    assert AuditProgramme.objects.count() == 1


def test_submitted_plan_is_not_changed_from_a_page_left_open(
    client: Client, office: Office
) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)
    seen = programme.sha256()
    sign_in(client, office.secretary)

    for name in ("line-new", "programme-take-up", "programme-edit", "programme-cancel"):
        typed = {"months": ["1"], "unit": office.agency.pk, "comment": "x", "purpose": "y"}
        answer = client.post(url(name, programme), typed, follow=True)
        assert "Chờ phê duyệt" in said(answer)[0]

    again = AuditProgramme.objects.get()
    assert (again.status, again.sha256()) == (ProgrammeStatus.SUBMITTED, seen)


def test_plan_goes_from_draft_to_approval(client: Client, office: Office) -> None:
    programme = make_programme(office)
    sign_in(client, office.secretary).post(url("programme-submit", programme))
    sign_in(client, office.leader)
    seen = client.get(programme.get_absolute_url()).context["approve_form"].initial["seen"]

    answer = client.post(
        url("programme-approve", programme), {"seen": seen, "password": PASSWORD}, follow=True
    )

    assert said(answer) == ["Đã phê duyệt Kế hoạch đánh giá nội bộ năm 2022."]
    programme.refresh_from_db()
    assert (programme.status, programme.approved_on) == (ProgrammeStatus.APPROVED, today())


def test_plan_signed_on_paper_bears_its_day(client: Client, office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)
    typed = {"seen": programme.sha256(), "password": PASSWORD, "on": "20/01/2022"}
    sign_in(client, office.leader).post(url("programme-approve", programme), typed)

    programme.refresh_from_db()
    assert programme.approved_on == dt.date(2022, 1, 20)
    method = Signature.objects.on(programme).get(act="approved").method
    assert method == Signature.Method.PAPER


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"password": "sai"}, "password"), ({"on": "01/01/2099"}, "on")],
    ids=["wrong password", "day to come"],
)
def test_approval_refused_at_the_field_signs_nothing(
    client: Client, office: Office, typed: dict[str, str], field: str
) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)
    usual = {"seen": programme.sha256(), "password": PASSWORD, "on": ""}

    answer = sign_in(client, office.leader).post(url("programme-approve", programme), usual | typed)

    assert answer.status_code == 422
    assert list(answer.context["approve_form"].errors) == [field]
    programme.refresh_from_db()
    assert programme.status == ProgrammeStatus.SUBMITTED


def test_leader_who_composed_is_offered_no_approval(client: Client, office: Office) -> None:
    both = make_user(Role.ISO_SECRETARY, Role.LEADER, unit=office.agency)
    office.secretary = both
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)
    sign_in(client, both)

    page = client.get(programme.get_absolute_url())
    answer = client.post(
        url("programme-approve", programme), {"seen": programme.sha256(), "password": PASSWORD}
    )

    assert "Lãnh đạo khác phê duyệt" in text(page)
    assert answer.status_code == 403
    programme.refresh_from_db()
    assert programme.status == ProgrammeStatus.SUBMITTED


def test_leader_returns_with_a_reason_only(client: Client, office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.SUBMITTED)
    sign_in(client, office.leader)

    refused = client.post(url("programme-return", programme), {"return-comment": ""})
    client.post(url("programme-return", programme), {"return-comment": "Thêm Một cửa"})

    assert refused.status_code == 422
    programme.refresh_from_db()
    assert (programme.status, programme.round) == (ProgrammeStatus.DRAFT, 2)
    assert "Trả lại: Thêm Một cửa" in text(client.get(programme.get_absolute_url()))


def test_secretary_revises_an_approved_plan(client: Client, office: Office) -> None:
    programme = make_programme(office, status=ProgrammeStatus.APPROVED)
    sign_in(client, office.secretary)

    answer = client.post(url("programme-revise", programme))

    revision = AuditProgramme.objects.get(revision=1)
    assert answer.headers["Location"] == revision.get_absolute_url()
    again = client.post(url("programme-revise", programme), follow=True)
    assert said(again)[-1] == "Đang có một bản điều chỉnh chưa phê duyệt."
    assert AuditProgramme.objects.count() == 2


def test_draft_is_given_up_with_a_reason(client: Client, office: Office) -> None:
    programme = make_programme(office)
    sign_in(client, office.secretary)

    refused = client.post(url("programme-cancel", programme), {"cancel-comment": " "})
    client.post(url("programme-cancel", programme), {"cancel-comment": "Lập lại"})

    assert refused.status_code == 422
    programme.refresh_from_db()
    assert programme.status == ProgrammeStatus.CANCELLED
    assert list(client.get(LIST).context["programmes"]) == []


def test_purpose_is_changed_in_a_draft(client: Client, office: Office) -> None:
    programme = make_programme(office)
    sign_in(client, office.secretary)

    client.post(url("programme-edit", programme), {"purpose": "Mục đích mới", "note": "Ghi"})

    programme.refresh_from_db()
    assert (programme.purpose, programme.note) == ("Mục đích mới", "Ghi")


def test_restricted_procedure_is_not_named_to_who_may_not_read_it(
    client: Client, office: Office
) -> None:
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    programme = make_programme(
        office, LineGiven(months=[3], procedure=procedure), status=ProgrammeStatus.APPROVED
    )
    restrict(procedure)

    shown = {
        person: client.get(programme.get_absolute_url()).content.decode()
        for person in (office.staff, office.secretary)
        if sign_in(client, person)
    }

    assert procedure.code not in shown[office.staff]
    assert HIDDEN in shown[office.staff]
    assert procedure.code in shown[office.secretary]


def test_what_nothing_is_planned_for_is_told_to_planners(client: Client, office: Office) -> None:
    make_clause("9.2")
    planned, forgotten = make_unit(office.agency), make_unit(office.agency)
    programme = make_programme(
        office, LineGiven(months=[3], unit=planned), status=ProgrammeStatus.APPROVED
    )

    gaps = sign_in(client, office.leader).get(programme.get_absolute_url()).context["gaps"]
    assert gaps.units == [forgotten]
    page = sign_in(client, office.staff).get(programme.get_absolute_url())
    assert page.context["gaps"] is None
    assert "chưa có trong kế hoạch" in text(page)  # in the matrix, which everybody reads


def test_audit_stands_beside_its_line_in_every_revision(client: Client, office: Office) -> None:
    unit = make_unit(office.agency)
    programme = make_programme(
        office, LineGiven(months=[3], unit=unit), status=ProgrammeStatus.APPROVED
    )
    audit = make_audit(office, unit=unit)
    subject = audit.subjects.get()
    subject.line = programme.lines.get()
    subject.record(by=office.secretary, reason="Theo kế hoạch")
    revision = revise_programme(programme, by=office.secretary)

    for each in (programme, revision):
        page = sign_in(client, office.secretary).get(each.get_absolute_url())
        assert [row.audits for row in page.context["rows"]] == [[audit]]


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_many(
    client: Client, office: Office, count: int, django_assert_num_queries: Any
) -> None:
    made = [make_programme(office, year=2022 + n) for n in range(count)]
    sign_in(client, office.secretary)

    with django_assert_num_queries(7):
        answer = client.get(LIST)

    assert list(answer.context["programmes"]) == made[::-1]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("person", "queries"), [("secretary", 29), ("staff", 12)])
def test_plan_costs_the_same_for_many_lines(
    client: Client,
    office: Office,
    count: int,
    person: str,
    queries: int,
    django_assert_num_queries: Any,
) -> None:
    lines = [
        given
        for _ in range(count)
        for given in (
            LineGiven(months=[3], unit=make_unit(office.agency)),
            LineGiven(months=[3], procedure=make_version(VersionStatus.ISSUED, office).procedure),
        )
    ]
    status = ProgrammeStatus.DRAFT if person == "secretary" else ProgrammeStatus.APPROVED
    programme = make_programme(office, *lines, status=status)
    user: User = getattr(office, person)
    sign_in(client, user)

    with django_assert_num_queries(queries):
        answer = client.get(programme.get_absolute_url())

    assert len(answer.context["rows"]) == 2 * count
