"""A photograph of the wrong patient, in Chromium: moved by keyboard alone, gone from a colleague's screen at once, and back."""
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.clinic import Clinic
from data.actors import Actor
from tests.browser.driving import served, two_browsers
from tests.browser.test_accessibility import RULES
from tests.conftest import Template
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry
from tests.serving import Server

POOL, VISIT, OTHER = '/patients/psr-20417/images', '/patients/psr-20417/entries/1', '/patients/psr-2/images'


def furnish(clinic: Clinic, jana: Actor) -> None:
    """Give the practice Maria with a photographed visit, and Paul with nothing."""
    maria = a_patient(clinic, jana, birth_date='1980-03-14').key
    images = tuple(a_stored_image(clinic, jana, maria) for _ in range(2))
    a_comparison(clinic, jana, an_entry(clinic, jana, maria, images=images).key, list(images), title='Cheek')
    a_patient(clinic, jana, 'psr-2', family_name='Meyer', given_names='Paul', birth_date='1962-07-01')


@pytest.fixture
def practice(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """The server of that practice."""
    with served(staffed, tmp_path, furnish) as running:
        yield running


@pytest.fixture
def both(practice: Server, chromium: Browser, console: list[str]) -> Iterator[tuple[Page, Page]]:
    """Jana's and Vera's browsers. Nothing moves."""
    with two_browsers(chromium, practice, console) as pages:
        yield pages


def faults(page: Page, within: str) -> list[str]:
    """Return what axe calls serious or critical in one part of a page, by day and by night."""
    found = []
    for scheme in ('light', 'dark'):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(f'body.body--{scheme}')).to_be_attached()
        expect(page.locator('[class*="-enter-active"]')).to_have_count(0)  # half faded in nothing has its colour
        violations = Axe().run(page, within, RULES).response['violations']
        found += [f'{scheme}: {each["id"]} {each["nodes"][0]["html"][:300]} {each["nodes"][0]["failureSummary"]}' for each in violations
                  if each['impact'] in {'serious', 'critical'}]
    return found


def open_large(page: Page, address: str) -> None:
    page.goto(address)
    tile = page.locator('.df-tile').first
    tile.focus()
    page.keyboard.press('Enter')
    expect(page.locator('.df-viewer-photo img')).to_be_visible()


def test_a_photo_is_moved_by_keyboard_and_leaves_a_colleagues_screen(both: tuple[Page, Page]) -> None:
    jana, vera = both
    open_large(vera, VISIT)
    open_large(jana, POOL)
    jana.get_by_role('button', name='More for this photo').focus()
    jana.keyboard.press('Enter')
    expect(jana.get_by_role('menu')).to_be_focused()
    jana.keyboard.press('Tab')
    expect(jana.get_by_role('menuitem', name='Move to another patient')).to_be_focused()
    jana.keyboard.press('Enter')
    expect(jana.get_by_role('textbox', name='Find the patient')).to_be_focused()
    jana.keyboard.type('meyer')
    option = jana.get_by_role('button', name='Paul Meyer psr-2 64 y, born 1 Jul 1962')
    expect(option).to_be_visible()
    found = faults(jana, '.df-leave')
    jana.keyboard.press('Tab')
    expect(option).to_be_focused()
    jana.keyboard.press('Enter')
    expect(jana.get_by_role('textbox', name='Reason')).to_be_focused()
    expect(jana.get_by_role('button', name='Move 1 photo')).to_be_enabled()
    found += faults(jana, '.df-leave')
    jana.keyboard.type('The board still said Maria')
    jana.keyboard.press('Enter')
    expect(jana.locator('.df-undo-bar')).to_contain_text('1 photo moved to Paul Meyer, psr-2.')
    expect(jana.locator('.df-tile')).to_have_count(1)
    expect(vera.locator('.df-viewer-photo img')).to_have_count(0)
    expect(vera.get_by_text('This photo is not here any more.')).to_be_visible()
    expect(vera.get_by_text('Moved to another patient')).to_have_count(2)
    expect(vera.locator('.df-pane img')).to_have_count(1)
    found += faults(vera, '.df-desk-main')
    jana.get_by_role('button', name='Undo').click()
    expect(jana.locator('.df-tile')).to_have_count(2)
    expect(vera.locator('.df-pane img')).to_have_count(2)
    assert found == []


def test_a_withdrawn_photo_is_not_served_and_comes_back_from_the_foot_of_the_pool(both: tuple[Page, Page]) -> None:
    jana, vera = both
    open_large(jana, POOL)
    address = jana.locator('.df-viewer-photo img').get_attribute('src')
    assert address and vera.request.get(address).status == 200
    jana.get_by_role('button', name='More for this photo').click()
    jana.get_by_text('Withdraw', exact=True).click()
    expect(jana.get_by_role('textbox', name='Reason')).to_be_focused()
    jana.keyboard.type('Out of focus')
    jana.get_by_role('button', name='Withdraw 1 photo').click()
    line = jana.get_by_role('button', name='Withdrawn (1)')
    expect(line).to_be_visible()
    assert vera.request.get(address).status == 404
    line.click()
    expect(jana.get_by_text('Withdrawn on')).to_be_visible()
    found = faults(jana, '.df-withdrawn')
    jana.get_by_role('button', name='Put back IMG_0001.jpg').click()
    expect(jana.locator('.df-tile')).to_have_count(2)
    expect(line).to_be_hidden()
    assert (vera.request.get(address).status, found) == (200, [])


def test_who_gets_a_photo_reads_where_it_came_from(both: tuple[Page, Page]) -> None:
    jana, _vera = both
    open_large(jana, POOL)
    jana.get_by_role('button', name='More for this photo').click()
    jana.get_by_text('Move to another patient').click()
    jana.get_by_role('textbox', name='Find the patient').fill('psr-2')
    jana.get_by_role('button', name='Paul Meyer').click()
    jana.get_by_role('textbox', name='Reason').fill('The board still said Maria')
    jana.get_by_role('button', name='Move 1 photo').click()
    expect(jana.locator('.df-tile')).to_have_count(1)
    open_large(jana, OTHER)
    expect(jana.get_by_role('dialog', name='Photo').get_by_role('note')).to_contain_text('Moved here from Maria Gonzalez (psr-20417)')
    assert faults(jana, '.df-viewer-origin') == []
    jana.get_by_role('button', name='Undo the move').click()
    expect(jana.locator('.df-tile')).to_have_count(0)
