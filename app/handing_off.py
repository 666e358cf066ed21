"""The phone hand-off: a link for one phone, to one patient, for half an hour, with the rights that its opener has at each request."""
import logging
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from app.clinic import Clinic
from app.consenting import may_add, require_may_add
from app.intake import FIELD, open_door, receive
from app.multipart import Event, PartBegins
from app.showing import show
from app.uploads import Upload, UploadState
from data.actors import Actor, Permission, anonymous
from data.errors import Conflict, Damage, Invalid, Refusal
from data.image_store import Rendition
from data.models import Action
from data.read_models import PatientHeader
from data.records import Records
from data.repositories.handoffs import IN_USE, HandoffRecord

RECEIVED_FROM = 'phone'
_TOKEN = re.compile('[A-Za-z0-9_-]{43}')
_FORM = re.compile('[0-9a-f]{32}')
_MOST_THUMBS = 24
_MOST_CODES = 500
_log = logging.getLogger('dermafolio.capture')


@dataclass(frozen=True)
class Link:
    """A link that works, and for whom it acts now."""

    record: HandoffRecord
    actor: Actor
    token_sha256: str


@dataclass(frozen=True)
class PhonePage:
    """What the page of a link shows: two identifiers, the visit, until when, what was sent, and why nothing may be, if so."""

    patient: PatientHeader
    appointment_at: datetime | None
    expires_at: datetime
    sent: list[Upload]
    thumbs: dict[str, bytes]
    is_connected: bool
    refusal: str = ''


def hashed(secret: str) -> str:
    """Return what is stored of a token or a cookie."""
    return sha256(secret.encode()).hexdigest() if secret else ''


def phone_address(clinic: Clinic, token: str) -> str:
    """Return the address that a phone opens; empty while no phone can reach this server."""
    base = clinic.settings.public_url
    return f'{base}/capture/{token}' if base else ''


def progress_list(handoff: str) -> str:
    """Return whose progress list the files of a link are on."""
    return f'handoff:{handoff}'


async def hand_off(clinic: Clinic, actor: Actor, patient: str, *, entry: str = '') -> tuple[HandoffRecord, str]:
    """Return this sign-in's link to there and its token, opening one when there is none that could be shown."""
    with clinic.reading(actor) as records:
        known = records.handoffs.mine(patient, entry)
    if known is not None and known.key in clinic.phone_codes:
        return known, clinic.phone_codes[known.key]
    token = secrets.token_urlsafe(32)

    def work(records: Records) -> HandoffRecord:
        require_may_add(records, patient)
        return records.handoffs.open(patient, hashed(token), entry=entry)
    opened = await clinic.change(actor, work)
    for _ in range(max(0, len(clinic.phone_codes) + 1 - _MOST_CODES)):  # the oldest are over, or can be opened anew
        del clinic.phone_codes[next(iter(clinic.phone_codes))]
    clinic.phone_codes[opened.key] = token
    return opened, token


def find_link(clinic: Clinic, token: str, address: str) -> Link | None:
    """Return the link of a token; None for one that is unknown, over or ended, or whose person may not add photographs any more."""
    if not _TOKEN.fullmatch(token):
        return None
    with clinic.reading(anonymous(address)) as records:
        found = records.handoffs.holder(hashed(token))
    return Link(*found, hashed(token)) if found else None


async def look_at(clinic: Clinic, link: Link) -> PhonePage:
    """Return what the page of a link shows, after the event that names the patient and the photographs on it."""
    record, actor = link.record, link.actor
    sent = clinic.uploads.of(progress_list(record.key), record.patient)
    shown = list(dict.fromkeys(one.image for one in reversed(sent) if one.image))[:_MOST_THUMBS]

    def note(records: Records) -> tuple[PatientHeader, datetime | None, str]:
        records.require(Permission.PATIENT_READ, record.patient)
        held = {tile.key for tile in records.images.of(record.patient)}
        shown[:] = [key for key in shown if key in held]  # one that was sent may have left since
        if records.settings.value('audit_level') == 'comprehensive':
            records.log(Action.HANDOFF_VIEW, subject=record.key, patient=record.patient, detail={'images': shown})
        at = records.entries.row(record.entry)[0].appointment_at if record.entry else None
        return records.patients.header(record.patient), at, may_add(records, record.patient).reason
    patient, at, refusal = await clinic.change(actor, note)
    for key in shown:
        clinic.viewings.note(actor.session, key)
    thumbs = {key: await _thumb(clinic, actor, record.patient, key) for key in shown}
    return PhonePage(patient, at, record.expires_at, sent, thumbs, record.is_connected, refusal)


