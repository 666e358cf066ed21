"""What autosave shows at a field: that it was saved, the way back, and two texts when they collide."""
from collections.abc import Callable
from typing import Any

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


class ConflictPanel:
    """Below a field that collided: what someone else stored meanwhile, one's own text, and the three ways out. Typing rests until then."""

    def __init__(self, shown: Field, who: str, theirs: str, *, keep_both: Callable[[], Any], keep_mine: Callable[[], Any],
                 keep_theirs: Callable[[], Any]) -> None:
        self._field = shown
        shown.control.props('readonly')
        with shown.root, box('df-conflict', role='alert') as self._panel:
            text(f'{who} changed this meanwhile. Both texts are kept.', 'df-conflict-title')
            text(f'{who}’s', 'df-conflict-whose')
            text(theirs or 'empty', 'df-conflict-theirs')
            text('Yours, not saved yet', 'df-conflict-whose')
            self._mine = text('', 'df-conflict-theirs')
            with box('df-conflict-acts'):
                button('Keep both', kind='primary', size='small', on_click=keep_both)
                button('Keep mine', size='small', on_click=keep_mine)
                button('Keep theirs', size='small', on_click=keep_theirs)

    def show_mine(self, content: str) -> None:
        """Show one's own text; keys that were on their way still arrive."""
        self._mine.set_text(content or 'empty')

    def close(self) -> None:
        """Take the panel away and let the person type again."""
        self._panel.delete()
        self._field.control.props(remove='readonly')


def warn_at_limit(shown: Field, content: str) -> None:
    """Say that the browser cut at its limit. It counts UTF-16 units: an emoji is two."""
    limit = int(shown.control.props.get('maxlength') or 0)
    is_cut = limit > 0 and len(content.encode('utf-16-le', 'surrogatepass')) // 2 >= limit
    shown.refuse(f'This is the limit: {limit:,} characters. What goes beyond is not kept.' if is_cut else '')


def both(base: str, theirs: str, mine: str) -> str:
    """Return both texts together: additions to the same text once, theirs first, because it was saved first; else one below the other."""
    if not (theirs.startswith(base) and mine.startswith(base)):
        return f'{theirs}\n{mine}'
    added = mine[len(base):]
    is_joined = not theirs or theirs[-1].isspace() or added[:1].isspace()
    return theirs + added if is_joined else f'{theirs}\n{added}'
