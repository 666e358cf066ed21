"""The photographs of a workspace: the grid of the pool, in the order that they are laid out in, which can be changed within a day.

By mouse a photograph is pressed, taken to the place of another and let go there; by keyboard Alt and an arrow move the one that has
the focus. Where it lands tells the caller, who stores it.
"""
import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import partial
from typing import Any

from components.image_grid import OnKey, by_day
from components.pool_day import PoolDay, TileActs
from components.pool_grid import PoolGrid
from components.refusals import tell
from data.read_models import ImageTile

_OTHER_DAY = 'A photo stays among those of its day.'
_HELD = 'df-tile--held'


Arrange = Callable[[list[str], list[str], list[str]], Awaitable[bool]]
"""Stores an order of the photographs of one day: as they were seen, as they shall be, and which of them were moved."""


@dataclass(frozen=True)
class ArrangeActs:
    """What may be done with the tiles. `arrange(seen, order, moved)` stores an order and tells whether it did; `write` opens a caption."""

    arrange: Arrange
    write: OnKey | None = None


class WorkspaceGrid(PoolGrid):
    """Days are counted from the day of the `visit`. Without `acts` there is nothing but to look and to open."""

    def __init__(self, *, today: date, zone: tzinfo, visit: date, on_open: OnKey, on_choice: Callable[[], Any],
                 acts: ArrangeActs | None = None) -> None:
        super().__init__(today=today, zone=zone, on_open=on_open, on_choice=on_choice)
        self._visit, self._arranging = visit, acts
        self._one_at_a_time = asyncio.Lock()
        self._pressed = ''
        self._newest_first = True
        self.root.classes('df-laid-out' if acts else '')
        if acts:
            self.root.on('pointerup', self._let_go, []).on('pointerleave', self._let_go, [])

    def show(self, tiles: list[ImageTile], *, newest_first: bool = True, **more: Any) -> None:
        """Show these photographs."""
        self._newest_first = newest_first
        super().show(tiles, newest_first=newest_first, **more)

    def day_of(self, keys: Sequence[str]) -> PoolDay | None:
        """Return the day that all of these photographs are of."""
        day = self._day_of(keys[0]) if keys else None
        return day if day is not None and day.tiles.keys() >= set(keys) else None

    async def step(self, keys: Collection[str], by: int, *, focus: str = '') -> None:
        """Move photographs of one day by one place among those of that day. What is asked for meanwhile follows in turn."""
        async with self._one_at_a_time:
            day = self.day_of(list(keys))
            if day is not None:
                await self._arrange(day, stepped(list(day.tiles), keys, by), list(keys), focus)

    async def move_to(self, key: str, place_of: str) -> None:
        """Move a photograph to the place of another of its day."""
        async with self._one_at_a_time:
            day = self.day_of([key, place_of])
            if day is None:
                with self.root:
                    tell(_OTHER_DAY, kind='info', stays=False)
                return
            order = list(day.tiles)
            order.insert(order.index(place_of), order.pop(order.index(key)))
            await self._arrange(day, order, [key], key)

    async def _arrange(self, day: PoolDay, order: list[str], moved: list[str], focus: str) -> None:
        seen = list(day.tiles)
        if order == seen or self._arranging is None or not await self._arranging.arrange(seen, order, moved):
            return
        known = {tile.key: tile for tile in self.shown}
        following = iter(order)
        self.show([known[next(following)] if tile.key in day.tiles else tile for tile in self.shown], newest_first=self._newest_first)
        if focus:
            self.focus(focus)  # an element that is moved loses it

    def _grouped(self, tiles: list[ImageTile], newest_first: bool) -> list[tuple[date, list[ImageTile]]]:
        return by_day(tiles, self._zone, newest_first=newest_first, is_laid_out=True)

    def _day(self, on: date) -> PoolDay:
        return PoolDay(on, self._acts(), today=self._today, zone=self._zone, visit=self._visit)

    def _acts(self) -> TileActs:
        plain = super()._acts()
        if self._arranging is None:
            return TileActs(plain.open, plain.choose, plain.choose_all, plain.came,
                            {keys: act for keys, act in plain.keys.items() if keys != 'space'}, only_looks=True)
        arrows = {'left': -1, 'up': -1, 'right': 1, 'down': 1}
        keys = {f'exact.{key}' if key in arrows else key: act for key, act in plain.keys.items()}
        keys |= {f'alt.{key}': partial(self._step_current, by) for key, by in arrows.items()}
        return TileActs(plain.open, plain.choose, plain.choose_all, plain.came, keys, write=self._arranging.write,
                        press=self._press, let_go=self._let_go_at)

    async def _step_current(self, by: int) -> None:
        if self._current:
            await self.step([self._current], by, focus=self._current)

    def _press(self, key: str) -> None:
        self._pressed = key
        if day := self._day_of(key):
            day.element_of(key).classes(_HELD)

    async def _let_go_at(self, key: str) -> None:
        pressed = self._pressed
        self._let_go()
        if pressed and pressed != key:
            await self.move_to(pressed, key)

    def _let_go(self) -> None:
        pressed, self._pressed = self._pressed, ''
        if day := self._day_of(pressed):
            day.element_of(pressed).classes(remove=_HELD)


def stepped(order: Sequence[str], keys: Collection[str], by: int) -> list[str]:
    """Return the order with some moved by one place, back (-1) or on (1). At an end they stay, and what they would pass stays too."""
    moved = list(order)
    places = range(1, len(moved)) if by < 0 else range(len(moved) - 2, -1, -1)
    for place in places:
        if moved[place] in keys and moved[place + by] not in keys:
            moved[place], moved[place + by] = moved[place + by], moved[place]
    return moved
