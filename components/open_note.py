"""One field's note in the journal: what this page knows of it, for a server that has forgotten the page."""
import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from nicegui import background_tasks

from app.clinic import clinic
from components.read_back import is_text
from components.session import current_actor
from data.database import StorageFailed
from data.errors import Refusal
from data.records import Records

if TYPE_CHECKING:
    from components.saved_field import SavedField

_log = logging.getLogger('dermafolio.autosave')


def plain(value: object) -> str:
    """Return the text of a field that stores what stands in it."""
    return str(value or '')


class OpenNote:
    """Written when the field is first entered, and moved on in the transaction of each save. Only text that is stored as it stands."""

    def __init__(self, field: 'SavedField') -> None:
        control = field.shown.control
        self._field = field
        self._page, self._element = control.client.id, control.id
        self._is_kept = is_text(control) and field.to_text is plain and not control.props.get('readonly')
        self._is_written = False

    def enter(self) -> None:
        """Write the note, once: before the first key is on its way, as a rule."""
        if self._is_kept and not self._is_written:
            self._is_written = True
            self._write_known(with_status=True)

    def accept(self) -> None:
        """Move the note on to a text of someone else's that the browser shows by now."""
        if self._is_written:
            self._write_known(with_status=False)

    def save(self, records: Records, revision: int, text: str) -> None:
        """Move the note on in the transaction that stores the field; `text` is what the browser shows."""
        if self._is_kept:
            field = self._field
            records.journal.note(self._page, self._element, field.act(records), field.key, field.name, revision=revision, text=text)

    def _write_known(self, *, with_status: bool) -> None:
        field = self._field
        status, revision, known = field.desk.status.id, field.revision, plain(field.to_value(field.stored))

        def write(records: Records) -> None:
            if with_status:
                records.journal.note_status(self._page, status)
            self.save(records, revision, known)
        if not field.is_gone:
            with field.shown.root:
                in_background(write, 'note of an open field')


async def keep_text(field: 'SavedField', page: str, text: str) -> bool:
    """Keep a text that could not be stored, for its writer alone, and tell whether it is kept."""
    def keep(records: Records) -> None:
        records.journal.keep(field.key, field.name, page, base=field.stored, text=text)
    try:
        await clinic().change(field.writer, keep)
    except (Refusal, StorageFailed, OSError):
        _log.warning('a text that could not be stored could not be kept')
        return False
    return True


def in_background(work: Callable[[Records], None], what: str) -> 'asyncio.Task[None] | None':
    """Do for the present actor what is no act on the record, soon; that it failed is logged: the field itself is not worse off."""
    try:
        actor = current_actor()
    except Refusal:
        return None  # signed out: the page is about to leave the screen

    async def do() -> None:
        try:
            await clinic().change(actor, work)
        except (Refusal, StorageFailed, OSError):
            _log.warning('%s could not be written', what)
    return background_tasks.create(do(), name=what)
