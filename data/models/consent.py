"""Consent: what a patient agreed to, in which words, and from when until when. A state is never stored, only its dates."""
from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, text
from sqlmodel import Field, SQLModel

from data.columns import enum_type, key_field

NEVER = datetime(1900, 1, 1, tzinfo=UTC)
"""Until when consent holds where none was ever recorded."""
ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when it holds where nothing ends it."""

CONSENT_RULES = {
    'consent_no_update': 'CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent '
                         "BEGIN SELECT RAISE(ABORT, 'a consent never changes'); END",
    **{f'consent_form_no_{verb.lower()}': f'CREATE TRIGGER consent_form_no_{verb.lower()} BEFORE {verb} ON consent_form '
                                          "WHEN OLD.version > 0 BEGIN SELECT RAISE(ABORT, 'a published form never changes'); END"
       for verb in ('UPDATE', 'DELETE')},
}
"""The database's own rules for what was signed, as the schema holds them."""


class Enforcement(StrEnum):
    """How the practice enforces consent to photography."""

    DISABLED = 'disabled'
    ADVISORY = 'advisory'
    REQUIRED = 'required'


class Scope(StrEnum):
    """What photographs may be used for. The first is needed for any photograph to be taken."""

    CLINICAL_RECORD = 'clinical record'
    TEACHING = 'teaching'
    PUBLICATION = 'publication'
    MARKETING = 'marketing'


class Method(StrEnum):
    """How consent was given: signed on this system, or verified outside of it."""

    SIGNATURE = 'signature'
    VERBAL = 'verbal'
    WRITTEN = 'written'
    OTHER = 'other'


class Signer(StrEnum):
    """Who agreed."""

    PATIENT = 'patient'
    GUARDIAN = 'guardian'
    REPRESENTATIVE = 'representative'


class Language(StrEnum):
    """The language of a form, as ISO 639-1."""

    ENGLISH = 'en'
    GERMAN = 'de'


class EndsBy(StrEnum):
    """What sets the end of a scope's consent."""

    NOTHING = 'nothing'
    EXPIRY = 'expiry'
    AGE = 'age'
    REVOCATION = 'revocation'
    RENEWAL = 'renewal'


class ConsentForm(SQLModel, table=True):
    """The text of a form in one language. Version 0 is the draft that is worked on; a published version never changes."""

    __tablename__ = 'consent_form'
    __table_args__ = (UniqueConstraint('language', 'version'),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    language: Language = Field(sa_type=enum_type(Language))
    version: int
    title: str = Field(max_length=120)
    body: str = Field(max_length=20_000)
    published_at: datetime | None = None
    published_by: str = Field(default='', max_length=32)


class Consent(SQLModel, table=True):
    """One consent as it was given; it never changes. What ends it stands with its scopes.

    `words` are the exact text that was agreed to. Under `blob` lie the signed form as PDF and, where it was signed here, the signature as
    PNG and its strokes as JSON; the hashes are of the plain bytes, in hex. `expires_on` is the last day in the practice's time zone.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    patient_id: int = Field(foreign_key='patient.id', index=True)
    form_id: int = Field(foreign_key='consent_form.id', index=True)
    method: Method = Field(sa_type=enum_type(Method))
    notes: str = Field(default='', max_length=2_000)
    signer: Signer = Field(sa_type=enum_type(Signer))
    signer_name: str = Field(default='', max_length=120)
    signer_relation: str = Field(default='', max_length=80)
    typed_name: str = Field(default='', max_length=120)
    witness: str = Field(default='', max_length=120)
    granted_at: datetime
    granted_by: str = Field(max_length=32)
    expires_on: date | None = None
    words: str
    words_sha256: str = Field(max_length=64)
    blob: str = Field(max_length=32, unique=True)
    paper_sha256: str = Field(max_length=64)
    signature_sha256: str = Field(default='', max_length=64)
    strokes_sha256: str = Field(default='', max_length=64)


class ConsentScope(SQLModel, table=True):
    """A use that a consent agrees to, from when it was granted up to `until`."""

    __tablename__ = 'consent_scope'

    consent_id: int = Field(foreign_key='consent.id', primary_key=True)
    scope: Scope = Field(primary_key=True, sa_type=enum_type(Scope))
    until: datetime
    ends_by: EndsBy = Field(sa_type=enum_type(EndsBy))


class Revocation(SQLModel, table=True):
    """Consent taken back, for all that was agreed to or some of it."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    patient_id: int = Field(foreign_key='patient.id', index=True)
    reason: str = Field(max_length=2_000)
    revoked_at: datetime
    revoked_by: str = Field(max_length=32)


class RevocationScope(SQLModel, table=True):
    """A use that a revocation takes back."""

    __tablename__ = 'revocation_scope'

    revocation_id: int = Field(foreign_key='revocation.id', primary_key=True)
    scope: Scope = Field(primary_key=True, sa_type=enum_type(Scope))


class ImageException(SQLModel, table=True):
    """A use that one photograph is kept out of, whatever its patient agreed to."""

    __tablename__ = 'image_exception'

    image_id: int = Field(foreign_key='image.id', primary_key=True)
    scope: Scope = Field(primary_key=True, sa_type=enum_type(Scope))
    excepted_at: datetime
    excepted_by: str = Field(max_length=32)


class Disclosed(StrEnum):
    """What left the house."""

    ORIGINAL = 'original'
    RECEIPT = 'receipt'


class Disclosure(SQLModel, table=True):
    """Something of a patient that was handed out: an image or a receipt, for which purpose and for whom, by whom and when."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    patient_id: int = Field(foreign_key='patient.id', index=True)
    image_id: int | None = Field(default=None, foreign_key='image.id', index=True)
    purpose: Scope = Field(sa_type=enum_type(Scope))
    what: Disclosed = Field(sa_type=enum_type(Disclosed))
    for_whom: str = Field(default='', max_length=200, sa_column_kwargs={'server_default': text("''")})
    made_by: str = Field(max_length=32)
    made_at: datetime


class DisclosureCheck(SQLModel, table=True):
    """A use that someone saw to after a revocation."""

    __tablename__ = 'disclosure_check'

    revocation_id: int = Field(foreign_key='revocation.id', primary_key=True)
    disclosure_id: int = Field(foreign_key='disclosure.id', primary_key=True, index=True)
    done_by: str = Field(max_length=32)
    done_at: datetime
