"""Is everything here, whole and untouched? Checks that only read; they run beside the server."""
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from sqlalchemy import func
from sqlmodel import select

from app.clinic import Clinic
from app.consent_deeds import read_words
from app.consistency import inconsistencies
from app.showing import is_still_there
from app.sweeping import named_blobs
from data.actors import Actor
from data.audit_chain import Sealed, Verified
from data.database import check_trail_rules, integrity_problems
from data.errors import Damage
from data.image_store import Binding, Rendition
from data.models import IN_POOL, NEVER, Consent, ConsentScope, Entry, Image, Patient, PatientFormerId, Scope
from data.patient_query import counted_patients, indexed_letters
from data.records import Records
from data.repositories.patients import folded

_ROWS_AT_ONCE = 250
_PAUSE_S = 0.0005
Progress = Callable[[str, int, int], None]
"""Called with what is being checked, how far, and how many there are."""


@dataclass
class Findings:
    """What was checked, what is wrong, and what is only worth knowing; each one sentence that names keys only."""

    images: int = 0
    patients: int = 0
    events: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify_trail(clinic: Clinic, actor: Actor, *, progress: Callable[[int], None] | None = None, beside_others: bool = False) -> Verified:
    """Verify the whole audit trail. Raise AuditChainBroken, naming the first bad event. The head is read before the snapshot opens.

    `beside_others` leaves room for the other threads of this process, at the price of a fifth of the speed.
    """
    head = clinic.head.read()
    with clinic.reading(actor) as records:
        rows = records.audit.links()
        verified = clinic.chain.verify(_with_pauses(rows) if beside_others else rows, head, progress=progress)
        check_trail_rules(records.session)
    return verified


def _with_pauses(rows: Iterator[Sealed]) -> Iterator[Sealed]:
    """Let other threads run every few milliseconds: hashing rows keeps the interpreter to itself, and the event loop would stall."""
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        yield from some
        time.sleep(_PAUSE_S)


def verify_everything(clinic: Clinic, actor: Actor, *, progress: Progress | None = None) -> Findings:
    """Check database file, computed figures, every stored file and the trail, and return what was found."""
    findings = Findings()
    report = progress or (lambda _what, _done, _total: None)
    stored = clinic.images.blobs()  # before the snapshot: a file comes before its row
    with _damage_noted(findings), clinic.reading(actor) as records:
        report('database', 0, 1)
        findings.problems += integrity_problems(records.session)
        check_figures(records, findings)
        _check_files(clinic, records, actor, findings, report)
        _check_consents(clinic, records, findings)
        _note_orphans(stored, records, findings)
        findings.problems += inconsistencies(records)
    with _damage_noted(findings):
        findings.events = verify_trail(clinic, actor, progress=lambda done: report('audit trail', done, 0)).count
    return findings


@contextmanager
def _damage_noted(findings: Findings) -> Iterator[None]:
    """Let what stops one check be a finding, and the next check begin."""
    try:
        yield
    except Damage as damage:
        findings.problems.append(str(damage))


def check_figures(records: Records, findings: Findings) -> None:
    """Recompute what repositories keep on the patient and compare."""
    counted = {
        'entries': dict(records.session.exec(select(Entry.patient_id, func.count()).group_by(Entry.patient_id)).all()),  # type: ignore[arg-type]
        'images': dict(records.session.exec(select(Image.patient_id, func.count()).where(IN_POOL).group_by(Image.patient_id)).all()),  # type: ignore[arg-type]
    }
    latest = dict(records.session.exec(select(Entry.patient_id, func.max(Entry.appointment_at)).group_by(Entry.patient_id)).all())  # type: ignore[arg-type]
    keys = records.ground.vault.patient_keys()
    former, indexed = _former_ids(records), indexed_letters(records.session.connection())
    for patient in records.session.exec(select(Patient), execution_options={'yield_per': _ROWS_AT_ONCE}):
        findings.patients += 1
        kept = (patient.entry_count, patient.image_count, patient.last_appointment)
        row = patient.id or 0
        if kept != (counted['entries'].get(row, 0), counted['images'].get(row, 0), latest.get(row)):
            findings.problems.append(f'patient {patient.key}: the computed figures are not what the record holds')
        name_sort, search = folded(patient, former.get(row, ()))
        if (patient.name_sort, patient.search, indexed.pop(row, None)) != (name_sort, search, search):
            findings.problems.append(f'patient {patient.key}: what the list sorts and searches by is not what the record holds')
        if patient.key not in keys:
            findings.problems.append(f'patient {patient.key}: the key is missing')
    findings.problems += ['the search still holds what belongs to no patient'] * bool(indexed)
    if counted_patients(records.session.connection()) != findings.patients:
        findings.problems.append('the number of patients that is kept is not how many there are')


def _former_ids(records: Records) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for former in records.session.exec(select(PatientFormerId)):
        found.setdefault(former.patient_id, []).append(former.unique_id)
    return found


def _note_orphans(stored: set[str], records: Records, findings: Findings) -> None:
    for blob in sorted(stored - named_blobs(records)):
        findings.notes.append(f'file {blob}: no record names it. It was left by an upload or a move that was cut off, and the next start '
                              'of the server sets it aside, or it is just being added; it does no harm.')


def _check_consents(clinic: Clinic, records: Records, findings: Findings) -> None:
    """Read what was agreed to from its file, and compare it with the row."""
    for consent, patient in records.session.exec(select(Consent, Patient.key).join(Patient)):
        try:
            words = read_words(clinic, patient, consent.key, consent.blob, consent.words_sha256)
            if words != consent.words:
                findings.problems.append(f'consent {consent.key}: the record is not what was agreed to')
        except Damage as damage:
            findings.problems.append(f'consent {consent.key}: {damage}')
    ends = dict(records.session.exec(select(Consent.patient_id, ConsentScope.until).join(ConsentScope).where(
        ConsentScope.scope == Scope.CLINICAL_RECORD).order_by(Consent.id)).all())  # type: ignore[arg-type]
    for row, key, until in records.session.exec(select(Patient.id, Patient.key, Patient.consent_until)):
        if until != ends.get(row or 0, NEVER):
            findings.problems.append(f'patient {key}: until when consent holds is not what the record holds')


def _check_files(clinic: Clinic, records: Records, actor: Actor, findings: Findings, report: Progress) -> None:
    rows = records.session.exec(select(Image.key, Image.blob, Image.sha256, Patient.key).join(Patient)).all()
    for number, (key, blob, digest, patient) in enumerate(rows, 1):
        report('images', number, len(rows))
        findings.images += 1
        try:
            patient_key = clinic.vault.patient_key(patient)
            for rendition in Rendition:
                content = sha256()
                for chunk in clinic.images.read(blob, patient_key, Binding(patient, key, rendition)):
                    content.update(chunk)
                if rendition is Rendition.ORIGINAL and content.hexdigest() != digest:
                    findings.problems.append(f'image {key}: the original is not the one that was received')
        except Damage as damage:
            if is_still_there(clinic, actor, key, blob):  # beside the server it may have been moved meanwhile
                findings.problems.append(f'image {key}: {damage}')
