"""Requests that were carried out, so that a double click or a resubmitted form creates one thing."""
from datetime import datetime

from sqlmodel import Field, SQLModel


class DoneRequest(SQLModel, table=True):
    """The idempotency key a page brought along, and the subject it created."""

    __tablename__ = 'done_request'

    key: str = Field(primary_key=True, max_length=64)
    subject: str = Field(max_length=32)
    done_at: datetime
