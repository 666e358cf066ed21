"""The phone hand-off: a link that lets one phone send photographs to one patient for half an hour."""
from datetime import datetime

from sqlmodel import Field, SQLModel

from data.columns import key_field


class Handoff(SQLModel, table=True):
    """One link. Only hashes are stored: of the token in the address, and of the cookie of the browser that sent the first photograph.

    It acts for the person whose sign-in opened it (`session_id`), on one patient, with `entry_id` also into that entry's workspace.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    token_sha256: str = Field(max_length=64, unique=True)
    session_id: int = Field(foreign_key='user_session.id', index=True)
    patient_id: int = Field(foreign_key='patient.id', index=True)
    entry_id: int | None = Field(default=None, foreign_key='entry.id', index=True)
    browser_sha256: str = Field(default='', max_length=64)
    opened_at: datetime
    expires_at: datetime
    seen_at: datetime | None = None
    ended_at: datetime | None = None
