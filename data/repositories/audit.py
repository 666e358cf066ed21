"""The audit trail, read: paged by key, filtered by person, action and patient."""
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from data.actors import Permission
from data.models import AuditEvent
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


class AuditTrail(Repository):
    """Reads the trail; only `Records.log` writes it."""

    def page(self, view: TrailView) -> list[TrailEvent]:
        """Return one page, newest first."""
        self.records.require(Permission.AUDIT_READ)
        query = select(AuditEvent.seq, AuditEvent.payload, AuditEvent.hash)
        for column, wanted in ((AuditEvent.user, view.user), (AuditEvent.action, view.action), (AuditEvent.patient, view.patient)):
            if wanted:
                query = query.where(column == wanted)
        if view.before:
            query = query.where(col(AuditEvent.seq) < view.before)
        rows = self.session.exec(query.order_by(col(AuditEvent.seq).desc()).limit(view.per_page))
        return [TrailEvent(seq or 0, payload, digest) for seq, payload, digest in rows]

    def count(self) -> int:
        """Return how many events there are."""
        self.records.require(Permission.AUDIT_READ)
        return self.session.exec(select(func.max(AuditEvent.seq))).one() or 0

    def links(self, after: int = 0) -> Iterator[tuple[int, str, bytes, bytes]]:
        """Yield (seq, payload, hash, mac) in order, for verification."""
        query = select(AuditEvent.seq, AuditEvent.payload, AuditEvent.hash, AuditEvent.mac).where(col(AuditEvent.seq) > after)
        for seq, payload, digest, mac in self.session.exec(query.order_by(col(AuditEvent.seq)).execution_options(yield_per=1000)):
            yield seq or 0, payload, digest, mac
