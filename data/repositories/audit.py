"""The audit trail, read: paged by key, filtered by person, action and patient."""
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import LargeBinary, case, cast, func, literal_column
from sqlmodel import col, select

from data.actors import Permission
from data.audit_chain import Sealed
from data.models import Action, AuditEvent, Entry, Patient, PatientFormerId, Tag, TagCategory
from data.read_models import full_name
from data.repositories.base import Repository


@dataclass(frozen=True)
class TrailView:
    """Which part of the trail: filters by key, and the page that starts below event `before` (0: the newest)."""

    user: str = ''
    action: str = ''
    patient: str = ''
    before: int = 0
    per_page: int = 50


@dataclass(frozen=True)
class TrailEvent:
    """One event as stored: number, canonical payload, and the public hash."""

    seq: int
    payload: str
    hash: bytes

    def read(self) -> dict[str, Any]:
        """Return the payload as values."""
        values: dict[str, Any] = json.loads(self.payload)
        return values


@dataclass(frozen=True)
class TrailSummary:
    """How long the trail is: its first and last event (None when there is none), and the last time that someone verified it."""

    count: int
    first: TrailEvent | None
    last: TrailEvent | None
    last_check: TrailEvent | None


@dataclass(frozen=True)
class Named:
    """What keys of events stand for at this moment; what is gone is absent. Patients: unique ID and, for whom it is given, the name.

    Tags and their categories are absent for who may not open charts: their names say what patients have.
    """

    people: dict[str, str] = field(default_factory=dict)
    patients: dict[str, tuple[str, str]] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)


class AuditTrail(Repository):
    """Reads the trail; only `Records.log` writes it."""

    def page(self, view: TrailView) -> list[TrailEvent]:
        """Return one page, newest first."""
        self.records.require(Permission.AUDIT_READ)
        query = self._matching(view, AuditEvent.seq, AuditEvent.payload, AuditEvent.hash)
        if view.before:
            query = query.where(col(AuditEvent.seq) < view.before)
        return [TrailEvent(*row) for row in self.session.execute(query.order_by(col(AuditEvent.seq).desc()).limit(view.per_page))]

    def newer(self, view: TrailView) -> int | None:
        """Return `before` of the page that comes right above this one (0: the newest page); None when nothing is above."""
        self.records.require(Permission.AUDIT_READ)
        if not view.before:
            return None
        query = self._matching(view, AuditEvent.seq).where(col(AuditEvent.seq) >= view.before)
        above = list(self.session.execute(query.order_by(col(AuditEvent.seq)).limit(view.per_page + 1)).scalars())
        if not above:
            return None
        return 0 if len(above) <= view.per_page else int(above[-1])

    def summary(self) -> TrailSummary:
        """Return how long the trail is and when it was last verified."""
        self.records.require(Permission.AUDIT_READ)
        first, last = (self._one(order) for order in (col(AuditEvent.seq).asc(), col(AuditEvent.seq).desc()))
        checks = self.page(TrailView(action=Action.AUDIT_VERIFY.value, per_page=1))
        return TrailSummary(last.seq if last else 0, first, last, checks[0] if checks else None)

    def named(self, keys: set[str]) -> Named:
        """Return what these keys stand for. Names of patients and of tags are given to those only who may open charts."""
        self.records.require(Permission.AUDIT_READ)
        may_name = self.records.actor.may(Permission.PATIENT_READ)
        patients = self.session.exec(select(Patient).where(col(Patient.key).in_(keys)))
        return Named(
            people=self.records.users.names(),
            patients={patient.key: (patient.unique_id, _name_of(patient) if may_name else '') for patient in patients},
            entries=dict(self.session.exec(select(Entry.key, Entry.number).where(col(Entry.key).in_(keys))).all()),
            tags=self._names(Tag, keys) if may_name else {}, categories=self._names(TagCategory, keys) if may_name else {})

    def _names(self, model: type[Tag | TagCategory], keys: set[str]) -> dict[str, str]:
        return dict(self.session.exec(select(model.key, model.name).where(col(model.key).in_(keys))).all())

    def patient_key(self, unique_id: str) -> str:
        """Return the key of who bears, or bore, a unique ID, for the filter; empty when nobody does."""
        self.records.require(Permission.AUDIT_READ)
        lowered = unique_id.strip().lower()
        return self.session.exec(select(Patient.key).where(Patient.unique_id == lowered)).first() or self.session.exec(
            select(Patient.key).join(PatientFormerId).where(PatientFormerId.unique_id == lowered)).first() or ''

    def links(self, after: int | None = None) -> Iterator[Sealed]:
        """Return what is sealed, in order, for verification: the driver's own rows, the payload as the bytes that were hashed.

        A value that is not stored in its column's own kind comes as nothing, and so matches no seal. Rows with impossible numbers come too.
        """
        trail = AuditEvent.metadata.tables['audit_event'].c
        statement = select(trail.seq, _stored_as('text', trail.payload, cast(trail.payload, LargeBinary)),
                           _stored_as('blob', trail.hash, trail.hash), _stored_as('blob', trail.mac, trail.mac)).order_by(trail.seq)
        if after is not None:
            statement = statement.where(trail.seq > after)
        cursor: Any = self.session.connection().execute(statement).cursor
        return iter(cursor)

    def _matching(self, view: TrailView, *columns: Any) -> Any:
        filters = ((AuditEvent.user, view.user), (AuditEvent.action, view.action), (AuditEvent.patient, view.patient))
        return select(*columns).where(*(column == wanted for column, wanted in filters if wanted))

    def _one(self, order: Any) -> TrailEvent | None:
        row = self.session.execute(select(AuditEvent.seq, AuditEvent.payload, AuditEvent.hash).order_by(order).limit(1)).first()
        return TrailEvent(*row) if row else None


def _stored_as(kind: str, column: Any, value: Any) -> Any:
    return case((func.typeof(column) == literal_column(f"'{kind}'"), value), else_=literal_column("x''"))


def _name_of(patient: Patient) -> str:
    return full_name(family_name=patient.family_name, given_names=patient.given_names, preferred_name=patient.preferred_name)
