"""What is tried against the gate, over every route that the application has. One `Row` an attack: how often tried, how often refused."""
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.cast import PASSWORD
from tests.hostile import SOCKETS, headers_of
from tests.serving import ROOT, clean_environment

PROGRAM = (sys.executable, str(ROOT / 'tests' / 'browser' / 'gate_program.py'))
METHODS = ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')
UNSAFE = ('POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')
UPLOAD = '/patients/psr-20417/images'
BODY_LIMIT_BYTES = 1_048_576
UPLOAD_LIMIT_BYTES = 50 * 1_048_576
CAPTURE = '/capture/x'
_OPEN = re.compile(r'/login|/healthz|/readyz|/capture/[^/]+|/static/.*|/_nicegui/[0-9.]+/(static|libraries|components|esm|resources)/.*')
_UNLISTED = ('/favicon.ico', '/docs', '/redoc', '/openapi.json', '/_nicegui/auto/static/x/y.jpg', '/_nicegui/client/x/upload/1', '/nowhere',
             '/capture/x/y', '/users')
_HEADERS = ('content-security-policy', 'x-content-type-options', 'referrer-policy', 'cross-origin-resource-policy', 'permissions-policy')


@dataclass
class Row:
    """One line of the table. `passed` names what was not refused."""

    name: str
    tried: int = 0
    passed: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many attempts were refused."""
        return self.tried - len(self.passed)

    def note(self, is_refused: bool, what: str) -> None:
        """Count one attempt."""
        self.tried += 1
        if not is_refused:
            self.passed.append(what)


@dataclass
class Target:
    """A server, its own list of paths, and whom its cookies belong to."""

    base: str
    paths: list[str]
    tokens: dict[str, str]
    bare: list[str] = field(default_factory=list)  # answers without the headers of the house
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=5))

    def ask(self, method: str, path: str, headers: dict[str, str], **more: Any) -> httpx.Response:
        """Send one request and see whether its answer is dressed."""
        self.client.cookies.clear()  # a cookie is sent when `headers` say so, never because one came
        try:
            answer = self.client.request(method, self.base + path, headers=headers, **more)
        except httpx.HTTPError:
            return httpx.Response(599)  # no answer at all is not a refusal
        if any(name not in answer.headers for name in _HEADERS) or 'server' in answer.headers:
            self.bare.append(f'{method} {path} {answer.status_code}')
        return answer

    def headers(self, name: str, **other: str) -> dict[str, str]:
        """Return what a browser with this person's cookie sends."""
        return headers_of(self.base, self.tokens.get(name, name), **other)

    def closed(self) -> list[str]:
        """Return the paths that need a session."""
        return [path for path in self.paths if not _OPEN.fullmatch(path)]


def own_paths(**names: str) -> list[str]:
    """Return every path of the application, as it lists them itself, with real names put in, and some that it must not have."""
    listed = json.loads(subprocess.run([*PROGRAM, '--routes'], capture_output=True, text=True, check=True, env=clean_environment(),
                                       cwd=ROOT).stdout)
    named = {re.sub(r'\{(\w+)(:path)?\}', lambda match: names.get(match[1], 'x'), path) for path, _ in listed}
    return sorted(named | {SOCKETS + '/?EIO=4&transport=polling'} | set(_UNLISTED))


def without_session(target: Target, name: str, cookie: str) -> Row:
    """Ask for every closed path by every method: a person is led to the sign-in page, everyone else hears 401 or that there is nothing."""
    row = Row(name)
    for path in target.closed():
        is_framework = path.startswith('/_nicegui/')
        for method in METHODS:
            status = target.ask(method, path, target.headers(cookie)).status_code
            row.note(status == (404 if is_framework else 401), f'{method} {path} {status}')
        page = target.ask('GET', path, target.headers(cookie, accept='text/html'))
        is_led = page.status_code == 303 and page.headers['location'].startswith('/login')
        row.note(page.status_code == 404 if is_framework else is_led, f'page {path} {page.status_code}')
    return row


