"""The page of a phone, behind the code that the desktop shows. A plain route: it survives that the camera app puts the tab aside."""
import re
import secrets

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.clinic import clinic
from app.disk_work import NoRoom
from app.gate import address_of
from app.handing_off import Link, PhoneForm, end_link, find_link, hashed, look_at, send
from app.multipart import file_events
from app.uploads import UploadState
from components.capture_page import capture_page, expired_page, in_use_page
from components.navigation import patient_address
from data.columns import new_key
from data.errors import Conflict, Invalid, NotFound, NotPermitted, Refusal
from data.repositories.handoffs import HANDOFF_LASTS

router = APIRouter()
COOKIE = 'dermafolio_phone'
_BROWSER = re.compile('[A-Za-z0-9_-]{43}')
_GONE, _IN_USE = 410, 409


@router.get('/capture/{token}')
async def ask_for_photos(token: str, request: Request) -> Response:
    """Show the page of a link, after its event is written; in words why there is none."""
    return await _page(token, request)


@router.post('/capture/{token}')
async def take_photos(token: str, request: Request, form: str = '', end: str = '') -> Response:
    """Take photographs, field `files`, and lead back to the page, so that a reload sends nothing twice. `end` ends the link instead."""
    link, browser = find_link(clinic(), token, address_of(request.scope)), _browser_of(request)
    if end:
        return await _ended(token, link, browser, request)
    photos = PhoneForm(file_events(request.stream(), request.headers.get('content-type', '')))
    if link is None:
        return _closing(HTMLResponse(expired_page(await photos.read_on()), _GONE), photos)
    sender = browser or secrets.token_urlsafe(32)
    try:
        uploads = await send(clinic(), link, sender, photos, form_key=form)
    except Refusal as refusal:
        return _closing(await _refused(token, request, refusal, photos), photos)
    if find_link(clinic(), token, address_of(request.scope)) is None:  # it ended meanwhile
        lost = sum(one.state is UploadState.REFUSED for one in uploads)
        return _closing(HTMLResponse(expired_page(lost), _GONE), photos)
    return _closing(_remembered(RedirectResponse(_address(token), 303), sender, token), photos)


async def _page(token: str, request: Request, *, problem: str = '', status: int = 200) -> Response:
    link, browser = find_link(clinic(), token, address_of(request.scope)), _browser_of(request)
    if link is None:
        return HTMLResponse(expired_page(), _GONE)
    if link.record.is_of_another(hashed(browser)):
        return HTMLResponse(in_use_page(), _IN_USE)
    try:
        page, back = await look_at(clinic(), link), _way_back(request, link)
    except (NotFound, NotPermitted):  # it was taken away while we looked
        return HTMLResponse(expired_page(), _GONE)
    with clinic().reading(link.actor) as records:
        zone = records.settings.zone()
    shown = capture_page(page, address=_address(token), form_key=new_key(), now=clinic().clock(), zone=zone, problem=problem,
                         back=back)
    return _remembered(HTMLResponse(shown, status), browser or secrets.token_urlsafe(32), token)


async def _refused(token: str, request: Request, refusal: Refusal, photos: PhoneForm) -> Response:
    """Say why nothing of a form was taken, and how many photographs that were."""
    lost = await photos.read_on()
    if isinstance(refusal, Conflict):
        return HTMLResponse(in_use_page(lost), _IN_USE)
    if isinstance(refusal, NotFound | NotPermitted):
        return HTMLResponse(expired_page(lost), _GONE)
    status = 507 if isinstance(refusal, NoRoom) else 400 if isinstance(refusal, Invalid) else 403
    return await _page(token, request, problem=str(refusal), status=status)


async def _ended(token: str, link: Link | None, browser: str, request: Request) -> Response:
    """End a link; in the browser of the person who opened it, go back to where they came from."""
    try:
        if link is None:
            raise NotFound
        back = _way_back(request, link)
        await end_link(clinic(), link, browser)
    except Conflict:
        return HTMLResponse(in_use_page(), _IN_USE)
    except (NotFound, NotPermitted):
        return HTMLResponse(expired_page(), _GONE)
    return RedirectResponse(back or _address(token), 303)


def _way_back(request: Request, link: Link) -> str:
    """Return the address of the entry or pool that the photographs go to, in the browser of the sign-in that opened the link; else ''."""
    actor, record = request.scope.get('actor'), link.record
    if actor is None or actor.session != link.actor.session:
        return ''
    with clinic().reading(actor) as records:
        unique_id = records.patients.header(record.patient).unique_id
        tail = f'/entries/{records.entries.row(record.entry)[0].number}' if record.entry else '/images'
    return patient_address(unique_id, tail)


def _closing(response: Response, photos: PhoneForm) -> Response:
    """Close the line after the answer when the rest of a form was not read."""
    if not photos.is_whole:
        response.headers['connection'] = 'close'
    return response


def _browser_of(request: Request) -> str:
    cookie = request.cookies.get(COOKIE, '')
    return cookie if _BROWSER.fullmatch(cookie) else ''


def _remembered(response: Response, browser: str, token: str) -> Response:
    """Let the browser be known again on this link, and nowhere else."""
    response.set_cookie(COOKIE, browser, max_age=int(HANDOFF_LASTS.total_seconds()), path=_address(token), httponly=True, samesite='lax',
                        secure=clinic().settings.public_url.startswith('https:'))
    return response


def _address(token: str) -> str:
    return f'/capture/{token}'
