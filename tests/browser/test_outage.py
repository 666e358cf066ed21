"""A line that stalls or breaks while two people write: no word is lost and nothing is overwritten in silence."""
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.driving import new_visit, sign_in, stored
from tests.browser.line import Line
from tests.serving import Server

ENTRY = '/patients/psr-20417/entries/1'


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    """A line of its own to the server, under another of its names."""
    opened = Line(server.port)
    yield opened
    opened.close()


@pytest.fixture
def ines(server: Server, chromium: Browser) -> Iterator[Page]:
    """Ines, whose line is good, at a fresh entry."""
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    sign_in(page, 'ines')
    new_visit(page, 'psr-20417')
    page.get_by_label('Notes', exact=True).fill('Base.')
    page.get_by_label('Notes', exact=True).press('Tab')  # out of it again: it is anyone's
    expect(page.get_by_role('status')).to_contain_text('Saved')
    yield page
    context.close()


@pytest.fixture
def jana(line: Line, ines: Page, chromium: Browser) -> Iterator[Page]:
    """Jana, whose line is about to fail, at the same entry; she has not clicked into the notes."""
    context = chromium.new_context(base_url=line.address)
    page = context.new_page()
    sign_in(page, 'jana')
    page.goto(ENTRY)
    expect(page.get_by_label('Notes', exact=True)).to_have_value('Base.')
    yield page
    context.close()


def write(page: Page, words: str) -> None:
    notes = page.get_by_label('Notes', exact=True)
    expect(notes).to_be_visible(timeout=15_000)  # who else is in it has pressed no key for a while
    notes.click()
    notes.press('End')
    notes.press_sequentially(words)


def both_texts_are_there(jana: Page, ines: Page, *, mine: str = 'Base. Stop the steroid.') -> None:
    """Jana is asked, sees both texts, and keeps both; Ines then reads both."""
    expect(jana.get_by_text('Conflict, review')).to_be_visible(timeout=20_000)
    panel = jana.locator('.df-conflict')
    expect(panel).to_contain_text('Base. ALLERGIC to lidocaine.')
    expect(panel).to_contain_text(mine)
    expect(ines.get_by_label('Notes', exact=True)).to_have_value('Base. ALLERGIC to lidocaine.')
    jana.get_by_role('button', name='Keep both').click()
    expect(jana.get_by_role('status')).to_contain_text('Saved')
    jana.reload()
    expect(jana.get_by_label('Notes', exact=True)).to_have_value(f'Base. ALLERGIC to lidocaine.{mine[5:]}')


def test_words_typed_over_a_stalled_line_never_overwrite_what_was_stored_meanwhile(line: Line, jana: Page, ines: Page) -> None:
    line.freeze()
    write(ines, ' ALLERGIC to lidocaine.')
    stored(ines, 'Notes', 'Base. ALLERGIC to lidocaine.')
    write(jana, ' Stop the steroid.')
    line.thaw()
    both_texts_are_there(jana, ines)


def test_words_typed_over_a_broken_line_never_overwrite_what_was_stored_meanwhile(line: Line, jana: Page, ines: Page) -> None:
    line.cut()
    expect(jana.get_by_text('No connection to the clinic server.')).to_be_visible(timeout=20_000)
    write(jana, ' Stop the steroid.')
    write(ines, ' ALLERGIC to lidocaine.')
    stored(ines, 'Notes', 'Base. ALLERGIC to lidocaine.')
    line.mend()
    both_texts_are_there(jana, ines)


def test_words_typed_over_a_broken_line_are_stored_when_it_is_back(line: Line, jana: Page, ines: Page) -> None:
    line.cut()
    expect(jana.get_by_text('No connection to the clinic server.')).to_be_visible(timeout=20_000)
    write(jana, ' Stop the steroid.')
    line.mend()
    expect(jana.get_by_role('status')).to_contain_text('Saved', timeout=20_000)
    ines.reload()
    expect(ines.get_by_label('Notes', exact=True)).to_have_value('Base. Stop the steroid.')


