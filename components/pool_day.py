"""One day of the pool: its heading, and its photographs as one element each. A tile that stays is not drawn again.

A click on the tick chooses, elsewhere it opens: nothing of a tile but itself hears the pointer, so that where it was hit tells which.
"""
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from components import formatting
from components.controls import Handler, box, text
from components.day_visits import DayVisit
from components.elements import FocusableHtml
from components.image_grid import OnKey, describe, tile_html
from components.sensitive import VEILED, is_veiled, unveil, veil_words
from data.read_models import ImageTile

TICK_PX = 44
"""How far the reach of a tick goes from the tile's corner, on a mouse and under a finger."""


@dataclass(frozen=True)
class TileActs:
    """What tiles ask for. `choose(key, is_range)`; `came` hears where the focus is; `keys` are what a focused tile does at a key."""

    open: OnKey
    choose: Callable[[str, bool], Any]
    choose_all: Callable[[list[str]], Any]
    came: OnKey
    keys: Mapping[str, Handler]


class PoolDay:
    """The photographs of one day, in the order they were taken; `asks_site` where the reader may say what is not set."""

    def __init__(self, on: date, acts: TileActs, *, today: date, zone: tzinfo, asks_site: bool = False) -> None:
        self._on, self._acts, self._zone, self._asks_site = on, acts, zone, asks_site
        self._visits: tuple[DayVisit, ...] = ()
        self.tiles: dict[str, ImageTile] = {}
        self._elements: dict[str, FocusableHtml] = {}
        with box() as self.place:
            with box('df-day'):
                text(formatting.relative_day(on, today=today), tag='h3')
                text(formatting.day(on), 'df-day-date df-num', tag='span')
                self._visits_place = box('df-day-visits', tag='span')
                with box('df-day-end', tag='span'):
                    self._count = text('', 'df-num', tag='span')
                    self._whole = text('', 'df-link df-day-whole', tag='button', type='button').mark(f'day-{on}')
            self._grid = box('df-grid')
        self._whole.set_visibility(False)
        self._whole.on('click', lambda: acts.choose_all(list(self.tiles)), args=[])
        for keys, act in acts.keys.items():
            self._grid.on(f'keydown.{keys}.prevent', act, args=[])

    def show(self, tiles: list[ImageTile], chosen: Collection[str]) -> None:
        """Show these photographs."""
        before, self.tiles = self.tiles, {tile.key: tile for tile in tiles}
        for gone in before.keys() - self.tiles.keys():
            self._elements.pop(gone).delete()
        with self._grid:
            for key, tile in self.tiles.items():
                if key not in self._elements:
                    self._elements[key] = self._tile(tile)
                elif tile != before[key]:
                    self._elements[key].set_content(self._face(tile))
                    self._name(tile)
        if list(self._elements) != list(self.tiles):
            self._elements = {key: self._elements[key] for key in self.tiles}
            for place, element in enumerate(self._elements.values()):
                element.move(self._grid, target_index=place)
        self._count.set_text(formatting.plural(len(tiles), 'image') if tiles else '')  # none yet: some are arriving
        self._whole.set_visibility(bool(tiles))
        self.show_choice(chosen)

    @property
    def photos(self) -> ui.element:
        """Return where the photographs lie."""
        return self._grid

    def show_visits(self, visits: tuple[DayVisit, ...]) -> None:
        """Name the visits of this day, each as the way to it."""
        if visits == self._visits:
            return
        self._visits = visits
        self._visits_place.clear()
        with self._visits_place:
            for visit in visits:
                text(visit.words, 'df-link df-ell', tag='a', href=visit.address, title=visit.words)

    def show_choice(self, chosen: Collection[str]) -> None:
        """Show which are chosen; only tiles that change are told."""
        for key, element in self._elements.items():
            is_chosen = str(key in chosen).lower()
            if element.props.get('aria-checked') != is_chosen:
                element.props['aria-checked'] = is_chosen
        words = 'Clear day' if self.tiles.keys() <= set(chosen) else 'Select day'
        if self._whole.text != words:
            self._whole.set_text(words)
            self._whole.props['aria-label'] = f'{words} {formatting.day(self._on)}'

    def stop_at(self, key: str, *, is_stop: bool) -> None:
        """Let Tab stop at a tile, or pass it by: of all tiles one is a stop, arrows go to the others."""
        if key in self._elements:
            self._elements[key].props['tabindex'] = '0' if is_stop else '-1'

    def focus(self, key: str) -> None:
        """Put the focus on a tile."""
        self._elements[key].run_method('focus')

    def open(self, key: str) -> Any:
        """Ask for a photograph large. One that is hidden shows itself first, and that is all of it."""
        tile = self.tiles[key]
        if is_veiled(tile):
            unveil(key)
            return self._name(tile)
        return self._acts.open(key)

    def _tile(self, tile: ImageTile) -> FocusableHtml:
        fragment = self._face(tile)
        self._elements[tile.key] = FocusableHtml(fragment, sanitize=False).classes('df-tile df-tile--whole').mark(f'tile-{tile.key}')
        element = self._elements[tile.key]
        element.props.update({'tabindex': '-1', 'role': 'checkbox', 'aria-checked': 'false'})  # at once: there may be hundreds
        self._name(tile)
        element.on('click', partial(self._clicked, tile.key), args=['offsetX', 'offsetY', 'shiftKey'])
        return element.on('focus', lambda: self._acts.came(tile.key), args=[])

    def _face(self, tile: ImageTile) -> str:
        return tile_html(tile, self._zone, badge='Cover' if tile.is_cover else '', asks_site=self._asks_site)

    def _name(self, tile: ImageTile) -> None:
        """Say what a tile is, and hide a sensitive photograph until someone asks for it."""
        is_hidden, element = is_veiled(tile), self._elements[tile.key]
        element.props['aria-label'] = describe(tile, self._zone) + veil_words(tile, hidden=is_hidden)
        element.classes(add=VEILED if is_hidden else '', remove='' if is_hidden else VEILED)

    def _clicked(self, key: str, event: GenericEventArguments) -> Any:
        told = event.args if isinstance(event.args, dict) else {}
        if told.get('shiftKey') is True:
            return self._acts.choose(key, True)
        return self._acts.choose(key, False) if _is_tick(told.get('offsetX'), told.get('offsetY')) else self.open(key)


def _is_tick(x: object, y: object) -> bool:
    """Tell whether a click was at the tick. One that a screen reader makes comes from nowhere, before the corner: it chooses too."""
    return isinstance(x, int | float) and isinstance(y, int | float) and max(x, y) < TICK_PX
