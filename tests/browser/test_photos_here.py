"""An entry on the width of a phone: its photographs are taken on the plain page, in the same browser, and a link leads back."""
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import new_patient, sign_in, watched
from tests.browser.test_capture import ONE, TWO, send
from tests.serving import Server

ENTRY = '**/patients/psr-20417/entries/1'


@pytest.fixture
def handheld(server: Server, chromium: Browser, console: list[str]) -> Iterator[Page]:
    """Jana's telephone, signed in, with a visit of Maria's open."""
    context = chromium.new_context(base_url=server.address, viewport={'width': 390, 'height': 844}, is_mobile=True, has_touch=True)
    opened = watched(context.new_page(), console)
    sign_in(opened, 'jana')
    new_patient(opened, 'psr-20417', **{'Family name': 'Gonzalez'})
    opened.get_by_role('button', name='New entry').first.click()
    opened.wait_for_url(ENTRY)
    yield opened
    context.close()


def test_photos_are_taken_on_the_plain_page_and_lie_in_the_entry_that_a_link_leads_back_to(handheld: Page) -> None:
    handheld.get_by_role('button', name='Take photo').click()
    handheld.wait_for_url('**/capture/*')
    expect(handheld.get_by_role('heading', level=1)).to_have_text('Gonzalez')
    send(handheld, 'Take photo', ONE)
    expect(handheld.get_by_text('1 in the record', exact=True)).to_be_visible()
    send(handheld, 'Choose photos', TWO)
    expect(handheld.get_by_text('2 in the record', exact=True)).to_be_visible()
    handheld.get_by_role('link', name='Back to the entry').click()
    handheld.wait_for_url(ENTRY)
    expect(handheld.locator('.df-tile')).to_have_count(2)
    handheld.get_by_role('button', name='Choose photos').click()
    handheld.wait_for_url('**/capture/*')
    handheld.get_by_role('button', name='Done').click()
    handheld.wait_for_url(ENTRY)


def test_the_buttons_are_for_a_thumb_and_the_code_is_for_a_desk(handheld: Page) -> None:
    for name in ('Take photo', 'Choose photos'):
        box = handheld.get_by_role('button', name=name).bounding_box()
        assert box is not None and box['height'] == 52 and box['x'] >= 0 and box['x'] + box['width'] <= 390
    expect(handheld.get_by_role('button', name='Phone', exact=True)).to_have_count(0)
    handheld.set_viewport_size({'width': 1180, 'height': 820})
    expect(handheld.get_by_role('button', name='Phone', exact=True)).to_be_visible()
    expect(handheld.get_by_role('button', name='Take photo')).to_have_count(0)
