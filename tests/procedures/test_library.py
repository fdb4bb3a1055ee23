"""The library: what is in force on the day, found without accents, sorted, counted, exported."""

import datetime as dt
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from procedures.models import Procedure, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from tests.factories import (
    Office,
    abolish,
    fill_catalogue,
    make_agency,
    make_field,
    make_tthc,
    make_unit,
    make_user,
    make_version,
    restrict,
)

pytestmark = pytest.mark.django_db
LIST = reverse("procedures:list")
MARCH = dt.date(2022, 3, 15)


def issued(office: Office, title: str = "Quy trình", **fields: Any) -> ProcedureVersion:
    """A version in force since 15/03/2022."""
    since = {"paper_on": dt.date(2022, 3, 10), "effective_on": MARCH}
    return make_version(VersionStatus.ISSUED, office, title=title, **(since | fields))


def titles(client: Client, **asked: str) -> list[str]:
    page = client.get(LIST, asked).context["page"]
    return [period.version.title for period in page]


def test_library_shows_what_is_in_force_and_nothing_else(client: Client) -> None:
    office = Office()
    issued(office, "Còn hiệu lực")
    make_version(VersionStatus.ISSUED, office, title="Mai sau", effective_on=dt.date(2100, 1, 1))
    make_version(VersionStatus.APPROVED, office, title="Chờ vào số")
    make_version(VersionStatus.DRAFT, office, title="Dự thảo")
    abolish(issued(office, "Đã bãi bỏ").procedure, office, on=dt.date(2023, 1, 3))
    client.force_login(office.staff)

    assert titles(client) == ["Còn hiệu lực"]


def test_library_of_another_day_shows_what_was_in_force_then(client: Client) -> None:
    office = Office()
    version = issued(office, "Đã bãi bỏ")
    abolish(version.procedure, office, on=dt.date(2023, 1, 3))
    client.force_login(office.staff)

    response = client.get(LIST, {"ngay": "30/06/2022"})

    assert [p.version for p in response.context["page"]] == [version]
    assert "vào ngày 30/06/2022, không phải hôm nay" in response.content.decode()
    assert f"{version.procedure.get_absolute_url()}cac-lan-ban-hanh/01-00/" in (
        response.content.decode()
    )
    assert titles(client, ngay="03/01/2023") == []
    assert titles(client, ngay="2022-06-30") == ["Đã bãi bỏ"]


def test_a_wrong_day_is_told_at_the_field_and_kept(client: Client) -> None:
    office = Office()
    issued(office, "Còn hiệu lực")
    client.force_login(office.staff)

    page = client.get(LIST, {"ngay": "31/13/2022"}).content.decode()

    assert "“31/13/2022” không phải là ngày; hãy ghi như 30/06/2022." in page
    assert 'value="31/13/2022"' in page
    assert "Còn hiệu lực" in page


@pytest.mark.parametrize(
    "typed",
    [
        "chuyen truong",
        "Chuyển trường",
        "CHUYỂN  TRƯỜNG",
        "Chuyê\u0309n trươ\u0300ng",
        "QT-07/GDĐT",
        "qt – 07/gdđt",
        "qt07",
        "07 gddt",
        "1.005099",
        "1.005099.000.00.00.H02",
        "hoc ba",
        "28/2020/TT-BGDĐT",
    ],
)
def test_search_needs_neither_accents_nor_the_spelling_of_the_code(
    client: Client, typed: str
) -> None:
    office = Office()
    tthc = make_tthc(office.agency, code="1.005099")
    wanted = issued_about_moving(office, tthc)
    other = make_tthc(office.agency, code="2.111111")
    make_version(VersionStatus.ISSUED, office, other, title="Giải thể cơ sở giáo dục", code="QT-99")
    client.force_login(office.staff)

    assert titles(client, q=typed) == [wanted.title]


def issued_about_moving(office: Office, tthc: Any) -> ProcedureVersion:
    return make_version(
        VersionStatus.ISSUED,
        office,
        tthc,
        code="QT-07/GDĐT",
        title="Chuyển trường đối với học sinh tiểu học",
        dossier=({"name": "Học bạ", "originals": 1},),
        bases=({"number": "28/2020/TT-BGDĐT"},),
    )


def test_what_says_it_in_the_title_comes_before_what_only_mentions_it(client: Client) -> None:
    office = Office()
    issued(office, "A. Tuyển sinh", dossier=({"name": "Giấy xin chuyển trường", "originals": 1},))
    issued(office, "Chuyển trường")
    client.force_login(office.staff)

    assert titles(client, q="chuyen truong") == ["Chuyển trường", "A. Tuyển sinh"]


def test_library_is_sorted_as_a_vietnamese_dictionary(client: Client) -> None:
    office = Office()
    expected = ["Ba", "Bà", "Bá", "Cho", "Da", "Đa", "Ê", "Quy trình 2", "Quy trình 10"]
    for title in reversed(expected):
        issued(office, title)
    client.force_login(office.staff)

    assert titles(client) == expected


def test_library_may_be_sorted_by_code_and_by_day(client: Client) -> None:
    office = Office()
    issued(office, "A", code="QT-10")
    issued(office, "B", code="QT-9", effective_on=dt.date(2022, 5, 1))
    client.force_login(office.staff)

    assert titles(client, xep="ma") == ["B", "A"]
    assert titles(client, xep="ngay") == ["B", "A"]
    assert titles(client, xep="khong-biet") == ["A", "B"]


