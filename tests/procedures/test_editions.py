"""Editions of a procedure: in force, ended, to come; and who may read them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures.models import ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from tests.factories import (
    Office,
    abolish,
    make_agency,
    make_blank,
    make_blank_issue,
    make_next_version,
    make_user,
    make_version,
    restrict,
)

pytestmark = pytest.mark.django_db
LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}


def read(client: Client, version: ProcedureVersion, **asked: str) -> str:
    answer = client.get(version.procedure.get_absolute_url(), asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def edition(client: Client, version: ProcedureVersion) -> str:
    answer = client.get(version.get_absolute_url())
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_an_ended_edition_is_unmissable_and_leads_to_the_one_in_force(client: Client) -> None:
    office = Office()
    old = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    make_next_version(office, old)
    client.force_login(office.staff)

    page = edition(client, old)

    assert '<div class="doc-ribbon is-ended">' in page
    assert f"HẾT HIỆU LỰC từ {format_date(today())}" in page
    assert '<article class="doc is-ended-text"' in page
    target = f'<a class="doc-successor" href="{old.procedure.get_absolute_url()}">'
    assert page.count(target) == 1
    assert "Đọc bản đang có hiệu lực: lần ban hành 01, sửa đổi 01" in page
    assert "is-ended" not in read(client, old)


def test_an_abolished_procedure_says_by_what_and_offers_no_form(client: Client) -> None:
    office = Office()
    form = make_blank(office, "BM-01")
    make_blank_issue(form, valid_from=dt.date(2022, 1, 1))
    version = make_version(
        VersionStatus.ISSUED, office, forms=({"code": form.code, "name": form.name},), **LONG_AGO
    )
    decision = abolish(version.procedure, office, on=dt.date(2023, 1, 3))
    client.force_login(office.staff)

    page = read(client, version)

    assert "BỊ BÃI BỎ từ 03/01/2023" in page
    assert f"hiện không có bản nào có hiệu lực, theo {decision}" in page
    assert "doc-successor" not in page
    assert "doc-downloads" not in page


def test_what_comes_later_is_announced_on_the_one_in_force(client: Client) -> None:
    office = Office()
    now = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    later = make_next_version(office, now, effective_on=dt.date(2100, 1, 1))
    client.force_login(office.staff)

    page = read(client, now)
    assert "Từ 01/01/2100 áp dụng" in page
    assert f'href="{later.get_absolute_url()}"' in page
    page = edition(client, later)
    assert 'Chưa có hiệu lực<span class="badge-extra"> từ 01/01/2100</span>' in page
    assert "Đọc bản đang có hiệu lực: lần ban hành 01, sửa đổi 00, từ 15/03/2022" in page


def test_versions_page_lists_periods_states_and_decisions(client: Client) -> None:
    office = Office()
    old = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    new = make_next_version(office, old)
    make_version(VersionStatus.DRAFT, office)
    client.force_login(office.staff)

    answer = client.get(reverse("procedures:procedure-versions", args=[old.procedure.slug]))

    shown = [(p.version, p.valid_from, p.valid_to, s.code) for p, s in answer.context["editions"]]
    assert shown == [
        (new, today(), None, "in_force"),
        (old, dt.date(2022, 3, 15), today(), "ended"),
    ]
    page = answer.content.decode()
    assert str(new.periods.get().begun_by.decision) in page
    assert '<span class="prewrap">Sửa</span>' in page


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM_ADMIN])
def test_everybody_of_the_agency_reads_what_is_in_force(client: Client, role: Role) -> None:
    office = Office(public_reading=False)
    version = make_version(VersionStatus.ISSUED, office)
    client.force_login(make_user(role, unit=office.agency))

    assert version.title in read(client, version)
    assert edition(client, version)


def pages_of(version: ProcedureVersion) -> list[str]:
    procedure = version.procedure.get_absolute_url()
    number = f"{procedure}cac-lan-ban-hanh/{version.number_slug}/"
    return [
        procedure,
        f"{procedure}cac-lan-ban-hanh/",
        f"{procedure}lich-su/",
        number,
        f"{number}pdf/",
        f"{number}ban-chup/",
    ]


@pytest.mark.parametrize("role", [Role.STAFF, Role.CLERK, Role.EXTERNAL_CHECKER, Role.SYSTEM_ADMIN])
def test_a_restricted_procedure_is_not_there_for_others(client: Client, role: Role) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    restrict(version.procedure)
    client.force_login(make_user(role, unit=office.agency))

    answers = {client.get(page).status_code for page in pages_of(version)}

    assert answers == {404}
    client.force_login(office.secretary)
    assert version.title in read(client, version)


def test_foreign_absent_and_unreadable_addresses_answer_alike(client: Client) -> None:
    office = Office(public_reading=False)
    version = make_version(VersionStatus.ISSUED, office)
    draft = make_version(VersionStatus.DRAFT, office)
    client.force_login(make_user(Role.STAFF, unit=make_agency(public_reading=False)))

    for page in [
        *pages_of(version),
        *pages_of(draft),
        reverse("procedures:procedure-detail", args=["khong-co"]),
        reverse("procedures:version-detail", args=["khong-co", "01"]),
    ]:
        assert client.get(page).status_code == 404


@pytest.mark.parametrize("number", ["99", "01-99", "x", "1-x", "٣", "9" * 30, "01-00-00"])
def test_an_edition_that_is_none_is_not_found(client: Client, number: str) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    client.force_login(office.staff)

    page = reverse("procedures:version-detail", args=[version.procedure.slug, number])

    assert client.get(page).status_code == 404


def test_a_draft_is_not_on_the_reading_page(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.APPROVED, office)
    client.force_login(office.secretary)

    assert client.get(version.procedure.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(("who", "may"), [("secretary", True), ("staff", False), ("leader", False)])
def test_only_the_secretary_is_offered_the_next_version(
    client: Client, *, who: str, may: bool
) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    client.force_login(getattr(office, who))

    page = read(client, version)

    new = f'href="{reverse("procedures:draft-new")}?tu={version.procedure.slug}"'
    assert (new in page) == may
    draft = actions.start_version(
        version.procedure,
        by=office.staff,
        content=version.document,
        change_type=ProcedureVersion.Change.REVISION,
        base=version,
    )
    page = read(client, version)
    assert (reverse("procedures:draft-detail", args=[draft.pk]) in page) == may
    assert new not in page


@pytest.mark.parametrize("count", [1, 3])
def test_versions_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    version = first = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    for number in range(1, count):
        version = make_next_version(office, version, effective_on=dt.date(2099, number, 1))
    client.force_login(office.staff)
    page = reverse("procedures:procedure-versions", args=[first.procedure.slug])

    with django_assert_num_queries(13):
        answer = client.get(page)

    assert len(answer.context["editions"]) == count
