"""A name that is changed where it stands: Enter or the tick stores it, Escape or the cross leaves everything as it was."""
from collections.abc import Awaitable, Callable
from typing import Any

from components.controls import box, button, icon_button, link, text, text_field
from components.hidden_characters import warn_of_hidden
from components.refusals import refusals_shown
from data.errors import ChangedMeanwhile, TagTaken

Rename = Callable[[str, str, int], Awaitable[None]]
"""Stores a name: what it was, what it becomes, and the revision that the person saw."""


class InlineName:
    """The field in place of the name. `reach` is what it stands for: 'on', '684 records', and the address where they can be seen.

    A name that another one bears is refused with the way to merge the two, when there is one; a name that someone else changed
    meanwhile is shown, and storing again goes over it.
    """

    def __init__(self, label: str, name: str, revision: int, *, reach: tuple[str, str, str], act: Rename, on_end: Callable[[], Any],
                 on_merge: Callable[[str], Any] | None = None) -> None:
        self._name, self._revision, self._reach = name, revision, reach
        self._act, self._on_end, self._on_merge = act, on_end, on_merge
        self._is_storing = False
        self.field = text_field(label, value=name, bare=True, classes='df-rename')
        self.field.control.props('autofocus').on('keydown.enter', self.store, []).on('keydown.escape', self.give_up, [])
        warn_of_hidden(self.field)
        with self.field.root:
            self._merge = box()
            self._was = box('df-was')
        self._show_was()

    def buttons(self) -> None:
        """Show the tick and the cross."""
        text('Enter', 'df-key', tag='kbd', aria_hidden='true')
        icon_button('check', label='Save name', kind='primary', on_click=self.store)
        icon_button('x', label='Keep the old name', kind='', on_click=self.give_up)

    async def store(self) -> None:
        """Store what stands in the field. What is refused stays there with its sentence."""
        typed = str(self.field.value or '')
        if self._is_storing:
            return
        if typed == self._name:
            self.give_up()
            return
        self._is_storing = True
        self._merge.clear()
        try:
            with refusals_shown(self.field):
                await self._store(typed)
        finally:
            self._is_storing = False

    def give_up(self) -> None:
        """Leave the name as it is stored."""
        self._on_end()

    async def _store(self, typed: str) -> None:
        try:
            await self._act(self._name, typed, self._revision)
        except ChangedMeanwhile as changed:
            self._name, self._revision = changed.theirs, changed.revision
            self._show_was()
            self.field.refuse(f'{changed.who or "Someone else"} renamed it to {changed.theirs} meanwhile. Save again to keep your name.')
        except TagTaken as taken:
            self._offer_merge(taken)
            raise
        else:
            self._on_end()

    def _offer_merge(self, taken: TagTaken) -> None:
        merge, holder = self._on_merge, taken.holder
        if merge is not None:
            with self._merge:
                button('Merge them?', kind='ghost', size='small', on_click=lambda: merge(holder))

    def _show_was(self) -> None:
        joint, words, address = self._reach
        self._was.clear()
        with self._was:
            text(f'was {self._name}, {joint} ', tag='span')
            if address:
                link(words, address)
            else:
                text(words, tag='b')
