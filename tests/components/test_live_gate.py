"""The inner half of the gate on a real server: pages and sockets of two people, and the same attacks without the gate (the control)."""
import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import aiohttp
import httpx
import pytest
import socketio

from tests.hostile import SOCKETS, Line, Tab, headers_of
from tests.serving import ROOT, clean_environment

ANNA, BEN, SECOND_OF_ANNA, NOBODY = 'a' * 43, 'b' * 43, 'A' * 43, ''
_ANSWERS_WITHIN_S = 30  # the machine may be busy


class Server:
    """The small server of live_gate_server.py in a process of its own."""

    def __init__(self, *options: str) -> None:
        with socket.create_server(('127.0.0.1', 0)) as line:
            self.base = f'http://127.0.0.1:{line.getsockname()[1]}'
            command = [sys.executable, '-m', 'tests.components.live_gate_server', str(line.fileno()), *options]
            self.process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stderr=subprocess.DEVNULL, pass_fds=[line.fileno()])

    def headers(self, token: str, **other: str) -> dict[str, str]:
        return headers_of(self.base, token, **other)

    def get(self, path: str, token: str = ANNA) -> httpx.Response:
        return httpx.get(self.base + path, headers=self.headers(token), timeout=_ANSWERS_WITHIN_S)

    def post(self, path: str, token: str = ANNA) -> httpx.Response:
        return httpx.post(self.base + path, headers=self.headers(token), timeout=_ANSWERS_WITHIN_S)

    def clicks(self) -> int:
        return int(self.get('/clicks', BEN).json()['clicks'])

    def open_page(self, token: str = ANNA) -> Tab:
        return Tab(self.base, self.get('/patients', token).text)


def click(page: Tab) -> dict[str, Any]:
    return page.message('click', label='Note it')


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


async def clicks_made(server: Server, page: Tab, token: str, *, transport: str = 'websocket') -> int:
    """Press the button of a page with a cookie; return how often the server noted it."""
    before = server.clicks()
    try:
        async with page.connected(server.headers(token), transport=transport) as line:
            await line.say('event', click(page))
    except socketio.exceptions.ConnectionError:
        return 0
    return server.clicks() - before


@pytest.mark.parametrize('transport', ['websocket', 'polling'])
async def test_the_owner_of_a_page_works(shared: Server, transport: str) -> None:
    assert await clicks_made(shared, shared.open_page(ANNA), ANNA, transport=transport) == 1


@pytest.mark.parametrize(('token', 'transport'), [
    (BEN, 'websocket'), (SECOND_OF_ANNA, 'websocket'), (NOBODY, 'websocket'), (NOBODY, 'polling'), ('c' * 43, 'websocket'),
    ('c' * 43, 'polling'),
])
async def test_a_stolen_client_id_is_worth_nothing(shared: Server, token: str, transport: str) -> None:
    assert await clicks_made(shared, shared.open_page(ANNA), token, transport=transport) == 0


async def test_a_page_of_someone_else_is_not_reached_from_ones_own_socket(shared: Server) -> None:
    mine, theirs = shared.open_page(BEN), shared.open_page(ANNA)
    before = shared.clicks()
    async with theirs.connected(shared.headers(ANNA)) as victim, mine.connected(shared.headers(BEN)) as line:
        await line.say('event', click(theirs))
        assert await line.sent_to() == '/login'
        await asyncio.wait_for(line.ended.wait(), 30)
        assert not victim.ended.is_set()
    assert shared.clicks() == before


@pytest.mark.parametrize('message', [None, 'text', [], {}, {'client_id': 1}, {'client_id': None}, {'client_id': ['x']}])
@pytest.mark.parametrize('event', ['event', 'handshake', 'javascript_response', 'ack', 'log'])
async def test_a_malformed_message_ends_its_socket_and_nothing_else(shared: Server, event: str, message: Any) -> None:
    async with shared.open_page(ANNA).connected(shared.headers(ANNA)) as line:
        await line.say(event, message)
        await asyncio.wait_for(line.ended.wait(), 30)
    assert await clicks_made(shared, shared.open_page(ANNA), ANNA) == 1


async def test_a_signed_out_tab_leaves_the_screen_and_its_button_is_dead(server: Server) -> None:
    page = server.open_page(ANNA)
    async with page.connected(server.headers(ANNA)) as line:
        await line.say('event', click(page))
        server.post('/end/anna', BEN)
        assert await line.sent_to() == '/login'
        await asyncio.wait_for(line.ended.wait(), 30)
    assert server.clicks() == 1
    assert await clicks_made(server, page, ANNA) == 0
    assert server.get('/patients', ANNA).status_code == 401


async def test_a_session_that_ran_out_is_refused_at_the_next_event(server: Server) -> None:
    page = server.open_page(ANNA)
    async with page.connected(server.headers(ANNA)) as line:
        server.post('/expire/anna', BEN)
        await line.say('event', click(page))
        assert await line.sent_to() == '/login'
    assert server.clicks() == 0


