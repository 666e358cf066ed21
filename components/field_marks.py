"""What autosave shows at a field: that it was saved, the way back, and two texts when they collide."""
from collections.abc import Callable
from typing import Any

from nicegui import ui

from components.controls import Field, box, button, text


class SavedMark:
    """Beside the label: "Saved 10:42" and Undo, once this person has changed the field."""

    def __init__(self, shown: Field, undo: Callable[[], Any]) -> None:
        with shown.state, box('df-saved'):
            self._words = text('', tag='span')
            button('Undo', kind='ghost', size='small', on_click=undo).classes('df-undo')

    def show(self, time: str) -> None:
        """Show when the field was saved."""
        self._words.set_text(f'Saved {time}')


def conflict_panel(shown: Field, who: str, theirs: str, *, keep_both: Callable[[], Any], keep_mine: Callable[[], Any],
                   keep_theirs: Callable[[], Any]) -> ui.element:
    """Show, below the field that still holds one's own text, what someone else stored meanwhile, and the three ways out."""
    with shown.root, box('df-conflict', role='alert') as panel:
        text(f'{who} changed this meanwhile. Both texts are kept.', 'df-conflict-title')
        text(theirs or 'empty', 'df-conflict-theirs')
        with box('df-conflict-acts'):
            button('Keep both', kind='primary', size='small', on_click=keep_both)
            button('Keep mine', size='small', on_click=keep_mine)
            button('Keep theirs', size='small', on_click=keep_theirs)
    return panel
