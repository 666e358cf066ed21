"""Count what comes in, byte by byte, whatever its headers say, and whether it keeps coming."""
import asyncio
import re
import time
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive, Scope

from app.gate.requests import header

LARGEST_MESSAGE_BYTES = 1_048_576
_UPLOAD = re.compile(r'/patients/[^/]+/images|/capture/[^/]+')
# Whoever sends less than this in so much time of waiting has gone, or wants to hold a line. A phone in a bad place sends ten times more.
LEAST_BYTES, PATIENCE_S = 16 * 1024, 60.0
_GONE: Message = {'type': 'http.disconnect'}
_LINGER_BYTES = 64 * 1_048_576
_LINGER_S = 2.0


class BodyLimits:
    """How many bytes a path takes: 1 MiB, and more where photographs arrive."""

    def __init__(self, *, uploads: int, other: int = LARGEST_MESSAGE_BYTES) -> None:
        self._uploads, self._other = uploads, other

    def __call__(self, path: str) -> int:
        """Return the limit in bytes."""
        return self._uploads if _UPLOAD.fullmatch(path) else self._other


def declared_bytes(scope: Scope) -> int:
    """Return what Content-Length promises; 0 without one."""
    text = header(scope, b'content-length')
    return int(text) if text and text.isascii() and text.isdigit() else 0


class CountedBody:
    """Hand a body on while it fits and keeps coming.

    When it does not, `on_large` is called at once, with what is left to be read, or `on_stall`, and the application hears that its client
    has gone. Only the time that we wait for the client counts: while we decode, it may not send.
    """

    def __init__(self, receive: Receive, limit: int, *, on_large: Callable[[Receive | None], Awaitable[None]],
                 on_stall: Callable[[], Awaitable[None]]) -> None:
        self._receive, self._limit, self._on_large, self._on_stall = receive, limit, on_large, on_stall
        self._bytes = self._bytes_of_late = 0
        self._waited_s = 0.0
        self._is_whole = self._is_over = False

    async def receive(self) -> Message:
        """Return the next message."""
        if self._is_over:
            return _GONE
        try:
            message = await self._awaited()
        except TimeoutError:
            self._is_over = True
            await self._on_stall()
            return _GONE
        if self._bytes <= self._limit:
            return message
        self._is_over = True
        await self._on_large(None if self._is_whole else self._receive)
        return _GONE

    async def _awaited(self) -> Message:
        """Return the next message. Raise TimeoutError for a client that sends next to nothing; a slow line sends more than that."""
        if self._is_whole:
            return await self._receive()  # whoever asks now waits for the client to go
        start = time.monotonic()
        async with asyncio.timeout(PATIENCE_S - self._waited_s):
            message = await self._receive()
        self._waited_s += time.monotonic() - start
        size = len(message.get('body', b''))
        self._bytes, self._bytes_of_late = self._bytes + size, self._bytes_of_late + size
        if self._bytes_of_late >= LEAST_BYTES:
            self._waited_s, self._bytes_of_late = 0.0, 0
        self._is_whole = not message.get('more_body')
        return message


class CountedMessages:
    """Hand the messages of a socket on while each of them fits; then end the socket."""

    def __init__(self, receive: Receive, end: Callable[[], Awaitable[None]]) -> None:
        self._receive, self._end = receive, end

    async def receive(self) -> Message:
        """Return the next message."""
        message = await self._receive()
        content = message.get('bytes') or (message.get('text') or '').encode()
        if len(content) <= LARGEST_MESSAGE_BYTES:
            return message
        await self._end()
        return {'type': 'websocket.disconnect', 'code': 1009}


async def linger(receive: Receive) -> None:
    """Throw away what a refused client is still sending, for a moment: closing at once would reset the line and lose our answer."""
    async def drain() -> None:
        seen = 0
        while seen < _LINGER_BYTES:
            message = await receive()
            seen += len(message.get('body', b''))
            if message['type'] != 'http.request' or not message.get('more_body'):
                return
    try:
        await asyncio.wait_for(drain(), _LINGER_S)
    except TimeoutError:
        return
