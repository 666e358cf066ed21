"""Drawing on the large photograph: one tool at a time takes the pointer; each change is stored at once, and taken back by Undo.

    annotator = Annotator(stage, may_edit=True)
    annotator.show(tile)      # draws its layer, reads it again at each `follow()`
"""
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from nicegui import ui

from components.annotation_layer import handles, is_near, layer_html
from components.freehand import thinned
from components.photo_stage import PhotoStage
from components.refusals import refusals_shown
from components.whole_field import WholeField
from components.zoom import Place
from data.annotations import MOST_POINTS, Kind, Point, Shape, dump, moved, parse, replaced

_LEAST_PX = 6.0  # what is shorter was a click
_APART_PX = 2.5  # of two points of a freehand line
_NUDGE = 0.01
_ASIDE_PX = 60.0
_MOST_OF_A_LINE = MOST_POINTS // 2
_STRAIGHT_PX = 0.8  # as far as a point of a line may lie aside to be left out


class Annotator:
    """The layer of one photograph and what is done to it. `on_change()` hears whatever changes of it, to show it elsewhere too."""

    def __init__(self, stage: PhotoStage, *, may_edit: bool) -> None:
        self.tool: Kind | None = None
        self.shapes: tuple[Shape, ...] = ()
        self.selected: Shape | None = None
        self.waiting: Point | None = None
        self.is_shown = True
        self.on_change: Callable[[], Any] = lambda: None
        self._stage, self._may_edit = stage, may_edit
        self._field: WholeField | None = None
        self._past: list[str] = []
        self._future: list[str] = []
        self._draft: Shape | None = None
        self._grasp: tuple[Place, int | None] | None = None
        self._one_at_a_time = asyncio.Lock()
        stage.pointer.tool = self if may_edit else None
        stage.on_turned = self._draw

    @property
    def can_undo(self) -> bool:
        """Tell whether there is something of one's own to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Tell whether something was taken back."""
        return bool(self._future)

    def show(self, image: str, *, is_hidden: bool) -> None:
        """Draw the layer of a photograph; a hidden one shows none, and takes none."""
        self._field = None if is_hidden else WholeField(image, 'annotations', 'the annotations')
        self._past, self._future, self._draft, self.waiting, self.selected = [], [], None, None, None
        with self._stage.layer:
            self._drawn = ui.html('', sanitize=False).classes('df-drawn')
            self._drawing = ui.html('', sanitize=False).classes('df-drawn')
        self._read()

    def follow(self) -> None:
        """Show what others drew meanwhile; what they changed cannot be taken back from here."""
        if self._field is not None and self._field.read():
            self._past, self._future = [], []
            self._read()

    def clear(self) -> None:
        """Let go of the photograph."""
        self._field, self.shapes, self.selected, self.waiting = None, (), None, None
        self.take(None)

    def take(self, tool: Kind | None) -> None:
        """Take a tool; None selects and moves."""
        self.tool, self.waiting = tool, None
        if tool is not None:
            self.selected, self.is_shown = None, True
        self._draw()

    def toggle_shown(self) -> None:
        """Show the layer, or the bare photograph."""
        self.is_shown = not self.is_shown
        self._draw()

    def select(self, shape: Shape | None) -> None:
        """Select a shape, or none."""
        if shape is not self.selected:
            self.selected = shape
            self._draw()

    async def add(self, shape: Shape) -> None:
        """Put a shape over the others, and select it."""
        await self._store(lambda shapes: (*shapes, shape), shape)

    async def put_in_the_middle(self) -> None:
        """Put what the tool draws into the middle of what is seen, for whoever uses no pointer."""
        if self._field is None or self.tool is None or not all(self._stage.zoom.stage):
            return
        wide, high = self._stage.zoom.stage
        middle = self._inside((wide / 2, high / 2))
        if self.tool is Kind.TEXT:
            self._wait_for_words(middle)
        elif self.tool is not Kind.FREEHAND:
            ends = [self._inside((wide / 2 + aside, high / 2 + aside)) for aside in (-_ASIDE_PX, _ASIDE_PX)]
            drawn, self.tool = Shape(self.tool, tuple(ends)), None
            await self._add_drawn(drawn)

    async def reword(self, shape: Shape, text: str) -> None:
        """Give a shape other words. A text without any is removed."""
        if shape.kind is Kind.TEXT and not text.strip():
            await self.remove(shape)
        elif text != shape.text:
            await self._replace(shape, replace(shape, text=text))

    async def write_here(self, text: str) -> None:
        """Put words where someone clicked with the text tool."""
        at, self.waiting = self.waiting, None
        if at is not None and text.strip():
            await self.add(Shape(Kind.TEXT, (at,), text))
        self.take(None)

    async def remove(self, shape: Shape | None = None) -> None:
        """Remove a shape, else the selected one."""
        gone = shape or self.selected
        if gone is not None:
            await self._store(lambda shapes: replaced(shapes, gone, None))

    async def nudge(self, across: int, down: int) -> None:
        """Move the selected shape a little, as it is seen."""
        if self.selected is not None:
            wide, high = self._stage.zoom.stage
            x, y = self._stage.zoom.point_of((0, 0))
            to = self._stage.zoom.place_at((x + across * _NUDGE * wide, y + down * _NUDGE * high))
            await self._replace(self.selected, moved(self.selected, *to))

    async def undo(self) -> None:
        """Take back the last change of one's own."""
        await self._go(is_back=True)

    async def redo(self) -> None:
        """Do again what was taken back."""
        await self._go(is_back=False)

    def press(self, at: Place, reach: float) -> bool:
        """Begin to draw, or take hold of what lies here."""
        if self._field is None:
            return False
        if self.tool is not None:
            self._draft = Shape(self.tool, (self._inside(at),) * (1 if self.tool in (Kind.TEXT, Kind.FREEHAND) else 2))
            return True
        zoom, selected = self._stage.zoom, self.selected
        for index, place in enumerate(handles(selected) if selected else ()):
            if _apart(zoom.point_of(place), at) <= reach:
                self._grasp, self._draft = (at, index), selected
                return True
        found = next((shape for shape in reversed(self.shapes) if is_near(shape, at, reach, zoom)), None) if self.is_shown else None
        self.select(found)
        self._grasp, self._draft = ((at, None), found) if found else (None, None)
        return found is not None

    def drag(self, at: Place) -> None:
        """Draw on, or move what is held."""
        draft = self._draft
        if draft is None:
            return
        if self._grasp is not None and self.selected is not None:
            self._draft = self._reformed(self.selected, at, *self._grasp)
        elif draft.kind is not Kind.FREEHAND:
            self._draft = replace(draft, points=(*draft.points[:-1], self._inside(at)))
        elif _apart(self._stage.zoom.point_of(draft.points[-1]), at) >= _APART_PX and len(draft.points) < _MOST_OF_A_LINE:
            self._draft = replace(draft, points=(*draft.points, self._inside(at)))
        self._show_draft()

    def release(self) -> Awaitable[None] | None:
        """Store what was drawn or moved; what is no larger than a click was none, but for words: there they are asked for.

        What was drawn is taken at once: the next press may come before it is stored.
        """
        draft, held = self._draft, self.selected if self._grasp is not None else None
        self._draft = self._grasp = None
        if draft is None or (held is not None and draft.points == held.points):
            return None
        if held is not None:
            return self._carry_out(self._replace(held, draft))
        if draft.kind is Kind.TEXT:
            self._wait_for_words(draft.points[0])
        elif max(self._stage.zoom.distance(draft.points[0], point) for point in draft.points) >= _LEAST_PX:
            self.tool = None
            return self._carry_out(self._add_drawn(draft))
        self._show_draft()
        return None

    def cancel(self) -> None:
        """Let go of what was being drawn or moved."""
        self._draft = self._grasp = None
        self._show_draft()

    async def _carry_out(self, act: Awaitable[None]) -> None:
        try:
            await act
        finally:
            self._show_draft()  # what could not be stored does not look as if it were

    async def _add_drawn(self, shape: Shape) -> None:
        kept = thinned([self._stage.zoom.point_of(point) for point in shape.points], _STRAIGHT_PX)
        await self.add(replace(shape, points=tuple(shape.points[index] for index in kept)))

    def _wait_for_words(self, at: Point) -> None:
        self.tool, self.waiting = None, at
        self._draw()

    def _reformed(self, shape: Shape, at: Place, grasped: Place, handle: int | None) -> Shape:
        if handle is not None:
            return replace(shape, points=tuple(self._inside(at) if index == handle else point for index, point in enumerate(shape.points)))
        (x, y), (u, v) = self._stage.zoom.place_at(grasped), self._stage.zoom.place_at(at)
        return moved(shape, u - x, v - y)

    def _inside(self, at: Place) -> Point:
        x, y = self._stage.zoom.place_at(at)
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    async def _replace(self, old: Shape, new: Shape) -> None:
        await self._store(lambda shapes: replaced(shapes, old, new), new)

    async def _store(self, change: Callable[[tuple[Shape, ...]], Sequence[Shape]], selected: Shape | None = None) -> None:
        """Store what `change` makes of the layer as it is by then."""
        field = self._field
        if field is None:
            return
        async with self._one_at_a_time:
            before, revision, is_stored = '', field.revision, False
            with refusals_shown():
                before = await field.write(lambda text: dump(change(parse(text))))
                is_stored = True
            if field is not self._field:
                return
            if is_stored and field.text != before:
                self._past, self._future = [*self._past, before], []
            elif not is_stored and field.revision != revision:  # what someone else did first is not taken back from here
                self._past, self._future = [], []
            self._read(selected if is_stored else self.selected)

    async def _go(self, *, is_back: bool) -> None:
        """Go back by one change, or forth again; what is under way is awaited first."""
        async with self._one_at_a_time:
            field = self._field
            left, reached = (self._future, self._past) if is_back else (self._past, self._future)
            if field is None or not reached:
                return
            revision, text = field.revision, reached.pop()
            with refusals_shown():
                left.append(await field.write(lambda _text: text))
                revision = field.revision
            if field is self._field:
                if field.revision != revision:
                    self._past, self._future = [], []
                self._read()

    def _read(self, selected: Shape | None = None) -> None:
        """Show the layer as it is stored."""
        self.shapes = parse(self._field.text) if self._field else ()
        stored = parse(dump([selected]))[0] if selected else None
        self.selected = next((shape for shape in reversed(self.shapes) if shape == stored), None)
        self._draw()

    def _draw(self) -> None:
        if self._field is not None:
            self._drawn.set_content(layer_html(self.shapes, self._stage.zoom, selected=self.selected))
            self._drawn.set_visibility(self.is_shown)
        self.on_change()

    def _show_draft(self) -> None:
        if self._field is not None:
            self._drawing.set_content(layer_html([self._draft], self._stage.zoom, selected=self._draft) if self._draft else '')


def _apart(one: Place, other: Place) -> float:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))
