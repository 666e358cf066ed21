"""What every repository shares: the unit of work it belongs to."""
from dataclasses import dataclass

from pydantic import ValidationError
from sqlmodel import Session

from data.errors import Invalid, Refusal
from data.records import Records


@dataclass
class Repository:
    """Named acts on one kind of record, inside the transaction of `records`."""

    records: Records

    @property
    def session(self) -> Session:
        """The database session of this unit of work."""
        return self.records.session


def as_refusal(error: ValidationError) -> Refusal:
    """Return the first problem of a draft as a sentence for the person who typed it."""
    first = error.errors()[0]
    name = str(first['loc'][0]) if first['loc'] else ''
    cause = first.get('ctx', {}).get('error')
    if isinstance(cause, Refusal):
        return cause
    if first['type'] == 'string_too_long':
        return Invalid(f'Use at most {first["ctx"]["max_length"]:,} characters. What was there before is kept.', field=name)
    if first['type'] == 'enum':
        return Invalid('Choose one of the list.', field=name)
    return Invalid('This cannot be stored. What was there before is kept.', field=name)
