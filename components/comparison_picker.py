"""Choose photographs to compare among all of a patient's, those of this visit first."""
from collections.abc import Awaitable, Callable, Collection
from datetime import date, tzinfo

from nicegui import ui

from components.controls import box, button, empty_state, icon_button, text
from components.image_grid import image_grid
from components.refusals import tell
from data.read_models import ImageTile, PatientHeader

OnPick = Callable[[list[str]], Awaitable[bool]]


class ComparisonPicker:
    """The dialog, built when it is opened. `on_pick` gets the chosen keys; it closes when that has succeeded."""

    def __init__(self, *, zone: tzinfo, today: date) -> None:
        self._zone, self._today = zone, today
        self._shown: set[str] = set()
        with ui.dialog().props('transition-show=fade transition-hide=fade') as self._dialog:
            self._dialog.props['aria-label'] = 'New comparison'
            self._card = ui.card().classes('df-dialog df-dialog--full')
        self._dialog.on('hide', self._card.clear, [])  # nothing of a patient stays behind a closed dialog

    @property
    def is_open(self) -> bool:
        """Tell whether it is on the screen."""
        return bool(self._dialog.value)

    def keep_only(self, pool: Collection[str]) -> None:
        """Leave the screen when a photograph on it is in this pool no more: it may be another patient's by now."""
        if self.is_open and not self._shown <= set(pool):
            self._card.clear()
            self._dialog.close()
            tell('A photo left this pool meanwhile. Open it again to choose.', kind='info')

    def open(self, title: str, patient: PatientHeader, pool: list[ImageTile], *, first: Collection[str], on_pick: OnPick, act: str,
             chosen: Collection[str] = (), gone: Collection[str] = ()) -> None:
        """Show a pool: `first` are the photographs of this visit, `gone` those that cannot be chosen, as they are in it already."""
        self._shown, self._selected = {tile.key for tile in pool}, set(chosen)
        self._on_pick, self._least = on_pick, 1 if gone else 2
        self._dialog.props['aria-label'] = title
        self._card.clear()
        with self._card:
            self._head(title, patient)
            with box('df-picker-scroll'):
                here = [tile for tile in pool if tile.key in first]
                self._part('In this entry', here, gone)
                self._part('More in the pool' if here else 'In the pool', [tile for tile in pool if tile.key not in first], gone)
                if not pool:
                    empty_state('No photos yet.', 'Add photos on the Images page first.')
            self._foot(act)
        self._dialog.open()

    def _head(self, title: str, patient: PatientHeader) -> None:
        with box('df-dialog-head'):
            with box():
                text(title, 'df-t2', tag='h2')
                with box('df-picker-line'):
                    text(f'{patient.name} ', tag='span')
                    text(patient.unique_id, 'df-mono', tag='span')
            with box('df-picker-end'):
                icon_button('x', label='Close', on_click=self._dialog.close)

    def _part(self, title: str, tiles: list[ImageTile], gone: Collection[str]) -> None:
        if tiles:
            text(title, 'df-over df-picker-part', tag='h3')
            image_grid(tiles, today=self._today, zone=self._zone, selected=self._selected, on_toggle=lambda _key: self._show_count(),
                       gone=frozenset(gone), badges=dict.fromkeys(gone, 'In this comparison'))

    def _foot(self, act: str) -> None:
        with box('df-dialog-foot'):
            self._count = text('', 'df-num')
            button('Cancel', kind='ghost', on_click=self._dialog.close)
            self._act = button(act, icon='columns-2', kind='primary', on_click=self._pick)
        self._show_count()

    def _show_count(self) -> None:
        number = len(self._selected)
        self._count.set_text(f'{number} selected' if number else 'Select two or more photos.' if self._least > 1 else '')
        self._act.set_enabled(number >= self._least)

    async def _pick(self) -> None:
        self._act.set_enabled(False)  # a double click acts once
        if await self._on_pick(sorted(self._selected)):
            self._dialog.close()
        elif self.is_open:
            self._show_count()
