"""What was just done, with the way back: at the foot of a page, or beside what it was done to.

    notice = UndoNotice()                       # at the foot of the page
    beside = UndoNotice('df-undo-beside')       # where the caller is
    notice.say('Retired Acne.', on_undo=offer_it_again)

What was done leaves by itself after a while at the foot of the page, unless it is pointed at; a refusal stays until it is closed.
"""
from collections.abc import Awaitable
from inspect import isawaitable

from nicegui import ui

from components.controls import Handler, box, icon_button, symbol, text


class UndoNotice:
    """One notice. `say` replaces what it said before: only the last act is taken back from here."""

    def __init__(self, place: str = 'df-undo-notice') -> None:
        self._place = box(place, aria_live='polite')  # heard like a status; the one status of a page is how its saving stands

    @property
    def is_deleted(self) -> bool:
        """Tell whether it has left the page."""
        return self._place.is_deleted

    def say(self, sentence: str, on_undo: Handler | None = None, *, label: str = 'Undo', takes_focus: bool = False) -> None:
        """Show what was done. `on_undo` takes it back, once; it gets the focus when what had the focus is gone."""
        with self._told('circle-check', sentence, look=' df-undo-bar--passing'):
            if on_undo is not None:
                undo = text('Undo', 'df-undo-act', tag='button', type='button', aria_label=label)
                undo.on('click', lambda: self._undo(on_undo), args=[])
                if takes_focus:
                    undo.run_method('focus')

    def refuse(self, sentence: str) -> None:
        """Show why it was not done. An empty sentence takes back what stands here."""
        if sentence:
            self._told('circle-alert', sentence)
        else:
            self.close()

    def close(self) -> None:
        """Take the notice away."""
        self._place.clear()

    def _told(self, drawn: str, sentence: str, *, look: str = '') -> ui.element:
        """Show a sentence and return the place of what can be done about it."""
        self.close()
        with self._place, box(f'df-undo-bar{look}'):
            symbol(drawn)
            text(sentence, 'df-grow')
            place = box('df-contents')
            icon_button('x', label='Close', size='small', on_click=self.close)
        return place

    def _undo(self, on_undo: Handler) -> Awaitable[None]:
        # at once: the button could be pressed twice; what follows says how it ended
        self.close()
        return self._carry_out(on_undo)

    async def _carry_out(self, on_undo: Handler) -> None:
        with self._place:
            result = on_undo()
            if isawaitable(result):
                await result
