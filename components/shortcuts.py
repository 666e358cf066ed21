"""The keys of a page: what each does, one listener, and the list that shows exactly what works here.

    shortcuts.on('j', 'Next patient', step, repeats=True)          # held down, it goes on
    shortcuts.on('ArrowDown', 'Next patient', step, repeats=True)  # another key for the same stands in the same line
    shortcuts.on('g t', 'Tags', go, group=GO_TO)                   # one key, then the other
    shortcuts.search_in(field.control)                             # where / leads on this page

What a page adds comes before what works everywhere. Nothing fires in a field, with Ctrl, Alt or Meta, or while a dialog or a menu is
open. Letters and signs can be switched off, `?` too: whoever speaks to the computer would set them off by talking (WCAG 2.1.4). Arrows
and Enter stay, and so does the way to the list in the menu.
"""
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nicegui import background_tasks, ui
from nicegui.events import KeyEventArguments

from components.controls import Handler, box, icon_button, text
from components.refusals import refusals_shown

HERE, EVERYWHERE, GO_TO = 'On this page', 'Everywhere', 'Go to'
SEARCH_ADDRESS = '/patients?focus=search'
_FIELDS = ['input', 'select', 'textarea']
_PRESSED_BY_ENTER = [*_FIELDS, 'a', 'button', 'summary']
_TOGETHER_S = 2.0
_CAPS = {'ArrowDown': '↓', 'ArrowUp': '↑', 'ArrowLeft': '←', 'ArrowRight': '→', 'Escape': 'Esc'}


@dataclass(frozen=True)
class Shortcut:
    """One key, or two one after the other, and what is done."""

    keys: str
    words: str
    act: Handler
    group: str = HERE
    repeats: bool = False

    @property
    def is_character(self) -> bool:
        """Tell whether it is typed with letters or signs: only those can be switched off."""
        return all(len(key) == 1 for key in self.keys.split())


_ESCAPE = Shortcut('Escape', 'Close a dialog or a menu', lambda: None, EVERYWHERE)  # dialogs and menus do it themselves