def from_elsewhere(target: Target, name: str, change: Callable[[dict[str, str]], dict[str, str]], *, status: int = 403) -> Row:
    """Send every unsafe method to every path as a signed-in person whose browser was led by another page."""
    row = Row(name)
    for path in target.paths:
        methods = (*UNSAFE, 'GET') if status == 400 or path.startswith(SOCKETS) else UNSAFE
        for method in methods:
            answer = target.ask(method, path, change(target.headers('jana')))
            row.note(answer.status_code == status, f'{method} {path} {answer.status_code}')
    return row


def too_large(target: Target, name: str, send: Callable[[Target, str, int], int]) -> Row:
    """Send one byte too much to everything that reads a body."""
    row = Row(name)
    polling = next(path for path in target.paths if path.startswith(SOCKETS))
    for path in ('/login', '/setup', UPLOAD, CAPTURE, polling + f'&sid={_line_of(target, polling)}'):
        limit = UPLOAD_LIMIT_BYTES if path in (UPLOAD, CAPTURE) else BODY_LIMIT_BYTES
        status = send(target, path, limit)
        row.note(status == 413, f'{path} {status}')
    return row


def with_length(target: Target, path: str, limit: int) -> int:
    """Announce one byte too much."""
    headers = target.headers('jana') | {'content-length': str(limit + 1)} | _kind(path)
    return target.ask('POST', path, headers, content=_stream(path, limit + 1)).status_code


def without_length(target: Target, path: str, limit: int) -> int:
    """Send one byte too much in pieces, without saying how many there will be."""
    return target.ask('POST', path, target.headers('jana') | _kind(path), content=_stream(path, limit + 1)).status_code


def header_rows(target: Target) -> Iterator[Row]:
    """All attacks that need no socket."""
    base = target.base
    yield without_session(target, 'no session', '')
    yield without_session(target, 'a made-up session', 'x' * 43)
    yield without_session(target, 'a session that was signed out', _ended_session(target))
    yield from_elsewhere(target, 'foreign host', lambda headers: headers | {'host': 'evil.example'}, status=400)
    yield from_elsewhere(target, 'foreign origin', lambda headers: headers | {'origin': 'http://evil.example'})
    yield from_elsewhere(target, 'Origin: null', lambda headers: headers | {'origin': 'null'})
    yield from_elsewhere(target, 'another port of this machine', lambda headers: headers | {'origin': 'http://127.0.0.1:1'})
    yield from_elsewhere(target, 'Sec-Fetch-Site: cross-site', lambda headers: headers | {'origin': base, 'sec-fetch-site': 'cross-site'})
    yield from_elsewhere(target, 'neither Origin nor Sec-Fetch-Site', lambda headers: {'cookie': headers['cookie']})
    yield too_large(target, 'body over the limit, with a length', with_length)
    yield too_large(target, 'body over the limit, chunked', without_length)


def print_table(title: str, rows: Iterable[Row]) -> None:
    """Print one line an attack."""
    print(f'\n\n{title}\n{"attack":<52}{"tried":>7}{"refused":>9}')
    for row in rows:
        print(f'{row.name:<52}{row.tried:>7}{row.refused:>9}')


def _ended_session(target: Target) -> str:
    """Sign someone in and out again; return the token."""
    form = {'username': 'vera', 'password': PASSWORD}
    answer = httpx.post(target.base + '/login', headers={'origin': target.base}, data=form, timeout=30)
    token = answer.cookies['dermafolio_session']
    httpx.post(target.base + '/logout', headers=headers_of(target.base, token), timeout=30)
    return str(token)


def _line_of(target: Target, polling: str) -> str:
    """Open a polled line and return its name."""
    answer = httpx.get(target.base + polling, headers=target.headers('jana'), timeout=30)
    return str(json.loads(answer.text[1:])['sid'])


def _kind(path: str) -> dict[str, str]:
    if path in (UPLOAD, CAPTURE):
        return {'content-type': 'multipart/form-data; boundary=edge'}
    return {'content-type': 'application/x-www-form-urlencoded' if path in ('/login', '/setup') else 'text/plain'}


def _stream(path: str, size: int) -> Iterator[bytes]:
    """Give a body of this many bytes, in the form that its route reads."""
    photo = b'--edge\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    start = {UPLOAD: photo, CAPTURE: photo, '/login': b'username=', '/setup': b'username='}.get(path, b'4')
    yield start
    left = size - len(start)
    while left > 0:
        piece = min(left, 65_536)
        yield b'x' * piece
        left -= piece
