"""The inner half of the gate: every message of the live channel is checked against the live session of its socket.

    install_live_gate(lambda token, address: clinic().resolve(token, address), revive)      # once, before the server starts
    await end_session(session_key)                                                  # after a sign-out

With `resending.py`, `read_back.py` and `revival.py` this is the only module that touches NiceGUI's internals (`core.sio`, `Client`), so
what the outer half must know of them stands here too (`FRAMEWORK`). The page's client id is no secret worth the name: a page belongs to
the session that asked for it (the gate left that in the scope of its request), a socket belongs to the cookie it came with, and the two
must be the same session, still live, at every message.
"""
import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, background_tasks, core
from nicegui import __version__ as nicegui_version
from nicegui import app as nicegui_app
from nicegui import json as framework_json
from socketio.exceptions import ConnectionRefusedError as Refused  # type: ignore[import-untyped]
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.gate import Framework, address_of, session_token
from components import log_lines
from components.read_back import is_late
from components.resending import install_resending
from data.actors import Actor

Resolve = Callable[[str, str], Actor | None]
Handler = Callable[..., Any]
Revive = Callable[[str, dict[str, Any], Actor], None]
"""Lets something stand in for a page of this name that is not known (any more), for the person whose line asks for it."""
OnAct = Callable[[str], None]
"""Hears the name of the page at which someone did something."""

SIGN_IN_ADDRESS = '/login'
_HEARTBEAT_S = 4  # a dead line is noticed within twice this time; the framework's own choice takes up to 144 s
_SWEEP_S = 20  # a page whose session ran out leaves the screen within this time, even when nobody touches it
_RELOAD = 'Implicit handshake failed'  # to these words the page answers by asking for itself again, through the gate
_PATIENCE_S = 5.0
_LONGEST_LOG_LINE = 500
# an escape of JSON: a whole pair of surrogates, half of one, or any other
_ESCAPE = re.compile(r'\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>u[dD][89a-fA-F]..)|.)', re.DOTALL)
_log = logging.getLogger('dermafolio.live_gate')


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    """Tell a page that came back without a session, in the words of its protocol, to ask for itself again. Nothing is kept of it."""
    greeting = {'sid': 'nobody', 'upgrades': [], 'pingInterval': 25_000, 'pingTimeout': 20_000, 'maxPayload': 1}
    await receive()
    await send({'type': 'websocket.accept'})
    await send({'type': 'websocket.send', 'text': f'0{json.dumps(greeting)}'})
    with suppress(TimeoutError):
        answer = await asyncio.wait_for(receive(), _PATIENCE_S)
        if answer['type'] != 'websocket.receive':
            return
        await send({'type': 'websocket.send', 'text': '44' + json.dumps({'message': _RELOAD})})
    await send({'type': 'websocket.close', 'code': 1008})


FRAMEWORK = Framework(
    live_prefix='/_nicegui_ws/',
    static_prefixes=tuple(f'/_nicegui/{nicegui_version}/{kind}/' for kind in ('static', 'libraries', 'components', 'esm', 'resources')),
    closed_prefix='/_nicegui/',  # `auto` would serve files, `client` take uploads, both without asking who is there
    script_marks=(
        b'<script type="importmap">\n      {"imports": ',
        b'<script>\n      addStyle = (c) => ',
        b'<script type="module">\n      import * as Vue from "vue";',
        b'<script type="module">\n      // Load DOMPurify for HTML sanitization',
    ),
    turn_away=_turn_away,
)


