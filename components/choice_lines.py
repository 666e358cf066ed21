"""The lines below a field that finds something: arrows go to them for real, so that a screen reader reads them; Enter takes the marked one.

    lines = ChoiceLines(field, 'Tags', on_choose=take)
    lines.show([('Condition', [Line('Acne', acne)])], at=0)
"""
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from components.controls import Field, box, text


@dataclass(frozen=True)
class Line:
    """One line: its words, what stands for it, a second line below it, and its look."""

    words: str
    choice: Any
    below: str = ''
    look: str = ''


class ChoiceLines:
    """The list. `on_choose(choice)` may be awaitable; the field above is never drawn again."""

    def __init__(self, field: Field, label: str, *, on_choose: Callable[[Any], Any]) -> None:
        self._field, self._on_choose = field, on_choose
        self._lines: list[tuple[ui.element, Any]] = []
        self._at = -1
        self._said = text('', 'df-tagfield-said', role='status')
        self._list = box('df-tagfield-list', role='listbox', aria_label=label, tabindex='0')  # it scrolls
        for place in (field.control, self._list):
            place.on('keydown.down.prevent', lambda: self.move(1), [])
            place.on('keydown.up.prevent', lambda: self.move(-1), [])
            place.on('keydown.enter.prevent', self._take, [])

    @property
    def is_deleted(self) -> bool:
        """Tell whether it has left the page."""
        return self._list.is_deleted

    def show(self, groups: Iterable[tuple[str, Sequence[Line]]], *, at: int = -1, said: str = '') -> None:
        """Draw the lines in their groups, the one at `at` marked as what Enter takes; `said` stands above them."""
        self._said.set_text(said)
        self._list.clear()
        with self._list:
            self._lines = [drawn for name, lines in groups for drawn in self._group(name, lines)]
        self._list.set_visibility(bool(self._lines))
        self._at = -1
        self._mark(min(at, len(self._lines) - 1))

    def move(self, step: int) -> None:
        """Go up or down; above the first line stands the field."""
        self._mark(max(-1, min(self._at + step, len(self._lines) - 1)))
        (self._field.control if self._at < 0 else self._lines[self._at][0]).run_method('focus')

    def _group(self, name: str, lines: Sequence[Line]) -> list[tuple[ui.element, Any]]:
        with box('df-tagfield-group', role='group', aria_label=name or 'New'):
            if name:
                text(name, 'df-over', aria_hidden='true')
            return [(self._line(line), line.choice) for line in lines]

    def _line(self, line: Line) -> ui.element:
        drawn = text('' if line.below else line.words, f'df-tagfield-line {line.look}', role='option', tabindex='-1', aria_selected='false')
        if line.below:
            with drawn:
                text(line.words, tag='span')
                text(line.below, 'df-tagfield-below', tag='span')
        return drawn.on('click', lambda: self._on_choose(line.choice), args=[])

    def _mark(self, at: int) -> None:
        for index, chosen in ((self._at, 'false'), (at, 'true')):
            if 0 <= index < len(self._lines):
                self._lines[index][0].props['aria-selected'] = chosen
        self._at = at

    def _take(self) -> Any:
        return self._on_choose(self._lines[self._at][1]) if 0 <= self._at < len(self._lines) else None
