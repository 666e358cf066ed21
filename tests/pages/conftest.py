"""Pages without a browser: NiceGUI's simulated user, let in below the gate with the actor that the gate would have put there."""
import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from nicegui import Client
from nicegui import app as nicegui_app
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation
from starlette.types import ASGIApp, Receive, Scope, Send

from app.clinic import Clinic
from data.actors import Actor
from tests.cast import ADDRESS, Cast
from tests.pages.waiting import settled

OpenAs = Callable[[Actor], User]
_PAGES: dict[Callable, str] = {}


class BelowTheGate:
    """Stands where the gate stands and lets one actor through, as the gate does for a live session."""

    def __init__(self, application: ASGIApp, actor: Actor) -> None:
        self._application, self._actor = application, actor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope['actor'] = self._actor
        await self._application(scope, receive, send)


@pytest.fixture
async def user_as(clinic: Clinic, cast: Cast, caplog: pytest.LogCaptureFixture) -> AsyncIterator[OpenAs]:
    """The way to sit down at the practice: `user_as(cast.jana)` is a browser of Jana's. Several may be open at once.

    An ERROR in the log fails the test.
    """
    gc.freeze()  # as at the start, for what was loaded and kept meanwhile
    async with user_simulation():
        with _all_rooms():
            clinic.loop = asyncio.get_running_loop()
            yield lambda actor: User(_http(cast, actor))
            await settled()  # a loop that is ended in the act of sending would be waited for
            clinic.loop = None
    await clinic.decoding.close()
    errors = [record.getMessage() for record in caplog.get_records('call') if record.levelno >= logging.ERROR]
    assert not errors


@pytest.fixture
def user(user_as: OpenAs, cast: Cast) -> User:
    """Jana's browser: a clinician, who may do what most pages are for."""
    return user_as(cast.jana)


@contextmanager
def _all_rooms() -> Iterator[None]:
    """Serve the pages, without what a simulation would take along at its end: page modules are read once, not for each test."""
    import pages  # within the simulation: NiceGUI's settings come first
    from components import design, page_errors
    lifespan = nicegui_app.router.lifespan_context  # each router that is included wraps it once more, for all tests to come
    design.install(nicegui_app)
    page_errors.install(nicegui_app)
    for room in pages.rooms():
        nicegui_app.include_router(room.router)
    _PAGES.update(Client.page_routes)
    Client.page_routes.update(_PAGES)
    try:
        yield
    finally:
        Client.page_routes.clear()
        nicegui_app.router.lifespan_context = lifespan


def _http(cast: Cast, actor: Actor) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(BelowTheGate(nicegui_app, actor), client=(ADDRESS, 50_000))
    return httpx.AsyncClient(transport=transport, base_url='http://test', cookies={'dermafolio_session': cast.tokens.get(actor.user, '')})
