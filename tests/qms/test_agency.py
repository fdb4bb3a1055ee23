"""The page of the agency's profile and settings."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qms.organisation.models import AgencyProfile
from qms.organisation.roles import Role
from tests.factories import Office, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "/co-quan/"


def given_settings(**changes: str) -> dict[str, str]:
    return {
        "parent_name": "UBND THÀNH PHỐ",
        "display_name": "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
        "place": "Bắc Giang",
        "address": "",
        "standard": "TCVN ISO 9001:2015",
        "scope_statement": "",
        "code_pattern": "QT-{seq:02}/GDĐT",
        "numbering": "two",
        "prepared_label": "Người soạn",
        "reviewed_label": "Soát xét",
        "approved_label": "Phê duyệt",
        "review_interval_months": "12",
        "update_deadline_months": "3",
        "catalogue_until": "30/06/2025",
        "public_reading": "on",
    } | changes


def test_address_is_the_one_in_the_menu() -> None:
    assert reverse("organisation:agency") == ADDRESS


@pytest.mark.parametrize("who", ["secretary", "leader", "admin"])
def test_settings_are_saved_with_person_and_reason(client: Client, who: str) -> None:
    office = Office()
    person = getattr(office, who)
    client.force_login(person)

    answer = client.post(ADDRESS, given_settings(), follow=True)

    profile = AgencyProfile.objects.get(unit=office.agency)
    assert (profile.reviewed_label, str(profile.catalogue_until)) == ("Soát xét", "2025-06-30")
    assert profile.history.latest().history_user == person
    assert "Đã lưu thiết lập cơ quan." in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code_pattern", "QT-01", "Mẫu phải có {seq}"),
        ("code_pattern", "QT-{so}", "Mẫu phải có {seq}"),
        ("code_pattern", "QT-{seq.real.__class__}", "Mẫu phải có {seq}"),
        ("code_pattern", "QT-{seq:999999999}", "Mẫu phải có {seq}"),
        ("code_pattern", "QT-{seq}{seq}", "Mẫu phải có {seq}"),
        ("display_name", "", "Chưa điền mục này."),
        ("review_interval_months", "0", "Giá trị nhỏ nhất là 1."),
        ("catalogue_until", "31/02/2025", "Ngày phải ghi theo dạng"),
    ],
)
def test_wrong_setting_is_told_at_its_field_and_nothing_is_saved(
    client: Client, field: str, value: str, message: str
) -> None:
    office = Office()
    client.force_login(office.secretary)
    before = AgencyProfile.history.count()

    answer = client.post(ADDRESS, given_settings(**{field: value, "place": "Nơi đã gõ"}))

    assert answer.status_code == 422
    assert message in str(answer.context["form"].errors[field])
    assert "Nơi đã gõ" in answer.content.decode()
    assert AgencyProfile.history.count() == before


@pytest.mark.parametrize(
    "role", [Role.STAFF, Role.CLERK, Role.INTERNAL_AUDITOR, Role.EXTERNAL_CHECKER, Role.UNIT_HEAD]
)
def test_others_are_refused_and_change_nothing(client: Client, role: Role) -> None:
    office = Office()
    client.force_login(make_user(role, unit=office.agency))
    before = AgencyProfile.history.count()

    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, given_settings(place="Nơi khác")).status_code == 403
    assert AgencyProfile.history.count() == before


def test_history_tells_each_setting_from_old_to_new(client: Client) -> None:
    office = Office()
    client.force_login(office.leader)
    client.post(ADDRESS, given_settings(public_reading=""))

    row, changes = client.get(ADDRESS).context["history"][0]

    assert (row.history_user, row.history_change_reason) == (
        office.leader,
        "Sửa thiết lập cơ quan",
    )
    assert ("Nhãn người xem xét", "Xem xét", "Soát xét") in changes
    assert ("Danh mục TTHC cập nhật đến", "", "30/06/2025") in changes
    assert ("Cho đọc quy trình TTHC không cần tài khoản", "có", "không") in changes


def test_every_setting_stands_in_a_group(client: Client) -> None:
    client.force_login(Office().secretary)

    form = client.get(ADDRESS).context["form"]

    assert [field.name for _, fields in form.groups() for field in fields] == list(form.fields)


@pytest.mark.parametrize("count", [1, 3])
def test_settings_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    client.force_login(Office().secretary)
    for number in range(count):
        client.post(ADDRESS, given_settings(place=f"Nơi {number}"))

    with django_assert_num_queries(6):
        client.get(ADDRESS)
