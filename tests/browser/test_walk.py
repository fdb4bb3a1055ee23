"""The main path in a real browser, as the people of an office walk it, on a desk and on a phone.

A list is imported, a procedure drafted from its TTHC, submitted, returned, submitted again,
reviewed, approved, numbered and read; its PDF is opened and coverage has moved.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from procedures.content import Content
from procedures.models import TTHC, InForcePeriod, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.factories import PASSWORD, Office, make_user

LIST = Path(__file__).parents[2] / "fixtures" / "tthc_gddt_cap_huyen.csv"
CODE = "1.005099"
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


@dataclass
class Walk:
    """One browser; whoever signs in has it until the next one does."""

    browser: Browser
    address: str
    size: tuple[int, int]
    page: Page

    def sign_in(self, user: User) -> Page:
        """Begin a session of its own for `user`, through the sign-in page."""
        self.page.context.close()
        width, height = self.size
        context = self.browser.new_context(
            base_url=self.address, viewport={"width": width, "height": height}, locale="vi-VN"
        )
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: pytest.fail(f"JavaScript: {error}"))
        self.page.goto("/tai-khoan/dang-nhap/")
        self.page.get_by_label("Tên đăng nhập").fill(user.username)
        self.page.get_by_label("Mật khẩu").fill(PASSWORD)
        self.page.get_by_role("button", name="Đăng nhập").click()
        self.page.wait_for_url("**/")
        return self.page

    def stays_within_the_screen(self) -> None:
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.size[0], f"{self.page.url} scrolls sideways: {width}"


@pytest.fixture
def office(committed_db: None) -> Office:
    return Office(public_reading=True)


@pytest.fixture(params=list(SIZES.values()), ids=list(SIZES))
def walk(
    request: pytest.FixtureRequest, browser: Browser, live_server: object, office: Office
) -> Iterator[Walk]:
    address = str(live_server)
    made = Walk(browser, address, request.param, browser.new_context().new_page())
    yield made
    made.page.context.close()


def test_from_a_list_of_tthc_to_a_procedure_in_force(walk: Walk, office: Office) -> None:
    _import_the_list(walk, office)
    _start_the_draft(walk, office)
    version = ProcedureVersion.objects.get()
    _strangers_are_kept_out_of(version, walk, office)
    _write_it(walk, office, version)
    _return_it(walk, office, version)
    _submit_it_again(walk, office, version)
    _review_it(walk, office, version)
    _compose_the_decision(walk, office)
    _approve_it(walk, office)
    _number_it(walk, office)
    _read_it(walk, office, version)
    _see_that_coverage_moved(walk, office)


def _import_the_list(walk: Walk, office: Office) -> None:
    page = walk.sign_in(office.secretary)
    page.goto("/tthc/nhap/")
    page.get_by_label("Tệp danh mục").set_input_files(LIST)
    page.get_by_role("button", name="Xem trước").click()
    walk.stays_within_the_screen()
    assert not TTHC.objects.exists()
    page.get_by_role("button", name=re.compile("^Nhập 43 TTHC mới")).click()
    expect(page.get_by_text("Đã nhập")).to_be_visible()
    assert TTHC.objects.count() == 43


def _start_the_draft(walk: Walk, office: Office) -> None:
    page = walk.page
    page.goto("/bao-phu/?nhom=thieu")
    expect(page.get_by_text("0/43").first).to_be_visible()
    walk.stays_within_the_screen()
    page.locator(f'a[href*="tthc={CODE}"]').first.click()
    expect(page.get_by_label("Tên quy trình")).to_have_value(
        "Chuyển trường đối với học sinh tiểu học"
    )
    expect(page.get_by_label("Mã hiệu")).to_have_value("QT-01/GDĐT")
    page.get_by_role("button", name="Bắt đầu soạn").click()
    page.wait_for_url("**/du-thao/*/")
    page.get_by_text("Người soạn thảo", exact=True).click()
    page.get_by_label(str(office.secretary)).uncheck()
    page.get_by_label(str(office.staff)).check()
    page.get_by_role("button", name="Giao người soạn thảo").click()
    expect(page.get_by_text("Đã đổi người soạn thảo.")).to_be_visible()


def _strangers_are_kept_out_of(version: ProcedureVersion, walk: Walk, office: Office) -> None:
    page = walk.sign_in(make_user(Role.STAFF, unit=office.agency))
    answer = page.goto(f"/du-thao/{version.pk}/")
    assert answer is not None
    assert answer.status == 404
    page.goto("/du-thao/")
    expect(page.get_by_text(version.procedure.code)).to_have_count(0)


def _write_it(walk: Walk, office: Office, version: ProcedureVersion) -> None:
    page = walk.sign_in(office.staff)
    page.get_by_role("link", name=version.procedure.code).first.click()
    page.wait_for_url(f"**/du-thao/{version.pk}/")
    walk.stays_within_the_screen()
    for name in ("purpose", "scope"):
        editor = page.locator(f".field:has(#id_{name}), .cell:has(#id_{name})").locator(
            "[contenteditable=true]"
        )
        editor.click()
        page.keyboard.type("Giải quyết đúng hạn, đúng quy định.")
    page.get_by_role("button", name="Thêm giấy tờ").click()
    item = page.locator("[data-rows=dossier] > [data-row]").last
    item.get_by_label("Tên giấy tờ").fill("Đơn xin chuyển trường")
    item.get_by_label("Bản chính").fill("1")
    limit = page.locator("[data-rows=limits] > [data-row]").first
    limit.get_by_label("Thời hạn", exact=True).fill("5")
    limit.get_by_label("Đơn vị").select_option(label="ngày làm việc")
    steps = [("Tiếp nhận hồ sơ", "Văn thư", "½"), ("Thẩm định", "Chuyên viên", "9"),
             ("Trả kết quả", "Văn thư", "½")]  # fmt: skip
    for work, who, days in steps:
        page.get_by_role("button", name="Thêm bước").click()
        row = page.locator("[data-rows=steps] > [data-row]").last
        row.get_by_label("Công việc").fill(work)
        row.get_by_label("Người thực hiện").fill(who)
        row.locator("[data-time-value]").fill(days)
    page.get_by_role("button", name="Trình xem xét").click()
    expect(page.get_by_text(re.compile("vượt hạn .* ngày của TTHC"))).not_to_have_count(0)
    assert _status(version) == VersionStatus.DRAFT
    assert len(_document(version).steps) == 3
    page.locator("[data-rows=steps] > [data-row]").nth(1).locator("[data-time-value]").fill("1")
    _answer_and_submit(page)
    page.wait_for_load_state()
    assert _status(version) == VersionStatus.IN_REVIEW


def _answer_and_submit(page: Page) -> None:
    page.get_by_role("button", name="Lưu dự thảo").click()
    page.wait_for_load_state()
    for field in page.locator("input[name^='answer-']").all():
        field.fill("Sẽ bổ sung khi có nguồn.")
    page.get_by_role("button", name="Trình xem xét").click()
    expect(page.get_by_text("Đã trình xem xét")).to_be_visible()


def _return_it(walk: Walk, office: Office, version: ProcedureVersion) -> None:
    page = walk.sign_in(office.reviewer)
    expect(page.get_by_text("Chờ bạn xem xét")).to_be_visible()
    page.get_by_role("link", name=version.procedure.code).first.click()
    page.wait_for_url(f"**/du-thao/{version.pk}/")
    walk.stays_within_the_screen()
    page.locator("summary", has_text="Trả lại").click()
    page.get_by_role("button", name=re.compile("^Trả lại")).click()
    expect(page.get_by_text(re.compile("Hãy ghi lý do|Chưa điền")).first).to_be_visible()
    assert _status(version) == VersionStatus.IN_REVIEW
    form = page.locator("form", has=page.get_by_role("button", name=re.compile("^Trả lại")))
    form.locator("textarea").fill("Ghi rõ nơi lưu hồ sơ")
    form.get_by_role("button").click()
    expect(page.get_by_text("Đã trả lại")).to_be_visible()
    assert _status(version) == VersionStatus.DRAFT


def _submit_it_again(walk: Walk, office: Office, version: ProcedureVersion) -> None:
    page = walk.sign_in(office.staff)
    page.goto(f"/du-thao/{version.pk}/")
    expect(page.get_by_text("Ghi rõ nơi lưu hồ sơ")).to_be_visible()
    page.get_by_role("button", name="Thêm hồ sơ lưu").click()
    row = page.locator("[data-rows=records] > [data-row]").last
    row.get_by_label("Tên hồ sơ").fill("Đơn xin chuyển trường")
    row.get_by_label("Nơi lưu").fill("Văn thư")
    row.get_by_label("Số năm lưu").fill("5")
    _answer_and_submit(page)
    assert _status(version) == VersionStatus.IN_REVIEW
    assert page.request.post(f"/du-thao/{version.pk}/xem-xet/").status == 403


def _review_it(walk: Walk, office: Office, version: ProcedureVersion) -> None:
    page = walk.sign_in(office.reviewer)
    page.goto(f"/du-thao/{version.pk}/")
    page.get_by_role("button", name="Xem xét: phù hợp").click()
    expect(page.get_by_text("chờ phê duyệt").first).to_be_visible()
    assert _status(version) == VersionStatus.REVIEWED


def _compose_the_decision(walk: Walk, office: Office) -> None:
    page = walk.sign_in(office.secretary)
    page.goto("/quyet-dinh/moi/")
    page.get_by_label("Trích yếu").fill("Ban hành quy trình ISO")
    page.get_by_label("QT-01/GDĐT").check()
    page.get_by_role("button", name="Lưu quyết định").click()
    page.wait_for_url(re.compile(r"/quyet-dinh/\d+/$"))
    page.get_by_role("button", name=re.compile("^Trình")).click()
    expect(page.get_by_text("Chờ phê duyệt").first).to_be_visible()


def _approve_it(walk: Walk, office: Office) -> None:
    version = ProcedureVersion.objects.get()
    decision = version.decision_items.get().decision
    page = walk.sign_in(office.staff)
    answer = page.goto(f"/quyet-dinh/{decision.pk}/")
    assert answer is not None
    assert answer.status == 404  # who wrote it has no way to the decision before it is issued
    page = walk.sign_in(office.reviewer)
    page.goto(f"/quyet-dinh/{decision.pk}/")
    expect(page.get_by_role("button", name=re.compile("^Phê duyệt"))).to_have_count(0)
    page = walk.sign_in(office.leader)
    page.get_by_role("link", name="Ban hành quy trình ISO").first.click()
    page.wait_for_url(f"**/quyet-dinh/{decision.pk}/")
    walk.stays_within_the_screen()
    page.get_by_label("Mật khẩu của bạn").fill("sai mat khau")
    page.get_by_role("button", name=re.compile("^Phê duyệt")).click()
    expect(page.get_by_text("Mật khẩu không đúng.")).not_to_have_count(0)
    assert _status(version) == VersionStatus.REVIEWED
    page.get_by_label("Mật khẩu của bạn").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^Phê duyệt")).click()
    expect(page.get_by_text("Chờ vào số").first).to_be_visible()
    assert _status(version) == VersionStatus.APPROVED
    assert not InForcePeriod.objects.exists()


def _number_it(walk: Walk, office: Office) -> None:
    page = walk.sign_in(office.clerk)
    expect(page.get_by_text("Chờ vào số").first).to_be_visible()
    page.get_by_role("link", name="Ban hành quy trình ISO").first.click()
    page.get_by_label("Số, ký hiệu").fill("15/QĐ-PGDĐT")
    page.get_by_label("Ngày quyết định").fill(format_date(today()))
    page.get_by_role("button", name=re.compile("Vào số, ban hành")).click()
    expect(page.get_by_text("15/QĐ-PGDĐT").first).to_be_visible()
    period = InForcePeriod.objects.get()
    assert (period.valid_from, period.valid_to) == (today(), None)


def _read_it(walk: Walk, office: Office, version: ProcedureVersion) -> None:
    page = walk.sign_in(office.staff)
    page.goto("/quy-trinh/?q=chuyen+truong")
    page.get_by_role("link", name="Chuyển trường").first.click()
    page.wait_for_url("**/quy-trinh/qt-01-gddt/")
    walk.stays_within_the_screen()
    expect(page.get_by_text("Còn hiệu lực").first).to_be_visible()
    expect(page.get_by_text("Đơn xin chuyển trường").first).to_be_attached()
    pdf = page.request.get("/quy-trinh/qt-01-gddt/cac-lan-ban-hanh/01-00/pdf/")
    assert pdf.headers["content-type"] == "application/pdf"
    text = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf.body())).pages)
    plain = " ".join(text.split())
    for words in ("QT-01/GDĐT", "Đơn xin chuyển trường", "Hoàng Văn Trưởng", "15/QĐ-PGDĐT"):
        assert words in plain


def _see_that_coverage_moved(walk: Walk, office: Office) -> None:
    page = walk.sign_in(office.leader)
    page.goto("/bao-phu/")
    expect(page.get_by_text("1/43").first).to_be_visible()
    page.goto("/bao-phu/?nhom=phu-hop")
    expect(page.get_by_text(CODE).first).to_be_visible()


def _status(version: ProcedureVersion) -> str:
    return ProcedureVersion.objects.values_list("status", flat=True).get(pk=version.pk)


def _document(version: ProcedureVersion) -> Content:
    return ProcedureVersion.objects.get(pk=version.pk).document
