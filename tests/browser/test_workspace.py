"""The workspace of a visit in Chromium: taken by mouse, moved by keys, captioned where it lies, and files dropped on it."""
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.clinic import open_clinic
from tests import pictures
from tests.browser.test_accessibility import findings
from tests.conftest import Template, settings_of
from tests.factories import CAPTURED, a_patient, a_stored_image, an_entry
from tests.serving import Server

VISIT = '/patients/psr-1/entries/1'


@pytest.fixture
def server(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """A running server with a visit: three photographs of one day, one minute apart."""
    staffed.copy(tmp_path)
    jana = staffed.cast.jana
    opened = open_clinic(settings_of(tmp_path))
    try:
        patient = a_patient(opened, jana, 'psr-1').key
        keys = [a_stored_image(opened, jana, patient, captured_at=CAPTURED + timedelta(minutes=minute)) for minute in range(3)]
        an_entry(opened, jana, patient, notes='Flat.\n' * 60, images=tuple(keys))
    finally:
        opened.close()
    with Server(tmp_path) as running:
        yield running


@pytest.fixture
def visit(page: Page) -> Page:
    """Jana's browser with the visit open, on a desk."""
    page.set_viewport_size({'width': 1440, 'height': 900})
    page.emulate_media(reduced_motion='reduce')
    page.goto(VISIT)
    expect(tiles(page)).to_have_count(3)
    return page


def tiles(page: Page) -> Locator:
    return page.locator('.df-laid-out .df-tile')


def times(page: Page) -> Locator:
    return page.locator('.df-laid-out .df-tile > time')


def test_a_photo_is_taken_to_another_place_and_moved_by_keys_that_keep_the_focus(visit: Page) -> None:
    first, third = (tiles(visit).nth(number).bounding_box() for number in (0, 2))
    assert first and third
    visit.mouse.move(first['x'] + 90, first['y'] + 70)
    visit.mouse.down()
    visit.mouse.move(third['x'] + 60, third['y'] + 60, steps=5)
    visit.mouse.up()
    expect(times(visit)).to_have_text(['13:31', '13:32', '13:30'])
    expect(visit.get_by_text('Moved to place 3 of 3.')).to_be_visible()
    expect(visit.get_by_role('dialog', name='Photo')).to_be_hidden()
    expect(visit.locator('.df-tile--held')).to_have_count(0)
    tiles(visit).nth(2).focus()
    visit.keyboard.press('Alt+ArrowLeft')
    visit.keyboard.press('Alt+ArrowLeft')
    expect(times(visit)).to_have_text(['13:30', '13:31', '13:32'])
    expect(tiles(visit).first).to_be_focused()
    visit.keyboard.press('ArrowRight')
    expect(tiles(visit).nth(1)).to_be_focused()


def test_a_caption_is_clicked_and_typed_with_spaces_and_arrows_and_left_by_enter(visit: Page) -> None:
    tiles(visit).first.hover()
    tiles(visit).first.get_by_text('Add a caption').click()
    field = visit.get_by_role('textbox', name='Caption')
    expect(field).to_be_focused()
    visit.keyboard.type('dry  skin')
    visit.keyboard.press('ArrowLeft')
    visit.keyboard.press('Enter')
    expect(field).to_have_count(0)
    expect(tiles(visit).first.locator('.df-tile-caption')).to_have_text('dry  skin')
    expect(tiles(visit).first).to_be_focused()
    expect(visit.locator('.df-tile[aria-checked=true]')).to_have_count(0)
    expect(visit.get_by_role('status')).to_contain_text('Saved')


def test_escape_takes_back_the_choice_and_leaves_the_focus_on_its_photo(visit: Page) -> None:
    tiles(visit).nth(1).focus()
    visit.keyboard.press('x')
    chosen = visit.get_by_role('toolbar', name='Selected images')
    expect(chosen).to_contain_text('1 selected')
    visit.keyboard.press('Escape')
    expect(chosen).to_be_hidden()
    expect(visit.locator('.df-tile[aria-checked=true]')).to_have_count(0)
    expect(tiles(visit).nth(1)).to_be_focused()


def test_a_file_dropped_anywhere_on_a_visit_lands_in_it(visit: Page) -> None:
    given = visit.evaluate_handle("""bytes => { const held = new DataTransfer()
        held.items.add(new File([new Uint8Array(bytes)], 'new.jpg', {type: 'image/jpeg'})); return held }""", list(pictures.jpeg(300, 200)))
    visit.get_by_label('Notes', exact=True).dispatch_event('dragover', {'dataTransfer': given})
    expect(visit.get_by_text('Drop to add photos to Maria Gonzalez')).to_be_in_viewport()
    visit.locator('.q-uploader__dnd').dispatch_event('drop', {'dataTransfer': given})
    expect(tiles(visit)).to_have_count(4)
    expect(visit.get_by_text('1 photo added.')).to_be_visible()
    assert findings(visit, within='.df-main') == ''


def test_an_address_brings_its_section_into_sight(visit: Page) -> None:
    visit.set_viewport_size({'width': 390, 'height': 844})
    visit.goto(f'{VISIT}?section=notes')
    expect(visit.get_by_role('heading', name='Tags and notes')).to_be_in_viewport()
