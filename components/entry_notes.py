"""The notes of an entry and what else is known of the visit."""
from datetime import datetime, tzinfo

from components import formatting
from components.autosave import Autosave
from components.controls import box, text, text_area, text_field
from components.quick_texts import quick_text_button
from data.actors import Actor, Permission
from data.repositories.entries import EntryRecord
from data.values import TEXT_LIMIT

_LOCAL_FORM = '%Y-%m-%dT%H:%M'


def notes_field(entry: EntryRecord, actor: Actor, saving: Autosave) -> None:
    """Show the notes: a field for who may write them, a text for who may read them, one sentence for who may not."""
    if not entry.may_read_notes:
        text('Your role does not show notes.', 'df-muted')
    elif not actor.may(Permission.NOTES_WRITE):
        with box('df-lab'):
            text('Notes', tag='h3')
        text(entry.notes or 'No notes.', 'df-prose')
    else:
        field = text_area('Notes', value=entry.notes, placeholder='Write here. Every word is saved as you type.', limit=TEXT_LIMIT,
                          classes='df-notes')
        saved = saving.add(field, lambda records: records.entries.amend, entry.key, 'notes', revision=entry.revisions.get('notes', 0),
                           reads=Permission.NOTES_READ)
        with field.state:
            quick_text_button(saved)


def appointment_field(entry: EntryRecord, saving: Autosave, zone: tzinfo, *, on_saved: object) -> None:
    """Show the appointment as date and time of the practice's zone; the browser's own picker helps."""
    field = text_field('Appointment', value=local_form(entry.appointment_at, zone), classes='df-when')
    field.control.props('type=datetime-local')
    saving.add(field, lambda records: records.entries.amend, entry.key, 'appointment_at', revision=entry.revisions.get('appointment_at', 0),
               to_value=lambda stored: _form_of(stored, zone),
               to_words=lambda stored: formatting.moment(datetime.fromisoformat(stored), zone), on_saved=on_saved)  # type: ignore[arg-type]


def visit_facts(facts: list[tuple[str, str]]) -> None:
    """Show what is known of the visit as a list of terms."""
    with box('df-facts', tag='dl'):
        for term, value in facts:
            text(term, tag='dt')
            text(value, 'df-num', tag='dd')


def local_form(moment: datetime, zone: tzinfo) -> str:
    """Return an instant as the browser's date and time field holds it."""
    return moment.astimezone(zone).strftime(_LOCAL_FORM)


def _form_of(stored: str, zone: tzinfo) -> str:
    """Return the field's form of a stored text; one that is already in it stays."""
    moment = datetime.fromisoformat(stored) if stored else None
    return '' if moment is None else local_form(moment, zone) if moment.tzinfo else stored
