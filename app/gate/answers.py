"""What every answer carries: the headers, the policy for its scripts, and on a bug a reference instead of a trace."""
import re
import secrets
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope, Send

from app.gate.bodies import linger

Headers = list[tuple[bytes, bytes]]
_SCRIPT = re.compile(rb'<script', re.IGNORECASE)
_NOT_OURS = frozenset({b'server', b'x-powered-by'})
_ALWAYS: Headers = [
    (b'x-content-type-options', b'nosniff'),
    (b'x-frame-options', b'DENY'),
    (b'referrer-policy', b'same-origin'),  # not no-referrer: plain forms would then send `Origin: null`
    (b'cross-origin-opener-policy', b'same-origin'),
    (b'cross-origin-resource-policy', b'same-origin'),
    (b'permissions-policy', b'camera=(self), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()'),
]
_FENCE = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_PLAIN_POLICY = f"default-src 'none'; script-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; {_FENCE}"
# 'unsafe-eval' is what Vue compiles its templates with.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    f"font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; {_FENCE}"
)


@dataclass(frozen=True)
class Refused:
    """A short answer of the gate itself."""

    status: int
    sentence: str
    location: str = ''


class Answer:
    """Pass the application's answer on with the headers of the house, or replace it.

    HTML is held back until it is whole, because its scripts need their nonce. An answer 500 is swallowed (`is_broken`): the gate then
    sends its own, which tells nothing.
    """

    def __init__(self, scope: Scope, send: Send, *, is_static: bool, script_marks: tuple[bytes, ...]) -> None:
        self._scope, self._send, self._is_static, self._marks = scope, send, is_static, script_marks
        self._held: Message | None = None
        self._page = bytearray()
        self.is_started = self.is_broken = self.is_over = False

    async def send(self, message: Message) -> None:
        """Take one message of the application."""
        if self.is_over or self.is_broken:
            return
        if message['type'] == 'http.response.start':
            headers = [(name.lower(), value) for name, value in message.get('headers', [])]  # not every application lowers them
            await self._start({**message, 'headers': headers})
        elif self._held is not None and message['type'] == 'http.response.body':
            await self._hold(self._held, message)
        else:
            await self._send(message)

    async def refuse(self, refused: Refused, rest: Receive | None) -> None:
        """Answer in place of the application and close the line; what it sends from now on is dropped."""
        self.is_over = True
        if self.is_started:
            return  # too late for another status: the gate leaves the answer unfinished, and the server cuts the line
        headers = [(b'content-type', b'text/plain; charset=utf-8'), (b'connection', b'close')]
        if refused.location:
            headers.append((b'location', refused.location.encode('ascii')))
        await self._whole(refused.status, headers, refused.sentence.encode(), rest)

    async def apologise(self, page: str, *, as_html: bool) -> None:
        """Answer 500 with a page that names nothing but a reference."""
        self.is_over = True
        if self.is_started:
            return
        kind = b'text/html; charset=utf-8' if as_html else b'text/plain; charset=utf-8'
        await self._whole(500, [(b'content-type', kind), (b'connection', b'close')], page.encode(), None)

    async def _start(self, message: Message) -> None:
        headers = dict(message['headers'])
        if message['status'] == 500:
            self.is_broken = True
        elif headers.get(b'content-type', b'').startswith(b'text/html'):
            self._held = message
        else:
            self.is_started = True
            policy = headers.get(b'content-security-policy', _FILE_POLICY.encode())
            cache = self._cache(message['status'], headers.get(b'cache-control', b''))
            await self._send({**message, 'headers': _dressed(message['headers'], policy, cache)})

    async def _hold(self, start: Message, message: Message) -> None:
        self._page += message.get('body', b'')
        if message.get('more_body'):
            return
        nonce = secrets.token_urlsafe(16)
        page, policy = _with_nonce(bytes(self._page), self._marks, nonce)
        self._held, self._page = None, bytearray()  # what answers a page lives as long as the page is open: nothing of it stays here
        if page is None or b'content-encoding' in dict(start['headers']):
            self.is_broken = True
            return
        self.is_started = True
        headers = [pair for pair in start['headers'] if pair[0] != b'content-length']
        if self._scope['method'] != 'HEAD':
            headers.append((b'content-length', str(len(page)).encode()))
        await self._send({**start, 'headers': _dressed(headers, policy, b'no-store')})
        await self._send({'type': 'http.response.body', 'body': page})

    async def _whole(self, status: int, headers: Headers, body: bytes, rest: Receive | None) -> None:
        self.is_started = True
        is_html = headers[0][1].startswith(b'text/html')
        headers = [*headers, (b'content-length', str(len(body)).encode())]
        dressed = _dressed(headers, (_PLAIN_POLICY if is_html else _FILE_POLICY).encode(), b'no-store')
        await self._send({'type': 'http.response.start', 'status': status, 'headers': dressed})
        await self._send({'type': 'http.response.body', 'body': body, 'more_body': True})
        if rest is not None:
            await linger(rest)
        await self._send({'type': 'http.response.body', 'body': b''})

    def _cache(self, status: int, wanted: bytes) -> bytes:
        """Return what may be kept: versioned files for ever, everything else by nobody."""
        if self._is_static and status < 400:
            return wanted or b'no-cache'
        return wanted if b'no-store' in wanted else b'private, no-store'


async def refuse_socket(scope: Scope, send: Send, refused: Refused) -> None:
    """Refuse a socket before it is one, with a status where the server can send it."""
    if 'websocket.http.response' not in scope.get('extensions', {}):
        await send({'type': 'websocket.close', 'code': 1008})
        return
    headers = _dressed([(b'content-type', b'text/plain; charset=utf-8')], _FILE_POLICY.encode(), b'no-store')
    await send({'type': 'websocket.http.response.start', 'status': refused.status, 'headers': headers})
    await send({'type': 'websocket.http.response.body', 'body': refused.sentence.encode()})


def _dressed(headers: Headers, policy: bytes, cache: bytes) -> Headers:
    """Return the headers with ours in place of the same ones, and without those that would open a door."""
    ours = [*_ALWAYS, (b'content-security-policy', policy), (b'cache-control', cache)]
    replaced = _NOT_OURS | {name for name, _ in ours}
    kept = [(name, value) for name, value in headers if name not in replaced and not name.startswith(b'access-control-')]
    return kept + ours


def _with_nonce(page: bytes, marks: tuple[bytes, ...], nonce: str) -> tuple[bytes | None, bytes]:
    """Return the page with a nonce on the template's own scripts, and its policy; None when they are not all there exactly once.

    A script that came in any other way, into the head or the body, gets no nonce, so that no browser runs it.
    """
    if not _SCRIPT.search(page):
        return page, _PLAIN_POLICY.encode()
    if not marks or any(page.count(mark) != 1 for mark in marks):
        return None, b''
    opening = b'<script'
    for mark in marks:
        page = page.replace(mark, opening + f' nonce="{nonce}"'.encode() + mark[len(opening):])
    return page, _PAGE_POLICY.format(nonce=nonce).encode()
