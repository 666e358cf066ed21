"""The real server as a subprocess, and a real Chromium in front of it."""
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from app.clinic import open_clinic
from tests.browser.driving import chromium_options, sign_in, watched
from tests.cast import hire
from tests.conftest import Template, settings_of
from tests.serving import Server


@pytest.fixture(scope='session')
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A practice that has the cast as its users, signed in just now, and was never served."""
    folder = tmp_path_factory.mktemp('staffed')
    opened = open_clinic(settings_of(folder))
    try:
        return Template(folder, hire(opened))
    finally:
        opened.close()


@pytest.fixture
def server(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """A running server with the cast as its users. It can be stopped, killed and started again."""
    staffed.copy(tmp_path)
    with Server(tmp_path) as running:
        yield running


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
