"""The patient database: register, correct, find, list."""
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import bindparam, func, update
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from data.actors import Permission
from data.columns import new_key
from data.errors import Invalid, NotFound, UniqueIdTaken
from data.models import IN_POOL, PATIENT_FIELDS, Action, Entry, Image, Patient, PatientDraft, PatientFormerId
from data.patient_query import count_one_more, index_letters
from data.read_models import PatientHeader
from data.repositories.base import as_refusal
from data.repositories.fields import Saved
from data.repositories.patient_list import PatientList
from data.values import as_text, fold

NAME_FIELDS = frozenset({'unique_id', 'family_name', 'given_names', 'preferred_name'})
_SHOWN_FIELDS = NAME_FIELDS | {'birth_date'}
EVERY_PATIENT = 'patients'
"""The live topic of the whole list: a new patient is told there, `field` is the patient's key."""
SHOWN_FIGURES = 'shown figures'
"""The live topic of what a list shows of patients: name, counts, last appointment, tags. `field` is the patient's key."""
_FIGURES = ('entry_count', 'last_appointment', 'image_count', 'last_modified')
_MINE = col(Entry.patient_id) == bindparam('touched')
_COUNT_ANEW = update(Patient.metadata.tables['patient']).where(col(Patient.id) == bindparam('touched')).values(
    entry_count=sql_select(func.count()).select_from(Entry).where(_MINE).scalar_subquery(),
    last_appointment=sql_select(func.max(Entry.appointment_at)).where(_MINE).scalar_subquery(),
    image_count=sql_select(func.count()).select_from(Image).where(
        col(Image.patient_id) == bindparam('touched'), IN_POOL).scalar_subquery(),
    last_modified=bindparam('now'))


@dataclass(frozen=True)
class PatientRecord:
    """One patient for the details page: every field as text, with the revision an editor must expect."""

    key: str
    header: PatientHeader
    values: dict[str, str]
    revisions: dict[str, int]


