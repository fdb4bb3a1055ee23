"""The field page in a real browser: with the network cut, on two phones, by keys and by thumb."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Page,
    expect,
)

from audits.models import (
    Evidence,
    Finding,
    ItemAnswer,
    SampledDossier,
    SiteConfirmation,
)
from audits.views.worker import DRAWN, FILES
from qms.foundation.dates import today
from tests.audits.filling import Filled
from tests.browser.devices import (
    ROOT,
    RULES,
    SIZES,
    Devices,
    address,
    open_field,
    picture,
    press,
    says,
    standing,
)


def test_worker_keeps_every_file_that_the_page_loads() -> None:
    template = (ROOT / "templates" / "audits" / "field.html").read_text(encoding="utf-8")
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "static" / "field").glob("*.js"))
    loaded = set(re.findall(r"\{% static '([^']+)' %\}", template))
    drawn = set(re.findall(r'\bicon\("([a-z0-9-]+)"\)', scripts))

    assert loaded | {"vendor/lucide/sprite.svg"} == set(FILES)
    assert drawn <= set(DRAWN)


def test_checklist_is_filled_without_network_and_sent_when_back(
    devices: Devices, filled: Filled
) -> None:
    """A reload, a photo, a finding and a confirmation while the network is cut; nothing is lost."""
    item = filled.item()
    page = devices.phone(filled.auditor)
    open_field(page, filled, item)
    page.context.set_offline(True)
    page.reload()
    says(page, re.compile("^Mất kết nối – dùng bản tải lúc "))
    expect(page.locator("[data-question]")).to_contain_text(item.question)

    page.get_by_label("Ghi chép").fill("Không có phiếu hẹn trả")
    press(page, "Không phù hợp")  # the first tap of a finding
    page.get_by_role("button", name="Ghi phát hiện").click()  # the second
    page.get_by_role("button", name="Lưu phát hiện").click()  # the third
    expect(page.get_by_text("01 phát hiện chờ gửi")).to_be_visible()
    page.locator("[data-pick=evidence]").first.set_input_files(picture())
    page.get_by_label("Chú thích").fill("Sổ tiếp nhận")
    page.get_by_role("button", name="Lưu bằng chứng").click()
    page.get_by_role("button", name="Đơn vị xác nhận tại chỗ").click()
    page.get_by_label("Họ và tên").fill("Bùi Thị Cửa")
    sign_on_screen(page)
    page.get_by_role("button", name="Lưu xác nhận").click()
    says(page, "Mất kết nối – 04 mục chưa gửi")
    page.reload()
    says(page, "Mất kết nối – 04 mục chưa gửi")
    expect(page.get_by_label("Ghi chép")).to_have_value("Không có phiếu hẹn trả")
    assert not ItemAnswer.objects.exists()

    page.context.set_offline(False)

    says(page, re.compile(r"^Đã gửi hết lúc \d\d:\d\d$"))
    assert standing(item) == [("nonconform", "Không có phiếu hẹn trả")]
    finding = Finding.objects.get()
    assert (finding.item, finding.grade, finding.unit) == (item, "nonconform", item.unit)
    assert (finding.version, finding.step_key) == (filled.version, item.row_key)
    assert finding.evidence_text == "Không có phiếu hẹn trả"
    evidence = Evidence.objects.get()
    assert (evidence.item, evidence.caption, evidence.is_picture) == (item, "Sổ tiếp nhận", True)
    assert SiteConfirmation.objects.get().name == "Bùi Thị Cửa"
    expect(page.get_by_role("link", name="Đã ghi PH-01")).to_be_visible()
    expect(page.get_by_text("Đơn vị đã xác nhận câu trả lời này.")).to_be_visible()


def sign_on_screen(page: Page) -> None:
    canvas = page.locator("[data-sign]")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for number in range(1, 9):
        page.mouse.move(box["x"] + 40 + 20 * number, box["y"] + 60 + 30 * (number % 2))
    page.mouse.up()


def test_two_auditors_on_one_question_both_survive_and_the_second_is_asked(
    devices: Devices, filled: Filled
) -> None:
    item = filled.item()
    first, second = devices.phone(filled.lead), devices.phone(filled.auditor)
    for page in (first, second):
        open_field(page, filled, item)
        page.context.set_offline(True)
    first.get_by_label("Ghi chép").fill("Có đủ phiếu hẹn")
    press(first, "Phù hợp")
    second.get_by_label("Ghi chép").fill("Thiếu một phiếu hẹn")
    press(second, "Lưu ý")
    says(first, "Mất kết nối – 01 mục chưa gửi")
    says(second, "Mất kết nối – 01 mục chưa gửi")

    first.context.set_offline(False)
    says(first, re.compile("^Đã gửi hết"))
    second.context.set_offline(False)
    expect(second.get_by_role("heading", name="Hai người cùng trả lời câu này")).to_be_visible()

    assert standing(item) == [("conform", "Có đủ phiếu hẹn")]
    assert [each.note for each in item.answers.disputed()] == ["Thiếu một phiếu hẹn"]
    sides = second.locator(".field-side")
    expect(sides).to_have_count(2)
    expect(sides.nth(0)).to_contain_text(str(filled.lead))
    second.get_by_text("Gộp lại", exact=True).click()
    second.get_by_label("Kết quả sau khi gộp").select_option(label="Lưu ý")
    second.get_by_role("button", name="Lưu câu gộp").click()
    expect(second.locator("[data-dispute]")).to_be_hidden()
    says(second, re.compile("^Đã gửi hết"))
    assert standing(item) == [("observation", "Có đủ phiếu hẹn\nThiếu một phiếu hẹn")]
    assert not item.answers.disputed().exists()
    assert item.answers.count() == 3


def test_one_of_two_answers_is_chosen(devices: Devices, filled: Filled) -> None:
    item = filled.item()
    page = devices.phone(filled.auditor)
    open_field(page, filled, item)
    page.context.set_offline(True)
    press(page, "Không phù hợp")
    other = devices.phone(filled.lead)
    open_field(other, filled, item)
    press(other, "Phù hợp")
    says(other, re.compile("^Đã gửi hết"))
    page.context.set_offline(False)

    side = page.locator(".field-side", has_text=str(filled.auditor))
    side.get_by_role("button", name="Giữ câu này").click()

    expect(page.locator("[data-dispute]")).to_be_hidden()
    says(page, re.compile("^Đã gửi hết"))
    assert standing(item) == [("nonconform", "")]


def test_refused_finding_is_shown_at_its_question_and_mended(
    devices: Devices, filled: Filled
) -> None:
    """The server lets nothing be found before the audit began; what was typed stays."""
    item = filled.item()
    page = devices.phone(filled.auditor)
    open_field(page, filled, item)
    page.route("**/hien-truong/gui/", _with_a_finding_of_the_past)
    page.get_by_label("Ghi chép").fill("Sổ chưa ghi")
    press(page, "Lưu ý")
    page.get_by_role("button", name="Ghi phát hiện").click()
    page.get_by_role("button", name="Lưu phát hiện").click()
    expect(page.get_by_role("alert")).to_contain_text("Phát hiện chưa gửi được: Ngày phát hiện")
    says(page, "01 mục chưa gửi được, cần xem lại")

    page.unroute("**/hien-truong/gui/")
    page.get_by_role("button", name="Sửa phát hiện").click()
    expect(page.get_by_label("Bằng chứng", exact=True)).to_have_value("Sổ chưa ghi")
    page.get_by_role("button", name="Lưu phát hiện").click()

    says(page, re.compile("^Đã gửi hết"))
    assert Finding.objects.get().evidence_text == "Sổ chưa ghi"


def _with_a_finding_of_the_past(route: Any) -> None:
    sent = route.request.post_data_json
    if sent["op"] == "finding":
        sent["found_on"] = "2001-01-01"
    route.continue_(post_data=sent)


def test_swipe_goes_to_the_next_question_and_back(devices: Devices, filled: Filled) -> None:
    page = devices.phone(filled.auditor, has_touch=True)
    open_field(page, filled)
    fingers = page.context.new_cdp_session(page)

    def swipe(*spots: tuple[int, int]) -> None:
        for kind, (x, y) in zip(("touchStart", "touchMove", "touchMove"), spots, strict=True):
            points = [{"x": x, "y": y}]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    swipe((320, 200), (200, 204), (90, 206))
    expect(page.locator("[data-place]")).to_have_text(re.compile("^Câu 2/"))
    swipe((90, 200), (200, 204), (320, 206))
    expect(page.locator("[data-place]")).to_have_text(re.compile("^Câu 1/"))
    swipe((200, 400), (230, 300), (270, 200))  # scrolls

    expect(page.locator("[data-place]")).to_have_text(re.compile("^Câu 1/"))


def test_dossiers_are_answered_one_by_one(devices: Devices, filled: Filled) -> None:
    item = filled.item()
    dossiers = [make_dossier(filled, code) for code in ("H02-0004", "H02-0012")]
    page = devices.phone(filled.auditor)
    open_field(page, filled, item)
    chips = page.get_by_role("group", name="Hồ sơ lấy mẫu")
    expect(chips.get_by_role("button", name="H02-0004")).to_have_attribute("aria-pressed", "true")

    press(page, "Phù hợp")
    chips.get_by_role("button", name="H02-0012").click()
    expect(page.get_by_role("button", name="Phù hợp", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    page.get_by_label("Ghi chép").fill("Thiếu phiếu hẹn")
    press(page, "Không phù hợp")
    page.get_by_role("button", name="Ghi phát hiện").click()
    expect(page.get_by_label("Bằng chứng", exact=True)).to_have_value(
        "Hồ sơ H02-0012: Thiếu phiếu hẹn"
    )
    page.get_by_role("button", name="Lưu phát hiện").click()

    expect(page.get_by_role("link", name="Đã ghi PH-01")).to_be_visible()
    expect(chips.get_by_role("button", name="H02-0012 Không phù hợp")).to_be_visible()
    cells = item.answers.standing().order_by("dossier")
    assert [(each.dossier, each.result) for each in cells] == [
        (dossiers[0], "conform"),
        (dossiers[1], "nonconform"),
    ]
    assert Finding.objects.get().dossier == dossiers[1]


def make_dossier(filled: Filled, code: str) -> SampledDossier:
    dossier = SampledDossier(
        audit=filled.audit,
        procedure=filled.version.procedure,
        version=filled.version,
        code=code,
        received_on=today(),
    )
    dossier.record(by=filled.lead, reason="Lấy mẫu")
    return dossier


def test_keys_answer_and_move_and_the_list_filters(devices: Devices, filled: Filled) -> None:
    items = list(filled.audit.items.all())
    page = devices.phone(filled.auditor, SIZES["desk"])
    open_field(page, filled, items[0])

    page.keyboard.press("1")
    expect(page.locator("[data-count]")).to_have_text(f"1/{len(items)}")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-place]")).to_have_text(f"Câu 2/{len(items)}")
    expect(page.locator("[data-question]")).to_be_focused()
    page.get_by_label("Ghi chép").fill("4")
    page.keyboard.press("ArrowRight")  # moves within the text
    expect(page.locator("[data-place]")).to_have_text(f"Câu 2/{len(items)}")
    page.get_by_role("complementary").get_by_role("button", name="Chỉ câu chưa trả lời").click()

    expect(page.locator(".field-aside .field-jump-to")).to_have_count(len(items) - 1)
    page.locator("[data-question]").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-place]")).to_have_text(f"Câu 2/{len(items)}")
    expect(page.locator("[data-state]")).to_contain_text(f"{filled.auditor} ghi lúc")
    assert standing(items[0]) == [("conform", "")]
    assert standing(items[1]) == [("", "4")]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_the_screen_and_can_be_used_by_everybody(
    devices: Devices, filled: Filled, size: tuple[int, int], scheme: str
) -> None:
    item = filled.item()
    page = devices.phone(filled.auditor, size, color_scheme=scheme)
    open_field(page, filled, item)
    wrong = problems(page)
    press(page, "Không phù hợp")
    says(page, re.compile("^Đã gửi hết"))
    wrong += problems(page)
    page.get_by_role("button", name="Ghi phát hiện").click()
    wrong += problems(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Đơn vị xác nhận tại chỗ").click()
    wrong += problems(page)
    page.keyboard.press("Escape")
    page.locator("[data-act=list]").click()
    wrong += problems(page)

    assert wrong == []


def problems(page: Page) -> list[str]:
    found = []
    width = page.viewport_size["width"] if page.viewport_size else 0
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("scrolls sideways")
    small = page.evaluate(
        """[...document.querySelectorAll("main button, main label.btn, .field-foot button")]
        .filter(each => each.offsetParent && !each.matches(".btn-sm"))
        .filter(each => each.getBoundingClientRect().height < 44).map(each => each.textContent)"""
    )
    found += [f"small: {each}" for each in small]
    for violation in Axe().run(page, options=RULES).response["violations"]:
        places = "; ".join(str(node["target"][0]) for node in violation["nodes"][:3])
        found.append(f"{violation['id']} at {places}")
    return found


def test_without_scripts_the_plain_checklist_is_a_link_away(
    devices: Devices, filled: Filled
) -> None:
    page = devices.phone(filled.auditor, java_script_enabled=False)
    page.goto(address(filled))

    expect(page.locator("main").get_by_role("link", name="phiếu đánh giá")).to_have_attribute(
        "href", f"/danh-gia/{filled.audit.slug}/phieu/"
    )
