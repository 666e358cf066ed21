"""One day of the pool: its heading, and its photographs as one element each. A tile that stays is not drawn again.

A click on the tick chooses, elsewhere it opens: nothing of a tile but itself hears the pointer, so that where it was hit tells which.
Tiles may be late: the day knows all of its photographs, and keeps the room of those that are to be drawn soon.
"""
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import partial
from html import escape
from itertools import islice
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

_HEADING = 5
"""A heading takes as long to draw as so many tiles."""


@dataclass(frozen=True)
class TileActs:
    """What tiles ask for. `choose(key, is_range)`; `came` hears where the focus is; `keys` are what a focused tile does at a key.

    Who `only_looks` chooses nothing. `write` is asked for a caption that was clicked; `press` and `let_go` are told where the main
    button of a mouse goes down and up.
    """

    open: OnKey
    choose: Callable[[str, bool], Any]
    choose_all: Callable[[list[str]], Any]
    came: OnKey
    keys: Mapping[str, Handler]
    only_looks: bool = False
    write: OnKey | None = None
    press: OnKey | None = None
    let_go: OnKey | None = None


class PoolDay:
    """The photographs of one day, in the order they are given; `asks_site` where the reader may say what is not set.

    The day is counted from `today`; with `visit`, from the day of that visit.
    """

    def __init__(self, on: date, acts: TileActs, *, today: date, zone: tzinfo, asks_site: bool = False, visit: date | None = None) -> None:
        self._on, self._acts, self._zone, self._asks_site = on, acts, zone, asks_site
        self._distance = formatting.visit_day(on, visit=visit) if visit else formatting.relative_day(on, today=today)
        self._visits: tuple[DayVisit, ...] = ()
        self.tiles: dict[str, ImageTile] = {}
        self._elements: dict[str, FocusableHtml] = {}
        self._chosen: frozenset[str] = frozenset()
        self._stop = ''
        self._room: FocusableHtml | None = None
        self._is_built = False
        self.place = box()

    @property
    def choosable(self) -> list[str]:
        """Return the keys of those that can be chosen."""
        return list(self.tiles)

    @property
    def late(self) -> int:
        """Return how many photographs are not drawn yet."""
        return len(self.tiles) - len(self._elements)

    def show(self, tiles: list[ImageTile], chosen: Collection[str], *, most: int, at_once: int = 0) -> int:
        """Show these photographs, of those that are new here at most so many now; return as `draw` does.

        The pictures of the first `at_once` of them are asked for without waiting for where they come to stand.
        """
        before, self.tiles = self.tiles, {tile.key: tile for tile in tiles}
        for gone in self._elements.keys() - self.tiles.keys():
            self._elements.pop(gone).delete()
        for key, element in self._elements.items():
            if self.tiles[key] != before[key]:
                element.set_content(self._face(self.tiles[key]))
                self._name(self.tiles[key])
        if self._is_built:
            self._tell_how_many()
        self.show_choice(chosen)
        return self.draw(most, at_once=at_once)

    def draw(self, most: int, *, at_once: int = 0) -> int:
        """Draw the first of what is late, at most so many, and return how many that were; a heading counts as five."""
        took = self._draw(most, at_once) if most > 0 and self.late else 0
        drawn = [key for key in self.tiles if key in self._elements]
        if list(self._elements) != drawn:
            self._elements = {key: self._elements[key] for key in drawn}
            for place, element in enumerate(self._elements.values()):
                element.move(self._grid, target_index=place)
        self._keep_room()
        return took

    def draw_to(self, key: str) -> None:
        """Draw what is late up to a photograph of this day."""
        if key not in self._elements:
            self.draw(_HEADING + list(self.tiles).index(key) + 1)

    def element_of(self, key: str) -> FocusableHtml:
        """Return the tile of a photograph, drawn by now."""
        self.draw_to(key)
        return self._elements[key]

    @property
    def photos(self) -> ui.element:
        """Return where the photographs lie; the heading is drawn with it."""
        if not self._is_built:
            self._build()
            self._keep_room()
        return self._grid

    def show_visits(self, visits: tuple[DayVisit, ...]) -> None:
        """Name the visits of this day, each as the way to it."""
        if visits != self._visits:
            self._visits = visits
            if self._is_built:
                self._name_visits()

    def show_choice(self, chosen: Collection[str]) -> None:
        """Show which are chosen; only tiles that change are told."""
        self._chosen = frozenset(chosen)
        for key, element in self._elements.items():
            is_chosen = str(key in self._chosen).lower()
            if element.props.get('aria-checked', is_chosen) != is_chosen:
                element.props['aria-checked'] = is_chosen
        if not self._is_built:
            return
        words = 'Clear day' if self._chosen.issuperset(self.choosable) else 'Select day'
        if self._whole.text != words:
            self._whole.set_text(words)
            self._whole.props['aria-label'] = f'{words} {formatting.day(self._on)}'

    def stop_at(self, key: str, *, is_stop: bool) -> None:
        """Let Tab stop at a tile, or pass it by: of all tiles one is a stop, arrows go to the others."""
        self._stop = key if is_stop else ''
        if key in self._elements:
            self._elements[key].props['tabindex'] = '0' if is_stop else '-1'

    def focus(self, key: str) -> None:
        """Put the focus on a tile."""
        self.draw_to(key)
        self._elements[key].run_method('focus')

    def open(self, key: str) -> Any:
        """Ask for a photograph large. One that is hidden shows itself first, and that is all of it."""
        tile = self.tiles[key]
        if is_veiled(tile):
            unveil(key)
            return self._name(tile)
        return self._acts.open(key)

    def _draw(self, most: int, at_once: int) -> int:
        heading = 0 if self._is_built else _HEADING
        if not self._is_built:
            self._build()
        late = list(islice((tile for tile in self.tiles.values() if tile.key not in self._elements), max(most - heading, 1)))
        with self._grid:
            for number, tile in enumerate(late):
                self._elements[tile.key] = self._tile(tile, is_lazy=number >= at_once)
        return heading + len(late)

    def _build(self) -> None:
        """Draw the heading, in the place of the one that only stood for it."""
        self._is_built, self._room = True, None
        self.place.clear()
        with self.place:
            with box('df-day'):
                text(self._distance, tag='h3')
                text(formatting.day(self._on), 'df-day-date df-num', tag='span')
                self._visits_place = box('df-day-visits', tag='span')
                with box('df-day-end', tag='span'):
                    self._count = text('', 'df-num', tag='span')
                    self._whole = text('', 'df-link df-day-whole', tag='button', type='button').mark(f'day-{self._on}')
            self._grid = box('df-grid')
        self._whole.on('click', lambda: self._acts.choose_all(self.choosable), args=[])
        for keys, act in self._acts.keys.items():
            self._grid.on(f'keydown.{keys}.prevent', act, args=[])
        self._tell_how_many()
        self._name_visits()
        self.show_choice(self._chosen)

    def _tell_how_many(self) -> None:
        self._count.set_text(self._number() if self.tiles else '')  # none yet: some are arriving
        self._whole.set_visibility(bool(self.choosable) and not self._acts.only_looks)

    def _number(self) -> str:
        return formatting.plural(len(self.tiles), 'image')

    def _name_visits(self) -> None:
        self._visits_place.clear()
        with self._visits_place:
            for visit in self._visits:
                text(visit.words, 'df-link df-ell', tag='a', href=visit.address, title=visit.words)

    def _tile(self, tile: ImageTile, *, is_lazy: bool) -> FocusableHtml:
        fragment = self._face(tile, is_lazy=is_lazy)
        element = FocusableHtml(fragment, sanitize=False)
        element.classes('df-tile df-tile--whole').mark(f'tile-{tile.key}')
        is_chosen = str(tile.key in self._chosen).lower()
        role = {'role': 'button'} if self._acts.only_looks else {'role': 'checkbox', 'aria-checked': is_chosen}
        element.props.update({'tabindex': '0' if tile.key == self._stop else '-1', **role})  # at once: there may be hundreds
        self._name(tile, element)
        element.on('click', partial(self._clicked, tile.key), args=['offsetX', 'offsetY', 'layerY', 'shiftKey'])
        for pointer, act in (('pointerdown', self._acts.press), ('pointerup', self._acts.let_go)):
            if act is not None:
                element.on(pointer, partial(_with_main_button, act, tile.key), args=['button', 'pointerType'])
        return element.on('focus', lambda: self._acts.came(tile.key), args=[])

    def _keep_room(self) -> None:
        """Keep the room of what is late, by the same grid, so that nothing moves when it comes."""
        fragment = _room_html(self.late)
        if not self._is_built:
            fragment = _day_html(self._distance, formatting.day(self._on), self._number(), self.late)
        if self._room is not None and not self.late:
            self._room.delete()
            self._room = None
        elif self._room is not None:
            self._room.set_content(fragment)
        elif self.late:
            with self._grid if self._is_built else self.place:
                self._room = FocusableHtml(fragment, sanitize=False)
            self._room.classes('df-late' if self._is_built else '')
            self._room.props.update({'aria-hidden': 'true'} if self._is_built else {})  # the heading says how many there are

    def _face(self, tile: ImageTile, *, is_lazy: bool = True) -> str:
        return tile_html(tile, self._zone, badge='Cover' if tile.is_cover else '', asks_site=self._asks_site,
                         asks_caption=self._acts.write is not None, is_lazy=is_lazy)

    def _name(self, tile: ImageTile, element: FocusableHtml | None = None) -> None:
        """Say what a tile is, and hide a sensitive photograph until someone asks for it."""
        is_hidden, element = is_veiled(tile), element or self._elements[tile.key]
        element.props['aria-label'] = describe(tile, self._zone) + veil_words(tile, hidden=is_hidden)
        element.classes(add=VEILED if is_hidden else '', remove='' if is_hidden else VEILED)

    def _clicked(self, key: str, event: GenericEventArguments) -> Any:
        told = event.args if isinstance(event.args, dict) else {}
        if self._acts.only_looks:
            return self.open(key)
        if self._acts.write is not None and _is_below(told.get('layerY'), told.get('offsetY')):
            return self._acts.write(key)
        if told.get('shiftKey') is True:
            return self._acts.choose(key, True)
        return self._acts.choose(key, False) if _is_tick(told.get('offsetX'), told.get('offsetY')) else self.open(key)


