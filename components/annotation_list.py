"""What is drawn on the large photograph, line by line: read, put into words and removed without a pointer."""
from collections import Counter
from collections.abc import Awaitable
from typing import Any

from nicegui import ui

from components.annotation_layer import NAMES
from components.annotator import Annotator
from components.controls import box, icon_button, symbol, text
from components.photo_stage import PhotoStage
from data.annotations import MOST_WORDS, Kind, Point, Shape

_SYMBOLS = {Kind.ARROW: 'arrow-up-right', Kind.CIRCLE: 'circle', Kind.FREEHAND: 'spline', Kind.TEXT: 'type'}
_Which = tuple[Kind, tuple[Point, ...], int]


class _Line:
    """One annotation. Its words are stored when the field is left or at Enter; Escape leaves them as they were."""

    def __init__(self, listed: 'AnnotationList', which: _Which, shape: Shape, name: str) -> None:
        self.name, self.has_focus = name, False
        self._listed, self._which, self._words = listed, which, shape.text
        with box('df-annotation', tag='li') as self.root:
            symbol(_SYMBOLS[shape.kind])
            self._field = words_field(f'Words of {name}', name, shape.text)
            icon_button('trash-2', label=f'Remove {name}', size='small', on_click=self._remove)
        self._field.on('focus', self._entered, [])
        self._field.on('blur', self._left, [])
        self._field.on('keydown.enter.prevent', lambda: listed.stage.focus(), [])
        self._field.on('keydown.esc.stop.prevent', self._give_up, [])

    def show(self, shape: Shape, *, is_selected: bool) -> None:
        """Show the words as they are stored, unless someone writes here."""
        self._words = shape.text
        if not self.has_focus and self._field.value != shape.text:
            self._field.set_value(shape.text)
        if is_selected != ('df-annotation--on' in self.root.classes):
            self.root.classes(toggle='df-annotation--on')

    def focus(self) -> None:
        """Put the focus into the words."""
        self._field.run_method('focus')

    def _entered(self) -> None:
        self.has_focus = True
        self._listed.annotator.select(self._listed.shape(self._which))

    def _left(self) -> Awaitable[None] | None:
        self.has_focus = False
        shape = self._listed.shape(self._which)
        return self._listed.annotator.reword(shape, self._field.value or '') if shape else None

    def _give_up(self) -> None:
        self._field.set_value(self._words)
        self._listed.stage.focus()

    def _remove(self) -> Any:
        shape = self._listed.shape(self._which)
        self._listed.stage.focus()
        return self._listed.annotator.remove(shape) if shape else None


class AnnotationList:
    """The list of one photograph. A line stays the same element while its shape stays where it is: nobody's typing is drawn anew."""

    def __init__(self, annotator: Annotator, stage: PhotoStage, *, may_edit: bool) -> None:
        self.annotator, self.stage, self._may_edit = annotator, stage, may_edit
        self._lines: dict[_Which, _Line] = {}
        self._shown: dict[_Which, Shape] = {}
        self._new: ui.input | None = None
        with box('df-annotations', role='group', aria_label='Annotations') as self._root:
            text('Annotations', 'df-over', tag='h3')
            self._place = box('df-annotation-lines', tag='ul')
            self._asking = box()

    def show(self) -> None:
        """Show what is drawn as it is now."""
        if self._root.is_deleted:
            return
        self._shown = _by_place(self.annotator.shapes)
        if self._may_edit:
            self._show_fields()
            self._ask()
        else:
            self._show_words()
        self._root.set_visibility(bool(self._shown) or self.annotator.waiting is not None)

    def shape(self, which: _Which) -> Shape | None:
        """Return a shape as it is now, None when it was removed or moved."""
        return self._shown.get(which)

    def focus(self) -> None:
        """Put the focus into the words of the selected shape."""
        for which, line in self._lines.items():
            if self._shown[which] is self.annotator.selected:
                line.focus()

    def _show_fields(self) -> None:
        names = self._names()
        for which, line in list(self._lines.items()):
            if which not in names or (line.name != names[which] and not line.has_focus):
                self._lines.pop(which).root.delete()
        for place, (which, shape) in enumerate(self._shown.items()):
            if which not in self._lines:
                with self._place:
                    self._lines[which] = _Line(self, which, shape, names[which])
                self._lines[which].root.move(target_index=place)
            self._lines[which].show(shape, is_selected=shape is self.annotator.selected)

    def _names(self) -> dict[_Which, str]:
        """Return what tells the lines apart: 'arrow 2'."""
        numbers: Counter[Kind] = Counter()
        names = {}
        for which, shape in self._shown.items():
            numbers[shape.kind] += 1
            names[which] = f'{NAMES[shape.kind].lower()} {numbers[shape.kind]}'
        return names

    def _show_words(self) -> None:
        self._place.clear()
        with self._place:
            for shape in self._shown.values():
                with box('df-annotation', tag='li'):
                    symbol(_SYMBOLS[shape.kind])
                    text(shape.text or NAMES[shape.kind], tag='span')

    def _ask(self) -> None:
        """Ask for the words of a text that someone placed."""
        if (self.annotator.waiting is None) == (self._new is None):
            return
        self._asking.clear()
        self._new = None
        if self.annotator.waiting is not None:
            with self._asking, box('df-annotation df-annotation--on'):
                symbol(_SYMBOLS[Kind.TEXT])
                self._new = words_field('Words of the new text', 'What it says', '').props('autofocus')
            self._new.run_method('focus')
            self._new.on('keydown.enter.prevent', lambda: self.stage.focus(), [])
            self._new.on('keydown.esc.stop.prevent', self._forget, [])
            self._new.on('blur', self._written, [])

    def _forget(self) -> None:
        self.annotator.take(None)
        self.stage.focus()

    def _written(self) -> Awaitable[None] | None:
        return self.annotator.write_here(self._new.value or '') if self._new is not None else None


def words_field(label: str, placeholder: str, words: str) -> ui.input:
    """Show a bare field for the words of an annotation."""
    field = ui.input(value=words, placeholder=placeholder.capitalize()).classes('df-f df-grow')
    field.props(f'outlined dense hide-bottom-space autocomplete=off maxlength={MOST_WORDS}').props['aria-label'] = label
    return field


def _by_place(shapes: tuple[Shape, ...]) -> dict[_Which, Shape]:
    """Return shapes by what they are and where, and by number where several lie in one place."""
    found: dict[_Which, Shape] = {}
    for shape in shapes:
        number = sum(which[:2] == (shape.kind, shape.points) for which in found)
        found[shape.kind, shape.points, number] = shape
    return found
