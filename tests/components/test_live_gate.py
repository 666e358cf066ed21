"""The inner half of the gate on a real server: pages and sockets of two people, and the same attacks without the gate (the control)."""
import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import socketio

ROOT = Path(__file__).parents[2]
SOCKETS = '/_nicegui_ws/socket.io'
ANNA, BEN, SECOND_OF_ANNA, NOBODY = 'a' * 43, 'b' * 43, 'A' * 43, ''


class Server:
    """The small server of live_gate_server.py in a process of its own."""

    def __init__(self, *options: str) -> None:
        with socket.create_server(('127.0.0.1', 0)) as line:
            self.base = f'http://127.0.0.1:{line.getsockname()[1]}'
            self.process = self._started(line, options)

    @staticmethod
    def _started(line: socket.socket, options: tuple[str, ...]) -> 'subprocess.Popen[bytes]':
        env = {name: value for name, value in os.environ.items() if not name.startswith(('PYTEST', 'NICEGUI'))}
        command = [sys.executable, '-m', 'tests.components.live_gate_server', str(line.fileno()), *options]
        return subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL, pass_fds=[line.fileno()])

    def headers(self, token: str, **more: str) -> dict[str, str]:
        return {'origin': self.base, 'cookie': f'dermafolio_session={token}', **more}

    def get(self, path: str, token: str = ANNA, **headers: str) -> httpx.Response:
        return httpx.get(self.base + path, headers=self.headers(token, **headers))

    def post(self, path: str, token: str = ANNA) -> httpx.Response:
        return httpx.post(self.base + path, headers=self.headers(token))

    def clicks(self) -> int:
        return int(self.get('/clicks', BEN).json()['clicks'])

    def open_page(self, token: str = ANNA) -> 'Page':
        return Page(self, self.get('/patients', token).text)


class Page:
    """What a browser knows of a page: its client id, and which listener its button has."""

    def __init__(self, server: Server, html: str) -> None:
        self.server = server
        self.client_id = _found(r"'client_id': '([0-9a-f-]+)'", html)
        elements = json.loads(unescape(_found(r'parseElements\(String\.raw`(.*?)`\)', html)))
        self.element, button = next((int(key), element) for key, element in elements.items() if element['tag'] == 'q-btn')
        self.listener = button['events'][0]['listener_id']

    @asynccontextmanager
    async def connected(self, token: str, *, transport: str = 'websocket') -> AsyncIterator['Line']:
        query = f'client_id={self.client_id}&next_message_id=0&implicit_handshake=true&document_id=d&tab_id=t&old_tab_id='
        # the headers belong to the session of the tool: given to connect(), it would send them with the first request only
        async with aiohttp.ClientSession(headers=self.server.headers(token)) as http:
            line = Line(self, http)
            try:
                await line.client.connect(f'{self.server.base}?{query}', transports=[transport], socketio_path=SOCKETS)
                yield line
            finally:
                await line.client.eio.disconnect(abort=True)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.DOTALL)
    assert match, f'{pattern} is not in the page'
    return match[1]


class Line:
    """An open socket of a page."""

    def __init__(self, page: Page, http: aiohttp.ClientSession) -> None:
        self.page = page
        self.client = socketio.AsyncClient(reconnection=False, http_session=http)
        self.ended, self.opened = asyncio.Event(), asyncio.Queue[str]()
        self.client.on('disconnect', lambda *_: self.ended.set())
        self.client.on('open', lambda message: self.opened.put_nowait(message['path']))

    async def click(self, page: Page | None = None) -> None:
        """Press the button of this page, or of another, and wait until the server has worked or hung up."""
        page = page or self.page
        message = {'id': page.element, 'client_id': page.client_id, 'listener_id': page.listener, 'args': []}
        await self.say('event', message)

    async def say(self, event: str, message: Any) -> None:
        """Send a message and wait until it was answered or the line was cut."""
        answered = asyncio.Event()
        with suppress(socketio.exceptions.SocketIOError):
            await self.client.emit(event, message, callback=lambda *_: answered.set())
        waiting = [asyncio.create_task(event.wait()) for event in (answered, self.ended)]
        done, _ = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        assert done, 'neither answered nor cut'
        for task in waiting:
            task.cancel()


