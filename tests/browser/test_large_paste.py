"""Far more than a field takes is pasted into it: what fits is kept, the field says so, and the page lives on."""
import pytest
from playwright.sync_api import Page, expect

from data.values import TEXT_LIMIT
from tests.browser.driving import new_patient, stored

BASE = 'Plaque on the left elbow, scaly.'
LINE = 'Erythematous plaques, one by one. ' * 30 + '\n'
TEN_MEGABYTES = LINE * (10_000_000 // len(LINE) + 1)
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
