"""The column of tools beside the large photograph: drawing, turning, taking back, and the layer shown or not."""
from functools import partial
from typing import Any

from nicegui import ui

from components.annotation_list import AnnotationList
from components.annotator import Annotator
from components.controls import box, icon_button
from components.photo_stage import PhotoStage
from components.refusals import refusals_shown
from components.whole_field import WholeField
from data.annotations import Kind
from data.read_models import ImageTile

_QUARTER = 90
TOOLS: dict[str, tuple[Kind | None, str, str]] = {
    'v': (None, 'mouse-pointer-2', 'Select and move'), 'a': (Kind.ARROW, 'arrow-up-right', 'Arrow'), 'o': (Kind.CIRCLE, 'circle', 'Circle'),
    'f': (Kind.FREEHAND, 'spline', 'Draw freehand'), 'x': (Kind.TEXT, 'type', 'Text')}
"""By their keys: what is drawn, the symbol, the name."""


class ViewerTools:
    """The tools, for the photograph on the stage. Who may only look shows and hides what is drawn."""

    def __init__(self, stage: PhotoStage, annotator: Annotator, *, may_edit: bool) -> None:
        self._stage, self._annotator, self._may_edit = stage, annotator, may_edit
        self._rotation: WholeField | None = None
        self._list: AnnotationList | None = None
        self._place = box('df-viewer-tools', role='toolbar', aria_label='Photo', aria_orientation='vertical')
        self._drawing: dict[Kind | None, ui.button] = {}
        self._eye: ui.button | None = None
        annotator.on_change = self._show_state

    def _build(self) -> None:
        """Show the tools, once a photograph is large: a page that shows none does without them."""
        annotator = self._annotator
        if self._may_edit:
            self._drawing = {kind: icon_button(symbol, label=f'{name} ({key.upper()})', on_click=partial(self.take, kind))
                             for key, (kind, symbol, name) in TOOLS.items()}
            box('df-viewer-rule')
            icon_button('rotate-cw', label='Turn right (R)', on_click=lambda: self.turn(1))
            icon_button('rotate-ccw', label='Turn left (Shift+R)', on_click=lambda: self.turn(-1))
            box('df-viewer-rule')
            self._undo = icon_button('undo-2', label='Undo drawing (Ctrl+Z)', on_click=annotator.undo)
            self._redo = icon_button('redo-2', label='Redo drawing (Ctrl+Shift+Z)', on_click=annotator.redo)
        self._eye = icon_button('eye', label='Show annotations (H)', on_click=annotator.toggle_shown)

    def show(self, tile: ImageTile, listed: AnnotationList) -> None:
        """Let the tools act on this photograph, and tell `listed` what is drawn on it."""
        if self._eye is None:
            with self._place:
                self._build()
        self._rotation = WholeField(tile.key, 'rotation_deg', 'how this photo is turned') if self._may_edit else None
        self._list = listed

    def follow(self, tile: ImageTile) -> None:
        """Show what became of the photograph meanwhile."""
        turn_deg = tile.turn_deg
        if self._rotation is not None:  # a tile that was read before the last press of a key is none the wiser
            self._rotation.read()
            turn_deg = int(self._rotation.text or 0)
        self._stage.turn(turn_deg)
        self._annotator.follow()

    def clear(self) -> None:
        """Let go of the photograph."""
        self._rotation = self._list = None

    def take(self, kind: Kind | None) -> None:
        """Take a tool, and put the focus where it is used."""
        if self._may_edit:
            self._annotator.take(kind)
            self._stage.focus()

    def enter(self) -> Any:
        """Put what the tool draws into the middle; without a tool, put the selected shape into words."""
        if self._annotator.tool is not None:
            return self._annotator.put_in_the_middle()
        return self._list.focus() if self._list is not None else None

    async def turn(self, quarters: int) -> None:
        """Turn the photograph clockwise by quarters, for everyone and everywhere."""
        rotation = self._rotation
        if rotation is None:
            return
        with refusals_shown():
            await rotation.write(lambda text: str((int(text or 0) + quarters * _QUARTER) % 360))
        if rotation is self._rotation:
            self._stage.turn(int(rotation.text or 0))

    def _show_state(self) -> None:
        annotator = self._annotator
        if self._eye is None:
            return
        if self._may_edit:
            for kind, tool in self._drawing.items():
                tool.props['aria-pressed'] = str(kind is annotator.tool).lower()
            self._undo.set_enabled(annotator.can_undo)
            self._redo.set_enabled(annotator.can_redo)
            self._stage.draws(is_on=annotator.tool is not None)
        self._eye.props['aria-pressed'] = str(annotator.is_shown).lower()
        if self._list is not None:
            self._list.show()
