"""What was being typed where, so that a server that starts again accepts what browsers still hold."""
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class OpenField(SQLModel, table=True):
    """A field in an open page: the page's client, the element in it, whose field it is, and the text and revision that the page knows.

    `act` names the repository method that stores it ('entries.amend'), or is `status` for the page's save status. Rows go after a day.
    """

    __tablename__ = 'open_field'

    client: str = Field(primary_key=True, max_length=64)
    element: int = Field(primary_key=True)
    act: str = Field(max_length=40)
    subject: str = Field(max_length=32)
    field: str = Field(max_length=40)
    user: str = Field(max_length=32)
    revision: int
    text: str
    noted_at: datetime


class KeptText(SQLModel, table=True):
    """A text that could not be stored because someone else had changed the field: offered to its writer again, never applied by itself.

    `base` is the text that it was typed over; `page` tells texts apart that one person typed into one field on two pages.
    """

    __tablename__ = 'kept_text'
    __table_args__ = (UniqueConstraint('user', 'subject', 'field', 'page'),)

    id: int | None = Field(default=None, primary_key=True)
    user: str = Field(max_length=32)
    subject: str = Field(max_length=32)
    field: str = Field(max_length=40)
    page: str = Field(max_length=64)
    base: str
    text: str
    kept_at: datetime
