"""The tags page in a real browser, by keyboard: rename, the merge that a taken name offers, the way back, and two people at once."""
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.clinic import Clinic, open_clinic
from data.actors import Actor
from data.repositories.tag_records import Tagged
from tests.browser.driving import sign_in, watched
from tests.conftest import Template
from tests.factories import a_patient, a_stored_image, an_entry
from tests.serving import Server


@pytest.fixture
def server(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """A server of a practice with three tags: Psoriasis on two images of a visit, Psoriasis vulgaris on another patient, Acne nowhere."""
    opened = open_clinic(staffed.copy(tmp_path))
    try:
        fill(opened, staffed.cast.jana)
    finally:
        opened.close()
    with Server(tmp_path) as running:
        yield running


def fill(clinic: Clinic, jana: Actor) -> None:
    one, other = a_patient(clinic, jana, 'psr-1').key, a_patient(clinic, jana, 'psr-2').key
    images = [a_stored_image(clinic, jana, one) for _ in range(2)]
    an_entry(clinic, jana, one, images=tuple(images))
    with clinic.reading(jana) as records:
        condition = records.tags.vocabulary()[0].key
    _acne, psoriasis, vulgaris = (clinic.change_now(jana, lambda records, name=name: records.tags.add(condition, name)).key
                                  for name in ('Acne', 'Psoriasis', 'Psoriasis vulgaris'))
    clinic.change_now(jana, lambda records: records.tags.assign(psoriasis, Tagged.IMAGE, images))
    clinic.change_now(jana, lambda records: records.tags.assign(vulgaris, Tagged.PATIENT, [other]))


def findings(page: Page, *, over_scrim: bool = False) -> list[str]:
    """Return what axe calls serious on the page as it stands. Buttons over a scrim it measures against the scrim: not those colours."""
    rules = {'color-contrast': {'enabled': not over_scrim}}
    found = Axe().run(page, options={'resultTypes': ['violations'], 'preload': False, 'rules': rules}).response['violations']
    return [f'{each["id"]}: {node["html"][:200]}' for each in found if each['impact'] in {'serious', 'critical'} for node in each['nodes']]


def test_a_taken_name_leads_to_the_merge_and_undo_takes_it_back(page: Page) -> None:
    page.emulate_media(reduced_motion='reduce')  # axe measures what stands, not what is fading in
    page.goto('/tags')
    page.get_by_role('button', name='Rename Psoriasis vulgaris').focus()
    page.keyboard.press('Enter')
    field = page.get_by_role('textbox', name='Tag name')
    expect(field).to_be_focused()
    expect(page.get_by_text('was Psoriasis vulgaris, on')).to_be_visible()
    field.fill('PSORÍASIS')
    page.keyboard.press('Enter')
    expect(page.get_by_text('There is already a tag Psoriasis.')).to_be_visible()
    assert findings(page) == []
    page.get_by_role('button', name='Merge them?').press('Enter')
    dialog = page.get_by_role('dialog', name='Merge 2 tags')
    expect(dialog.get_by_role('radio', name='Psoriasis', exact=True)).to_be_checked()
    expect(dialog.get_by_text('then on 2 patients, 1 entry, 2 images')).to_be_visible()
    assert findings(page, over_scrim=True) == []
    dialog.get_by_role('button', name='Merge tags').press('Enter')
    expect(page.locator('.df-undo-notice').get_by_text('Merged Psoriasis vulgaris into Psoriasis.')).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role('link', name='2 patients with Psoriasis', exact=True)).to_be_visible()
    expect(page.get_by_text('Psoriasis vulgaris', exact=True)).to_have_count(0)
    page.get_by_role('button', name='Undo').press('Enter')
    expect(page.get_by_role('link', name='1 patient with Psoriasis vulgaris')).to_be_visible()
    expect(page.get_by_role('link', name='1 patient with Psoriasis', exact=True)).to_be_visible()


def test_the_other_name_is_chosen_with_the_arrow_keys(page: Page) -> None:
    page.goto('/tags')
    for name in ('Psoriasis', 'Psoriasis vulgaris'):
        page.get_by_role('checkbox', name=f'Select {name}', exact=True).press('Space')
    page.get_by_role('toolbar', name='Selected tags').get_by_role('button', name='Merge').press('Enter')
    radio = page.get_by_role('radio', name='Psoriasis', exact=True)
    expect(radio).to_be_checked()
    radio.press('ArrowDown')
    expect(page.get_by_role('radio', name='Psoriasis vulgaris')).to_be_checked()
    result = page.locator('.df-merge-result')
    expect(result).to_have_text('PsoriasisPsoriasis vulgaristhen on 2 patients, 1 entry, 2 images')
    page.get_by_role('button', name='Merge tags').press('Enter')
    expect(page.get_by_text('Merged Psoriasis into Psoriasis vulgaris.')).to_be_visible()


def test_the_focus_comes_back_to_where_a_name_was_changed_from(page: Page) -> None:
    page.goto('/tags')
    for way_in, field in (('Rename category', 'Category name'), ('Rename Acne', 'Tag name')):
        page.get_by_role('button', name=way_in).press('Enter')
        expect(page.get_by_role('textbox', name=field)).to_be_focused()
        page.keyboard.press('Escape')
        expect(page.get_by_role('button', name=way_in)).to_be_focused()
        assert findings(page) == []
    page.keyboard.press('Tab')
    expect(page.get_by_role('button', name='Merge Acne')).to_be_focused()


def test_a_name_changed_elsewhere_shows_while_another_row_is_being_edited(page: Page, second_page: Page) -> None:
    for each in (page, second_page):
        each.goto('/tags')
    page.get_by_role('button', name='Rename Psoriasis vulgaris').press('Enter')
    field = page.get_by_role('textbox', name='Tag name')
    field.fill('Psoriasis inv')
    second_page.get_by_role('button', name='Rename Acne').press('Enter')
    second_page.get_by_role('textbox', name='Tag name').fill('Zoster')
    second_page.keyboard.press('Enter')
    expect(page.get_by_role('row').filter(has_text='Zoster')).to_be_visible()
    expect(field).to_be_focused()
    page.keyboard.type('ersa')
    expect(field).to_have_value('Psoriasis inversa')
    page.keyboard.press('Enter')
    expect(page.locator('.df-undo-notice').get_by_text('Renamed Psoriasis vulgaris to Psoriasis inversa.')).to_be_visible()
    expect(page.locator('.df-tags-row .df-tag-name')).to_have_text(['Psoriasis', 'Psoriasis inversa', 'Zoster'])


def test_on_a_phone_the_acts_are_in_the_menu_of_the_row(server: Server, chromium: Browser, console: list[str]) -> None:
    context = chromium.new_context(base_url=server.address, viewport={'width': 390, 'height': 844}, has_touch=True, is_mobile=True)
    page = watched(context.new_page(), console)
    sign_in(page, 'jana')
    page.goto('/tags')
    page.get_by_role('button', name='More for Acne').tap()
    page.locator('.df-tags-menu').get_by_text('Retire', exact=True).tap()
    page.get_by_role('alertdialog').get_by_role('button', name='Retire').tap()
    page.get_by_role('link', name='Retired').tap()
    page.wait_for_url('**/tags?retired=1')
    page.get_by_role('button', name='Offer again: Acne').tap()
    expect(page.get_by_text('Acne is offered again.')).to_be_visible()
    assert page.evaluate('document.documentElement.scrollWidth') <= 390
    context.close()
