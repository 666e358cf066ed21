"""Recording a consent: its exact words are stored, encrypted and durable, before any row names them."""
from hashlib import sha256

from app.clinic import Clinic
from app.consent_words import consent_words
from app.disk_work import in_thread, require_room
from data.actors import Actor, Permission
from data.columns import new_key
from data.consent_records import ConsentDraft, SealedConsent
from data.errors import ChecksumMismatch, Refusal
from data.image_store import Binding, Paper


async def record_consent(clinic: Clinic, actor: Actor, patient: str, draft: ConsentDraft, *, seen: str, request_key: str) -> str:
    """Record a consent for who saw `seen` as the newest one, and return its key.

    The same request again returns what it recorded. What is refused leaves no file.
    """
    require_room(clinic.images)
    sealed = await in_thread(lambda: _seal(clinic, actor, patient, draft))
    try:
        recorded = await clinic.change(actor, lambda records: records.consents.grant(
            patient, draft, sealed, seen=seen, request_key=request_key))
    except Refusal:  # after anything else a row may name the file; nobody knows, so it stays
        clinic.images.discard(sealed.blob)
        raise
    if recorded != sealed.key:
        clinic.images.discard(sealed.blob)
    return recorded


def read_words(clinic: Clinic, patient: str, consent: str, blob: str, digest: str) -> str:
    """Return the stored words of a consent. Raise Damage when they are missing or are not those that were agreed to."""
    binding = Binding(patient, consent, Paper.FORM)
    content = b''.join(clinic.images.read(blob, clinic.vault.patient_key(patient), binding))
    if sha256(content).hexdigest() != digest:
        raise ChecksumMismatch('The text of this consent is not the one that was agreed to. Restore it from a backup.')
    return content.decode()


def _seal(clinic: Clinic, actor: Actor, patient: str, draft: ConsentDraft) -> SealedConsent:
    """Store the words of a consent and return what its row shall hold."""
    with clinic.reading(actor) as records:
        records.require(Permission.CONSENT_RECORD, patient)
        today = records.now.astimezone(records.settings.zone()).date()
        draft.check(today)
        words = consent_words(records.consent_forms.one(draft.form), draft, records.patients.header(patient),
                              practice_name=records.settings.value('practice_name'), on=today)
    key, blob, content = new_key(), new_key(), words.encode()
    writer = clinic.images.begin(blob, clinic.vault.patient_key(patient), Binding(patient, key, Paper.FORM))
    try:
        writer.write(content)
        writer.finish()
        clinic.images.keep(blob, [(Paper.FORM, writer)])
    except BaseException:
        writer.discard()
        raise
    digest = sha256(content).hexdigest()
    return SealedConsent(key=key, words=words, words_sha256=digest, blob=blob, paper_sha256=digest)