def _room_html(late: int) -> str:
    """Return as many empty cells as tiles are late."""
    return '<i></i>' * late


def _day_html(distance: str, day: str, number: str, late: int) -> str:
    """Return a day of which nothing is drawn yet, escaped: one element, where a heading and its button are nine."""
    return (f'<div class="df-day"><h3>{escape(distance)}</h3><span class="df-day-date df-num">{escape(day)}</span>'
            f'<span class="df-day-end"><span class="df-num">{escape(number)}</span></span></div>'
            f'<div class="df-grid"><div class="df-late" aria-hidden="true">{_room_html(late)}</div></div>')


def _is_below(from_tile: object, from_target: object) -> bool:
    """Tell whether a click was at words of a tile that hear the pointer: it is counted from them, and from the tile's top elsewhere."""
    return isinstance(from_tile, int | float) and isinstance(from_target, int | float) and from_tile - from_target > TICK_PX


def _with_main_button(act: OnKey, key: str, event: GenericEventArguments) -> Any:
    """Do something for the main button of a mouse or a pen; a finger scrolls."""
    told = event.args if isinstance(event.args, dict) else {}
    return act(key) if told.get('button') == 0 and told.get('pointerType') in ('mouse', 'pen') else None


def _is_tick(x: object, y: object) -> bool:
    """Tell whether a click was at the tick. One that a screen reader makes comes from nowhere, before the corner: it chooses too."""
    return isinstance(x, int | float) and isinstance(y, int | float) and max(x, y) < TICK_PX
