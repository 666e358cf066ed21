"""The patient database in Chromium: the address bar, Back, the keyboard, two people, and a list that does not jump."""
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.clinic import open_clinic
from data.repositories.tag_records import Tagged
from tests.conftest import Template, settings_of
from tests.factories import a_patient, a_stored_image, an_entry
from tests.serving import Server


@pytest.fixture
def stocked(server: Server, staffed: Template, tmp_path: Path) -> Server:
    """Thirty patients, psr-00 to psr-29: the first three with Psoriasis, the first with Face, a photo and two visits."""
    server.stop()
    opened, cast = open_clinic(settings_of(tmp_path)), staffed.cast
    try:
        patients = [a_patient(opened, cast.ines, f'psr-{number:02}', family_name=f'Number{number:02}') for number in range(30)]
        with opened.reading(cast.ines) as records:
            category = records.tags.vocabulary()[0].key
        for name, count in (('Psoriasis', 3), ('Face', 1)):
            label = opened.change_now(cast.ines, lambda records, name=name: records.tags.add(category, name))
            keys = [patient.key for patient in patients[:count]]
            opened.change_now(cast.ines, lambda records, key=label.key, keys=keys: records.tags.assign(key, Tagged.PATIENT, keys))
        a_stored_image(opened, cast.ines, patients[0].key)
        for _ in range(2):
            an_entry(opened, cast.ines, patients[0].key)
    finally:
        opened.close()
    server.start()
    return server


def at(page: Page, query: str | tuple[str, ...], pager: str) -> None:
    """Wait until the address says this, or one of these, and the list has followed."""
    queries = (query,) if isinstance(query, str) else query
    page.wait_for_url(lambda address: address.partition('/patients')[2] in queries)
    expect(page.locator('.df-pager-range')).to_contain_text(pager)


@pytest.mark.usefixtures('stocked')
def test_every_step_stands_in_the_address_and_back_undoes_one_after_the_other(page: Page):
    page.goto('/patients')
    at(page, '', '1–25 of 30')
    page.get_by_role('combobox', name='Sort by').click()
    page.get_by_role('option', name='Name').click()
    at(page, '?sort=name', '1–25 of 30')
    page.get_by_role('link', name='Next page').click()
    at(page, '?sort=name&page=2&per_page=25', '26–30 of 30')
    page.get_by_role('link', name='A to Z. Change to Z to A').click()
    at(page, '?sort=-name', '1–25 of 30')
    expect(page.locator('.df-card-name').first).to_have_text('Maria Number29')
    page.get_by_role('link', name='10', exact=True).click()
    at(page, '?sort=-name&per_page=10', '1–10 of 30')
    page.get_by_role('textbox', name='Search').fill('number1')
    # the chosen size is kept while its page comes: a page that knows it already need not name it
    searched = ('?q=number1&sort=-name&per_page=10', '?q=number1&sort=-name')
    at(page, searched, 'from 30 patients')
    page.reload()
    at(page, searched, '1–10 of 10')
    expect(page.get_by_role('textbox', name='Search')).to_have_value('number1')
    for query in ('?sort=-name', '?sort=name&page=2&per_page=25', '?sort=name'):
        page.go_back()
        at(page, query, 'of 30')
    page.go_forward()
    at(page, '?sort=name&page=2&per_page=25', '26–30 of 30')


