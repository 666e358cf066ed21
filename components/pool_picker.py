"""Add from pool: choose among a patient's photographs; those that are in the entry already are shown, but cannot be chosen."""
from collections.abc import Awaitable, Callable, Collection
from datetime import date, tzinfo
from typing import Any

from nicegui import ui

from components.controls import box, button, icon_button, text
from components.formatting import plural
from components.image_grid import image_grid
from components.refusals import tell
from data.read_models import ImageTile, PatientHeader


class PoolPicker:
    """The dialog. `on_add` gets the chosen keys in the order of choice; the dialog closes when it has succeeded."""

    def __init__(self, patient: PatientHeader, entry: str, *, zone: tzinfo, today: date,
                 on_add: Callable[[list[str]], Awaitable[bool]]) -> None:
        self.patient, self._entry = patient, entry
        self._zone, self._today, self._on_add = zone, today, on_add
        self._order: list[str] = []
        self._shown: set[str] = set()
        self._selected: set[str] = set()
        with ui.dialog().props('transition-show=fade transition-hide=fade') as self._dialog:
            self._dialog.props['aria-label'] = 'Add from pool'
            self._card = ui.card().classes('df-dialog df-dialog--full')

    @property
    def is_open(self) -> bool:
        """Tell whether it is on the screen."""
        return bool(self._dialog.value)

    def keep_only(self, pool: Collection[str]) -> None:
        """Leave the screen when a photograph on it is in this pool no more: it may be another patient's by now."""
        if self.is_open and not self._shown <= set(pool):
            self._dialog.close()
            tell('A photo left this pool meanwhile. Open it again to choose.', kind='info')

    def open(self, pool: list[ImageTile], here: frozenset[str]) -> None:
        """Show the pool as it is now; `here` are the keys that the entry holds."""
        self._shown = {tile.key for tile in pool}
        self._order.clear()
        self._selected.clear()
        self._card.clear()
        with self._card:
            self._head()
            with box('df-picker-scroll'):
                image_grid(pool, today=self._today, zone=self._zone, selected=self._selected, on_toggle=self._toggled, gone=here,
                           badges=dict.fromkeys(here, 'In this entry'), empty=('No photos yet.', 'Add photos on the Images page first.'))
            self._foot()
        self._dialog.open()

    def _head(self) -> None:
        with box('df-dialog-head'):
            with box():
                text('Add from pool', 'df-t2', tag='h2')
                with box('df-picker-line'):
                    text(f'{self.patient.name} ', tag='span')
                    text(self.patient.unique_id, 'df-mono', tag='span')
                    text(f' to entry {self._entry}', tag='span')
            with box('df-picker-end'):
                icon_button('x', label='Close', on_click=self._dialog.close)

    def _foot(self) -> None:
        with box('df-dialog-foot'):
            self._count = text('', 'df-num')
            button('Cancel', kind='ghost', on_click=self._dialog.close)
            self._add = button('Add images', icon='plus', kind='primary', on_click=self._add_chosen)
        self._show_count()

    def _toggled(self, key: str) -> None:
        if key in self._selected:
            self._order.append(key)
        else:
            self._order.remove(key)
        self._show_count()

    def _show_count(self) -> None:
        number = len(self._order)
        self._count.set_text(f'{number} selected' if number else '')
        self._add.set_text(f'Add {plural(number, "image")}' if number else 'Add images')
        self._add.set_enabled(bool(number))

    async def _add_chosen(self) -> Any:
        self._add.set_enabled(False)  # a double click adds once
        if await self._on_add(list(self._order)):
            self._dialog.close()
        else:
            self._show_count()
