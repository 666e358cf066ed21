"""What can be visited: one module per place, and the one function that puts them behind the gate."""
import asyncio
from types import ModuleType

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.types import ASGIApp

from app.clinic import Clinic
from app.gate import BodyLimits, Gate, loopback_hosts
from app.sessions import is_setup_open
from components import design, live_gate, page_errors, plain_page
from components.revival import revive

RECONNECT_S = 120
_FILES_PER_REQUEST = 50


def rooms() -> list[ModuleType]:
    """Return the page modules. Each has a `router` with its pages or plain routes."""
    from pages import (  # noqa: PLC0415 -- after NiceGUI's settings
        audit,
        capture,
        consents,
        details,
        entries,
        entry,
        health,
        image_files,
        images,
        login,
        new_patient,
        patients,
        settings,
        tags,
    )
    # /patients/new before what takes any unique ID
    return [health, login, capture, image_files, patients, new_patient, entries, entry, images, details, consents, tags, audit, settings]


def register(web: FastAPI, opened: Clinic) -> None:
    """Put every page and route on `web`; own routes first, because NiceGUI's mount swallows what comes later."""
    design.install(web)
    page_errors.install(web)
    for room in rooms():
        web.include_router(room.router)
    nicegui_app.on_startup(lambda: setattr(opened, 'loop', asyncio.get_running_loop()))
    nicegui_app.on_shutdown(opened.decoding.close)
    ui.run_with(web, dark=None, tailwind=False, binding_refresh_interval=None, reconnect_timeout=RECONNECT_S, gzip_middleware_factory=None,
                show_welcome_message=False, language='en-GB')


def build(opened: Clinic) -> ASGIApp:
    """Return the application behind its gate."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    register(web, opened)
    live_gate.install_live_gate(opened.resolve, revive, opened.presence.acted)
    settings = opened.settings
    return Gate(web, resolve=opened.resolve, hosts=loopback_hosts(settings.port), error_page=_error_page,
                is_setup_open=lambda: is_setup_open(opened), framework=live_gate.FRAMEWORK,
                phone_origin=settings.public_url,
                body_limit=BodyLimits(uploads=settings.max_image_bytes * _FILES_PER_REQUEST))


def _error_page(reference: str) -> str:
    return plain_page.message_page(
        'Something went wrong', 'What you did before is saved. Try again; if it stays, tell whoever looks after the server.',
        status_reference=reference)
