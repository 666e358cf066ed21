"""A phone without script in front of the real server, and the desktop beside it."""
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.driving import new_patient, watched
from tests.browser.test_accessibility import RULES
from tests.conftest import Template
from tests.pictures import jpeg
from tests.serving import Server

MOBILE = {'viewport': {'width': 390, 'height': 844}, 'java_script_enabled': False, 'is_mobile': True, 'has_touch': True}
ONE, TWO, THREE = ({'name': f'IMG_{number}.jpg', 'mimeType': 'image/jpeg', 'buffer': jpeg(90 + number, 60)} for number in range(3))
NO_PHOTO = {'name': '<b>clip.MOV', 'mimeType': 'video/quicktime', 'buffer': b'moving pictures'}


@pytest.fixture
def server(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """A running server that phones reach under its own address."""
    staffed.copy(tmp_path)
    running = Server(tmp_path)
    running.environment['DERMAFOLIO_PUBLIC_URL'] = running.address
    with running:
        yield running


@pytest.fixture
def phones(server: Server, chromium: Browser) -> Iterator[list[BrowserContext]]:
    """Two phones without script, that were never here."""
    contexts = [chromium.new_context(base_url=server.address, **MOBILE) for _ in range(2)]
    yield contexts
    for context in contexts:
        context.close()


def shown_code(page: Page) -> str:
    """Open the dialog and return the address behind its code."""
    page.get_by_role('button', name='Phone', exact=True).click()
    expect(page.get_by_role('dialog', name='Add photos with a phone')).to_contain_text('Waiting for a phone')
    return page.get_by_label('Address for the phone').inner_text()


def opened(phone: BrowserContext, address: str, console: list[str]) -> Page:
    """Open the page behind a code on a phone."""
    page = watched(phone.new_page(), console)
    page.goto(address)
    return page


def send(phone: Page, label: str, *files: dict[str, object]) -> None:
    """Choose files and send them."""
    phone.get_by_label(label).set_input_files(list(files))
    expect(phone.get_by_role('button', name='Send photos')).to_have_count(1)
    phone.get_by_role('button', name='Send photos').click()


def test_two_photos_from_a_phone_stand_in_its_list_and_in_the_open_pool(
        page: Page, phones: list[BrowserContext], console: list[str]) -> None:
    new_patient(page, 'psr-20417', **{'Family name': 'Gonzalez'})
    page.goto('/patients/psr-20417/images')
    phone = opened(phones[0], shown_code(page), console)
    expect(phone.get_by_role('heading', level=1)).to_have_text('Gonzalez')
    expect(phone.get_by_role('button', name='Send photos')).to_have_count(0)  # nothing is chosen yet
    send(phone, 'Choose photos', ONE, TWO)
    expect(phone.get_by_text('2 in the record', exact=True)).to_be_visible()
    expect(phone.get_by_role('listitem')).to_have_count(2)
    expect(page.get_by_role('dialog')).to_contain_text('A phone is connected')
    expect(page.get_by_role('dialog')).to_contain_text('2 photos arrived')
    expect(page.locator('.df-tile')).to_have_count(2)
    phone.reload()
    send(phone, 'Take photo', THREE)
    expect(phone.get_by_text('3 in the record', exact=True)).to_be_visible()
    expect(page.locator('.df-tile')).to_have_count(3)
    send(phone, 'Choose photos', NO_PHOTO)
    expect(phone.get_by_text('3 in the record, 1 refused')).to_be_visible()
    expect(phone.get_by_text('<b>clip.MOV')).to_be_visible()
    assert phone.locator('script').count() == 0


def test_the_photos_lie_in_the_open_entry(page: Page, phones: list[BrowserContext], console: list[str]) -> None:
    new_patient(page, 'psr-20417')
    page.get_by_role('button', name='New entry').click()
    page.wait_for_url('**/entries/1')
    phone = opened(phones[0], shown_code(page), console)
    expect(phone.get_by_text('Photos appear in the open entry when they are sent.')).to_be_visible()
    send(phone, 'Choose photos', ONE, TWO)
    expect(phone.get_by_role('listitem')).to_have_count(2)
    expect(page.locator('.df-tile')).to_have_count(2)


def test_another_phone_is_refused_until_the_desktop_releases_the_first_and_end_is_the_end(
        page: Page, phones: list[BrowserContext], console: list[str]) -> None:
    new_patient(page, 'psr-20417')
    page.goto('/patients/psr-20417/images')
    address = shown_code(page)
    first, second = (opened(phone, address, console) for phone in phones)
    send(first, 'Take photo', ONE)
    expect(first.get_by_text('1 in the record', exact=True)).to_be_visible()
    send(second, 'Choose photos', TWO, THREE)
    expect(second.get_by_role('alert')).to_have_text('The last 2 photos were not added.')
    expect(second.get_by_role('heading')).to_have_text('This code is in use')
    page.get_by_role('button', name='Release').click()
    expect(page.get_by_role('dialog')).to_contain_text('Waiting for a phone')
    second.goto(address)
    send(second, 'Choose photos', TWO)
    expect(second.get_by_text('2 in the record', exact=True)).to_be_visible()  # the list is the link's
    page.get_by_role('button', name='End this code').click()
    expect(page.get_by_role('dialog')).to_have_count(0)
    send(second, 'Choose photos', THREE)
    expect(second.get_by_role('alert')).to_have_text('The last photo was not added.')
    expect(second.get_by_role('heading')).to_have_text('This code has expired')
    expect(page.locator('.df-tile')).to_have_count(2)
    console[:] = [line for line in console if '410' not in line and '409' not in line]  # what the refused pages answer with


@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_axe_finds_nothing_serious_on_the_phones_pages(
        page: Page, server: Server, chromium: Browser, console: list[str], scheme: Literal['light', 'dark']) -> None:
    new_patient(page, 'psr-20417')
    page.goto('/patients/psr-20417/images')
    address = shown_code(page)
    context = chromium.new_context(base_url=server.address, viewport={'width': 390, 'height': 844}, color_scheme=scheme)  # axe is a script
    phone = opened(context, address, console)
    send(phone, 'Choose photos', ONE, NO_PHOTO)
    expect(phone.get_by_role('listitem')).to_have_count(2)
    over = opened(context, f'{server.address}/capture/{"A" * 43}', console)
    console[:] = [line for line in console if '410' not in line]
    for shown in (phone, over):
        found = Axe().run(shown, None, RULES).response['violations']
        assert [(one['id'], one['nodes'][0]['html'][:120], one['nodes'][0]['failureSummary'][:300]) for one in found
                if one['impact'] in ('serious', 'critical')] == []
    context.close()


def test_signing_out_ends_the_code(page: Page, phones: list[BrowserContext], console: list[str]) -> None:
    new_patient(page, 'psr-20417')
    page.goto('/patients/psr-20417/images')
    address = shown_code(page)
    page.get_by_role('button', name='Close').click()
    page.get_by_role('button', name='Sign out').click()
    page.wait_for_url('**/login**')
    phone = opened(phones[0], address, console)
    expect(phone.get_by_role('heading')).to_have_text('This code has expired')
    console[:] = [line for line in console if '410' not in line]
