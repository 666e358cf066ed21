"""Every way a line or a server fails while someone types: each character is there at the end, and “Saved” never lied."""
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import select

from app.clinic import open_clinic
from data.models import OpenField
from tests.browser.driving import new_visit, sign_in
from tests.browser.line import Line
from tests.cast import Cast
from tests.conftest import Template, settings_of
from tests.rounds import rounds
from tests.serving import Server

STALLS_S = [3, 12][:rounds(2)]
ENTRY = '/patients/psr-20417/entries/1'
BEFORE = 'Plaque on the left elbow.'
WORDS = ' Stop the steroid, no more calcipotriol.'
AFTER = BEFORE + WORDS
OFFLINE = 'No connection to the clinic server.'
PATIENCE_MS = 20_000
# Tells of each “Saved” that came to be shown after the last key and stood for a moment, with what stood in the notes then.
LISTEN = """(() => {
  let node = null, since = 0, typed = 0, told = null;
  const look = () => {
    const shown = document.querySelector('.df-status .df-online-only');
    const is_said = shown && /Saved/.test(shown.textContent) && shown.checkVisibility({visibilityProperty: true});
    if (!is_said) { node = null; return; }
    if (node !== shown) { node = shown; since = performance.now(); }
  };
  document.addEventListener('input', () => { look(); typed = performance.now(); }, true);
  // at once, not by the clock: timers of a busy browser are late, and a word would count as said after keys that it came before
  new MutationObserver(look).observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
  setInterval(() => {
    look();
    if (node === null || since <= typed || performance.now() - since <= 100 || told === since) return;
    told = since;
    said(document.querySelector('.df-notes textarea').value);
  }, 20);
})()"""


class Truth:
    """What is stored, read beside the running server, and each “Saved” that was not true when it was said."""

    def __init__(self, folder: Path, cast: Cast) -> None:
        self._folder, self._cast = folder, cast
        self.lies: list[tuple[str, str]] = []
        self.claims: list[str] = []

    def stored(self) -> str:
        opened = open_clinic(settings_of(self._folder), exclusive=False)
        try:
            with opened.reading(self._cast.jana) as records:
                return records.entries.record(records.patients.key_of('psr-20417'), 1).notes
        finally:
            opened.close()

    def noted(self) -> int:
        """Return in how many pages the notes are noted as they are now."""
        opened = open_clinic(settings_of(self._folder), exclusive=False)
        try:
            with opened.reading(self._cast.jana) as records:
                rows = records.session.exec(select(OpenField.text).where(OpenField.field == 'notes'))
                return list(rows).count(BEFORE)
        finally:
            opened.close()

    def listen(self, page: Page) -> None:
        page.expose_function('said', self._said)
        page.add_init_script(LISTEN)

    def _said(self, text: str) -> None:
        self.claims.append(text)
        stored = self.stored()  # read a moment later: who goes on typing may have more stored by then
        if not stored.startswith(text):
            self.lies.append((text, stored))


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    opened = Line(server.port)
    yield opened
    opened.close()


@pytest.fixture
def truth(staffed: Template, tmp_path: Path, server: Server) -> Iterator[Truth]:
    kept = Truth(tmp_path, staffed.cast)
    yield kept
    assert kept.lies == []


@pytest.fixture
def jana(line: Line, chromium: Browser, truth: Truth) -> Iterator[Page]:
    """Jana at an entry, over the line that is about to fail; her first words are stored."""
    context = chromium.new_context(base_url=line.address)
    page = context.new_page()
    truth.listen(page)
    sign_in(page, 'jana')
    new_visit(page, 'psr-20417')
    notes(page).fill(BEFORE)
    expect(page.get_by_role('status')).to_contain_text('Saved')
    yield page
    context.close()


@pytest.fixture
def ines(server: Server, jana: Page, chromium: Browser) -> Iterator[Page]:
    """Ines at the same entry, whose line is good."""
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    sign_in(page, 'ines')
    page.goto(ENTRY)
    yield page
    context.close()


def notes(page: Page) -> Locator:
    return page.get_by_label('Notes', exact=True)


