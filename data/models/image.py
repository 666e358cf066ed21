"""The photograph: one original, kept as received, and what is known of it."""
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint, text
from sqlmodel import Field, SQLModel, col

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
    """A row of a patient's pool. `blob` names the encrypted files; the same bytes stand once in a pool.

    `is_sensitive` is what someone said (None: as the body site says), `cover_at` when it was chosen as the cover, `rotation_deg` by how
    many quarter turns clockwise it is shown (0, 90, 180, 270), `annotations` the layer drawn over it, as JSON of the shown photograph.
    A withdrawn one is in the pool no more and can come back.
    """

    __table_args__ = (UniqueConstraint('patient_id', 'sha256'),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    patient_id: int = Field(foreign_key='patient.id', index=True)
    blob: str = Field(max_length=32, unique=True)
    sha256: str = Field(max_length=64, index=True)
    size_bytes: int
    format: str = Field(max_length=16)
    width_px: int
    height_px: int
    original_name: str = Field(default='', max_length=255)
    camera: str = Field(default='', max_length=120)
    lens: str = Field(default='', max_length=120, sa_column_kwargs={'server_default': text("''")})
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
    is_sensitive: bool | None = None
    cover_at: datetime | None = None
    rotation_deg: int = Field(default=0, sa_column_kwargs={'server_default': '0'})
    annotations: str = Field(default='', max_length=60_000, sa_column_kwargs={'server_default': text("''")})
    withdrawn_at: datetime | None = None
    withdrawn_because: str = Field(default='', max_length=500, sa_column_kwargs={'server_default': text("''")})


IN_POOL = col(Image.withdrawn_at).is_(None)
"""Asked of every image that is shown or counted: a withdrawn one is in no pool."""


class ImageMove(SQLModel, table=True):
    """A photograph that was moved from one patient's pool to another's, and why. Undo is a move of its own, backwards."""

    __tablename__ = 'image_move'

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    image_id: int = Field(foreign_key='image.id', index=True)
    from_patient_id: int = Field(foreign_key='patient.id', index=True)
    to_patient_id: int = Field(foreign_key='patient.id', index=True)
    because: str = Field(default='', max_length=500)
    moved_by: str = Field(default='', max_length=32)
    moved_at: datetime


class DepartedImage(SQLModel, table=True):
    """The mark that a moved photograph leaves where it lay: in an entry's workspace, or with `group_id` in a comparison of that entry."""

    __tablename__ = 'departed_image'

    id: int | None = Field(default=None, primary_key=True)
    move_id: int = Field(foreign_key='image_move.id', index=True)
    entry_id: int = Field(foreign_key='entry.id', index=True)
    group_id: int | None = Field(default=None, foreign_key='comparison_group.id', index=True)
    position: int
