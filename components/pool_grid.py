"""The pool of a patient by day, kept up to date: only the days that changed are drawn again, so that nothing else moves or loads twice."""
from dataclasses import dataclass
from datetime import date, tzinfo

from nicegui import ui

from components.controls import box, empty_state
from components.image_grid import ImageGrid, OnKey, Size, by_day, image_grid
from data.read_models import ImageTile


@dataclass
class _Day:
    place: ui.element
    tiles: list[ImageTile]
    grid: ImageGrid | None = None


class PoolGrid:
    """Photographs by day, newest day first; `shown` are they in this order.

    `on_open(key)` is told when one is clicked; `empty` is said when there is none.
    """

    def __init__(self, *, today: date, zone: tzinfo, on_open: OnKey, empty: tuple[str, str]) -> None:
        self._today, self._zone, self._on_open = today, zone, on_open
        self._size: Size = 'M'
        self._days: dict[date, _Day] = {}
        self.shown: list[ImageTile] = []
        self.root = box('df-pool-days')
        with self.root:
            self._nothing = empty_state(*empty)

    def show(self, tiles: list[ImageTile]) -> None:
        """Show these photographs."""
        groups = by_day(tiles, self._zone)
        self.shown = [tile for _on, photos in groups for tile in photos]
        for on in set(self._days) - {on for on, _photos in groups}:
            self._days.pop(on).place.delete()
        for index, (on, photos) in enumerate(groups):
            self._show_day(index, on, photos)
        self._nothing.set_visibility(not groups)

    def set_size(self, size: Size) -> None:
        """Change how large the photos are shown."""
        self._size = size
        for day in self._days.values():
            if day.grid is not None:
                day.grid.set_size(size)

    def _show_day(self, index: int, on: date, photos: list[ImageTile]) -> None:
        day = self._days.get(on)
        if day is None:
            with self.root:
                day = self._days[on] = _Day(box(), [])
            day.place.move(target_index=index)
        if day.tiles != photos:
            day.tiles = photos
            day.place.clear()
            with day.place:
                day.grid = image_grid(photos, today=self._today, zone=self._zone, on_open=self._on_open, size=self._size,
                                      badges={tile.key: 'Cover' for tile in photos if tile.is_cover})
