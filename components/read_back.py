"""After a broken line every text field is asked what stands in it, and what the server does not know yet is taken as typed.

What a browser sent into a line that had died already is gone, though the browser counts it as sent. Until the fields have answered, what
waits for them to be shown is held back: it would come to stand over those very words. This module touches NiceGUI's internals: what waits
in a page's outbox, and the difference between a value that the browser told and one that it is to be told.
"""
import asyncio
from typing import TYPE_CHECKING, Any

from nicegui import Client, background_tasks, ui

if TYPE_CHECKING:
    from components.autosave import Autosave
    from components.saved_field import SavedField

ANSWERS_WITHIN_S = 5.0


class ReadBack:
    """Asks the fields of one page at each line but the first, with which the page came. While it asks, nothing is called saved."""

    def __init__(self, desk: 'Autosave') -> None:
        self.is_under_way = False
        self._desk = desk
        self._lines = 0
        self._held: set[int] = set()
        if not desk.is_stand_in:  # that one asks by itself, from its first line on
            desk.status.client.on_connect(self._on_line)

    def _on_line(self) -> None:
        self._lines += 1
        asked = [saved for saved in self._desk.fields if is_text(saved.shown.control) and not saved.is_gone]
        if self._lines == 1 or not asked:
            return
        self._held |= {saved.shown.control.id for saved in asked if _hold(saved.shown.control)}
        self.is_under_way = True
        self._desk.show()
        background_tasks.create(self._ask(self._lines, asked), name='read back')

    async def _ask(self, line: int, asked: 'list[SavedField]') -> None:
        """Ask until all have answered, or until the next line: that one asks again."""
        for answer in asyncio.as_completed([self._ask_one(line, saved) for saved in asked]):
            await answer
        if line == self._lines:
            self.is_under_way = False
            self._desk.show()

    async def _ask_one(self, line: int, saved: 'SavedField') -> None:
        while line == self._lines and not saved.is_gone and not self._desk.status.is_deleted:
            try:
                shown = await shown_in(saved)
            except TimeoutError:
                continue
            if line == self._lines:
                self._hear(saved, shown)
            return

    def _hear(self, saved: 'SavedField', shown: str | None) -> None:
        control = saved.shown.control
        is_held = control.id in self._held
        self._held.discard(control.id)
        is_news = shown is not None and _is_news(saved, shown, is_held=is_held)
        if shown is not None and is_news:
            take(control, shown)
        if is_held and not saved.is_gone:
            control.update()
            if shown != control.value:  # else the browser would go back to what it was last told, before the words typed since
                control.run_method('updateValue')


def is_text(control: Any) -> bool:
    """Tell whether a control is a field of text: the only ones that hold what the server was not told."""
    return isinstance(control, ui.input)


async def shown_in(saved: 'SavedField') -> str | None:
    """Return what stands in a field in the browser; None when there is no such field or no such page. Raise TimeoutError for no answer.

    A key that came right behind the answer told the whole text anew, and is heard before the answer is: then that text stands there.
    """
    control = saved.shown.control
    told = control._client_value
    shown = await control.get_computed_prop('inputValue', timeout=ANSWERS_WITHIN_S)
    newest = control._client_value
    if newest is not told and isinstance(newest, str):
        return newest
    return shown if isinstance(shown, str) else None


def is_late(client: Client, socket: str, message: dict[str, Any]) -> bool:
    """Tell whether a text comes over a line that the page has left for a newer one: it is older than what the field answered there."""
    sockets, element = list(client._socket_to_document_id), client.elements.get(message.get('id', 0))
    if len(sockets) < 2 or sockets[-1] == socket or not is_text(element):
        return False
    listener = element._event_listeners.get(message.get('listener_id', '')) if element is not None else None
    return listener is not None and listener.type == 'update:value'


def take(control: Any, shown: str) -> None:
    """Take a text as if the browser had told it just now: it is not sent back, over what is typed meanwhile."""
    control._send_update_on_value_change = False
    try:
        control.set_value(shown)
    finally:
        control._send_update_on_value_change = True
    control._client_value = shown


def _is_news(saved: 'SavedField', shown: str, *, is_held: bool) -> bool:
    """Tell whether the person wrote it. What a field showed before the text that waits for it is none of theirs."""
    if shown == saved.shown.control.value or (saved.others.is_offering and shown == saved.to_value(saved.stored)):
        return False
    return not (is_held and shown == saved.heard)


def _hold(control: Any) -> bool:
    """Take what waits to be shown in a field out of its page's outbox, and tell whether there was any."""
    outbox, order = control.client.outbox, f'return runMethod({control.id}, "updateValue"'
    waiting = [message for message in outbox.messages if message[1] == 'run_javascript' and message[2].get('code', '').startswith(order)]
    for message in waiting:
        outbox.messages.remove(message)
    return outbox.updates.pop(control.id, None) is not None or bool(waiting)
