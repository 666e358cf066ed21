"""A field that someone else is in: it says who, and shows what they write, until they leave it or press no key for a while.

The control itself is left alone, because its properties travel with its value, over what is typed meanwhile. The field bears a mark and
a stand-in, a plain text in the control's place; the style decides which of the two is seen. So the focus is never taken from anyone, and
the browser lifts the lock by itself when its line breaks.
"""
import asyncio
from typing import TYPE_CHECKING, Any

from app.clinic import clinic
from app.field_locks import Holder, editing_of
from app.presence import Person
from components import formatting
from components.controls import box, text
from components.design import avatar_colour
from components.read_back import is_text
from components.session import current_actor
from data.actors import Actor
from data.errors import Refusal
from data.records import Changed

if TYPE_CHECKING:
    from nicegui import ui

    from components.saved_field import SavedField

_QUIET_S = 3600.0
"""Keys in a stand-in are none of the page's, where a letter may lead elsewhere; that they were pressed is no news."""


class FieldLock:
    """Follows who is in one field of text. Whoever writes here already is never stopped: their text and the other one are both kept."""

    def __init__(self, field: 'SavedField') -> None:
        control = field.shown.control
        self._field, self._page = field, control.client.id
        self.is_held = False
        self.is_followed = is_text(control) and not control.props.get('readonly') and not field.desk.is_stand_in
        self._named: Person | None = None
        self._mark: ui.element | None = None
        self._stand_in: _StandIn | None = None
        self._later: asyncio.TimerHandle | None = None
        self._end = clinic().hub.subscribe(editing_of(field.key), self._heard) if self.is_followed else lambda: None

    def enter(self) -> None:
        """Take the field for the person here, who came into it."""
        try:
            self.take(current_actor())
        except Refusal:  # signed out: the page is about to leave the screen
            return

    def take(self, actor: Actor) -> None:
        """Tell the others that the person here pressed a key in the field. While it belongs to someone else, nothing happens."""
        if self.is_followed:
            clinic().field_locks.take(self._field.key, self._field.name, self._page, actor)

    def leave(self) -> None:
        """Tell the others that the person here left the field, or that their line broke."""
        clinic().field_locks.leave(self._field.key, self._field.name, self._page)

    def close(self) -> None:
        """Stop following: the field, or its page, is gone."""
        self._end()
        self._forget_later()
        self.leave()

    def show(self) -> None:
        """Show who is in the field now. Only one that is at rest here is held: nothing that is written here may leave the screen."""
        self._forget_later()
        if not self.is_followed or self._field.is_gone:
            return
        holder = clinic().field_locks.other(self._field.key, self._field.name, self._page)
        self._hold(is_held=holder is not None and self._field.is_at_rest)
        self._name(holder)
        if holder is not None:
            # a key that is pressed meanwhile moves the end on: looked at again then
            self._later = asyncio.get_running_loop().call_later(clinic().field_locks.left_s(holder), self.show)

    def _heard(self, change: Changed) -> None:
        if change.field == self._field.name:
            self.show()

    def _hold(self, *, is_held: bool) -> None:
        field, root = self._field, self._field.shown.root
        if is_held == self.is_held:
            return
        self.is_held = is_held
        if is_held:
            self._stand_in = _StandIn(field)
            root.classes(add='df-held')
            return
        field.others.hear()  # what they wrote is what is written on
        root.classes(remove='df-held')
        if self._stand_in is not None:
            self._stand_in.give_way()
            self._stand_in = None

    def _name(self, holder: Holder | None) -> None:
        person = holder.person if holder is not None else None
        if person == self._named:
            return
        self._named = person
        if self._mark is not None:
            self._mark.delete()
            self._mark = None
        if person is None:
            return
        with self._field.shown.state, box('df-editing') as self._mark:
            with box('df-avatar', aria_hidden='true').style(f'--own:{avatar_colour(person.user)}'):
                text(formatting.initials(person.name), tag='span')
            is_self = person.user == self._field.desk.reader
            text('You are editing elsewhere' if is_self else f'{person.name} is editing', 'df-ell', tag='span')

    def _forget_later(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None


class _StandIn:
    """What the field holds, as a text in the control's place. Whoever clicked into it and waits there is in the field when it is free."""

    def __init__(self, field: 'SavedField') -> None:
        self._field, self._has_focus = field, False
        with field.shown.root:
            self._text = text('', 'df-stand-in', tabindex='0').bind_text_from(field.shown.control, 'value', backward=self._words)
        self._text.on('focus', lambda: self._turned(has_focus=True), []).on('blur', lambda: self._turned(has_focus=False), [])
        self._text.on('keydown.stop', lambda: None, [], throttle=_QUIET_S, trailing_events=False)

    def give_way(self) -> None:
        """Leave the place to the control."""
        self._text.delete()
        if self._has_focus:
            self._field.shown.control.run_method('focus')

    def _turned(self, *, has_focus: bool) -> None:
        self._has_focus = has_focus

    def _words(self, value: Any) -> str:
        """Return what the control shows: in words where it is the browser that makes words of it."""
        field = self._field
        return field.to_words(field.to_text(value)) if value and field.to_words else str(value or '')
