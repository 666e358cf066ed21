"""A real server in small: two people, one page with one button, and the whole gate, or none (`--open`, the control).

    python -m tests.components.live_gate_server DESCRIPTOR [--open]

DESCRIPTOR is a listening socket that was inherited: whoever starts the server may connect at once, without asking when it is ready.
"""
import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from nicegui import Client, ui
from starlette.responses import PlainTextResponse, Response

from app.gate import LARGEST_MESSAGE_BYTES, BodyLimits, Gate, loopback_hosts
from components import live_gate, page_errors
from data.actors import ROLE_PERMISSIONS, Actor, Role

TOKENS = {'anna': 'a' * 43, 'ben': 'b' * 43, 'anna-again': 'A' * 43}
PEOPLE = {
    token: Actor(user=name, name=name, role=Role.CLINICIAN, session=f'session-{name}', permissions=ROLE_PERMISSIONS[Role.CLINICIAN])
    for name, token in TOKENS.items()
}
clicks: list[str] = []
words: list[str] = []
web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


def resolve(token: str, address: str) -> Actor | None:
    return PEOPLE.get(token)


@ui.page('/patients')
def patients() -> None:
    ui.button('Note it', on_click=lambda: clicks.append('click')).mark('note')
    ui.element().props('label="Words"').on('say', lambda told: words.append(told.args))
    ui.label('A secret of the practice')


@ui.page('/broken')
def broken() -> None:
    raise RuntimeError('a secret in a message')


@web.get('/clicks')
def count_clicks() -> dict[str, int]:
    return {'clicks': len(clicks), 'pages': len(Client.instances)}


@web.get('/words')
def last_words() -> list[str]:
    return words


@web.post('/end/{name}')
async def end(name: str) -> Response:
    """Sign someone out, as another request would."""
    PEOPLE.pop(TOKENS[name], None)
    await live_gate.end_session(f'session-{name}')
    return PlainTextResponse('ended')


@web.post('/expire/{name}')
def expire(name: str) -> Response:
    """Let a session run out, of which nobody is told."""
    PEOPLE.pop(TOKENS[name], None)
    return PlainTextResponse('expired')


@web.post('/sweep')
async def sweep() -> Response:
    await live_gate.end_stale_sessions(resolve)
    return PlainTextResponse('swept')


@web.post('/length')
async def length(request: Request) -> dict[str, int]:
    return {'bytes': len(await request.body())}


@web.post('/patients/x/images')
async def upload(request: Request) -> dict[str, int]:
    return {'bytes': sum([len(part) async for part in request.stream()])}


@web.post('/deaf')
async def deaf(request: Request) -> Response:
    """Start to answer only when the body has ended."""
    async for _ in request.stream():
        pass
    return PlainTextResponse('heard')


def main(line: socket.socket, is_open: bool) -> None:
    ui.run_with(
        web, dark=None, tailwind=False, binding_refresh_interval=None, gzip_middleware_factory=None, reconnect_timeout=120,
        show_welcome_message=False,
    )
    served: Any = web
    page_errors.install(web)
    if not is_open:
        live_gate.install_live_gate(resolve)
        served = Gate(
            web, resolve=resolve, hosts=loopback_hosts(line.getsockname()[1]), error_page=lambda reference: f'<p>Reference {reference}</p>',
            is_setup_open=lambda: False, body_limit=BodyLimits(uploads=4_000_000), framework=live_gate.FRAMEWORK,
        )
    config = uvicorn.Config(
        served, server_header=False, proxy_headers=False, access_log=False, log_level='warning', ws_max_size=LARGEST_MESSAGE_BYTES,
    )
    uvicorn.Server(config).run(sockets=[line])


if __name__ == '__main__':
    main(socket.socket(fileno=int(sys.argv[1])), '--open' in sys.argv)
