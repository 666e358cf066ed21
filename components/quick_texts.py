"""Quick texts where notes are written: a button that opens them, and one press appends one at the end."""
from functools import partial

from nicegui import ui

from app.clinic import clinic
from components.controls import box, link, text
from components.field_marks import utf16_length
from components.refusals import refusals_shown, tell
from components.saved_field import SavedField
from components.session import current_actor
from data.actors import Actor, Permission
from data.repositories.quick_texts import QuickTextRecord
from data.values import TEXT_LIMIT

SETTINGS_ADDRESS = '/settings'


def quick_text_button(notes: SavedField) -> None:
    """Show the button. What is offered is read when it is pressed, so it is what the practice has by then."""
    opener = text('Quick text', 'df-link df-quick', tag='button', type='button', aria_haspopup='menu')
    with opener:
        menu = ui.menu().props('no-parent-event auto-close anchor="bottom right" self="top right"').classes('df-quick-menu')
        menu.props['aria-label'] = 'Quick texts'

    def show() -> None:
        with refusals_shown():
            actor = current_actor()
            with clinic().reading(actor) as records:
                offered = records.quick_texts.offered()
            menu.clear()
            with menu:
                _choices(offered, notes, actor)
            menu.open()
    opener.on('click', show, args=[])


def _choices(offered: list[QuickTextRecord], notes: SavedField, actor: Actor) -> None:
    for record in offered:
        item = ui.menu_item(on_click=partial(_append, notes, record)).props('role=menuitem')
        item.props['aria-label'] = record.title
        with item, box('df-quick-choice'):
            text(record.title, 'df-bold df-ell')
            text(record.text, 'df-muted df-ell')
    if not offered:
        with box('df-quick-none'):
            text('No quick texts yet.')
            if actor.may(Permission.MANAGE):
                link('Write the first one', SETTINGS_ADDRESS)
            else:
                text('An administrator writes them under Settings.', 'df-muted')


async def _append(notes: SavedField, record: QuickTextRecord) -> None:
    """Store the notes with a quick text more at their end, as a change of its own: taking it back takes nothing of what was typed."""
    await notes.quiet()
    written = str(notes.shown.control.value or '')
    content = written + ('' if not written or written.endswith('\n') else '\n') + record.text
    if utf16_length(content) > TEXT_LIMIT:
        tell(f'“{record.title}” does not fit: the notes are as long as they can be. Nothing was added.')
    else:
        notes.use(content)
