"""The workspace of an entry: its photographs by day, a choice of them, and what can be done with the choice."""
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any

from nicegui import ui

from components.arrivals import Arrival
from components.caption_line import CaptionLine
from components.choice_bar import ChoiceBar, LaidOutActs
from components.controls import Handler, box, empty_state
from components.formatting import plural
from components.image_grid import Size
from components.left_marks import left_marks
from components.workspace_grid import Arrange, ArrangeActs, WorkspaceGrid
from data.read_models import ImageTile
from data.repositories.left_images import LeftImage

OnKeys = Callable[[list[str]], Awaitable[bool]]
"""An act on the chosen keys; it tells whether it was done."""


@dataclass(frozen=True)
class WorkspaceActs:
    """What may be done: each act tells whether it was.

    `bar` builds what stands over the head while photographs are chosen, of what can be done where they lie and the way to compare them.
    `caption` is the one field for it; `words(key)` reads a photograph and the revisions of its words of one moment, when it is opened.
    """

    compare: OnKeys
    remove: OnKeys
    arrange: Arrange
    bar: Callable[[LaidOutActs, Handler], ChoiceBar]
    caption: CaptionLine | None = None
    words: Callable[[str], tuple[ImageTile, Mapping[str, int]]] | None = None


@dataclass
class Workspace:
    """Shows the images, keeps the choice through redraws. Without `acts` there is nothing but to look.

    One act at a time: a double click does it once. A choice that something was done with is over, a refused one stays.
    """

    zone: tzinfo
    today: date
    visit: date
    on_open: Callable[[str], Any]
    acts: WorkspaceActs | None = None
    size: Size = 'M'
    is_newest_first: bool = True
    _tiles: list[ImageTile] = field(default_factory=list)
    _left: Sequence[LeftImage] = ()
    _bar: ChoiceBar | None = None
    _arrivals: Sequence[Arrival] = ()
    _is_acting: bool = False

    @property
    def shown(self) -> list[ImageTile]:
        """Return the photographs in the order of the page."""
        return self._grid.shown

    @property
    def chosen(self) -> list[str]:
        """Return the keys of what is chosen, in the order of the page."""
        return self._grid.chosen

    @property
    def chosen_tiles(self) -> list[ImageTile]:
        """Return what is chosen, in the order of the page."""
        return self._grid.chosen_tiles

    def build(self, tiles: list[ImageTile], head: ui.element, left: Sequence[LeftImage] = ()) -> None:
        """Show the workspace where the caller is. The bar of a choice covers `head`, the section's own, so that no photo moves."""
        with head:
            self._over = box('df-selbar-over')
        self._place, self._marks = box(), box()
        self._tiles, self._left = tiles, left
        self._draw()

    def show(self, tiles: list[ImageTile], left: Sequence[LeftImage] = ()) -> None:
        """Show these images, and the marks of those that left; chosen ones that are still here stay chosen."""
        is_marked = left != self._left
        self._tiles, self._left = tiles, left
        self._show()
        if is_marked:
            self._show_marks()

    def show_visit(self, visit: date) -> None:
        """Count the days from another one. The same day at another time changes nothing here, least of all what is chosen or written."""
        if visit != self.visit:
            self.visit = visit
            self._draw()

    def set_size(self, size: Size) -> None:
        """Change how large the photos are."""
        self.size = size
        self._grid.set_size(size)

    def set_order(self, *, newest_first: bool) -> None:
        """Change which day comes first."""
        self.is_newest_first = newest_first
        self._show()

    def show_arriving(self, arrivals: Sequence[Arrival]) -> None:
        """Show what is on its way here, among the photographs of today."""
        self._arrivals = arrivals
        self._grid.show_arriving(arrivals)
        self._show_nothing()

    def clear(self) -> None:
        """Choose nothing."""
        self._grid.clear()

    def focus(self) -> None:
        """Put the focus on a photograph, where it was last."""
        self._grid.focus()

    def move(self, step: int) -> None:
        """Go to the next photograph, or the one before."""
        self._grid.move(step)

    def toggle_current(self) -> None:
        """Choose the photograph that has the focus, or take it back."""
        if self.acts is not None:
            self._grid.toggle_current()

    async def compare(self) -> None:
        """Compare what is chosen. Too few are the act's to refuse."""
        await self._act(self.acts.compare if self.acts else None)

    async def tag(self) -> None:
        """Open the tags of what is chosen, for who may put them on."""
        if self._bar is not None:
            await self._bar.open_tags()

    async def write(self, key: str) -> None:
        """Open the caption of a photograph."""
        line, words = (self.acts.caption, self.acts.words) if self.acts else (None, None)
        day = self._grid.day_of([key])
        if line is None or words is None or day is None or not await line.close():
            return
        tile, revisions = words(key)
        line.open(tile, revisions, day.element_of(key), on_close=self._written)

    async def _written(self) -> None:
        line = self.acts.caption if self.acts else None
        key = line.key if line else ''
        if line is not None and await line.close():
            self._grid.focus(key)

    def _draw(self) -> None:
        if self.acts and self.acts.caption:
            self.acts.caption.let_go()
        self._place.clear()
        with self._place:
            arranging = ArrangeActs(self.acts.arrange, self.write if self.acts.caption else None) if self.acts else None
            self._grid = WorkspaceGrid(today=self.today, zone=self.zone, visit=self.visit, on_open=self.on_open, on_choice=self._show_bar,
                                       acts=arranging)
        self._grid.set_size(self.size)
        self._grid.show_arriving(self._arrivals)
        self._show()
        self._show_marks()
        self._show_bar()

    def _show(self) -> None:
        self._grid.show(self._tiles, newest_first=self.is_newest_first)
        self._show_nothing()
        line = self.acts.caption if self.acts else None
        if line is not None and line.key:
            day = self._grid.day_of([line.key])
            line.stand_behind(day.element_of(line.key)) if day else line.let_go()

    def _show_nothing(self) -> None:
        """Say that no photo is here; not while some are on their way."""
        self._grid.nothing.clear()
        if not self._grid.shown and not self._arrivals:
            with self._grid.nothing:
                empty_state('No photos in this entry yet.', 'Drop files here, or add photos from the pool.' if self.acts else '')

    def _show_marks(self) -> None:
        self._marks.clear()
        with self._marks:
            left_marks(self._left, self.zone)

    def _show_bar(self) -> None:
        """Show what can be done with the choice. The bar is built for the first one: most who open a visit only look."""
        if self._bar is None and self.chosen and self.acts is not None:
            acts = self.acts
            laid_out = LaidOutActs(step=lambda by: self._grid.step(self.chosen, by), remove=lambda: self._act(acts.remove),
                                   is_one_day=lambda: self._grid.day_of(self.chosen) is not None)
            with self._over:
                self._bar = acts.bar(laid_out, self.compare)
        if self._bar is not None:
            self._bar.show(self.chosen_tiles)

    async def _act(self, act: OnKeys | None) -> None:
        if act is None or self._is_acting:
            return
        is_done = False
        self._set_acting(True)
        try:
            is_done = await act(self.chosen)
        finally:
            self._set_acting(False)
            if is_done:
                self.clear()

    def _set_acting(self, is_acting: bool) -> None:
        self._is_acting = is_acting
        if self._bar is not None:
            self._bar.set_busy(is_acting)


def summary(tiles: list[ImageTile]) -> str:
    """Return the line that stands in for a closed workspace."""
    return plural(len(tiles), 'image') if tiles else 'No images'
