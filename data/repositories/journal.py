"""What is being typed where, so that a server that starts again, or hears of a page after hours, takes what the browser still holds."""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import col, select

from data.errors import Invalid
from data.models import KeptText, OpenField
from data.repositories.base import Repository
from data.values import TEXT_LIMIT

LASTS = timedelta(days=1)
STATUS = 'status'
"""Stands for the act in the row of a page's save status, which is no field."""

# Every save passes here: plain statements, built once.
_OPEN = OpenField.metadata.tables['open_field']
_C = _OPEN.c
_BEGIN = insert(_OPEN)
_MOVE_ON = update(_OPEN).where(_C.client == bindparam('of_client'), _C.element == bindparam('of_element')).values(
    revision=bindparam('new_revision'), text=bindparam('new_text'), noted_at=bindparam('now'))


@dataclass(frozen=True)
class NotedField:
    """A field of an open page: its element there, the act that stores it ('entries.amend'), and the text and revision the page knows."""

    element: int
    act: str
    subject: str
    field: str
    revision: int
    text: str


@dataclass(frozen=True)
class Kept:
    """A text that could not be stored, and the text that it was typed over, on which page."""

    base: str
    text: str
    page: str = field(default='', compare=False)


class Journal(Repository):
    """Notes of one's own open fields. They are no acts on the record, so there are no events: storing what they hold is one."""

    def note(self, client: str, element: int, act: Callable[..., Any], subject: str, field: str, *, revision: int, text: str) -> None:
        """Note what a field of a page knows: `act` is the repository method that stores it."""
        self._note(client, NotedField(element, self._name_of(act), subject, field, revision, text))

    def note_status(self, client: str, element: int) -> None:
        """Note which element of a page is its save status, and let go of what is older than a day."""
        self.clean()
        self._note(client, NotedField(element, STATUS, '', '', 0, ''))

    def noted(self, client: str) -> list[NotedField]:
        """Return the current user's notes of a page; those of anyone else's page are none."""
        rows = self.session.exec(select(OpenField).where(OpenField.client == client, OpenField.user == self.records.actor.user,
                                                         OpenField.noted_at > self.records.now - LASTS))
        return [NotedField(row.element, row.act, row.subject, row.field, row.revision, row.text) for row in rows]

    def forget(self, client: str) -> None:
        """Let go of the current user's notes of a page: what it held is stored or kept."""
        self.session.connection().execute(delete(_OPEN).where(_C.client == client, _C.user == self.records.actor.user))

    def clean(self) -> None:
        """Let go of notes older than a day: no browser comes back with those."""
        self.session.connection().execute(delete(_OPEN).where(_C.noted_at <= self.records.now - LASTS))

    def keep(self, subject: str, field: str, page: str, *, base: str, text: str) -> None:
        """Keep a text of the current user that could not be stored, in place of an earlier one that was typed there on that page."""
        if len(text) > TEXT_LIMIT:
            raise Invalid(f'Use at most {TEXT_LIMIT:,} characters.', field=field)
        row = self._kept(subject, field, page) or KeptText(user=self.records.actor.user, subject=subject, field=field, page=page, base='',
                                                           text='', kept_at=self.records.now)
        row.base, row.text, row.kept_at = base, _storable(text), self.records.now
        self.session.add(row)

    def kept(self) -> dict[tuple[str, str], Kept]:
        """Return what is kept of the current user, by subject and field; of several for one field the latest, the others after it."""
        mine = select(KeptText).where(KeptText.user == self.records.actor.user).order_by(col(KeptText.kept_at), col(KeptText.id))
        return {(row.subject, row.field): Kept(row.base, row.text, row.page) for row in self.session.exec(mine)}

    def settle(self, subject: str, field: str, page: str) -> None:
        """Let go of what is kept of the current user for a field on a page: it was decided."""
        if row := self._kept(subject, field, page):
            self.session.delete(row)

    def _note(self, client: str, noted: NotedField) -> None:
        connection, now, text = self.session.connection(), self.records.now, _storable(noted.text)
        moved = connection.execute(_MOVE_ON, {'of_client': client, 'of_element': noted.element, 'new_revision': noted.revision,
                                              'new_text': text, 'now': now})
        if not moved.rowcount:
            connection.execute(_BEGIN, {'client': client, 'element': noted.element, 'act': noted.act, 'subject': noted.subject,
                                        'field': noted.field, 'user': self.records.actor.user, 'revision': noted.revision,
                                        'text': text, 'noted_at': now})

    def _name_of(self, act: Callable[..., Any]) -> str:
        owner = getattr(act, '__self__', None)
        name = next(name for name, repository in vars(self.records).items() if repository is owner)
        return f'{name}.{act.__name__}'

    def _kept(self, subject: str, field: str, page: str) -> KeptText | None:
        return self.session.exec(select(KeptText).where(
            KeptText.user == self.records.actor.user, col(KeptText.subject) == subject, KeptText.field == field,
            KeptText.page == page)).first()


def _storable(text: str) -> str:
    """Return what a browser shows as the database takes it: half an emoji, as a cut leaves it, is no character."""
    return text.encode('utf-8', 'replace').decode('utf-8')
