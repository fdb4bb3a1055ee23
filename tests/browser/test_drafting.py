"""The drafting page in a real browser: rows, sums, pasting, two ways of working without scripts."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from procedures.content import Case, Content, Step, StepTime
from procedures.models import ProcedureVersion
from tests.factories import PASSWORD, Office, make_draft

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
COPIED = (
    "<table><tr><td><p class=MsoNormal>Nhận đơn</p><p>Kiểm tra</p></td><td>Văn thư</td>"
    "<td>½</td><td>Phiếu hẹn</td></tr>"
    "<tr><td>Thẩm định</td><td>Chuyên viên</td><td>3</td><td>Tờ trình</td></tr></table>"
)
PASTE = """html => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
}"""


@pytest.fixture
def office(committed_db: None) -> Office:
    return Office()


@pytest.fixture
def version(office: Office) -> ProcedureVersion:
    return make_draft(office)


def _open(
    browser: Browser, address: str, office: Office, version: ProcedureVersion, **options: Any
) -> Page:
    """The draft's page, as its author has it."""
    context = browser.new_context(base_url=address, locale="vi-VN", **options)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"JavaScript: {error}"))
    page.goto(f"/tai-khoan/dang-nhap/?next=/du-thao/{version.pk}/")
    page.get_by_label("Tên đăng nhập").fill(office.staff.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(f"**/du-thao/{version.pk}/")
    return page


@pytest.fixture(params=list(SIZES.values()), ids=list(SIZES))
def page(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_server: Any,
    office: Office,
    version: ProcedureVersion,
) -> Iterator[Page]:
    width, height = request.param
    made = _open(
        browser, str(live_server), office, version, viewport={"width": width, "height": height}
    )
    yield made
    made.context.close()


@pytest.fixture
def bare_page(
    browser: Browser, live_server: Any, office: Office, version: ProcedureVersion
) -> Iterator[Page]:
    made = _open(browser, str(live_server), office, version, java_script_enabled=False)
    yield made
    made.context.close()


def _works(page: Page) -> list[str]:
    fields = page.locator("[data-rows=steps] > [data-row] textarea[name$='-work']")
    return [field.input_value() for field in fields.all()]


def _stored(version: ProcedureVersion) -> Content:
    return ProcedureVersion.objects.get(pk=version.pk).document


def test_rows_are_added_moved_removed_and_taken_back(page: Page, version: ProcedureVersion) -> None:
    steps = page.locator("[data-rows=steps] > [data-row]")
    page.get_by_role("button", name="Thêm bước").click()
    page.keyboard.type("Lưu hồ sơ")
    steps.nth(3).locator("[data-row-up]").click()
    steps.nth(0).locator("[data-row-remove]").click()
    after_removal = _works(page)
    page.get_by_role("button", name="Lấy lại").click()

    assert after_removal == ["Thẩm định", "Lưu hồ sơ", "Trả kết quả"]
    assert _works(page) == ["Tiếp nhận hồ sơ", "Thẩm định", "Lưu hồ sơ", "Trả kết quả"]
    expect(page.locator("[data-saved]").first).to_have_text("Chưa lưu")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Đã lưu.")).to_be_visible()
    assert [step.work for step in _stored(version).steps] == _works(page)


def test_sum_follows_what_is_typed_beside_the_limit(page: Page) -> None:
    sums = page.locator("#section-steps [data-sums]")
    time = page.locator("[data-rows=steps] > [data-row]").nth(1).locator(".time")
    expect(sums).to_have_text("5 / 5 ngày làm việc")

    time.locator("[data-time-value]").fill("4 ½")
    expect(sums).to_have_text("5½ / 5 ngày làm việc – vượt ½ ngày")
    time.locator("[data-time-unit]").select_option("hour")
    expect(sums).to_have_text("1,56 / 5 ngày làm việc")
    time.locator("[data-time-unit]").select_option("parallel")
    expect(sums).to_have_text("1 / 5 ngày làm việc")
    page.locator("[data-rows=limits] input[name$='-value']").fill("½")
    expect(sums).to_have_text("1 / ½ ngày làm việc – vượt ½ ngày")


def test_table_copied_from_word_fills_rows(page: Page, version: ProcedureVersion) -> None:
    page.get_by_role("button", name="Thêm bước").click()

    page.evaluate(PASTE, COPIED)
    page.get_by_role("button", name="Lưu dự thảo").click()

    expect(page.get_by_text("Đã lưu.")).to_be_visible()
    rows = [
        (step.work, step.who, step.times[0].minutes, step.output)
        for step in _stored(version).steps[3:]
    ]
    assert rows == [
        ("Nhận đơn\nKiểm tra", "Văn thư", 240, "Phiếu hẹn"),
        ("Thẩm định", "Chuyên viên", 1440, "Tờ trình"),
    ]


def test_editor_keeps_a_pasted_table_and_is_named(page: Page, version: ProcedureVersion) -> None:
    editor = page.get_by_role("textbox", name="Định nghĩa")
    editor.click()

    page.evaluate(PASTE, f'<p style="color:red"><b>Từ ngữ</b></p>{COPIED}')
    page.get_by_role("button", name="Lưu dự thảo").click()

    expect(page.get_by_text("Đã lưu.")).to_be_visible()
    stored = _stored(version).definitions
    assert stored.startswith("<p><strong>Từ ngữ</strong></p><table>")
    assert "Phiếu hẹn" in stored
    assert "style" not in stored


def test_leaving_with_unsaved_text_is_asked_about(page: Page) -> None:
    page.get_by_label("Tên quy trình").fill("Tên mới gõ")
    page.on("dialog", lambda dialog: dialog.dismiss())

    with page.expect_event("dialog") as asked:
        page.evaluate("location.assign('/du-thao/')")

    assert asked.value.type == "beforeunload"
    expect(page.get_by_label("Tên quy trình")).to_have_value("Tên mới gõ")


def test_page_does_not_scroll_sideways_with_several_cases(
    browser: Browser, live_server: Any, office: Office
) -> None:
    cases = tuple(Case(key=f"c{n}", label=f"Trường hợp thứ {n} có tên dài") for n in (1, 2, 3))
    times = tuple(StepTime(case=case.key, kind="working", minutes=240) for case in cases)
    version = make_draft(office, cases=cases, steps=(Step(work="Việc " * 40, times=times),))
    for width, height in SIZES.values():
        size = {"width": width, "height": height}
        page = _open(browser, str(live_server), office, version, viewport=size)

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()


def test_everything_works_without_scripts(bare_page: Page, version: ProcedureVersion) -> None:
    page = bare_page
    page.get_by_label("Tên quy trình").fill("Tên gõ khi không có script")
    works = page.locator("[data-rows=steps] > [data-row] textarea[name$='-work']")
    page.get_by_role("button", name="Thêm bước").click()
    # A click returns before the page that answers it is there.
    expect(works).to_have_count(4)
    row = page.locator("[data-rows=steps] > [data-row]").last
    row.get_by_label("Công việc").fill("Lưu hồ sơ")
    row.get_by_label("Người thực hiện").fill("Văn thư")
    row.locator("[data-row-up]").click()
    expect(works.last).to_have_value("Trả kết quả")
    moved = _works(page)
    page.locator("[data-rows=steps] > [data-row]").first.locator("[data-row-remove]").click()
    expect(works).to_have_count(3)
    page.get_by_role("button", name="Lưu dự thảo").click()

    assert moved == ["Tiếp nhận hồ sơ", "Thẩm định", "Lưu hồ sơ", "Trả kết quả"]
    expect(page.get_by_text("Đã lưu.")).to_be_visible()
    document = _stored(version)
    assert document.title == "Tên gõ khi không có script"
    assert [step.work for step in document.steps] == ["Thẩm định", "Lưu hồ sơ", "Trả kết quả"]
