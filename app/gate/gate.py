"""Stand outermost and let in only what is known, asked from here, and signed in."""
import logging
import secrets
import traceback
from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.gate import requests
from app.gate.answers import Answer, Refused, refuse_socket
from app.gate.bodies import CountedBody, CountedMessages, declared_bytes
from app.gate.requests import Framework
from data.actors import Actor

FOREIGN_HOST = Refused(400, 'This server does not answer under this name.')
FOREIGN_ORIGIN = Refused(403, 'This request did not come from a page of this server.')
NOT_SIGNED_IN = Refused(401, 'Sign in first.')
CLOSED = Refused(404, 'There is nothing here.')
TOO_LARGE = Refused(413, 'This is larger than allowed.')
STALLED = Refused(408, 'Sending stopped half way. Send it again.')
_FRAMES = 10
_log = logging.getLogger('dermafolio.gate')


class Gate:
    """Check host, origin, session and size of everything that comes in, and dress everything that goes out.

    `resolve(token, address)` returns the live actor of a session cookie, `hosts` the allowed values of `Host`, `body_limit(path)` how many
    bytes a body may have, `error_page(reference)` the HTML of a bug, `is_setup_open()` whether nobody exists yet, `phone_origin` the
    address under which nothing but a phone's page answers.
    """

    def __init__(
        self, app: ASGIApp, *, resolve: Callable[[str, str], Actor | None], hosts: frozenset[str], error_page: Callable[[str], str],
        is_setup_open: Callable[[], bool], body_limit: Callable[[str], int], framework: Framework | None = None,
        phone_origin: str = '',
    ) -> None:
        self.app = app  # public: the framework follows this name to find its server
        self._resolve, self._hosts, self._error_page = resolve, hosts, error_page
        self._is_setup_open, self._body_limit = is_setup_open, body_limit
        self._framework = framework or Framework()
        self._phone_origin, self._phone_host = phone_origin, phone_origin.partition('://')[2]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, one socket, or pass the server's own start and stop through."""
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
            return
        inner = {**scope, 'headers': requests.without_proxy_headers(scope), 'actor': None}
        if scope['type'] == 'websocket':
            await self._socket(inner, receive, send)
        else:
            await self._request(inner, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_static = requests.is_static(scope['path'], self._framework)
        answer = Answer(scope, send, is_static=is_static, script_marks=self._framework.script_marks)
        try:
            limit = self._body_limit(scope['path'])
            refused = self._judged(scope) or (TOO_LARGE if declared_bytes(scope) > limit else None)
            if refused is not None:
                await answer.refuse(refused, receive)
                return
            body = CountedBody(receive, limit, on_large=lambda rest: answer.refuse(TOO_LARGE, rest),
                               on_stall=lambda: answer.refuse(STALLED, None))
            await self.app(scope, body.receive, answer.send)
        except ClientDisconnect:
            answer.is_over = True  # the line is gone: there is nobody to answer
        except Exception as error:  # noqa: BLE001 - the one place where a bug ends
            await self._apologise(scope, answer, error)
        else:
            if answer.is_broken:
                await self._apologise(scope, answer, None)

    async def _apologise(self, scope: Scope, answer: Answer, error: Exception | None) -> None:
        if answer.is_over:
            return
        reference = secrets.token_hex(4)
        _log.error('reference %s: %s', reference, _in_short(error) if error else 'an answer that may not leave')
        if requests.wants_page(scope):
            await answer.apologise(self._error_page(reference), as_html=True)
        else:
            await answer.apologise(f'Something went wrong. Reference: {reference}', as_html=False)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._judged(scope)
        if refused is NOT_SIGNED_IN and self._framework.turn_away is not None:
            await self._framework.turn_away(scope, receive, send)
            return
        if refused is not None:
            await refuse_socket(scope, send, refused)
            return
        is_ended = False

        async def end() -> None:
            nonlocal is_ended
            is_ended = True
            await send({'type': 'websocket.close', 'code': 1009})

        async def send_while_open(message: Message) -> None:
            if not is_ended:
                await send(message)
        await self.app(scope, CountedMessages(receive, end).receive, send_while_open)

    def _judged(self, scope: Scope) -> Refused | None:
        """Return why this is refused, or None. Puts the live actor into the scope."""
        host, path = requests.header(scope, b'host'), scope['path']
        if host not in self._hosts:
            return self._judged_for_phones(scope) if host and host == self._phone_host else FOREIGN_HOST
        if requests.needs_origin(scope, self._framework) and not requests.is_same_origin(scope):
            return FOREIGN_ORIGIN
        if requests.is_closed(path, self._framework):
            return CLOSED
        if requests.is_static(path, self._framework):
            return None
        scope['actor'] = self._actor(scope)
        if scope['actor'] is not None or requests.is_open(path, self._framework) or (requests.is_setup(path) and self._is_setup_open()):
            return None
        return Refused(303, 'Sign in first.', _sign_in_address(scope)) if requests.wants_page(scope) else NOT_SIGNED_IN

    def _judged_for_phones(self, scope: Scope) -> Refused | None:
        """Return why what comes to the phones' address is refused, or None. No session counts there."""
        if requests.needs_origin(scope, self._framework) and not requests.is_same_origin(scope, self._phone_origin):
            return FOREIGN_ORIGIN
        is_for_phones = requests.is_capture(scope['path']) or requests.is_static(scope['path'], Framework())
        return None if is_for_phones and scope['type'] == 'http' else CLOSED

    def _actor(self, scope: Scope) -> Actor | None:
        token = requests.session_token(scope)
        return self._resolve(token, requests.address_of(scope)) if token else None


def _in_short(error: Exception) -> str:
    """Return the end of the trace: above it stand only the many floors of the framework."""
    return ''.join(traceback.format_exception(error, limit=-_FRAMES, chain=False)).rstrip()


def _sign_in_address(scope: Scope) -> str:
    """Return where to sign in, with the way back."""
    query = scope['query_string'].decode('latin-1')
    back = scope['path'] + (f'?{query}' if query else '')
    return '/login' if back == '/' else f'/login?next={quote(back, safe="/")}'
