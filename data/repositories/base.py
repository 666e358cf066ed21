"""What every repository shares: the unit of work it belongs to."""
from dataclasses import dataclass
from functools import cache

from pydantic import ValidationError
from sqlalchemy import Update, bindparam, inspect, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, SQLModel

from data.errors import Invalid, Refusal
from data.models import Action, Patient
from data.records import Records
from data.repositories.fields import Saved
from data.values import as_text


@dataclass
class Repository:
    """Named acts on one kind of record, inside the transaction of `records`."""

    records: Records

    @property
    def session(self) -> Session:
        """The database session of this unit of work."""
        return self.records.session

    def change_field(self, row: SQLModel, key: str, field: str, value: object, *, patient: Patient | None, action: Action,
                     expected_revision: int | None, burst: str) -> Saved:
        """Store the new value of one field with its four effects: row, computed figures, event, live message.

        `patient` is None for what belongs to the whole practice.
        A burst of typing is one event, that of its first save. A value that is there already changes nothing.
        """
        before = as_text(getattr(row, field))
        saved = self.records.fields.record(key, field, as_text(value), before=before, expected_revision=expected_revision, burst=burst)
        if saved.text == before:
            return saved
        self._store(row, field, value)
        if patient is not None:
            self.records.patients.touch(patient)
        if saved.is_new_version:
            self.records.log(action, subject=key, patient=patient.key if patient else '', detail={'field': field, 'version': saved.version})
        self.records.tell(key, field, saved.revision, burst=burst)
        return saved

    def _store(self, row: SQLModel, field: str, value: object) -> None:
        """Write one field of a row by a plain statement: every key that is typed passes here, and a unit of work costs three times that."""
        identity = inspect(row).identity
        self.session.connection().execute(_update_of(type(row), field), {'of_row': identity[0], 'new_value': value})
        set_committed_value(row, field, value)


@cache
def _update_of(model: type[SQLModel], field: str) -> Update:
    table = model.metadata.tables[str(model.__tablename__)]
    # the names of the parameters are not those of any column: such a column would be set as well
    return update(table).where(table.c.id == bindparam('of_row')).values({field: bindparam('new_value')})


KEPT = ' What was there before is kept.'
"""Ends a sentence about a change that was refused; where there was nothing before, it is left out."""


def as_refusal(error: ValidationError) -> Refusal:
    """Return the first problem of a draft as a sentence for the person who typed it."""
    first = error.errors()[0]
    name = str(first['loc'][0]) if first['loc'] else ''
    cause = first.get('ctx', {}).get('error')
    if isinstance(cause, Refusal):
        return cause
    if first['type'] == 'string_too_long':
        return Invalid(f'Use at most {first["ctx"]["max_length"]:,} characters.{KEPT}', field=name)
    if first['type'] == 'enum':
        return Invalid('Choose one of the list.', field=name)
    return Invalid(f'This cannot be stored.{KEPT}', field=name)
