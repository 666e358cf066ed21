"""Two people at one visit see each other, and no longer when one of them leaves; a field belongs to who is in it."""
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import new_patient, sign_in, stored
from tests.browser.line import Line
from tests.serving import Server

ENTRY = '/patients/psr-20417/entries/1'


@pytest.fixture
def both(server: Server, chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """Ines at a fresh visit, and Jana elsewhere."""
    contexts = [chromium.new_context(base_url=server.address) for _ in range(2)]
    ines, jana = (context.new_page() for context in contexts)
    sign_in(ines, 'ines')
    sign_in(jana, 'jana')
    new_patient(ines, 'psr-20417')
    ines.get_by_role('button', name='New entry').or_(ines.get_by_role('link', name='New entry')).first.click()
    ines.wait_for_url('**/entries/1')
    yield ines, jana
    for context in contexts:
        context.close()


def here(page: Page, names: str) -> None:
    expect(page.get_by_role('img', name=f'Here now: {names}', exact=True)).to_be_visible()


def test_two_people_see_each_other_until_one_leaves_or_signs_out(both: tuple[Page, Page]) -> None:
    ines, jana = both
    anyone = ines.get_by_role('img', name='Here now')
    expect(anyone).to_have_count(0)
    jana.goto(ENTRY)
    for page in both:
        here(page, 'Dr Ines Weber, Jana König')
    jana.goto('/patients/psr-20417')
    expect(anyone).to_have_count(0)
    jana.goto(ENTRY)
    here(ines, 'Dr Ines Weber, Jana König')
    second = jana.context.new_page()
    second.goto(ENTRY)
    jana.goto('/patients')
    here(ines, 'Dr Ines Weber, Jana König')
    second.get_by_role('button', name='Sign out').click()
    expect(anyone).to_have_count(0)


def test_a_field_that_someone_is_in_shows_their_words_and_takes_no_key_until_they_leave_or_pause(both: tuple[Page, Page]) -> None:
    ines, jana = both
    jana.goto(ENTRY)
    here(ines, 'Dr Ines Weber, Jana König')
    mine, hers = (page.get_by_label('Notes', exact=True) for page in both)
    box = mine.bounding_box()
    hers.click()
    expect(ines.get_by_text('Jana König is editing')).to_be_visible()
    expect(mine).to_be_hidden()
    hers.press_sequentially('Plaque is flat.')
    stand_in = ines.locator('.df-notes .df-stand-in')
    expect(stand_in).to_have_text('Plaque is flat.')
    assert mine.bounding_box() == box  # nothing on the page moved
    stand_in.click()
    ines.keyboard.type('not mine to write')  # n leads elsewhere on this page
    hers.press('Tab')
    expect(ines.get_by_text('Jana König is editing')).to_have_count(0)
    expect(stand_in).to_have_count(0)
    expect(mine).to_have_value('Plaque is flat.')
    expect(mine).to_be_focused()  # she clicked there and waited: she is in it now
    mine.press('End')
    mine.press_sequentially(' No scale.')
    expect(hers).to_be_hidden()
    expect(jana.locator('.df-notes .df-stand-in')).to_have_text('Plaque is flat. No scale.')
    # she stays in the field and presses no key: it can be taken over, and what she wrote is kept
    expect(hers).to_be_visible(timeout=15_000)
    hers.click()
    hers.press('End')
    hers.press_sequentially(' Photographs in 8 weeks.')
    stored(jana, 'Notes', 'Plaque is flat. No scale. Photographs in 8 weeks.')
    expect(ines.get_by_text('Jana König is editing')).to_be_visible()
    expect(mine).to_be_visible()  # who is in it is not put out of it


def test_a_long_text_that_someone_wrote_meanwhile_is_shown_whole_when_the_field_is_free(both: tuple[Page, Page]) -> None:
    ines, jana = both
    jana.goto(ENTRY)
    here(ines, 'Dr Ines Weber, Jana König')
    mine, hers = (page.get_by_label('Notes', exact=True) for page in both)
    text = '\n'.join(f'Line {number}' for number in range(40))
    hers.fill(text)
    stand_in = ines.locator('.df-notes .df-stand-in')
    expect(stand_in).to_have_text(text)
    assert stand_in.evaluate('own => own.scrollHeight <= own.clientHeight')
    hers.press('Tab')
    expect(mine).to_be_visible()
    assert mine.evaluate('own => own.scrollHeight <= own.clientHeight')


def test_a_lock_is_lifted_by_the_browser_when_its_line_breaks(both: tuple[Page, Page], server: Server, chromium: Browser) -> None:
    ines, _jana = both
    ines.get_by_label('Notes', exact=True).fill('Base.')
    ines.get_by_label('Notes', exact=True).press('Tab')
    stored(ines, 'Notes', 'Base.')
    line = Line(server.port)
    context = chromium.new_context(base_url=line.address)
    away = context.new_page()
    try:
        sign_in(away, 'jana')
        away.goto(ENTRY)
        here(ines, 'Dr Ines Weber, Jana König')
        theirs = away.get_by_label('Notes', exact=True)
        ines.get_by_label('Notes', exact=True).focus()
        expect(theirs).to_be_hidden()
        line.cut()
        expect(theirs).to_be_visible(timeout=20_000)
        expect(away.locator('.df-notes .df-stand-in')).to_be_hidden()
        theirs.click()
        theirs.press('End')
        theirs.press_sequentially(' Stop the steroid.')
        line.mend()
        expect(away.get_by_text('No connection to the clinic server.')).to_be_hidden(timeout=20_000)
        expect(theirs).to_be_visible()
        stored(away, 'Notes', 'Base. Stop the steroid.')
    finally:
        context.close()
        line.close()


def test_two_people_type_at_once_and_no_key_is_lost(both: tuple[Page, Page]) -> None:
    """Into two fields, each their own; then into one, where the version keeps both texts."""
    ines, jana = both
    for page in both:
        page.goto('/patients/psr-20417/details')
    street, city = ines.get_by_label('Street', exact=True), jana.get_by_label('City', exact=True)
    for mine, theirs in zip('Lindenstrasse 12a', 'Larkfield upon Sea', strict=False):
        street.press_sequentially(mine)
        city.press_sequentially(theirs)
    expect(jana.get_by_label('Street', exact=True)).to_have_value('Lindenstrasse 12a')
    expect(ines.get_by_label('City', exact=True)).to_have_value('Larkfield upon Se')
