"""The field that puts a tag on something: type a part of its name, Enter takes the first that fits, arrows go to the others.

Nothing of a person's typing is lost to the server's answers: the field itself is never drawn again, and the focus goes to the lines of
the list for real, so that a screen reader reads them.
"""
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from nicegui import ui

from components.controls import box, text, text_field
from components.formatting import plural
from data.models import TAG_LIMIT, TagColour
from data.read_models import TagLabel
from data.repositories.tag_records import CategoryRow
from data.values import clean_line, fold, search_words

_MOST = 40  # lines that are drawn; who has more tags types another letter


@dataclass(frozen=True)
class TagActs:
    """What may be done with the tags of one subject. Each act tells whether it worked; without `create` nothing new may be made.

    `vocabulary()` is asked whenever the field opens, `create(name, category key)` makes a tag and puts it on.
    """

    assign: Callable[[TagLabel], Awaitable[bool]]
    unassign: Callable[[TagLabel], Awaitable[bool]]
    vocabulary: Callable[[], Sequence[CategoryRow]]
    create: Callable[[str, str], Awaitable[bool]] | None = None


@dataclass(frozen=True)
class Choice:
    """One line of the list: a tag, a category for a new one, or (without a key) the offer to create what was typed."""

    words: str
    key: str = ''
    group: str = ''
    colour: TagColour | None = None
    label: TagLabel | None = None


def choices(categories: Sequence[CategoryRow], own: frozenset[str], typed: str, *, may_create: bool) -> list[Choice]:
    """Return the tags that fit what was typed and are not there yet, by category; last the offer to create one of that name."""
    words, name = search_words(typed), clean_line(typed)
    offered = [tag.label for category in categories for tag in category.offered]
    fitting = [label for label in offered if label.key not in own and all(word in fold(label.name) for word in words)]
    found = [Choice(label.name, label.key, label.category, label.colour, label) for label in fitting]
    is_new = bool(name) and all(fold(label.name) != fold(name) for label in offered)
    return [*found, Choice(f'Create “{name}”')] if is_new and may_create else found


def best(found: Sequence[Choice], typed: str) -> int:
    """Return which line Enter takes: the name itself, one that begins so, else the first; none while nothing is typed."""
    name = fold(typed)
    if not name or not found:
        return -1
    starts = [fold(choice.words).startswith(name) for choice in found]
    same = [fold(choice.words) == name for choice in found]
    return same.index(True) if True in same else starts.index(True) if True in starts else 0


class TagField:
    """The field and its list. `own()` are the keys of the tags that the subject bears itself."""

    def __init__(self, acts: TagActs, own: Callable[[], frozenset[str]]) -> None:
        self._acts, self._own = acts, own
        self._categories: Sequence[CategoryRow] = ()
        self._found: list[Choice] = []
        self._lines: list[ui.element] = []
        self._at, self._naming, self._is_busy = -1, '', False
        with box('df-tagfield'):
            self._field = text_field('Find a tag', placeholder='Find a tag', icon='search', bare=True, limit=TAG_LIMIT,
                                     on_change=self._typed)
            self._said = text('', 'df-tagfield-said', role='status')
            self._list = box('df-tagfield-list', role='listbox', aria_label='Tags', tabindex='0')  # it scrolls
        self._field.control.props('autofocus')
        for place in (self._field.control, self._list):
            place.on('keydown.down.prevent', lambda: self._move(1), [])
            place.on('keydown.up.prevent', lambda: self._move(-1), [])
            place.on('keydown.enter.prevent', self._take, [])

    def open(self) -> None:
        """Begin anew, with the tags of this moment."""
        self._categories = self._acts.vocabulary()
        self._begin()

    def _begin(self) -> None:
        self._naming = ''
        self._field.control.set_value('')
        self._find('')

    def _typed(self) -> None:
        self._naming = ''
        self._find(self._field.value or '')

    def _find(self, typed: str) -> None:
        self._found = choices(self._categories, self._own(), typed, may_create=self._acts.create is not None)
        said = 'No tags match.' if typed else 'No more tags.'
        self._show(best(self._found, typed), '' if self._found else said)

    def _show(self, at: int, said: str = '') -> None:
        """Draw the lines, the one at `at` marked as what Enter takes."""
        shown = self._found[:_MOST]
        if hidden := len(self._found) - len(shown):
            said = f'{plural(hidden, "more tag")}: type a part of the name.'
        self._said.set_text(said)
        self._list.set_visibility(bool(shown))
        self._list.clear()
        with self._list:
            self._lines = [line for group, lines in groupby(shown, key=lambda choice: choice.group) for line in self._group(group, lines)]
        self._at = -1
        self._mark(min(at, len(shown) - 1))

    def _group(self, name: str, lines: Iterable[Choice]) -> list[ui.element]:
        with box('df-tagfield-group', role='group', aria_label=name or 'New'):
            if name:
                text(name, 'df-over', aria_hidden='true')
            return [self._line(choice) for choice in lines]

    def _line(self, choice: Choice) -> ui.element:
        look = f'df-tag--{choice.colour}' if choice.colour else 'df-tagfield-new'
        line = text(choice.words, f'df-tagfield-line {look}', role='option', tabindex='-1', aria_selected='false')
        return line.on('click', lambda: self._choose(choice), args=[])

    def _move(self, step: int) -> None:
        """Go up or down; above the first line stands the field."""
        self._mark(max(-1, min(self._at + step, len(self._lines) - 1)))
        (self._field.control if self._at < 0 else self._lines[self._at]).run_method('focus')

    def _mark(self, at: int) -> None:
        for index, chosen in ((self._at, 'false'), (at, 'true')):
            if 0 <= index < len(self._lines):
                self._lines[index].props['aria-selected'] = chosen
        self._at = at

    async def _take(self) -> None:
        if 0 <= self._at < len(self._lines):
            await self._choose(self._found[self._at])

    async def _choose(self, choice: Choice) -> None:
        if self._is_busy:
            return
        if not choice.key:
            self._ask_category()
            return
        self._is_busy = True
        try:
            is_done = await self._carry_out(choice)
        finally:
            self._is_busy = False
        if is_done and not self._list.is_deleted:
            self.open()
            self._field.control.run_method('focus')

    async def _carry_out(self, choice: Choice) -> bool:
        if choice.label is not None:
            return await self._acts.assign(choice.label)
        return self._acts.create is not None and await self._acts.create(self._naming, choice.key)

    def _ask_category(self) -> None:
        """Ask where a new tag belongs: the lines are the categories now."""
        self._naming = clean_line(self._field.value or '')
        asked = f'Category of “{self._naming}”'
        self._found = [Choice(category.name, category.key, asked, category.colour) for category in self._categories]
        self._show(-1, '' if self._found else 'There is no category yet. Make one on the Tags page.')
        if self._found:
            self._move(1)