def test_words_typed_over_a_broken_line_into_what_someone_removed_meanwhile_stay_and_are_refused(
        line: Line, jana: Page, ines: Page) -> None:
    for page in (ines, jana):
        page.goto('/patients/psr-20417/details')
    ines.get_by_role('button', name='Add identifier').click()
    ines.get_by_label('Number', exact=True).fill('0448')
    number = jana.get_by_label('Number', exact=True)
    expect(number).to_have_value('0448')
    ines.get_by_label('Number', exact=True).press('Tab')
    expect(number).to_be_editable()
    line.cut()
    expect(jana.get_by_text('No connection to the clinic server.')).to_be_visible(timeout=20_000)
    number.fill('0448-2217')
    ines.get_by_role('button', name='Remove identifier').click()
    expect(ines.get_by_text('Removed 0448.')).to_be_visible()
    line.mend()
    expect(jana.get_by_text('This identifier was removed meanwhile.')).to_be_visible(timeout=20_000)
    number.press('Tab')
    expect(number).to_have_value('0448-2217')
    jana.get_by_role('button', name='Remove identifier').click()
    expect(number).to_have_count(0)


def test_words_typed_over_a_broken_line_stay_in_the_field_while_they_collide(line: Line, jana: Page, ines: Page) -> None:
    """What was on its way to the field when the line broke never comes to stand there in their place."""
    line.freeze()
    write(ines, ' ALLERGIC to lidocaine.')
    stored(ines, 'Notes', 'Base. ALLERGIC to lidocaine.')
    line.cut()
    line.thaw()
    expect(jana.get_by_text('No connection to the clinic server.')).to_be_visible(timeout=20_000)
    write(jana, ' Stop the steroid.')
    line.mend()
    expect(jana.get_by_text('Conflict, review')).to_be_visible(timeout=20_000)
    jana.get_by_label('Notes', exact=True).press('!')
    expect(jana.locator('.df-conflict-text').last).to_have_text('Base. Stop the steroid.!')
    expect(jana.get_by_label('Notes', exact=True)).to_have_value('Base. Stop the steroid.!')
    both_texts_are_there(jana, ines, mine='Base. Stop the steroid.!')


def break_before(page: Page, words: str) -> Callable[[], None]:
    """Let the live channel of a page break whenever the server says these words, which never arrive; the answer ends that."""
    breaks = [True]

    def pass_on(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def hear(message: str | bytes) -> None:
            if breaks and words in str(message):
                socket.close()
                server.close()
            else:
                socket.send(message)
        server.on_message(hear)
    page.route_web_socket(re.compile('/_nicegui_ws/'), pass_on)
    return breaks.clear


def test_words_typed_when_the_line_broke_in_the_middle_of_somebodys_text_are_not_undone_by_its_rest(jana: Page, ines: Page) -> None:
    """A text comes as two messages, its value and the order to show it; the line breaks between them."""
    mend = break_before(jana, 'updateValue')
    for page in (ines, jana):
        page.goto('/patients/psr-20417/details')
    ines.get_by_label('City', exact=True).fill('Lark')
    ines.get_by_label('City', exact=True).press('Tab')
    city = jana.get_by_label('City', exact=True)
    expect(jana.get_by_text('No connection to the clinic server.')).to_be_visible(timeout=20_000)
    expect(city).to_have_value('Lark')
    city.fill('Larkfield')
    mend()
    expect(ines.get_by_label('City', exact=True)).to_have_value('Larkfield', timeout=20_000)
    expect(jana.locator('header').get_by_text('Saved')).to_be_visible()
    expect(city).to_have_value('Larkfield')


def test_what_the_line_swallowed_never_comes_back_over_what_is_shown_since(jana: Page, ines: Page) -> None:
    """The line breaks at a text that has changed again by the time it is back: the first of the two is history."""
    mend = break_before(jana, 'Two.')
    jana.goto(ENTRY)
    jana.get_by_label('Notes', exact=True).click()
    write(ines, ' One.')
    stored(ines, 'Notes', 'Base. One.')
    write(jana, ' Mine.')
    theirs = jana.locator('.df-conflict-text').first
    expect(theirs).to_have_text('Base. One.')
    write(ines, ' Two.')
    expect(jana.get_by_text('No connection to the clinic server.')).to_be_visible(timeout=20_000)
    write(ines, ' Three.')
    stored(ines, 'Notes', 'Base. One. Two. Three.')
    mend()
    expect(jana.get_by_text('No connection to the clinic server.')).to_be_hidden(timeout=20_000)
    write(jana, ' Still mine.')
    expect(jana.locator('.df-conflict-text').last).to_have_text('Base. Mine. Still mine.')  # said after all that is sent again
    expect(theirs).to_have_text('Base. One. Two. Three.')
