"""Tiny applications behind a gate, and clients that ask them."""
import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.gate import BodyLimits, Framework, Gate, loopback_hosts
from data.actors import Actor

HOST = '127.0.0.1:8080'
BASE = f'http://{HOST}'
TOKEN = 'a' * 43
COOKIE = {'cookie': f'dermafolio_session={TOKEN}'}
OWN = COOKIE | {'origin': BASE}
PAGE = {'accept': 'text/html,*/*'}
MARK = b'<script type="module">\n own();'
FRAMEWORK = Framework(live_prefix='/_live/', static_prefixes=('/_fw/3.18/static/',), closed_prefix='/_fw/', script_marks=(MARK,))
ANNA = Actor(user='anna', session='s1')


async def everything(request: Request) -> Response:
    body = await request.body()
    return PlainTextResponse(f'{request.scope["actor"] and request.scope["actor"].user} {len(body)}', headers={'server': 'x'})


async def html(request: Request) -> Response:
    return HTMLResponse(request.query_params.get('page', '').encode() or b'<h1>Plain</h1>', headers={'cache-control': 'public'})


async def bug(request: Request) -> Response:
    raise RuntimeError('Maria Gonzalez')


async def five_hundred(request: Request) -> Response:
    return HTMLResponse('Maria Gonzalez', 500)


async def half(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b'first'
        raise RuntimeError('Maria Gonzalez')
    return StreamingResponse(parts(), media_type='text/plain')


ROUTES = [
    Route('/html', html), Route('/bug', bug, methods=['GET', 'POST']), Route('/500', five_hundred), Route('/half', half),
    Route('/{path:path}', everything, methods=['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
]


def gate(app: Any = None, **changed: Any) -> Gate:
    parts: dict[str, Any] = {
        'resolve': lambda token, address: ANNA if (token, address) == (TOKEN, '127.0.0.1') else None,
        'hosts': loopback_hosts(8080), 'error_page': lambda reference: f'<p>Reference {reference}</p>', 'is_setup_open': lambda: False,
        'body_limit': BodyLimits(uploads=2_000_000, other=1_000), 'framework': FRAMEWORK,
    }
    return Gate(app or Starlette(routes=ROUTES), **{**parts, **changed})


async def ask(
    method: str, path: str, *, headers: dict[str, str] | None = None, content: Any = None, over: Gate | None = None,
) -> httpx.Response:
    transport = httpx.ASGITransport(over or gate(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        return await client.request(method, path, headers=headers, content=content)


async def no_body() -> Any:
    return {'type': 'http.request', 'body': b'', 'more_body': False}


def still_there() -> Any:
    """Return the `receive` of a client that asked and waits."""
    asked = iter([{'type': 'http.request', 'body': b'', 'more_body': False}])

    async def receive() -> Any:
        return next(asked, None) or await asyncio.get_running_loop().create_future()
    return receive


def into(sent: list[Any]) -> Any:
    async def send(message: Any) -> None:
        sent.append(message)
    return send
