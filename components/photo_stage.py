"""The large photograph on its stage: wheel, pinch, drag and double click zoom and move it; a tool may take the pointer first.

All of it is worked out on the server and written as one transform: nobody authors JavaScript. What follows the pointer is its capture and
the browser's own `:active`, so that a mouse that only passes over sends nothing.
"""
from collections.abc import Callable
from math import hypot
from typing import Any, Protocol

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.controls import box, button, icon_button
from components.sensitive import VEILED
from components.zoom import STEP, Place, Zoom
from data.read_models import ImageTile

_PAN_PX = 80.0
_FINE, _COARSE = 8.0, 22.0
_WHEEL = {0: 1.0015, 1: 1.05, 2: 1.5}  # by what the browser counts a turn of the wheel in: pixels, lines, pages
_PINCHED_WHEEL = 1.01  # a trackpad tells two fingers as a wheel with Ctrl, in small steps
_WHERE = ['offsetX', 'offsetY']


class Tool(Protocol):
    """Who may take the pointer: it gets points of the stage, and how near in CSS pixels counts as on something."""

    def press(self, at: Place, reach: float) -> bool:
        """Take the pointer, or return False: then the photograph is moved."""

    def drag(self, at: Place) -> None:
        """Follow it."""

    def release(self) -> Any:
        """Do what was drawn or moved."""

    def cancel(self) -> None:
        """Let go as if nothing had been: a second finger came, or the browser took the pointer away."""


class PhotoStage:
    """The stage. `zoom` says how the photograph lies, `on_turned()` hears of a turn. What lies over the photograph goes into `layer`."""

    def __init__(self) -> None:
        self.zoom = Zoom(1, 1)
        self.tool: Tool | None = None
        self.on_turned: Callable[[], Any] = lambda: None
        self._down: dict[int, Place] = {}
        self._is_taken = False
        with box('df-viewer-stage', tabindex='0', autofocus='', role='group', aria_label='Photo') as self.root:
            with box('df-viewer-photo') as self.surface:
                ui.element('q-resize-observer').props('debounce=40').on('resize', self._measured)
                self._frame = box('df-viewer-frame')
                grip = box('df-viewer-grip')
            self._veil = box('df-viewer-veil')
            self._bar()
        self._grip = grip
        self.surface.on('wheel.prevent', self._wheeled, [*_WHERE, 'deltaY', 'deltaMode', 'ctrlKey'])
        self.surface.on('dblclick', lambda event: self._change(lambda: self.zoom.fit_or_fill(_place(event))), _WHERE)
        self.surface.on('pointerdown', self._pressed, [*_WHERE, 'pointerId', 'pointerType', 'button', 'isPrimary'])
        grip.on('pointermove', self._moved, [*_WHERE, 'pointerId'], throttle=0.016)
        self.surface.on('pointerup', lambda event: self._released(event.args['pointerId']), ['pointerId'])
        self.surface.on('pointercancel', lambda event: self._cancelled(event.args['pointerId']), ['pointerId'])

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
        self._down.clear()
        self._is_taken = False
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

    def _wheeled(self, event: GenericEventArguments) -> None:
        base = _PINCHED_WHEEL if event.args['ctrlKey'] else _WHEEL[event.args['deltaMode']]
        self._change(lambda: self.zoom.zoom(self.zoom.size * base ** -event.args['deltaY'], _place(event)))

    def _pressed(self, event: GenericEventArguments) -> None:
        if event.args['button'] != 0 or not all(self.zoom.stage):
            return
        kind, pointer = event.args['pointerType'], event.args['pointerId']
        if event.args['isPrimary']:
            self._down.clear()  # whatever was heard of before and never let go
        self._down[pointer] = _place(event)
        if kind != 'touch':  # a finger is held by what it came down on
            self._grip.run_method('setPointerCapture', pointer)
        if len(self._down) == 1:
            self._is_taken = self.tool is not None and self.tool.press(_place(event), _COARSE if kind == 'touch' else _FINE)
        else:
            self._let_go()

    def _moved(self, event: GenericEventArguments) -> None:
        pointer, at = event.args['pointerId'], _place(event)
        before = self._down.get(pointer)
        if before is None:
            return
        self._down[pointer] = at
        others = [place for key, place in self._down.items() if key != pointer]
        if others:
            self._change(lambda: self._pinch(others[0], before, at))
        elif self._is_taken and self.tool is not None:
            self.tool.drag(at)
        elif not self.zoom.is_fit:
            self._change(lambda: self.zoom.pan(at[0] - before[0], at[1] - before[1]))

    def _pinch(self, held: Place, before: Place, at: Place) -> None:
        """Keep what lies under two fingers under them."""
        apart = max(hypot(before[0] - held[0], before[1] - held[1]), 1.0)
        self.zoom.zoom(self.zoom.size * hypot(at[0] - held[0], at[1] - held[1]) / apart, held)

    def _released(self, pointer: int) -> Any:
        self._down.pop(pointer, None)
        if self._is_taken and self.tool is not None:
            self._is_taken = False
            return self.tool.release()
        return None

    def _cancelled(self, pointer: int) -> None:
        self._down.pop(pointer, None)
        self._let_go()

    def _let_go(self) -> None:
        if self._is_taken and self.tool is not None:
            self.tool.cancel()
        self._is_taken = False


def _place(event: GenericEventArguments) -> Place:
    return float(event.args['offsetX']), float(event.args['offsetY'])
