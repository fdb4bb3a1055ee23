"""A session ends while somebody types: what was typed is there again after signing in."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from qms.organisation.models import AgencyProfile, User
from qms.organisation.sessions import STATE
from tests.browser.devices import SIZES, Devices
from tests.factories import PASSWORD, Office

PLACE = "Bắc Giang, nơi vừa gõ xong"


@pytest.fixture
def office(committed_db: None) -> Office:
    return Office()


def _typed_too_late(page: Page) -> None:
    page.goto("/co-quan/")
    page.get_by_label("địa danh").fill(PLACE)
    for stored in Session.objects.all():
        data = stored.get_decoded()
        data[STATE]["seen"] -= 3600
        stored.session_data = Session.objects.encode(data)
        stored.save()
    page.get_by_role("button", name="Lưu thiết lập").click()
    expect(page.get_by_text("Phiên làm việc đã tự kết thúc")).to_be_visible()
    expect(page.get_by_text("đăng nhập lại thì được điền lại")).to_be_visible()


def _sign_in(page: Page, user: User) -> None:
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def test_what_was_typed_is_there_again_for_the_same_person(
    devices: Devices, office: Office
) -> None:
    page = devices.phone(office.secretary, SIZES["desk"])
    _typed_too_late(page)
    assert AgencyProfile.objects.get().place == ""

    _sign_in(page, office.secretary)

    expect(page.get_by_text("Nội dung bạn vừa nhập đã được điền lại.")).to_be_visible()
    expect(page.get_by_label("địa danh")).to_have_value(PLACE)
    page.get_by_role("button", name="Lưu thiết lập").click()
    expect(page.get_by_text("đã được điền lại")).to_have_count(0)
    assert AgencyProfile.objects.get().place == PLACE


def test_nobody_else_is_shown_what_was_typed(devices: Devices, office: Office) -> None:
    page = devices.phone(office.secretary, SIZES["desk"])
    _typed_too_late(page)

    _sign_in(page, office.leader)

    page.wait_for_url("**/co-quan/")
    expect(page.get_by_label("địa danh")).to_have_value("")
    assert page.evaluate("sessionStorage.getItem('typed.kept')") is None