@pytest.fixture(scope='module')
def shared() -> Iterator[Server]:
    yield from _running()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server whose sessions a test may end."""
    yield from _running()


@pytest.fixture(scope='module')
def unguarded() -> Iterator[Server]:
    yield from _running('--open')


def _running(*options: str) -> Iterator[Server]:
    server = Server(*options)
    yield server
    server.process.terminate()
    server.process.wait()


async def clicks_made(server: Server, page: Page, token: str, **how: Any) -> int:
    """Press the button of a page with a cookie; return how often the server noted it."""
    before = server.clicks()
    try:
        async with page.connected(token, **how) as line:
            await line.click()
    except socketio.exceptions.ConnectionError:
        return 0
    return server.clicks() - before


@pytest.mark.parametrize('transport', ['websocket', 'polling'])
async def test_the_owner_of_a_page_works(shared: Server, transport: str) -> None:
    assert await clicks_made(shared, shared.open_page(ANNA), ANNA, transport=transport) == 1


@pytest.mark.parametrize(('token', 'transport'), [
    (BEN, 'websocket'), (NOBODY, 'websocket'), (NOBODY, 'polling'), ('c' * 43, 'websocket'), ('c' * 43, 'polling'),
])
async def test_a_stolen_client_id_is_worth_nothing(shared: Server, token: str, transport: str) -> None:
    assert await clicks_made(shared, shared.open_page(ANNA), token, transport=transport) == 0


async def test_a_page_of_someone_else_is_not_reached_from_ones_own_socket(shared: Server) -> None:
    mine, theirs = shared.open_page(BEN), shared.open_page(ANNA)
    before = shared.clicks()
    async with theirs.connected(ANNA), mine.connected(BEN) as line:
        await line.click(theirs)
        await asyncio.wait_for(line.ended.wait(), 5)
        assert await line.opened.get() == '/login'
    assert shared.clicks() == before


async def test_a_page_can_be_left_to_itself_but_not_to_another_session(shared: Server) -> None:
    """A person in two browsers has two sessions; the page of one is not a page of the other."""
    assert await clicks_made(shared, shared.open_page(ANNA), ANNA) == 1
    assert await clicks_made(shared, shared.open_page(ANNA), SECOND_OF_ANNA) == 0


@pytest.mark.parametrize('message', [None, 'text', [], {}, {'client_id': 1}, {'client_id': None}, {'client_id': ['x']}])
@pytest.mark.parametrize('event', ['event', 'handshake', 'javascript_response', 'ack', 'log'])
async def test_a_malformed_message_ends_its_socket_and_nothing_else(shared: Server, event: str, message: Any) -> None:
    async with shared.open_page(ANNA).connected(ANNA) as line:
        await line.say(event, message)
        await asyncio.wait_for(line.ended.wait(), 5)
    assert await clicks_made(shared, shared.open_page(ANNA), ANNA) == 1


async def test_a_signed_out_tab_leaves_the_screen_and_its_button_is_dead(server: Server) -> None:
    page = server.open_page(ANNA)
    async with page.connected(ANNA) as line:
        await line.click()
        server.post('/end/anna', BEN)
        assert await asyncio.wait_for(line.opened.get(), 5) == '/login'
        await asyncio.wait_for(line.ended.wait(), 5)
    assert server.clicks() == 1
    assert await clicks_made(server, page, ANNA) == 0
    assert server.get('/patients', ANNA).status_code == 401


async def test_a_session_that_ran_out_is_refused_at_the_next_event(server: Server) -> None:
    async with server.open_page(ANNA).connected(ANNA) as line:
        server.post('/expire/anna', BEN)
        await line.click()
        assert await asyncio.wait_for(line.opened.get(), 5) == '/login'
    assert server.clicks() == 0


async def test_a_session_that_ran_out_is_swept_even_when_nobody_touches_the_page(server: Server) -> None:
    pages = [server.open_page(ANNA), server.open_page(BEN)]
    async with pages[0].connected(ANNA) as anna, pages[1].connected(BEN) as ben:
        server.post('/expire/anna', BEN)
        server.post('/sweep', BEN)
        assert await asyncio.wait_for(anna.opened.get(), 5) == '/login'
        await ben.click()
        assert not ben.ended.is_set()
    assert server.clicks() == 1


async def test_a_page_that_comes_back_signed_out_is_told_to_ask_again(server: Server) -> None:
    page = server.open_page(ANNA)
    server.post('/expire/anna', BEN)
    refusals: list[Any] = []
    async with aiohttp.ClientSession(headers=server.headers(ANNA)) as http:
        client = socketio.AsyncClient(reconnection=False, http_session=http)
        client.on('connect_error', refusals.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(f'{server.base}?client_id={page.client_id}', transports=['websocket'], socketio_path=SOCKETS)
    assert refusals == [{'message': 'Implicit handshake failed'}]  # the words at which the page reloads


async def test_a_polled_line_is_not_continued_by_someone_else(shared: Server) -> None:
    page = shared.open_page(ANNA)
    before = shared.clicks()
    async with page.connected(ANNA, transport='polling') as line:
        address = f'{shared.base}{SOCKETS}/?EIO=4&transport=polling&sid={line.client.eio.sid}'
        event = json.dumps(['event', {'id': page.element, 'client_id': page.client_id, 'listener_id': page.listener, 'args': []}])
        async with httpx.AsyncClient() as thief:
            for token, status in ((BEN, 400), (NOBODY, 401), (SECOND_OF_ANNA, 400)):
                assert (await thief.post(address, headers=shared.headers(token), content=f'42{event}')).status_code == status
                assert (await thief.get(address, headers=shared.headers(token))).status_code == status
        assert not line.ended.is_set()
    assert shared.clicks() == before


@pytest.mark.parametrize('headers', [{'origin': 'http://evil.example'}, {'origin': 'null'}, {'host': 'evil.example'}])
@pytest.mark.parametrize('transport', ['websocket', 'polling'])
async def test_a_line_from_elsewhere_never_opens(shared: Server, headers: dict[str, str], transport: str) -> None:
    page = shared.open_page(ANNA)
    shared_headers = shared.headers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, 'headers', lambda token, **more: shared_headers(token, **more) | headers)
        with pytest.raises(socketio.exceptions.ConnectionError):
            async with page.connected(ANNA, transport=transport):
                pass


async def test_the_heartbeat_notices_a_dead_line_soon(shared: Server) -> None:
    async with shared.open_page(ANNA).connected(ANNA) as line:
        assert (line.client.eio.ping_interval, line.client.eio.ping_timeout) == (4, 4)


async def test_a_browser_cannot_write_lines_of_its_own_into_the_log(shared: Server) -> None:
    page = shared.open_page(ANNA)
    async with page.connected(ANNA) as line:
        await line.say('log', {'client_id': page.client_id, 'level': '__class__', 'message': 'one\ntwo'})
        assert not line.ended.is_set()


@pytest.mark.parametrize('token', [BEN, NOBODY])
async def test_control_without_the_gate_all_of_this_would_work(unguarded: Server, token: str) -> None:
    assert await clicks_made(unguarded, unguarded.open_page(ANNA), token) == 1
    mine, theirs = unguarded.open_page(BEN), unguarded.open_page(ANNA)
    before = unguarded.clicks()
    async with theirs.connected(ANNA), mine.connected(token) as line:
        await line.click(theirs)
        assert not line.ended.is_set()
    assert unguarded.clicks() == before + 1
