"""What every editable field held, burst by burst: history, undo, before and after."""
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class FieldVersion(SQLModel, table=True):
    """One burst of one person's typing in one field.

    `version` counts bursts: history and audit events name it. `revision` counts every save of the field, also those inside a burst: an
    editor that expects an older revision has not seen the latest text. `until_at` and `revision` move on with every save.
    """

    __tablename__ = 'field_version'
    __table_args__ = (UniqueConstraint('subject', 'field', 'version'),)

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=32)
    field: str = Field(max_length=40)
    version: int
    revision: int
    text: str
    burst: str = Field(default='', max_length=32)
    actor: str = Field(max_length=32)
    from_at: datetime
    until_at: datetime
