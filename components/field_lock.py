"""A field that someone else is in: it says who, and is only read until they leave it or press no key for a while."""
import asyncio
from typing import TYPE_CHECKING

from nicegui import ui

from app.clinic import clinic
from app.field_locks import Holder, editing_of
from components import formatting
from components.controls import box, text
from components.design import avatar_colour
from components.session import current_actor
from data.errors import Refusal
from data.records import Changed

if TYPE_CHECKING:
    from components.saved_field import SavedField


class FieldLock:
    """Follows who is in one field. Whoever writes here already is never stopped: their text and the other one are both kept."""

    def __init__(self, field: 'SavedField') -> None:
        self._field = field
        self._page, self._user = field.shown.control.client.id, current_actor().user
        self.is_held = False
        self.may_write = not field.shown.control.props.get('readonly')
        self._mark: ui.element | None = None
        self._later: asyncio.TimerHandle | None = None
        self._end = clinic().hub.subscribe(editing_of(field.key), self._heard)
        self._show()

    def take(self, *, by_key: bool = False) -> None:
        """Tell the others that the person here came into the field, or pressed a key in it.

        A key from a field that is only read left before the browser knew of that: who writes already is not stopped.
        """
        if by_key:
            self._hold(is_held=False)
        try:
            clinic().field_locks.take(self._field.key, self._field.name, self._page, current_actor())
        except Refusal:  # signed out: the page is about to leave the screen
            return

    def leave(self) -> None:
        """Tell the others that the person here left the field."""
        clinic().field_locks.leave(self._field.key, self._field.name, self._page)

    def close(self) -> None:
        """Stop following: the field, or its page, is gone."""
        self._end()
        self._forget_later()
        self.leave()  # heard by the others alone

    def _heard(self, change: Changed) -> None:
        if change.field == self._field.name:
            self._show()

    def _show(self) -> None:
        self._forget_later()
        if self._field.is_gone:
            return
        holder = clinic().field_locks.other(self._field.key, self._field.name, self._page)
        self._hold(is_held=holder is not None and (self.is_held or self._field.is_at_rest))
        if holder is not None:
            # a key that is pressed meanwhile moves the end on: looked at again then
            self._later = asyncio.get_running_loop().call_later(clinic().field_locks.left_s(holder), self._show)
        self._name(holder)

    def _hold(self, *, is_held: bool) -> None:
        """Let the field only be read, or be written. Its properties are sent with its value: never while someone writes here."""
        field = self._field
        if is_held == self.is_held or not self.may_write:
            return
        if not is_held:
            field.others.hear()  # while it may still come in: what they wrote is what is written on
        self.is_held = is_held
        field.has_focus = field.is_in and not is_held
        field.shown.control.props('readonly' if is_held else '', remove='' if is_held else 'readonly')
        field.shown.root.classes(add='df-held' if is_held else '', remove='' if is_held else 'df-held')

    def _name(self, holder: Holder | None) -> None:
        if self._mark is not None:
            self._mark.delete()
            self._mark = None
        if holder is None:
            return
        with self._field.shown.state, box('df-editing') as self._mark:
            with box('df-avatar', aria_hidden='true').style(f'--own:{avatar_colour(holder.person.user)}'):
                text(formatting.initials(holder.person.name), tag='span')
            words = 'You are editing elsewhere' if holder.person.user == self._user else f'{holder.person.name} is editing'
            text(words, 'df-ell', tag='span')

    def _forget_later(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
