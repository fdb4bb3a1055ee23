"""From a planned audit to the version that answers it, by the people of an office, on a phone.

The checklist is filled with the network cut; the report is read back from its PDF; the major
nonconformity is treated, verified by another and closed; what it asks to be changed is answered by
the next version of the procedure.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from audits.models import Audit, Evidence, Finding, Nonconformity
from audits.workflow import AuditStatus, NonconformityStatus
from procedures.models import ChangeRequest, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from tests.audits.making import make_audit, make_auditor
from tests.factories import PASSWORD, Office, advance, make_version

PHONE = (390, 844)
GAP = "Không lập giấy tiếp nhận và hẹn trả kết quả."
EVIDENCE = "Hồ sơ H-07-024 không có giấy hẹn trong sổ."


@dataclass
class Cast:
    """The office, its audit and the people who walk."""

    office: Office
    audit: Audit
    lead: User
    verifier: User
    version: ProcedureVersion


@dataclass
class Phone:
    """One phone; whoever signs in has it until the next one does."""

    browser: Browser
    address: str
    page: Page

    def sign_in(self, user: User) -> Page:
        self.page.context.close()
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale="vi-VN",
            reduced_motion="reduce",
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
        assert width <= PHONE[0], f"{self.page.url} scrolls sideways: {width}"


@pytest.fixture
def cast(committed_db: None) -> Cast:
    office = Office()
    version = make_version(
        VersionStatus.ISSUED,
        office,
        title="Chuyển trường đối với học sinh tiểu học",
        paper_on=today() - dt.timedelta(days=60),
    )
    lead, verifier = make_auditor(office, "Vũ Thị Giám"), make_auditor(office, "Ngô Văn Định")
    audit = make_audit(office, version.procedure, lead=lead, title="Đánh giá đợt 1")
    return Cast(office, audit, lead, verifier, version)


@pytest.fixture
def phone(browser: Browser, live_server: Any, cast: Cast) -> Iterator[Phone]:
    made = Phone(browser, str(live_server), browser.new_context().new_page())
    yield made
    made.page.context.close()


def test_from_a_planned_audit_to_the_version_that_answers_it(phone: Phone, cast: Cast) -> None:
    _begin_it(phone, cast)
    _fill_it_without_network(phone, cast)
    _grade_and_close_the_meeting(phone, cast)
    _unit_accepts(phone, cast)
    _report_it(phone, cast)
    _approve_and_read_back(phone, cast)
    sheet = Nonconformity.objects.get()
    _find_the_cause(phone, cast, sheet)
    _agree_to_the_measures(phone, cast, sheet)
    change = _carry_out(phone, cast, sheet)
    _verify_by_another(phone, cast, sheet)
    _close_it(phone, cast, sheet)
    _answer_by_the_next_version(phone, cast, change)
    _see_the_answer_on_the_sheet(phone, cast, sheet)


def _open_audit(phone: Phone, cast: Cast, page: str = "") -> Page:
    phone.page.goto(f"/danh-gia/{cast.audit.slug}/{page}")
    phone.stays_within_the_screen()
    return phone.page


def _status(cast: Cast) -> str:
    return str(Audit.objects.get(pk=cast.audit.pk).status)


def _begin_it(phone: Phone, cast: Cast) -> None:
    """The lead finds the audit in the list, notifies, makes the checklist, opens."""
    page = phone.sign_in(cast.lead)
    page.goto("/danh-gia/")
    page.get_by_role("link", name=cast.audit.number).first.click()
    page.wait_for_url(f"**/{cast.audit.slug}/")
    page.locator(".next-step").get_by_role("button").click()
    expect(page.get_by_text(AuditStatus.NOTIFIED.label).first).to_be_visible()
    _open_audit(phone, cast, "phieu/")
    page.get_by_role("button", name="Lập phiếu hỏi").click()
    expect(page.get_by_text(re.compile(r"^0/\d+ câu đã trả lời"))).to_be_visible()
    _open_audit(phone, cast, "khai-mac/")
    page.get_by_label("Người dự khác").fill(f"{cast.office.staff}, Chuyên viên")
    page.get_by_label("Diễn biến, ý kiến").fill("Trưởng đoàn nêu mục đích, phạm vi.")
    page.get_by_role("button", name="Ghi họp khai mạc").click()
    expect(page.get_by_text(AuditStatus.UNDER_WAY.label).first).to_be_visible()
    assert _status(cast) == AuditStatus.UNDER_WAY


def _picture() -> dict[str, Any]:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(data, "JPEG")
    return {"name": "so-tiep-nhan.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def _fill_it_without_network(phone: Phone, cast: Cast) -> None:
    page = _open_audit(phone, cast, "hien-truong/")
    net = page.locator("[data-net-text]")
    expect(net).to_have_text("Sẵn sàng dùng khi mất mạng")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-question]")).to_be_visible()
    page.get_by_label("Ghi chép").fill(EVIDENCE)
    page.get_by_role("button", name="Không phù hợp", exact=True).click()
    page.get_by_role("button", name="Ghi phát hiện").click()
    page.get_by_label("Điểm chưa phù hợp").fill(GAP)
    page.get_by_role("button", name="Lưu phát hiện").click()
    page.locator("[data-pick=evidence]").first.set_input_files(_picture())  # type: ignore[arg-type]
    page.get_by_label("Chú thích").fill("Sổ tiếp nhận tháng 9")
    page.get_by_role("button", name="Lưu bằng chứng").click()
    expect(net).to_have_text("Mất kết nối – 03 mục chưa gửi")
    assert not Finding.objects.exists()

    page.context.set_offline(False)

    expect(net).to_have_text(re.compile(r"^Đã gửi hết"))
    finding = Finding.objects.get()
    assert (finding.gap, finding.version, finding.step_text != "") == (GAP, cast.version, True)
    assert Evidence.objects.get().caption == "Sổ tiếp nhận tháng 9"
    count = cast.audit.items.filter(removed_at=None).count()
    for _ in range(count - 1):
        page.get_by_role("button", name="Sau", exact=True).click()
        page.get_by_role("button", name="Phù hợp", exact=True).click()
    expect(page.locator("[data-count]")).to_have_text(f"{count}/{count}")
    expect(net).to_have_text(re.compile(r"^Đã gửi hết"))


def _grade_and_close_the_meeting(phone: Phone, cast: Cast) -> None:
    page = _open_audit(phone, cast, "phat-hien/1/")
    expect(page.get_by_text(GAP)).to_be_visible()
    page.get_by_label("Nặng", exact=False).check()
    page.get_by_role("button", name="Xếp mức").click()
    expect(page.get_by_text("Không phù hợp nặng").first).to_be_visible()
    _open_audit(phone, cast, "ket-thuc/")
    page.get_by_label("Người dự khác").fill(f"{cast.office.staff}, Chuyên viên")
    page.get_by_label("Diễn biến, ý kiến").fill("Đã thông qua một phát hiện.")
    page.get_by_role("button", name="Ghi họp kết thúc").click()
    page.wait_for_url(f"**/{cast.audit.slug}/")
    assert Audit.objects.get(pk=cast.audit.pk).closing_held_on == today()


def _unit_accepts(phone: Phone, cast: Cast) -> None:
    page = phone.sign_in(cast.office.staff)
    _open_audit(phone, cast, "phat-hien/1/")
    page.get_by_label("Thống nhất với phát hiện").check()
    page.get_by_role("button", name="Ghi ý kiến").click()
    expect(page.get_by_text("Đã ghi ý kiến").first).to_be_visible()


def _report_it(phone: Phone, cast: Cast) -> None:
    page = phone.sign_in(cast.lead)
    _open_audit(phone, cast, "bao-cao/")
    page.get_by_label("Điểm mạnh").fill("Người làm biết thời hạn của bước mình.")
    page.get_by_label("Kết luận").fill("Quy trình được áp dụng, còn thiếu giấy hẹn.")
    page.get_by_role("button", name="Lưu báo cáo").click()
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Ký báo cáo").click()
    expect(page.get_by_text("Chờ phê duyệt báo cáo").first).to_be_visible()


def _approve_and_read_back(phone: Phone, cast: Cast) -> None:
    page = phone.sign_in(cast.office.leader)
    _open_audit(phone, cast, "bao-cao/")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^Phê duyệt")).click()
    expect(page.get_by_text(AuditStatus.REPORTED.label).first).to_be_visible()
    answer = page.request.get(f"/danh-gia/{cast.audit.slug}/in/bao-cao.pdf/")
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.body())).pages
    text = " ".join(" ".join(one.extract_text() for one in pages).split())
    for said in (GAP, EVIDENCE, "còn thiếu giấy hẹn", "KPH-", str(cast.lead)):
        assert said in text


def _open_sheet(phone: Phone, sheet: Nonconformity) -> Page:
    phone.page.goto(f"/khong-phu-hop/{sheet.slug}/")
    phone.stays_within_the_screen()
    return phone.page


def _deed(page: Page, name: str) -> Locator:
    """The form of a deed, unfolded where it is folded."""
    form = page.locator(f'form[action$="/{name}/"]').first
    if not form.is_visible():
        page.locator(f'details:has(form[action$="/{name}/"])').last.locator("summary").click()
    return form


def _now(sheet: Nonconformity) -> str:
    return str(Nonconformity.objects.get(pk=sheet.pk).status)


def _do(page: Page, name: str) -> None:
    """Press the button of a deed and wait for the sheet as it is afterwards."""
    page.evaluate("document.querySelector('main').dataset.before = 'yes'")
    with page.expect_response(lambda answer: answer.url.endswith(f"/{name}/")) as response:
        _deed(page, name).get_by_role("button").last.click()
    assert response.value.status == 302, page.locator(".invalid-feedback").all_inner_texts()
    expect(page.locator("main:not([data-before])")).to_be_attached()


def _find_the_cause(phone: Phone, cast: Cast, sheet: Nonconformity) -> None:
    """The head of the unit confirms, corrects, asks why, plans a measure."""
    page = phone.sign_in(cast.office.reviewer)
    _open_sheet(phone, sheet)
    _do(page, "xac-nhan")
    form = _deed(page, "xu-ly")
    form.get_by_label("Khắc phục tức thời").fill("Lập giấy hẹn bổ sung.")
    form.get_by_label("Người khắc phục").select_option(label=str(cast.office.staff))
    form.get_by_label("Ngày khắc phục").fill(format_date(today()))
    form.get_by_label("Vì sao? Lần 1").fill("Hồ sơ nhận qua bưu chính, không ai lập giấy hẹn.")
    form.get_by_label("Vì sao? Lần 2").fill("Quy trình không nói ai lập giấy hẹn khi nhận qua thư.")
    form.get_by_label("lần 2", exact=True).check()
    form.get_by_label("Nhóm nguyên nhân").select_option(label="Tài liệu, biểu mẫu")
    form.get_by_label("Không", exact=True).check()
    _do(page, "xu-ly")
    _do(page, "phan-tich")
    assert _now(sheet) == NonconformityStatus.ANALYSED
    form = _deed(page, "hanh-dong")
    form.get_by_label("Biện pháp").fill("Sửa quy trình: văn thư lập giấy hẹn khi nhận qua thư.")
    form.get_by_label("Người thực hiện").select_option(label=str(cast.office.staff))
    form.get_by_label("Hạn thực hiện").fill(format_date(today()))
    _do(page, "hanh-dong")
    _do(page, "trinh")


def _agree_to_the_measures(phone: Phone, cast: Cast, sheet: Nonconformity) -> None:
    page = phone.sign_in(cast.lead)
    _open_sheet(phone, sheet)
    _do(page, "dong-y")
    assert _now(sheet) == NonconformityStatus.PLANNED


def _carry_out(phone: Phone, cast: Cast, sheet: Nonconformity) -> ChangeRequest:
    """The doer asks for a change of the procedure and shows what was done."""
    page = phone.sign_in(cast.office.staff)
    _open_sheet(phone, sheet)
    form = _deed(page, "sua-quy-trinh")
    form.get_by_label("Nội dung cần sửa trong quy trình").fill("Văn thư lập giấy hẹn khi nhận thư.")
    form.get_by_label(re.compile("^(Lý do|Vì sao)")).fill("Hồ sơ gửi qua thư không có giấy hẹn.")
    _do(page, "sua-quy-trinh")
    form = _deed(page, "xong")
    form.get_by_label("Kết quả, bằng chứng").fill("Đã phân công văn thư, có văn bản.")
    form.locator("input[type=file]").set_input_files(_picture())  # type: ignore[arg-type]
    _do(page, "xong")
    page = phone.sign_in(cast.office.reviewer)
    _open_sheet(phone, sheet)
    _do(page, "thuc-hien-xong")
    assert _now(sheet) == NonconformityStatus.IMPLEMENTED
    change = ChangeRequest.objects.get()
    assert change.origin_text.startswith("KPH-") or sheet.number in change.origin_text
    return change


def _verify_by_another(phone: Phone, cast: Cast, sheet: Nonconformity) -> None:
    page = phone.sign_in(cast.office.staff)
    _open_sheet(phone, sheet)
    expect(page.locator('form[action$="/kiem-tra/"]')).to_have_count(0)
    page = phone.sign_in(cast.verifier)
    _open_sheet(phone, sheet)
    form = _deed(page, "kiem-tra")
    form.get_by_label("Đạt", exact=True).check()
    form.locator("textarea").fill("Đã xem văn bản phân công và sổ bưu chính.")
    _do(page, "kiem-tra")
    assert _now(sheet) == NonconformityStatus.VERIFIED
    form = _deed(page, "hieu-luc")
    form.locator('input[type=radio][value="True"]').check()
    form.locator("textarea").fill("Mười hồ sơ sau đó đều có giấy hẹn.")
    _do(page, "hieu-luc")


def _close_it(phone: Phone, cast: Cast, sheet: Nonconformity) -> None:
    page = phone.sign_in(cast.office.leader)
    _open_sheet(phone, sheet)
    _deed(page, "dong").get_by_label("Mật khẩu").fill(PASSWORD)
    _do(page, "dong")
    expect(page.get_by_text("Đã đóng").first).to_be_visible()
    assert _now(sheet) == NonconformityStatus.CLOSED


def _answer_by_the_next_version(phone: Phone, cast: Cast, change: ChangeRequest) -> None:
    """The secretary accepts, starts the next version with the request in it; it is issued."""
    page = phone.sign_in(cast.office.secretary)
    page.goto(f"/gop-y/{change.pk}/")
    page.get_by_role("button", name="Chấp nhận", exact=True).click()
    expect(page.get_by_text("Đã chấp nhận").first).to_be_visible()
    page.goto(cast.version.procedure.get_absolute_url())
    page.locator(".doc-ribbon-actions details.menu-drop > summary").click()
    page.get_by_role("link", name="Sửa đổi, ban hành lại").locator("visible=true").click()
    page.get_by_role("button", name="Bắt đầu soạn").click()
    page.wait_for_url("**/du-thao/*/")
    draft = ProcedureVersion.objects.get(status=VersionStatus.DRAFT)
    changed = draft.document.revised(
        purpose="<p>Văn thư lập giấy hẹn cả khi nhận hồ sơ qua thư.</p>", change_summary="Giấy hẹn"
    )
    draft.save_content(
        changed, by=cast.office.staff, seen=draft.content_sha256, reason="Sửa theo góp ý"
    )
    advance(draft, VersionStatus.ISSUED, cast.office)
    change.refresh_from_db()
    assert (change.status, change.version) == ("answered", draft)


def _see_the_answer_on_the_sheet(phone: Phone, cast: Cast, sheet: Nonconformity) -> None:
    page = phone.sign_in(cast.office.staff)
    _open_sheet(phone, sheet)
    answer = ProcedureVersion.objects.order_by("-pk").first()
    assert answer is not None
    expect(page.get_by_role("link", name=re.compile(answer.number_text)).first).to_be_visible()
