"""Tags by keyboard alone, in Chromium; what is put on stands in the other person's browser."""
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import new_patient

PATIENT = '/patients/psr-1'


def chip(page: Page, name: str):
    return page.locator('.df-pb .df-tags--line > .df-tags-in > .df-tag', has_text=name)


@pytest.fixture
def both(page: Page, second_page: Page) -> tuple[Page, Page]:
    """Jana's and Ines's browsers, with the same new patient open."""
    new_patient(page, 'psr-1')
    second_page.goto(PATIENT)
    return page, second_page


def make_tag(page: Page, name: str) -> None:
    """Create a tag from the list, which is open, in the first category."""
    page.keyboard.type(name)
    expect(page.get_by_role('option', name=f'Create “{name}”')).to_have_attribute('aria-selected', 'true')
    page.keyboard.press('Enter')
    expect(page.get_by_role('option', name='Condition')).to_be_focused()
    page.keyboard.press('Enter')
    expect(chip(page, name)).to_have_count(1)
    expect(page.get_by_role('textbox', name='Find a tag')).to_be_focused()


def test_a_tag_is_made_found_put_on_and_taken_off_by_keyboard_alone(both: tuple[Page, Page]):
    page, other = both
    expect(page.get_by_role('heading', level=1)).to_be_visible()
    page.keyboard.press('t')
    expect(page.get_by_role('textbox', name='Find a tag')).to_be_focused()
    make_tag(page, 'Psoriasis')
    make_tag(page, 'Plaque psoriasis')
    expect(chip(other, 'Plaque psoriasis')).to_have_count(1)
    page.keyboard.press('Escape')
    expect(page.get_by_role('textbox', name='Find a tag')).to_be_hidden()
    other.keyboard.press('t')
    expect(other.get_by_role('textbox', name='Find a tag')).to_be_focused()
    other.keyboard.press('Shift+Tab')
    expect(other.get_by_role('button', name='Remove tag Psoriasis')).to_be_focused()
    other.keyboard.press('Enter')
    expect(other.get_by_role('button', name='Undo: put Psoriasis back')).to_be_focused()
    expect(chip(page, 'Psoriasis')).to_have_text(['Plaque psoriasis'])
    page.keyboard.press('t')
    expect(page.get_by_role('textbox', name='Find a tag')).to_be_focused()
    page.keyboard.type('pso')
    expect(page.get_by_role('option', name='Psoriasis')).to_have_count(1)
    page.keyboard.press('ArrowDown')
    expect(page.get_by_role('option', name='Create “pso”')).to_be_focused()
    page.keyboard.press('ArrowUp')
    expect(page.get_by_role('option', name='Psoriasis')).to_be_focused()
    page.keyboard.press('Enter')
    expect(chip(other, 'Psoriasis')).to_have_text(['Plaque psoriasis', 'Psoriasis'])
