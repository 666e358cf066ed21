"""What was just done, at the foot of the page, with the way back. It stays until it is closed or something else is done."""
from components.controls import Handler, box, button, icon_button, symbol, text


class UndoNotice:
    """The one notice of a page. `say` replaces what it said before: only the last act is taken back from here."""

    def __init__(self) -> None:
        self._place = box('df-undo-notice', role='status')

    def say(self, sentence: str, on_undo: Handler | None = None) -> None:
        """Show what was done. `on_undo` takes it back, once."""
        self.close()
        with self._place, box('df-undo-bar'):
            symbol('circle-check')
            text(sentence, 'df-grow')
            if on_undo is not None:
                button('Undo', kind='ghost', size='small', on_click=lambda: self._undo(on_undo))
            icon_button('x', label='Close', size='small', on_click=self.close)

    def close(self) -> None:
        """Take the notice away."""
        self._place.clear()

    def _undo(self, on_undo: Handler) -> object:
        # without this the button could be pressed twice; what follows says how it ended
        self.close()
        with self._place:
            return on_undo()
