"""The entry: one visit, what is laid out in it, and what each reader left open."""
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from data.columns import enum_type, key_field
from data.values import TEXT_LIMIT


class Section(StrEnum):
    """The three collapsible sections of an entry."""

    WORKSPACE = 'workspace'
    COMPARISONS = 'comparisons'
    NOTES = 'notes'


class Entry(SQLModel, table=True):
    """One visit. `number` counts up per patient and is never given twice."""

    __table_args__ = (UniqueConstraint('patient_id', 'number'),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    patient_id: int = Field(foreign_key='patient.id', index=True)
    number: int
    appointment_at: datetime
    clinician_id: int | None = Field(default=None, foreign_key='user.id')
    notes: str = Field(default='', max_length=TEXT_LIMIT)
    created_at: datetime


class EntryImage(SQLModel, table=True):
    """An image in an entry's workspace; the pool keeps it whatever happens here."""

    __tablename__ = 'entry_image'

    entry_id: int = Field(foreign_key='entry.id', primary_key=True)
    image_id: int = Field(foreign_key='image.id', primary_key=True, index=True)
    position: int
    placed_at: datetime


class SectionState(SQLModel, table=True):
    """Whether a section is open for one person in one entry."""

    __tablename__ = 'section_state'

    user_id: int = Field(foreign_key='user.id', primary_key=True)
    entry_id: int = Field(foreign_key='entry.id', primary_key=True)
    section: Section = Field(primary_key=True, sa_type=enum_type(Section))
    is_open: bool
