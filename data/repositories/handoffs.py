"""Phone hand-offs: links that let one phone send photographs to one patient, for the person who opened them."""
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from data.actors import Actor, Permission
from data.columns import new_key
from data.errors import Conflict, NotFound
from data.models import Action, Entry, Handoff, Patient, UserSession
from data.repositories.base import Repository

HANDOFF_LASTS = timedelta(minutes=30)
IN_USE = 'This code is in use on another phone.'


@dataclass(frozen=True)
class HandoffRecord:
    """One link that works: for which patient, into which entry ('' for the pool alone), until when, and whether a phone holds it."""

    key: str
    patient: str
    entry: str
    expires_at: datetime
    browser_sha256: str = ''

    @property
    def is_connected(self) -> bool:
        """Tell whether a phone has sent something and holds the link."""
        return bool(self.browser_sha256)

    def is_of_another(self, browser_sha256: str) -> bool:
        """Tell whether another browser holds the link."""
        return self.is_connected and self.browser_sha256 != browser_sha256


class Handoffs(Repository):
    """Acts on hand-offs. A link ends by its time, with End, and with the sign-in that opened it; nothing has to be written for that."""

    def open(self, patient: str, token_sha256: str, *, entry: str = '') -> HandoffRecord:
        """Open a link of this sign-in to a patient, with `entry` also into that entry's workspace; an earlier one to there ends."""
        self._require(patient, entry)
        owner = self.records.patients.row(patient)
        session = self.session.exec(select(UserSession.id).where(UserSession.key == self.records.actor.session)).first()
        if session is None:
            raise NotFound
        if earlier := self.mine(patient, entry):
            self.end(earlier.key)
        row = Handoff(key=new_key(), token_sha256=token_sha256, session_id=session, patient_id=owner.id or 0,
                      entry_id=self._entry_id(entry, owner), opened_at=self.records.now, expires_at=self.records.now + HANDOFF_LASTS)
        self.session.add(row)
        self.records.log(Action.HANDOFF_OPEN, subject=row.key, patient=patient, detail={'entry': entry} if entry else {})
        return HandoffRecord(row.key, patient, entry, row.expires_at)

    def mine(self, patient: str, entry: str = '') -> HandoffRecord | None:
        """Return the link that this sign-in has open to there."""
        to_there = Entry.key == entry if entry else col(Handoff.entry_id).is_(None)
        return self._record(self._living().where(Patient.key == patient, to_there, UserSession.key == self.records.actor.session))

    def one(self, key: str) -> HandoffRecord | None:
        """Return a link of this sign-in while it works."""
        return self._record(self._living().where(Handoff.key == key, UserSession.key == self.records.actor.session))

    def holder(self, token_sha256: str) -> tuple[HandoffRecord, Actor] | None:
        """Return the link of a token and for whom it acts, with the rights of this moment.

        None when there is none, its time is over, it or its sign-in has ended, or its person may not add photographs any more.
        """
        found = self._record(self._living().where(Handoff.token_sha256 == token_sha256))
        session = self.session.exec(select(UserSession.token_sha256).join(Handoff).where(Handoff.token_sha256 == token_sha256)).first()
        actor = self.records.sessions.live(session) if session else None
        if found is None or actor is None or not all(actor.may(one) for one in _needed(found.entry)):
            return None
        return found, actor

    def bind(self, key: str, browser_sha256: str) -> None:
        """Give the link to the browser that sends, and note that it was seen. Refuse when another one holds it."""
        row, patient = self._row(key)
        if row.browser_sha256 not in ('', browser_sha256):
            raise Conflict(IN_USE)
        is_new = not row.browser_sha256
        row.browser_sha256, row.seen_at = browser_sha256, self.records.now
        self.session.add(row)
        if is_new:
            self.records.log(Action.HANDOFF_BIND, subject=key, patient=patient)
            self.records.tell(key, 'browser')

    def release(self, key: str) -> None:
        """Let another phone take the link; the one that held it is told so when it sends again."""
        row, patient = self._row(key)
        if not row.browser_sha256:
            return
        row.browser_sha256 = ''
        self.session.add(row)
        self.records.log(Action.HANDOFF_RELEASE, subject=key, patient=patient)
        self.records.tell(key, 'browser')

    def end(self, key: str) -> None:
        """End the link: nothing comes in by it any more. What was sent stays."""
        row, patient = self._row(key)
        row.ended_at = self.records.now
        self.session.add(row)
        self.records.log(Action.HANDOFF_END, subject=key, patient=patient)
        self.records.tell(key, 'end')

    def _require(self, patient: str, entry: str) -> None:
        for permission in _needed(entry):
            self.records.require(permission, patient)

    def _entry_id(self, entry: str, owner: Patient) -> int | None:
        if not entry:
            return None
        row, patient = self.records.entries.row(entry)
        if patient.id != owner.id:
            raise NotFound
        return row.id

    def _living(self) -> SelectOfScalar[Handoff]:
        return select(Handoff).join(UserSession).join(Patient, col(Patient.id) == Handoff.patient_id).join(
            Entry, col(Entry.id) == Handoff.entry_id, isouter=True).where(
                col(Handoff.ended_at).is_(None), Handoff.expires_at > self.records.now)

    def _record(self, query: SelectOfScalar[Handoff]) -> HandoffRecord | None:
        row = self.session.exec(query).first()
        if row is None:
            return None
        patient = self.session.exec(select(Patient.key).where(Patient.id == row.patient_id)).one()
        entry = self.session.exec(select(Entry.key).where(Entry.id == row.entry_id)).first() or ''
        return HandoffRecord(row.key, patient, entry, row.expires_at, row.browser_sha256)

    def _row(self, key: str) -> tuple[Handoff, str]:
        """Return a link that works and its patient's key; only to the sign-in that opened it, and to its phone, which acts for that."""
        row = self.session.exec(self._living().where(Handoff.key == key, UserSession.key == self.records.actor.session)).first()
        if row is None:
            raise NotFound('This code has ended.')
        return row, self.session.exec(select(Patient.key).where(Patient.id == row.patient_id)).one()


def _needed(entry: str) -> tuple[Permission, ...]:
    return (Permission.PATIENT_READ, Permission.IMAGE_ADD, *((Permission.ENTRY_WRITE,) if entry else ()))
