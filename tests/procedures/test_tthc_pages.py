"""The catalogue and the page of one TTHC: what they tell on a day, to whom, at what cost."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures.models import TTHC, Responsibility, TTHCChange
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
    system,
)
from tests.procedures.coverage.builders import (
    BEGUN,
    LATER,
    basis,
    day,
    exclude,
    in_force,
    make_change,
    make_legal,
    make_legal_change,
    many_tthc,
    revise,
)

pytestmark = pytest.mark.django_db
Kind = TTHCChange.Kind
LIST = "/tthc/"


def _get(client: Client, user: Any, path: str, **asked: str) -> Any:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(path, asked)


def _one(client: Client, user: Any, tthc: TTHC, **asked: str) -> Any:
    return _get(client, user, f"/tthc/{tthc.code}/", **asked)


def _html(answer: Any) -> str:
    html: str = answer.content.decode()
    return html[html.index("<main") : html.index("</main>")]


def _main(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", _html(answer))).split())


def _codes(answer: Any) -> list[str]:
    """The codes of the rows, in the order in which they stand."""
    return re.findall(r'<th scope="row"><div>(\d\.\d{6})', _html(answer))


# --- the list -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["b", "a", "c"]),
        ({"xep": "ma"}, ["a", "b", "c"]),
        ({"xep": "la"}, ["b", "a", "c"]),
        ({"q": "truong TIEU hoc"}, ["c"]),
        ({"q": "đảng"}, ["a"]),
        ({"q": "1.000002"}, ["b"]),
        ({"q": "khong co"}, []),
        ({"linhvuc": "Giáo dục mầm non"}, ["b"]),
        ({"linhvuc": "Không có"}, ["b", "a", "c"]),
        ({"hieuluc": "het"}, ["d"]),
        ({"hieuluc": "tat-ca"}, ["b", "a", "d", "c"]),
        ({"ngay": "2024-11-19"}, ["b", "a", "d", "c"]),
        ({"ngay": "2024-11-20", "q": "do"}, ["b"]),
    ],
)
def test_tthc_list_filters_and_sorts(
    client: Client, asked: dict[str, str], expected: list[str]
) -> None:
    office = Office()
    names = {"a": "Đảng viên", "b": "Ăn trưa", "c": "Trường tiểu học", "d": "Ô tô"}
    codes = {key: f"1.00000{n}" for n, key in enumerate(names, start=1)}
    for key, name in names.items():
        field = make_field("Giáo dục mầm non" if key == "b" else "Giáo dục tiểu học")
        make_tthc(office.agency, code=codes[key], name=name, field=field)
    make_change(TTHC.objects.get(code=codes["d"]), Kind.ABOLISHED, LATER)
    if "do" in asked.values():
        make_change(TTHC.objects.get(code=codes["b"]), Kind.AMENDED, LATER, name="Ăn trưa và đỗ xe")

    answer = _get(client, office.staff, LIST, **asked)

    assert _codes(answer) == [codes[key] for key in expected]


def test_tthc_list_has_pages_of_fifty_that_keep_the_filter(client: Client) -> None:
    office = Office()
    many_tthc(office.agency, 120)

    first = _get(client, office.staff, LIST, q="TTHC", xep="ma", hieuluc="tat-ca")
    third = client.get(LIST, {"trang": "3", "xep": "ma"})

    assert len(_codes(first)) == 50
    assert "1–50 trong 120 TTHC" in _main(first)
    assert re.search(
        r'href="\?q=TTHC&amp;hieuluc=tat-ca&amp;[^"]*xep=ma&amp;trang=2"', _html(first)
    )
    assert _codes(third) == [f"2.{n:06d}" for n in range(100, 120)]


def test_tthc_list_tells_how_each_stands(client: Client) -> None:
    office = Office()
    fresh, stale, missing, foreign, to_come, over = (
        make_tthc(None if n == 3 else office.agency, code=f"1.00000{n}") for n in range(6)
    )
    version = in_force(office, fresh)
    in_force(office, stale)
    make_change(stale, Kind.AMENDED, LATER)
    make_change(to_come, Kind.ANNOUNCED, day("2030-01-01"))
    make_change(over, Kind.ABOLISHED, LATER)

    answer = _get(client, office.staff, LIST, ngay="2025-03-01", hieuluc="tat-ca", xep="ma")

    rows = [
        " ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split())
        for row in re.findall(r"<tr>.*?</tr>", _html(answer), re.DOTALL)[1:]
    ]
    assert [row.split(" Giáo dục tiểu học ")[1] for row in rows] == [
        f"{version.procedure.code} Phù hợp",
        f"{stale.version_links.get().version.procedure.code} Quá hạn cập nhật hạn 20/02/2025",
        "– Chưa có quy trình",
        "– không giao cho cơ quan",
        "– Chưa có hiệu lực",
        "– Bị bãi bỏ",
    ]
    assert missing.name in rows[2]
    assert foreign.name in rows[3]


def test_tthc_list_shows_name_and_field_of_the_day(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency, name="Tên cũ", field=make_field("Mầm non"))
    make_change(tthc, Kind.AMENDED, LATER, name="Tên mới", field=make_field("Tiểu học"))

    before = _main(_get(client, office.staff, LIST, ngay="2024-11-19"))
    after = _main(_get(client, office.staff, LIST, ngay="2024-11-20", linhvuc="Tiểu học"))

    assert f"{tthc.code} chưa kiểm chứng Tên cũ Mầm non" in before
    assert f"{tthc.code} chưa kiểm chứng Tên mới Tiểu học" in after


def test_tthc_list_marks_what_nobody_has_checked(client: Client) -> None:
    office = Office()
    make_tthc(office.agency, is_verified=True)
    checked = _main(_get(client, office.staff, LIST))
    make_tthc(office.agency, verification_note="Mã ghi theo trí nhớ.")

    text = _main(client.get(LIST))

    assert "chưa kiểm chứng" not in checked
    assert "chưa kiểm chứng : Mã ghi theo trí nhớ." in text


@pytest.mark.parametrize("path", [LIST, "/tthc/1.000001/"])
def test_tthc_pages_tell_of_a_wrong_day(client: Client, path: str) -> None:
    office = Office()
    make_tthc(office.agency, code="1.000001")

    answer = _get(client, office.staff, path, ngay="30/02/2022")

    assert "Ngày phải ghi theo dạng ngày/tháng/năm" in _main(answer)
    assert 'value="30/02/2022"' in _html(answer)
    assert answer.context["day"] == today()


@pytest.mark.parametrize("path", [LIST, "/tthc/1.000001/"])
def test_tthc_pages_say_where_the_day_lies_beyond_the_catalogue(client: Client, path: str) -> None:
    office = Office(catalogue_until=day("2022-06-30"))
    make_tthc(office.agency, code="1.000001")

    on_the_day = _main(_get(client, office.staff, path, ngay="2022-06-30"))
    after = _main(client.get(path, {"ngay": "2022-07-01"}))

    assert "cập nhật đến" not in on_the_day
    assert "Danh mục TTHC mới cập nhật đến 30/06/2022" in after


@pytest.mark.parametrize("path", [LIST, "/tthc/1.000001/"])
@pytest.mark.parametrize("role", Role)
def test_tthc_pages_are_for_everybody_of_the_agency(client: Client, path: str, role: Role) -> None:
    office = Office()
    make_tthc(office.agency, code="1.000001")

    stranger = client.get(path)
    answer = _get(client, make_user(role, unit=office.agency), path)

    assert stranger["Location"].startswith(reverse("account_login"))
    assert answer.status_code == (403 if role is Role.SYSTEM_ADMIN else 200)


def test_tthc_list_offers_the_import_to_the_secretary_alone(client: Client) -> None:
    office = Office()

    assert "/tthc/nhap/" in _html(_get(client, office.secretary, LIST))
    assert "/tthc/nhap/" not in _html(_get(client, office.leader, LIST))


# --- one TTHC -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["1.999999", "abc", "1.0000011", "1,000001"])
def test_tthc_detail_of_no_known_code_is_not_found(client: Client, code: str) -> None:
    office = Office()

    assert _get(client, office.staff, f"/tthc/{code}/").status_code == 404


def test_tthc_detail_tells_the_story_of_the_day(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency, name="Chuyển trường", fee="Không")
    document = make_legal()
    first = in_force(office, tthc, bases=(basis(),))
    make_change(tthc, Kind.AMENDED, day("2023-01-01"), decision_no="7/QĐ", name="Chuyển trường mới")
    make_legal_change(document, LATER)
    revise(first, office, day("2023-03-01"))

    texts = {
        on: _main(_one(client, office.staff, tthc, ngay=on))
        for on in ("2022-01-01", "2022-03-15", "2023-02-01", "2023-03-01", "2025-03-01")
    }

    assert "Quy trình ISO Chưa có quy trình" in texts["2022-01-01"]
    assert "từ 15/03/2022 đến trước 01/03/2023" in texts["2022-01-01"]
    assert "Có quy trình đang có hiệu lực, phù hợp quy định hiện hành." in texts["2022-03-15"]
    assert "Chuyển trường TTHC" in texts["2022-03-15"]
    assert "Chuyển trường mới TTHC" in texts["2023-02-01"]
    assert (
        "chưa cập nhật các thay đổi sau: TTHC: sửa đổi, bổ sung theo 7/QĐ từ 01/01/2023"
        " – hạn 01/04/2023"
    ) in texts["2023-02-01"]
    assert "phù hợp quy định hiện hành." in texts["2023-03-01"]
    assert (
        "46/2017/NĐ-CP bị thay thế từ 20/11/2024 chưa kiểm chứng – quá hạn 20/02/2025"
        in texts["2025-03-01"]
    )
    assert "QT" in texts["2025-03-01"]
    assert "Phí, lệ phí Không" in texts["2025-03-01"]


def test_tthc_detail_lists_versions_with_periods_and_decisions(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    first = in_force(office, tthc)
    second = revise(first, office, day("2023-03-01"))
    decision = second.periods.get().begun_by.decision

    answer = _one(client, office.staff, tthc, ngay="2023-03-01")

    code = first.procedure.code
    text = _main(answer)
    assert (
        f"{code} lần ban hành 01, sửa đổi 01 từ 01/03/2023 {decision.number} Phù hợp "
        f"{code} lần ban hành 01, sửa đổi 00 từ 15/03/2022 đến trước 01/03/2023"
    ) in text
    assert second.get_absolute_url() in _html(answer)
    assert f'href="/quyet-dinh/{decision.pk}/"' in _html(answer)


def test_tthc_detail_tells_of_changes_past_and_to_come(client: Client) -> None:
    office = Office()
    new, tthc = make_tthc(office.agency), make_tthc(office.agency)
    make_change(
        tthc,
        Kind.AMENDED,
        BEGUN,
        decision_no="1/QĐ-UBND",
        fee="Miễn phí",
        changed_fields=["fee", "limit_text", "law_minutes"],
        limit_text="03 ngày",
    )
    make_change(tthc, Kind.REPLACED, LATER, decision_no="2/QĐ-UBND", replaced_by=new)
    make_change(tthc, Kind.ABOLISHED, LATER, decision_no="3/QĐ", is_void=True)

    before = _main(_one(client, office.staff, tthc, ngay="2023-01-01"))
    after = _main(client.get(f"/tthc/{tthc.code}/", {"ngay": "2024-11-20"}))

    assert (
        "20/11/2024 Bị thay thế theo QĐ công bố TTHC 2/QĐ-UBND Chưa có hiệu lực "
        f"Thay bằng {new.code} {new.name} "
        "15/03/2022 Sửa đổi, bổ sung theo QĐ công bố TTHC 1/QĐ-UBND "
        "Thời hạn giải quyết: 03 ngày Phí, lệ phí: Miễn phí"
    ) in before
    assert "Còn hiệu lực" in before
    assert "TTHC không có hiệu lực vào ngày này nên không tính vào tỷ lệ" in after
    assert "Đã bị thay thế" in after
    assert "3/QĐ" not in after


def test_tthc_detail_tells_who_is_responsible_and_since_when(client: Client) -> None:
    office = Office()
    desk = make_unit(office.agency, name="Một cửa")
    tthc = make_tthc(office.agency)
    duties = [
        Responsibility(tthc=tthc, unit=desk, kind="receive", valid_from=day("2022-01-01")),
        Responsibility(tthc=tthc, unit=desk, kind="coordinate", valid_to=day("2021-01-01")),
    ]
    for duty in duties:
        duty.record(by=system(), reason="Giao")

    text = _main(_one(client, office.staff, tthc, ngay="2021-06-01"))

    assert "Phòng Giáo dục và Đào tạo: giải quyết từ trước khi có ghi chép" in text
    assert "Một cửa: tiếp nhận từ 01/01/2022 Chưa đến ngày" in text
    assert "đến trước 01/01/2021 Đã thôi" in text


def test_tthc_detail_of_another_agency_is_not_counted(client: Client) -> None:
    ours, theirs = Office(), Office()
    tthc = make_tthc(theirs.agency)
    version = in_force(theirs, tthc)

    text = _main(_one(client, ours.staff, tthc))

    assert "Không đơn vị nào của cơ quan chịu trách nhiệm về TTHC này" in text
    assert version.procedure.code not in text


def test_tthc_detail_marks_facts_and_links_to_their_sources(client: Client) -> None:
    office = Office()
    tthc = make_tthc(
        office.agency,
        source_url="https://www.dichvucong.gov.vn/a?x=1&y=2 ; javascript:alert(1) http://[x",
        verification_note="Thời hạn các tỉnh khác nhau.",
    )

    html = _html(_one(client, office.staff, tthc))

    links = re.findall(r'<a href="([^"]+)" rel="noopener noreferrer external">([^ ]+)', html)
    assert links == [("https://www.dichvucong.gov.vn/a?x=1&amp;y=2", "dichvucong.gov.vn")]
    assert 'href="javascript' not in html
    assert "chưa kiểm chứng" in html
    assert "Thời hạn các tỉnh khác nhau." in html


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, "Thời hạn giải quyết 5 ngày làm việc Phí"),
        ({"limit_text": "05 ngày làm việc"}, "Thời hạn giải quyết 5 ngày làm việc Phí"),
        (
            {"limit_text": "5 ngày làm việc (2 + 3)"},
            "5 ngày làm việc Danh mục ghi: “5 ngày làm việc (2 + 3)”",
        ),
        (
            {"law_unit": "unknown", "law_minutes": None, "limit_text": "tùy nơi"},
            "Thời hạn giải quyết tùy nơi Phí",
        ),
        (
            {"local_unit": "working_day", "local_minutes": 3 * 480},
            "Thời hạn rút ngắn tại địa phương 3 ngày làm việc",
        ),
    ],
)
def test_tthc_detail_tells_both_limits(client: Client, fields: dict[str, Any], shown: str) -> None:
    office = Office()
    tthc = make_tthc(office.agency, **fields)

    assert shown in _main(_one(client, office.staff, tthc))


def test_tthc_detail_offers_the_secretary_the_next_step(client: Client) -> None:
    office = Office()
    missing, stale, fresh = (make_tthc(office.agency) for _ in range(3))
    old = in_force(office, stale)
    make_change(stale, Kind.AMENDED, LATER)
    in_force(office, fresh)

    def button(user: Any, tthc: TTHC) -> list[str]:
        return re.findall(r'btn-primary" href="([^"]+)"', _html(_one(client, user, tthc)))

    assert button(office.secretary, missing) == [f"/du-thao/moi/?tthc={missing.code}"]
    assert button(office.secretary, stale) == [f"/du-thao/moi/?tu={old.procedure.slug}"]
    assert button(office.secretary, fresh) == []
    assert button(office.staff, missing) == []


def test_tthc_detail_shows_drafts_to_those_who_may_see_them(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    draft = make_draft(office, tthc, code="QT-77/GDĐT")
    colleague = make_user(Role.STAFF, unit=office.agency)

    author = _one(client, office.staff, tthc)
    other = _one(client, colleague, tthc)

    assert f'href="/du-thao/{draft.pk}/">QT-77/GDĐT' in _html(author)
    assert "QT-77/GDĐT" not in _html(other)
    assert "quy trình đang được soạn" in _main(other)


def test_tthc_detail_tells_of_an_issue_for_a_later_day(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    later = today().replace(year=today().year + 1, day=1)
    make_version(VersionStatus.ISSUED, office, tthc, effective_on=later)

    text = _main(_one(client, office.staff, tthc))

    assert f"quy trình đã ban hành có hiệu lực từ {format_date(later)}." in text
    assert f"từ {format_date(later)}" in text


def test_tthc_detail_tells_nothing_of_a_restricted_procedure(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_legal_change(make_legal("7/2020/NĐ-CP"), day("2022-01-01"))
    version = in_force(office, tthc, code="QT-99/MẬT", bases=(basis("7/2020/NĐ-CP"),))
    version.procedure.is_restricted = True
    version.procedure.record(by=office.secretary, reason="Hạn chế")

    staff = _html(_one(client, office.staff, tthc))
    leader = _html(_one(client, office.leader, tthc))
    listed = _html(_get(client, office.staff, LIST))

    for secret in ("QT-99/MẬT", version.procedure.slug, "7/2020/NĐ-CP"):
        assert secret not in staff
        assert secret not in listed
        assert secret in leader
    assert "Quá hạn cập nhật" in staff


# --- what it costs --------------------------------------------------------------------------------


def _busy(office: Office, tthc: TTHC) -> None:
    in_force(office, tthc, bases=(basis(),))
    make_draft(office, tthc)
    make_change(tthc, Kind.AMENDED, LATER, decision_no=f"{tthc.changes.count()}/QĐ")


@pytest.mark.parametrize("count", [1, 3])
def test_tthc_list_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    for _ in range(count):
        _busy(office, make_tthc(make_unit(office.agency)))
    client.force_login(office.secretary, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_num_queries(11):
        answer = client.get(LIST)

    assert len(_codes(answer)) == count


@pytest.mark.parametrize("count", [10, 2000])
def test_tthc_list_query_count_is_the_same_for_ten_and_two_thousand(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    many_tthc(office.agency, count)
    client.force_login(office.secretary, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_num_queries(11):
        answer = client.get(LIST)

    assert len(_codes(answer)) == min(count, 50)


@pytest.mark.parametrize("count", [1, 3])
def test_tthc_detail_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    tthc = make_tthc()
    for _ in range(count):
        duty = Responsibility(tthc=tthc, unit=make_unit(office.agency))
        duty.record(by=system(), reason="Giao")
        exclude(duty, office, valid_from=day("2030-01-01"))
        _busy(office, tthc)
    client.force_login(office.secretary, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_num_queries(15):
        answer = client.get(f"/tthc/{tthc.code}/")

    assert len(answer.context["versions"]) == count
    assert len(answer.context["exclusions"]) == count
