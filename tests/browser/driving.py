"""What browser tests do again and again: start Chromium, sign in, listen for complaints."""
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect

from app.clinic import Clinic, open_clinic
from data.actors import Actor
from tests import pictures
from tests.cast import PASSWORD
from tests.conftest import Template, settings_of
from tests.serving import Server

_FLAGS = ('--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
          '--disable-component-update', '--disable-sync')


def chromium_options() -> dict[str, Any]:
    """Return how the machine's own Chromium is launched."""
    found = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    assert found, 'Chromium is not installed: `make test` installs it'
    return {'executable_path': found, 'args': list(_FLAGS)}


@contextmanager
def served(staffed: Template, folder: Path, furnish: Callable[[Clinic, Actor], object]) -> Iterator[Server]:
    """Serve a copy of the staffed practice, with what `furnish(clinic, jana)` put into it before."""
    staffed.copy(folder)
    opened = open_clinic(settings_of(folder))
    try:
        furnish(opened, staffed.cast.jana)
    finally:
        opened.close()
    with Server(folder) as running:
        yield running


@contextmanager
def two_browsers(chromium: Browser, server: Server, complaints: list[str], **options: Any) -> Iterator[tuple[Page, Page]]:
    """Open Jana's and Vera's browsers, signed in. Nothing moves by itself."""
    contexts = [chromium.new_context(base_url=server.address, reduced_motion='reduce', **options) for _ in range(2)]
    jana, vera = (watched(context.new_page(), complaints) for context in contexts)
    sign_in(jana, 'jana')
    sign_in(vera, 'vera')
    yield jana, vera
    for context in contexts:
        context.close()


def watched(page: Page, complaints: list[str]) -> Page:
    """Collect the console's errors and the page's exceptions."""
    page.on('console', lambda message: complaints.append(message.text) if message.type == 'error' else None)
    page.on('pageerror', lambda error: complaints.append(str(error)))
    return page


def stored(page: Page, label: str, text: str) -> None:
    """Wait until a field's text is what the server holds: what another page of the same address shows. “Saved” may be of earlier keys."""
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label(label, exact=True)).to_have_value(text)
    other.close()
    expect(page.get_by_role('status')).to_contain_text('Saved')


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in on the sign-in page and arrive where it leads."""
    page.goto('/login')
    page.get_by_label('Username').fill(username)
    page.get_by_label('Password', exact=True).fill(password)
    page.get_by_role('button', name='Sign in').click()
    page.wait_for_url(lambda address: '/login' not in address)


def new_patient(page: Page, unique_id: str, **more: str) -> None:
    """Fill in the form of a new patient, fields by their labels, and arrive at the record."""
    page.goto('/patients/new')
    for label, text in {'Unique ID': unique_id, **more}.items():
        page.get_by_role('textbox', name=label, exact=True).fill(text)
    page.get_by_role('button', name='Create patient').click()
    page.wait_for_url(f'**/patients/{unique_id}')


def new_visit(page: Page, unique_id: str) -> None:
    """Register a patient, open a visit, and arrive there."""
    new_patient(page, unique_id)
    page.get_by_role('button', name='New entry').or_(page.get_by_role('link', name='New entry')).first.click()
    page.wait_for_url('**/entries/1')


def slow_line(page: Page) -> CDPSession:
    """Let this browser send slowly; pictures come as fast as ever."""
    line = page.context.new_cdp_session(page)
    line.send('Network.enable')
    line.send('Network.emulateNetworkConditions', {'offline': False, 'latency': 0, 'downloadThroughput': -1, 'uploadThroughput': 60_000})
    return line


def hurry(line: CDPSession) -> None:
    """Let it send as fast as it can again."""
    line.send('Network.emulateNetworkConditions', {'offline': False, 'latency': 0, 'downloadThroughput': -1, 'uploadThroughput': -1})


def choose_files(page: Page, folder: Path, number: int, size: int = 150_000) -> None:
    """Choose so many photographs at once, each of its own bytes."""
    paths = [folder / f'IMG_{place}.jpg' for place in range(10, 10 + number)]
    for place, path in enumerate(paths):
        path.write_bytes(pictures.jpeg(64 + place, 48) + bytes(size))
    page.locator('input[type=file]').set_input_files(paths)