class Shortcuts:
    """What the keys of one page do. `are_on()` tells whether letters and signs work for the reader, `keep(is_on)` remembers it."""

    def __init__(self, *, are_on: Callable[[], bool], keep: Callable[[bool], Awaitable[None]]) -> None:
        self._are_on, self._keep = are_on, keep
        self._all: dict[str, Shortcut] = {}
        self._begun, self._begun_at = '', 0.0
        self._was_connected = self._is_deaf = False
        self._keyboard = self._listen(_FIELDS, lambda key: key != 'Enter')
        ui.context.client.on_connect(self._connected)
        self.on('?', 'This list', self.show, group=EVERYWHERE)

    def on(self, keys: str, words: str, act: Handler, *, group: str = HERE, repeats: bool = False) -> None:
        """Let a key, or two with a space between them, do something. What was there before it for the same keys is gone."""
        if keys == 'Enter' and keys not in self._all:
            # a link or button that has the focus is pressed by Enter: nothing else may happen besides
            self._listen(_PRESSED_BY_ENTER, lambda key: key == 'Enter')
        self._all[keys] = Shortcut(keys, words, act, group, repeats)

    def search_in(self, control: ui.input) -> None:
        """Let / put the cursor into this field; at once, for whoever pressed it on a page that has none."""
        self.on('/', 'Search', lambda: control.run_method('focus'))
        if ui.context.client.request.query_params.get('focus') == 'search':
            control.props('autofocus')

    def working(self, *, is_on: bool = True) -> list[Shortcut]:
        """Return what works on this page, with letters and signs or without."""
        return [*(shortcut for shortcut in self._all.values() if is_on or not shortcut.is_character), _ESCAPE]

    def show(self) -> None:
        """Show the list, and the switch."""
        with refusals_shown():
            is_on = self._are_on()
            with ui.dialog().props('transition-show=fade transition-hide=fade') as dialog, ui.card().classes('df-dialog df-keys'):
                dialog.props['aria-label'] = 'Keyboard shortcuts'
                with box('df-dialog-head'):
                    text('Keyboard shortcuts', 'df-t2 df-grow', tag='h2')
                    icon_button('x', label='Close', on_click=dialog.close)
                with box('df-dialog-body'):
                    listed = box('df-keys-list').mark('keys-list')
                    switch = ui.switch('Single-key shortcuts', value=is_on, on_change=lambda event: self._switch(event.value, listed))
                    switch.classes('df-keys-switch')
                    text('Off, letters and signs do nothing. Arrow keys, Enter and Esc still work.', 'df-meta df-f13')
            self._list(listed, is_on=is_on)
            dialog.on('hide', dialog.delete)
            dialog.open()

    def _listen(self, ignore: list[Any], hears: Callable[[str], bool]) -> ui.keyboard:
        keyboard = ui.keyboard(lambda event: self._pressed(event) if hears(event.key.name) else None, ignore=ignore)
        keyboard.props['events'] = ['keydown']
        return keyboard

    def _connected(self) -> None:
        """After a break, hear nothing for a moment: the browser kept what was pressed on the dead line, and sends it first."""
        self._is_deaf, self._was_connected = self._was_connected, True
        if self._is_deaf:
            background_tasks.create(self._hear_again(), name='keys after a break')

    async def _hear_again(self) -> None:
        with suppress(TimeoutError):
            await self._keyboard.get_computed_prop('repeating')  # whatever it is: the answer comes after all that was kept
        self._is_deaf = False

    def _pressed(self, event: KeyEventArguments) -> Any:
        name, held = event.key.name, event.modifiers
        has_modifier = name == 'Shift' or held.ctrl or held.alt or held.meta
        if self._is_deaf or has_modifier or _is_covered(event.client.elements.values()):
            return None
        found = self._found(name.lower() if len(name) == 1 else name)
        if found is None or (event.action.repeat and not found.repeats):
            return None
        with refusals_shown():
            return found.act() if not found.is_character or self._are_on() else None
        return None

    def _found(self, key: str) -> Shortcut | None:
        """Return what this key completes; a first key of two waits for the second, for a moment."""
        begun = self._begun if time.monotonic() - self._begun_at < _TOGETHER_S else ''
        self._begun = ''
        if begun:
            return self._all.get(f'{begun} {key}')
        if any(keys.startswith(f'{key} ') for keys in self._all):
            self._begun, self._begun_at = key, time.monotonic()
        return self._all.get(key)

    async def _switch(self, is_on: bool, listed: ui.element) -> None:
        with refusals_shown():
            await self._keep(is_on)
            self._list(listed, is_on=is_on)

    def _list(self, listed: ui.element, *, is_on: bool) -> None:
        listed.clear()
        works = self.working(is_on=is_on)
        with listed:
            for group in (HERE, EVERYWHERE, GO_TO):
                _group(group, [shortcut for shortcut in works if shortcut.group == group])


def _group(name: str, shortcuts: list[Shortcut]) -> None:
    if shortcuts:
        with box('df-col df-gap-s', tag='section'):
            text(name, 'df-over', tag='h3')
            with box('df-keys-group', tag='dl'):
                for words in dict.fromkeys(shortcut.words for shortcut in shortcuts):
                    _line(words, [shortcut.keys for shortcut in shortcuts if shortcut.words == words])


def _line(words: str, alternatives: list[str]) -> None:
    with box():
        text(words, tag='dt')
        with box(tag='dd'):
            for number, keys in enumerate(alternatives):
                if number:
                    text('or', 'df-meta', tag='span')
                for place, key in enumerate(keys.split()):
                    if place:
                        text('then', 'df-meta', tag='span')
                    text(_CAPS.get(key, key.upper() if len(key) == 1 else key), tag='kbd')


def _is_covered(elements: Any) -> bool:
    return any(isinstance(element, ui.dialog | ui.menu) and element.value for element in elements)
