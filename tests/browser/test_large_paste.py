"""Far more than a field takes is pasted into it: what fits is kept, the field says so, and the page lives on."""
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.clinic import open_clinic
from components.field_marks import utf16_length
from data.columns import limit_of
from data.models import ComparisonGroup, Image, QuickText
from data.values import TEXT_LIMIT
from tests.browser.driving import new_patient, sign_in, stored, watched
from tests.cast import hire
from tests.conftest import settings_of
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry
from tests.serving import Server

BASE = 'Plaque on the left elbow, scaly.'
LINE = 'Erythematous plaques, one by one. ' * 30 + '\n'
TEN_MEGABYTES = LINE * (10_000_000 // len(LINE) + 1)
ONE_MEGABYTE = '👩🏽‍⚕️ جلد ' * 90_000
ENTRY = '/patients/psr-20417/entries/1'
SENTENCE = 'This is the limit: 150,000 characters. What goes beyond is not kept.'


@pytest.fixture
def entry(page: Page) -> Page:
    """An entry whose notes say something already."""
    new_patient(page, 'psr-20417')
    page.get_by_role('button', name='New entry').or_(page.get_by_role('link', name='New entry')).first.click()
    page.wait_for_url('**/entries/1')
    page.get_by_label('Notes', exact=True).fill(BASE)
    stored(page, 'Notes', BASE)
    return page


def copy(page: Page, text: str) -> None:
    """Put a text into the clipboard as a person does: out of a field of another page."""
    other = page.context.new_page()
    other.set_content(f'<textarea aria-label="Elsewhere">{text}</textarea>')  # typing that much takes minutes
    elsewhere = other.get_by_label('Elsewhere')
    elsewhere.press('Control+a')
    elsewhere.press('Control+c')
    other.close()


def paste(page: Page, select: str) -> None:
    notes = page.get_by_label('Notes', exact=True)
    notes.press(select)
    notes.press('Control+v')
    expect(page.get_by_role('alert').filter(has_text='limit')).to_have_text(SENTENCE)


def test_ten_megabytes_pasted_into_notes_are_cut_in_words_and_nothing_that_was_there_is_lost(entry: Page) -> None:
    copy(entry, TEN_MEGABYTES)
    notes = entry.get_by_label('Notes', exact=True)
    paste(entry, 'Control+a')
    stored(entry, 'Notes', TEN_MEGABYTES[:TEXT_LIMIT])
    entry.get_by_role('button', name='Undo').click()
    expect(notes).to_have_value(BASE)
    expect(entry.get_by_text(SENTENCE)).to_have_count(0)
    paste(entry, 'Control+End')
    stored(entry, 'Notes', (BASE + TEN_MEGABYTES)[:TEXT_LIMIT])
    notes.fill(BASE)
    notes.press('Control+End')
    notes.press_sequentially(' Scale is gone.')
    stored(entry, 'Notes', f'{BASE} Scale is gone.')


@pytest.fixture
def furnished(tmp_path: Path, chromium: Browser, console: list[str]) -> Iterator[Page]:
    """Ines at a practice with a captioned photo, a titled comparison and a quick text."""
    opened = open_clinic(settings_of(tmp_path))
    try:
        ines = hire(opened).ines
        patient = a_patient(opened, ines, 'psr-20417').key
        images = [a_stored_image(opened, ines, patient) for _ in range(2)]
        for image in images:
            opened.change_now(ines, lambda records, image=image: records.images.describe(image, 'caption', 'Before.'))
        a_comparison(opened, ines, an_entry(opened, ines, patient, images=tuple(images)).key, images, title='Before.')
        opened.change_now(ines, lambda records: records.quick_texts.add('Sun', 'Before.'))
    finally:
        opened.close()
    with Server(tmp_path) as server:
        context = chromium.new_context(base_url=server.address)
        page = watched(context.new_page(), console)
        sign_in(page, 'ines')
        yield page
        context.close()


def paste_over(page: Page, field: Locator, text: str, limit: int) -> None:
    """Paste over what is there: it is cut at the limit, the field says so, and what fits is stored."""
    expect(field).to_have_value('Before.')
    copy(page, text)
    field.press('Control+a')
    field.press('Control+v')
    said = f'This is the limit: {limit:,} characters. What goes beyond is not kept.'
    expect(page.get_by_role('alert').filter(has_text=said)).to_be_visible()
    expect(page.get_by_role('status')).to_contain_text('Saved')
    assert utf16_length(field.input_value()) in {limit, limit - 1}


def take_back(field: Locator) -> None:
    field.locator('xpath=ancestor::*[contains(@class, "df-field")]').get_by_role('button', name='Undo').click()
    expect(field).to_have_value('Before.')


def test_what_is_pasted_into_caption_title_and_quick_text_is_cut_in_words_and_undo_leads_back(furnished: Page) -> None:
    furnished.goto(ENTRY)
    title = furnished.get_by_label('Title', exact=True)
    paste_over(furnished, title, TEN_MEGABYTES, limit_of(ComparisonGroup, 'title'))
    take_back(title)
    furnished.locator('.df-tile-caption').first.click()
    caption = furnished.get_by_role('textbox', name='Caption')
    paste_over(furnished, caption, ONE_MEGABYTE, limit_of(Image, 'caption'))
    furnished.goto('/settings')
    words = furnished.get_by_label('Text', exact=True)
    paste_over(furnished, words, TEN_MEGABYTES, limit_of(QuickText, 'text'))
    take_back(words)
