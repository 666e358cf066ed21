"""Pages without a browser: NiceGUI's simulated user, let in below the gate with the actor that the gate would have put there."""
import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from nicegui import app as nicegui_app
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation
from starlette.types import ASGIApp, Receive, Scope, Send

from app.clinic import Clinic
from data.actors import Actor
from tests.cast import ADDRESS, Cast

OpenAs = Callable[[Actor], User]


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
    lifespan = nicegui_app.router.lifespan_context  # each router that is included wraps it once more, for all tests to come
    async with user_simulation():
        # imported here: NiceGUI takes page modules out of sys.modules after each test
        import pages
        from components import design, page_errors
        design.install(nicegui_app)
        page_errors.install(nicegui_app)
        for room in pages.rooms():
            nicegui_app.include_router(room.router)
        clinic.loop = asyncio.get_running_loop()
        yield lambda actor: User(_http(cast, actor))
        clinic.loop = None
    nicegui_app.router.lifespan_context = lifespan
    await clinic.decoding.close()
    errors = [record.getMessage() for record in caplog.get_records('call') if record.levelno >= logging.ERROR]
    assert not errors


@pytest.fixture
def user(user_as: OpenAs, cast: Cast) -> User:
    """Jana's browser: a clinician, who may do what most pages are for."""
    return user_as(cast.jana)


def _http(cast: Cast, actor: Actor) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(BelowTheGate(nicegui_app, actor), client=(ADDRESS, 50_000))
    return httpx.AsyncClient(transport=transport, base_url='http://test', cookies={'dermafolio_session': cast.tokens.get(actor.user, '')})
