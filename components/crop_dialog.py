"""What of a photograph is shown in a comparison: a box drawn over it by mouse, finger or keys. The photograph stays as it is."""
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.comparison_photo import turn_of
from components.controls import box, button, icon_button, text
from components.image_grid import describe
from components.looking import leaves_with
from components.photo_stage import PhotoStage
from components.zoom import Place
from data.arrangement import WHOLE, Crop, Recipe, cropped
from data.read_models import ImageTile

_STEP = 0.02
_ARROWS = {'left': (-1, 0), 'right': (1, 0), 'up': (0, -1), 'down': (0, 1)}


class CropDialog:
    """The dialog. `on_done(crop)` gets what shall be shown; it closes at once when the photograph leaves the pool of patient `of`."""

    def __init__(self, tile: ImageTile, recipe: Recipe, *, of: str, zone: tzinfo, on_done: Callable[[Crop], Any]) -> None:
        self.crop = recipe.crop
        self._turn, self._on_done = turn_of(tile, recipe), on_done
        self._start: Place = (0.0, 0.0)
        self._held: Crop = self.crop
        self._moves = False
        with ui.dialog().props('maximized transition-show=fade transition-hide=fade') as self._dialog:
            self._dialog.props['aria-label'] = 'Crop'
            with ui.card().classes('df-stage-dialog df-stage'), box('df-viewer-main df-crop-main') as main:
                self._head()
                with box('df-viewer-desk'):
                    self._stage = PhotoStage()
                text('Draw a box, or move it with the arrow keys, with Shift to change its size.', 'df-meta df-crop-hint')
        self._stage.show(replace(tile, turn_deg=self._turn), describe(tile, zone))
        with self._stage.layer:
            self._box = box('df-crop')
        self._stage.pointer.tool = self
        for name, way in _ARROWS.items():
            main.on(f'keydown.{name}.prevent', lambda event, way=way: self._arrow(event, *way), ['shiftKey'])
        self._stage.root.on('keydown.enter', self._use, [])
        self._dialog.on('hide', self._dialog.delete)
        self._draw()
        self._dialog.open()
        leaves_with(self._dialog, [tile.key], of=of)

    def press(self, at: Place, reach: float) -> bool:
        """Take a corner of the box, or the box, or begin another."""
        zoom, (left, top, right, bottom) = self._stage.zoom, self.crop
        self._held, self._start = self.crop, zoom.place_at(at)
        opposite = {(left, top): (right, bottom), (right, top): (left, bottom), (left, bottom): (right, top), (right, bottom): (left, top)}
        near = [corner for corner in opposite if zoom.distance(corner, self._start) <= reach]
        self._moves = not near and self.crop != WHOLE and left < self._start[0] < right and top < self._start[1] < bottom
        if near:
            self._start = opposite[near[0]]
        return True

    def drag(self, at: Place) -> None:
        """Draw or move the box."""
        place, start = self._stage.zoom.place_at(at), self._start
        if self._moves:
            self._move(self._held, place[0] - start[0], place[1] - start[1])
        else:
            self._show(cropped(*start, *place))

    def release(self) -> None:
        """Nothing is stored before it is used."""

    def cancel(self) -> None:
        """Take back what was begun."""
        self._show(self._held)

    def _head(self) -> None:
        with box('df-stage-head'):
            text('Crop', 'df-t3 df-grow', tag='h2')
            button('Whole photo', kind='ghost', on_click=lambda: self._show(WHOLE))
            button('Use crop', icon='crop', on_click=self._use)
            icon_button('x', label='Close', on_click=self._dialog.close)

    def _arrow(self, event: GenericEventArguments, across: int, down: int) -> None:
        left, top, right, bottom = self.crop
        if event.args['shiftKey']:
            across, down = (down, across) if self._turn % 180 else (across, down)
            grow_x, grow_y = across * _STEP / 2, down * _STEP / 2
            self._show(cropped(left - grow_x, top - grow_y, right + grow_x, bottom + grow_y))
            return
        for _quarter in range(self._turn // 90):  # a step to the right on the screen is another on the turned photograph
            across, down = down, -across
        self._move(self.crop, across * _STEP, down * _STEP)

    def _move(self, crop: Crop, across: float, down: float) -> None:
        left, top, right, bottom = crop
        across, down = min(max(across, -left), 1 - right), min(max(down, -top), 1 - bottom)
        self._show(cropped(left + across, top + down, right + across, bottom + down))

    def _show(self, crop: Crop) -> None:
        self.crop = crop
        self._draw()

    def _draw(self) -> None:
        left, top, right, bottom = (share * 100 for share in self.crop)
        self._box.style(f'left:{left:.2f}%;top:{top:.2f}%;width:{right - left:.2f}%;height:{bottom - top:.2f}%')

    def _use(self) -> Any:
        self._dialog.close()
        return self._on_done(self.crop)
