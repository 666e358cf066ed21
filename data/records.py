"""The unit of work: every repository over one transaction, for one actor.

A repository method checks, writes, updates computed figures and logs its event, all in the transaction of the block it is called in.
What was changed is collected here and handed to the live hub by whoever committed.
"""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import rfc8785
from sqlalchemy import insert, select
from sqlmodel import Session

from data.actors import Actor, Permission
from data.audit_chain import AuditChain, Link
from data.errors import Refusal
from data.models import Action, AuditEvent, DoneRequest, Outcome
from data.values import moment_text
from data.vault import Vault

if TYPE_CHECKING:
    from data.repositories.audit import AuditTrail
    from data.repositories.comparisons import Comparisons
    from data.repositories.consent_forms import ConsentForms
    from data.repositories.consents import Consents
    from data.repositories.disclosures import Disclosures
    from data.repositories.entries import Entries
    from data.repositories.fields import Fields
    from data.repositories.handoffs import Handoffs
    from data.repositories.identifiers import Identifiers
    from data.repositories.images import Images
    from data.repositories.journal import Journal
    from data.repositories.lookalikes import Lookalikes
    from data.repositories.many_images import ManyImages
    from data.repositories.patients import Patients
    from data.repositories.quick_texts import QuickTexts
    from data.repositories.sessions import Sessions
    from data.repositories.settings import PracticeSettings
    from data.repositories.tags import Tags
    from data.repositories.users import Users

Detail = dict[str, str | int | bool | list[str]]
_TRAIL = AuditEvent.metadata.tables['audit_event']
_APPEND = insert(_TRAIL)
_LAST = select(_TRAIL.c.seq, _TRAIL.c.hash, _TRAIL.c.mac).order_by(_TRAIL.c.seq.desc()).limit(1)


@dataclass(frozen=True)
class Changed:
    """What open pages hear after a commit: which subject, which field of it, which version, by whom (user key) and from which editor."""

    subject: str
    field: str = ''
    version: int = 0
    who: str = ''
    burst: str = ''


@dataclass(frozen=True)
class Ground:
    """What every unit of work stands on."""

    chain: AuditChain
    vault: Vault
    clock: Callable[[], datetime]


@dataclass
class Records:
    """All repositories over one session. Made by `Clinic.change` and `Clinic.reading`, nowhere else."""

    session: Session
    actor: Actor
    ground: Ground
    changes: list[Changed] = field(default_factory=list)
    trail_end: Link | None = None
    head: Link | None = None

    @cached_property
    def now(self) -> datetime:
        """The one moment of this unit of work, aware UTC."""
        return self.ground.clock()

    def require(self, permission: Permission, subject: str = '') -> None:
        """Pass, or raise the refusal that will be audited."""
        self.actor.require(permission, subject=subject)

    def log(self, action: Action, *, subject: str = '', patient: str = '', outcome: Outcome = Outcome.DONE,
            detail: Detail | None = None) -> int:
        """Seal one event into this transaction and return its number. `detail` holds keys, enum values and numbers, never free text."""
        payload = rfc8785.dumps({
            'action': action.value, 'address': self.actor.address, 'at': moment_text(self.now), 'detail': dict(detail or {}),
            'outcome': outcome.value, 'patient': patient, 'session': self.actor.session, 'subject': subject, 'user': self.actor.user,
        })
        if self.head is None:
            self.head = self.trail_end = self.last_link()
        link = self.ground.chain.seal(self.head, payload)
        self.session.connection().execute(_APPEND, {'seq': link.seq, 'payload': payload.decode(), 'hash': link.hash, 'mac': link.mac})
        self.head = link
        return link.seq

    def last_link(self) -> Link:
        """Return the link of the last event in the trail, as this transaction sees it."""
        row = self.session.connection().execute(_LAST).first()
        return Link(*row) if row else self.ground.chain.genesis()

    def tell(self, subject: str, field: str = '', version: int = 0, *, burst: str = '') -> None:
        """Note what open pages shall hear once this is committed."""
        self.changes.append(Changed(subject, field, version, self.actor.user, burst))

    def done_before(self, request_key: str) -> str | None:
        """Return the subject that this request created already, or None."""
        done = self.session.get(DoneRequest, request_key) if request_key else None
        return done.subject if done else None

    def remember_request(self, request_key: str, subject: str) -> None:
        """Note that this request created this subject."""
        if request_key:
            if len(request_key) > 64:
                raise Refusal('This form is not one of ours. Reload the page.')
            self.session.add(DoneRequest(key=request_key, subject=subject, done_at=self.now))

    @cached_property
    def patients(self) -> 'Patients':
        """The patient database."""
        from data.repositories.patients import Patients
        return Patients(self)

    @cached_property
    def identifiers(self) -> 'Identifiers':
        """Numbers that other systems use for patients."""
        from data.repositories.identifiers import Identifiers
        return Identifiers(self)

    @cached_property
    def lookalikes(self) -> 'Lookalikes':
        """Possible duplicates, and who was told apart."""
        from data.repositories.lookalikes import Lookalikes
        return Lookalikes(self)

    @cached_property
    def entries(self) -> 'Entries':
        """Visits and their workspaces."""
        from data.repositories.entries import Entries
        return Entries(self)

    @cached_property
    def images(self) -> 'Images':
        """Image pools."""
        from data.repositories.images import Images
        return Images(self)

    @cached_property
    def many_images(self) -> 'ManyImages':
        """Acts on a choice of images."""
        from data.repositories.many_images import ManyImages
        return ManyImages(self)

    @cached_property
    def consents(self) -> 'Consents':
        """What patients agreed to, and took back."""
        from data.repositories.consents import Consents
        return Consents(self)

    @cached_property
    def consent_forms(self) -> 'ConsentForms':
        """The texts that are agreed to."""
        from data.repositories.consent_forms import ConsentForms
        return ConsentForms(self)

    @cached_property
    def disclosures(self) -> 'Disclosures':
        """What was handed out."""
        from data.repositories.disclosures import Disclosures
        return Disclosures(self)

    @cached_property
    def handoffs(self) -> 'Handoffs':
        """Links by which a phone sends photographs."""
        from data.repositories.handoffs import Handoffs
        return Handoffs(self)

    @cached_property
    def comparisons(self) -> 'Comparisons':
        """Comparison groups."""
        from data.repositories.comparisons import Comparisons
        return Comparisons(self)

    @cached_property
    def tags(self) -> 'Tags':
        """Tags, their categories, and what they are put on."""
        from data.repositories.tags import Tags
        return Tags(self)

    @cached_property
    def fields(self) -> 'Fields':
        """Versions of every editable field."""
        from data.repositories.fields import Fields
        return Fields(self)

    @cached_property
    def journal(self) -> 'Journal':
        """What is being typed where."""
        from data.repositories.journal import Journal
        return Journal(self)

    @cached_property
    def audit(self) -> 'AuditTrail':
        """The audit trail."""
        from data.repositories.audit import AuditTrail
        return AuditTrail(self)

    @cached_property
    def users(self) -> 'Users':
        """People who sign in."""
        from data.repositories.users import Users
        return Users(self)

    @cached_property
    def sessions(self) -> 'Sessions':
        """Sign-ins."""
        from data.repositories.sessions import Sessions
        return Sessions(self)

    @cached_property
    def quick_texts(self) -> 'QuickTexts':
        """The practice's snippets for notes."""
        from data.repositories.quick_texts import QuickTexts
        return QuickTexts(self)

    @cached_property
    def settings(self) -> 'PracticeSettings':
        """The practice's settings."""
        from data.repositories.settings import PracticeSettings
        return PracticeSettings(self)
