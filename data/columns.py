"""Columns that every table declares the same way."""
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum
from sqlmodel import Field, SQLModel


def new_key() -> str:
    """Return a random subject key: 32 hex digits, given once and never reused."""
    return uuid.uuid4().hex


def key_field() -> Any:
    """Return the field of a subject's random key: the identity that audit, logs, files and addresses use."""
    return Field(default_factory=new_key, max_length=32, unique=True, index=True, nullable=False)


def limit_of(model: type[SQLModel], field: str) -> int:
    """Return how many characters a text field takes: the one number that page, act and column go by. 0 when it has no limit."""
    return next((int(rule.max_length) for rule in model.model_fields[field].metadata if hasattr(rule, 'max_length')), 0)


def enum_type(values: type[StrEnum]) -> Enum:
    """Return the type of an enum column that stores the member's value and lets the database refuse anything else."""
    return Enum(values, values_callable=lambda members: [member.value for member in members], native_enum=False, create_constraint=True,
                name=values.__name__.lower(), length=32)
