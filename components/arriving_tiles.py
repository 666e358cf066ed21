"""Tiles of what is still arriving: first in today's group, because the day of capture is known only after decoding.

They are still. Nothing hears a click or a key on them, and no screen reader names them: the panel beside the pool says it already.
"""
from collections.abc import Sequence
from datetime import date
from html import escape

from nicegui import ui

from components.arrivals import Arrival
from components.controls import box
from components.design import icon_svg
from data.read_models import ImageTile

Days = list[tuple[date, list[ImageTile]]]


class ArrivingTiles:
    """One element for each file; what did not change since is not drawn again."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._arrivals: Sequence[Arrival] = ()
        self._place: ui.element | None = None
        self._tiles: dict[str, ui.html] = {}

    def __bool__(self) -> bool:
        return bool(self._arrivals)

    def take(self, arrivals: Sequence[Arrival]) -> bool:
        """Take what is arriving now. Tell whether the first came or the last went: then a group of today's comes or goes."""
        had, self._arrivals = self._arrivals, arrivals
        return bool(had) != bool(arrivals)

    def with_today(self, days: Days, *, newest_first: bool) -> Days:
        """Return the days and, where something is arriving, today among them."""
        if not self._arrivals or any(on == self._today for on, _photos in days):
            return days
        return sorted([*days, (self._today, [])], key=lambda day: day[0], reverse=newest_first)

    def draw(self, grid: ui.element | None) -> None:
        """Show them among the photographs of today's group; the style puts them first. Without a group there is nothing to show."""
        if self._place is None or self._place.is_deleted:  # it goes with its group
            self._tiles.clear()
            if grid is None or not self._arrivals:
                return
            with grid:
                self._place = box('df-arriving', aria_hidden='true')
        for gone in self._tiles.keys() - {one.key for one in self._arrivals}:
            self._tiles.pop(gone).delete()
        with self._place:
            for one in self._arrivals:
                self._draw_tile(one.key, arriving_html(one))
        self._order([one.key for one in self._arrivals])

    def _draw_tile(self, key: str, fragment: str) -> None:
        if key not in self._tiles:
            self._tiles[key] = ui.html(fragment, sanitize=False).classes('df-arriving-tile').mark('arriving')
        elif self._tiles[key].content != fragment:
            self._tiles[key].set_content(fragment)

    def _order(self, keys: list[str]) -> None:
        if list(self._tiles) != keys:
            self._tiles = {key: self._tiles[key] for key in keys}
            for place, tile in enumerate(self._tiles.values()):
                tile.move(self._place, target_index=place)


def arriving_html(arrival: Arrival) -> str:
    """Return the inside of a tile, escaped. A picture there is only when the photograph is in the pool."""
    name = escape(arrival.name)
    photo = f'<span class="df-photo">{icon_svg("image", 28)}{_bar(arrival.percent)}</span>'
    return f'{photo}<span class="df-num">{escape(arrival.words)}</span><span dir="auto" title="{name}">{name}</span>'


def _bar(percent: int | None) -> str:
    return '' if percent is None else f'<span class="df-progress"><span style="width:{percent:d}%"></span></span>'