@pytest.mark.usefixtures('stocked')
def test_tags_are_chosen_by_the_keyboard_and_are_one_step(page: Page):
    page.goto('/patients?sort=name')
    page.get_by_role('button', name='Tags', exact=True).press('Enter')
    find = page.get_by_role('textbox', name='Find a tag')
    expect(find).to_be_focused()
    expect(page.get_by_role('checkbox', name='Psoriasis 3 patients')).not_to_be_checked()
    find.press('Tab')
    page.keyboard.press('Tab')
    expect(page.get_by_role('checkbox', name='Psoriasis 3 patients')).to_be_focused()
    page.keyboard.press('Space')
    expect(page.get_by_role('checkbox', name='Psoriasis 3 patients')).to_be_checked()
    expect(page.get_by_role('checkbox', name='Face 1 patient')).not_to_be_checked()
    expect(page.locator('.df-card')).to_have_count(3)
    page.keyboard.press('Escape')
    at(page, '?sort=name&tags=psoriasis', '1–3 of 3')
    page.get_by_role('link', name='Remove Psoriasis').click()
    at(page, '?sort=name', '1–25 of 30')
    page.go_back()
    at(page, '?sort=name&tags=psoriasis', '1–3 of 3')
    page.get_by_role('button', name='Psoriasis').click()
    page.get_by_role('checkbox', name='Face').click()
    expect(page.locator('.df-card')).to_have_count(1)
    page.mouse.click(700, 700)  # beside the menu: it closes, and nothing below is opened
    at(page, '?sort=name&tags=psoriasis,face', '1–1 of 1')


@pytest.mark.usefixtures('stocked')
def test_a_colleagues_visit_is_counted_without_a_reload(page: Page, second_page: Page):
    second_page.goto('/patients?sort=unique_id&per_page=10')
    card = second_page.locator('.df-card').nth(4)
    expect(card.locator('.df-card-when')).to_have_text('No visit yet')
    picture = second_page.locator('.df-card img').first
    picture.evaluate('image => { image.dataset.kept = "yes" }')
    page.goto('/patients/psr-04')
    page.get_by_role('button', name='New entry').click()
    page.wait_for_url('**/patients/psr-04/entries/1*')
    expect(card.locator('.df-card-when')).to_have_text('Today')
    expect(card.locator('.df-badge').nth(1)).to_contain_text('1')
    assert picture.get_attribute('data-kept') == 'yes'  # the others were not even drawn anew
    for number in range(3):
        expect(second_page.locator('.df-card-name').nth(number)).to_have_text(f'Maria Number{number:02}')


@pytest.mark.parametrize('look', ['Cards', 'Table'])
@pytest.mark.usefixtures('stocked')
def test_the_keyboard_goes_through_the_list_and_opens(page: Page, look: str):
    page.goto('/patients?sort=unique_id')
    page.get_by_role('button', name=look).click()
    rows = page.locator('.df-card' if look == 'Cards' else '.df-pt-row')
    expect(rows).to_have_count(25)
    page.locator('h1').click()
    for key in ('j', 'ArrowDown', 'k', 'j'):
        page.keyboard.press(key)
    cursor = page.get_by_role('link', name='Maria Number01').and_(page.locator('.df-cursor'))
    expect(cursor).to_be_focused()
    for number in range(2, 20):
        page.keyboard.press('j')
        expect(page.locator('.df-cursor')).to_have_attribute('aria-label', f'Maria Number{number:02}')
    expect(page.locator('.df-cursor')).to_be_in_viewport(ratio=1)
    under, over = rows.nth(19).bounding_box(), page.locator('.df-cursor').bounding_box()
    assert under and over
    assert all(abs(under[side] - over[side]) < 2 for side in ('x', 'y', 'width', 'height')), (under, over)
    page.keyboard.press('Enter')
    page.wait_for_url('**/patients/psr-19')


@pytest.mark.usefixtures('stocked')
def test_pictures_that_arrive_move_nothing(page: Page):
    page.add_init_script('window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => { window.shift += '
                         'entry.value })).observe({type: "layout-shift", buffered: true})')
    page.goto('/patients?sort=unique_id')
    expect(page.locator('.df-card img').first).to_have_js_property('complete', True)
    page.wait_for_load_state('networkidle')
    assert page.evaluate('window.shift') < 0.02


@pytest.mark.usefixtures('stocked')
def test_a_search_that_is_answered_while_a_menu_is_open_stands_in_the_address_when_it_closes(page: Page):
    page.goto('/patients')
    page.get_by_role('textbox', name='Search').fill('number1')
    page.get_by_role('button', name='Tags', exact=True).click()
    expect(page.get_by_role('dialog', name='Filter by tags')).to_be_visible()
    expect(page.locator('.df-pager-range')).to_contain_text('1–10 of 10')
    page.keyboard.press('Escape')
    at(page, '?q=number1', '1–10 of 10')
