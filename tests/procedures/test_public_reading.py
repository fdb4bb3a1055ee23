"""What people without an account read: TTHC procedures and their forms, where the agency allows."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import Procedure, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import AgencyProfile
from qms.records import files
from tests.factories import (
    BY_PASSWORD,
    Office,
    abolish,
    make_agency,
    make_blank,
    make_blank_issue,
    make_draft,
    make_version,
    restrict,
    system,
)

pytestmark = pytest.mark.django_db
LIST = reverse("procedures:list")


def pages_of(version: ProcedureVersion) -> dict[str, str]:
    procedure = version.procedure.get_absolute_url()
    number = f"{procedure}cac-lan-ban-hanh/{version.number_slug}/"
    return {
        "in force": procedure,
        "editions": f"{procedure}cac-lan-ban-hanh/",
        "edition": number,
        "pdf": f"{number}pdf/",
    }


def status(client: Client, page: str) -> int:
    answer = client.get(page)
    answer.getvalue()  # a file is open until it is read
    return answer.status_code


def statuses(client: Client, version: ProcedureVersion) -> set[int]:
    return {status(client, page) for page in pages_of(version).values()}


def test_strangers_read_a_tthc_procedure_in_force(client: Client) -> None:
    version = make_version(VersionStatus.ISSUED, title="Chuyển trường")

    assert [p.version for p in client.get(LIST).context["page"]] == [version]
    assert [p.version for p in client.get(LIST, {"q": "chuyen truong"}).context["page"]] == [
        version
    ]
    assert statuses(client, version) == {200}


def test_a_reading_stranger_leaves_no_session(client: Client) -> None:
    version = make_version(VersionStatus.ISSUED)

    for page in (LIST, *pages_of(version).values()):
        assert client.get(page).cookies.keys() <= {"csrftoken"}


@pytest.mark.parametrize(
    "status", [s for s in VersionStatus if s is not VersionStatus.ISSUED], ids=str
)
def test_strangers_see_no_version_that_is_not_issued(client: Client, status: VersionStatus) -> None:
    version = make_version(status, title="Tên bí mật")

    assert list(client.get(LIST).context["page"]) == []
    assert statuses(client, version) == {404}


@pytest.mark.parametrize(
    "kind", [k for k in Procedure.Kind if k is not Procedure.Kind.TTHC], ids=str
)
def test_strangers_see_no_document_of_another_kind(client: Client, kind: str) -> None:
    version = make_version(VersionStatus.ISSUED, kind=kind)

    assert list(client.get(LIST).context["page"]) == []
    assert statuses(client, version) == {404}


def test_strangers_see_nothing_restricted(client: Client) -> None:
    version = make_version(VersionStatus.ISSUED)
    restrict(version.procedure)

    page = client.get(LIST, {"q": version.procedure.code})

    assert page.context["page"].paginator.count == 0
    assert list(page.context["fields"]) == []
    assert list(page.context["units"]) == []
    assert statuses(client, version) == {404}


def test_a_page_that_is_not_for_strangers_offers_to_sign_in(client: Client) -> None:
    version = make_version(VersionStatus.ISSUED, kind=Procedure.Kind.SYSTEM)
    address = version.procedure.get_absolute_url()

    page = client.get(address).content.decode()

    assert f'href="{reverse("account_login")}?next={address}"' in page
    assert version.title not in page


def test_where_it_is_off_strangers_sign_in_first(client: Client) -> None:
    office = Office(public_reading=False)
    form = make_blank(office)
    issue = make_blank_issue(form, valid_from=dt.date(2022, 1, 1))
    uses = ({"code": form.code, "name": form.name},)
    version = make_version(VersionStatus.ISSUED, office, forms=uses)
    file = reverse("procedures:blank-file", args=[issue.pk])
    absent = reverse("procedures:procedure-detail", args=["khong-co"])

    for page in (LIST, file, absent, *pages_of(version).values()):
        answer = client.get(page)
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{reverse('account_login')}?next={page}"


def test_one_agency_may_be_open_and_another_closed(client: Client) -> None:
    open_one = make_version(VersionStatus.ISSUED, Office())
    closed = make_version(VersionStatus.ISSUED, Office(public_reading=False))

    assert [p.version for p in client.get(LIST).context["page"]] == [open_one]
    assert statuses(client, closed) == {404}


def test_turning_it_off_closes_at_once(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    assert statuses(client, version) == {200}

    profile = AgencyProfile.objects.get(unit=office.agency)
    profile.public_reading = False
    profile.record(by=system(), reason="Thôi cho đọc công khai")

    assert statuses(client, version) == {302}


def test_strangers_get_forms_of_public_procedures_in_force_alone(client: Client) -> None:
    office = Office()
    codes = ["BM-1", "BM-2", "BM-3", "BM-4", "BM-5"]
    issues = {}
    for code in codes:
        form = make_blank(office, code)
        issues[code] = make_blank_issue(form, valid_from=dt.date(2022, 1, 1))

    def using(code: str, status: VersionStatus = VersionStatus.ISSUED, **fields: Any) -> Procedure:
        uses = ({"code": code, "name": f"Mẫu {code}"},)
        return make_version(status, office, forms=uses, **fields).procedure

    using("BM-1")
    using("BM-2", kind=Procedure.Kind.SYSTEM)
    using("BM-3", VersionStatus.DRAFT)
    restrict(using("BM-4"))
    ended = using("BM-5", paper_on=dt.date(2022, 1, 3), effective_on=dt.date(2022, 1, 3))
    abolish(ended, office, on=dt.date(2023, 1, 3))

    answers = {
        code: status(client, reverse("procedures:blank-file", args=[issue.pk]))
        for code, issue in issues.items()
    }

    assert answers == {"BM-1": 200, "BM-2": 404, "BM-3": 404, "BM-4": 404, "BM-5": 404}
    assert client.get(reverse("procedures:blank-file", args=[10**9])).status_code == 404
    assert client.get(reverse("procedures:blank-list")).status_code == 302


def from_paper(office: Office) -> ProcedureVersion:
    """A procedure taken over from paper, with its signed scan."""
    draft = make_draft(office)
    draft.discard(by=office.secretary, reason="Đã có bản giấy")
    scan = files.store(b"%PDF-1.4 co chu ky", "ban-ky.pdf", kind="pdf", by=office.clerk)
    paper = actions.PaperIssue(
        issue_no=1,
        revision_no=0,
        decision_no="05/QĐ-PGDĐT",
        decided_on=dt.date(2020, 1, 6),
        effective_on=dt.date(2020, 1, 10),
        scan=scan,
    )
    version = actions.register_paper(
        draft.procedure, paper, by=office.secretary, content=draft.document
    )
    actions.accept_paper(
        version, by=office.leader, seen=version.content_sha256, signing=BY_PASSWORD
    )
    return version


def test_signed_scans_are_for_members_alone(client: Client) -> None:
    office = Office()
    version = from_paper(office)
    scan = reverse("procedures:version-scan", args=[version.procedure.slug, "01-00"])

    assert statuses(client, version) == {200}
    assert status(client, scan) == 302
    assert scan not in client.get(version.procedure.get_absolute_url()).content.decode()
    client.force_login(office.staff)
    assert status(client, scan) == 200
    assert scan in client.get(version.procedure.get_absolute_url()).content.decode()


def test_history_decisions_and_registers_are_not_public(client: Client) -> None:
    version = make_version(VersionStatus.ISSUED)
    decision = version.periods.get().begun_by.decision

    for page in (
        reverse("procedures:decision-file", args=[decision.pk]),
        reverse("procedures:decision-detail", args=[decision.pk]),
        reverse("procedures:procedure-history", args=[version.procedure.slug]),
        reverse("procedures:legal-list"),
    ):
        answer = client.get(page)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_strangers_are_offered_nothing_they_would_be_refused(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    decision = version.periods.get().begun_by.decision

    page = client.get(version.procedure.get_absolute_url()).content.decode()

    for address in (
        decision.get_absolute_url(),
        reverse("procedures:procedure-history", args=[version.procedure.slug]),
        reverse("procedures:tthc-detail", args=[version.tthc_links.get().tthc.code]),
        reverse("procedures:draft-new"),
        "ky-tay",
    ):
        assert address not in page
    assert str(decision) in page


def test_strangers_do_not_have_pdfs_made_with_boxes_for_ink(client: Client) -> None:
    version = make_version(VersionStatus.ISSUED)
    pdf = pages_of(version)["pdf"]

    answers = [client.get(pdf), client.get(pdf, {"ky-tay": "1"})]

    assert len({answer.getvalue() for answer in answers}) == 1


def test_strangers_see_that_an_edition_has_ended(client: Client) -> None:
    office = Office()
    version = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 15),
    )
    abolish(version.procedure, office, on=today())

    page = client.get(version.procedure.get_absolute_url()).content.decode()

    assert "BỊ BÃI BỎ" in page
    assert list(client.get(LIST).context["page"]) == []


def test_an_empty_installation_shows_strangers_an_empty_library(client: Client) -> None:
    assert client.get(LIST).status_code == 200
    make_agency(public_reading=False)
    assert client.get(LIST).status_code == 302


def test_who_is_of_no_office_is_led_to_no_page_that_is_refused(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    code = version.document.tthc[0].code
    links = [
        f'href="{reverse("procedures:tthc-detail", args=[code])}"',
        f'href="{version.periods.get().begun_by.decision.get_absolute_url()}"',
    ]

    for person, is_offered in ((office.admin, False), (office.staff, True)):
        client.force_login(person)
        page = client.get(version.procedure.get_absolute_url()).content.decode()
        assert [link in page for link in links] == [is_offered, is_offered]
