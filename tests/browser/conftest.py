"""The browser of the tests: the system's own Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, sync_playwright

from tests.audits.filling import Filled, make_filled
from tests.browser.devices import Devices
from tests.factories import Office

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)

# `make test` has said so in a sentence where there is none; CI goes no further then.
collect_ignore_glob = [] if CHROMIUM else ["test_*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all the tests; each opens contexts of its own in it."""
    # Playwright runs an event loop in this thread, in which Django refuses to query otherwise.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def _may_sign_in_again() -> None:
    """Forget how often this address signed in: the tests are one address, and one moves the day."""
    cache.clear()


@pytest.fixture
def devices(browser: Browser, live_server: Any) -> Iterator[Devices]:
    made = Devices(browser, str(live_server))
    yield made
    for context in made.contexts:
        context.close()
    assert made.wrong == []


@pytest.fixture
def filled(committed_db: None) -> Filled:
    """An audit under way with its checklist; its first question is a step."""
    return make_filled(Office())
