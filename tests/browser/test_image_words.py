"""What stands beside a photograph, and a sensitive one hidden until it is asked for, in Chromium."""
import re

import pytest
from playwright.sync_api import Page, expect

from app.clinic import open_clinic
from tests.browser.driving import sign_in
from tests.browser.test_accessibility import findings
from tests.cast import hire
from tests.conftest import settings_of
from tests.factories import a_patient, a_stored_image
from tests.serving import Server

POOL = '/patients/psr-20417/images'


@pytest.fixture
def pool(tmp_path, chromium):
    """Ines's browser, in front of a pool of two photographs."""
    opened = open_clinic(settings_of(tmp_path))
    try:
        ines = hire(opened).ines
        patient = a_patient(opened, ines).key
        for _ in range(2):
            a_stored_image(opened, ines, patient)
    finally:
        opened.close()
    server = Server(tmp_path)
    server.start()
    context = chromium.new_context(base_url=server.address, reduced_motion='reduce', viewport={'width': 1440, 'height': 900})
    page = context.new_page()
    sign_in(page, 'ines')
    page.goto(POOL)
    yield page
    context.close()
    server.close()


def test_the_details_of_a_file_open_by_keyboard_and_axe_finds_nothing_serious_beside_a_photo(pool: Page) -> None:
    pool.locator('.df-tile').first.click()
    expect(pool.get_by_text('Testcam T-1')).to_be_hidden()
    pool.locator('summary', has_text='Details').focus()
    pool.keyboard.press('Enter')
    expect(pool.get_by_text('Testcam T-1')).to_be_visible()
    expect(pool.locator('.q-transition--fade-enter-active, .q-transition--fade-leave-active')).to_have_count(0)
    # axe takes what lies behind the dialog for the ground of its buttons: the dimming goes, and the stage's own head is left out
    pool.locator('.q-dialog__backdrop').evaluate('dimming => dimming.remove()')
    found = findings(pool, within='.df-viewer-side')
    assert not found, found


def test_a_sensitive_photo_is_blurred_until_the_first_enter_and_opened_by_the_second(pool: Page) -> None:
    pool.locator('.df-tile').first.click()
    pool.get_by_label('Body site', exact=True).focus()
    pool.keyboard.type('nipple')
    expect(pool.get_by_role('option').first).to_have_attribute('aria-selected', 'true')
    pool.keyboard.press('Enter')
    expect(pool.get_by_role('switch', name='Sensitive')).to_be_checked()
    expect(pool.get_by_text('Proposed by the body site, Nipple.')).to_be_visible()
    expect(pool.get_by_role('status').filter(has_text='Saved').first).to_be_attached()
    pool.keyboard.press('Escape')  # leaves the field
    expect(pool.get_by_label('Body site', exact=True)).not_to_be_focused()
    pool.keyboard.press('Escape')
    expect(pool.get_by_text('About this photo')).to_be_hidden()
    pool.reload()
    tile = pool.get_by_role('checkbox', name='Nipple')
    expect(tile).to_have_accessible_name(re.compile('sensitive, hidden$'))
    expect(tile.locator('img')).to_have_css('filter', 'blur(22px) saturate(0.7)')
    found = findings(pool)
    assert not found, found
    tile.focus()
    pool.keyboard.press('Enter')
    expect(tile.locator('img')).to_have_css('filter', 'none')
    expect(pool.get_by_text('About this photo')).to_be_hidden()
    pool.keyboard.press('Enter')
    expect(pool.get_by_text('About this photo')).to_be_visible()
    expect(pool.get_by_role('button', name='Show sensitive photo')).to_have_count(0)


def test_a_photo_is_kept_out_of_marketing_by_keyboard_and_stays_so(pool: Page) -> None:
    pool.locator('.df-tile').first.click()
    choice = pool.get_by_role('group', name='Keep out of').get_by_role('checkbox', name='Marketing')
    choice.focus()
    pool.keyboard.press('Space')
    expect(choice).to_be_checked()
    expect(pool.get_by_role('status').filter(has_text='Saved').first).to_be_attached()
    pool.reload()
    pool.locator('.df-tile').first.click()
    expect(choice).to_be_checked()
    expect(pool.get_by_role('checkbox', name='Teaching')).not_to_be_checked()
