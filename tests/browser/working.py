"""A practice at work: two people in Chromium at one visit, others at visits of their own, and what the server makes of it all."""
import asyncio
import json
import re
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.driving import sign_in, watched
from tests.browser.line import Line
from tests.serving import Server
from tests.visitors import OpenPage, Visitor

PROGRAM = (sys.executable, '-m', 'tests.benchmarks.beating_server', '--forgets-after=8')
VISIT = '/patients/psr-20417/entries/1'
PLACES = ('/patients', '/patients/psr-20417', '/patients/psr-20417/images', '/patients/psr-20417/details')
SENTENCES = ('Plaque on the left elbow is flatter. ', 'Scale is gone, no new lesions. ', 'Tolerates the cream well. ')
_TIME = re.compile(r'\d\d:\d\d')
_BETWEEN_KEYS_S = 0.06
_KEY_WITHIN_S = 10  # so long a key may take to its row: the pause of a burst, and a busy machine
PATIENCE_MS = 30_000
_LET_GO_WITHIN_S = 90


class Held(NamedTuple):
    """How many objects Python's collector knows of, and how many MB belong to the process alone."""

    objects: int
    own_mb: float


class Gauge:
    """What the server's own process tells of itself."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def late_s(self) -> float:
        """Return what 99 of 100 beats of its event loop were not later than by its own doing, since this was asked before."""
        return float(self._asked('/heartbeat')['p99_s'])

    def held(self) -> Held:
        """Return what it holds, once every closed page is let go of."""
        deadline, patience = time.monotonic() + _LET_GO_WITHIN_S, threading.Event()
        while (told := self._asked('/held'))['pages']:
            assert time.monotonic() < deadline, f'{told["pages"]} closed pages are still held'
            patience.wait(0.5)
        rollup = Path(f'/proc/{self._server.pid}/smaps_rollup').read_text()
        return Held(told['objects'], sum(int(size) for size in re.findall(r'Private_\w+:\s+(\d+) kB', rollup)) / 1024)

    def _asked(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self._server.address + path, timeout=30) as answer:
            return dict(json.load(answer))


@dataclass
class Bench:
    """One person in Chromium at the shared visit. `wrote` is what they typed, by what it was typed into."""

    browser: Browser
    address: str
    username: str
    complaints: list[str]
    wrote: dict[str, str] = field(default_factory=dict)
    acts: int = 0

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(base_url=self.address, reduced_motion='reduce', viewport={'width': 1440, 'height': 900})
        self.context.set_default_timeout(PATIENCE_MS)
        sign_in(page := self.context.new_page(), self.username)
        self._answered(page)
        page.close()

    @contextmanager
    def at_work(self) -> Iterator['Bench']:
        """Open the visit, and close the tab at the end."""
        self.open_anew()
        yield self
        self.page.close()

    def open_anew(self) -> None:
        """Open the visit in a new tab."""
        self.page = watched(self.context.new_page(), self.complaints)
        self.page.goto(VISIT)
        self._answered()
        self.acts += 1

    @property
    def notes(self) -> Locator:
        return self.page.get_by_label('Notes', exact=True)

    @property
    def tiles(self) -> Locator:
        return self.page.locator('.df-laid-out .df-tile')

    def tile(self, at: str) -> Locator:
        """Return the photograph that was taken at this time of day."""
        return self.page.locator('.df-laid-out .df-tile', has=self.page.locator('> time', has_text=at))

    def saved(self) -> None:
        """Wait until the page says so."""
        expect(self.page.locator('.df-bar-right [role=status]')).to_contain_text('Saved', timeout=PATIENCE_MS)
        self.acts += 1

    def write(self, words: str) -> None:
        """Add words to the notes."""
        self.notes.press('Control+End')
        self.notes.press_sequentially(words)
        self.wrote['notes'] = self.wrote.get('notes', '') + words
        self.saved()

    def write_over_a_broken_line(self, line: Line, words: str) -> None:
        """Do the same while there is no line, and see it come back."""
        line.cut()
        expect(self.page.get_by_text('No connection to the clinic server.')).to_be_visible(timeout=PATIENCE_MS)
        self.notes.press('Control+End')
        self.notes.press_sequentially(words)
        self.wrote['notes'] += words
        line.mend()
        expect(self.page.get_by_text('No connection to the clinic server.')).to_be_hidden(timeout=PATIENCE_MS)
        other = self.context.new_page()  # not “Saved”: a page that was away for longer than it is kept begins anew
        other.goto(VISIT)
        expect(other.get_by_label('Notes', exact=True)).to_have_value(self.wrote['notes'], timeout=PATIENCE_MS)
        self._answered(other)
        other.close()
        self.acts += 1
        self.complaints.clear()  # the browser says that it had no connection

    def reload(self) -> None:
        """Ask for the page again: what was typed stands in it."""
        self.page.reload()
        self._answered()
        expect(self.notes).to_have_value(self.wrote['notes'])
        self.acts += 1

    def _answered(self, page: Page | None = None) -> None:
        """Wait until a page has its line: one that is closed before is kept for a minute."""
        (page or self.page).wait_for_function('() => window.did_handshake')

    def close_and_open(self) -> None:
        """Close the tab and open another."""
        self.page.close()
        self.open_anew()

    def rearrange(self) -> None:
        """Move the first photograph behind the second, and back."""
        place = self.tiles.first.locator('> time')
        expect(place).to_have_text(_TIME)  # not what is read while the tile is drawn anew: nothing
        first = place.text_content() or ''
        for key, place in (('Alt+ArrowRight', 1), ('Alt+ArrowLeft', 0)):
            self.tile(first).focus()
            self.page.keyboard.press(key)
            expect(self.tiles.nth(place).locator('> time')).to_have_text(first)
            self.acts += 1

    def take_out_and_back(self, at: str) -> None:
        """Take a photograph out of the visit, and take that back."""
        number = self.tiles.count()
        self.tile(at).focus()
        self.page.keyboard.press('x')
        self.page.get_by_role('button', name='Remove from this entry').click()
        expect(self.tiles).to_have_count(number - 1)
        self.page.locator('.df-undo-act').click()
        expect(self.tiles).to_have_count(number)
        self.acts += 2

    def caption(self, at: str, words: str) -> None:
        """Write what a photograph shows, instead of what stood there."""
        self.tile(at).focus()
        self.page.keyboard.press('x')
        self.page.get_by_role('button', name='Caption', exact=True).click()
        line = self.page.get_by_role('textbox', name='Caption')
        expect(line).to_be_focused()
        line.press('Control+a')
        line.press_sequentially(words)
        line.press('Enter')
        expect(line).to_have_count(0)
        expect(self.tile(at).locator('.df-tile-caption')).to_have_text(words)
        self.page.keyboard.press('Escape')
        self.wrote[at] = words
        self.acts += 1

    def compare(self, *at: str) -> None:
        """Put photographs side by side, call that something, and take it away again."""
        cards = self.page.locator('.df-pair-card')
        number = cards.count()
        for time_of_day in at:
            self.tile(time_of_day).click(position={'x': 20, 'y': 20})  # its tick
            expect(self.tile(time_of_day)).to_have_attribute('aria-checked', 'true')
        self.page.get_by_role('button', name='Compare', exact=True).click()
        expect(cards).to_have_count(number + 1)
        title = cards.last.get_by_role('textbox', name='Title')
        title.press_sequentially('Elbow')
        title.press('Tab')
        self.saved()
        cards.last.get_by_role('button', name=re.compile('^Delete comparison')).click()
        expect(cards).to_have_count(number)
        self.acts += 2

    def tag(self) -> None:
        """Take the tag off the visit and put it back."""
        self.page.get_by_role('button', name='Remove tag Psoriasis').click()
        self.page.get_by_role('button', name='Undo: put Psoriasis back').click()
        expect(self.page.get_by_role('button', name='Remove tag Psoriasis')).to_be_visible()
        self.acts += 2


class Others:
    """People without a browser, in a thread of their own: the driver of Chromium holds the loop of this one."""

    def __init__(self, base: str, tokens: list[str]) -> None:
        self._visitors = [(base, token) for token in tokens]
        self.wrote = dict.fromkeys(range(2, 2 + len(tokens)), '')
        self.acts = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let them work meanwhile."""
        done = threading.Event()
        with ThreadPoolExecutor(1) as thread:
            working = thread.submit(asyncio.run, self._all(done))
            try:
                yield
            finally:
                done.set()
            working.result()

    async def _all(self, done: threading.Event) -> None:
        await asyncio.gather(*(self._one(Visitor(*self._visitors[number - 2]), number, done.is_set) for number in self.wrote))

    async def _one(self, person: Visitor, number: int, is_done: Callable[[], bool]) -> None:
        """Write at one's own visit, lose the line in the middle and go on, look elsewhere, close the tab; again and again."""
        for turn in count(number):
            if is_done():
                break
            page = await self._asked(person, number)
            for _line in range(2):
                async with page.connected(person.headers):
                    for words in SENTENCES[:2]:
                        await self._write(page, number, words)
            async with person.at(PLACES[turn % len(PLACES)]):
                self.acts += 1
        await person.leaves()

    async def _asked(self, person: Visitor, number: int) -> OpenPage:
        """Ask for the visit; all that was written stands there. A last key may come in while “Saved” was said of the one before."""
        end = time.monotonic() + _KEY_WITHIN_S
        while True:
            page = await person.asks_for(f'/patients/psr-20417/entries/{number}')
            stands, wrote = page.text('Notes'), self.wrote[number]
            if stands == wrote:
                return page
            assert time.monotonic() < end, f'entry {number}: it ends with {stands[-40:]!r}, not with {wrote[-40:]!r}'

    async def _write(self, page: OpenPage, number: int, words: str) -> None:
        for letter in words:
            self.wrote[number] += letter
            await page.type('Notes', self.wrote[number])
            await asyncio.sleep(_BETWEEN_KEYS_S)
        await page.saves('Notes', self.wrote[number] + '.')
        self.wrote[number] += '.'
        assert page.is_saved, page.status
        self.acts += 1
