"""The head of a visit: its appointment as the title, which visit it is and whose. The title is the field that it is changed in."""
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any

from nicegui import ui

from app.clinic import clinic
from components import formatting
from components.autosave import Autosave
from components.clock_changes import FORM, local_form, moment_words, moved_on, skipped_words, twice_words
from components.controls import Field, box, button, symbol, text, text_field
from components.refusals import refusals_shown
from components.saved_field import SavedField
from components.session import current_actor
from data.repositories.entries import EntryRecord
from data.repositories.fields import Saved
from data.values import EARLIEST_APPOINTMENT, LATEST_APPOINTMENT, same_on_the_clock


class VisitHead:
    """Shows an entry's appointment. With `saving` it can be changed: the field lies over the words and shows itself to who enters it."""

    def __init__(self, place: ui.element, entry: EntryRecord, zone: tzinfo, saving: Autosave | None, *,
                 on_saved: Callable[[Saved], Any]) -> None:
        self._entry, self._zone = entry, zone
        self._skipped = self._became = ''
        self._field: SavedField | None = None
        place.clear()
        with place:
            shown = self._make_field() if saving else None
            with shown.root if shown else box('df-when'):
                self._make_words(shown)
        if saving and shown:
            self._save(saving, shown, on_saved)
        self.show(entry)

    def show(self, entry: EntryRecord) -> None:
        """Show when and whose the visit is now. What stands in the field is the field's own affair."""
        self._entry = entry
        by = f' by {entry.clinician}' if entry.clinician else ''
        self._whose.set_text(f'{formatting.ordinal(entry.number)} entry{by}')
        self._follow_field()

    def _make_field(self) -> Field:
        field = text_field('Appointment', value=local_form(self._entry.appointment_at, self._zone), classes='df-when')
        earliest, latest = (at.strftime(FORM) for at in (EARLIEST_APPOINTMENT, LATEST_APPOINTMENT))
        field.control.props(f'type=datetime-local min={earliest} max={latest} title="Change date and time"')
        return field

    def _make_words(self, shown: Field | None) -> None:
        with box('df-when-title', tag='h1') as title:
            self._title = text('', 'df-t2', tag='span')
            if shown:
                symbol('chevron-down')
                title.move(target_index=0)  # read before the field
        self._whose = text('', 'df-when-whose df-num')
        with box('df-when-note', aria_live='polite'):
            self._note = text('', tag='span')
            self._other = button('', kind='ghost', size='small', on_click=self._take_other).classes('df-undo')

    def _save(self, saving: Autosave, shown: Field, on_saved: Callable[[Saved], Any]) -> None:
        entry = self._entry
        self._field = saving.add(
            shown, lambda records: records.entries.amend, entry.key, 'appointment_at', revision=entry.revisions.get('appointment_at', 0),
            to_value=lambda stored: _form_of(stored, self._zone),
            to_words=lambda stored: moment_words(_moment_of(stored, self._zone), self._zone), on_saved=on_saved)
        shown.control.on_value_change(lambda event: self._changed(event.value or ''))

    def _changed(self, form: str) -> None:
        """Follow the field. What is said about a skipped hour stays while the time stands there that it became."""
        if became := moved_on(form, self._zone):
            self._skipped, self._became = form, became
        elif form != self._became:
            self._skipped = self._became = ''
        self._follow_field()

    def _follow_field(self) -> None:
        stored = self._entry.appointment_at
        form = self._field.shown.value if self._field else local_form(stored, self._zone)
        self._title.set_text(_words_of(form) or formatting.appointment(stored, self._zone))
        twice = twice_words(stored, self._zone) if form == local_form(stored, self._zone) else ''
        self._note.set_text(skipped_words(self._skipped, self._became) if self._skipped else twice)
        self._other.set_visibility(bool(twice and self._field))
        self._other.set_text('It is the first' if formatting.local(stored, self._zone).fold else 'It is the second')

    async def _take_other(self) -> None:
        """Store the other one of two times that the clock shows alike: the field cannot tell them apart."""
        entry, other = self._entry, same_on_the_clock(self._entry.appointment_at, self._zone)
        if other is None:
            return
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.entries.amend(
                entry.key, 'appointment_at', other.isoformat(), expected_revision=entry.revisions.get('appointment_at', 0)))


def _words_of(form: str | None) -> str:
    """Return a local time of the field in words; nothing for what is none that could be stored."""
    try:
        at = datetime.strptime(form or '', FORM).replace(tzinfo=UTC)
    except ValueError:
        return ''
    return formatting.appointment(at, UTC) if EARLIEST_APPOINTMENT.year <= at.year <= LATEST_APPOINTMENT.year else ''


def _moment_of(text: str, zone: tzinfo) -> datetime:
    """Return the instant of a stored text, or of what stands in the field."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _form_of(stored: str, zone: tzinfo) -> str:
    """Return the field's form of a stored text; one that is already in it stays."""
    moment = datetime.fromisoformat(stored) if stored else None
    return '' if moment is None else local_form(moment, zone) if moment.tzinfo else stored
