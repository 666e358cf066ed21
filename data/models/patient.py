"""The patient: what may be known of a person, and the figures that are computed from everything below."""
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import field_validator
from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from data.columns import enum_type, key_field
from data.models.consent import NEVER, EndsBy
from data.values import TEXT_LIMIT, clean_line, clean_text, normal_unique_id, parse_birth_date


class Sex(StrEnum):
    """FHIR administrative gender (http://hl7.org/fhir/administrative-gender)."""

    FEMALE = 'female'
    MALE = 'male'
    OTHER = 'other'
    UNKNOWN = 'unknown'


class SkinType(StrEnum):
    """Fitzpatrick skin phototype."""

    I = 'I'  # noqa: E741 -- the type's own name
    II = 'II'
    III = 'III'
    IV = 'IV'
    V = 'V'
    VI = 'VI'


class PatientBase(SQLModel):
    """One declaration of every editable field; only the unique ID is required."""

    unique_id: str = Field(max_length=32, unique=True, index=True)
    family_name: str = Field(default='', max_length=120)
    given_names: str = Field(default='', max_length=120)
    preferred_name: str = Field(default='', max_length=120)
    birth_date: date | None = None
    sex: Sex | None = Field(default=None, sa_type=enum_type(Sex))
    gender: str = Field(default='', max_length=60)
    skin_type: SkinType | None = Field(default=None, sa_type=enum_type(SkinType))
    phone: str = Field(default='', max_length=60)
    email: str = Field(default='', max_length=200)
    street: str = Field(default='', max_length=200)
    city: str = Field(default='', max_length=120)
    region: str = Field(default='', max_length=120)
    postal_code: str = Field(default='', max_length=20)
    country: str = Field(default='', max_length=80)
    medical_record_number: str = Field(default='', max_length=64)
    insurance_number: str = Field(default='', max_length=64)
    notes: str = Field(default='', max_length=TEXT_LIMIT)

    @field_validator('unique_id', mode='before')
    @classmethod
    def _lower_the_id(cls, value: Any) -> Any:
        return normal_unique_id(value) if isinstance(value, str) else value

    @field_validator('birth_date', mode='before')
    @classmethod
    def _read_the_date(cls, value: Any) -> Any:
        return parse_birth_date(value) if isinstance(value, str) else value

    @field_validator('sex', 'skin_type', mode='before')
    @classmethod
    def _empty_is_not_recorded(cls, value: Any) -> Any:
        return value or None

    @field_validator('family_name', 'given_names', 'preferred_name', 'gender', 'phone', 'email', 'street', 'city', 'region', 'postal_code',
                     'country', 'medical_record_number', 'insurance_number', mode='before')
    @classmethod
    def _one_clean_line(cls, value: Any) -> Any:
        return clean_line(value) if isinstance(value, str) else value

    @field_validator('notes', mode='before')
    @classmethod
    def _clean_text(cls, value: Any) -> Any:
        return clean_text(value) if isinstance(value, str) else value


class PatientDraft(PatientBase):
    """A patient as typed, validated once, before anything is stored."""


_FILTERED = ('last_modified', 'last_appointment', 'entry_count', 'image_count', 'consent_until')
_SORTED = ('last_modified', 'last_appointment', 'unique_id', 'name_sort')
"""What the list is sorted by: one index for each, which also carries everything that filters ask for."""


class Patient(PatientBase, table=True):
    """A row of the patient database. The last block is computed by repositories, never typed.

    `consent_until`: when consent to the clinical record ends or ended (NEVER before the first), and `consent_ends_by` what sets that.
    """

    __table_args__ = (*(Index(f'ix_patient_by_{first}', first, 'id', *(name for name in _FILTERED if name != first)) for first in _SORTED),
                      Index('ix_patient_by_entry_count', 'entry_count', 'image_count', 'id'),
                      Index('ix_patient_by_image_count', 'image_count', 'entry_count', 'id'),
                      Index('ix_patient_by_consent_until', 'consent_until', 'id'))

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    registered_at: datetime
    entry_numbers_given: int = 0

    last_modified: datetime
    last_appointment: datetime | None = None
    entry_count: int = 0
    image_count: int = 0
    consent_until: datetime = Field(default=NEVER, sa_column_kwargs={'server_default': text("'1900-01-01 00:00:00.000000'")})
    consent_ends_by: EndsBy = Field(default=EndsBy.NOTHING, sa_type=enum_type(EndsBy),
                                    sa_column_kwargs={'server_default': text("'nothing'")})
    name_sort: str = ''
    search: str = ''


class PatientFormerId(SQLModel, table=True):
    """An ID that a patient bore before a correction: stays reserved and leads to the patient until the purge."""

    __tablename__ = 'patient_former_id'

    unique_id: str = Field(primary_key=True, max_length=32)
    patient_id: int = Field(foreign_key='patient.id', index=True)


class PatientIdentifier(SQLModel, table=True):
    """A number that another system uses for the patient. An id is never given twice: a restored one stands where it was."""

    __tablename__ = 'patient_identifier'
    __table_args__ = ({'sqlite_autoincrement': True},)

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    patient_id: int = Field(foreign_key='patient.id', index=True)
    system: str = Field(default='', max_length=80, index=True)
    value: str = Field(default='', max_length=64)


class PatientDistinction(SQLModel, table=True):
    """Two patients whom someone told apart: they look alike and are not the same. The lower id stands first."""

    __tablename__ = 'patient_distinction'
    __table_args__ = (UniqueConstraint('patient_id', 'other_id'),)

    id: int | None = Field(default=None, primary_key=True)
    patient_id: int = Field(foreign_key='patient.id')
    other_id: int = Field(foreign_key='patient.id', index=True)
    distinguished_at: datetime


class Tally(SQLModel, table=True):
    """A number that counting would take too long for, kept where it changes."""

    name: str = Field(primary_key=True, max_length=20)
    count: int


PATIENT_FIELDS: tuple[str, ...] = tuple(PatientBase.model_fields)
