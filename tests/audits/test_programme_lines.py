"""The lines of a plan on its pages: typed, proposed, and laid out as a matrix."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.programmes import LineGiven
from audits.matrix import matrix_of
from audits.models import AuditProgramme, ProgrammeLine
from procedures.workflow import VersionStatus
from tests.audits.making import make_clause, make_programme
from tests.factories import Office, make_unit, make_version, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def url(name: str, programme: AuditProgramme, *more: int) -> str:
    return reverse(f"audits:{name}", args=[programme.pk, *more])


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_secretary_adds_a_line(client: Client, office: Office) -> None:
    for number in ("7.5", "7.1.5"):
        make_clause(number)
    unit = make_unit(office.agency)
    programme = make_programme(office)
    sign_in(client, office.secretary)

    answer = client.post(
        url("line-new", programme),
        {
            "unit": unit.pk,
            "months": ["3", "9"],
            "clauses": ["7.5"],
            "more_clauses": "7.1.5",
            "scope": "Hồ sơ năm 2021",
            "team": "Tổ 1",
        },
    )

    assert answer.headers["Location"] == programme.get_absolute_url()
    line = ProgrammeLine.objects.latest("pk")
    assert (line.unit, line.months, line.clauses) == (unit, [3, 9], ["7.1.5", "7.5"])
    assert (line.scope, line.team) == ("Hồ sơ năm 2021", "Tổ 1")


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"months": ["3"]}, "__all__", "ít nhất một đơn vị"),
        ({"clauses": ["9.2"]}, "months", "Hãy chọn ít nhất một tháng."),
        ({"months": ["3"], "more_clauses": "99.1, 9.2"}, "more_clauses", "không có điều 99.1."),
        ({"months": ["3"], "clauses": ["9.2"]}, "__all__", "đã có trong kế hoạch"),
    ],
    ids=["nothing", "no month", "unknown clause", "twice"],
)
def test_line_that_is_wrong_is_said_and_kept_as_typed(
    client: Client, office: Office, typed: dict[str, Any], field: str, sentence: str
) -> None:
    programme = make_programme(office)
    sign_in(client, office.secretary)

    answer = client.post(url("line-new", programme), {"scope": "Giữ lại nhé"} | typed)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert sentence in str(form.errors[field])
    assert "Giữ lại nhé" in text(answer)
    assert ProgrammeLine.objects.count() == 1


def test_line_is_offered_what_the_address_names(client: Client, office: Office) -> None:
    unit = make_unit(office.agency)
    programme = make_programme(office)
    sign_in(client, office.secretary)

    page = text(client.get(f"{url('line-new', programme)}?don-vi={unit.pk}"))

    assert f'<option value="{unit.pk}" selected>' in page


def test_secretary_changes_and_removes_a_line(client: Client, office: Office) -> None:
    programme = make_programme(
        office, LineGiven(months=[3], unit=office.agency, reasons="chưa từng được đánh giá")
    )
    line = programme.lines.get()
    sign_in(client, office.secretary)
    address = url("line-edit", programme, line.pk)
    assert client.get(address).context["form"].initial["months"] == [3]

    client.post(address, {"unit": office.agency.pk, "months": ["5"]})

    line.refresh_from_db()
    assert (line.months, line.reasons) == ([5], "chưa từng được đánh giá")

    client.post(url("line-remove", programme, line.pk))

    line.refresh_from_db()
    assert line.removed_at is not None
    assert client.get(address).status_code == 404


def test_line_of_another_plan_is_not_found(client: Client, office: Office) -> None:
    first, second = make_programme(office), make_programme(office, year=2023)
    sign_in(client, office.secretary)

    answer = client.post(url("line-remove", first, second.lines.get().pk))

    assert answer.status_code == 404
    assert second.standing_lines().count() == 1


def test_proposals_are_ticked_into_the_plan(client: Client, office: Office) -> None:
    unit = make_unit(office.agency)
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    programme = make_programme(office)
    sign_in(client, office.secretary)
    page = client.get(programme.get_absolute_url())
    assert [p.key for p in page.context["proposals_form"].offered] == [
        f"d{unit.pk}",
        f"q{procedure.pk}",
    ]

    client.post(url("programme-take-up", programme), {"keys": [f"q{procedure.pk}"], "month": "6"})

    line = ProgrammeLine.objects.latest("pk")
    assert (line.procedure, line.months) == (procedure, [6])
    page = client.get(programme.get_absolute_url())
    assert [p.key for p in page.context["proposals_form"].offered] == [f"d{unit.pk}"]
    assert "Lý do: chưa từng được đánh giá" in text(page)


def test_nothing_ticked_is_said_where_it_was_asked(client: Client, office: Office) -> None:
    make_unit(office.agency)
    programme = make_programme(office)
    sign_in(client, office.secretary)

    answer = client.post(url("programme-take-up", programme), {"month": "6"})

    assert answer.status_code == 422
    assert "Hãy chọn ít nhất một nội dung." in text(answer)
    assert ProgrammeLine.objects.count() == 1


def test_matrix_puts_months_where_unit_and_clause_meet(office: Office) -> None:
    for number in ("7", "7.1", "7.5", "9.2"):
        make_clause(number)
    first, second, third = (make_unit(office.agency) for _ in range(3))
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    make_clause("7.5.3")
    programme = make_programme(
        office,
        LineGiven(months=[3, 9], unit=first, clauses=["7.5.3", "9.2"]),
        LineGiven(months=[6], unit=second, clauses=["7"]),
        LineGiven(months=[4], clauses=["9.2"]),
        LineGiven(months=[5], procedure=procedure),
    )

    units = [first, second, third]
    matrix = matrix_of(programme, programme.standing_lines(), units)

    read = {
        row.label: (whole, {clause.number: months for clause, months in cells if months})
        for row, whole, cells in matrix.lines()
    }
    assert [clause.number for clause in matrix.clauses] == ["7.1", "7.5", "9.2"]
    assert read == {
        first.name: ("", {"7.5": "3, 9", "9.2": "3, 9"}),
        second.name: ("", {"7.1": "6", "7.5": "6"}),
        third.name: ("", {}),
        office.agency.name: ("5", {}),
        "Toàn cơ quan": ("", {"9.2": "4"}),
    }
