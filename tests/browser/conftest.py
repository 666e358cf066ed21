"""The real server as a subprocess, and a real Chromium in front of it."""
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.driving import chromium_options, sign_in, watched
from tests.serving import Server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running server with the cast as its users. It can be stopped, killed and started again."""
    running = Server(tmp_path)
    running.hire()
    running.start()
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope='session')
def driver() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope='session')
def chromium(driver: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests of a run; each test has contexts of its own."""
    browser = driver.chromium.launch(**chromium_options())
    yield browser
    browser.close()


@pytest.fixture
def console() -> Iterator[list[str]]:
    """What the browser complains about. Nothing may be left in it at the end; a test takes out what it caused on purpose."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


@pytest.fixture
def page(server: Server, chromium: Browser, console: list[str]) -> Iterator[Page]:
    """Jana's browser, signed in."""
    context = chromium.new_context(base_url=server.address)
    opened = watched(context.new_page(), console)
    sign_in(opened, 'jana')
    yield opened
    context.close()


@pytest.fixture
def second_page(server: Server, chromium: Browser, console: list[str]) -> Iterator[Page]:
    """Another person's browser: Ines, signed in."""
    context = chromium.new_context(base_url=server.address)
    opened = watched(context.new_page(), console)
    sign_in(opened, 'ines')
    yield opened
    context.close()