class Patients(PatientList):
    """Acts on patients. Each writes its event and the computed figures."""

    def register(self, draft: PatientDraft, *, request_key: str = '') -> PatientHeader:
        """Create a patient and return its header. Refuse a taken unique ID. The same request again returns what it created."""
        self.records.require(Permission.PATIENT_REGISTER)
        if done := self.records.done_before(request_key):
            return self.header(done)
        given = {name for name in PATIENT_FIELDS if as_text(getattr(draft, name))}
        if not given <= NAME_FIELDS:
            self.records.require(Permission.PATIENT_WRITE)
        self._check_free(draft.unique_id)
        key = new_key()
        self.records.ground.vault.create_patient_key(key)
        patient = Patient.model_validate(draft, update={'key': key, 'registered_at': self.records.now, 'last_modified': self.records.now})
        patient.name_sort, patient.search = folded(patient)
        self.session.add(patient)
        self.session.flush()
        count_one_more(self.session.connection())
        index_letters(self.session.connection(), patient.id or 0, patient.search)
        self.records.remember_request(request_key, key)
        self.records.log(Action.PATIENT_REGISTER, subject=key, patient=key, detail={'fields': sorted(given)})
        self.records.tell(key)
        self.records.tell(EVERY_PATIENT, key)
        return self.header(key)

    def correct(self, key: str, field: str, text: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Change one field, given as text. Refuse what the role may not change, what cannot be, and a stale revision."""
        if field not in PATIENT_FIELDS:
            raise Invalid('There is no such field.')
        self.records.require(permission_for(field), subject=key)
        patient = self.row(key)
        value = _parsed(patient, field, text)
        if field == 'unique_id' and value != patient.unique_id:
            self._check_free(str(value), but_for=patient)
            self._reserve_former(patient, str(value))
        saved = self.change_field(patient, key, field, value, patient=patient, action=Action.PATIENT_CORRECT,
                                  expected_revision=expected_revision, burst=burst)
        if field in NAME_FIELDS:
            self._refresh_search(patient)
        if field in _SHOWN_FIELDS:
            self.records.tell(SHOWN_FIGURES, key)
        return saved

    def key_of(self, unique_id: str) -> str:
        """Return the key of the patient who bears, or bore, this unique ID."""
        self.records.require(Permission.PATIENT_READ)
        holder = self._holder(unique_id.lower())
        if holder is None:
            raise NotFound
        return holder.key

    def bearer(self, text: str) -> str | None:
        """Return the present unique ID of the patient who bears, or bore, exactly this one; None when nobody did."""
        self.records.require(Permission.PATIENT_READ)
        holder = self._holder(text.strip().lower())
        return holder.unique_id if holder else None

    def header(self, key: str) -> PatientHeader:
        """Return what every page of the patient shows at its head."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        patient = self.row(key)
        covers = self._covers([patient.id or 0]).get(patient.id or 0, ())
        return PatientHeader(
            key=key, unique_id=patient.unique_id, family_name=patient.family_name, given_names=patient.given_names,
            preferred_name=patient.preferred_name, birth_on=patient.birth_date, sex=as_text(patient.sex),
            skin_type=as_text(patient.skin_type), image_count=patient.image_count, entry_count=patient.entry_count,
            cover=covers[0].key if covers else None, cover_turn_deg=covers[0].turn_deg if covers else 0,
            tags=self.records.tags.on_patient(key))

    def record(self, key: str) -> PatientRecord:
        """Return every field as text. Notes stay empty for a role that may not read them."""
        header = self.header(key)
        patient = self.row(key)
        values = {name: as_text(getattr(patient, name)) for name in PATIENT_FIELDS}
        if not self.records.actor.may(Permission.NOTES_READ):
            values['notes'] = ''
        return PatientRecord(key, header, values, self.records.fields.revisions(key))

    def row(self, key: str) -> Patient:
        """Return the stored row; for repositories of this floor only."""
        patient = self.session.exec(select(Patient).where(Patient.key == key)).first()
        if patient is None:
            raise NotFound
        return patient

    def touch(self, patient: Patient) -> None:
        """Bring the computed figures of a patient up to date, in this transaction."""
        self.session.flush()
        self.session.connection().execute(_COUNT_ANEW, {'touched': patient.id, 'now': self.records.now})
        self.session.expire(patient, _FIGURES)

    def _refresh_search(self, patient: Patient) -> None:
        """Let the list sort by the present name, and search in it, in the ID and in every former one."""
        former = self.session.exec(select(PatientFormerId.unique_id).where(PatientFormerId.patient_id == patient.id)).all()
        patient.name_sort, search = folded(patient, former)
        if search != patient.search:
            patient.search = search
            index_letters(self.session.connection(), patient.id or 0, search)

    def _check_free(self, unique_id: str, *, but_for: Patient | None = None) -> None:
        """Refuse an ID that another patient bears or bore; whoever may read patients is told which."""
        holder = self._holder(unique_id)
        if holder is None or (but_for is not None and holder.id == but_for.id):
            return
        if not self.records.actor.may(Permission.PATIENT_READ):
            raise UniqueIdTaken('This ID is taken.')
        raise UniqueIdTaken(f'This ID is taken by {self.header(holder.key).name}.', holder=holder.unique_id)

    def _holder(self, unique_id: str) -> Patient | None:
        """Return who bears a lowered unique ID, or bore it: a former one stays reserved for its patient."""
        bears = select(Patient).where(Patient.unique_id == unique_id)
        bore = select(Patient).join(PatientFormerId).where(PatientFormerId.unique_id == unique_id)
        return self.session.exec(bears).first() or self.session.exec(bore).first()

    def _reserve_former(self, patient: Patient, new_id: str) -> None:
        """Keep the old ID for this patient; take a former one of its own back into use."""
        own = self.session.get(PatientFormerId, new_id)
        if own is not None:
            self.session.delete(own)
        self.session.add(PatientFormerId(unique_id=patient.unique_id, patient_id=patient.id or 0))

def read_draft(values: dict[str, str]) -> PatientDraft:
    """Return a validated draft of a patient from form values. Raise Invalid, naming the first field that cannot be."""
    try:
        return PatientDraft.model_validate({name: text for name, text in values.items() if name in PATIENT_FIELDS})
    except ValidationError as error:
        raise as_refusal(error) from None


def permission_for(field: str) -> Permission:
    """Return what a role needs to change a field."""
    if field == 'notes':
        return Permission.NOTES_WRITE
    return Permission.PATIENT_NAME if field in NAME_FIELDS else Permission.PATIENT_WRITE


def _parsed(patient: Patient, field: str, text: str) -> object:
    return getattr(read_draft({'unique_id': patient.unique_id, field: text}), field)


def folded(patient: Patient, former_ids: Iterable[str] = ()) -> tuple[str, str]:
    """Return what the list sorts by and what it searches in, as they follow from the patient's names, ID and former IDs."""
    names = (patient.family_name, patient.given_names, patient.preferred_name)
    searched = (patient.unique_id, patient.given_names, patient.preferred_name, patient.family_name, *sorted(former_ids))
    return fold(' '.join(names)) or patient.unique_id, fold(' '.join(searched))
