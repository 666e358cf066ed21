"""The notes of an entry and what else is known of the visit."""
from datetime import tzinfo
from html import escape

from nicegui import ui

from components import formatting
from components.autosave import Autosave
from components.controls import box, text, text_area
from components.navigation import patient_address
from components.quick_texts import quick_text_button
from data.actors import Actor, Permission
from data.repositories.entries import EntryRecord
from data.values import TEXT_LIMIT


def notes_field(entry: EntryRecord, actor: Actor, saving: Autosave) -> None:
    """Show the notes: a field for who may write them, a text for who may read them, one sentence for who may not."""
    if not entry.may_read_notes:
        text('Your role does not show notes.', 'df-muted')
    elif not actor.may(Permission.NOTES_WRITE):
        with box('df-lab'):
            text('Notes', tag='h3')
        text(entry.notes or 'No notes.', 'df-prose', dir='auto')
    else:
        field = text_area('Notes', value=entry.notes, placeholder='Write here. Every word is saved as you type.', limit=TEXT_LIMIT,
                          classes='df-notes')
        saved = saving.add(field, lambda records: records.entries.amend, entry.key, 'notes', revision=entry.revisions.get('notes', 0),
                           reads=Permission.NOTES_READ)
        with field.state:
            quick_text_button(saved)


class VisitFacts:
    """What is known of the visit and stands nowhere else on its page, as a list of terms. It follows `show`."""

    def __init__(self, unique_id: str, zone: tzinfo) -> None:
        self._unique_id, self._zone = unique_id, zone
        with box('df-visit-facts'):
            text('Visit', 'df-over', tag='h3')
            self._list = ui.html('', sanitize=False, tag='dl').classes('df-facts')

    def show(self, entry: EntryRecord) -> None:
        """Show who saw the patient, and when they were here before."""
        self._list.set_content(facts_html(entry, self._unique_id, self._zone))


def facts_html(entry: EntryRecord, unique_id: str, zone: tzinfo) -> str:
    """Return the terms and what is known of each, escaped."""
    return (f'<dt>Physician</dt><dd class="df-num">{escape(entry.clinician or "Not recorded")}</dd>'
            f'<dt>Previous visit</dt><dd class="df-num">{_previous_html(entry, unique_id, zone)}</dd>')


def _previous_html(entry: EntryRecord, unique_id: str, zone: tzinfo) -> str:
    before = entry.before
    if before is None:
        return '<span>None</span>'
    then, now = (formatting.local(at, zone).date() for at in (before.appointment_at, entry.appointment_at))
    address = escape(patient_address(unique_id, f'/entries/{before.number}'))
    return f'<a class="df-link" href="{address}">{escape(formatting.day(then))}</a><span>, {escape(formatting.interval(then, now))}</span>'
