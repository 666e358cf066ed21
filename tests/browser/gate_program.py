"""The program as it is, but with photographs of at most 1 MiB, so that an upload over the limit is quickly made.

    python tests/browser/gate_program.py serve …             # like main.py
    python tests/browser/gate_program.py --open serve …      # the control: the gate is taken away, everything else stays
    python tests/browser/gate_program.py --routes            # print the application's own routes: [[path, [methods]], …]
"""
import json
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ['DERMAFOLIO_MAX_IMAGE_MIB'] = '1'


class NoGate:
    """Says who has a session, and stops nobody."""

    def __init__(self, app: Any, *, resolve: Any, **_: Any) -> None:
        self.app, self.resolve = app, resolve

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from app.gate import address_of, session_token
        if scope['type'] != 'lifespan':
            token = session_token(scope)
            scope['actor'] = self.resolve(token, address_of(scope)) if token else None
        await self.app(scope, receive, send)


def take_the_gate_away() -> None:
    """Replace both halves, and ask who acts once a page instead of once an event."""
    from nicegui import ui

    from app import gate
    from components import live_gate, session

    async def leave_pages_open(_session: str) -> None:
        return
    gate.Gate = NoGate  # type: ignore[misc,assignment]
    live_gate.install_live_gate = lambda *_: None
    live_gate.end_session = leave_pages_open
    session.current_actor = lambda: ui.context.client.request.scope['actor']


def print_routes() -> None:
    """Walk the application that the pages register themselves on, and what is mounted in it."""
    from fastapi import FastAPI

    import pages
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    pages.register(web, SimpleNamespace(decoding=SimpleNamespace(close=lambda: None)))  # type: ignore[arg-type]
    print(json.dumps(list(walk(web.routes, ''))))


def walk(routes: list[Any], prefix: str) -> Any:
    """Give every path with its methods; a mounted application that is no list of routes stands for one path."""
    for route in routes:
        if included := getattr(route, 'original_router', None):
            yield from walk(included.routes, prefix)
        elif getattr(route, 'methods', None):
            yield prefix + route.path, sorted(route.methods)
        elif getattr(route, 'routes', None):
            yield from walk(route.routes, prefix + route.path)
        else:
            yield prefix + route.path + '/', ['GET', 'POST']


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        os.environ['NICEGUI_STORAGE_PATH'] = folder
        if '--routes' in sys.argv:
            print_routes()
        else:
            if '--open' in sys.argv:
                sys.argv.remove('--open')
                take_the_gate_away()
            import main
            main.main()