def install_live_gate(resolve: Resolve, revive: Revive = lambda _client, _scope, _actor: None,
                      on_act: OnAct = lambda _client: None) -> None:
    """Put the check in front of every handler of the live channel. `on_act` hears of every key, click or focus that a page sends."""
    handlers = core.sio.handlers['/']
    handlers['connect'] = _checked_connect(handlers['connect'], resolve, revive)
    handlers['event'] = _told(handlers['event'], on_act)
    prepared = {'event': _readable, 'log': _tamed}
    for event in ('handshake', 'event', 'javascript_response', 'ack', 'log'):
        handlers[event] = _checked(handlers[event], resolve, prepare=prepared.get(event))
    core.sio.packet_class.json = _TolerantJson
    install_resending()
    log_lines.install()
    core.sio.handle_request = _bound_transport(core.sio.handle_request)
    nicegui_app.on_startup(_quicken_heartbeat)
    nicegui_app.on_startup(lambda: _sweep_for_ever(resolve))


def session_of(client: Client) -> str:
    """Return the session key that a page was built for; empty when it was built for nobody."""
    actor = client.request.scope.get('actor') if client._request is not None else None
    return actor.session if actor is not None else ''


def clients_of(session_key: str) -> list[Client]:
    """Return the open pages of a session."""
    return [client for client in Client.instances.values() if session_key and session_of(client) == session_key]


async def end_session(session_key: str, *, grace_s: float = 0) -> None:
    """Empty every open page of a session at once, forget it here, and lead it to the sign-in page after the grace.

    The grace is for a tab that is itself on its way, having asked to sign out: led elsewhere meanwhile it would not hear the answer.
    """
    clients = clients_of(session_key)
    sockets = [socket for client in clients for socket in client._socket_to_document_id]
    for client in clients:
        for document in list(client._delete_tasks):
            client._cancel_delete_task(document)
        client.delete()
    await asyncio.sleep(grace_s)
    await asyncio.gather(*(_lead_away(socket) for socket in sockets))


def _checked_connect(handler: Handler, resolve: Resolve, revive: Revive) -> Handler:
    async def connect(socket: str, environ: dict[str, Any], auth: Any = None) -> Any:
        client_id = parse_qs(environ.get('QUERY_STRING', '')).get('client_id', [''])[0]
        client, actor = Client.instances.get(client_id), _actor_of_socket(environ, resolve)
        if actor is None or (client is not None and session_of(client) != actor.session):
            _log.warning('socket refused: it does not belong to the page it asks for')
            raise Refused(_RELOAD)
        if client is None and client_id:
            revive(client_id, environ['asgi.scope'], actor)
        return await _result(handler(socket, environ, auth))
    return connect


def _checked(handler: Handler, resolve: Resolve, *, prepare: Callable[[dict[str, Any]], dict[str, Any]] | None) -> Handler:
    async def check(socket: str, message: Any = None, *_: Any) -> Any:
        client_id = message.get('client_id') if isinstance(message, dict) else None
        if not isinstance(client_id, str) or not _is_allowed(socket, client_id, resolve):
            background_tasks.create(_dismiss(socket), name='dismiss socket')
            return False
        try:
            return await _result(handler(socket, prepare(message) if prepare else message))
        except Exception as error:  # noqa: BLE001 - what a page sends may be anything; unheard, the page would wait for an answer
            _answer_for(error, client_id)
            return False
    return check


def _answer_for(error: Exception, client_id: str) -> None:
    """Let a message that failed end like a click that failed: a line in the log, and words on the page where there is one."""
    client = Client.instances.get(client_id)
    with client if client is not None else nullcontext():
        nicegui_app.handle_exception(error)


class _TolerantJson:
    """The framework's JSON, for which half a character, as a cut or a paste leaves it, ends no message: it becomes U+FFFD."""

    dumps = staticmethod(framework_json.dumps)

    @staticmethod
    def loads(text: str) -> Any:
        try:
            return framework_json.loads(text)
        except ValueError:
            return framework_json.loads(_whole(text))


def _whole(text: str) -> str:
    """Return JSON in which no half of a surrogate pair is left."""
    return _ESCAPE.sub(lambda escape: r'\ufffd' if escape['half'] else escape[0], text)


