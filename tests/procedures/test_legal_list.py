"""The legal register: external documents, what became of them, who cites them."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procedures.models import LegalChange, LegalDocument
from qms.foundation.dates import today
from qms.organisation.roles import Role
from tests.factories import Office, make_user, system
from tests.procedures.coverage.builders import basis, day, in_force, make_legal, make_legal_change

pytestmark = pytest.mark.django_db
URL = "/van-ban/"


def _get(client: Client, user: Any, **asked: str) -> Any:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(URL, asked)


def _rows(answer: Any) -> list[str]:
    """The text of each row of the list."""
    html = answer.content.decode()
    return [
        " ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split())
        for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)[1:]
    ]


def _document(number: str, **fields: Any) -> LegalDocument:
    values = {"kind": "Nghị định", "trust": LegalDocument.Trust.YES} | fields
    document = LegalDocument(number=number, **values)
    document.record(by=system(), reason="Ghi văn bản")
    return document


def test_legal_list_tells_what_became_of_each_document(client: Client) -> None:
    office = Office()
    new = _document("125/2024/NĐ-CP", title="Đầu tư trong giáo dục", issuer="Chính phủ")
    old = _document(
        "46/2017/NĐ-CP", issued_on=day("2017-04-21"), kept_at="Tủ số 1", issuer="Chính phủ"
    )
    make_legal_change(old, day("2018-11-20"), LegalChange.Kind.AMENDED, is_verified=True)
    make_legal_change(old, day("2024-11-20"), by_document=new)
    make_legal_change(old, day("2023-01-01"), LegalChange.Kind.EXPIRED, is_void=True)
    dead = _document("7/2010/TT", issued_on=day("2010-01-01"), issued_precision="year")
    make_legal_change(dead, day("2020-01-01"), LegalChange.Kind.EXPIRED, is_verified=True)

    rows = _rows(_get(client, office.staff))

    assert rows == [
        "125/2024/NĐ-CP Nghị định Đầu tư trong giáo dục Chính phủ chưa ghi thay đổi –",
        "46/2017/NĐ-CP Nghị định Chính phủ, 21/04/2017 · lưu tại Tủ số 1 Đã bị thay thế "
        "được sửa đổi, bổ sung từ 20/11/2018 "
        "bị thay thế bởi 125/2024/NĐ-CP từ 20/11/2024 chưa kiểm chứng –",
        "7/2010/TT Nghị định Chưa rõ cơ quan ban hành, năm 2010 Hết hiệu lực "
        "hết hiệu lực từ 01/01/2020 –",
    ]


def test_legal_list_tells_of_an_end_to_come_without_calling_it_one(client: Client) -> None:
    office = Office()
    later = today().replace(year=today().year + 1, day=1)
    make_legal_change(_document("1/2020/NĐ-CP"), later)

    (row,) = _rows(_get(client, office.staff))

    assert f"bị thay thế từ {later:%d/%m/%Y}" in row
    assert "Đã bị thay thế" not in row


@pytest.mark.parametrize(
    ("trust", "mark"),
    [("yes", ""), ("partly", "kiểm chứng một phần"), ("no", "chưa kiểm chứng")],
)
def test_legal_list_marks_how_far_a_document_was_checked(
    client: Client, trust: str, mark: str
) -> None:
    office = Office()
    _document("1/2020/NĐ-CP", trust=trust)

    (row,) = _rows(_get(client, office.staff))

    assert row.startswith(f"1/2020/NĐ-CP {mark} Nghị định".replace("  ", " "))


def test_legal_list_links_only_to_addresses_of_the_web(client: Client) -> None:
    office = Office()
    _document("1/2020/NĐ-CP", source_url="https://vanban.chinhphu.vn/1 ; javascript:alert(1)")

    html = _get(client, office.staff).content.decode()

    assert 'href="https://vanban.chinhphu.vn/1"' in html
    assert 'href="javascript' not in html


def test_legal_list_counts_the_procedures_that_cite(client: Client) -> None:
    office = Office()
    make_legal()
    in_force(office, bases=(basis(),))
    in_force(office, bases=(basis(kind="general"),))
    ended = in_force(office, bases=(basis(),)).periods.get()
    ended.valid_to = day("2023-01-01")
    ended.record(by=system(), reason="Bãi bỏ")
    hidden = in_force(office, bases=(basis(),)).procedure
    hidden.is_restricted = True
    hidden.record(by=office.secretary, reason="Hạn chế")

    (staff,) = _rows(_get(client, office.staff))
    (leader,) = _rows(_get(client, office.leader))

    assert staff.endswith("1 làm căn cứ 1 viện dẫn chung")
    assert leader.endswith("2 làm căn cứ 1 viện dẫn chung")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["1/2020/NĐ-CP", "2/2020/TT-BGDĐT"]),
        ({"q": "thong tu TRUONG"}, ["2/2020/TT-BGDĐT"]),
        ({"q": "nd-cp"}, ["1/2020/NĐ-CP"]),
        ({"q": "không có"}, []),
        ({"tinh-trang": "het"}, ["1/2020/NĐ-CP"]),
        ({"tinh-trang": "con"}, ["2/2020/TT-BGDĐT"]),
        ({"tinh-trang": "x"}, ["1/2020/NĐ-CP", "2/2020/TT-BGDĐT"]),
    ],
)
def test_legal_list_filters(client: Client, asked: dict[str, str], expected: list[str]) -> None:
    office = Office()
    make_legal_change(_document("1/2020/NĐ-CP"), day("2021-01-01"))
    _document("2/2020/TT-BGDĐT", kind="Thông tư", title="Điều lệ trường học")

    rows = _rows(_get(client, office.staff, **asked))

    assert [row.split()[0] for row in rows] == expected


def test_legal_list_that_is_empty_says_what_belongs_here(client: Client) -> None:
    office = Office()

    assert "Chưa có văn bản nào" in _get(client, office.staff).content.decode()
    assert "Không tìm thấy văn bản nào" in client.get(URL, {"q": "x"}).content.decode()


@pytest.mark.parametrize("role", Role)
def test_legal_list_is_for_everybody_of_the_agency(client: Client, role: Role) -> None:
    office = Office()

    stranger = client.get(URL)
    answer = _get(client, make_user(role, unit=office.agency))

    assert stranger["Location"].startswith(reverse("account_login"))
    assert answer.status_code == (403 if role is Role.SYSTEM_ADMIN else 200)


@pytest.mark.parametrize("count", [1, 3])
def test_legal_list_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    for n in range(count):
        document = make_legal(f"{n}/2020/NĐ-CP")
        make_legal_change(document, day("2021-01-01"), by_document=_document(f"{n}/2021/NĐ-CP"))
        in_force(office, bases=(basis(document.number),))
    client.force_login(office.staff, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_num_queries(8):
        answer = client.get(URL)

    assert len(_rows(answer)) == 2 * count
