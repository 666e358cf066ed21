"""The patient database: register, correct, find, list."""
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import and_, bindparam, func, or_, update
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from data.actors import Permission
from data.columns import new_key
from data.errors import Invalid, NotFound, UniqueIdTaken
from data.models import PATIENT_FIELDS, Action, Entry, Image, Patient, PatientDraft, PatientFormerId, View
from data.patient_query import ListView
from data.read_models import PatientHeader, PatientRow
from data.repositories.base import Repository, as_refusal
from data.repositories.fields import Saved
from data.values import as_text, fold, search_words

NAME_FIELDS = frozenset({'unique_id', 'family_name', 'given_names', 'preferred_name'})
PAGE_SIZES = (10, 25, 50, 100)
EVERY_PATIENT = 'patients'
"""The live topic of the whole list: a new patient is told there, `field` is the patient's key."""
SHOWN_FIGURES = 'shown figures'
"""The live topic of what a list shows of patients: name, counts, last appointment, tags. `field` is the patient's key."""
_COVERS = 3
_LIST_COLUMNS = tuple(col(getattr(Patient, name)) for name in (
    'id', 'key', 'unique_id', 'family_name', 'given_names', 'preferred_name', 'birth_date', 'image_count', 'entry_count',
    'last_appointment', 'last_modified'))
_FIGURES = ('entry_count', 'last_appointment', 'image_count', 'last_modified')
_MINE = col(Entry.patient_id) == bindparam('touched')
_COUNT_ANEW = update(Patient.metadata.tables['patient']).where(col(Patient.id) == bindparam('touched')).values(
    entry_count=sql_select(func.count()).select_from(Entry).where(_MINE).scalar_subquery(),
    last_appointment=sql_select(func.max(Entry.appointment_at)).where(_MINE).scalar_subquery(),
    image_count=sql_select(func.count()).select_from(Image).where(col(Image.patient_id) == bindparam('touched')).scalar_subquery(),
    last_modified=bindparam('now'))


@dataclass(frozen=True)
class ListPage:
    """One page of the list: rows, how many match, how many there are, and the page that is really shown."""

    rows: list[PatientRow]
    total: int
    everyone: int
    page: int


@dataclass(frozen=True)
class PatientRecord:
    """One patient for the details page: every field as text, with the revision an editor must expect."""

    key: str
    header: PatientHeader
    values: dict[str, str]
    revisions: dict[str, int]


class Patients(Repository):
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
        _refresh_search(patient)
        self.session.add(patient)
        self.session.flush()
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
        _refresh_search(patient)
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

    def lookalikes(self, draft: PatientDraft, *, but_for: str = '') -> list[PatientHeader]:
        """Return who else has this name and birth date."""
        return list(self.records.lookalikes.of(draft, but_for=but_for))

    def header(self, key: str) -> PatientHeader:
        """Return what every page of the patient shows at its head."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        patient = self.row(key)
        covers = self._covers([patient.id or 0]).get(patient.id or 0, ())
        return PatientHeader(
            key=key, unique_id=patient.unique_id, family_name=patient.family_name, given_names=patient.given_names,
            preferred_name=patient.preferred_name, birth_on=patient.birth_date, sex=as_text(patient.sex),
            skin_type=as_text(patient.skin_type), image_count=patient.image_count, entry_count=patient.entry_count,
            cover=covers[0] if covers else None)

    def record(self, key: str) -> PatientRecord:
        """Return every field as text. Notes stay empty for a role that may not read them."""
        header = self.header(key)
        patient = self.row(key)
        values = {name: as_text(getattr(patient, name)) for name in PATIENT_FIELDS}
        if not self.records.actor.may(Permission.NOTES_READ):
            values['notes'] = ''
        return PatientRecord(key, header, values, self.records.fields.revisions(key))

    def page(self, view: ListView) -> ListPage:
        """Return one page of the list, last modified first."""
        self.records.require(Permission.PATIENT_READ)
        matching = self._matching(view.q)
        everyone = self.session.exec(select(func.count()).select_from(Patient)).one()
        total = self.session.exec(select(func.count()).select_from(Patient).where(*matching)).one() if matching else everyone
        page = min(max(1, view.page), max(1, -(-total // view.per_page)))
        newest = (col(Patient.last_modified).desc(), col(Patient.id).desc())
        found = self.session.execute(sql_select(*_LIST_COLUMNS).where(*matching).order_by(*newest)
                                     .offset((page - 1) * view.per_page).limit(view.per_page)).all()
        covers = self._covers([row.id for row in found])
        return ListPage([_list_row(row, covers.get(row.id, ())) for row in found], total, everyone, page)

    def _matching(self, q: str) -> list[Any]:
        """Return the conditions of a search: each word occurs, or the whole is a former ID, whose patient is found by it still."""
        words = [col(Patient.search).contains(word, autoescape=True) for word in search_words(q)]
        bore = self.session.get(PatientFormerId, q.strip().lower()) if words else None
        return words if bore is None else [or_(and_(*words), col(Patient.id) == bore.patient_id)]

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

    def _covers(self, patients: list[int]) -> dict[int, tuple[str, ...]]:
        """Return up to three image keys per patient, newest overview first."""
        rank = func.row_number().over(partition_by=col(Image.patient_id), order_by=(
            (col(Image.view) == View.OVERVIEW).desc().nulls_last(), col(Image.captured_at).desc(), col(Image.id).desc())).label('rank')
        ranked = sql_select(col(Image.patient_id), col(Image.key), rank).where(col(Image.patient_id).in_(patients)).subquery()
        found: dict[int, tuple[str, ...]] = {}
        first = sql_select(ranked).where(ranked.c.rank <= _COVERS).order_by(ranked.c.patient_id, ranked.c.rank)
        for patient, key, _rank in self.session.execute(first):
            found[patient] = (*found.get(patient, ()), key)
        return found


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


def folded(patient: Patient) -> tuple[str, str]:
    """Return what the list sorts by and what it searches in, as they follow from the patient's names and ID."""
    names = (patient.family_name, patient.given_names, patient.preferred_name)
    searched = (patient.unique_id, patient.given_names, patient.preferred_name, patient.family_name)
    return fold(' '.join(names)) or patient.unique_id, fold(' '.join(searched))


def _refresh_search(patient: Patient) -> None:
    patient.name_sort, patient.search = folded(patient)


def _list_row(row: Any, covers: tuple[str, ...]) -> PatientRow:
    return PatientRow(
        key=row.key, unique_id=row.unique_id, family_name=row.family_name, given_names=row.given_names, preferred_name=row.preferred_name,
        birth_on=row.birth_date, image_count=row.image_count, entry_count=row.entry_count, last_appointment=row.last_appointment,
        last_modified=row.last_modified, covers=covers)
