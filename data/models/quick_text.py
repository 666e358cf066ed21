"""The practice's own snippets for notes."""
from datetime import datetime

from sqlmodel import Field, SQLModel

from data.columns import key_field


class QuickText(SQLModel, table=True):
    """A text that is appended to notes by its title. A retired one is offered no longer; what it was appended to keeps its words."""

    __tablename__ = 'quick_text'

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    title: str = Field(max_length=80)
    text: str = Field(max_length=4_000)
    position: int
    created_at: datetime
    retired_at: datetime | None = None
