"""What a request says about itself, read strictly: host, origin, session cookie, path."""
import re
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Scope

COOKIE = 'dermafolio_session'
SAFE_METHODS = frozenset({'GET', 'HEAD'})
_TOKEN = re.compile(r'[A-Za-z0-9_-]{16,128}')
_OPEN_PATHS = frozenset({'/login', '/healthz', '/readyz'})
_SETUP_PATH = '/setup'
_OPEN_PREFIX = '/static/'
_CAPTURE = re.compile(r'/capture/[^/]+')
_PROXY_HEADERS = (b'forwarded', b'x-forwarded-', b'x-real-ip')


@dataclass(frozen=True)
class Framework:
    """What the gate must know of the page framework."""

    live_prefix: str = '/_live/'  # sockets and polling
    static_prefixes: tuple[str, ...] = ()  # its own versioned files: open
    closed_prefix: str = '/_closed/'  # everything else of it: for nobody
    script_marks: tuple[bytes, ...] = ()  # how the inline scripts of its page template begin; each stands there exactly once
    turn_away: ASGIApp | None = None  # what to say to one of our own pages whose session has ended, when it opens its socket again


def loopback_hosts(port: int) -> frozenset[str]:
    """Return the values of `Host` under which a server on loopback answers."""
    names = ('127.0.0.1', 'localhost', '[::1]')
    return frozenset({f'{name}:{port}' for name in names} | (set(names) if port == 80 else set()))


def header(scope: Scope, name: bytes) -> str | None:
    """Return the value of a header that may stand there once; twice counts as wrong and reads as an empty text."""
    values = [value for key, value in scope['headers'] if key == name]
    if len(values) > 1:
        return ''
    return values[0].decode('latin-1') if values else None


def without_proxy_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return the headers less those by which a client could pretend to be a proxy: there is none in front of us."""
    return [(key, value) for key, value in scope['headers'] if not key.startswith(_PROXY_HEADERS)]


def session_token(scope: Scope) -> str | None:
    """Return the session token of the cookie. Two different ones count as none: one of them was planted."""
    pairs = (part.strip().partition('=') for line in _cookies(scope) for part in line.split(';'))
    tokens = {value for name, _, value in pairs if name == COOKIE}
    token = tokens.pop() if len(tokens) == 1 else ''
    return token if _TOKEN.fullmatch(token) else None


def _cookies(scope: Scope) -> Iterable[str]:
    return (value.decode('latin-1') for key, value in scope['headers'] if key == b'cookie')


def address_of(scope: Scope) -> str:
    """Return the address the request came from."""
    client = scope.get('client')
    return str(client[0]) if client else ''


def is_live(scope: Scope, framework: Framework) -> bool:
    """Tell whether this belongs to the live channel, whatever the transport."""
    return scope['type'] == 'websocket' or str(scope['path']).startswith(framework.live_prefix)


def needs_origin(scope: Scope, framework: Framework) -> bool:
    """Tell whether the request could change something."""
    return is_live(scope, framework) or scope['method'] not in SAFE_METHODS


def is_same_origin(scope: Scope, named: str = '') -> bool:
    """Tell whether a page of this very address sent it. Without `Origin` and `Sec-Fetch-Site` nobody can know, so it did not.

    `named` is the address as the browser knows it, where the request itself cannot tell: HTTPS ends before it comes here.
    """
    origin, site = header(scope, b'origin'), header(scope, b'sec-fetch-site')
    if origin is None and site is None:
        return False
    scheme = {'ws': 'http', 'wss': 'https'}.get(scope['scheme'], scope['scheme'])
    own = named or f'{scheme}://{header(scope, b"host")}'
    return origin in (None, own) and site in (None, 'same-origin')


def is_closed(path: str, framework: Framework) -> bool:
    """Tell whether nobody may ask for this path: what the framework would serve without asking who is there."""
    return path.startswith(framework.closed_prefix) and not path.startswith(framework.static_prefixes)


def is_static(path: str, framework: Framework) -> bool:
    """Tell whether this is a versioned file that is the same for everyone."""
    return path.startswith((_OPEN_PREFIX, *framework.static_prefixes)) and '/..' not in path


def is_open(path: str, framework: Framework) -> bool:
    """Tell whether a path answers without a session; `/setup` depends on more and is asked for with `is_setup`."""
    return path in _OPEN_PATHS or is_capture(path) or is_static(path, framework)


def is_capture(path: str) -> bool:
    """Tell whether this is the page of a phone, which brings its own secret in the address instead of a session."""
    return _CAPTURE.fullmatch(path) is not None


def is_setup(path: str) -> bool:
    """Tell whether this is the page of the first run."""
    return path == _SETUP_PATH


def wants_page(scope: Scope) -> bool:
    """Tell whether a person is going to look at the answer."""
    return scope['type'] == 'http' and scope['method'] == 'GET' and 'text/html' in (header(scope, b'accept') or '')
