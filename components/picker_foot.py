"""The foot of a choice of photographs: what is chosen in the order of choice, how far apart, and what is done with it."""
from collections.abc import Callable, Sequence
from datetime import tzinfo
from html import escape
from typing import Any

from nicegui import ui

from components.controls import Handler, box, button, text
from components.image_grid import apart, photo_html
from components.sensitive import VEILED, is_veiled
from data.read_models import ImageTile

_MOST = 6


class PickerFoot:
    """`words(number)` is what stands on the button for so many, of which there are to be at least so many; `on_hide` hears the switch.

    `waiting` is said while there are too few.
    """

    def __init__(self, words: Callable[[int], str], *, least: int, icon: str, waiting: str, zone: tzinfo, on_clear: Handler,
                 on_close: Handler, on_act: Handler, on_hide: Callable[[bool], Any]) -> None:
        self._words, self._least, self._waiting, self._zone = words, least, waiting, zone
        self._number = 0
        with box('df-dialog-foot df-picker-foot'):
            self._photos = ui.html('', sanitize=False).classes('df-picked').props('aria-hidden=true')
            with box('df-picker-count'):
                self._count = text('', 'df-num', role='status')
                self._apart = text('', 'df-meta df-num')
                self._clear = text('Clear', 'df-link', tag='button', type='button').on('click', on_clear, args=[])
            self._hide = ui.switch(on_change=lambda event: on_hide(event.value is True)).classes('df-picker-hide')
            button('Cancel', kind='ghost', on_click=on_close)
            self._act = button('', icon=icon, kind='primary', on_click=on_act)

    def show(self, chosen: Sequence[ImageTile]) -> None:
        """Show what is chosen, in this order."""
        self._number = len(chosen)
        self._photos.set_content(_photos_html(chosen))
        self._photos.set_visibility(bool(chosen))
        self._count.set_text(f'{len(chosen):,} selected' if chosen else self._waiting)
        self._apart.set_text(apart(chosen, self._zone))
        self._clear.set_visibility(bool(chosen))
        self._act.set_text(self._words(len(chosen)))
        self.set_ready(True)

    def show_taken(self, number: int) -> None:
        """Say how many are there already, for the switch that hides them."""
        self._hide.set_text(f'Hide the {number:,} already here')
        self._hide.set_visibility(number > 0)

    @property
    def is_ready(self) -> bool:
        """Tell whether the button can be pressed."""
        return bool(self._act.enabled)

    def set_ready(self, is_ready: bool) -> None:
        """Let the button be pressed, when enough are chosen; or not, while what it does is being done."""
        self._act.set_enabled(is_ready and self._number >= self._least)


def _photos_html(chosen: Sequence[ImageTile]) -> str:
    """Return the first of them small, escaped; a sensitive one that is hidden stays so."""
    photos = ''.join(f'<span class="{escape(VEILED if is_veiled(tile) else "")}">{photo_html(tile)}</span>' for tile in chosen[:_MOST])
    return photos + (f'<span class="df-num">+{len(chosen) - _MOST:,}</span>' if len(chosen) > _MOST else '')
