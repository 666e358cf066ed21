"""The dialog in which photographs of a pool are chosen: filters, days, the photographs, and the choice at its foot.

What is shown is the pool of one moment of one patient. It leaves the screen when a photograph left the pool meanwhile, and a closed
dialog holds nothing.
"""
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo

from nicegui import ui

from components.controls import box, icon_button, text
from components.day_visits import DayVisit
from components.image_grid import Size, size_choice
from components.picker_days import PickerDays
from components.picker_foot import PickerFoot
from components.picker_grid import PickerGrid
from components.pool_filters import Pool, PoolFilters, nothing
from components.pool_view import PoolView, Tags, read_size
from components.refusals import tell
from data.read_models import ImageTile, PatientHeader

OnPick = Callable[[list[str]], Awaitable[bool]]
SIZES = {'S': 'Small photos', 'M': 'Medium photos'}
_EMPTY = ('No photos yet.', 'Add photos on the Images page first.')


@dataclass(frozen=True)
class PoolSeen:
    """A patient's photographs of one moment, with their tags and the visits of their days."""

    patient: PatientHeader
    photos: Sequence[ImageTile]
    tags: Tags = field(default_factory=dict)
    visits: Mapping[date, tuple[DayVisit, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Picking:
    """What is to be chosen, and for what. `on_pick` gets the keys in the order of choice and tells whether it was done.

    `taken` cannot be chosen, and `taken_words` say why. `first`, when it is given, are shown before the others, as "In this entry".
    Days are counted from `visit`.
    """

    title: str
    where: str
    visit: date
    words: Callable[[int], str]
    icon: str
    on_pick: OnPick
    least: int = 1
    waiting: str = ''
    taken: frozenset[str] = frozenset()
    taken_words: str = 'In this entry'
    first: frozenset[str] | None = None
    chosen: Sequence[str] = ()


@dataclass
class _Part:
    """Photographs under a title of their own."""

    title: ui.element
    grid: PickerGrid
    holds: Callable[[str], bool]

    def show(self, seen: PoolSeen, shown: list[ImageTile]) -> None:
        photos = [tile for tile in shown if self.holds(tile.key)]
        self.title.set_visibility(bool(photos))
        self.grid.show(photos, visits=seen.visits)


class PhotoPicker:
    """The dialog; its content is built when it is opened, and gone when it closes."""

    def __init__(self, *, zone: tzinfo, today: date) -> None:
        self._zone, self._today = zone, today
        self._size: Size = 'S'
        self._order: list[str] = []
        self._seen: PoolSeen | None = None
        self._dialog = ui.dialog().props('transition-show=fade transition-hide=fade')
        self._dialog.props['aria-label'] = 'Choose photos'
        self._dialog.on('hide', self._hidden, [])

    @property
    def is_open(self) -> bool:
        """Tell whether it is on the screen."""
        return bool(self._dialog.value)

    def keep_only(self, pool: Collection[str]) -> None:
        """Leave the screen when a photograph on it is in this pool no more: it may be another patient's by now."""
        if self.is_open and self._seen is not None and not {tile.key for tile in self._seen.photos} <= set(pool):
            self.close()
            tell('A photo left this pool meanwhile. Open it again to choose.', kind='info')

    def close(self) -> None:
        """Leave the screen, and keep nothing."""
        self._dialog.close()
        self._hidden()

    def pick(self, picking: Picking, seen: PoolSeen) -> None:
        """Show a pool to choose from."""
        self._picking, self._seen = picking, seen
        self._order, self._is_hiding, self._taken = [], False, picking.taken
        self._pool = Pool(seen.photos, seen.tags)
        self._dialog.props['aria-label'] = picking.title
        self._dialog.clear()
        with self._dialog, ui.card().classes('df-dialog df-dialog--full df-picker'):
            self._build(picking, seen)
        self._show()
        for part in self._parts:
            part.grid.choose(picking.chosen)
        self._chose()
        self._dialog.open()

    def take(self, taken: Collection[str]) -> None:
        """Show these as taken from now on: someone else was faster."""
        if self.is_open and self._seen is not None and self._taken != frozenset(taken):
            self._taken = frozenset(taken)
            for part in self._parts:
                part.grid.take(taken)
            self._show()
            self._chose()

    def _build(self, picking: Picking, seen: PoolSeen) -> None:
        self._days = PickerDays(lambda on: self._parts[0].grid.lead_to(on))
        with box('df-picker-head'):
            with box('df-picker-words'):
                text(picking.title, 'df-t2', tag='h2')
                with box('df-picker-line'):
                    text(f'{seen.patient.name} ', tag='span')
                    text(seen.patient.unique_id, 'df-mono', tag='span')
                    text(f' {picking.where}', tag='span')
            with box('df-picker-tools'):
                self._filters = PoolFilters(lambda: self._pool, self._see)
                if picking.first is None:
                    self._days.build_select()
                box('df-tools-line')
                size_choice(self._resize, value=self._size, sizes=SIZES)
            icon_button('x', label='Close', on_click=self._dialog.close)
        with box('df-picker-body'):
            if picking.first is None:
                self._days.build_list()
            with box('df-picker-scroll', tabindex='-1') as self._scroll:
                self._nothing = box()
                self._parts = self._build_parts(picking)
        self._foot = PickerFoot(picking.words, least=picking.least, icon=picking.icon, waiting=picking.waiting, zone=self._zone,
                                on_clear=self._clear, on_close=self._dialog.close, on_act=self._pick, on_hide=self._hide)
        self._resize(self._size)

    def _build_parts(self, picking: Picking) -> list[_Part]:
        first = picking.first
        if first is None:
            return [self._part('', lambda _key: True)]
        rest = 'More in the pool' if first else 'In the pool'
        return [self._part('In this entry', lambda key: key in first), self._part(rest, lambda key: key not in first)]

    def _part(self, title: str, holds: Callable[[str], bool]) -> _Part:
        heading = text(title, 'df-over df-picker-part', tag='h3') if title else box()
        picking = self._picking
        grid = PickerGrid(today=self._today, zone=self._zone, visit=picking.visit, taken=picking.taken, taken_words=picking.taken_words,
                          on_choice=self._chose, on_sight=self._days.sight if picking.first is None else lambda _on, _is_visible: None)
        return _Part(heading, grid, holds)

    def _show(self) -> None:
        seen = self._seen
        if seen is None:
            return
        self._pool.tiles = [tile for tile in seen.photos if not (self._is_hiding and tile.key in self._taken)]
        shown = self._pool.shown
        for part in self._parts:
            part.show(seen, shown)
        self._nothing.clear()
        if not shown:
            with self._nothing:
                nothing(self._pool, ('All photos are here already.', '') if seen.photos else _EMPTY, self._see)
        self._filters.show()
        self._foot.show_taken(sum(tile.key in self._taken for tile in seen.photos))
        if self._picking.first is None:
            self._days.show(self._parts[0].grid.days)

    def _see(self, view: PoolView) -> None:
        self._pool.view = view
        self._show()
        self._scroll.run_method('scrollTo', {'top': 0})

    def _hide(self, is_hiding: bool) -> None:
        self._is_hiding = is_hiding
        self._show()

    def _resize(self, size: str) -> None:
        self._size = read_size(size)
        for part in self._parts:
            part.grid.set_size(self._size)

    def _clear(self) -> None:
        for part in self._parts:
            part.grid.clear()

    def _chose(self) -> None:
        """Keep the order of choice; what was chosen at once follows in the order of the page."""
        held = {key for part in self._parts for key in part.grid.held}
        new = [key for part in self._parts for key in part.grid.chosen if key not in self._order]
        self._order = [key for key in self._order if key in held] + new
        tiles = {tile.key: tile for tile in (self._seen.photos if self._seen else ())}
        self._foot.show([tiles[key] for key in self._order])

    async def _pick(self) -> None:
        if not self._foot.is_ready:  # a double click acts once
            return
        self._foot.set_ready(False)
        if await self._picking.on_pick(list(self._order)):
            self._dialog.close()
        elif self.is_open:
            self._foot.set_ready(True)

    def _hidden(self) -> None:
        """Keep nothing of a patient behind a closed dialog; one that was opened again meanwhile keeps what is new."""
        if not self.is_open:
            self._dialog.clear()
            self._seen = None
