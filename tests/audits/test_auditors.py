"""The page of auditors: whose certificates stand there, what they amount to, who keeps them."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audits.models import AuditorCertificate
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.audits.making import EDITION, make_clause
from tests.factories import Office, make_agency, make_user, sign_in, system

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("audits:auditor-list"), reverse("audits:certificate-new")
PDF = b"%PDF-1.4 chung chi %%EOF"


@pytest.fixture
def office() -> Office:
    make_clause("9.2")
    return Office()


@pytest.fixture
def auditor(office: Office) -> User:
    return make_user(Role.INTERNAL_AUDITOR, unit=office.agency, name="Vũ Thị Giám")


def certify(person: User, **fields: Any) -> AuditorCertificate:
    values = {"edition": EDITION, "name": "CC-01", "issued_on": dt.date(2020, 1, 1)} | fields
    certificate = AuditorCertificate(person=person, **values)
    certificate.record(by=system(), reason="Ghi chứng chỉ")
    return certificate


def send(client: Client, person: User, **typed: Any) -> Any:
    usual = {"person": person.pk, "edition": EDITION, "name": "CC-15", "issued_on": "01/05/2021"}
    return client.post(NEW, usual | typed)


@pytest.mark.parametrize(
    ("certificates", "state"),
    [
        ([], "none"),
        ([{}], "valid"),
        ([{"valid_to": today() + dt.timedelta(1)}], "valid"),
        ([{"valid_to": today()}], "expired"),
        ([{"edition": "TCVN ISO 9001:2008"}], "other"),
        ([{"valid_to": dt.date(2021, 1, 1)}, {"edition": "TCVN ISO 9001:2008"}], "other"),
        ([{"valid_to": dt.date(2021, 1, 1)}, {}], "valid"),
        ([{"issued_on": today() + dt.timedelta(1)}], "expired"),
    ],
    ids=["none", "no end", "last day", "ended", "other", "ended and other", "renewed", "to come"],
)
def test_state_is_what_the_certificates_amount_to_today(
    client: Client, office: Office, auditor: User, certificates: list[Any], state: str
) -> None:
    for fields in certificates:
        certify(auditor, **fields)

    shown = sign_in(client, office.secretary).get(LIST).context["auditors"]

    assert [(each.person, each.state) for each in shown] == [(auditor, state)]


def test_holder_of_a_certificate_without_the_role_comes_last(
    client: Client, office: Office, auditor: User
) -> None:
    certify(office.staff)
    certify(make_user(Role.INTERNAL_AUDITOR, unit=make_agency()))

    shown = sign_in(client, office.secretary).get(LIST).context["auditors"]

    assert [(each.person, each.is_appointed) for each in shown] == [
        (auditor, True),
        (office.staff, False),
    ]


def test_secretary_enters_a_certificate_with_its_file(
    client: Client, office: Office, auditor: User
) -> None:
    sign_in(client, office.secretary)

    answer = send(
        client,
        auditor,
        issuer="QUACERT",
        last_day="30/04/2024",
        file=SimpleUploadedFile("cc.pdf", PDF),
    )

    assert answer.headers["Location"] == LIST
    kept = AuditorCertificate.objects.get()
    assert (kept.person, kept.name, kept.issuer) == (auditor, "CC-15", "QUACERT")
    assert (kept.issued_on, kept.valid_to) == (dt.date(2021, 5, 1), dt.date(2024, 5, 1))
    assert kept.history.get().history_user == office.secretary
    page = client.get(LIST).content.decode()
    assert "30/04/2024" in page
    file = client.get(reverse("audits:certificate-file", args=[kept.pk]))
    assert b"".join(file.streaming_content) == PDF  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"issued_on": "01/01/2099"}, "issued_on"),
        ({"last_day": "30/04/2021"}, "last_day"),
        ({"edition": "ISO 1"}, "edition"),
        ({"file": SimpleUploadedFile("cc.pdf", b"MZ no pdf")}, "file"),
    ],
    ids=["name", "to come", "ended before", "edition", "file"],
)
def test_wrong_certificate_is_said_at_its_field(
    client: Client, office: Office, auditor: User, typed: dict[str, Any], field: str
) -> None:
    answer = send(sign_in(client, office.secretary), auditor, **typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not AuditorCertificate.objects.exists()


def test_person_of_another_agency_is_not_offered(client: Client, office: Office) -> None:
    stranger = make_user(Role.INTERNAL_AUDITOR, unit=make_agency())

    answer = send(sign_in(client, office.secretary), stranger)

    assert list(answer.context["form"].errors) == ["person"]
    assert not AuditorCertificate.objects.exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.INTERNAL_AUDITOR])
def test_readers_of_the_page_write_nothing(client: Client, office: Office, role: Role) -> None:
    certificate = certify(make_user(Role.INTERNAL_AUDITOR, unit=office.agency))
    sign_in(client, make_user(role, unit=office.agency))

    page = client.get(LIST).content.decode()

    assert "CC-01" in page
    assert NEW not in page
    assert "Ghi nhầm" not in page
    assert send(client, certificate.person).status_code == 403
    withdraw = reverse("audits:certificate-withdraw", args=[certificate.pk])
    assert client.post(withdraw).status_code == 403
    certificate.refresh_from_db()
    assert (certificate.withdrawn_at, AuditorCertificate.objects.count()) == (None, 1)


def test_certificates_of_an_agency_are_hidden_from_others(
    client: Client, office: Office, auditor: User
) -> None:
    certificate = certify(auditor)
    addresses = [
        reverse(f"audits:certificate-{name}", args=[certificate.pk])
        for name in ("file", "withdraw")
    ]
    for person in (office.staff, make_user(Role.ISO_SECRETARY, unit=make_agency())):
        sign_in(client, person)
        assert client.get(addresses[0]).status_code == 404
        assert client.post(addresses[1]).status_code == 404

    certificate.refresh_from_db()
    assert certificate.withdrawn_at is None


def test_certificate_entered_by_mistake_is_taken_back_and_kept(
    client: Client, office: Office, auditor: User
) -> None:
    certificate = certify(auditor)
    address = reverse("audits:certificate-withdraw", args=[certificate.pk])
    sign_in(client, office.secretary)

    client.post(address, {"ly-do": "Nhầm người"})
    again = client.post(address, follow=True)

    certificate.refresh_from_db()
    assert certificate.withdrawn_at is not None
    reasons = certificate.history.values_list("history_change_reason", flat=True)
    assert list(reasons) == ["Ghi nhầm: Nhầm người", "Ghi chứng chỉ"]
    messages = [str(message) for message in again.context["messages"]]
    assert messages[-1] == "Chứng chỉ này đã được ghi là nhập nhầm."
    assert [each.state for each in again.context["auditors"]] == ["none"]
    assert not AuditorCertificate.objects.valid(on=today()).exists()


def test_database_refuses_a_certificate_that_ends_before_it_begins(auditor: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        certify(auditor, valid_to=dt.date(2019, 1, 1))


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_many(
    client: Client, office: Office, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        certify(make_user(Role.INTERNAL_AUDITOR, unit=office.agency))
    sign_in(client, office.secretary)

    with django_assert_num_queries(9):
        answer = client.get(LIST)

    assert len(answer.context["auditors"]) == count
