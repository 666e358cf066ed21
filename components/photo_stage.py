"""The large photograph on its stage: wheel, pinch, drag and double click zoom and move it; a tool may take the pointer first.

How it lies is written as one transform.
"""
from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.controls import box, button, icon_button
from components.pointer import Pointer
from components.sensitive import VEILED
from components.zoom import STEP, Zoom
from data.read_models import ImageTile

_PAN_PX = 80.0


class PhotoStage:
    """The stage. `zoom` says how the photograph lies, `on_turned()` hears of a turn. What lies over the photograph goes into `layer`."""

    def __init__(self) -> None:
        self.zoom = Zoom(1, 1)
        self.on_turned: Callable[[], Any] = lambda: None
        with box('df-viewer-stage', tabindex='0', autofocus='', role='group', aria_label='Photo') as self.root:
            with box('df-viewer-photo') as self.surface:
                ui.element('q-resize-observer').props('debounce=40').on('resize', self._measured)
                self._frame = box('df-viewer-frame')
                grip = box('df-viewer-grip')
            self._veil = box('df-viewer-veil')
            self._bar()
        self.pointer = Pointer(self.surface, grip, zoom=lambda: self.zoom, change=self._change)

    def show(self, tile: ImageTile, alt: str, *, on_unveil: Callable[[], Any] | None = None) -> None:
        """Show a photograph, all of it. With `on_unveil` it stays hidden behind a button that calls it."""
        stage = self.zoom.stage
        self.zoom = Zoom(tile.width_px, tile.height_px, tile.turn_deg, stage)
        self._has(self.surface, VEILED, is_on=on_unveil is not None)
        self.clear()
        with self._frame:
            box('', tag='img', src=f'/images/{tile.key}/preview', alt=alt, decoding='async', draggable='false')
            self.layer = box('df-viewer-layer')
        if on_unveil:
            with self._veil:
                button('Show sensitive photo', icon='eye', on_click=on_unveil)
        self._lay()

    def clear(self) -> None:
        """Let go of the picture and of what lies over it."""
        self.pointer.let_all_go()
        self._frame.clear()
        self._veil.clear()

    def turn(self, turn_deg: int) -> None:
        """Show the photograph turned."""
        if turn_deg != self.zoom.turn_deg:
            self._change(lambda: self.zoom.turn(turn_deg))
            self.on_turned()

    def step(self, by: int) -> None:
        """Zoom in or out by a step, 0: show all of it."""
        self._change(lambda: self.zoom.zoom(self.zoom.size * STEP ** by if by else 1))

    def pan(self, across: int, down: int) -> None:
        """Move the view over the photograph by a step to the right or down."""
        self._change(lambda: self.zoom.pan(-across * _PAN_PX, -down * _PAN_PX))

    def draws(self, *, is_on: bool) -> None:
        """Show by the pointer that it draws."""
        self._has(self.surface, 'df-viewer-photo--drawn-on', is_on=is_on)

    def focus(self) -> None:
        """Put the focus here."""
        self.root.run_method('focus')

    def _bar(self) -> None:
        with box('df-viewer-zoom', role='group', aria_label='Zoom'):
            self._out = icon_button('zoom-out', label='Zoom out (−)', on_click=lambda: self.step(-1), size='small')
            self._percent = button('100 %', label='Show all of it (0): 100 %', kind='ghost', size='small', on_click=lambda: self.step(0))
            self._in = icon_button('zoom-in', label='Zoom in (+)', on_click=lambda: self.step(1), size='small')

    @staticmethod
    def _has(element: ui.element, name: str, *, is_on: bool) -> None:
        if (name in element.classes) != is_on:
            element.classes(toggle=name)

    def _change(self, act: Callable[[], Any]) -> None:
        act()
        self._lay()

    def _lay(self) -> None:
        """Write how the photograph lies."""
        zoom = self.zoom
        self._has(self._frame, 'df-viewer-frame--side', is_on=bool(zoom.turn_deg % 180))
        unit = 1000 / zoom.shown[1] / zoom.size if all(zoom.stage) else 1.0  # of the layer over it, for what must not grow with it
        self._frame.style(f'--ratio:{zoom.width_px / zoom.height_px:.5f};--z:{zoom.size:.4f};--k:{unit:.4f};'
                          f'transform:translate(-50%,-50%) translate({zoom.x:.1f}px,{zoom.y:.1f}px) scale({zoom.size:.4f}) '
                          f'rotate({zoom.turn_deg}deg)')
        percent = f'{round(zoom.size * 100)} %'
        if self._percent.text != percent:
            self._percent.set_text(percent)
            self._percent.props['aria-label'] = f'Show all of it (0): {percent}'
            self._has(self.surface, 'df-viewer-photo--large', is_on=not zoom.is_fit)

    def _measured(self, event: GenericEventArguments) -> None:
        self._change(lambda: self.zoom.measure(event.args['width'], event.args['height']))
