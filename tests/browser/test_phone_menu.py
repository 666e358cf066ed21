"""The phone's menu: a sheet that opens at More and closes as people expect."""
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import new_patient, sign_in
from tests.serving import Server


@pytest.fixture
def phone(server: Server, chromium: Browser) -> Iterator[Page]:
    """Jana's phone, at the list of patients with one patient in it."""
    context = chromium.new_context(base_url=server.address, viewport={'width': 390, 'height': 844}, has_touch=True)
    page = context.new_page()
    sign_in(page, 'jana')
    new_patient(page, 'psr-20417')
    page.goto('/patients')
    expect(page.get_by_role('link', name='psr-20417').first).to_be_visible()
    yield page
    context.close()


def test_the_sheet_closes_at_escape_and_at_a_tap_beside_it_that_opens_nothing(phone: Page) -> None:
    more, sign_out = phone.get_by_role('button', name='More'), phone.get_by_role('button', name='Sign out')
    more.click()
    expect(sign_out).to_be_visible()
    phone.keyboard.press('Escape')
    expect(sign_out).to_be_hidden()
    more.click()
    expect(sign_out).to_be_visible()
    place = phone.get_by_role('link', name='psr-20417').first.bounding_box()
    assert place is not None
    phone.mouse.click(place['x'] + 5, place['y'] + 5)
    expect(sign_out).to_be_hidden()
    expect(phone).to_have_url(phone.url.split('/patients')[0] + '/patients')
    more.click()
    phone.get_by_role('link', name='Tags').click()
    phone.wait_for_url('**/tags')