def write(page: Page, words: str, *, every_ms: int = 0) -> None:
    expect(notes(page)).to_be_visible(timeout=PATIENCE_MS)  # who else is in it has pressed no key for a while
    notes(page).press('End')
    notes(page).press_sequentially(words, delay=every_ms)


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Do something to the server or the line while the test goes on typing."""
    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join()


def all_is_stored(page: Page, truth: Truth, text: str = AFTER, *, is_said: bool = True) -> None:
    """Wait until everything is stored, and the page says so; one that had to load itself anew says nothing."""
    expect(notes(page)).to_have_value(text, timeout=PATIENCE_MS)
    expect(page.get_by_text(OFFLINE)).to_be_hidden(timeout=PATIENCE_MS)
    until(page, lambda: truth.stored() == text)
    assert notes(page).input_value() == text
    if is_said:
        until(page, lambda: text in truth.claims)


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for a condition, while the page goes on speaking."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        if condition():
            return
        page.wait_for_function('() => new Promise(done => setTimeout(() => done(true), 50))')
    raise AssertionError('it never came true')


def reloaded(page: Page) -> None:
    """Come to the page anew, with its line open: what it sent was heard."""
    page.reload()
    page.get_by_role('button', name='Tags and notes').click()
    expect(notes(page)).to_be_hidden()
    page.get_by_role('button', name='Tags and notes').click()
    expect(notes(page)).to_be_visible()


def offline(page: Page) -> None:
    expect(page.get_by_text(OFFLINE)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator('header').get_by_text('Offline, will save')).to_be_visible()


def test_words_that_the_line_swallowed_before_it_was_cut_are_read_back(jana: Page, line: Line, truth: Truth) -> None:
    line.swallow()
    write(jana, WORDS)
    assert line.swallowed.wait(10)
    line.cut()
    offline(jana)
    line.mend()
    all_is_stored(jana, truth)


def test_words_that_the_line_swallowed_meet_a_newer_text_and_both_are_shown(jana: Page, ines: Page, line: Line, truth: Truth) -> None:
    reloaded(jana)  # the server knows of no focus: someone else's text goes into the field
    line.swallow()
    write(jana, WORDS)
    assert line.swallowed.wait(10)
    line.cut()
    offline(jana)
    write(ines, ' ALLERGIC to lidocaine.')
    until(ines, lambda: truth.stored() == f'{BEFORE} ALLERGIC to lidocaine.')
    line.mend()
    panel = jana.locator('.df-conflict')
    expect(panel).to_contain_text(AFTER, timeout=PATIENCE_MS)
    expect(panel).to_contain_text(f'{BEFORE} ALLERGIC to lidocaine.')
    expect(notes(jana)).to_have_value(AFTER)
    jana.get_by_role('button', name='Keep both').click()
    all_is_stored(jana, truth, f'{BEFORE} ALLERGIC to lidocaine.{WORDS}')


@pytest.mark.parametrize('stall_s', STALLS_S)
def test_words_typed_while_the_line_stalls_are_stored_when_it_goes_on(jana: Page, line: Line, truth: Truth, stall_s: int) -> None:
    """Over 8 s both sides take the line for dead; what it held arrives on it all the same, or is read back on the next one."""
    line.freeze()
    timer = threading.Timer(stall_s, line.thaw)
    timer.start()
    write(jana, WORDS, every_ms=50)
    timer.join()
    all_is_stored(jana, truth)


@pytest.mark.parametrize('way', ['drop', 'cut'])
def test_words_typed_while_the_line_breaks_and_comes_back_are_stored(jana: Page, line: Line, truth: Truth, way: str) -> None:
    write(jana, WORDS[:8], every_ms=20)
    getattr(line, way)()
    write(jana, WORDS[8:20], every_ms=20)
    line.mend()
    write(jana, WORDS[20:], every_ms=20)
    all_is_stored(jana, truth)


def test_words_typed_while_the_server_is_killed_and_started_again_are_stored(jana: Page, server: Server, truth: Truth) -> None:
    write(jana, WORDS[:8], every_ms=20)
    server.kill()
    write(jana, WORDS[8:20])
    offline(jana)
    with meanwhile(server.start):
        write(jana, WORDS[20:], every_ms=60)
    all_is_stored(jana, truth, is_said=False)


def test_words_that_the_line_swallowed_before_the_server_was_killed_are_read_back(
        jana: Page, line: Line, server: Server, truth: Truth) -> None:
    until(jana, lambda: truth.noted() == 1)
    reloaded(jana)
    notes(jana).focus()
    until(jana, lambda: truth.noted() == 2)
    line.swallow()
    write(jana, WORDS)
    assert line.swallowed.wait(10)
    server.kill()
    offline(jana)
    line.mend()
    server.start()
    all_is_stored(jana, truth, is_said=False)


def test_two_texts_that_collide_when_the_server_is_killed_are_both_shown_after_it(
        jana: Page, ines: Page, server: Server, truth: Truth) -> None:
    write(ines, ' ALLERGIC to lidocaine.')
    until(ines, lambda: truth.stored() == f'{BEFORE} ALLERGIC to lidocaine.')
    write(jana, WORDS[:19])
    expect(jana.get_by_text('Conflict, review')).to_be_visible()
    server.kill()
    write(jana, WORDS[19:])
    offline(jana)
    server.start()
    panel = jana.locator('.df-conflict')
    expect(panel).to_contain_text('Dr Ines Weber changed this meanwhile.', timeout=PATIENCE_MS)
    expect(panel).to_contain_text(AFTER, timeout=PATIENCE_MS)
    assert truth.stored() == f'{BEFORE} ALLERGIC to lidocaine.'
    jana.get_by_role('button', name='Keep both').click()
    all_is_stored(jana, truth, f'{BEFORE} ALLERGIC to lidocaine.{WORDS}')