class PhoneForm:
    """The files of one form, counted as they arrive; at the first one `on_first` is asked."""

    def __init__(self, events: AsyncIterator[Event]) -> None:
        self._events = events
        self.on_first: Callable[[], Awaitable[None]] | None = None
        self.count = 0
        self.is_whole = False

    def __aiter__(self) -> 'PhoneForm':
        return self

    async def __anext__(self) -> Event:
        try:
            event = await anext(self._events)
        except StopAsyncIteration:
            self.is_whole = True
            raise
        if isinstance(event, PartBegins) and event.field == FIELD:
            self.count += 1
            if self.count == 1 and self.on_first is not None:
                await self.on_first()
        return event

    async def read_on(self) -> int:
        """Read to the end, keep nothing of it, and return how many photographs the form held."""
        self.on_first = None
        try:
            async for _event in self:
                continue
        except Invalid:
            _log.info('a form that was not taken was damaged')  # what came before is counted
        return self.count


async def send(clinic: Clinic, link: Link, browser: str, form: PhoneForm, *, form_key: str = '') -> list[Upload]:
    """Take the photographs of a form into the pool and the entry. The first file binds the link to this browser; refuse another one.

    A form that was taken already is read and not taken again.
    """
    record, actor = link.record, link.actor
    if record.is_of_another(hashed(browser)):
        raise Conflict(IN_USE)
    request = hashed(f'{record.key} {form_key}') if _FORM.fullmatch(form_key) else ''
    if _is_done(clinic, actor, request):
        await form.read_on()
        return []
    door = open_door(clinic, actor, record.patient, received_from=RECEIVED_FROM, entry=record.entry, progress=progress_list(record.key),
                     present=lambda: _present(clinic, link, browser))

    async def bind() -> None:
        await clinic.change(actor, lambda records: records.handoffs.bind(record.key, hashed(browser)))
    form.on_first = bind
    uploads = await receive(door, form)
    _list_missing(clinic, record, uploads)
    if request and form.is_whole and _present(clinic, link, browser) is not None:
        await clinic.change(actor, lambda records: _remember(records, request, record.key))
    return uploads


async def end_link(clinic: Clinic, link: Link, browser: str) -> None:
    """End a link from the phone. Refuse a browser that does not hold it."""
    if link.record.is_of_another(hashed(browser)):
        raise Conflict(IN_USE)
    await clinic.change(link.actor, lambda records: records.handoffs.end(link.record.key))


def _present(clinic: Clinic, link: Link, browser: str) -> Actor | None:
    """Return for whom the link acts at this moment; None once it is over, ended, or held by another browser."""
    with clinic.reading(anonymous(link.actor.address)) as records:
        found = records.handoffs.holder(link.token_sha256)
    return None if found is None or found[0].is_of_another(hashed(browser)) else found[1]


def _is_done(clinic: Clinic, actor: Actor, request: str) -> bool:
    with clinic.reading(actor) as records:
        return records.done_before(request) is not None


def _remember(records: Records, request: str, handoff: str) -> None:
    if records.done_before(request) is None:  # the same form may have been sent twice at once
        records.remember_request(request, handoff)


def _list_missing(clinic: Clinic, record: HandoffRecord, uploads: list[Upload]) -> None:
    """Put on the list what was refused without having been a file: the rest of a damaged form."""
    name = progress_list(record.key)
    listed = {one.key for one in clinic.uploads.of(name, record.patient)}
    for upload in uploads:
        if upload.key not in listed and upload.state is UploadState.REFUSED:
            clinic.uploads.begin(name, record.patient, upload)


async def _thumb(clinic: Clinic, actor: Actor, patient: str, image: str) -> bytes:
    """Return a small picture for the page; nothing when the photograph is gone or damaged, which is said where it is looked at."""
    try:
        shown = await show(clinic, actor, image, Rendition.THUMB, of=patient)
    except (Refusal, Damage):
        return b''
    return b''.join(shown.chunks)
