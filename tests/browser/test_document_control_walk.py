"""A change of a document in a real browser: from what a reader asks to the old copy on paper.

A reader asks for a change, the secretary drafts it and looks at the redline, it is reviewed,
approved and numbered for the next day; that day one acknowledges it, a meeting the others, and the
QR code of the old copy says that it is valid no more.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect

from procedures.models import (
    Acknowledgement,
    ChangeRequest,
    Dissemination,
    PrintedCopy,
    ProcedureVersion,
)
from procedures.workflow import ChangeRequestStatus, VersionStatus
from qms.foundation.dates import format_date, today
from tests.browser.test_walk import SIZES, Walk
from tests.factories import PASSWORD, Office, make_version

LONG_AGO = dt.date(2024, 3, 15)


@pytest.fixture
def office(committed_db: None) -> Office:
    return Office(public_reading=True)


@pytest.fixture
def walk(browser: Browser, live_server: object, office: Office) -> Iterator[Walk]:
    page = browser.new_context().new_page()
    made = Walk(browser, str(live_server), SIZES["desk"], page)
    yield made
    made.page.context.close()


def test_from_a_wish_to_the_copy_that_is_valid_no_more(
    walk: Walk, office: Office, time_machine: Any
) -> None:
    old = make_version(VersionStatus.ISSUED, office, paper_on=LONG_AGO, effective_on=LONG_AGO)
    _hand_out_a_copy(walk, office, old)
    _ask_for_a_change(walk, office, old)
    _accept_it(walk, office)
    new = _draft_it(walk, office, old)
    _review_it(walk, office, new)
    _decide(walk, office, new)
    _number_it_for_tomorrow(walk, office, old)
    token = PrintedCopy.objects.get().token
    _qr_says(walk, token, "Còn hiệu lực")
    time_machine.move_to(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    _acknowledge_it(walk, office, new)
    _hold_the_meeting(walk, office, new)
    _qr_says(walk, token, "Hết hiệu lực")


def _on_both_screens(walk: Walk) -> None:
    """See that the page shown scrolls sideways neither on a desk nor on a phone."""
    for size in (SIZES["phone"], SIZES["desk"]):
        width, height = size
        walk.page.set_viewport_size({"width": width, "height": height})
        walk.size = size
        walk.stays_within_the_screen()


def _hand_out_a_copy(walk: Walk, office: Office, old: ProcedureVersion) -> None:
    page = walk.sign_in(office.secretary)
    page.goto(reverse("procedures:copy-new", args=[old.procedure.slug, old.number_slug]))
    page.get_by_label("Người giữ").first.fill("Bộ phận Một cửa")
    page.get_by_role("button", name="Cấp số, lập tệp in").click()
    expect(page.get_by_text("Vừa cấp 01 bản")).to_be_visible()


def _ask_for_a_change(walk: Walk, office: Office, old: ProcedureVersion) -> None:
    page = walk.sign_in(office.staff)
    page.goto(old.procedure.get_absolute_url())
    page.get_by_role("main").get_by_role("link", name="Góp ý, đề nghị sửa đổi").last.click()
    page.get_by_label("Nội dung đề nghị").fill("Nhận cả đơn nộp trực tuyến")
    page.get_by_label("Lý do, căn cứ").fill("Nhiều người nộp qua mạng")
    page.get_by_role("button", name="Gửi góp ý").click()
    page.wait_for_url(re.compile(r"/gop-y/\d+/$"))
    assert ChangeRequest.objects.get().requested_by == office.staff


def _accept_it(walk: Walk, office: Office) -> None:
    change = ChangeRequest.objects.get()
    page = walk.sign_in(office.secretary)
    page.goto(change.get_absolute_url())
    page.get_by_role("button", name="Chấp nhận", exact=True).click()
    expect(page.get_by_role("button", name="Chấp nhận", exact=True)).to_have_count(0)
    change.refresh_from_db()
    assert change.status == ChangeRequestStatus.ACCEPTED


def _draft_it(walk: Walk, office: Office, old: ProcedureVersion) -> ProcedureVersion:
    page = walk.page
    page.goto(f"{reverse('procedures:draft-new')}?tu={old.procedure.slug}")
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Bắt đầu soạn").click()
    page.wait_for_url("**/du-thao/*/")
    step = page.locator("[data-rows=steps] > [data-row]").first
    step.get_by_label("Công việc").fill("Tiếp nhận hồ sơ, cả hồ sơ nộp trực tuyến")
    page.get_by_role("button", name="Đề xuất tóm tắt từ so sánh").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Lưu dự thảo").click()
    page.wait_for_load_state()
    version = ProcedureVersion.objects.get(status=VersionStatus.DRAFT)
    page.goto(f"/quy-trinh/{old.procedure.slug}/so-sanh/")
    expect(page.locator("ins", has_text="trực tuyến").first).to_be_visible()
    _on_both_screens(walk)
    page.goto(f"/du-thao/{version.pk}/")
    for field in page.locator("input[name^='answer-']").all():
        field.fill("Sẽ bổ sung khi có nguồn.")
    page.get_by_role("button", name="Trình xem xét").click()
    expect(page.get_by_text("Đã trình xem xét")).to_be_visible()
    return version


def _review_it(walk: Walk, office: Office, new: ProcedureVersion) -> None:
    page = walk.sign_in(office.reviewer)
    page.goto(f"/du-thao/{new.pk}/")
    _on_both_screens(walk)
    page.get_by_role("button", name="Xem xét: phù hợp").click()
    expect(page.get_by_text("chờ phê duyệt").first).to_be_visible()


def _decide(walk: Walk, office: Office, new: ProcedureVersion) -> None:
    page = walk.sign_in(office.secretary)
    page.goto("/quyet-dinh/moi/")
    page.get_by_label("Trích yếu").fill("Sửa đổi quy trình ISO")
    page.get_by_label(new.procedure.code).check()
    page.get_by_role("button", name="Lưu quyết định").click()
    page.wait_for_url(re.compile(r"/quyet-dinh/\d+/$"))
    address = page.url
    page.get_by_role("button", name=re.compile("^Trình")).click()
    expect(page.get_by_text("Chờ phê duyệt").first).to_be_visible()
    page = walk.sign_in(office.leader)
    page.goto(address)
    expect(page.get_by_text("trực tuyến").first).to_be_attached()  # the redline of the signer
    _on_both_screens(walk)
    page.get_by_label("Mật khẩu của bạn").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^Phê duyệt")).click()
    expect(page.get_by_text("Chờ vào số").first).to_be_visible()


def _number_it_for_tomorrow(walk: Walk, office: Office, old: ProcedureVersion) -> None:
    page = walk.sign_in(office.clerk)
    page.get_by_role("link", name="Sửa đổi quy trình ISO").first.click()
    page.get_by_label("Số, ký hiệu").fill("16/QĐ-PGDĐT")
    page.get_by_label("Ngày quyết định").fill(format_date(today()))
    tomorrow = today() + dt.timedelta(days=1)
    page.locator("#id_effective_on").fill(format_date(tomorrow))
    page.get_by_role("button", name=re.compile("Vào số, ban hành")).click()
    expect(page.get_by_text("16/QĐ-PGDĐT").first).to_be_visible()
    page.goto(f"/quy-trinh/{old.procedure.slug}/cac-lan-ban-hanh/")
    expect(page.get_by_text("Chưa có hiệu lực").first).to_be_visible()


def _acknowledge_it(walk: Walk, office: Office, new: ProcedureVersion) -> None:
    page = walk.sign_in(office.staff)
    page.goto(f"/pho-bien/tai-lieu/{new.pk}/")
    _on_both_screens(walk)
    page.goto("/pho-bien/")
    page.locator('a[href*="/pho-bien/can-doc/"]').first.click()
    _on_both_screens(walk)
    acknowledging = page.get_by_role("button", name=re.compile("^Xác nhận đã đọc"))
    acknowledging.click()
    expect(acknowledging).to_have_count(0)
    assert list(Acknowledgement.objects.values_list("person", flat=True)) == [office.staff.pk]


def _hold_the_meeting(walk: Walk, office: Office, new: ProcedureVersion) -> None:
    page = walk.sign_in(office.secretary)
    page.goto(f"/pho-bien/buoi/moi/?ban={new.pk}")
    page.get_by_label("Ngày phổ biến").fill(format_date(today()))
    page.get_by_label("Nội dung").fill("Phổ biến cách nhận hồ sơ trực tuyến")
    page.get_by_role("button", name="Chọn những người chưa đọc").click()
    page.wait_for_load_state()
    _on_both_screens(walk)
    page.get_by_role("button", name="Ghi buổi phổ biến").last.click()
    expect(page.get_by_text("Đã ghi nhận buổi phổ biến")).to_be_visible()
    people = Dissemination.objects.get().attendees.values_list("person", flat=True)
    assert office.clerk.pk in people
    assert office.staff.pk not in people  # had read it already
    assert Acknowledgement.objects.filter(person=office.clerk, version=new).exists()


def _qr_says(walk: Walk, token: str, words: str) -> None:
    """Look the copy up on a phone, as somebody without an account."""
    walk.page.context.close()
    width, height = SIZES["phone"]
    context = walk.browser.new_context(
        base_url=walk.address, viewport={"width": width, "height": height}
    )
    walk.page, walk.size = context.new_page(), SIZES["phone"]
    walk.page.goto(f"/xac-thuc/{token}/")
    heading = walk.page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(re.compile(words, re.IGNORECASE))
    walk.stays_within_the_screen()
    assert context.cookies() == []
    walk.size = SIZES["desk"]
