"""What left the house, of which patient, for what and for whom; which photographs are kept out of which uses; and what was seen to."""
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from data.actors import Permission
from data.columns import new_key
from data.errors import NotFound
from data.models import (
    Action,
    Disclosed,
    Disclosure,
    DisclosureCheck,
    Image,
    ImageException,
    Patient,
    Revocation,
    Scope,
    User,
)
from data.repositories.base import Repository

USES = 'uses'
"""The field under which a patient's live topic tells that an earlier use was seen to."""


@dataclass(frozen=True)
class UseRecord:
    """One earlier use, and for a revocation who saw to it and when. `image` is empty for what is no photograph."""

    key: str
    image: str
    purpose: Scope
    what: Disclosed
    for_whom: str
    who: str
    made_at: datetime
    done_by: str = ''
    done_at: datetime | None = None


class Disclosures(Repository):
    """Acts on what was handed out. Whoever hands something out notes it in the transaction of its event."""

    def note(self, patient: str, what: Disclosed, *, image: str = '', purpose: Scope = Scope.CLINICAL_RECORD, for_whom: str = '') -> str:
        """Note that something of a patient is handed out now, and return the key of that use; a part of other acts, which check."""
        owner = self.records.patients.row(patient)
        row = Disclosure(key=new_key(), patient_id=owner.id or 0, image_id=self._image(image).id if image else None, purpose=purpose,
                         what=what, for_whom=for_whom, made_by=self.records.actor.user, made_at=self.records.now)
        self.session.add(row)
        self.records.tell(patient, USES)
        return row.key

    def before(self, revocation: str) -> list[UseRecord]:
        """Return every use of the patient's before a revocation, newest first, with who saw to each."""
        self.records.require(Permission.PATIENT_READ, revocation)
        row = self._revocation(revocation)
        checks = {check.disclosure_id: check for check in
                  self.session.exec(select(DisclosureCheck).where(DisclosureCheck.revocation_id == row.id))}
        uses = self.session.exec(select(Disclosure, Image.key).join(Image, isouter=True).where(
            Disclosure.patient_id == row.patient_id, Disclosure.made_at <= row.revoked_at).order_by(col(Disclosure.id).desc())).all()
        names = dict(self.session.exec(select(User.key, User.display_name)).all())
        return [self._use(use, image, checks.get(use.id or 0), names) for use, image in uses]

    def check(self, revocation: str, use: str, *, is_done: bool) -> None:
        """Note that the person here saw to an earlier use after a revocation, or take that back."""
        row = self._revocation(revocation)
        patient = self.session.exec(select(Patient.key).where(Patient.id == row.patient_id)).one()
        self.records.require(Permission.CONSENT_REVOKE, patient)
        found = self.session.exec(select(Disclosure.id).where(
            Disclosure.key == use, Disclosure.patient_id == row.patient_id, Disclosure.made_at <= row.revoked_at)).first()
        if found is None:
            raise NotFound
        known = self.session.get(DisclosureCheck, (row.id, found))
        if (known is not None) == is_done:
            return
        if known is not None:
            self.session.delete(known)
        else:
            self.session.add(DisclosureCheck(revocation_id=row.id or 0, disclosure_id=found, done_by=self.records.actor.user,
                                             done_at=self.records.now))
        self.records.log(Action.DISCLOSURE_CHECK, subject=use, patient=patient, detail={'revocation': revocation, 'is_done': is_done})
        self.records.tell(patient, USES)

    def counts(self, owner: Patient) -> dict[int, tuple[int, int]]:
        """Return of each revocation of a patient how many earlier uses there were and were seen to; for this floor only."""
        uses = self.session.exec(
            select(Revocation.id, func.count(col(Disclosure.id)), func.count(col(DisclosureCheck.disclosure_id)))
            .join(Disclosure, (col(Disclosure.patient_id) == Revocation.patient_id) & (col(Disclosure.made_at) <= Revocation.revoked_at))
            .join(DisclosureCheck, (col(DisclosureCheck.revocation_id) == Revocation.id)
                  & (col(DisclosureCheck.disclosure_id) == Disclosure.id), isouter=True)
            .where(Revocation.patient_id == owner.id).group_by(col(Revocation.id))).all()
        return {revocation or 0: (number, done) for revocation, number, done in uses}

    def exceptions(self, image: str) -> frozenset[Scope]:
        """Return the uses that a photograph is kept out of."""
        self.records.require(Permission.PATIENT_READ, image)
        return frozenset(one.scope for one in self._exceptions(self._image(image)))

    def keep_out(self, image: str, scopes: Collection[Scope]) -> None:
        """Keep a photograph out of exactly these uses, whatever its patient agreed to."""
        row = self._image(image)
        patient = self.session.exec(select(Patient.key).where(Patient.id == row.patient_id)).one()
        self.records.require(Permission.CONSENT_RECORD, patient)
        known = {one.scope: one for one in self._exceptions(row)}
        if known.keys() == set(scopes):
            return
        for scope in known.keys() - set(scopes):
            self.session.delete(known[scope])
        self.session.add_all(ImageException(image_id=row.id or 0, scope=scope, excepted_at=self.records.now,
                                            excepted_by=self.records.actor.user) for scope in set(scopes) - known.keys())
        self.records.log(Action.IMAGE_EXCEPT, subject=image, patient=patient,
                         detail={'scopes': [scope.value for scope in Scope if scope in scopes]})
        self.records.tell(image, 'exceptions')

    def _exceptions(self, row: Image) -> list[ImageException]:
        return list(self.session.exec(select(ImageException).where(ImageException.image_id == row.id)))

    def _use(self, use: Disclosure, image: str | None, check: DisclosureCheck | None, names: dict[str, str]) -> UseRecord:
        return UseRecord(use.key, image or '', use.purpose, use.what, use.for_whom, names.get(use.made_by, ''), use.made_at,
                         names.get(check.done_by, '') if check else '', check.done_at if check else None)

    def _revocation(self, key: str) -> Revocation:
        found = self.session.exec(select(Revocation).where(Revocation.key == key)).first()
        if found is None:
            raise NotFound
        return found

    def _image(self, key: str) -> Image:
        found = self.session.exec(select(Image).where(Image.key == key)).first()
        if found is None:
            raise NotFound
        return found
