"""Comparison groups: images of one patient, side by side, baseline first."""
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlmodel import Field, SQLModel, col

from data.columns import enum_type, key_field


class Layout(StrEnum):
    """How the images of a group are shown."""

    SIDE_BY_SIDE = 'side by side'
    SLIDER = 'slider'
    OVERLAY = 'overlay'
    GRID = 'grid'


class ComparisonGroup(SQLModel, table=True):
    """A named comparison inside an entry. `arrangement` is what zoom, pan, crop and the like are, as JSON; empty: as made.

    A removed one is shown nowhere and can come back.
    """

    __tablename__ = 'comparison_group'

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    entry_id: int = Field(foreign_key='entry.id', index=True)
    title: str = Field(default='', max_length=120)
    layout: Layout = Field(default=Layout.SIDE_BY_SIDE, sa_type=enum_type(Layout))
    created_at: datetime
    arrangement: str = Field(default='', max_length=8_000, sa_column_kwargs={'server_default': text("''")})
    removed_at: datetime | None = None


STANDS = col(ComparisonGroup.removed_at).is_(None)
"""Asked of every comparison that is shown or counted."""


class ComparisonImage(SQLModel, table=True):
    """An image of a group; position 0 is the baseline."""

    __tablename__ = 'comparison_image'

    group_id: int = Field(foreign_key='comparison_group.id', primary_key=True)
    image_id: int = Field(foreign_key='image.id', primary_key=True, index=True)
    position: int
