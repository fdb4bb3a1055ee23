"""What scripts add to the frame, quick pages, a search key, folds; and that all works without."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from procedures.models import ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from tests.factories import PASSWORD, Office, make_blank, make_blank_issue, make_version

DESK, PHONE = (1280, 900), (390, 844)


@pytest.fixture
def office(committed_db: None) -> Office:
    return Office()


@pytest.fixture
def version(office: Office) -> ProcedureVersion:
    """A procedure in force of which one step is the staff's, with a form to fetch."""
    form = make_blank(office, "BM-07")
    make_blank_issue(form, valid_from=today())
    return make_version(
        VersionStatus.ISSUED,
        office,
        code="QT-07/GDĐT",
        title="Chuyển trường",
        forms=({"code": form.code, "name": form.name},),
    )


@pytest.fixture
def opened(browser: Browser, live_server: Any) -> Iterator[Any]:
    """Opens pages of a size, with scripts or without; fails where a script of ours does."""
    contexts, wrong = [], []

    def page(size: tuple[int, int], **options: Any) -> Page:
        context = browser.new_context(
            base_url=str(live_server),
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        made = context.new_page()
        made.on("pageerror", lambda error: wrong.append(str(error)))
        return made

    yield page
    for context in contexts:
        context.close()
    assert wrong == []


def sign_in(page: Page, username: str) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")


def test_slash_searches_and_links_swap_the_page_with_title_and_focus(
    opened: Any, version: ProcedureVersion
) -> None:
    page = opened(DESK)
    page.goto("/quy-trinh/")
    page.evaluate("window.stays = true")

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Tìm quy trình")).to_be_focused()
    page.keyboard.type("chuyen truong")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?q=chuyen"))
    page.get_by_role("link", name="Chuyển trường").click()
    page.wait_for_url("**/quy-trinh/qt-07-gddt/")

    expect(page).to_have_title(re.compile("QT-07/GDĐT Chuyển trường – "))
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert page.evaluate("window.stays")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quy trình")


def test_slash_is_typed_where_one_types(opened: Any, version: ProcedureVersion) -> None:
    page = opened(DESK)
    page.goto("/quy-trinh/")
    field = page.get_by_label("Tìm, không cần dấu")

    field.click()
    page.keyboard.type("46/2017")

    expect(field).to_have_value("46/2017")


def test_outline_follows_the_reader_and_the_ribbon_stays(
    opened: Any, version: ProcedureVersion
) -> None:
    page = opened(DESK)
    page.goto("/quy-trinh/qt-07-gddt/")

    page.get_by_role("navigation", name="Mục lục").get_by_role("link", name="Các bước").click()

    expect(page.locator("[data-outline] [aria-current]")).to_have_text("Các bước")
    ribbon = page.locator(".doc-ribbon").bounding_box()
    assert ribbon is not None
    assert ribbon["y"] == 0
    heading = page.get_by_role("heading", name="Các bước").bounding_box()
    assert heading is not None
    assert heading["y"] >= ribbon["height"]


def test_phone_shows_my_steps_and_forms_first_and_folds_the_rest(
    opened: Any, office: Office, version: ProcedureVersion
) -> None:
    page = opened(PHONE)
    sign_in(page, office.staff.username)
    page.goto("/quy-trinh/qt-07-gddt/")

    expect(page.get_by_role("link", name="BM-07").first).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    page.get_by_role("link", name="Bước 2", exact=True).click()

    expect(page.get_by_role("button", name="Các bước")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#buoc-2")).to_be_in_viewport()
    page.get_by_role("button", name="Các bước").click()
    expect(page.locator("#buoc-2")).to_be_hidden()


def test_menus_close_with_escape_and_give_the_focus_back(
    opened: Any, office: Office, version: ProcedureVersion
) -> None:
    page = opened(DESK)
    sign_in(page, office.staff.username)
    page.goto("/quy-trinh/qt-07-gddt/")
    menu = page.locator(".doc-ribbon summary")

    menu.click()
    expect(page.get_by_role("link", name="PDF có ô ký tay")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="PDF có ô ký tay")).to_be_hidden()
    expect(menu).to_be_focused()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_without_scripts_everything_is_there(
    opened: Any, version: ProcedureVersion, size: tuple[int, int]
) -> None:
    page = opened(size, java_script_enabled=False)
    page.goto("/quy-trinh/")

    page.get_by_label("Tìm, không cần dấu").fill("chuyen truong")
    page.get_by_role("button", name="Lọc").click()
    page.get_by_role("link", name="Chuyển trường").click()

    expect(page.locator("#buoc-3")).to_be_visible()
    expect(page.locator("#can-cu")).to_contain_text("Mục đích")
    page.locator(".reading-more").get_by_role("link", name="Các lần ban hành").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Các lần ban hành, sửa đổi")


def test_printed_pages_carry_address_time_and_state_and_no_buttons(
    opened: Any, version: ProcedureVersion
) -> None:
    page = opened(DESK)
    page.goto("/quy-trinh/qt-07-gddt/")

    page.emulate_media(media="print")

    expect(page.locator(".print-line")).to_contain_text(page.url)
    expect(page.locator(".print-line")).to_contain_text(f"{today():%d/%m/%Y}")
    expect(page.locator(".doc-ribbon")).to_contain_text("Còn hiệu lực")
    for hidden in (".doc-ribbon-actions", ".side-menu", ".masthead-search", ".outline"):
        expect(page.locator(hidden)).to_be_hidden()
