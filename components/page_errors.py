"""What ends a page before it is shown becomes a plain page: one sentence, a way out, and never a trace.

    install(web)        # once, before `ui.run_with`

A page function simply lets a Refusal or a Damage out. What is neither is a bug: it goes on to the gate, which answers with a reference.
"""
import logging
import secrets
from contextlib import suppress

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from nicegui import app as nicegui_app
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from app.gate.requests import wants_page
from components.plain_page import message_page
from components.refusals import tell
from data.actors import Permission
from data.database import StorageFailed
from data.errors import Damage, Invalid, NotFound, NotPermitted, Refusal, TooLarge, UnreadableImage

NOTHING_HERE = 'There is nothing here'
NOT_ALLOWED = 'Not for your role'
NOT_POSSIBLE = 'This cannot be done'
DAMAGED = 'Something stored is damaged'
NOT_STORED = 'The server’s disk is full or failing'
_NOT_THIS_WAY = 'This server does not understand this request.'
_OF_A_PATIENT = ('/patients/', '/images/')
_STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404), (NotPermitted, 403), (TooLarge, 413), (Invalid, 422), (UnreadableImage, 422))
_STATUS_OTHER = 409
# Not 500: the gate takes that for a bug and puts its own page in place of this one, which says what is damaged and what helps.
_STATUS_DAMAGED = 503
_log = logging.getLogger('dermafolio.pages')


def install(web: FastAPI) -> None:
    """Let refusals, damage and unknown addresses end as our own pages, on `web` and on the application that NiceGUI mounts in it."""
    for application in (web, nicegui_app):
        application.add_exception_handler(Refusal, _refused)
        application.add_exception_handler(Damage, _damaged)
        application.add_exception_handler(RequestValidationError, _misunderstood)
        application.add_exception_handler(HTTPException, _unknown)
        application.add_exception_handler(404, _unknown)
    nicegui_app.on_exception(apologise)


def apologise(error: Exception) -> None:
    """Tell the person that a click or a key led to nothing. The trace goes to the log, its reference to the page."""
    with suppress(RuntimeError):  # work in the background has no page to say it on
        if isinstance(error, Refusal):
            tell(str(error))
            return
        reference = secrets.token_hex(4)
        _log.error('reference %s: %s', reference, type(error).__name__)
        tell(f'Something went wrong. What was saved before is safe. Reference {reference}.')


async def _refused(request: Request, refusal: Exception) -> Response:
    if isinstance(refusal, NotPermitted):
        # who may not know that a patient exists is told the same as when there is none
        if refusal.permission == Permission.PATIENT_READ and request.url.path.startswith(_OF_A_PATIENT):
            return _answer(request, 404, NOTHING_HERE, NotFound.default)
        return _answer(request, 403, NOT_ALLOWED, str(refusal))
    status = next((status for kind, status in _STATUS if isinstance(refusal, kind)), _STATUS_OTHER)
    return _answer(request, status, NOTHING_HERE if status == 404 else NOT_POSSIBLE, str(refusal))


async def _damaged(request: Request, damage: Exception) -> Response:
    reference = secrets.token_hex(4)
    _log.error('damage %s: %s', reference, type(damage).__name__)
    return _answer(request, _STATUS_DAMAGED, NOT_STORED if isinstance(damage, StorageFailed) else DAMAGED, str(damage), reference)


async def _misunderstood(request: Request, _error: Exception) -> Response:
    # an address with `abc` where a number belongs leads nowhere, like any other that leads nowhere
    return _answer(request, 404, NOTHING_HERE, NotFound.default) if wants_page(request.scope) else _answer(request, 422, '', _NOT_THIS_WAY)


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 404:
        return _answer(request, 404, NOTHING_HERE, NotFound.default)
    return _answer(request, status, NOT_POSSIBLE, _NOT_THIS_WAY)


def _answer(request: Request, status: int, title: str, line: str, reference: str = '') -> Response:
    headers = {'Cache-Control': 'private, no-store'}
    if wants_page(request.scope):
        return HTMLResponse(message_page(title, line, status_reference=reference), status, headers)
    return PlainTextResponse(f'{line} Reference {reference}.' if reference else line, status, headers)
