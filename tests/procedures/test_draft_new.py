"""Starting a draft: empty, from a TTHC, from the version in force, after another procedure."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import Procedure, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import AgencyProfile
from tests.factories import (
    Office,
    advance,
    make_draft,
    make_tthc,
    make_version,
    sign_in,
    system,
)

pytestmark = pytest.mark.django_db


def _address(query: str = "") -> str:
    return f"{reverse('procedures:draft-new')}{query}"


def _typed(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "code": "QT-07/GDĐT",
        "title": "Chuyển trường",
        "kind": "tthc",
        "owner": office.agency.pk,
    } | changes


def test_draft_new_begins_empty_with_a_proposed_code(client: Client) -> None:
    office = Office()
    make_draft(office, code="QT-01/GDĐT")
    sign_in(client, office.secretary)

    page = client.get(_address())
    answer = client.post(_address(), _typed(office))

    assert page.context["form"].initial["code"] == "QT-02/GDĐT"
    version = ProcedureVersion.objects.latest("pk")
    assert answer["Location"] == reverse("procedures:draft-detail", args=[version.pk])
    assert (version.procedure.code, version.title) == ("QT-07/GDĐT", "Chuyển trường")
    assert (version.document.steps, version.author_ids()) == ((), {office.secretary.pk})


def test_draft_new_is_prefilled_from_the_catalogue(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency, name="Chuyển trường", fee="Không", receiving_place="Một cửa")
    address = _address(f"?tthc={tthc.code}.000.00.00.H02")
    sign_in(client, office.secretary)

    page = client.get(address)
    client.post(address, _typed(office))

    assert page.context["form"].initial["title"] == "Chuyển trường"
    document = ProcedureVersion.objects.get().document
    assert [(c.code, c.name, c.decision) for c in document.tthc] == [
        (tthc.code, "Chuyển trường", "12/QĐ-UBND")
    ]
    assert document.limits[0].minutes == 5 * 480
    assert (document.fees[0].text, document.reception_place) == ("Không", "Một cửa")


def test_draft_new_says_when_a_tthc_is_not_in_the_catalogue(client: Client) -> None:
    page = sign_in(client, Office().secretary).get(_address("?tthc=9.999999"))

    assert "TTHC 9.999999 không có trong danh mục." in page.content.decode()


def test_draft_new_points_to_the_procedure_that_serves_the_tthc_already(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    first = make_version(VersionStatus.ISSUED, office, tthc)

    page = sign_in(client, office.secretary).get(_address(f"?tthc={tthc.code}"))

    assert page.context["known"] == [first.procedure]
    assert f'href="?tu={first.procedure.slug}"' in page.content.decode()


@pytest.mark.parametrize("code", ["qt – 01/gdđt", "QT-01/\u200bGDĐT"])
def test_draft_new_refuses_a_code_in_another_spelling(client: Client, code: str) -> None:
    office = Office()
    make_draft(office, code="QT-01/GDĐT")

    answer = sign_in(client, office.secretary).post(
        _address(), _typed(office, code=code, title="Khác")
    )

    assert answer.status_code == 422
    assert "Mã hiệu này đã dùng cho" in " ".join(answer.context["form"].errors["code"])
    assert 'value="Khác"' in answer.content.decode()
    assert Procedure.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code", "\u200b", "Chưa điền mục này"),
        ("code", "½" * 30, "Mã hiệu dài quá"),
        ("title", "", "Chưa điền mục này"),
        ("title", "x" * 1101, "1100"),
        ("owner", "", "Chưa điền mục này"),
        ("kind", "khác", "khác"),
    ],
)
def test_draft_new_says_what_is_wrong_at_the_field(
    client: Client, field: str, value: str, message: str
) -> None:
    office = Office()

    answer = sign_in(client, office.secretary).post(_address(), _typed(office, **{field: value}))

    assert message in " ".join(answer.context["form"].errors[field])
    assert not Procedure.objects.exists()


def test_draft_new_does_not_offer_units_of_another_agency(client: Client) -> None:
    office, other = Office(), Office()

    answer = sign_in(client, office.secretary).post(
        _address(), _typed(office, owner=other.agency.pk)
    )

    assert list(answer.context["form"].errors) == ["owner"]
    assert not Procedure.objects.exists()


def test_draft_new_warns_of_a_code_that_is_easily_mistaken(client: Client) -> None:
    office = Office()
    make_draft(office, code="QT-07/GDDT", title="Cũ")

    answer = sign_in(client, office.secretary).post(_address(), _typed(office), follow=True)

    assert "QT-07/GDĐT dễ nhầm với “QT-07/GDDT Cũ”" in answer.content.decode()


def test_draft_new_sent_twice_makes_one_draft_and_leads_to_it(client: Client) -> None:
    office = Office()
    sign_in(client, office.secretary)

    first = client.post(_address(), _typed(office))
    second = client.post(_address(), _typed(office))

    assert second["Location"] == first["Location"]
    assert (Procedure.objects.count(), ProcedureVersion.objects.count()) == (1, 1)


@pytest.mark.parametrize(("choice", "expected"), [("revision", (1, 1)), ("reissue", (2, 0))])
def test_next_version_is_numbered_as_chosen(
    client: Client, choice: str, expected: tuple[int, int]
) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office, change_summary="Ban hành lần đầu")
    address = _address(f"?tu={first.procedure.slug}")

    sign_in(client, office.secretary).post(address, {"change_type": choice})

    draft = first.procedure.versions.open().get()
    assert (draft.base, draft.next_number()) == (first, expected)
    assert draft.document.steps == first.document.steps
    assert draft.document.change_summary == ""


def test_next_version_asks_nothing_where_issues_alone_are_counted(client: Client) -> None:
    office = Office(numbering=AgencyProfile.Numbering.ONE_COUNTER)
    first = make_version(VersionStatus.ISSUED, office)
    address = _address(f"?tu={first.procedure.slug}")
    sign_in(client, office.secretary)

    page = client.get(address)
    client.post(address)

    assert "change_type" not in page.content.decode()
    assert first.procedure.versions.open().get().next_number() == (2, None)


def test_next_version_must_be_chosen(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)

    answer = sign_in(client, office.secretary).post(_address(f"?tu={first.procedure.slug}"), {})

    assert list(answer.context["form"].errors) == ["change_type"]
    assert not first.procedure.versions.open().exists()


def test_next_version_is_not_started_twice(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    address = _address(f"?tu={first.procedure.slug}")
    sign_in(client, office.secretary)

    client.post(address, {"change_type": "revision"})
    again = client.post(address, {"change_type": "revision"}, follow=True)

    draft = first.procedure.versions.open().get()
    assert again.redirect_chain[-1][0] == reverse("procedures:draft-detail", args=[draft.pk])
    assert "đang có một bản dự thảo chưa xong" in again.content.decode()
    assert "Mở bản đó" in client.get(address).content.decode()


def test_next_version_starts_from_the_one_in_force_and_tells_of_the_scheduled(
    client: Client,
) -> None:
    office = Office()
    first = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 15),
    )
    second = actions.start_version(
        first.procedure, by=office.staff, content=first.document, change_type="revision", base=first
    )
    tomorrow = today() + dt.timedelta(days=1)
    advance(second, VersionStatus.ISSUED, office, effective_on=tomorrow)

    page = sign_in(client, office.secretary).get(_address(f"?tu={first.procedure.slug}"))

    assert (page.context["base"], page.context["scheduled"].version) == (first, second)
    assert f"sẽ có hiệu lực từ {format_date(tomorrow)}" in page.content.decode()


def test_content_of_another_procedure_gets_new_keys(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)

    sign_in(client, office.secretary).post(
        _address(f"?theo={first.procedure.slug}"), _typed(office)
    )

    draft = ProcedureVersion.objects.open().get().document
    assert [s.work for s in draft.steps] == [s.work for s in first.document.steps]
    assert not {s.key for s in draft.steps} & {s.key for s in first.document.steps}
    assert draft.tthc == ()
    assert draft.case_total(draft.cases[0].key) == first.document.case_total("c1")


@pytest.mark.parametrize("who", ["staff", "reviewer", "leader", "clerk", "admin"])
def test_starting_a_draft_is_for_the_secretary(client: Client, who: str) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    sign_in(client, getattr(office, who))

    for query in ("", f"?tu={first.procedure.slug}", f"?theo={first.procedure.slug}"):
        assert client.get(_address(query)).status_code == 403
        assert client.post(_address(query), _typed(office)).status_code == 403
    assert list(ProcedureVersion.objects.all()) == [first]


def test_secretary_of_another_agency_starts_no_next_version(client: Client) -> None:
    office, other = Office(), Office(public_reading=True)
    foreign = make_version(VersionStatus.ISSUED, other)
    hidden = make_version(VersionStatus.ISSUED, Office(public_reading=False))
    sign_in(client, office.secretary)

    assert client.post(_address(f"?tu={foreign.procedure.slug}")).status_code == 403
    assert client.post(_address(f"?tu={hidden.procedure.slug}")).status_code == 404
    assert not ProcedureVersion.objects.open().exists()


def test_nothing_is_started_of_a_procedure_that_is_being_abolished(client: Client) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.secretary)
    client.post(
        reverse("procedures:decision-new"),
        {"subject": "Bãi bỏ", "abolish": [first.procedure.pk]},
    )

    answer = client.post(
        _address(f"?tu={first.procedure.slug}"), {"change_type": "revision"}, follow=True
    )

    assert "đang nằm trong một quyết định chưa ban hành" in answer.content.decode()
    assert not ProcedureVersion.objects.open().exists()


def test_restricted_procedure_is_no_source_for_who_may_not_read_it(client: Client) -> None:
    office, other = Office(), Office()
    first = make_version(VersionStatus.ISSUED, other)
    first.procedure.is_restricted = True
    first.procedure.record(by=system(), reason="Hạn chế")

    page = sign_in(client, office.secretary).get(_address())

    assert first.procedure not in page.context["sources"]
