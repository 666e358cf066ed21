"""Admitting photographs: counted, hashed and encrypted as they arrive, read by the decoder, durable before any row names them.

Plain bytes never touch a disk. The order is that of a crash at any step: an unfinished file lies under `incoming` and is set aside at
the next start; a finished one without a row is an orphan that `verify` names; a row always has its files.
"""
import asyncio
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.clinic import Clinic
from app.decoding import Decoded
from app.uploads import Upload, UploadState
from data.actors import Actor, Permission
from data.columns import new_key
from data.errors import Conflict, Refusal, TooLarge
from data.image_store import CHUNK_BYTES, Binding, BlobWriter, Rendition
from data.models import Action, CapturedHow, Outcome
from data.repositories.images import AdmittedImage

_LEAST_FREE_BYTES = 500 * 1024 * 1024
_LEAST_FREE_RATIO = 0.02
_PROGRESS_EVERY_S = 0.25
_CLOCK_SLACK = timedelta(days=1)
_NAME_LIMIT = 255


@dataclass(frozen=True)
class Door:
    """Where files come in: for which patient, by whom, through what."""

    clinic: Clinic
    actor: Actor
    patient: str
    received_from: str = 'upload'


def open_door(clinic: Clinic, actor: Actor, patient: str, *, received_from: str = 'upload') -> Door:
    """Return the door for a patient's files. Refuse before the first byte whoever may not add, and a disk that is almost full."""
    with clinic.reading(actor) as records:
        records.require(Permission.IMAGE_ADD, patient)
        records.patients.row(patient)
    free, ratio = clinic.images.free_bytes()
    if free < _LEAST_FREE_BYTES or ratio < _LEAST_FREE_RATIO:
        raise Refusal('The server’s disk is almost full. Photos can be added when there is room again.')
    return Door(clinic, actor, patient, received_from)


