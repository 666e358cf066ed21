"""Every editable field's versions: a burst of typing is one version, one event, and as many durable saves as it takes."""
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, update
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from data.errors import ChangedMeanwhile
from data.models import FieldVersion, User
from data.records import Records

BURST_SILENCE = timedelta(seconds=30)
BURST_LENGTH = timedelta(minutes=5)
_WORTH_KEEPING = 20  # characters: what is shorter is being typed, not replaced

# Every key that is typed passes here: plain statements, built once.
_TABLE = FieldVersion.metadata.tables['field_version']
_C = _TABLE.c
_LATEST = (sql_select(_C.id, _C.version, _C.revision, _C.burst, _C.actor, _C.from_at, _C.until_at)
           .where(_C.subject == bindparam('of_subject'), _C.field == bindparam('of_field')).order_by(_C.version.desc()).limit(1))
_BEGIN = insert(_TABLE)
_GO_ON = update(_TABLE).where(_C.id == bindparam('row')).values(
    text=bindparam('new_text'), until_at=bindparam('now'), revision=bindparam('new_revision'))


@dataclass(frozen=True)
class Saved:
    """What a save came to: the text as stored, its version, the revision to expect next, whether a new version began, and when."""

    text: str
    version: int
    revision: int
    is_new_version: bool
    at: datetime


@dataclass(frozen=True)
class FieldText:
    """What a field holds, and the revision an editor of it must expect."""

    text: str
    revision: int


@dataclass(frozen=True)
class Version:
    """One burst in the history of a field, newest text of it; `who` is a display name."""

    version: int
    text: str
    who: str
    actor: str
    from_at: datetime
    until_at: datetime


@dataclass
class Fields:
    """The table `field_version`. Called by the repositories that own the fields."""

    records: Records

    def record(self, subject: str, field: str, text: str, *, before: str, expected_revision: int | None, burst: str) -> Saved:
        """Note a new text of a field inside the transaction that stores it.

        `expected_revision` is the one the editor last saw (0: none yet; None: whatever is there). A newer one raises ChangedMeanwhile.
        The same `burst` goes on in its version until 30 s of silence, 5 minutes, someone else's change, or most of the text goes at once.
        """
        latest = self._latest(subject, field)
        revision = latest.revision if latest else 0
        if expected_revision is not None and expected_revision != revision:
            raise ChangedMeanwhile(mine=text, theirs=before, revision=revision, who=self._name(latest.actor if latest else ''))
        now = self.records.now
        if text == before:
            return Saved(text, latest.version if latest else 0, revision, is_new_version=False, at=latest.until_at if latest else now)
        connection = self.records.session.connection()
        if latest and self._goes_on(latest, burst, now) and not _replaces(before, text):
            connection.execute(_GO_ON, {'row': latest.id, 'new_text': text, 'now': now, 'new_revision': revision + 1})
            return Saved(text, latest.version, revision + 1, is_new_version=False, at=now)
        version = latest.version if latest else self._keep_what_was_there(subject, field, before)
        connection.execute(_BEGIN, {'subject': subject, 'field': field, 'version': version + 1, 'revision': revision + 1, 'text': text,
                                    'burst': burst, 'actor': self.records.actor.user, 'from_at': now, 'until_at': now})
        return Saved(text, version + 1, revision + 1, is_new_version=True, at=now)

    def revisions(self, subject: str) -> dict[str, int]:
        """Return the present revision of each field of a subject; a field that never changed is absent (revision 0)."""
        rows = self.records.session.exec(
            select(FieldVersion.field, FieldVersion.revision).where(FieldVersion.subject == subject).order_by(col(FieldVersion.version)))
        return {field: revision for field, revision in rows}

    def revisions_of(self, subjects: list[str], field: str) -> dict[str, int]:
        """Return the present revision of one field of many subjects; where it never changed it is absent (revision 0)."""
        rows = self.records.session.exec(select(FieldVersion.subject, func.max(FieldVersion.revision)).where(
            FieldVersion.field == field, col(FieldVersion.subject).in_(subjects)).group_by(FieldVersion.subject))
        return {subject: revision for subject, revision in rows}

    def latest(self, subject: str, field: str) -> FieldText | None:
        """Return the present text and revision of a field that was ever changed. The caller has checked that the reader may see it."""
        found = select(FieldVersion.text, FieldVersion.revision).where(FieldVersion.subject == subject, FieldVersion.field == field)
        row = self.records.session.exec(found.order_by(col(FieldVersion.version).desc()).limit(1)).first()
        return FieldText(*row) if row else None

    def history(self, subject: str, field: str) -> list[Version]:
        """Return the versions of a field, newest first. The caller has checked that the reader may see the subject."""
        rows = self.records.session.exec(select(FieldVersion).where(FieldVersion.subject == subject, FieldVersion.field == field)
                                         .order_by(col(FieldVersion.version).desc()))
        return [Version(row.version, row.text, self._name(row.actor), row.actor, row.from_at, row.until_at) for row in rows]

    def _latest(self, subject: str, field: str) -> Any:
        """Return the newest version of a field, without its text."""
        return self.records.session.connection().execute(_LATEST, {'of_subject': subject, 'of_field': field}).first()

    def _goes_on(self, latest: Any, burst: str, now: datetime) -> bool:
        return (bool(burst) and latest.burst == burst and latest.actor == self.records.actor.user
                and now - latest.until_at <= BURST_SILENCE and now - latest.from_at <= BURST_LENGTH)

    def _keep_what_was_there(self, subject: str, field: str, before: str) -> int:
        """Store the text from before the first change as version 1, so that history and undo begin with it. Return the latest version."""
        if not before:
            return 0
        now = self.records.now
        self.records.session.connection().execute(_BEGIN, {
            'subject': subject, 'field': field, 'version': 1, 'revision': 0, 'text': before, 'burst': '', 'actor': '', 'from_at': now,
            'until_at': now})
        return 1

    def _name(self, user: str) -> str:
        return self.records.session.exec(select(User.display_name).where(User.key == user)).first() or ''


def _replaces(before: str, text: str) -> bool:
    """Tell whether most of a text went at once, as by a paste over it: history and undo keep what stood there."""
    if len(before) < _WORTH_KEEPING or text.startswith(before):
        return False
    ahead = _shared(before, text)
    behind = _shared(before[ahead:][::-1], text[ahead:][::-1])
    return ahead + behind < len(before) / 2


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one[:middle] == other[:middle] else (least, middle - 1)
    return least
