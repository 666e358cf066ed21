"""The workspace of an entry: its photographs by day, a choice of them, and what can be done with the choice."""
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any

from nicegui import ui

from components.controls import box, button, icon_button, text
from components.formatting import interval, plural
from components.image_grid import ImageGrid, Size, day_of, image_grid
from components.left_marks import left_marks
from data.read_models import ImageTile
from data.repositories.left_images import LeftImage

OnKeys = Callable[[list[str]], Awaitable[bool]]
"""An act on the chosen keys; it tells whether it was done."""


@dataclass
class Workspace:
    """Shows the images, keeps the choice through redraws. `on_compare` and `on_remove` get the chosen keys; None hides the act.

    One act at a time: a double click does it once. A choice that something was done with is over, a refused one stays.
    """

    zone: tzinfo
    today: date
    visit: date
    on_open: Callable[[str], Any]
    on_compare: OnKeys | None = None
    on_remove: OnKeys | None = None
    size: Size = 'M'
    chosen: set[str] = field(default_factory=set)
    _tiles: list[ImageTile] = field(default_factory=list)
    _grid: ImageGrid | None = None
    _bar: ui.element | None = None
    _place: ui.element | None = None
    _buttons: list[ui.button] = field(default_factory=list)
    _is_acting: bool = False

    def build(self, tiles: list[ImageTile], head: ui.element, left: Sequence[LeftImage] = ()) -> None:
        """Show the workspace where the caller is. The bar of a choice covers `head`, the section's own, so that no photo moves."""
        with head:
            self._bar = box('df-selbar-over')
        self._place = box()
        self.show(tiles, left)

    def show(self, tiles: list[ImageTile], left: Sequence[LeftImage] = ()) -> None:
        """Draw anew with these images, and the marks of those that left; chosen ones that are still here stay chosen."""
        assert self._place is not None
        self._tiles = tiles
        self.chosen &= {tile.key for tile in tiles}
        acts = self.on_compare is not None or self.on_remove is not None
        self._place.clear()
        with self._place:
            self._grid = image_grid(tiles, today=self.today, visit=self.visit, zone=self.zone, selected=self.chosen, size=self.size,
                                    on_open=self.on_open, on_toggle=(lambda _key: self._show_bar()) if acts else None,
                                    empty=('No photos in this entry yet.', 'Add photos from the pool.'))
            left_marks(left, self.zone)
        self._show_bar()

    def set_size(self, size: Size) -> None:
        """Change how large the photos are."""
        self.size = size
        if self._grid is not None:
            self._grid.set_size(size)

    def clear_choice(self) -> None:
        """Choose nothing."""
        if self._grid is not None:
            self._grid.clear()
        self._show_bar()

    async def compare(self) -> None:
        """Compare what is chosen. Too few are the act's to refuse."""
        await self._act(self.on_compare)

    def _show_bar(self) -> None:
        """Show what can be done with the choice; nothing when nothing is chosen."""
        assert self._bar is not None
        self._bar.clear()
        self._buttons.clear()
        if not self.chosen:
            return
        with self._bar, box('df-selbar', role='toolbar', aria_label='Selected images'):
            icon_button('x', label='Clear selection', on_click=self.clear_choice)
            text(f'{len(self.chosen)} selected', 'df-selbar-count df-num')
            if apart := self._apart():
                text(apart, 'df-hide-narrow')
            if self.on_compare is not None:
                compare = button('Compare', icon='columns-2', kind='primary', enabled=len(self.chosen) > 1 and not self._is_acting,
                                 on_click=self.compare)
                self._buttons.append(compare)
            if self.on_remove is not None:
                remove = button('Remove', icon='x', kind='danger', label='Remove from this entry', enabled=not self._is_acting,
                                on_click=lambda: self._act(self.on_remove))
                remove.tooltip('The photo stays in the pool.')
                self._buttons.append(remove)

    async def _act(self, act: OnKeys | None) -> None:
        if act is None or self._is_acting:
            return
        self._is_acting = True
        for acting in self._buttons:
            acting.set_enabled(False)
        is_done = False
        try:
            is_done = await act([tile.key for tile in self._tiles if tile.key in self.chosen])
        finally:
            self._is_acting = False
            self.clear_choice() if is_done else self._show_bar()

    def _apart(self) -> str:
        days = [day_of(tile, self.zone) for tile in self._tiles if tile.key in self.chosen]
        return f'{interval(min(days), max(days))} apart' if len(set(days)) > 1 else ''


def summary(tiles: list[ImageTile]) -> str:
    """Return the line that stands in for a closed workspace."""
    return plural(len(tiles), 'image') if tiles else 'No images'
