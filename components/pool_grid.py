"""The pool of a patient by day, kept up to date, and a choice among its photographs. Only what changed is drawn again.

    grid = PoolGrid(today=today, zone=zone, on_open=show_large, on_choice=show_what_can_be_done)
    grid.show(tiles, newest_first=True)
    grid.chosen                               # the keys, in the order that they are shown in
"""
import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, tzinfo
from functools import partial
from typing import Any

from components.arrivals import Arrival
from components.arriving_tiles import ArrivingTiles
from components.controls import box
from components.day_visits import DayVisit
from components.image_grid import OnKey, Size, by_day
from components.pool_day import PoolDay, TileActs
from components.soon import Soon
from data.read_models import ImageTile

_FIRST = 40
"""So many tiles are drawn at once: what a large window shows. Hundreds would keep the reader waiting for what is out of sight."""
AT_ONCE = 15
"""The pictures of so many are asked for before it is known where they come to stand: what a usual window shows."""
_STEP, _REST_S = 60, 0.15
"""The others follow, so many at a time, which takes less than 20 ms, with a rest in which the page and others are heard."""


class PoolGrid:
    """Photographs by day; `shown` are they in this order. What is not shown is not chosen.

    `on_open(key)` is told when one is to be seen large, `on_choice()` after each change of the choice.
    `nothing` is the place of what is said when there is none; `asks_site` where the reader may set a body site.
    """

    def __init__(self, *, today: date, zone: tzinfo, on_open: OnKey, on_choice: Callable[[], Any],
                 asks_site: bool = False) -> None:
        self._today, self._zone, self._on_open, self._on_choice, self._asks_site = today, zone, on_open, on_choice, asks_site
        self._days: dict[date, PoolDay] = {}
        self._chosen: set[str] = set()
        self._anchor = self._current = ''
        self.arriving = ArrivingTiles(today)
        self._again: Callable[[], None] | None = None
        self.shown: list[ImageTile] = []
        self._soon = Soon(self._draw_on, pause_s=0, name='late tiles')
        with box('df-pool-days df-grid-root') as self.root:
            self._place = box()
            self.nothing = box()

    @property
    def chosen(self) -> list[str]:
        """Return the keys of what is chosen, in the order of the page."""
        return [tile.key for tile in self.shown if tile.key in self._chosen]

    @property
    def chosen_tiles(self) -> list[ImageTile]:
        """Return what is chosen, in the order of the page."""
        return [tile for tile in self.shown if tile.key in self._chosen]

    @property
    def choosable(self) -> list[str]:
        """Return the keys that the focus can be on and that can be chosen, in the order of the page."""
        return [tile.key for tile in self.shown]

    def show(self, tiles: list[ImageTile], *, newest_first: bool = True,
             visits: Mapping[date, tuple[DayVisit, ...]] | None = None) -> None:
        """Show these photographs, and the visits of their days; what was chosen and is still there stays chosen."""
        self._again = partial(self.show, tiles, newest_first=newest_first, visits=visits)
        groups = self.arriving.with_today(self._grouped(tiles, newest_first), newest_first=newest_first)
        self.shown = [tile for _on, photos in groups for tile in photos]
        was_chosen, self._chosen = self._chosen, self._kept()
        for on in self._days.keys() - {on for on, _photos in groups}:
            self._days.pop(on).place.delete()
        drawn = 0
        for on, photos in groups:
            drawn += self._show_day(on, photos, (visits or {}).get(on, ()), drawn)
        if list(self._days) != [on for on, _photos in groups]:
            self._days = {on: self._days[on] for on, _photos in groups}
            for place, day in enumerate(self._days.values()):
                day.place.move(self._place, target_index=place)
        self.nothing.set_visibility(not self.shown)
        self._draw_arriving()
        if self._current not in (keys := self.choosable):
            self._came(keys[0] if keys else '')
        elif current := self._day_of(self._current):
            current.stop_at(self._current, is_stop=True)  # it may be drawn anew, on another day
        if self._chosen != was_chosen:
            self._show_choice()
        self._go_on()

    def show_arriving(self, arrivals: Sequence[Arrival]) -> bool:
        """Show what is still arriving, in a group of today's. Tell whether the first came or the last went.

        No filter leaves them out: they are nobody's yet, and what a filter asks for is known only of a photograph.
        """
        is_turned = self.arriving.take(arrivals)
        if is_turned and self._again is not None:
            self._again()
        else:
            self._draw_arriving()
        return is_turned

    def set_size(self, size: Size) -> None:
        """Change how large the photos are shown, without drawing them again."""
        self.root.props['data-size'] = size

    def clear(self) -> None:
        """Choose nothing."""
        self._choose(self._chosen, is_on=False)

    def move(self, step: int) -> None:
        """Go to the next photograph or the one before; from nowhere to the first."""
        keys = self.choosable
        if keys:
            at = keys.index(self._current) + step if self._current in keys else 0
            self.focus(keys[max(0, min(at, len(keys) - 1))])

    def focus(self, key: str = '') -> None:
        """Put the focus on a photograph, or where it was last."""
        if day := self._day_of(key or self._current):
            day.focus(key or self._current)
            self._came(key or self._current)

    def toggle_current(self) -> None:
        """Choose the photograph that has the focus, or take it back."""
        if self._current:
            self.toggle(self._current)
            self.focus()

    def toggle(self, key: str, is_range: bool = False) -> None:
        """Choose a photograph, or take it back; as a range everything from the one before it is chosen."""
        keys = self.choosable
        if key not in keys:
            return
        if is_range and self._anchor in keys:
            start, end = sorted((keys.index(self._anchor), keys.index(key)))
            self._choose(keys[start:end + 1], is_on=True)
        else:
            self._choose([key], is_on=key not in self._chosen)
        self._anchor = key

    def _kept(self) -> set[str]:
        """Return what stays chosen when other photographs are shown."""
        return self._chosen & set(self.choosable)

    def _toggle_all(self, keys: list[str]) -> None:
        self._choose(keys, is_on=not self._chosen.issuperset(keys))

    def _choose(self, keys: Collection[str], *, is_on: bool) -> None:
        self._chosen = self._chosen | set(keys) if is_on else self._chosen - set(keys)
        self._show_choice()

    def _show_choice(self) -> None:
        # while a choice is being made every tick shows, not only the one under the mouse
        self.root.classes(add='df-choosing' if self._chosen else '', remove='' if self._chosen else 'df-choosing')
        for day in self._days.values():
            day.show_choice(self._chosen)
        self._on_choice()

    def _grouped(self, tiles: list[ImageTile], newest_first: bool) -> list[tuple[date, list[ImageTile]]]:
        return by_day(tiles, self._zone, newest_first=newest_first)

    def _day(self, on: date) -> PoolDay:
        return PoolDay(on, self._acts(), today=self._today, zone=self._zone, asks_site=self._asks_site)

    def _show_day(self, on: date, photos: list[ImageTile], visits: tuple[DayVisit, ...], drawn: int) -> int:
        """Show a day, after so many tiles were drawn; return how many of its own were."""
        if on not in self._days:
            with self._place:
                self._days[on] = self._day(on)
        day = self._days[on]
        day.show_visits(visits)
        if list(day.tiles.values()) == photos:
            return 0
        return day.show(photos, self._chosen, most=_FIRST - drawn, at_once=AT_ONCE - drawn)

    async def _draw_on(self) -> None:
        """Draw some of what is late, once the page is there and shows what was first, and come back for the rest."""
        await self.root.client.connected()
        await asyncio.sleep(_REST_S)
        if not self.root.is_deleted:
            room = _STEP
            for day in self._days.values():
                room -= day.draw(room)
            self._go_on()

    def _go_on(self) -> None:
        if any(day.late for day in self._days.values()):
            self._soon()

    def _acts(self) -> TileActs:
        back, on = (lambda: self.move(-1)), (lambda: self.move(1))
        return TileActs(self._on_open, self.toggle, self._toggle_all, self._came, {
            'left': back, 'up': back, 'right': on, 'down': on, 'space': self.toggle_current,
            'enter': self._open_current})

    def _open_current(self) -> Any:
        day = self._day_of(self._current)
        return day.open(self._current) if day else None

    def _came(self, key: str) -> None:
        """Note where the focus is."""
        if key != self._current:
            for each, is_stop in ((self._current, False), (key, True)):
                if day := self._day_of(each):
                    day.stop_at(each, is_stop=is_stop)
            self._current = key

    def _day_of(self, key: str) -> PoolDay | None:
        return next((day for day in self._days.values() if key in day.tiles), None)

    def _draw_arriving(self) -> None:
        today = self._days.get(self._today)
        self.arriving.draw(today.photos if today and self.arriving else None)
