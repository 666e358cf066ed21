"""What autosave shows at a field: that it was saved, the way back, and two texts when they collide."""
import asyncio
from collections.abc import Callable
from typing import Any, Literal

from components.controls import Field, box, button, symbol, text

Choice = Literal['both', 'mine', 'theirs']
FRESH_S = 6.0


class SavedMark:
    """Beside the label: "Saved 10:42" for a moment, and Undo from then on, once this person has changed the field."""

    def __init__(self, shown: Field, undo: Callable[[], Any]) -> None:
        self._root = shown.root
        self._leaving: asyncio.TimerHandle | None = None
        with shown.state:
            with box('df-saved'):
                symbol('check')
                self._words = text('', 'df-num', tag='span')
            button('Undo', kind='ghost', size='small', on_click=undo).classes('df-undo').props['aria-describedby'] = f'c{shown.label.id}'

    def show(self, time: str) -> None:
        """Show when the field was saved."""
        self._words.set_text(f'Saved {time}')
        self._root.classes('df-fresh')
        if self._leaving is not None:
            self._leaving.cancel()
        self._leaving = asyncio.get_running_loop().call_later(FRESH_S, self._leave)

    def _leave(self) -> None:
        if not self._root.is_deleted:
            self._root.classes(remove='df-fresh')


class ConflictPanel:
    """Below a field that collided: what someone else stored meanwhile, one's own text, and the three ways out. Typing goes on."""

    def __init__(self, shown: Field, decide: Callable[[Choice], Any]) -> None:
        with shown.root, box('df-conflict', role='alert') as self._panel:
            self._title = text('', 'df-conflict-title')
            self._whose = text('', 'df-conflict-whose')
            self._theirs = text('', 'df-conflict-text')
            text('Yours, not saved yet', 'df-conflict-whose')
            self._mine = text('', 'df-conflict-text')
            with box('df-conflict-acts'):
                button('Keep both', kind='primary', size='small', on_click=lambda: decide('both'))
                button('Keep mine', size='small', on_click=lambda: decide('mine'))
                button('Keep theirs', size='small', on_click=lambda: decide('theirs'))

    def show(self, who: str, theirs: str, mine: str) -> None:
        """Show both texts as they are now: the other may write on, and keys of one's own may still arrive. `who` is empty for nobody."""
        reason = f'{who} changed this meanwhile.' if who else 'This could not be saved before.'
        self._title.set_text(f'{reason} Choose what stays.')
        self._whose.set_text(f'{who}’s, saved' if who else 'Saved')
        self._theirs.set_text(theirs or 'empty')
        self._mine.set_text(mine or 'empty')

    def close(self) -> None:
        """Take the panel away."""
        self._panel.delete()


def warn_at_limit(shown: Field, content: str) -> None:
    """Say that the browser cut at its limit. It counts UTF-16 units: an emoji is two."""
    limit = int(shown.control.props.get('maxlength') or 0)
    is_cut = limit > 0 and utf16_length(content) >= limit
    shown.refuse(f'This is the limit: {limit:,} characters. What goes beyond is not kept.' if is_cut else '')


def utf16_length(content: str) -> int:
    """Return how long a browser calls a text."""
    return len(content.encode('utf-16-le', 'surrogatepass')) // 2


def both(base: str, theirs: str, mine: str) -> str:
    """Return both texts together: additions to the same text once, theirs first, because it was saved first; else one below the other."""
    if not (theirs.startswith(base) and mine.startswith(base)):
        return f'{theirs}\n{mine}'
    added = mine[len(base):]
    is_joined = not theirs or theirs[-1].isspace() or added[:1].isspace()
    return theirs + added if is_joined else f'{theirs}\n{added}'
