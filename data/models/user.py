"""People who sign in, and their sign-ins."""
from datetime import datetime

from sqlmodel import Field, SQLModel

from data.actors import Role
from data.columns import enum_type, key_field


class User(SQLModel, table=True):
    """A person of the practice. `password_hash` is argon2id in PHC form."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    username: str = Field(max_length=64, unique=True)
    display_name: str = Field(max_length=120)
    role: Role = Field(sa_type=enum_type(Role))
    password_hash: str
    created_at: datetime
    deactivated_at: datetime | None = None


class UserSession(SQLModel, table=True):
    """One sign-in. Only the SHA-256 of its token is stored."""

    __tablename__ = 'user_session'

    id: int | None = Field(default=None, primary_key=True)
    key: str = key_field()
    user_id: int = Field(foreign_key='user.id', index=True)
    token_sha256: str = Field(max_length=64, unique=True, index=True)
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    address: str = ''
    agent: str = ''
