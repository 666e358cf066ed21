"""What is read of tags: plain values for pages and components."""
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import col

from data.models import Tag, TagCategory, TagColour
from data.read_models import ImageTile, TagLabel

VOCABULARY = 'tags'
"""The live topic of the tags themselves: added, renamed, recoloured, moved, merged, retired."""
TAG_USE = 'tag use'
"""The live topic of how many records bear a tag: `field` is the tag's key."""


LABEL_COLUMNS: tuple[Any, ...] = (
    col(Tag.key), col(Tag.slug), col(Tag.name), col(TagCategory.colour), col(TagCategory.name).label('category'))
"""What a TagLabel is made of, in a statement that joins the category."""


def label_of(row: Any) -> TagLabel:
    """Return the label that a row with LABEL_COLUMNS holds."""
    return TagLabel(row.key, row.slug, row.name, row.colour, row.category)


class Tagged(StrEnum):
    """What a tag is put on."""

    PATIENT = 'patient'
    ENTRY = 'entry'
    IMAGE = 'image'


@dataclass(frozen=True)
class Reach:
    """How many records bear a tag, or change: patients and entries include those that tags rose to."""

    patients: int = 0
    entries: int = 0
    images: int = 0

    @property
    def records(self) -> int:
        """Return how many records these are together."""
        return self.patients + self.entries + self.images


@dataclass(frozen=True)
class TagRow:
    """One tag of the vocabulary. `revision` is what an editor of the name must expect."""

    label: TagLabel
    reach: Reach
    last_used_at: datetime | None
    revision: int = 0
    retired_at: datetime | None = None
    merged_into: TagLabel | None = None


@dataclass(frozen=True)
class CategoryRow:
    """One category: all its tags in the order of their names."""

    key: str
    name: str
    colour: TagColour
    revision: int = 0
    tags: tuple[TagRow, ...] = ()

    @property
    def offered(self) -> tuple[TagRow, ...]:
        """Return the tags that are neither retired nor merged into another one."""
        return tuple(tag for tag in self.tags if tag.retired_at is None and tag.merged_into is None)


@dataclass(frozen=True)
class MergePreview:
    """What a merge comes to: how many records change, how many bear both already, and how many bear the one that stays afterwards."""

    changing: Reach
    both: Reach
    afterwards: Reach


@dataclass(frozen=True)
class TagSources:
    """Where an inherited tag comes from: visits (number and appointment) and images."""

    entries: list[tuple[int, datetime]] = field(default_factory=list)
    images: list[ImageTile] = field(default_factory=list)
