"""The keys of the large photograph. They act while the focus is on it or on its tools, never in a field beside it."""
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.annotator import Annotator
from components.photo_stage import PhotoStage
from components.surroundings import single_keys_are_on
from components.viewer_tools import TOOLS, ViewerTools

_ARROWS = {'left': (-1, 0), 'right': (1, 0), 'up': (0, -1), 'down': (0, 1)}
Act = Callable[[], Any]


def listen_to_keys(place: ui.element, *, stage: PhotoStage, tools: ViewerTools, annotator: Annotator,
                   on_step: Callable[[int], Any]) -> None:
    """Let arrows step from photo to photo, or move one that is larger than its stage, or with Shift what is selected on it.

    Letters and signs zoom, turn and draw, unless they are switched off; Enter, Delete and Ctrl+Z always act.
    """
    def arrow(event: GenericEventArguments, across: int, down: int) -> Any:
        if event.args['shiftKey'] and annotator.selected is not None:
            return annotator.nudge(across, down)
        if not stage.zoom.is_fit:
            return stage.pan(across, down)
        return on_step(across) if across else None

    def taken_back(event: GenericEventArguments) -> Any:
        return annotator.redo() if event.args['shiftKey'] else annotator.undo()

    for name, (across, down) in _ARROWS.items():
        place.on(f'keydown.{name}.prevent', lambda event, across=across, down=down: arrow(event, across, down), ['shiftKey'])
    place.on('keydown', partial(_pressed, _acts(stage, tools, annotator)), ['key', 'ctrlKey', 'metaKey', 'altKey'])
    for modifier in ('ctrl', 'meta'):  # prevented: a browser would take back what was typed last, wherever that was, and go there
        place.on(f'keydown.{modifier}.z.prevent', taken_back, ['shiftKey'])
    stage.root.on('keydown.enter.self', tools.enter, [])


def _pressed(acts: Mapping[str, Act], event: GenericEventArguments) -> Any:
    key = event.args['key']
    act = acts.get(key) or acts.get(key.lower())
    if act is None or event.args['ctrlKey'] or event.args['metaKey'] or event.args['altKey']:
        return None
    return act() if len(key) > 1 or single_keys_are_on() else None


def _acts(stage: PhotoStage, tools: ViewerTools, annotator: Annotator) -> dict[str, Act]:
    return {
        '+': lambda: stage.step(1), '=': lambda: stage.step(1), '-': lambda: stage.step(-1), '0': lambda: stage.step(0),
        'r': lambda: tools.turn(1), 'R': lambda: tools.turn(-1), 'h': annotator.toggle_shown,
        'Delete': annotator.remove, 'Backspace': annotator.remove,
        **{key: partial(tools.take, kind) for key, (kind, _symbol, _name) in TOOLS.items()}}
