"""Every page of the real office, at desk and phone width: it fits, works, and is for everybody."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Browser, Page

from audits.models import AuditProgramme, ChecklistItem
from procedures.loading.facts import Facts
from procedures.loading.office import load_facts
from procedures.models import Decision, ProcedureVersion
from procedures.workflow import VersionStatus

FIXTURES = Path(__file__).parents[2] / "fixtures"
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def passwords(committed_db: None, tmp_path: Path) -> dict[str, str]:
    """The whole office as `make setup` loads it; the passwords of its people."""
    accounts = tmp_path / "accounts.txt"
    load_facts(Facts(FIXTURES), accounts=accounts, demo=True)
    call_command("load_audits", stdout=io.StringIO())
    lines = accounts.read_text(encoding="utf-8").splitlines()
    return {line.split()[0]: line.split()[1] for line in lines if line and line[0] != "#"}


@pytest.fixture(params=list(SIZES.values()), ids=list(SIZES))
def page(
    request: pytest.FixtureRequest, browser: Browser, live_server: Any, passwords: dict[str, str]
) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(
        base_url=str(live_server),
        viewport={"width": width, "height": height},
        locale="vi-VN",
        reduced_motion="reduce",
    )
    made = context.new_page()
    yield made
    context.close()


def _addresses() -> Iterator[tuple[str, str]]:
    """Who opens what: nobody (empty), or the secretary, or the one whose page it is."""
    draft = ProcedureVersion.objects.filter(status=VersionStatus.DRAFT).earliest("pk")
    decision = Decision.objects.filter(items__kind="issue").latest("pk")
    for address in ("/tai-khoan/dang-nhap/", "/quy-trinh/", "/quy-trinh/qt-07-gddt/"):
        yield "", address
    for address in (
        "/",
        "/quy-trinh/qt-09-gddt/",
        "/quy-trinh/qt-09-gddt/?tthc=1.004552",
        "/quy-trinh/qt-07-gddt/cac-lan-ban-hanh/",
        "/quy-trinh/qt-07-gddt/lich-su/",
        "/bao-phu/?ngay=01/03/2025",
        "/bao-phu/?ngay=30/06/2022&nhom=thieu",
        "/tthc/",
        "/tthc/1.005099/",
        "/tthc/1.004494/?ngay=2025-03-01",
        "/tthc/nhap/",
        "/van-ban/",
        "/bieu-mau/",
        "/bieu-mau/moi/",
        "/du-thao/",
        "/du-thao/moi/",
        "/du-thao/moi/?tthc=1.004444",
        "/du-thao/moi/?tu=qt-07-gddt",
        "/du-thao/ghi-nhan/",
        f"/du-thao/{draft.pk}/",
        "/quyet-dinh/",
        "/quyet-dinh/moi/",
        f"/quyet-dinh/{decision.pk}/",
        "/co-quan/",
        "/tai-khoan/mat-khau/",
        "/khong-co-trang-nay/",
        *_of_audits(),
    ):
        yield "thuky", address
    question = ChecklistItem.objects.filter(kind=ChecklistItem.Kind.STEP).earliest("pk")
    for address in (
        "/",
        f"{_AUDIT}phieu/{question.pk}/",
        f"{_AUDIT}mau/",
        f"{_AUDIT}phat-hien/1/",
        "/khong-phu-hop/kph-2022-004/",
    ):
        yield "danhgia", address
    for address in ("/", "/khong-phu-hop/kph-2022-006/", "/khong-phu-hop/kph-2022-005/"):
        yield "phophong", address
    yield "truongphong", "/khong-phu-hop/kph-2022-003/"


_AUDIT = "/danh-gia/dgnb-2022-01/"


def _of_audits() -> Iterator[str]:
    """What the secretary opens of audits and nonconformities."""
    yield from ("/danh-gia/", "/danh-gia/moi/", "/danh-gia/lich/?thang=2022-10")
    yield from ("/danh-gia/ke-hoach/", "/danh-gia/ke-hoach/moi/")
    yield AuditProgramme.objects.get().get_absolute_url()
    yield from ("/danh-gia/chuyen-gia/", "/danh-gia/thiet-lap/", "/danh-gia/tong-hop/")
    for page in ("", "doan/", "pham-vi/", "chuong-trinh/", "phieu/", "phat-hien/", "bao-cao/"):
        yield f"{_AUDIT}{page}"
    yield from ("/khong-phu-hop/", "/khong-phu-hop/moi/?quy-trinh=qt-07-gddt", "/gop-y/")
    yield from ("/khong-phu-hop/kph-2022-002/", "/khong-phu-hop/kph-2022-008/")


def test_pages_fit_the_screen_and_can_be_used_by_everybody(
    page: Page, passwords: dict[str, str]
) -> None:
    """No sideways scrolling, no broken script, nothing that WCAG 2.2 AA finds."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    signed_in = ""
    for who, address in _addresses():
        if who != signed_in:
            _sign_in(page, who, passwords[who])
            signed_in = who
        answer = page.goto(address)
        if answer is None or answer.status != (404 if "khong-co" in address else 200):
            wrong.append(f"{address}: answered {answer and answer.status}")
        wrong += [f"{address}: {problem}" for problem in _problems(page)]

    assert wrong == []


def _sign_in(page: Page, username: str, password: str) -> None:
    page.context.clear_cookies()
    page.goto("/tai-khoan/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")


def _problems(page: Page) -> Iterator[str]:
    width = page.viewport_size["width"] if page.viewport_size else 0
    shown = page.evaluate("document.documentElement.scrollWidth")
    if shown > width:
        yield f"scrolls sideways ({shown} px)"
    if page.locator("main .btn-primary:visible").count() > 1:
        yield "more than one primary button"
    for violation in Axe().run(page, options=RULES).response["violations"]:
        places = "; ".join(str(node["target"][0]) for node in violation["nodes"][:3])
        yield f"{violation['id']} at {places}"
