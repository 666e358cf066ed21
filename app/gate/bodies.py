"""Count what comes in, byte by byte, whatever its headers say."""
import asyncio
import re
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive, Scope

from app.gate.requests import header

LARGEST_MESSAGE_BYTES = 1_048_576
_UPLOAD = re.compile(r'/patients/[^/]+/images|/capture/[^/]+')
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
    """Hand a body on while it fits.

    When it does not, `refuse` is called at once, with what is left to be read, and the application hears that its client has gone.
    """

    def __init__(self, receive: Receive, limit: int, refuse: Callable[[Receive | None], Awaitable[None]]) -> None:
        self._receive, self._limit, self._refuse = receive, limit, refuse
        self._bytes = 0
        self.is_refused = False

    async def receive(self) -> Message:
        """Return the next message."""
        if self.is_refused:
            return {'type': 'http.disconnect'}
        message = await self._receive()
        self._bytes += len(message.get('body', b''))
        if self._bytes <= self._limit:
            return message
        self.is_refused = True
        await self._refuse(self._receive if message.get('more_body') else None)
        return {'type': 'http.disconnect'}


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
