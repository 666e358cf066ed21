"""Records for tests, made by the acts that the pages use."""
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any

from app.clinic import Clinic
from app.intake import Receiving, open_door
from app.uploads import UploadState
from data.actors import Actor
from data.columns import new_key
from data.consent_records import ConsentDraft, SealedConsent
from data.image_store import Binding, Rendition
from data.models import CapturedHow, Language, Method, Scope
from data.read_models import PatientHeader
from data.repositories.entries import EntryRecord
from data.repositories.images import AdmittedImage
from data.repositories.left_images import Relocation
from data.repositories.patients import read_draft
from tests.pictures import jpeg

CAPTURED = datetime(2026, 3, 5, 13, 30, 9, tzinfo=UTC)
_numbers = count(1)


def a_patient(clinic: Clinic, actor: Actor, unique_id: str = 'psr-20417', **fields: str) -> PatientHeader:
    """Register a patient; without names it is Maria Gonzalez."""
    named = {'family_name': 'Gonzalez', 'given_names': 'Maria', **fields, 'unique_id': unique_id}
    return clinic.change_now(actor, lambda records: records.patients.register(read_draft(named)))


def an_entry(clinic: Clinic, actor: Actor, patient: str, *, notes: str = '', images: tuple[str, ...] = ()) -> EntryRecord:
    """Open an entry of now, with notes and images in its workspace, and return it as its page reads it."""
    number = clinic.change_now(actor, lambda records: records.entries.open(patient))
    with clinic.reading(actor) as records:
        key = records.entries.record(patient, number).key
    if notes:
        clinic.change_now(actor, lambda records: records.entries.amend(key, 'notes', notes))
    if images:
        clinic.change_now(actor, lambda records: records.entries.place(key, list(images)))
    with clinic.reading(actor) as records:
        return records.entries.record(patient, number)


def a_stored_image(clinic: Clinic, actor: Actor, patient: str, *, captured_at: datetime = CAPTURED, original: bytes | None = None) -> str:
    """Put an image into a pool without asking the decoder: real encrypted files, a real row. Return its key.

    Each call makes different bytes, so that a pool takes as many as a test wants.
    """
    data = _small_jpeg() + b'%06d' % next(_numbers) if original is None else original
    key, blob = new_key(), new_key()
    _store_files(clinic, patient, key, blob, data)
    local = captured_at.replace(tzinfo=None).isoformat(timespec='seconds')
    image = AdmittedImage(
        key=key, blob=blob, sha256=sha256(data).hexdigest(), size_bytes=len(data), format='JPEG', width_px=480, height_px=320,
        original_name='IMG_0001.jpg', camera='Testcam T-1', lens='Testlens 60mm', captured_local=local, captured_offset='+00:00',
        captured_at=captured_at, captured_how=CapturedHow.CAMERA_OFFSET, received_from='upload')
    return clinic.change_now(actor, lambda records: records.images.admit(patient, image))


async def an_uploaded_image(clinic: Clinic, actor: Actor, patient: str, data: bytes, *, name: str = 'photo.jpg') -> str:
    """Bring a photograph in as the upload route does and return its key. The decoder is real: fixture `add_photo` ends it."""
    receiving = Receiving(open_door(clinic, actor, patient), name, len(data))
    await receiving.write(data)
    upload = await receiving.finish()
    assert upload.state in {UploadState.ADDED, UploadState.ALREADY_HERE}, upload.sentence
    return upload.image


def a_comparison(clinic: Clinic, actor: Actor, entry: str, images: list[str], *, title: str = '') -> str:
    """Put images of the entry's patient side by side and return the group's key."""
    return clinic.change_now(actor, lambda records: records.comparisons.group(entry, images, title=title))


def a_move(clinic: Clinic, actor: Actor, images: list[str], to: str, *, because: str = 'Wrong patient') -> list[str]:
    """Move images into another patient's pool without their files and return the keys of the moves."""
    with clinic.reading(actor) as records:
        blobs = {key: records.images.file(key).blob for key in images}
    copies = [Relocation(key, blob, new_key()) for key, blob in blobs.items()]
    return clinic.change_now(actor, lambda records: records.images.move(copies, to, because))


def _store_files(clinic: Clinic, patient: str, key: str, blob: str, data: bytes) -> None:
    patient_key = clinic.vault.patient_key(patient)
    writers = []
    for rendition, content in ((Rendition.ORIGINAL, data), (Rendition.PREVIEW, _small_jpeg()), (Rendition.THUMB, _small_jpeg())):
        writer = clinic.images.begin(blob, patient_key, Binding(patient, key, rendition))
        writer.write(content)
        writer.finish()
        writers.append((rendition, writer))
    clinic.images.keep(blob, writers)


@cache
def _small_jpeg() -> bytes:
    return jpeg(96, 64)

def a_draft(form: str, **change: Any) -> ConsentDraft:
    """Return a consent of the patient's own to the clinical record, signed here, unless something else is said."""
    return ConsentDraft.model_validate({'form': form, 'scopes': {Scope.CLINICAL_RECORD}, 'method': Method.SIGNATURE, **change})


def a_consent(clinic: Clinic, actor: Actor, patient: str, *, form: str = '', seen: str | None = None, request_key: str = '',
              **change: Any) -> str:
    """Record a consent without its files and return its key."""
    with clinic.reading(actor) as records:
        draft = a_draft(form or records.consent_forms.latest(Language.ENGLISH).key, **change)
        known = records.consents.newest(patient) if seen is None else seen
    words = 'What was agreed to.'
    sealed = SealedConsent(new_key(), words, sha256(words.encode()).hexdigest(), new_key(), sha256(b'a form').hexdigest())
    return clinic.change_now(actor, lambda records: records.consents.grant(patient, draft, sealed, seen=known, request_key=request_key))