def _told(handler: Handler, on_act: OnAct) -> Handler:
    """Leave out what a field held before the page came back on another line."""
    def tell(socket: str, message: dict[str, Any]) -> Any:
        on_act(message['client_id'])
        client = Client.instances.get(message['client_id'])
        return None if client is not None and is_late(client, socket, message) else handler(socket, message)
    return tell


def _readable(message: dict[str, Any]) -> dict[str, Any]:
    """Return an event whose arguments, JSON in JSON, can all be read."""
    arguments = message.get('args', [])
    return {**message, 'args': [_whole(one) if isinstance(one, str) else one for one in arguments]}


def _is_allowed(socket: str, client_id: str, resolve: Resolve) -> bool:
    """Tell whether the socket's session is live and is the one that the page was built for. A page that is gone belongs to nobody."""
    actor = _actor_of_socket(_environ(socket), resolve)
    client = Client.instances.get(client_id)
    return actor is not None and (client is None or session_of(client) == actor.session)


def _actor_of_socket(environ: dict[str, Any], resolve: Resolve) -> Actor | None:
    """Return who is behind the socket's session as it stands now; nobody when it has ended."""
    scope = environ.get('asgi.scope')
    token = session_token(scope) if scope else None
    return resolve(token, address_of(scope)) if scope and token else None


def _environ(socket: str) -> dict[str, Any]:
    try:
        return core.sio.get_environ(socket) or {}
    except KeyError:  # it went while its message was on the way
        return {}


def _bound_transport(handle_request: Handler) -> Handler:
    """Let a socket be continued, by polling or by an upgrade, only from the session that opened it."""
    async def handle(scope: Scope, receive: Receive, send: Send) -> Any:
        name = parse_qs(scope['query_string'].decode('latin-1')).get('sid', [''])[0]
        opened_by = core.sio.environ.get(name, {}).get('asgi.scope', {}).get('actor')
        actor = scope.get('actor')
        if name and (opened_by is None or actor is None or opened_by.session != actor.session):
            if scope['type'] == 'websocket':
                await send({'type': 'websocket.close', 'code': 1008})
            else:
                await PlainTextResponse('This line belongs to someone else.', 400)(scope, receive, send)
            return None
        return await _result(handle_request(scope, receive, send))
    return handle


async def _dismiss(socket: str) -> None:
    _log.warning('message refused: its session has ended or is not the one of the page')
    await _lead_away(socket)


async def _lead_away(socket: str) -> None:
    """Show the sign-in page where this socket ends, and end it."""
    await core.sio.emit('open', {'path': SIGN_IN_ADDRESS, 'new_tab': False}, room=socket)
    await core.sio.disconnect(socket)


def _tamed(message: dict[str, Any]) -> dict[str, Any]:
    """Return a browser's log line as one short line of a known level."""
    level = message.get('level')
    text = log_lines.one_line(str(message.get('message', '')), _LONGEST_LOG_LINE)
    return {**message, 'level': level if level in ('debug', 'info', 'warning') else 'error', 'message': f'browser: {text}'}


async def _result(value: Any) -> Any:
    return await value if isinstance(value, Awaitable) else value


async def end_stale_sessions(resolve: Resolve) -> None:
    """End the pages of every session that is no longer live: signed out elsewhere, deactivated, or simply old."""
    pages = {session_of(client): client.request.scope for client in Client.instances.values() if session_of(client)}
    for session_key, scope in pages.items():
        token = session_token(scope)
        if token is None or resolve(token, address_of(scope)) is None:
            await end_session(session_key)


async def _sweep_for_ever(resolve: Resolve) -> None:
    while True:
        await asyncio.sleep(_SWEEP_S)
        try:
            await end_stale_sessions(resolve)
        except Exception:  # noqa: BLE001 - one failed look must not end all later ones
            _log.exception('the sweep for ended sessions failed; it goes on')


def _quicken_heartbeat() -> None:
    core.sio.eio.ping_interval = core.sio.eio.ping_timeout = _HEARTBEAT_S
