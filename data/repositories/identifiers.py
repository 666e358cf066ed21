"""Numbers that other systems use for a patient, each with the name of its system.

A removed number leaves the record; what it was stays in `field_version` under its key, for the trail and for the way back.
"""
from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import col, select

from data.actors import Permission
from data.columns import limit_of, new_key
from data.errors import Invalid, NotFound
from data.models import Action, Patient, PatientIdentifier
from data.read_models import PatientHeader
from data.repositories.base import KEPT, Repository
from data.repositories.fields import Saved
from data.values import clean_line, fold

NUMBERS = 'identifiers'
"""The field of a patient's live topic that tells of added and removed numbers."""
_FIELDS = ('system', 'value')
_ALSO = 3
_OFFERED = 50


@dataclass(frozen=True)
class IdentifierRecord:
    """One number of a patient, with the revisions that an editor of its two fields must expect; `place` orders a patient's numbers."""

    key: str
    system: str
    value: str
    revisions: dict[str, int]
    place: int | None = field(default=None, compare=False)


class Identifiers(Repository):
    """Acts on the numbers of other systems."""

    def add(self, patient: str, system: str = '', value: str = '', *, request_key: str = '') -> str:
        """Create a number and return its key; both texts may be typed into it afterwards. The same request again adds nothing."""
        owner = self._owner(patient)
        if done := self.records.done_before(request_key):
            return done
        key = self._put(owner, new_key(), _cleaned('system', system), _cleaned('value', value))
        self.records.remember_request(request_key, key)
        return key

    def correct(self, key: str, field: str, text: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Change the name of the system, or the number. Refuse a stale revision."""
        if field not in _FIELDS:
            raise Invalid('There is no such field.')
        row, patient = self._row(key)
        self.records.require(Permission.PATIENT_WRITE, subject=patient.key)
        return self.change_field(row, key, field, _cleaned(field, text), patient=patient, action=Action.IDENTIFIER_CORRECT,
                                 expected_revision=expected_revision, burst=burst)

    def remove(self, key: str) -> IdentifierRecord:
        """Take a number off the record and return what it was, so that it can be restored."""
        row, patient = self._row(key)
        self.records.require(Permission.PATIENT_WRITE, subject=patient.key)
        gone = self._record(row)
        self.session.delete(row)
        self._changed(Action.IDENTIFIER_REMOVE, key, patient)
        return gone

    def restore(self, patient: str, gone: IdentifierRecord) -> None:
        """Put a removed number back where it was, under its own key, history included. Putting back what is there changes nothing."""
        owner = self._owner(patient)
        if self.session.exec(select(PatientIdentifier.id).where(PatientIdentifier.key == gone.key)).first() is None:
            self._put(owner, gone.key, gone.system, gone.value, gone.place)

    def of(self, patient: str) -> list[IdentifierRecord]:
        """Return the numbers of a patient in the order they were added."""
        self.records.require(Permission.PATIENT_READ, subject=patient)
        mine = select(PatientIdentifier).join(Patient).where(Patient.key == patient)
        return [self._record(row) for row in self.session.exec(mine.order_by(col(PatientIdentifier.id)))]

    def systems(self) -> list[str]:
        """Return the names of systems that the practice uses, the most used first. Takes longer the more there are: not on the loop."""
        self.records.require(Permission.PATIENT_READ)
        used = select(PatientIdentifier.system).where(PatientIdentifier.system != '').group_by(PatientIdentifier.system)
        return list(self.session.exec(used.order_by(func.count().desc(), PatientIdentifier.system).limit(_OFFERED)))

    def also_of(self, key: str) -> list[PatientHeader]:
        """Return other patients who bear the same number of the same system, at most three. As above: not on the loop."""
        self.records.require(Permission.PATIENT_READ)
        row, patient = self._row(key)
        if not (row.system and row.value):
            return []
        same = select(PatientIdentifier.patient_id, PatientIdentifier.system).where(
            func.lower(PatientIdentifier.value) == func.lower(row.value), PatientIdentifier.patient_id != patient.id)
        found = sorted({bearer for bearer, system in self.session.exec(same) if fold(system) == fold(row.system)})[:_ALSO]
        # in two steps: joined, the database would go through all patients instead of through the numbers
        bearers = self.session.exec(select(Patient.key).where(col(Patient.id).in_(found)).order_by(col(Patient.id))).all()
        return [self.records.patients.header(bearer) for bearer in bearers]

    def _owner(self, patient: str) -> Patient:
        self.records.require(Permission.PATIENT_WRITE, subject=patient)
        return self.records.patients.row(patient)

    def _row(self, key: str) -> tuple[PatientIdentifier, Patient]:
        found = self.session.exec(select(PatientIdentifier, Patient).join(Patient).where(PatientIdentifier.key == key)).first()
        if found is None:
            raise NotFound('This identifier was removed meanwhile.')
        return found[0], found[1]

    def _put(self, owner: Patient, key: str, system: str, value: str, place: int | None = None) -> str:
        self.session.add(PatientIdentifier(id=place, key=key, patient_id=owner.id or 0, system=system, value=value))
        self._changed(Action.IDENTIFIER_ADD, key, owner)
        return key

    def _changed(self, action: Action, key: str, patient: Patient) -> None:
        self.records.patients.touch(patient)
        self.records.log(action, subject=key, patient=patient.key)
        self.records.tell(patient.key, NUMBERS)

    def _record(self, row: PatientIdentifier) -> IdentifierRecord:
        return IdentifierRecord(row.key, row.system, row.value, self.records.fields.revisions(row.key), row.id)


def _cleaned(field: str, text: str) -> str:
    line, limit = clean_line(text), limit_of(PatientIdentifier, field)
    if len(line) > limit:
        raise Invalid(f'Use at most {limit} characters.{KEPT}', field=field)
    return line
