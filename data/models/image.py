"""The photograph: one original, kept as received, and what is known of it."""
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from data.columns import enum_type, key_field


class Laterality(StrEnum):
    """The side of the body. Asked, never guessed."""

    LEFT = 'left'
    RIGHT = 'right'
    BOTH = 'both'
    MIDLINE = 'midline'


class View(StrEnum):
    """How the picture was taken."""

    OVERVIEW = 'overview'
    CLOSE_UP = 'close-up'
    DERMOSCOPIC = 'dermoscopic'


class CapturedHow(StrEnum):
    """How the instant of capture was resolved."""

    CAMERA_OFFSET = 'camera offset'
    PRACTICE_ZONE = 'practice zone'
    RECEIVED = 'received'


class Image(SQLModel, table=True):
    """A row of a patient's pool. `blob` names the encrypted files; the same bytes stand once in a pool."""

    __table_args__ = (UniqueConstraint('patient_id', 'sha256'),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    patient_id: int = Field(foreign_key='patient.id', index=True)
    blob: str = Field(max_length=32, unique=True)
    sha256: str = Field(max_length=64)
    size_bytes: int
    format: str = Field(max_length=16)
    width_px: int
    height_px: int
    original_name: str = Field(default='', max_length=255)
    camera: str = Field(default='', max_length=120)
    captured_local: str = Field(default='', max_length=19)
    captured_offset: str = Field(default='', max_length=6)
    captured_at: datetime
    captured_how: CapturedHow = Field(sa_type=enum_type(CapturedHow))
    received_at: datetime
    received_from: str = Field(default='', max_length=32)
    caption: str = Field(default='', max_length=500)
    body_site: str = Field(default='', max_length=80)
    laterality: Laterality | None = Field(default=None, sa_type=enum_type(Laterality))
    view: View | None = Field(default=None, sa_type=enum_type(View))