async def test_a_session_that_ran_out_is_swept_even_when_nobody_touches_the_page(server: Server) -> None:
    annas, bens = server.open_page(ANNA), server.open_page(BEN)
    async with annas.connected(server.headers(ANNA)) as anna, bens.connected(server.headers(BEN)) as ben:
        server.post('/expire/anna', BEN)
        server.post('/sweep', BEN)
        assert await anna.sent_to() == '/login'
        await ben.say('event', click(bens))
        assert not ben.ended.is_set()
    assert server.clicks() == 1


async def test_a_page_that_comes_back_signed_out_is_told_to_ask_again(server: Server) -> None:
    page = server.open_page(ANNA)
    server.post('/expire/anna', BEN)
    async with aiohttp.ClientSession(headers=server.headers(ANNA)) as http:
        line = Line(http)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await line.client.connect(f'{server.base}?client_id={page.client_id}', transports=['websocket'], socketio_path=SOCKETS)
    assert line.refusals == [{'message': 'Implicit handshake failed'}]  # the words at which the page reloads


async def test_a_polled_line_is_not_continued_by_someone_else(shared: Server) -> None:
    page = shared.open_page(ANNA)
    before = shared.clicks()
    async with page.connected(shared.headers(ANNA), transport='polling') as line:
        address = f'{shared.base}{SOCKETS}/?EIO=4&transport=polling&sid={line.client.eio.sid}'
        event = json.dumps(['event', click(page)])
        async with httpx.AsyncClient(timeout=_ANSWERS_WITHIN_S) as thief:
            for token, status in ((BEN, 400), (NOBODY, 401), (SECOND_OF_ANNA, 400)):
                assert (await thief.post(address, headers=shared.headers(token), content=f'42{event}')).status_code == status
                assert (await thief.get(address, headers=shared.headers(token))).status_code == status
        assert not line.ended.is_set()
    assert shared.clicks() == before


@pytest.mark.parametrize('other', [{'origin': 'http://evil.example'}, {'origin': 'null'}, {'host': 'evil.example'}])
@pytest.mark.parametrize('transport', ['websocket', 'polling'])
async def test_a_line_from_elsewhere_never_opens(shared: Server, other: dict[str, str], transport: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with shared.open_page(ANNA).connected(shared.headers(ANNA, **other), transport=transport):
            pass


async def test_the_heartbeat_notices_a_dead_line_soon(shared: Server) -> None:
    async with shared.open_page(ANNA).connected(shared.headers(ANNA)) as line:
        assert (line.client.eio.ping_interval, line.client.eio.ping_timeout) == (4, 4)


async def test_a_browser_cannot_write_lines_of_its_own_into_the_log(shared: Server) -> None:
    page = shared.open_page(ANNA)
    async with page.connected(shared.headers(ANNA)) as line:
        await line.say('log', {'client_id': page.client_id, 'level': '__class__', 'message': 'one\ntwo'})
        assert not line.ended.is_set()


@pytest.mark.parametrize(('said', 'heard'), [
    ('cut \ud83d', 'cut \ufffd'), ('\ude00\ud83d!', '\ufffd\ufffd!'), ('whole 😀', 'whole 😀'), (r'no half: \ud83d', r'no half: \ud83d'),
])
@pytest.mark.parametrize('is_raw', [True, False])
async def test_half_a_character_ends_no_message_and_none_after_it(shared: Server, said: str, heard: str, *, is_raw: bool) -> None:
    page = shared.open_page(ANNA)
    message = page.message('say', said, label='Words')
    async with page.connected(shared.headers(ANNA)) as line:
        if is_raw:  # the half character in the frame itself, not only in the JSON inside it
            message['args'] = [json.dumps(said, ensure_ascii=False)]
            await line.client.eio.send('2' + json.dumps(['event', message]))
        else:
            await line.say('event', message)
        await line.say('event', page.message('say', 'and on', label='Words'))
    assert shared.get('/words', BEN).json()[-2:] == [heard, 'and on']


@pytest.mark.parametrize('junk', [{'args': ['{']}, {'args': 7}, {'listener_id': 'x'}, {'id': None, 'args': None}, {'id': [], 'args': []}])
async def test_a_message_that_fails_is_answered_and_the_page_goes_on(shared: Server, junk: dict[str, Any]) -> None:
    page = shared.open_page(ANNA)
    told = asyncio.Queue[dict[str, Any]]()
    async with page.connected(shared.headers(ANNA)) as line:
        line.client.on('notify', told.put_nowait)
        await line.say('event', {**click(page), **junk})
        notice = await asyncio.wait_for(told.get(), 30)
        assert 'Something went wrong. What was saved before is safe.' in notice['message']
        before = shared.clicks()
        await line.say('event', click(page))
        assert shared.clicks() == before + 1


@pytest.mark.parametrize('token', [BEN, NOBODY])
async def test_control_without_the_gate_all_of_this_would_work(unguarded: Server, token: str) -> None:
    assert await clicks_made(unguarded, unguarded.open_page(ANNA), token) == 1
    mine, theirs = unguarded.open_page(BEN), unguarded.open_page(ANNA)
    before = unguarded.clicks()
    async with theirs.connected(unguarded.headers(ANNA)), mine.connected(unguarded.headers(token)) as line:
        await line.say('event', click(theirs))
        assert not line.ended.is_set()
    assert unguarded.clicks() == before + 1
