"""The details page in a real browser: history by keyboard, the calendar, identifiers in two browsers, and axe over it all."""
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.driving import new_patient
from tests.browser.test_accessibility import SIZES, findings

DETAILS = '/patients/psr-1/details'


def a_record(page: Page, unique_id: str = 'psr-1') -> None:
    """Create a patient whom every other one of this file looks like, and open the details."""
    new_patient(page, unique_id, **{'Family name': 'Oyelaran', 'Given names': 'Marguerite', 'Date of birth': '14 Mar 1980'})
    page.goto(f'/patients/{unique_id}/details')


def write(page: Page, label: str, text: str) -> Locator:
    """Type over a field, leave it, and wait until it is stored."""
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press('Tab')
    expect(field_of(page, label).get_by_role('button', name='Undo')).to_be_visible()
    expect(page.locator('.df-status').first).to_contain_text('Saved')
    return field


def field_of(page: Page, label: str) -> Locator:
    return page.locator(f'.df-field:has([aria-label="{label}"])')


def test_an_earlier_text_is_used_again_by_keyboard(page: Page) -> None:
    a_record(page)
    phone = write(page, 'Phone', '+44 1')
    write(page, 'Phone', '+44 2')
    icon = field_of(page, 'Phone').get_by_role('button', name='History')
    icon.focus()
    icon.press('Enter')
    history = page.get_by_role('dialog', name='History')
    expect(history).to_contain_text('2 versions')
    expect(icon).to_have_attribute('aria-expanded', 'true')
    page.keyboard.press('Escape')
    expect(history).to_be_hidden()
    expect(icon).to_be_focused()
    icon.press('Enter')
    expect(history).to_be_focused()
    page.keyboard.press('Tab')
    expect(history.get_by_role('button', name='Use this').first).to_be_focused()
    page.keyboard.press('Enter')
    expect(phone).to_have_value('+44 1')
    expect(history).to_be_hidden()
    page.reload()
    expect(phone).to_have_value('+44 1')


def test_an_open_history_and_the_age_follow_another_browser(page: Page, second_page: Page) -> None:
    a_record(page)
    write(page, 'City', 'Köln')
    field_of(page, 'City').get_by_role('button', name='History').press('Enter')
    history = page.get_by_role('dialog', name='History')
    expect(history).to_contain_text('1 version')
    second_page.goto(DETAILS)
    write(second_page, 'City', 'Bonn')
    expect(history).to_contain_text('2 versions')
    expect(history).to_contain_text('Changed by Dr Ines Weber')
    write(second_page, 'Date of birth', '15 Mar 2000')
    expect(page.get_by_label('Date of birth', exact=True)).to_have_value('15 Mar 2000')


def test_a_date_of_birth_is_chosen_in_the_calendar(page: Page) -> None:
    a_record(page)
    page.get_by_role('button', name='Open calendar').focus()
    page.keyboard.press('Enter')
    calendar = page.get_by_role('dialog', name='Calendar')
    calendar.get_by_role('button', name='17', exact=True).press('Enter')
    expect(page.get_by_label('Date of birth', exact=True)).to_have_value('17 Mar 1980')
    expect(calendar).to_be_hidden()
    expect(page.locator('.df-status').first).to_contain_text('Saved')
    page.reload()
    expect(page.get_by_label('Date of birth', exact=True)).to_have_value('17 Mar 1980')


def box_of(element: Locator) -> FloatRect:
    found = element.bounding_box()
    assert found is not None
    return found


def colour_of(element: Locator, of: str = '') -> str:
    return str(element.evaluate('(element, of) => getComputedStyle(element, of || null).color', of))


def test_the_calendar_stands_at_the_left_edge_of_its_field(page: Page) -> None:
    page.set_viewport_size({'width': 1440, 'height': 900})
    page.emulate_media(reduced_motion='reduce')
    a_record(page)
    page.get_by_role('button', name='Open calendar').click()
    calendar = page.get_by_role('dialog', name='Calendar')
    expect(calendar.get_by_role('button', name='17', exact=True)).to_be_visible()
    expect(calendar).to_have_css('opacity', '1')
    field, opened = box_of(field_of(page, 'Date of birth')), box_of(calendar)
    assert abs(opened['x'] - field['x']) <= 1
    assert opened['y'] >= field['y'] + field['height']


def test_a_long_label_beside_saved_and_undo_moves_nothing(page: Page) -> None:
    page.set_viewport_size({'width': 1440, 'height': 900})
    a_record(page)
    number = field_of(page, 'Medical record number')
    before = box_of(number)
    write(page, 'Medical record number', '88-1204')
    expect(number.locator('.df-saved')).to_be_visible()
    assert box_of(number) == before
    assert number.locator('.df-lab').evaluate('line => line.scrollWidth <= line.clientWidth')


def test_who_bears_an_id_is_told_below_its_field_as_wide_as_the_form(page: Page) -> None:
    page.set_viewport_size({'width': 1440, 'height': 900})
    a_record(page, 'psr-2')
    a_record(page)
    beside = box_of(field_of(page, 'Preferred name'))
    field = page.get_by_role('textbox', name='Unique ID', exact=True)
    field.fill('psr-2')
    field.press('Tab')
    told = page.locator('.df-banner', has_text='This ID is taken by')
    expect(told).to_be_visible()
    assert box_of(told)['width'] == box_of(page.locator('.df-form').first)['width']
    assert box_of(told)['y'] > beside['y'] + beside['height']
    assert box_of(field_of(page, 'Preferred name')) == beside


def test_a_choice_of_none_is_as_grey_as_an_empty_field(page: Page) -> None:
    a_record(page)
    chosen = field_of(page, 'Sex').get_by_text('Not recorded')
    assert colour_of(chosen) == colour_of(page.get_by_role('textbox', name='Gender', exact=True), '::placeholder')


def test_an_identifier_is_typed_in_one_browser_and_stands_in_the_other(page: Page, second_page: Page) -> None:
    a_record(page)
    second_page.goto(DETAILS)
    page.get_by_role('button', name='Add identifier').click()
    expect(page.get_by_label('System', exact=True)).to_be_focused()
    page.keyboard.type('Royal Larkfield Hospital')
    page.keyboard.press('Tab')
    page.get_by_label('Number', exact=True).fill('88-1204')
    expect(second_page.get_by_label('System', exact=True)).to_have_value('Royal Larkfield Hospital')
    expect(second_page.get_by_label('Number', exact=True)).to_have_value('88-1204')
    page.get_by_role('button', name='Remove identifier').click()
    expect(second_page.get_by_label('System', exact=True)).to_have_count(0)
    page.locator('.df-undo-notice').get_by_role('button', name='Undo').click()
    expect(second_page.get_by_label('Number', exact=True)).to_have_value('88-1204')


def test_axe_finds_nothing_serious_with_all_of_it_open(page: Page) -> None:
    a_record(page, 'psr-2')
    a_record(page)
    page.get_by_role('button', name='Add identifier').click()
    expect(page.get_by_label('System', exact=True)).to_be_focused()
    write(page, 'Phone', '+44 1')
    page.emulate_media(reduced_motion='reduce')
    expect(page.get_by_text('Another patient has this name and birth date')).to_be_visible()
    page.set_viewport_size(SIZES[0])
    for name, opened in (('History', 'History'), ('Open calendar', 'Calendar')):
        page.get_by_role('button', name=name, exact=True).last.press('Enter')
        expect(page.get_by_role('dialog', name=opened)).to_be_visible()
        found = findings(page, SIZES[:1])
        assert not found, found
        page.keyboard.press('Escape')
        expect(page.get_by_role('dialog')).to_have_count(0)
