"""What a hand does on a stage: wheel, pinch, drag and double click zoom and move what lies there; a tool may take the pointer first.

    Pointer(surface, grip, zoom=lambda: self.zoom, change=self._change)

All of it is worked out on the server: nobody authors JavaScript. What follows the pointer is its capture and the browser's own `:active`,
so that a mouse that only passes over sends nothing. Only `surface` itself may take the pointer, and `grip` in it while it is pressed:
places are told from whatever was hit.
"""
from collections.abc import Callable
from math import hypot
from typing import Any, Protocol

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.zoom import Place, Zoom

_FINE, _COARSE = 8.0, 22.0
_WHEEL = {0: 1.0015, 1: 1.05, 2: 1.5}  # by what the browser counts a turn of the wheel in: pixels, lines, pages
_PINCHED_WHEEL = 1.01  # a trackpad tells two fingers as a wheel with Ctrl, in small steps
_WHERE = ['offsetX', 'offsetY']

Change = Callable[[Callable[[], Any]], Any]


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


class Pointer:
    """Listens on one surface. `change(act)` is asked for whatever changes `zoom()`, and shows what came of it."""

    def __init__(self, surface: ui.element, grip: ui.element, *, zoom: Callable[[], Zoom], change: Change) -> None:
        self.tool: Tool | None = None
        self._grip, self._zoom, self._change = grip, zoom, change
        self._down: dict[int, Place] = {}
        self._is_taken = False
        surface.on('wheel.prevent', self._wheeled, [*_WHERE, 'deltaY', 'deltaMode', 'ctrlKey'])
        surface.on('dblclick', lambda event: self._change(lambda: self._zoom().fit_or_fill(_place(event))), _WHERE)
        surface.on('pointerdown', self._pressed, [*_WHERE, 'pointerId', 'pointerType', 'button', 'isPrimary'])
        grip.on('pointermove', self._moved, [*_WHERE, 'pointerId'], throttle=0.016)
        surface.on('pointerup', lambda event: self._released(event.args['pointerId']), ['pointerId'])
        surface.on('pointercancel', lambda event: self._cancelled(event.args['pointerId']), ['pointerId'])

    def let_all_go(self) -> None:
        """Forget what was pressed: another photograph lies here now."""
        self._down.clear()
        self._is_taken = False

    def _wheeled(self, event: GenericEventArguments) -> None:
        base = _PINCHED_WHEEL if event.args['ctrlKey'] else _WHEEL[event.args['deltaMode']]
        self._change(lambda: self._zoom().zoom(self._zoom().size * base ** -event.args['deltaY'], _place(event)))

    def _pressed(self, event: GenericEventArguments) -> None:
        if event.args['button'] != 0 or not all(self._zoom().stage):
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
        elif not self._zoom().is_fit:
            self._change(lambda: self._zoom().pan(at[0] - before[0], at[1] - before[1]))

    def _pinch(self, held: Place, before: Place, at: Place) -> None:
        """Keep what lies under two fingers under them."""
        apart = max(hypot(before[0] - held[0], before[1] - held[1]), 1.0)
        self._zoom().zoom(self._zoom().size * hypot(at[0] - held[0], at[1] - held[1]) / apart, held)

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
