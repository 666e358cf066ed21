"""Handing out photographs: authorise, write the event, check the whole file, and only then the first byte."""
import asyncio
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.clinic import Clinic
from data.actors import Actor, Permission
from data.errors import Damage, NotFound
from data.image_store import Binding, Rendition
from data.models import Action, Disclosed, Outcome
from data.records import Detail, Records
from data.repositories.images import ImageFile

_KEY = re.compile('[0-9a-f]{32}')
_TYPES = {
    'JPEG': ('image/jpeg', 'jpg'), 'PNG': ('image/png', 'png'), 'WEBP': ('image/webp', 'webp'), 'AVIF': ('image/avif', 'avif'),
    'TIFF': ('image/tiff', 'tif'), 'GIF': ('image/gif', 'gif'), 'HEIC': ('image/heic', 'heic'),
}
_log = logging.getLogger('dermafolio.images')


@dataclass(frozen=True)
class Shown:
    """A stored file that was found whole: its plain bytes, how many they are, and under which type and name they leave."""

    chunks: Iterable[bytes]
    size_bytes: int
    media_type: str
    file_name: str


async def show(clinic: Clinic, actor: Actor, key: str, rendition: Rendition, *, of: str = '') -> Shown:
    """Return a rendition, or the original, which needs a permission of its own. The event stands in the trail before the file is read.

    A foreign and a missing image are refused alike, with `of` also one that is not this patient's. A damaged file raises Damage, is
    logged, and is an event too.
    """
    if not _KEY.fullmatch(key):
        raise NotFound  # it never enters the trail: it is whatever someone typed
    with clinic.reading(actor) as records:
        if rendition is Rendition.ORIGINAL:
            records.require(Permission.IMAGE_ORIGINAL, key)
        file = records.images.file(key)
    if of and file.patient != of:
        raise NotFound
    await _note(clinic, actor, file, rendition)
    try:
        size_bytes, chunks = await asyncio.to_thread(_checked, clinic, file, rendition)
    except Damage as damage:
        if not is_still_there(clinic, actor, key, file.blob):
            return await show(clinic, actor, key, rendition, of=of)
        _log.error('image:%s %s: %s', key, rendition.value, type(damage).__name__)
        detail: Detail = {'cause': type(damage).__name__, 'rendition': rendition.value}
        await clinic.change(actor, lambda records: records.log(
            Action.IMAGE_VIEW, subject=key, patient=file.patient, outcome=Outcome.FAILED, detail=detail))
        raise
    media_type, extension = _TYPES[file.format] if rendition is Rendition.ORIGINAL else _TYPES['JPEG']
    return Shown(chunks, size_bytes, media_type, f'{file.patient_unique_id}_{file.captured_on.isoformat()}.{extension}')


async def _note(clinic: Clinic, actor: Actor, file: ImageFile, rendition: Rendition) -> None:
    """Write the event of this look, unless the one of the page that shows it is in force. Originals and what was withdrawn have theirs."""
    is_original = rendition is Rendition.ORIGINAL
    named = not (is_original or file.is_withdrawn)  # what was withdrawn stands on no page that an event could have named
    if named and (clinic.viewings.covers(actor.session, file.patient) or clinic.viewings.covers(actor.session, file.key)):
        return

    def note(records: Records) -> None:
        records.require(Permission.PATIENT_READ, file.key)
        if is_original:
            records.log(Action.IMAGE_DOWNLOAD, subject=file.key, patient=file.patient)
            records.disclosures.note(file.patient, Disclosed.ORIGINAL, image=file.key)
        elif records.settings.value('audit_level') == 'comprehensive':
            records.log(Action.IMAGE_VIEW, subject=file.key, patient=file.patient, detail={'rendition': rendition.value})
    await clinic.change(actor, note)
    if named:
        clinic.viewings.note(actor.session, file.key)  # for this image only: nothing else of the patient was named


def is_still_there(clinic: Clinic, actor: Actor, key: str, blob: str) -> bool:
    """Tell whether an image still has the files that a reader did not find whole: a move gives it others and removes these."""
    try:
        with clinic.reading(actor) as records:
            return records.images.file(key).blob == blob
    except NotFound:
        return False


def _checked(clinic: Clinic, file: ImageFile, rendition: Rendition) -> tuple[int, Iterable[bytes]]:
    """Decrypt a file to its end before any of it leaves: half a picture would be no answer (in a thread).

    Renditions are small and stay in memory; an original is read a second time, chunk by chunk, while it is sent.
    """
    key, binding = clinic.vault.patient_key(file.patient), Binding(file.patient, file.key, rendition)
    if rendition is not Rendition.ORIGINAL:
        chunks = list(clinic.images.read(file.blob, key, binding))
        return sum(map(len, chunks)), chunks
    size_bytes = sum(len(chunk) for chunk in clinic.images.read(file.blob, key, binding))
    return size_bytes, clinic.images.read(file.blob, key, binding)
