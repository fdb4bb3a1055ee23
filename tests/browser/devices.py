"""Phones and desks of several people, and what is done on the field page of one."""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Page,
    expect,
)

from audits.models import (
    ChecklistItem,
)
from qms.organisation.models import User
from tests.audits.filling import Filled
from tests.factories import PASSWORD

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
PHONE = SIZES["phone"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ROOT = Path(__file__).parents[2]


@dataclass
class Devices:
    """Phones, each a browser of its own; closes them, and fails where a script of ours failed."""

    browser: Browser
    address: str
    contexts: list[BrowserContext] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def phone(self, user: User, size: tuple[int, int] = PHONE, **options: Any) -> Page:
        """A page of somebody who is signed in."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": size[0], "height": size[1]},
            locale="vi-VN",
            reduced_motion="reduce",
            **options,
        )
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        sign_in(page, user)
        return page


def sign_in(page: Page, user: User) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")


def address(filled: Filled, item: ChecklistItem | None = None) -> str:
    return f"/danh-gia/{filled.audit.slug}/hien-truong/" + (f"#cau-{item.pk}" if item else "")


def says(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("[data-net-text]")).to_have_text(text)


def open_field(page: Page, filled: Filled, item: ChecklistItem | None = None) -> None:
    """Open the page, and wait until it may be opened without network."""
    page.goto(address(filled, item))
    says(page, "Sẵn sàng dùng khi mất mạng")


def press(page: Page, answer: str) -> None:
    page.get_by_role("button", name=answer, exact=True).click()


def picture() -> FilePayload:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(data, "JPEG")
    return {"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def standing(item: ChecklistItem) -> list[tuple[str, str]]:
    return list(item.answers.standing().values_list("result", "note"))