def test_library_is_filtered_by_field_unit_and_kind(client: Client) -> None:
    office = Office()
    primary = make_tthc(office.agency, field=make_field("Tiểu học"))
    make_version(VersionStatus.ISSUED, office, primary, title="Của tiểu học")
    section = make_unit(office.agency, name="Tổ mầm non")
    of_section = issued(office, "Của tổ").procedure
    of_section.owner = section
    of_section.record(by=office.secretary, reason="Giao tổ")
    issued(office, "Của hệ thống", kind=Procedure.Kind.SYSTEM)
    client.force_login(office.staff)

    assert titles(client, linhvuc=str(primary.field_id)) == ["Của tiểu học"]
    assert titles(client, donvi=str(section.pk)) == ["Của tổ"]
    assert titles(client, loai="system") == ["Của hệ thống"]


@pytest.mark.parametrize(
    "asked",
    [
        {"linhvuc": "9" * 30},
        {"donvi": "-1"},
        {"loai": "x' OR 1=1"},
        {"trang": "nghin"},
        {"q": "\x00 % _ ' \\"},
        {"q": "x" * 5000},
        {"ngay": "\x00"},
    ],
)
def test_library_answers_whatever_is_asked(client: Client, asked: dict[str, str]) -> None:
    office = Office()
    issued(office)
    client.force_login(office.staff)

    assert client.get(LIST, asked).status_code == 200


def test_library_comes_in_pages_of_50(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    for number in range(51):
        make_version(VersionStatus.ISSUED, office, tthc, title=f"Quy trình {number}")
    client.force_login(office.staff)

    first = client.get(LIST, {"q": "quy trinh"})

    assert len(first.context["page"]) == 50
    assert 'href="?q=quy+trinh&amp;trang=2"' in first.content.decode()
    assert titles(client, trang="2") == ["Quy trình 50"]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.ISO_SECRETARY, True),
        (Role.LEADER, True),
        (Role.STAFF, False),
        (Role.INTERNAL_AUDITOR, False),
        (Role.UNIT_HEAD, False),
        (Role.CLERK, False),
        (Role.EXTERNAL_CHECKER, False),
        (Role.SYSTEM_ADMIN, False),
    ],
)
def test_a_restricted_procedure_leaks_into_no_list_search_or_count(
    client: Client, *, role: Role, sees: bool
) -> None:
    office = Office()
    secret = make_tthc(office.agency, field=make_field("Lĩnh vực kín"))
    version = make_version(VersionStatus.ISSUED, office, secret, title="Quy trình kín", code="QT-K")
    restrict(version.procedure)
    client.force_login(make_user(role, unit=office.agency))

    for asked in ({}, {"q": "kin"}, {"q": "QT-K"}, {"q": secret.code}, {"ngay": str(today())}):
        page = client.get(LIST, asked)
        assert [p.version for p in page.context["page"]] == ([version] if sees else [])
        assert page.context["page"].paginator.count == int(sees)
        assert ("Lĩnh vực kín" in [f.name for f in page.context["fields"]]) == sees
    assert ("Quy trình kín" in sheet_cells(client)) == sees


def test_members_of_another_agency_see_its_public_procedures_alone(client: Client) -> None:
    office = Office()
    issued(office, "Giải quyết TTHC")
    issued(office, "Quy trình hệ thống", kind=Procedure.Kind.SYSTEM)
    client.force_login(make_user(Role.STAFF, unit=make_agency()))

    assert titles(client) == ["Giải quyết TTHC"]


@pytest.mark.parametrize(("who", "may"), [("secretary", True), ("staff", False), ("leader", False)])
def test_only_the_secretary_is_offered_to_begin(client: Client, *, who: str, may: bool) -> None:
    office = Office()
    client.force_login(getattr(office, who))

    page = client.get(LIST).content.decode()

    assert ("Soạn quy trình" in page) == may
    assert "Chưa có quy trình nào có hiệu lực" in page


def sheet_cells(client: Client, **asked: str) -> list[Any]:
    answer = client.get(reverse("procedures:list-sheet"), asked)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    return [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]


def test_workbook_holds_the_list_as_asked_for_and_texts_stay_texts(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_version(VersionStatus.ISSUED, office, tthc, title="=1+1 chuyển trường", code="QT-07/GDĐT")
    issued(office, "Giải thể")
    client.force_login(office.staff)

    cells = sheet_cells(client, q="chuyen truong")

    assert cells[0] == f"Danh mục quy trình, tài liệu có hiệu lực ngày {today():%d/%m/%Y}"
    assert "=1+1 chuyển trường" in cells
    assert tthc.code in cells
    assert "Giải thể" not in cells


def test_strangers_get_no_workbook(client: Client) -> None:
    assert client.get(reverse("procedures:list-sheet")).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_library_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    for _ in range(count):
        issued(office)
    client.force_login(office.staff)

    with django_assert_num_queries(9):
        response = client.get(LIST)

    assert len(response.context["page"]) == count


@pytest.mark.parametrize("count", [10, 2000])
def test_library_query_count_does_not_grow_with_the_catalogue(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    issued(office)
    fill_catalogue(office.agency, count)
    asked = {"q": "quy trinh", "linhvuc": str(make_field().pk)}
    client.force_login(office.staff)

    with django_assert_num_queries(9):
        client.get(LIST, asked)
