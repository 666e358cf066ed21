"""Clients that speak the live channel without a browser, and as no browser would: with other people's pages, cookies and origins."""
import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from html import unescape
from typing import Any

import aiohttp
import socketio

SOCKETS = '/_nicegui_ws/socket.io'
PATIENCE_S = 10


def headers_of(base: str, token: str, **other: str) -> dict[str, str]:
    """Return what a browser sends from a page of `base` with a session cookie; `other` replaces."""
    return {'origin': base, 'cookie': f'dermafolio_session={token}', **other}


class Tab:
    """A page as it was answered: its client id and its elements. With it anyone can open a line, if the server lets them."""

    def __init__(self, base: str, html: str) -> None:
        self.base = base
        self.client_id = _found(r"'client_id': '([0-9a-f-]+)'", html)
        self.elements: dict[str, Any] = json.loads(unescape(_found(r'parseElements\(String\.raw`(.*?)`\)', html)))

    def message(self, kind: str, *args: Any, **props: str) -> dict[str, Any]:
        """Return the event of the first element that has these props and listens to `kind`, as its page would send it."""
        for number, element in self.elements.items():
            if all(element.get('props', {}).get(name.replace('_', '-')) == value for name, value in props.items()):
                for event in element.get('events', []):
                    if event['type'] == kind:
                        return {'id': int(number), 'client_id': self.client_id, 'listener_id': event['listener_id'],
                                'args': [json.dumps(arg) for arg in args]}
        raise AssertionError(f'nothing on this page listens to {kind} with {props}')

    @asynccontextmanager
    async def connected(self, headers: dict[str, str], *, transport: str = 'websocket', heard: str = '0',
                        prepare: Callable[['Line'], None] = lambda _line: None) -> AsyncIterator['Line']:
        """Open a line as this page; `prepare` gets it before its first message. A refused one raises socketio's ConnectionError."""
        query = f'client_id={self.client_id}&next_message_id={heard}&implicit_handshake=true&document_id=d&tab_id=t&old_tab_id='
        # the headers belong to the session of the tool: given to connect(), it would send them with the first request only
        async with aiohttp.ClientSession(headers=headers) as http:
            line = Line(http)
            prepare(line)
            try:
                await line.client.connect(f'{self.base}?{query}', transports=[transport], socketio_path=SOCKETS, wait_timeout=PATIENCE_S)
                yield line
            finally:
                await line.client.eio.disconnect(abort=True)


class Line:
    """An open line. `opened` holds the addresses the server sent it to, `asked` what it asked, `ended` is set when it was cut."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.client = socketio.AsyncClient(reconnection=False, http_session=http)
        self.refusals: list[Any] = []
        self.ended, self.opened = asyncio.Event(), asyncio.Queue[str]()
        self.client.on('disconnect', lambda *_: self.ended.set())
        self.client.on('connect_error', self.refusals.append)
        self.asked = asyncio.Queue[dict[str, Any]]()
        self.client.on('run_javascript', self.asked.put_nowait)
        self.client.on('open', lambda message: self.opened.put_nowait(message['path']))

    async def say(self, event: str, message: Any) -> None:
        """Send a message and wait until it was answered or the line was cut."""
        answered = asyncio.Event()
        with suppress(socketio.exceptions.SocketIOError):
            await self.client.emit(event, message, callback=lambda *_: answered.set())
        waiting = [asyncio.create_task(event.wait()) for event in (answered, self.ended)]
        done, _ = await asyncio.wait(waiting, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        assert done, 'neither answered nor cut'

    async def sent_to(self) -> str:
        """Return the address that the server sends this page to."""
        return await asyncio.wait_for(self.opened.get(), PATIENCE_S)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.DOTALL)
    assert match, f'{pattern} is not in the page'
    return match[1]
