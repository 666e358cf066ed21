"""What is read and written of consents: plain values, and the one place that says what dates mean at a moment."""
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import field_validator
from sqlmodel import Field, SQLModel

from data.errors import Invalid
from data.models import ALWAYS, EndsBy, Language, Method, Scope, Signer
from data.values import clean_line, clean_text

OF_AGE = 18
"""Years after which a guardian's consent for a minor is no longer enough."""


class ScopeState(StrEnum):
    """What a patient's consent to one use comes to at a moment."""

    GIVEN = 'given'
    EXPIRED = 'expired'
    REVOKED = 'revoked'
    NOT_GIVEN = 'not given'


@dataclass(frozen=True)
class ScopeStanding:
    """The newest consent to one use, if there is any: from when until when it holds, and what sets that end.

    `consent` is its key. `was_asked` tells apart who said no from who was never asked.
    """

    scope: Scope
    since: datetime | None = None
    until: datetime | None = None
    ends_by: EndsBy = EndsBy.NOTHING
    consent: str = ''
    signer: Signer = Signer.PATIENT
    was_asked: bool = False

    def state(self, at: datetime) -> ScopeState:
        """Return what it comes to at a moment."""
        if self.since is None or self.until is None:
            return ScopeState.NOT_GIVEN
        if self.since <= at < self.until:
            return ScopeState.GIVEN
        if self.ends_by is EndsBy.REVOCATION:
            return ScopeState.REVOKED
        return ScopeState.NOT_GIVEN if self.ends_by is EndsBy.RENEWAL else ScopeState.EXPIRED

    @property
    def has_end(self) -> bool:
        """Tell whether a day is known at which it ends."""
        return self.until is not None and self.until < ALWAYS


class ConsentDraft(SQLModel):
    """A consent as it was given, validated once, before anything is stored. `form` is the key of the version that was agreed to."""

    form: str
    scopes: frozenset[Scope]
    method: Method
    notes: str = Field(default='', max_length=2_000)
    signer: Signer = Signer.PATIENT
    signer_name: str = Field(default='', max_length=120)
    signer_relation: str = Field(default='', max_length=80)
    typed_name: str = Field(default='', max_length=120)
    witness: str = Field(default='', max_length=120)
    expires_on: date | None = None

    @field_validator('signer_name', 'signer_relation', 'typed_name', 'witness', mode='before')
    @classmethod
    def _one_clean_line(cls, value: object) -> object:
        return clean_line(value) if isinstance(value, str) else value

    @field_validator('notes', mode='before')
    @classmethod
    def _clean_text(cls, value: object) -> object:
        return clean_text(value).strip() if isinstance(value, str) else value

    def check(self, today: date) -> None:
        """Refuse what cannot be, in the order of the form. `today` is the practice's."""
        if Scope.CLINICAL_RECORD not in self.scopes:
            raise Invalid('Consent to the clinical record is needed: it is what photographs are taken for.', field='scopes')
        if self.method is not Method.SIGNATURE and not self.notes:
            raise Invalid('Write down how consent was given, and to whom.', field='notes')
        if self.signer is not Signer.PATIENT and not self.signer_name:
            raise Invalid(f'Write the name of the {self.signer.value}.', field='signer_name')
        if self.signer is not Signer.PATIENT and not self.signer_relation:
            raise Invalid(f'Write how the {self.signer.value} is related to the patient.', field='signer_relation')
        if self.expires_on is not None and self.expires_on < today:
            raise Invalid('This day is over. Choose today or a later day.', field='expires_on')


@dataclass(frozen=True)
class SealedConsent:
    """What was stored for a consent before its row: its key, the exact words, the blob of its files and their hashes in hex."""

    key: str
    words: str
    words_sha256: str
    blob: str
    paper_sha256: str
    signature_sha256: str = ''
    strokes_sha256: str = ''


@dataclass(frozen=True)
class ConsentRecord:
    """One consent as it was given. `who` is the display name of who recorded it; `patient` and `blob` lead to its files."""

    key: str
    patient: str
    form: str
    form_version: int
    language: Language
    scopes: frozenset[Scope]
    method: Method
    notes: str
    signer: Signer
    signer_name: str
    signer_relation: str
    typed_name: str
    witness: str
    granted_at: datetime
    who: str
    expires_on: date | None
    words: str
    words_sha256: str
    blob: str
    paper_sha256: str
    signature_sha256: str
    replaced_at: datetime | None = None


@dataclass(frozen=True)
class RevocationRecord:
    """Consent taken back: which uses, why, by whom it was recorded, and how many earlier uses there are and were seen to."""

    key: str
    scopes: frozenset[Scope]
    reason: str
    revoked_at: datetime
    who: str
    uses: int = 0
    uses_done: int = 0


@dataclass(frozen=True)
class ConsentHistory:
    """All that happened, newest first: consents, revocations, and what expired by itself (when, and which uses)."""

    consents: list[ConsentRecord] = field(default_factory=list)
    revocations: list[RevocationRecord] = field(default_factory=list)
    expiries: list[tuple[datetime, frozenset[Scope]]] = field(default_factory=list)

    @property
    def newest(self) -> str:
        """Return the key of the newest consent; empty when there is none."""
        return self.consents[0].key if self.consents else ''


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment after a day in a time zone."""
    try:
        following = day + timedelta(days=1)
    except OverflowError:
        return ALWAYS
    return min(datetime(following.year, following.month, following.day, tzinfo=zone), ALWAYS)


def comes_of_age(birth: date) -> date:
    """Return the eighteenth birthday; who was born on 29 February has it on 1 March."""
    try:
        return birth.replace(year=birth.year + OF_AGE)
    except ValueError:
        return date(birth.year + OF_AGE, 3, 1)
