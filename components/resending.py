"""What a broken line swallowed is sent again as it stands by then: the framework's own way would show what was true before the break.

    install_resending()      # once, before the server starts

NiceGUI keeps what it sent and repeats it after a reconnection, but what changed meanwhile goes out before that: an old text, an old list
of children, would come to stand over the new one and stay. So of elements only their names are kept, and the newest state is sent.
"""
import time
from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import Any

from nicegui import core
from nicegui.outbox import Message, Outbox, deleted

Rewind = Callable[[Outbox, int], None]


def install_resending() -> None:
    """Put the two changes in place of the framework's own ways."""
    Outbox.try_rewind = _as_it_stands(Outbox.try_rewind)  # type: ignore[assignment,method-assign]
    Outbox._emit = _emit  # type: ignore[assignment,method-assign]


def _as_it_stands(rewind: Rewind) -> Rewind:
    @wraps(rewind)
    def rewind_as_it_stands(outbox: Outbox, target_message_id: int) -> None:
        waiting = len(outbox.messages)
        rewind(outbox, target_message_id)
        every = list(outbox.messages)
        swallowed, rest = every[:len(every) - waiting], every[len(every) - waiting:]
        outbox.messages = deque([*_without_late_echoes(swallowed), *rest])
        for _client, kind, what in swallowed:
            if kind == 'update':
                _show_again(outbox, what)
            elif kind == 'load_js_components':
                outbox._loaded_components.clear()  # they are named again, before the elements that need them
    return rewind_as_it_stands


def _show_again(outbox: Outbox, what: dict[Any, Any]) -> None:
    for element_id in what.keys() - {'_id', *outbox.updates}:
        outbox.updates[element_id] = outbox.client.elements.get(element_id, deleted)


def _without_late_echoes(swallowed: list[Message]) -> list[Message]:
    """Return what is no state of an element, less what would write an old text over words typed since.

    A text for a field travels as two messages: the element with its new value, then the order to show that value. Of a line that breaks
    between the two only the order comes later, behind the words that were typed into the shown text meanwhile, and would undo them.
    """
    shown = next((place for place, message in enumerate(swallowed) if message[1] == 'update'), len(swallowed))
    return [message for place, message in enumerate(swallowed)
            if message[1] not in ('update', 'load_js_components') and (place > shown or not _is_echo(message))]


def _is_echo(message: Message) -> bool:
    return message[1] == 'run_javascript' and '"updateValue"' in message[2].get('code', '')


async def _emit(outbox: Outbox, message: Message) -> None:
    """Send a message under its own number, which stands in the history before anything waits.

    The framework notes it only when it is sent. A browser that came back in between, on a new socket, never got that message.
    """
    client_id, kind, what = message
    number = what['_id'] = outbox.next_message_id
    outbox.next_message_id += 1
    _remember(outbox, number, message)
    await core.sio.emit(kind, what, room=client_id)


def _remember(outbox: Outbox, number: int, message: Message) -> None:
    now, history = time.time(), outbox.message_history
    history.append((number, now, message))
    longest_s = core.sio.eio.ping_interval + core.sio.eio.ping_timeout + outbox.client.page.resolve_reconnect_timeout()
    while history and history[0][1] < now - longest_s:
        history.popleft()
    while len(history) > core.app.config.message_history_length:
        history.popleft()
