"""Add from pool in Chromium: the days follow the scroll and lead, the choice is made by keyboard alone, a phone has a select."""
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.clinic import open_clinic
from tests.browser.test_accessibility import findings
from tests.conftest import Template, settings_of
from tests.factories import CAPTURED, a_patient, a_stored_image, an_entry
from tests.serving import Server

VISIT = '/patients/psr-1/entries/1'
DAYS, OF_A_DAY = 6, 6


@pytest.fixture
def server(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """A running server with a visit that holds two of the photographs of six days."""
    staffed.copy(tmp_path)
    jana = staffed.cast.jana
    opened = open_clinic(settings_of(tmp_path))
    try:
        patient = a_patient(opened, jana, 'psr-1').key
        keys = [a_stored_image(opened, jana, patient, captured_at=CAPTURED - timedelta(weeks=6 * day, minutes=-minute))
                for day in range(DAYS) for minute in range(OF_A_DAY)]
        an_entry(opened, jana, patient, images=tuple(keys[:2]))
    finally:
        opened.close()
    with Server(tmp_path) as running:
        yield running


@pytest.fixture
def picker(page: Page) -> Locator:
    """The dialog, open on a desk."""
    page.set_viewport_size({'width': 1440, 'height': 900})
    page.emulate_media(reduced_motion='reduce')
    page.goto(VISIT)
    page.get_by_role('button', name='Add from pool').click()
    dialog = page.get_by_role('dialog', name='Add from pool')
    expect(dialog.locator('.df-tile')).to_have_count(DAYS * OF_A_DAY)
    return dialog


def marked(picker: Locator) -> Locator:
    return picker.get_by_role('navigation', name='Days').locator('[aria-current=true]')


def test_a_day_leads_to_its_photos_and_the_one_in_sight_is_marked(picker: Locator) -> None:
    days = picker.get_by_role('navigation', name='Days').get_by_role('button')
    expect(days).to_have_count(DAYS)
    expect(marked(picker)).to_contain_text('5 Mar 2026')
    expect(marked(picker)).to_have_count(1)
    days.nth(3).click()
    expect(picker.locator('.df-picker-day').nth(3).get_by_role('heading')).to_be_in_viewport()
    expect(days.nth(3)).to_have_attribute('aria-current', 'true')
    picker.locator('.df-picker-scroll').evaluate('one => { one.scrollTop = 0 }')
    expect(days.first).to_have_attribute('aria-current', 'true')
    picker.locator('.df-picker-scroll').evaluate('one => { one.scrollTop = one.scrollHeight }')
    expect(days.first).to_have_attribute('aria-current', 'false')


def test_photos_are_chosen_by_keyboard_and_laid_in(picker: Locator, page: Page) -> None:
    expect(picker.locator('.df-tile--gone')).to_have_count(2)
    picker.get_by_role('checkbox').first.focus()
    page.keyboard.press('Space')
    page.keyboard.press('j')
    expect(picker.get_by_role('checkbox').nth(1)).to_be_focused()
    page.keyboard.press('x')
    picker.get_by_role('checkbox').nth(3).click(modifiers=['Shift'])
    expect(picker).to_contain_text('4 selected')
    assert findings(page, within='.df-picker') == ''
    picker.get_by_role('button', name='Add 4 images').click()
    expect(picker).to_have_count(0)
    expect(page.locator('.df-laid-out .df-tile')).to_have_count(6)
    expect(page.locator('.df-picker *')).to_have_count(0)


def test_a_filter_and_the_switch_leave_what_they_say(picker: Locator, page: Page) -> None:
    picker.get_by_text('Hide the 2 already here').click()
    expect(picker.locator('.df-tile')).to_have_count(DAYS * OF_A_DAY - 2)
    picker.get_by_role('button', name='View', exact=True).click()
    page.get_by_role('dialog', name='Filter by view').get_by_role('checkbox', name='Overview').click()
    page.keyboard.press('Escape')
    expect(picker).to_contain_text('No images match.')
    expect(picker).to_be_visible()
    picker.get_by_role('button', name='Remove Overview').first.click()
    expect(picker.locator('.df-tile')).to_have_count(DAYS * OF_A_DAY - 2)


def test_on_a_phone_the_days_are_a_select_and_all_of_it_fits(picker: Locator, page: Page) -> None:
    page.set_viewport_size({'width': 390, 'height': 844})
    expect(picker.get_by_role('navigation', name='Days')).to_be_hidden()
    box = picker.locator('.df-picker').bounding_box()
    assert box and (box['width'], box['height']) == (390, 844)
    picker.get_by_role('combobox', name='Day').click()
    page.get_by_role('option').nth(4).click()
    expect(picker.locator('.df-picker-day').nth(4).get_by_role('heading')).to_be_in_viewport()
    assert page.evaluate('document.documentElement.scrollWidth') == 390
    expect(picker.get_by_role('button', name='Add images')).to_be_in_viewport()
