"""The keys of a comparison on the whole screen. They act wherever the focus is on it, never in a field."""
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.comparison_layout import LAYOUTS
from components.surroundings import single_keys_are_on
from data.models import Layout

_ARROWS = {'left': (-1, 0), 'right': (1, 0), 'up': (0, -1), 'down': (0, 1)}
_SMALL, _LARGE = 2, 10  # percent


class Keyed(Protocol):
    """What the keys do."""

    async def lay_out(self, layout: Layout) -> None:
        """Show another layout."""

    def arrow(self, across: int, down: int, *, percent: int, moves: bool) -> None:
        """Move the wipe or the opacity by so many percent; or with `moves`, and in other layouts, the view over the photographs."""

    def step_zoom(self, by: int) -> None:
        """Zoom in or out by a step, 0: show all."""

    def swap(self) -> None:
        """Flicker."""

    def step(self, by: int) -> None:
        """Go to an earlier or a later photograph."""

    def toggle_lines(self) -> None:
        """Lay grid lines over the photographs, or take them away."""

    def turn(self, quarters: int) -> None:
        """Turn the chosen photograph."""

    def toggle_controls(self) -> None:
        """Hide whatever is no photograph, or show it again."""


def listen_to_keys(place: ui.element, on: Keyed) -> None:
    """Let arrows move, with Alt always the view; letters and signs do the rest, unless they are switched off."""
    def arrow(event: GenericEventArguments, across: int, down: int) -> None:
        on.arrow(across, down, percent=_LARGE if event.args['shiftKey'] else _SMALL, moves=event.args['altKey'])

    def pressed(event: GenericEventArguments) -> Any:
        key = event.args['key']
        act = acts.get(key) or acts.get(key.lower())
        held = event.args['ctrlKey'] or event.args['metaKey'] or event.args['altKey']
        return act() if act is not None and not held and single_keys_are_on() else None

    acts = _acts(on)
    for name, (across, down) in _ARROWS.items():
        place.on(f'keydown.{name}.prevent', lambda event, across=across, down=down: arrow(event, across, down), ['shiftKey', 'altKey'])
    place.on('keydown', pressed, ['key', 'ctrlKey', 'metaKey', 'altKey'])


def _acts(on: Keyed) -> dict[str, Callable[[], Any]]:
    return {
        '+': lambda: on.step_zoom(1), '=': lambda: on.step_zoom(1), '-': lambda: on.step_zoom(-1), '0': lambda: on.step_zoom(0),
        's': on.swap, '[': lambda: on.step(-1), ']': lambda: on.step(1), 'r': lambda: on.turn(1), 'R': lambda: on.turn(-1),
        'g': on.toggle_lines, 'h': on.toggle_controls,
        **{str(key): partial(on.lay_out, layout) for key, layout in enumerate(LAYOUTS, 1)}}
