"""The field page in a real browser: whose queue it is, ended sessions, strangers."""

import re
from pathlib import Path

from django.contrib.sessions.models import Session
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import (
    expect,
)

from audits.models import (
    ItemAnswer,
)
from tests.audits.filling import Filled
from tests.browser.devices import Devices, address, open_field, press, says, sign_in, standing
from tests.factories import PASSWORD


def test_what_one_queued_is_not_sent_by_another_on_the_same_device(
    devices: Devices, filled: Filled
) -> None:
    item = filled.item()
    page = devices.phone(filled.auditor)
    open_field(page, filled, item)
    page.context.set_offline(True)
    press(page, "Lưu ý")
    says(page, "Mất kết nối – 01 mục chưa gửi")
    context = page.context
    page.close()  # else it might still send, for whom it is, when the network is back
    page = context.new_page()
    context.set_offline(False)
    page.goto("/quy-trinh/")
    page.locator("summary.person").click()
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("dialog")).to_contain_text("Còn 01 mục chưa gửi")
    page.get_by_role("dialog").get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/tai-khoan/dang-nhap/")

    sign_in(page, filled.lead)
    kept = page.evaluate("caches.keys()")
    open_field(page, filled, item)
    press(page, "Phù hợp")
    says(page, re.compile("^Đã gửi hết"))

    assert [name for name in kept if name.startswith("field-pages-")] == []
    assert standing(item) == [("conform", "")]
    assert ItemAnswer.objects.get().answered_by == filled.lead
    page.goto("/quy-trinh/")
    page.locator("summary.person").click()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/tai-khoan/dang-nhap/")
    sign_in(page, filled.auditor)
    page.goto(address(filled, item))
    expect(page.get_by_role("heading", name="Hai người cùng trả lời câu này")).to_be_visible()
    assert item.answers.disputed().get().answered_by == filled.auditor


def test_open_page_does_not_send_in_the_session_of_another(
    devices: Devices, filled: Filled
) -> None:
    """Somebody else signs in, in another tab: what this tab has queued stays where it is."""
    item = filled.item()
    page = devices.phone(filled.auditor)
    open_field(page, filled, item)
    page.context.set_offline(True)
    press(page, "Lưu ý")
    says(page, "Mất kết nối – 01 mục chưa gửi")
    Session.objects.all().delete()
    other = devices.phone(filled.lead)
    page.context.add_cookies(
        [
            SetCookieParam(name=each["name"], value=each["value"], url=devices.address)
            for each in other.context.cookies()
            if "name" in each and "value" in each
        ]
    )

    page.context.set_offline(False)

    waiting = f"01 mục chờ {filled.auditor} đăng nhập lại"
    says(page, f"Máy này đang đăng nhập bằng tài khoản khác – {waiting}")
    assert not ItemAnswer.objects.exists()
    expect(page.get_by_role("button", name="Lưu ý", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_ended_session_keeps_the_queue_until_one_signs_in_again(
    devices: Devices, filled: Filled
) -> None:
    item = filled.item()
    page = devices.phone(filled.auditor)
    open_field(page, filled, item)
    Session.objects.all().delete()
    press(page, "Không áp dụng")
    says(page, "Phiên làm việc đã hết, đăng nhập lại để gửi")
    assert not ItemAnswer.objects.exists()

    page.get_by_role("link", name="Đăng nhập").click()
    page.get_by_label("Tên đăng nhập").fill(filled.auditor.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/hien-truong/")

    says(page, re.compile("^Đã gửi hết"))
    assert standing(item) == [("not_applicable", "")]


def test_locked_audit_keeps_the_queue_and_gives_it_as_a_file(
    devices: Devices, filled: Filled
) -> None:
    item = filled.item()
    page = devices.phone(filled.auditor)
    open_field(page, filled, item)
    page.context.set_offline(True)
    page.get_by_label("Ghi chép").fill("Ghi khi đã khóa")
    press(page, "Lưu ý")
    says(page, "Mất kết nối – 01 mục chưa gửi")
    filled.audit.cancel(by=filled.office.secretary, reason="Hoãn")
    page.context.set_offline(False)

    says(page, re.compile("^01 mục chưa gửi. .* Xuất tệp"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Xuất tệp").click()

    assert "Ghi khi đã khóa" in Path(download.value.path()).read_text(encoding="utf-8")
    assert not ItemAnswer.objects.exists()


def test_strangers_have_neither_page_nor_copy(devices: Devices, filled: Filled) -> None:
    page = devices.phone(filled.office.staff)

    answer = page.goto(address(filled))

    assert answer is not None
    assert answer.status == 403
    assert page.evaluate("caches.keys()") == []
