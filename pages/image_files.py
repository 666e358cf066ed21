"""The bytes of photographs: in through one door, out through one route. Plain routes, no pages."""
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from app.clinic import clinic
from app.disk_work import NoRoom
from app.gate import address_of, session_token
from app.intake import Door, open_door, receive
from app.multipart import file_events
from app.showing import show
from app.uploads import Upload, UploadState, list_of, summary
from data.actors import Actor, Permission
from data.database import StorageFailed
from data.errors import Damage, Invalid, NotFound, NotPermitted, Refusal
from data.image_store import Rendition
from data.repositories.entries import MOST_ENTRIES

router = APIRouter()
_NO_STORE = {'Cache-Control': 'private, no-store', 'X-Content-Type-Options': 'nosniff'}


@router.post('/patients/{unique_id}/images')
async def add_images(unique_id: str, request: Request, entry: Annotated[int | None, Query(ge=1, le=MOST_ENTRIES)] = None) -> Response:
    """Take photographs into a patient's pool, field `files`. Answer how each ended; a bad one does not keep the good ones out.

    With the number of an `entry` of the same patient they are laid into its workspace too.
    """
    actor = request.scope.get('actor')
    if actor is None:
        return _said(401, 'Sign in first.')
    try:
        door = _door(unique_id, actor, request, entry)
        events = file_events(request.stream(), request.headers.get('content-type', ''))
        uploads = await receive(door, events, announced_bytes=_announced_bytes(request))
    except Refusal as refusal:
        return _refused(refusal)
    return JSONResponse(_report(uploads), headers=_NO_STORE)


@router.get('/images/{key}/{kind}')
async def image_file(key: str, kind: str, request: Request) -> Response:
    """Answer a rendition or the original: the one route that hands out patient bytes."""
    actor = request.scope.get('actor')
    if actor is None:
        return _said(401, 'Sign in first.')
    try:
        rendition = Rendition(kind)
    except ValueError:
        return _said(404, str(NotFound()))
    try:
        shown = await show(clinic(), actor, key, rendition)
    except Refusal as refusal:
        return _refused(refusal)
    except Damage as damage:
        return _said(503 if isinstance(damage, StorageFailed) else 404, str(damage))
    headers = {**_NO_STORE, 'Content-Length': str(shown.size_bytes)}
    if rendition is not Rendition.ORIGINAL:
        return Response(b''.join(shown.chunks), media_type=shown.media_type, headers=headers)
    # the name is made of a unique ID and a date, so it needs no encoding; the sender's own name never leaves
    headers |= {'Content-Disposition': f'attachment; filename="{shown.file_name}"', 'Content-Security-Policy': 'sandbox'}
    return StreamingResponse(iterate_in_threadpool(shown.chunks), media_type=shown.media_type, headers=headers)


def _door(unique_id: str, actor: Actor, request: Request, number: int | None) -> Door:
    with clinic().reading(actor) as records:
        patient = records.patients.key_of(unique_id)
        entry = records.entries.record(patient, number).key if number else ''
    token, address = session_token(request.scope) or '', address_of(request.scope)
    return open_door(clinic(), actor, patient, present=lambda: clinic().resolve(token, address), entry=entry,
                     progress=list_of(actor.session, entry))


def _report(uploads: list[Upload]) -> dict[str, object]:
    counts = {name: sum(upload.state is state for upload in uploads) for name, state in (
        ('added', UploadState.ADDED), ('already_here', UploadState.ALREADY_HERE), ('refused', UploadState.REFUSED))}
    files = [{'name': one.name, 'state': one.state.value, 'sentence': one.sentence, 'image': one.image} for one in uploads]
    return {**counts, 'files': files, 'summary': summary(uploads)}


def _refused(refusal: Refusal) -> Response:
    """Answer a refusal. Who may not know of a record is told the same as when there is none."""
    if isinstance(refusal, NotFound) or (isinstance(refusal, NotPermitted) and refusal.permission == Permission.PATIENT_READ):
        return _said(404, str(NotFound()))
    if isinstance(refusal, NoRoom):
        return _said(507, str(refusal))
    return _said(400 if isinstance(refusal, Invalid) else 403, str(refusal))


def _said(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status, headers=_NO_STORE)


def _announced_bytes(request: Request) -> int:
    length = request.headers.get('content-length', '')
    return int(length) if length.isascii() and length.isdigit() else 0
