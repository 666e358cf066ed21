"""Admitting photographs: counted, hashed and encrypted as they arrive, read by the decoder, durable before any row names them.

Plain bytes never touch a disk. The order is that of a crash at any step: an unfinished file lies under `incoming` and is set aside at
the next start; a finished one without a row is an orphan that `verify` names; a row always has its files.
"""
import hashlib
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from app.capture_moment import resolve_capture
from app.decoding import Decoded
from app.disk_work import in_thread
from app.door import Door as Door
from app.door import open_door as open_door
from app.multipart import Event, PartBegins, PartData
from app.uploads import Upload, UploadState
from data.columns import new_key
from data.errors import Conflict, Damage, Invalid, Refusal, TooLarge
from data.image_store import CHUNK_BYTES, Binding, BlobWriter, Rendition
from data.models import Action, Outcome
from data.repositories.images import AdmittedImage

FIELD = 'files'
_PROGRESS_EVERY_S = 0.25
_NAME_LIMIT = 255
_log = logging.getLogger('dermafolio.intake')


async def receive(door: Door, events: AsyncIterator[Event], *, announced_bytes: int = 0) -> list[Upload]:
    """Take every file of a form and return how each ended. A bad file is named and the good ones go in.

    What is still under way when the sender goes leaves nothing. `announced_bytes` is the length of the whole form, for the progress.
    """
    batch = _Batch(door, announced_bytes)
    try:
        async for event in events:
            await batch.take(event)
    except Invalid as problem:
        if not batch.uploads:
            raise
        if batch.current is None:
            batch.uploads.append(Upload('The rest', 0, state=UploadState.REFUSED, sentence=str(problem)))
    finally:
        if batch.current is not None:
            await batch.current.abandon()
    if not batch.uploads:
        raise Invalid('No photos arrived.')
    return batch.uploads


@dataclass
class _Batch:
    """The files of one form, in their order."""

    door: Door
    announced_bytes: int
    uploads: list[Upload] = field(default_factory=list)
    current: 'Receiving | None' = None

    async def take(self, event: Event) -> None:
        """Pass one event on to the present file; files of other fields are not ours."""
        if isinstance(event, PartBegins):
            if event.field == FIELD:
                self.current = Receiving(self.door, event.file_name, max(0, self.announced_bytes - event.around_bytes))
                self.uploads.append(self.current.upload)
        elif self.current is None:
            return
        elif isinstance(event, PartData):
            await self.current.write(event.data)
        else:
            await self.current.finish()
            self.current = None


