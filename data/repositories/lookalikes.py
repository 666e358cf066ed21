"""Patients who look alike: the same folded name and birth date. Someone may note that two of them are not the same person."""
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from data.actors import Permission
from data.errors import Invalid
from data.models import Action, Entry, Patient, PatientDistinction, PatientDraft
from data.read_models import PatientHeader
from data.repositories.base import Repository
from data.values import fold

DISTINCTIONS = 'distinctions'
"""The field of a patient's live topic that tells that they were told apart from another, or that this was taken back."""
_MOST = 3
_AFTER_ALL = '\U0010ffff'  # sorts after every text that begins the same


@dataclass(frozen=True, slots=True)
class Lookalike(PatientHeader):
    """Someone of the same name and birth date; `last_seen_on` is the day of the latest appointment that is not ahead."""

    last_seen_on: date | None = None


class Lookalikes(Repository):
    """Possible duplicates: they warn, and never block."""

    def of(self, draft: PatientDraft, *, but_for: str = '') -> list[Lookalike]:
        """Return patients with the same folded name and birth date, at most three. Without both there is nothing to compare.

        `but_for` is the patient who is looked at: not alike to themselves, nor to whom they were told apart from.
        """
        self.records.require(Permission.PATIENT_READ)
        name = fold(f'{draft.family_name} {draft.given_names}')
        if draft.birth_date is None or not name:
            return []
        # the name a list sorts by begins with this one, and there is an index of it
        begins = col(Patient.name_sort).between(name, name + _AFTER_ALL)
        same = select(Patient.id, Patient.key, Patient.family_name, Patient.given_names).where(
            begins, Patient.birth_date == draft.birth_date, Patient.key != but_for)
        apart = self._told_apart_from(but_for)
        alike = [key for number, key, family, given in self.session.exec(same.order_by(col(Patient.id)))
                 if number not in apart and fold(f'{family} {given}') == name]
        return [self._described(key) for key in alike[:_MOST]]

    def tell_apart(self, patient: str, other: str) -> None:
        """Note for everyone that two patients are not the same. Noting it again changes nothing."""
        row, pair = self._pair(patient, other)
        if row is None:
            self.session.add(PatientDistinction(patient_id=pair[0], other_id=pair[1], distinguished_at=self.records.now))
            self._noted(Action.PATIENT_DISTINGUISH, patient, other)

    def liken(self, patient: str, other: str) -> None:
        """Take back that two patients are not the same."""
        row, _ = self._pair(patient, other)
        if row is not None:
            self.session.delete(row)
            self._noted(Action.PATIENT_LIKEN, patient, other)

    def _pair(self, patient: str, other: str) -> tuple[PatientDistinction | None, tuple[int, int]]:
        self.records.require(Permission.PATIENT_WRITE, subject=patient)
        first, second = sorted(self.records.patients.row(key).id or 0 for key in (patient, other))
        if first == second:
            raise Invalid('A patient cannot be told apart from themselves.')
        pair = select(PatientDistinction).where(PatientDistinction.patient_id == first, PatientDistinction.other_id == second)
        return self.session.exec(pair).first(), (first, second)

    def _noted(self, action: Action, patient: str, other: str) -> None:
        self.records.log(action, subject=patient, patient=patient, detail={'other': other})
        for key in (patient, other):
            self.records.tell(key, DISTINCTIONS)

    def _told_apart_from(self, patient: str) -> set[int]:
        if not patient:
            return set()
        me = select(Patient.id).where(Patient.key == patient).scalar_subquery()
        of_mine = sql_select(col(PatientDistinction.other_id)).where(col(PatientDistinction.patient_id) == me)
        of_others = sql_select(col(PatientDistinction.patient_id)).where(col(PatientDistinction.other_id) == me)
        return set(self.session.execute(of_mine.union(of_others)).scalars())

    def _described(self, key: str) -> Lookalike:
        header = self.records.patients.header(key)
        seen = self.session.exec(select(func.max(Entry.appointment_at)).join(Patient).where(
            Patient.key == key, Entry.appointment_at <= self.records.now)).one()
        zone = self.records.settings.zone()
        known: dict[str, Any] = {part.name: getattr(header, part.name) for part in fields(PatientHeader)}
        return Lookalike(**known, last_seen_on=seen.astimezone(zone).date() if seen else None)
