"""Tags: coloured categories, the tags in them, what they are put on, and where they show because they rose there."""
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from data.columns import enum_type, key_field

TAG_LIMIT = 60
CATEGORY_LIMIT = 40
_WITHOUT_ROWID = {'sqlite_with_rowid': False}


class TagColour(StrEnum):
    """A colour by its name; what it looks like in light and dark stands in the stylesheet."""

    PLUM = 'plum'
    TEAL = 'teal'
    MOSS = 'moss'
    RUST = 'rust'
    INDIGO = 'indigo'
    ROSE = 'rose'
    OLIVE = 'olive'
    SLATE = 'slate'
    SEA = 'sea'
    BROWN = 'brown'


class TagCategory(SQLModel, table=True):
    """A group of tags of one colour. `slug` is the folded name: no two categories read alike."""

    __tablename__ = 'tag_category'

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    name: str = Field(max_length=CATEGORY_LIMIT)
    slug: str = Field(max_length=CATEGORY_LIMIT, unique=True)
    colour: TagColour = Field(sa_type=enum_type(TagColour))
    created_at: datetime


class Tag(SQLModel, table=True):
    """A word that is put on patients, entries and images. `slug` names it in addresses, once in the whole practice.

    A retired tag stays where it is and is no longer offered. Of a merged one nothing shows any more but the tag that it was merged into;
    its own links rest, so that the merge can be taken back. The last block is computed, inherited places included.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    category_id: int = Field(foreign_key='tag_category.id', index=True)
    name: str = Field(max_length=TAG_LIMIT)
    slug: str = Field(max_length=TAG_LIMIT, unique=True)
    created_at: datetime
    retired_at: datetime | None = None
    merged_into_id: int | None = Field(default=None, foreign_key='tag.id', index=True)

    patient_count: int = 0
    entry_count: int = 0
    image_count: int = 0
    last_used_at: datetime | None = None


class _Link(SQLModel):
    """A tag put on something. `merged_from_id` names the tag whose merge brought it."""

    tagged_at: datetime
    merged_from_id: int | None = Field(default=None, foreign_key='tag.id')


class PatientTag(_Link, table=True):
    """A tag put on a patient."""

    __tablename__ = 'patient_tag'
    __table_args__ = (Index('ix_patient_tag_tag_id', 'tag_id'), _WITHOUT_ROWID)

    patient_id: int = Field(foreign_key='patient.id', primary_key=True)
    tag_id: int = Field(foreign_key='tag.id', primary_key=True)


class EntryTag(_Link, table=True):
    """A tag put on an entry."""

    __tablename__ = 'entry_tag'
    __table_args__ = (Index('ix_entry_tag_tag_id', 'tag_id'), _WITHOUT_ROWID)

    entry_id: int = Field(foreign_key='entry.id', primary_key=True)
    tag_id: int = Field(foreign_key='tag.id', primary_key=True)


class ImageTag(_Link, table=True):
    """A tag put on an image."""

    __tablename__ = 'image_tag'
    __table_args__ = (Index('ix_image_tag_tag_id', 'tag_id'), _WITHOUT_ROWID)

    image_id: int = Field(foreign_key='image.id', primary_key=True)
    tag_id: int = Field(foreign_key='tag.id', primary_key=True)


class PatientEffectiveTag(SQLModel, table=True):
    """A tag that shows on a patient, with what it rests on: the patient itself (0 or 1), so many entries, so many images."""

    __tablename__ = 'patient_effective_tag'
    __table_args__ = (Index('ix_patient_effective_tag_patient', 'patient_id', 'tag_id', 'direct', 'entries', 'images'), _WITHOUT_ROWID)

    tag_id: int = Field(foreign_key='tag.id', primary_key=True)
    patient_id: int = Field(foreign_key='patient.id', primary_key=True)
    direct: int = 0
    entries: int = 0
    images: int = 0


class EntryEffectiveTag(SQLModel, table=True):
    """A tag that shows on an entry: put on it (0 or 1), or risen from so many images of its workspace."""

    __tablename__ = 'entry_effective_tag'
    __table_args__ = (Index('ix_entry_effective_tag_entry', 'entry_id', 'tag_id', 'direct', 'images'), _WITHOUT_ROWID)

    tag_id: int = Field(foreign_key='tag.id', primary_key=True)
    entry_id: int = Field(foreign_key='entry.id', primary_key=True)
    direct: int = 0
    images: int = 0
