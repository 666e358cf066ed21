"""A pool larger than any window, in Chromium: tiles that are drawn after the page is shown, and what is done meanwhile."""
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from app.clinic import Clinic
from data.actors import Actor
from tests.browser.driving import served
from tests.conftest import Template
from tests.factories import CAPTURED, a_patient, a_stored_image
from tests.serving import Server

POOL = '/patients/psr-1/images'
IMAGES, OF_A_DAY, FIRST = 130, 26, 30  # of 40 two headings take the place of five each
TICK = {'x': 20, 'y': 20}


def furnish(clinic: Clinic, jana: Actor) -> None:
    """Give the practice one patient: 130 photographs of five days, the last ten of the oldest day seen from close."""
    patient = a_patient(clinic, jana, 'psr-1').key
    keys = [a_stored_image(clinic, jana, patient, captured_at=CAPTURED - timedelta(weeks=number // OF_A_DAY, minutes=-number))
            for number in range(IMAGES)]
    for key in keys[-10:]:
        clinic.change_now(jana, lambda records, key=key: records.images.describe(key, 'view', 'close-up'))


@pytest.fixture
def server(staffed: Template, tmp_path: Path) -> Iterator[Server]:
    """A running server of that practice."""
    with served(staffed, tmp_path, furnish) as running:
        yield running


@pytest.fixture
def desk(page: Page) -> Page:
    """Jana's browser, on a desk, before the pool is opened."""
    page.set_viewport_size({'width': 1440, 'height': 900})
    page.emulate_media(reduced_motion='reduce')
    return page


class HeldLine:
    """Keeps back what the server sends over the live channel, until it is let go."""

    def __init__(self, page: Page) -> None:
        self._waiting: list[tuple[WebSocketRoute, str | bytes]] = []
        self._is_open = False
        page.route_web_socket(re.compile('_nicegui_ws'), self._connect)

    def let_go(self) -> None:
        self._is_open = True
        for socket, message in self._waiting:
            socket.send(message)

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: self._heard(socket, message))

    def _heard(self, socket: WebSocketRoute, message: str | bytes) -> None:
        if self._is_open or '"update"' not in str(message):
            socket.send(message)
        else:
            self._waiting.append((socket, message))


def tiles(page: Page) -> Locator:
    return page.locator('.df-tile')


def headings(page: Page) -> list[float]:
    """Where the days stand, in pixels from the top."""
    return [float(top) for top in page.locator('.df-day h3').evaluate_all('all => all.map(one => one.getBoundingClientRect().top)')]


def test_late_tiles_come_into_the_room_that_was_kept_for_them_and_no_picture_is_asked_for_twice(desk: Page) -> None:
    asked: list[str] = []
    desk.on('request', lambda request: asked.append(request.url) if '/thumb' in request.url else None)
    line = HeldLine(desk)
    desk.goto(POOL)
    expect(tiles(desk)).to_have_count(FIRST)
    expect(desk.get_by_role('heading', name=f'{IMAGES} images')).to_be_visible()
    expect(desk.locator('.df-day-end')).to_have_text([re.compile(f'{OF_A_DAY} images')] * (IMAGES // OF_A_DAY))
    places = headings(desk)
    line.let_go()
    expect(tiles(desk)).to_have_count(IMAGES)
    expect(desk.locator('.df-late')).to_have_count(0)
    # out of sight the browser guesses how high a row is, a few pixels wrong each
    assert headings(desk) == pytest.approx(places, abs=20)
    desk.wait_for_load_state('networkidle')
    assert len(asked) == len(set(asked)) > 15


def test_nothing_that_is_done_at_once_waits_for_the_tiles(desk: Page) -> None:
    desk.goto(POOL)
    tiles(desk).first.click(position=TICK)
    expect(desk.get_by_role('toolbar', name='Selected images')).to_contain_text('1 selected')
    tiles(desk).nth(FIRST - 2).focus()
    for number in range(FIRST - 1, FIRST + 3):
        desk.keyboard.press('j')
        expect(tiles(desk).nth(number)).to_be_focused()
    tiles(desk).last.click(position=TICK, modifiers=['Shift'])
    expect(desk.get_by_role('toolbar', name='Selected images')).to_contain_text(f'{IMAGES} selected')
    expect(desk.locator('.df-tile[aria-checked=true]')).to_have_count(IMAGES)


def test_a_filter_right_after_opening_leaves_what_it_says_and_gives_all_back(desk: Page) -> None:
    desk.goto(POOL, wait_until='commit')
    desk.get_by_role('button', name='View', exact=True).click()
    desk.get_by_role('dialog', name='Filter by view').get_by_role('checkbox', name='Close-up').click()
    expect(desk.get_by_role('heading', name=f'10 of {IMAGES} images')).to_be_visible()
    expect(tiles(desk)).to_have_count(10)
    desk.keyboard.press('Escape')
    desk.get_by_role('button', name='Clear all').click()
    expect(tiles(desk)).to_have_count(IMAGES)
    expect(desk.locator('.df-late')).to_have_count(0)


def test_a_page_that_is_left_while_tiles_are_late_leaves_no_fault(desk: Page, server: Server) -> None:
    desk.goto(POOL)
    expect(tiles(desk).first).to_be_visible()
    desk.reload(wait_until='commit')
    expect(tiles(desk).first).to_be_visible()
    desk.reload()
    expect(tiles(desk)).to_have_count(IMAGES)
    assert not re.search('Traceback|ERROR|WARNING', server.output), server.output
