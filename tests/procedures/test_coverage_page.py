"""The page of coverage: its figures, the list behind each, who sees what, who is refused."""

import json
import re
from html import unescape
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from procedures.coverage import LISTS
from procedures.models import TTHC, LegalDocument, TTHCChange
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from tests.factories import (
    Office,
    make_draft,
    make_field,
    make_tthc,
    make_unit,
    make_user,
    make_version,
)
from tests.procedures.coverage.builders import (
    LATER,
    basis,
    day,
    exclude,
    in_force,
    make_change,
    make_legal,
    make_legal_change,
    many_tthc,
    set_times,
)

pytestmark = pytest.mark.django_db
Kind = TTHCChange.Kind
URL = "/bao-phu/"
CODES = {
    "phu-hop": "covered_codes",
    "phai-cap-nhat": "stale_codes",
    "qua-han": "overdue_codes",
    "dang-soan": "in_progress_codes",
    "thieu": "missing_codes",
}


def _page(client: Client, user: Any, **asked: str) -> Any:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(URL, asked)


def _html(answer: Any) -> str:
    """The page's main part."""
    html: str = answer.content.decode()
    return html[html.index("<main") : html.index("</main>")]


def _main(answer: Any) -> str:
    """The text of the page's main part, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", _html(answer))).split())


def _listed(answer: Any) -> list[str]:
    """The codes of the list on the page, read from its rows."""
    table = answer.content.decode().partition('id="danh-sach"')[2]
    return re.findall(r'<th scope="row"[^>]*><a href="/tthc/(\d\.\d{6})/', table)


def _all_kinds() -> tuple[Office, dict[str, TTHC]]:
    """An office with a TTHC of each class on 01/06/2023."""
    office = Office(catalogue_until=day("2025-06-30"))
    names = ("fresh", "stale", "late", "drafted", "missing", "out")
    tthc = {name: make_tthc(office.agency, field=make_field(f"Lĩnh vực {name}")) for name in names}
    in_force(office, tthc["fresh"])
    in_force(office, tthc["stale"], tthc["late"])
    make_change(tthc["stale"], Kind.AMENDED, day("2023-05-01"))
    make_change(tthc["late"], Kind.AMENDED, day("2022-05-01"))
    set_times(make_draft(office, tthc["drafted"]), created_at="2023-05-01 08:00")
    exclude(tthc["out"].responsibilities.get(), office)
    return office, tthc


def _command(*args: str) -> dict[str, Any]:
    out = StringIO()
    call_command("coverage", *args, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


# --- the figures and their lists ------------------------------------------------------------------


def test_coverage_shows_the_figures_of_the_command(client: Client) -> None:
    office, _ = _all_kinds()
    told = _command("--on", "2023-06-01")

    text = _main(_page(client, office.staff, ngay="2023-06-01"))

    assert f"Có quy trình ISO {told['covered_ratio']} (60,00%) Mục tiêu 5/5" in text
    assert f"Phù hợp quy định hiện hành {told['fresh_ratio']} (20,00%)" in text
    assert f"Quá hạn cập nhật {told['overdue']} Hạn 03 tháng" in text
    assert (
        f"Phù hợp {told['covered']} Phải cập nhật {told['stale']} "
        f"Đang soạn {told['in_progress']} Chưa có quy trình {told['missing']}"
    ) in text
    assert (
        f"{told['in_force']} TTHC đang có hiệu lực ; không thuộc phạm vi: {told['excluded']} ."
        " Tỷ lệ tính trên 5 TTHC."
    ) in text


@pytest.mark.parametrize("name", LISTS)
def test_coverage_list_is_as_long_as_its_figure(client: Client, name: str) -> None:
    office, _ = _all_kinds()
    told = _command("--on", "2023-06-01")
    sizes = {key: len(told[codes]) for key, codes in CODES.items()} | {
        "co-quy-trinh": told["covered"] + told["stale"],
        "ngoai-pham-vi": told["excluded"],
        "tat-ca": told["in_force"],
    }

    page = _page(client, office.staff, ngay="2023-06-01")
    url = page.context["links"][name.replace("-", "_")]
    answer = client.get(URL + url)

    assert f'href="{url.replace("&", "&amp;")}"' in page.content.decode()
    assert len(_listed(answer)) == sizes[name]
    if name in CODES:
        assert _listed(answer) == told[CODES[name]]
    assert f"{LISTS[name][0]} ({sizes[name]})" in _main(answer)


def test_coverage_of_each_field_adds_up_and_opens_its_list(client: Client) -> None:
    office, tthc = _all_kinds()

    page = _page(client, office.staff, ngay="2023-06-01")

    lines = {line.group.name: line for line in page.context["fields"]}
    assert sum(line.group.tally.in_force for line in lines.values()) == len(tthc)
    line = lines["Lĩnh vực late"]
    assert line.group.tally.covered_ratio == "1/1"
    answer = client.get(URL + line.url)
    assert _listed(answer) == [tthc["late"].code]
    assert "TTHC – Lĩnh vực late (1)" in _main(answer)
    for line in lines.values():
        tally = line.group.tally
        assert len(_listed(client.get(URL + line.url))) == tally.in_force
        assert len(_listed(client.get(URL + line.with_procedure_url))) == tally.with_procedure[0]
        assert len(_listed(client.get(URL + line.fresh_url))) == tally.covered


def test_coverage_lists_what_is_to_do_late_ones_first(client: Client) -> None:
    office, tthc = _all_kinds()

    answer = _page(client, office.staff, ngay="2023-06-01")

    assert _listed(answer) == [tthc[n].code for n in ("late", "stale", "drafted", "missing")]
    assert "Việc cần làm (4)" in _main(answer)


def test_coverage_with_nothing_to_do_says_so(client: Client) -> None:
    office = Office()
    in_force(office, make_tthc(office.agency))

    text = _main(_page(client, office.staff))

    assert "1/1 (100%)" in text
    assert "Không có việc nào phải làm" in text


def test_coverage_of_nothing_is_not_a_hundred_per_cent(client: Client) -> None:
    office = Office()

    text = _main(_page(client, office.secretary))

    assert "Có quy trình ISO không áp dụng Xem danh sách" in text
    assert "Chưa có TTHC nào" in text
    assert "Nhập danh mục" in text


def test_coverage_tells_why_and_until_when(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    document = make_legal()
    in_force(office, tthc, bases=(basis(),))
    by = LegalDocument(number="125/2024/NĐ-CP")
    by.record(by=office.secretary, reason="Ghi văn bản")
    make_legal_change(document, LATER, by_document=by)

    text = _main(_page(client, office.staff, ngay="2025-01-01"))

    assert "46/2017/NĐ-CP bị thay thế bởi 125/2024/NĐ-CP từ 20/11/2024 chưa kiểm chứng" in text
    assert "Hạn cập nhật sắp tới 20/02/2025" in text
    assert "hạn 20/02/2025 hôm nay: quá hạn cập nhật" in text


def test_coverage_course_marks_decisions(client: Client) -> None:
    office, _ = _all_kinds()

    answer = _page(client, office.staff, ngay="2023-06-01")

    assert re.search(r"15/03/2022: Quyết định số \d+/QĐ-PGDĐT", _main(answer))
    assert [row[0] for row in answer.context["chart"].rows][1:] == [
        day("2022-03-15"),
        day("2022-05-01"),
        day("2023-05-01"),
    ]


def test_coverage_tells_of_an_issue_for_a_later_day(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    later = today().replace(year=today().year + 1, day=1)
    make_version(VersionStatus.ISSUED, office, tthc, effective_on=later)

    text = _main(_page(client, office.staff))

    assert f"Đang soạn có hiệu lực từ {format_date(later)}" in text


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM_ADMIN])
def test_coverage_is_for_everybody_of_the_agency(client: Client, role: Role) -> None:
    office, _ = _all_kinds()

    answer = _page(client, make_user(role, unit=office.agency), ngay="2023-06-01")

    assert answer.status_code == 200
    assert "3/5 (60,00%)" in _main(answer)


@pytest.mark.parametrize("path", [URL, "/bao-phu/bang-tinh/"])
def test_coverage_refuses_administrators_and_strangers(client: Client, path: str) -> None:
    office = Office()

    assert client.get(path).headers["Location"].startswith(reverse("account_login"))
    client.force_login(office.admin, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path).status_code == 403


def test_coverage_offers_the_secretary_one_button_a_line(client: Client) -> None:
    office = Office()
    missing, drafted, stale, mended = (make_tthc(office.agency) for _ in range(4))
    make_draft(office, drafted)
    old = in_force(office, stale)
    make_change(stale, Kind.AMENDED, LATER)
    being_mended = in_force(office, mended)
    make_change(mended, Kind.AMENDED, LATER)
    client.force_login(office.secretary, backend="django.contrib.auth.backends.ModelBackend")
    slug = being_mended.procedure.slug
    client.post(f"{reverse('procedures:draft-new')}?tu={slug}", {"change_type": "revision"})

    answer = client.get(URL)

    buttons = re.findall(r'href="(/du-thao/moi/\?[^"]+)">([^<]+)<', answer.content.decode())
    assert sorted(buttons) == sorted(
        [
            (f"/du-thao/moi/?tthc={missing.code}", "Soạn quy trình"),
            (f"/du-thao/moi/?tu={old.procedure.slug}", "Sửa đổi quy trình"),
        ]
    )
    assert answer.content.decode().count("btn-primary") == 0


@pytest.mark.parametrize("who", ["staff", "leader", "clerk"])
def test_coverage_offers_others_no_button(client: Client, who: str) -> None:
    office, _ = _all_kinds()

    html = _html(_page(client, getattr(office, who)))

    assert "/du-thao/moi/" not in html
    assert "/tthc/nhap/" not in html


def test_coverage_offers_no_draft_for_what_is_no_more_in_force(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_change(tthc, Kind.ABOLISHED, LATER)

    answer = _page(client, office.secretary, ngay="2024-01-01")

    assert "hôm nay: TTHC không còn được tính" in _main(answer)
    assert "/du-thao/moi/" not in _html(answer)


def test_coverage_counts_restricted_procedures_and_tells_nothing_of_them(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_legal_change(make_legal("7/2020/NĐ-CP"), day("2022-01-01"))
    version = in_force(office, tthc, code="QT-99/MẬT", bases=(basis("7/2020/NĐ-CP"),))
    version.procedure.is_restricted = True
    version.procedure.record(by=office.secretary, reason="Hạn chế")

    staff = _page(client, office.staff, ngay="2023-06-01").content.decode()
    leader = _page(client, office.leader, ngay="2023-06-01").content.decode()

    assert '<span class="ratio-fraction">1/1</span>' in staff
    for secret in ("QT-99/MẬT", version.procedure.slug, "7/2020/NĐ-CP"):
        assert secret not in staff
        assert secret in leader


def test_coverage_keeps_to_the_own_agency(client: Client) -> None:
    ours, theirs = Office(), Office()
    make_tthc(ours.agency)
    foreign = make_tthc(theirs.agency)

    answer = _page(client, ours.staff, donvi=theirs.agency.code)

    assert "Không có đơn vị này trong cơ quan của bạn." in _main(answer)
    assert (answer.context["coverage"].unit, len(_listed(answer))) == (ours.agency, 1)
    assert foreign.code not in answer.content.decode()


def test_coverage_of_a_section_counts_what_lies_below_it(client: Client) -> None:
    office = Office()
    section = make_unit(office.agency, name="Tổ Tiểu học")
    desk = make_unit(section, name="Bàn số 1")
    make_tthc(office.agency)
    below = [make_tthc(section).code, make_tthc(desk).code]

    whole = _page(client, office.staff)
    part = client.get(URL, {"donvi": section.code})

    assert [(line.group.code, line.group.tally.missing) for line in whole.context["units"]] == [
        (desk.code, 1),
        (office.agency.code, 3),
        (section.code, 2),
    ]
    assert sorted(_listed(part)) == sorted(below)
    for line in whole.context["units"]:
        assert len(_listed(client.get(URL + line.with_procedure_url))) == 0
        assert client.get(URL + line.url).context["coverage"].unit.code == line.group.code
    assert _command("--unit", section.code)["missing_codes"] == sorted(below)
    assert "Tổ Tiểu học, ngày" in _main(part)


# --- the day --------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["2022-06-30", "30/06/2022", "30-06-2022"])
def test_coverage_reads_days_as_people_and_links_write_them(client: Client, typed: str) -> None:
    office = Office()

    answer = _page(client, office.staff, ngay=typed)

    assert answer.context["coverage"].on == day("2022-06-30")
    assert 'value="30/06/2022"' in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("31/02/2022", "Ngày phải ghi theo dạng ngày/tháng/năm, ví dụ 15/03/2022."),
        ("hôm qua", "Ngày phải ghi theo dạng ngày/tháng/năm, ví dụ 15/03/2022."),
        ("01/01/0001", "Năm phải từ 1900 đến 2199."),
        ("01/01/1940", "Ngày phải từ 02/09/1945 đến 31/12/2100."),
        ("<script>", "Ngày phải ghi theo dạng ngày/tháng/năm, ví dụ 15/03/2022."),
    ],
)
def test_coverage_tells_of_a_wrong_day_and_keeps_it(
    client: Client, typed: str, message: str
) -> None:
    office = Office()

    answer = _page(client, office.staff, ngay=typed)

    assert answer.status_code == 200
    assert message in _main(answer)
    assert answer.context["coverage"].on == today()
    assert answer.context["form"]["ngay"].value() == typed
    assert "<script>" not in _html(answer)


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("2022-06-29", "Danh mục TTHC mới cập nhật đến 29/06/2022"),
        ("2022-06-30", ""),
        (None, "Chưa ghi danh mục TTHC được cập nhật đến ngày nào"),
    ],
)
def test_coverage_says_where_the_day_lies_beyond_the_catalogue(
    client: Client, until: str | None, told: str
) -> None:
    office = Office(catalogue_until=day(until) if until else None)

    text = _main(_page(client, office.staff, ngay="2022-06-30"))

    assert (told in text) if told else ("cập nhật đến" not in text)


@pytest.mark.parametrize(
    "asked", [{"nhom": "x"}, {"trang": "abc"}, {"nhom": "thieu", "trang": "99"}]
)
def test_coverage_answers_whatever_the_address_asks(client: Client, asked: dict[str, str]) -> None:
    office, tthc = _all_kinds()

    answer = _page(client, office.staff, ngay="2023-06-01", **asked)

    assert answer.status_code == 200
    assert tthc["missing"].code in _listed(answer)


# --- the workbook ---------------------------------------------------------------------------------


def test_coverage_sheet_holds_the_list_of_the_page(client: Client) -> None:
    office, tthc = _all_kinds()
    page = _page(client, office.staff, ngay="2023-06-01", nhom="phai-cap-nhat")

    answer = client.get(page.context["sheet_url"])

    rows = load_workbook(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    at = next(n for n, row in enumerate(rows) if row[0] == "Mã TTHC")
    assert [row[0] for row in rows[at + 1 :]] == [tthc["stale"].code, tthc["late"].code]
    assert rows[at + 2][4] == "Quá hạn cập nhật"
    assert "Có quy trình ISO 3/5 (60,00%)" in rows[1][0]
    assert answer["Content-Disposition"].endswith('2023-06-01.xlsx"')


def test_coverage_sheet_has_no_formulas_and_no_restricted_codes(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency, name='=HYPERLINK("http://x")')
    version = in_force(office, tthc, code="QT-99/MẬT")
    version.procedure.is_restricted = True
    version.procedure.record(by=office.secretary, reason="Hạn chế")
    client.force_login(office.staff, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get(reverse("procedures:coverage-sheet"))

    rows = load_workbook(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[-1][1] == '=HYPERLINK("http://x")'
    assert rows[-1][5] == ""


# --- what it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_coverage_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    for _ in range(count):
        tthc = make_tthc(make_unit(office.agency))
        in_force(office, tthc, bases=(basis(),))
        make_change(tthc, Kind.AMENDED, LATER)
        make_draft(office, make_tthc(office.agency))
    client.force_login(office.secretary, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_num_queries(9):
        answer = client.get(URL)

    assert len(_listed(answer)) == 2 * count


@pytest.mark.parametrize("count", [10, 2000])
def test_coverage_query_count_is_the_same_for_ten_and_two_thousand(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    many_tthc(office.agency, count)
    client.force_login(office.secretary, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_num_queries(9):
        answer = client.get(URL)

    assert answer.context["coverage"].missing == count
    assert len(_listed(answer)) == min(count, 50)
