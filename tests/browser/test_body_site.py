"""The body site of a photograph, in Chromium, by keyboard alone and by touch."""
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import pictures
from tests.browser.driving import new_patient
from tests.browser.test_accessibility import findings

POOL = '/patients/psr-1/images'


@pytest.fixture
def photo(page: Page, tmp_path: Path) -> Page:
    """Jana's browser, with the first photograph of a new patient open."""
    page.emulate_media(reduced_motion='reduce')
    new_patient(page, 'psr-1')
    page.goto(POOL)
    (tmp_path / 'IMG_1.jpg').write_bytes(pictures.jpeg())
    page.locator('input[type=file]').set_input_files(tmp_path / 'IMG_1.jpg')
    page.locator('.df-tile').click()
    expect(page.get_by_label('Body site', exact=True)).to_be_visible()
    return page


def tab_to(page: Page, place: Locator) -> None:
    """Go on with Tab, past the ways to empty the field and to take it back."""
    for _ in range(8):
        page.keyboard.press('Tab')
        if place.evaluate('one => one === document.activeElement'):
            return
    raise AssertionError('Tab does not come to it')


def opened_again(page: Page) -> None:
    """Read everything anew, as it is stored."""
    page.goto(POOL)
    page.locator('.df-tile').click()


def test_a_site_and_its_side_are_set_by_keyboard_alone(photo: Page) -> None:
    site, side = photo.get_by_label('Body site', exact=True), photo.get_by_label('Laterality', exact=True)
    expect(side).to_be_hidden()
    site.focus()
    expect(photo.get_by_role('option', name='Head and neck', exact=True)).to_be_visible()
    photo.keyboard.type('vol fore')
    expect(photo.get_by_role('option')).to_have_text(['Volar forearmUpper extremity › Forearm'])
    expect(photo.get_by_role('option')).to_have_attribute('aria-selected', 'true')
    photo.keyboard.press('Enter')
    expect(site).to_have_value('Volar forearm')
    expect(photo.get_by_role('listbox', name='Body sites')).to_be_hidden()
    expect(side).to_be_visible()
    tab_to(photo, side.get_by_role('combobox'))
    photo.keyboard.press('Enter')
    expect(photo.get_by_role('option', name='Left')).to_be_visible()
    photo.keyboard.press('ArrowDown')  # from “Not set”, which is chosen
    photo.keyboard.press('Enter')
    expect(photo.get_by_role('heading', name='Volar forearm, left')).to_be_visible()
    opened_again(photo)
    expect(photo.get_by_label('Body site', exact=True)).to_have_value('Volar forearm')
    expect(photo.get_by_role('heading', name='Volar forearm, left')).to_be_visible()


def test_arrows_go_into_the_list_escape_leaves_it_and_the_photo_stays(photo: Page) -> None:
    site = photo.get_by_label('Body site', exact=True)
    site.focus()
    photo.keyboard.type('elbow')
    expect(photo.get_by_role('option').first).to_have_attribute('aria-selected', 'true')
    photo.keyboard.press('ArrowDown')
    expect(photo.get_by_role('option', name='Elbow tip')).to_be_focused()
    photo.keyboard.press('ArrowUp')
    expect(photo.get_by_role('option').first).to_be_focused()
    photo.keyboard.press('ArrowUp')
    expect(site).to_be_focused()
    photo.keyboard.press('Escape')
    expect(photo.get_by_role('listbox', name='Body sites')).to_be_hidden()
    expect(site).to_have_value('')
    expect(photo.get_by_role('dialog')).to_be_visible()
    photo.keyboard.press('Escape')
    expect(photo.get_by_role('dialog')).to_be_hidden()


def test_a_site_is_chosen_with_a_finger_and_taken_away_again(photo: Page) -> None:
    site = photo.get_by_label('Body site', exact=True)
    site.click()
    photo.keyboard.type('chin')
    photo.get_by_role('option', name='Chin').click()
    expect(site).to_have_value('Chin')
    expect(photo.get_by_role('heading', name='Chin', exact=True)).to_be_visible()
    site.click()
    photo.wait_for_function("getSelection().toString() === 'Chin'")  # so that typing replaces it
    photo.keyboard.type('nose')
    expect(photo.get_by_role('option').first).to_contain_text('Nose')
    photo.get_by_role('option', name='Tip of nose').click()
    expect(site).to_have_value('Tip of nose')
    expect(photo.get_by_role('heading', name='Tip of nose', exact=True)).to_be_visible()
    photo.get_by_role('button', name='Clear').click()
    expect(photo.get_by_role('heading', name='Body site not set')).to_be_visible()
    opened_again(photo)
    expect(photo.get_by_label('Body site', exact=True)).to_have_value('')


def test_axe_finds_nothing_serious_in_the_open_list(photo: Page) -> None:
    photo.get_by_label('Body site', exact=True).focus()
    expect(photo.get_by_role('listbox', name='Body sites')).to_be_visible()
    expect(photo.locator('[class*=q-transition--fade]')).to_have_count(0)
    found = findings(photo, within='.df-viewer-fields')
    assert not found, found
