"""The title of a visit is the field of its appointment: by keyboard, on a phone, in the browser's own picker, and without a line."""
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving import new_patient, stored


@pytest.fixture
def visit(page: Page) -> Page:
    new_patient(page, 'psr-20417')
    page.get_by_role('button', name='New entry').or_(page.get_by_role('link', name='New entry')).first.click()
    page.wait_for_url('**/entries/1')
    appointment(page).fill('2026-11-23T10:15')
    appointment(page).blur()
    stored(page, 'Appointment', '2026-11-23T10:15')
    return page


def appointment(page: Page) -> Locator:
    return page.get_by_label('Appointment', exact=True)


def shows(page: Page, title: str, *, field: bool) -> None:
    """Wait until the words or the field are seen; the other one lies below it, unseen."""
    heading = page.get_by_role('heading', level=1)
    expect(heading).to_have_text(re.compile(f'^{title}'))
    expect(heading).to_have_css('opacity', '0' if field else '1')
    expect(page.locator('.df-when > .q-field')).to_have_css('opacity', '1' if field else '0')


@pytest.mark.parametrize('width', [1440, 1180, 390])
def test_the_title_becomes_its_field_for_whoever_comes_to_it_by_keyboard(visit: Page, width: int) -> None:
    visit.set_viewport_size({'width': width, 'height': 844})
    visit.reload()
    shows(visit, 'Mon 23 Nov 2026, 10:15', field=False)
    field = appointment(visit)
    for _ in range(40):
        visit.keyboard.press('Tab')
        if field.evaluate('element => element === document.activeElement'):
            break
    shows(visit, 'Mon 23 Nov 2026, 10:15', field=True)
    visit.keyboard.type('1124', delay=20)
    stored(visit, 'Appointment', '2026-11-24T10:15')
    field.blur()
    shows(visit, 'Tue 24 Nov 2026, 10:15', field=False)
    visit.get_by_role('button', name='Undo', exact=True).first.click()
    shows(visit, 'Mon 23 Nov 2026, 10:15', field=False)


def test_a_click_on_the_title_is_a_click_into_its_field(visit: Page) -> None:
    box = visit.get_by_role('heading', level=1).bounding_box()
    assert box is not None
    visit.mouse.click(box['x'] + box['width'] / 2, box['y'] + box['height'] / 2)
    expect(appointment(visit)).to_be_focused()
    visit.keyboard.press('Escape')  # the browser's picker
    shows(visit, 'Mon 23 Nov 2026, 10:15', field=True)


def test_a_year_that_is_typed_slowly_is_not_disturbed_by_what_its_first_digits_would_be(visit: Page) -> None:
    appointment(visit).focus()
    visit.keyboard.type('1124', delay=20)
    for digit, shown in (('2', '0002'), ('0', '0020'), ('2', '0202')):
        visit.keyboard.type(digit)
        expect(appointment(visit)).to_have_value(f'{shown}-11-24T10:15')
        expect(visit.get_by_role('alert').filter(has_text='lies between')).to_be_visible()
    visit.keyboard.type('7')
    stored(visit, 'Appointment', '2027-11-24T10:15')
    expect(visit.get_by_role('alert').filter(has_text='lies between')).to_have_count(0)


def test_without_a_line_what_is_typed_into_the_title_stays_in_sight_and_is_stored_when_it_is_back(
        visit: Page, console: list[str]) -> None:
    visit.context.set_offline(True)
    expect(visit.get_by_text('Offline, will save')).to_be_visible()
    appointment(visit).fill('2026-11-25T08:00')
    appointment(visit).blur()
    expect(visit.locator('.df-when > .q-field')).to_have_css('opacity', '1')
    expect(appointment(visit)).to_have_value('2026-11-25T08:00')
    visit.context.set_offline(False)
    shows(visit, 'Wed 25 Nov 2026, 08:00', field=False)
    stored(visit, 'Appointment', '2026-11-25T08:00')
    console[:] = [line for line in console if 'ERR_INTERNET_DISCONNECTED' not in line]