class Receiving:
    """One file on its way in. `write` its bytes, then `finish`, or `abandon` when the sender is gone."""

    def __init__(self, door: Door, name: str, announced_bytes: int = 0) -> None:
        self._door = door
        self._key, self._blob = new_key(), new_key()
        self._digest = hashlib.sha256()
        self._pending = bytearray()
        self._writer: BlobWriter | None = None
        self._told_s = time.monotonic()
        self._refusal: Refusal | None = None
        self.upload = Upload(_plain_name(name), announced_bytes)
        door.clinic.uploads.begin(door.actor.session, door.patient, self.upload)

    async def write(self, data: bytes) -> None:
        """Take bytes as they arrive. Over the limit the file is refused at `finish`, and nothing more of it is kept."""
        self.upload.received_bytes += len(data)
        limit = self._door.clinic.settings.max_image_bytes
        if self._refusal is None and self.upload.received_bytes > limit:
            self._refusal = TooLarge(f'larger than {self._door.clinic.settings.max_image_mib} MB')
            await self._drop()
        if self._refusal is None:
            self._pending += data
            if len(self._pending) >= CHUNK_BYTES:
                await self._flush()
        self._tell_now_and_then()

    async def finish(self) -> Upload:
        """Decode, store and record the file; return how it ended. A refused file leaves no trace but its event."""
        self.upload.state = UploadState.CHECKING
        self._tell()
        try:
            if self._refusal is not None:
                raise self._refusal
            await self._flush()
            await self._admit()
        except Refusal as refusal:
            await self._refuse(refusal)
        except BaseException:
            await self.abandon()
            raise
        finally:
            self.upload.at = self._door.clinic.clock()
            self._tell()
        return self.upload

    async def abandon(self) -> None:
        """Forget an unfinished file."""
        await self._drop()
        self.upload.state, self.upload.sentence = UploadState.REFUSED, 'it did not arrive whole'
        self._tell()

    async def _admit(self) -> None:
        clinic, patient, digest = self._door.clinic, self._door.patient, self._digest.hexdigest()
        if self._is_held(digest):
            await self._drop()
            return
        key = await asyncio.to_thread(clinic.vault.patient_key, patient)
        original = self._binding(Rendition.ORIGINAL)
        writer = self._writer or await self._begin()
        await asyncio.to_thread(writer.finish)
        chunks = clinic.images.incoming_chunks(writer, key, original)
        decoded = await clinic.decoding.decode(chunks, writer.size_bytes, max_pixels=clinic.settings.max_image_pixels)
        stored = await asyncio.to_thread(self._store_renditions, key, decoded)
        await asyncio.to_thread(clinic.images.keep, self._blob, [(Rendition.ORIGINAL, writer), *stored])
        self._writer = None
        await self._record(self._described(decoded, digest, writer.size_bytes))

    async def _record(self, image: AdmittedImage) -> None:
        """Write the row; a twin that came first, or a patient who is gone, makes the stored files leave again."""
        clinic = self._door.clinic
        try:
            await clinic.change(self._door.actor, lambda records: records.images.admit(self._door.patient, image))
        except Refusal as refusal:
            await asyncio.to_thread(clinic.images.discard, self._blob)
            if not isinstance(refusal, Conflict) or not self._is_held(image.sha256):
                raise
            return
        self.upload.state, self.upload.image = UploadState.ADDED, image.key

    def _is_held(self, digest: str) -> bool:
        """Tell, and note on the upload, whether the pool holds these bytes already."""
        with self._door.clinic.reading(self._door.actor) as records:
            held = records.images.held(self._door.patient, digest)
            zone = records.settings.zone()
        if held is None:
            return False
        self.upload.state, self.upload.image = UploadState.ALREADY_HERE, held[0]
        on = held[1].astimezone(zone)
        self.upload.sentence = f'Already in the pool (same file, {on.day} {on:%b %Y}).'
        return True

    async def _refuse(self, refusal: Refusal) -> None:
        await self._drop()
        self.upload.state, self.upload.sentence = UploadState.REFUSED, str(refusal)
        detail = {'cause': type(refusal).__name__, 'size_bytes': self.upload.received_bytes}
        await self._door.clinic.change(self._door.actor, lambda records: records.log(
            Action.IMAGE_REFUSE, patient=self._door.patient, outcome=Outcome.REFUSED, detail=detail))

    def _described(self, decoded: Decoded, digest: str, size_bytes: int) -> AdmittedImage:
        with self._door.clinic.reading(self._door.actor) as records:
            zone = records.settings.zone()
        at, how = resolve_capture(decoded.captured_local, decoded.captured_offset, zone, self._door.clinic.clock())
        return AdmittedImage(
            key=self._key, blob=self._blob, sha256=digest, size_bytes=size_bytes, format=decoded.format, width_px=decoded.width_px,
            height_px=decoded.height_px, original_name=self.upload.name, camera=decoded.camera[:120], captured_local=decoded.captured_local,
            captured_offset=decoded.captured_offset, captured_at=at, captured_how=how, received_from=self._door.received_from)

    def _store_renditions(self, key: bytes, decoded: Decoded) -> list[tuple[Rendition, BlobWriter]]:
        stored = []
        for rendition, content in ((Rendition.PREVIEW, decoded.preview), (Rendition.THUMB, decoded.thumb)):
            writer = self._door.clinic.images.begin(self._blob, key, self._binding(rendition))
            writer.write(content)
            writer.finish()
            stored.append((rendition, writer))
        return stored

    async def _begin(self) -> BlobWriter:
        key = await asyncio.to_thread(self._door.clinic.vault.patient_key, self._door.patient)
        self._writer = self._door.clinic.images.begin(self._blob, key, self._binding(Rendition.ORIGINAL))
        return self._writer

    async def _flush(self) -> None:
        """Hash and encrypt what is pending, off the event loop."""
        if not self._pending:
            return
        writer, data = self._writer or await self._begin(), bytes(self._pending)
        self._pending.clear()

        def work() -> None:
            self._digest.update(data)
            writer.write(data)
        await asyncio.to_thread(work)

    async def _drop(self) -> None:
        self._pending.clear()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.discard)
            self._writer = None

    def _binding(self, rendition: Rendition) -> Binding:
        return Binding(self._door.patient, self._key, rendition)

    def _tell(self) -> None:
        self._told_s = time.monotonic()
        self._door.clinic.uploads.tell(self._door.actor.session, self._door.patient)

    def _tell_now_and_then(self) -> None:
        if time.monotonic() - self._told_s >= _PROGRESS_EVERY_S:
            self._tell()


def resolve_capture(local: str, offset: str, zone: ZoneInfo, received_at: datetime) -> tuple[datetime, CapturedHow]:
    """Return the instant of capture (aware UTC) and how it was found: the camera's own offset, the practice's zone, or the reception.

    A camera clock that runs more than a day ahead of the server is not believed: such images would sort first for ever.
    """
    if local:
        how = CapturedHow.CAMERA_OFFSET if offset else CapturedHow.PRACTICE_ZONE
        moment = datetime.fromisoformat(local + offset)
        at = (moment if offset else moment.replace(tzinfo=zone)).astimezone(UTC)
        if at <= received_at + _CLOCK_SLACK:
            return at, how
    return received_at, CapturedHow.RECEIVED


def image_bytes(clinic: Clinic, patient: str, image: str, blob: str, rendition: Rendition) -> tuple[int, Iterator[bytes]]:
    """Return size and plain chunks of a stored file. Raise Damage before the first byte when it is missing or its start is damaged."""
    key = clinic.vault.patient_key(patient)
    chunks = clinic.images.read(blob, key, Binding(patient, image, rendition))
    first = next(chunks)

    def whole() -> Iterator[bytes]:
        yield first
        yield from chunks
    return clinic.images.size_bytes(blob, rendition), whole()


def _plain_name(name: str) -> str:
    """Return the sender's file name without folders and control characters, for showing only: it never becomes a path."""
    last = name.replace('\\', '/').rsplit('/', 1)[-1]
    return ''.join(c for c in last if c.isprintable())[-_NAME_LIMIT:] or 'photo'
