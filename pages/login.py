"""Coming in and going out: sign-in, sign-out, and the first run. Plain pages, so that a stranger costs the server nothing."""
import logging
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.clinic import clinic
from app.gate import COOKIE, address_of
from app.sessions import found, is_setup_open, sign_in, sign_out
from components.live_gate import end_session
from components.navigation import rooms_for
from components.plain_page import login_page, message_page, setup_page
from components.session import actor_of
from data.actors import Actor, anonymous
from data.errors import Damage, Refusal
from data.repositories.sessions import SESSION_LENGTH

router = APIRouter()
_HOME = '/'
_DOORS = ('/login', '/logout', '/setup')
_GRACE_S = 0.5
_LONGEST_NAME = 200
_log = logging.getLogger('dermafolio.pages')
Text = Annotated[str, Form()]


@router.get('/')
def home(request: Request) -> Response:
    """Lead to the first room that this role may open: the patients, for an auditor the trail."""
    return RedirectResponse(rooms_for(actor_of(request))[0].route, 303)


@router.get('/login')
def ask_to_sign_in(request: Request, next: str = '') -> Response:  # noqa: A002 - the name in the address
    """Show the sign-in page, or lead on who is signed in already."""
    if request.scope['actor'] is not None:
        return RedirectResponse(safe_path(next), 303)
    if is_setup_open(clinic()):
        return HTMLResponse(message_page('Not set up yet', 'Open the set-up link that the server’s console printed.', link=('', '')))
    return HTMLResponse(login_page(_practice_name(), next_path=_way_back(next)))


@router.post('/login')
async def let_in(request: Request, username: Text = '', password: Text = '', next: Text = '') -> Response:  # noqa: A002
    """Check the password and open a session with a new token; the one of before ends."""
    try:
        token, _ = await sign_in(clinic(), username, password, address_of(request.scope), _agent(request))
    except Refusal as refusal:
        page = login_page(_practice_name(), error=str(refusal), username=username[:_LONGEST_NAME], next_path=_way_back(next))
        return HTMLResponse(page, 401)
    await _end_session_of(request)
    return _with_cookie(RedirectResponse(safe_path(next), 303), token, request)


@router.post('/logout')
async def let_out(request: Request) -> Response:
    """End the session; every page it still has open leaves the screen."""
    actor = actor_of(request)
    await _sign_out(actor)
    leave = BackgroundTask(end_session, actor.session, grace_s=_GRACE_S)
    response = RedirectResponse('/login', 303, headers={'clear-site-data': '"cache"'}, background=leave)
    response.delete_cookie(COOKIE, path='/', httponly=True, samesite='lax')
    return response


@router.get('/setup')
def ask_to_set_up(token: str = '') -> Response:
    """Show the page of the first run to who holds its link."""
    return HTMLResponse(setup_page(token)) if _accepts(token) else _void()


@router.post('/setup')
async def set_up(request: Request, token: str = '', username: Text = '', display_name: Text = '', password: Text = '',
                 repeat_password: Text = '') -> Response:
    """Create the first administrator and sign in."""
    try:
        if _accepts(token) and password != repeat_password:
            raise Refusal('The two passwords are not the same.')
        session = await found(clinic(), token, username=username, display_name=display_name, password=password,
                              address=address_of(request.scope), agent=_agent(request))
    except Refusal as refusal:
        if not _accepts(token):
            return _void()
        return HTMLResponse(setup_page(token, error=str(refusal), username=username[:_LONGEST_NAME],
                                       display_name=display_name[:_LONGEST_NAME]), 422)
    return _with_cookie(RedirectResponse(_HOME, 303), session, request)


def safe_path(text: str) -> str:
    """Return the address to lead to after signing in: one of ours, or the start page."""
    parts = urlsplit(text)
    is_ours = text.startswith('/') and not parts.scheme and not parts.netloc and parts.path not in _DOORS
    is_plain = text.isprintable() and '\\' not in text and not text.startswith('//')
    return text if is_ours and is_plain else _HOME


def _way_back(text: str) -> str:
    return safe_path(text) if text else ''


async def _end_session_of(request: Request) -> None:
    if request.scope['actor'] is not None:
        actor = actor_of(request)
        await _sign_out(actor)
        await end_session(actor.session)


async def _sign_out(actor: Actor) -> None:
    """End the session. Where that cannot be stored, the browser still forgets it and its pages still leave the screen."""
    try:
        await sign_out(clinic(), actor)
    except Damage as damage:
        _log.error('session:%s was signed out in the browser only and ends by its age: %s', actor.session, type(damage).__name__)


def _with_cookie(response: Response, token: str, request: Request) -> Response:
    response.set_cookie(COOKIE, token, max_age=int(SESSION_LENGTH.total_seconds()), path='/', httponly=True, samesite='lax',
                        secure=request.url.scheme == 'https')
    return response


def _accepts(token: str) -> bool:
    setup = clinic().setup
    return setup is not None and setup.accepts(token, clinic().clock()) and is_setup_open(clinic())


def _void() -> Response:
    if is_setup_open(clinic()):
        page = message_page('This link is no longer valid', 'Restart the server: its console prints a new one.', link=('', ''))
        return HTMLResponse(page, 410)
    return RedirectResponse('/login', 303)


def _practice_name() -> str:
    with clinic().reading(anonymous()) as records:
        return records.settings.value('practice_name')


def _agent(request: Request) -> str:
    return request.headers.get('user-agent', '')
