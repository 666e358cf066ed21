"""What is tried against the live channel of the real server: typing into Jana's notes without being Jana, now, from here."""
import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import socketio

from app.clinic import Clinic
from data.actors import Role, console_actor
from tests.browser.gate_table import Row, Target
from tests.cast import PASSWORD, Cast
from tests.hostile import SOCKETS, Line, Tab

T = TypeVar('T')
NOTES, BARRIER = '/patients/psr-20417/entries/1', '/patients/psr-20417/entries/2'
_PATIENCE_S = 10.0


@dataclass
class Desk:
    """The server, its practice as another process reads it, and the keys of two entries: one to attack, one to type into meanwhile."""

    target: Target
    clinic: Clinic
    cast: Cast
    attacked: str
    barrier: str
    typed: int = 0

    def tab(self, token: str, path: str = NOTES) -> Tab:
        """Ask for a page."""
        return Tab(self.target.base, self.target.ask('GET', path, self.target.headers(token, accept='text/html')).text)

    def notes(self, tab: Tab, text: str) -> dict[str, Any]:
        """Return the message of a key pressed in the notes of a page."""
        return tab.message('update:value', text, aria_label='Notes')

    def is_stored(self, entry: str, text: str) -> bool:
        """Tell whether the notes of an entry are this text."""
        with self.clinic.reading(self.cast.ines) as records:
            latest = records.fields.latest(entry, 'notes')
        return latest is not None and latest.text == text

    def until_stored(self, entry: str, text: str) -> None:
        """Wait until the server has stored it."""
        deadline, patience = time.monotonic() + _PATIENCE_S, threading.Event()
        while not self.is_stored(entry, text):
            assert time.monotonic() < deadline, f'{text} was not stored'
            patience.wait(0.02)

    async def reaches(self, attack: Callable[[str], Awaitable[None]]) -> bool:
        """Tell whether what an attack types is stored. Saves are stored in order: once what Ines typed after it is there, it is decided."""
        self.typed += 1
        word, after = f'attack {self.typed}', f'work {self.typed}'
        try:
            await attack(word)
        except socketio.exceptions.ConnectionError:
            pass
        tab = self.tab('ines', BARRIER)
        async with tab.connected(self.target.headers('ines')) as line:
            await line.say('event', self.notes(tab, after))
            await asyncio.to_thread(self.until_stored, self.barrier, after)
        return self.is_stored(self.attacked, word)

    @asynccontextmanager
    async def open_tab(self, token: str) -> AsyncIterator[tuple[Tab, Line]]:
        """Keep a page open as its owner does."""
        tab = self.tab(token)
        async with tab.connected(self.target.headers(token)) as line:
            yield tab, line


async def stolen(desk: Desk, word: str, *, by: str = '', transport: str = 'websocket', **other: str) -> None:
    """Open a line for Jana's page with another cookie, or from another place, and type."""
    async with desk.open_tab('jana') as (tab, _):
        async with tab.connected(desk.target.headers(by, **other), transport=transport) as line:
            await line.say('event', desk.notes(tab, word))


async def from_own_line(desk: Desk, word: str) -> None:
    """Type into Jana's page over the line of one's own."""
    async with AsyncExitStack() as pages:
        tab, _ = await pages.enter_async_context(desk.open_tab('jana'))
        _, line = await pages.enter_async_context(desk.open_tab('vera'))
        await line.say('event', desk.notes(tab, word))


async def after_sign_out(desk: Desk, word: str) -> None:
    """Type in a tab whose session was ended in another."""
    base = desk.target.base
    answer = httpx.post(base + '/login', headers={'origin': base}, data={'username': 'jana', 'password': PASSWORD}, timeout=30)
    token = answer.cookies['dermafolio_session']
    async with desk.open_tab(token) as (tab, line):
        desk.target.ask('POST', '/logout', desk.target.headers(token))
        await line.say('event', desk.notes(tab, word))


async def after_role_was_lowered(desk: Desk, word: str) -> None:
    """Type in a tab that was opened in a role that one no longer has."""
    async with desk.open_tab('jana') as (tab, line):
        _give_role(desk, Role.VIEWER)
        try:
            await line.say('event', desk.notes(tab, word))
        finally:
            _give_role(desk, Role.CLINICIAN)


async def polled_by_another(desk: Desk, word: str) -> None:
    """Put a message into the polled line of Jana's page, with another's cookie."""
    tab = desk.tab('jana')
    async with tab.connected(desk.target.headers('jana'), transport='polling') as line:
        address = f'{SOCKETS}/?EIO=4&transport=polling&sid={line.client.eio.sid}'
        event = json.dumps(['event', desk.notes(tab, word)])
        await asyncio.to_thread(desk.target.ask, 'POST', address, desk.target.headers('vera'), content=f'42{event}')


ATTACKS: list[tuple[str, Callable[[Desk, str], Awaitable[None]]]] = [
    ('socket without a session', lambda desk, word: stolen(desk, word)),
    ('polled line without a session', lambda desk, word: stolen(desk, word, transport='polling')),
    ('socket with a made-up session', lambda desk, word: stolen(desk, word, by='x' * 43)),
    ('stolen client id, another user’s cookie', lambda desk, word: stolen(desk, word, by='vera')),
    ('another user’s page over one’s own socket', from_own_line),
    ('polled line continued by another user', polled_by_another),
    ('socket from a foreign origin', lambda desk, word: stolen(desk, word, by='jana', origin='http://evil.example')),
    ('socket with Origin: null', lambda desk, word: stolen(desk, word, by='jana', origin='null')),
    ('socket under a foreign host', lambda desk, word: stolen(desk, word, by='jana', host='evil.example')),
    ('a signed-out tab that still types', after_sign_out),
    ('a tab whose role was lowered', after_role_was_lowered),
]


def line_rows(desk: Desk) -> list[Row]:
    """Try each of them once; return the table's lines."""
    async def tried() -> list[Row]:
        rows = []
        for name, attack in ATTACKS:
            row = Row(name)
            row.note(not await desk.reaches(lambda word, attack=attack: attack(desk, word)), 'typed')
            rows.append(row)
        return rows
    return apart(tried)


def types_as(desk: Desk, name: str, transport: str) -> bool:
    """Tell whether a person's own typing in an own page is stored."""
    async def typed() -> bool:
        async def type_it(word: str) -> None:
            tab = desk.tab(name)
            async with tab.connected(desk.target.headers(name), transport=transport) as line:
                await line.say('event', desk.notes(tab, word))
        return await desk.reaches(type_it)
    return apart(typed)


def apart(work: Callable[[], Awaitable[T]]) -> T:
    """Run something asynchronous in a thread of its own: the browser's driver holds the loop of this one."""
    async def whole() -> T:
        return await work()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, whole()).result()


def _give_role(desk: Desk, role: Role) -> None:
    desk.clinic.change_now(console_actor('tests'), lambda records: records.users.change_role(desk.cast.jana.user, role))