class Receiving:
    """One file on its way in. `write` its bytes, then `finish`, or `abandon` when the sender is gone."""

    def __init__(self, door: Door, name: str, announced_bytes: int = 0) -> None:
        self._door = door
        self._key, self._blob = new_key(), new_key()
        self._digest = hashlib.sha256()
        self._pending = bytearray()
        self._patient_key = b''
        self._writers: dict[Rendition, BlobWriter] = {}
        self._told_s = time.monotonic()
        self._refusal: Refusal | None = None
        self.upload = Upload(_plain_name(name), announced_bytes, becoming=self._key, entry=door.entry)
        door.clinic.uploads.begin(door.list_name, door.patient, self.upload)

    async def write(self, data: bytes) -> None:
        """Take bytes as they arrive. Once refused (over the limit, no room) nothing more of the file is kept; `finish` notes it."""
        self.upload.received_bytes += len(data)
        if self.upload.is_cancelled:
            await self._drop()
        elif self._refusal is None:
            try:
                await self._take(data)
            except Refusal as refusal:
                await self._give_up(refusal)
        if time.monotonic() - self._told_s >= _PROGRESS_EVERY_S:
            self._tell()

    async def finish(self) -> Upload:
        """Decode, store and record the file; return how it ended. A refused file leaves no trace but its event, a cancelled one none."""
        if self.upload.is_cancelled:
            await self.abandon()
            return self.upload
        try:
            if self._refusal is None:
                await self._check()
            if self._refusal is not None:
                await self._log_refusal(self._refusal)
        except Damage as damage:  # the disk takes no row, or a key is gone: the other files of the form may still go in
            _log.error('an upload failed: %s', type(damage).__name__)
            await self._end_unstored(str(damage))
        except BaseException:
            await self.abandon()
            raise
        self.upload.at = self._door.clinic.clock()
        self._tell()
        return self.upload

    async def abandon(self) -> None:
        """Forget an unfinished file."""
        await self._end_unstored('it did not arrive whole')
        self.upload.at = self._door.clinic.clock()
        self._tell()

    async def _take(self, data: bytes) -> None:
        settings = self._door.clinic.settings
        if self.upload.received_bytes > settings.max_image_bytes:
            raise TooLarge(f'larger than {settings.max_image_mib} MB')
        self._pending += data
        if len(self._pending) >= CHUNK_BYTES:
            await self._flush()

    async def _check(self) -> None:
        self.upload.state = UploadState.CHECKING
        self._tell()
        try:
            await self._flush()
            await self._admit()
        except Refusal as refusal:
            await self._give_up(refusal)

    async def _admit(self) -> None:
        clinic, digest = self._door.clinic, self._digest.hexdigest()
        if self._is_held(digest):
            await self._drop()
            await self._door.lay_out(self.upload.image)
            return
        writer = await in_thread(self._finish_original)
        chunks = clinic.images.incoming_chunks(writer, self._patient_key, self._binding(Rendition.ORIGINAL))
        decoded = await clinic.decoding.decode(chunks, writer.size_bytes, max_pixels=clinic.settings.max_image_pixels)
        await in_thread(lambda: self._store(decoded))
        await self._record(self._described(decoded, digest, writer.size_bytes))

    async def _record(self, image: AdmittedImage) -> None:
        """Write the row; a twin that came first, or a right that was lost, makes the stored files leave again."""
        try:
            self.upload.has_twin = await self._door.admit(image)
        except Refusal as refusal:
            await in_thread(lambda: self._door.clinic.images.discard(self._blob))
            if not isinstance(refusal, Conflict) or not self._is_held(image.sha256):
                raise
            await self._door.lay_out(self.upload.image)
            return
        self.upload.state, self.upload.image = UploadState.ADDED, image.key

    def _is_held(self, digest: str) -> bool:
        """Tell, and note on the upload, whether the pool holds these bytes already. Refuse bytes that were withdrawn from it."""
        with self._door.clinic.reading(self._door.actor) as records:
            held = records.images.held(self._door.patient, digest)
            zone = records.settings.zone()
        if held is None:
            return False
        if held.withdrawn_at is not None:
            raise Conflict(f'already in this pool, withdrawn on {_day(held.withdrawn_at, zone)}: put it back there')
        self.upload.state, self.upload.image = UploadState.ALREADY_HERE, held.key
        self.upload.sentence = f'Already in the pool (same file, {_day(held.received_at, zone)}).'
        return True

    async def _give_up(self, refusal: Refusal) -> None:
        self._refusal = refusal
        self.upload.state, self.upload.sentence = UploadState.REFUSED, str(refusal)
        await self._drop()
        self._tell()

    async def _end_unstored(self, sentence: str) -> None:
        await self._drop()
        if self.upload.is_under_way:
            self.upload.state, self.upload.sentence = UploadState.REFUSED, sentence

    async def _log_refusal(self, refusal: Refusal) -> None:
        detail: dict[str, str | int | bool | list[str]] = {'cause': type(refusal).__name__, 'size_bytes': self.upload.received_bytes}
        await self._door.clinic.change(self._door.actor, lambda records: records.log(
            Action.IMAGE_REFUSE, patient=self._door.patient, outcome=Outcome.REFUSED, detail=detail))

    def _described(self, decoded: Decoded, digest: str, size_bytes: int) -> AdmittedImage:
        with self._door.clinic.reading(self._door.actor) as records:
            zone = records.settings.zone()
        at, how = resolve_capture(decoded.captured_local, decoded.captured_offset, zone, self._door.clinic.clock())
        return AdmittedImage(
            key=self._key, blob=self._blob, sha256=digest, size_bytes=size_bytes, format=decoded.format, width_px=decoded.width_px,
            height_px=decoded.height_px, original_name=self.upload.name, camera=decoded.camera[:120], lens=decoded.lens[:120],
            captured_local=decoded.captured_local, captured_offset=decoded.captured_offset, captured_at=at, captured_how=how,
            received_from=self._door.received_from)

    def _finish_original(self) -> BlobWriter:
        writer = self._original()
        writer.finish()
        return writer

    def _original(self) -> BlobWriter:
        return self._writers.get(Rendition.ORIGINAL) or self._begin(Rendition.ORIGINAL)

    def _store(self, decoded: Decoded) -> None:
        """Encrypt the renditions beside the original and move all three to their place (off the event loop)."""
        for rendition, content in ((Rendition.PREVIEW, decoded.preview), (Rendition.THUMB, decoded.thumb)):
            writer = self._begin(rendition)
            writer.write(content)
            writer.finish()
        self._door.clinic.images.keep(self._blob, list(self._writers.items()))
        self._writers.clear()

    def _begin(self, rendition: Rendition) -> BlobWriter:
        clinic = self._door.clinic
        self._patient_key = self._patient_key or clinic.vault.patient_key(self._door.patient)
        self._writers[rendition] = clinic.images.begin(self._blob, self._patient_key, self._binding(rendition))
        return self._writers[rendition]

    async def _flush(self) -> None:
        """Hash and encrypt what is pending, off the event loop."""
        data = bytes(self._pending)
        self._pending.clear()

        def work() -> None:
            self._digest.update(data)
            self._original().write(data)
        if data:
            await in_thread(work)

    async def _drop(self) -> None:
        self._pending.clear()
        writers, self._writers = self._writers, {}
        for writer in writers.values():
            await in_thread(writer.discard)

    def _binding(self, rendition: Rendition) -> Binding:
        return Binding(self._door.patient, self._key, rendition)

    def _tell(self) -> None:
        self._told_s = time.monotonic()
        self._door.clinic.uploads.tell(self._door.list_name, self._door.patient)


def _day(moment: datetime, zone: tzinfo) -> str:
    on = moment.astimezone(zone)
    return f'{on.day} {on:%b %Y}'


def _plain_name(name: str) -> str:
    """Return the sender's file name without folders and control characters, for showing only: it never becomes a path."""
    last = name.replace('\\', '/').rsplit('/', 1)[-1]
    return ''.join(c for c in last if c.isprintable())[-_NAME_LIMIT:] or 'photo'
