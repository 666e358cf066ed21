"""The field that puts a tag on something: type a part of its name, Enter takes the first that fits, arrows go to the others.

Nothing of a person's typing is lost to the server's answers: the field itself is never drawn again, and the focus goes to the lines of
the list for real, so that a screen reader reads them.
"""
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from nicegui import ui

from components.controls import box, text, text_field
from components.formatting import plural
from components.hidden_characters import warn_of_hidden
from components.refusals import refusals_shown
from data.errors import TagTaken
from data.models import TagColour
from data.read_models import TagLabel
from data.repositories.tag_records import CategoryRow
from data.values import clean_line, fold, search_words, slug

_MOST = 40  # lines that are drawn; who has more tags types another letter


@dataclass(frozen=True)
class TagActs:
    """What may be done with the tags of one subject. Each act may refuse, which is shown where the person is looking.

    `vocabulary()` is asked whenever the field opens. Only with `manage` new tags are made.
    """

    assign: Callable[[TagLabel], Awaitable[Any]]
    unassign: Callable[[TagLabel], Awaitable[Any]]
    vocabulary: Callable[[], Awaitable[Sequence[CategoryRow]]]
    manage: 'ManageActs | None' = None


@dataclass(frozen=True)
class ManageActs:
    """`create(name, category key)` makes a tag and puts it on, `restore(tag)` offers a retired one again and puts it on."""

    create: Callable[[str, str], Awaitable[Any]]
    restore: Callable[[TagLabel], Awaitable[Any]]


@dataclass(frozen=True)
class Choice:
    """One line of the list: a tag, a category for a new one, or (without a key) the offer to create what was typed.

    `retired` is the tag that bears the name and would be offered again.
    """

    words: str
    key: str = ''
    group: str = ''
    colour: TagColour | None = None
    label: TagLabel | None = None
    retired: TagLabel | None = None


def choices(categories: Sequence[CategoryRow], own: frozenset[str], typed: str, *, may_create: bool) -> list[Choice]:
    """Return the tags that fit what was typed and are not there yet, by category; last the offer to create one of that name."""
    words, name = search_words(typed), clean_line(typed)
    offered = [tag.label for category in categories for tag in category.offered]
    fitting = [label for label in offered if label.key not in own and all(word in fold(label.name) for word in words)]
    found = [Choice(label.name, label.key, label.category, label.colour, label) for label in fitting]
    is_new = bool(name) and all(fold(label.name) != fold(name) for label in offered)
    return [*found, _new(categories, name)] if is_new and may_create else found


def _new(categories: Sequence[CategoryRow], name: str) -> Choice:
    """Return the offer to create a tag; of a name that a retired one bears, the offer to have that one back."""
    retired = next((tag.label for category in categories for tag in category.tags
                    if tag.retired_at and not tag.merged_into and tag.label.slug == slug(name)), None)
    return Choice(f'Offer “{retired.name}” again', key=retired.key, retired=retired) if retired else Choice(f'Create “{name}”')


def best(found: Sequence[Choice], typed: str) -> int:
    """Return which line Enter takes: the tag itself, one that begins so, else the first line; none while nothing is typed."""
    name = fold(typed)
    if not name or not found:
        return -1
    names = [fold(choice.label.name) if choice.label else '' for choice in found]  # not the words of the offer to create one
    starts, same = [known.startswith(name) for known in names], [known == name for known in names]
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
            self._field = text_field('Find a tag', placeholder='Find a tag', icon='search', bare=True, on_change=self._typed)
            self._said = text('', 'df-tagfield-said', role='status')
            self._list = box('df-tagfield-list', role='listbox', aria_label='Tags', tabindex='0')  # it scrolls
        self._field.control.props('autofocus')
        warn_of_hidden(self._field)
        for place in (self._field.control, self._list):
            place.on('keydown.down.prevent', lambda: self._move(1), [])
            place.on('keydown.up.prevent', lambda: self._move(-1), [])
            place.on('keydown.enter.prevent', self._take, [])

    async def open(self) -> None:
        """Begin anew, with the tags of this moment."""
        self._naming = ''
        self._field.control.set_value('')
        with refusals_shown(self._field):
            await self._read()

    async def _read(self) -> None:
        """Read the tags and show those that fit what stands in the field by then."""
        self._categories = await self._acts.vocabulary()
        if not self._list.is_deleted:
            self._find()

    def _typed(self) -> None:
        self._field.refuse('')
        self._find()

    def _find(self) -> None:
        self._naming, typed = '', str(self._field.value or '')
        self._found = choices(self._categories, self._own(), typed, may_create=self._acts.manage is not None)
        there = 'No more tags.' if any(category.tags for category in self._categories) else 'No tags yet.'
        said = 'No tags match.' if typed else there
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
            with refusals_shown(self._field):
                await self._carry_out(choice)
        finally:
            self._is_busy = False

    async def _carry_out(self, choice: Choice) -> None:
        """Do it and begin anew. When a tag of that name came meanwhile, it stands in the list, below the sentence that says so."""
        try:
            await self._act(choice)
        except TagTaken:
            await self._read()
            raise
        if not self._list.is_deleted:
            self._field.control.run_method('focus')
            await self.open()

    async def _act(self, choice: Choice) -> None:
        manage = self._acts.manage
        if choice.label is not None:
            await self._acts.assign(choice.label)
        elif manage is not None and choice.retired is not None:
            await manage.restore(choice.retired)
        elif manage is not None:
            await manage.create(self._naming, choice.key)

    def _ask_category(self) -> None:
        """Ask where a new tag belongs: the lines are the categories now."""
        self._naming = clean_line(self._field.value or '')
        asked = f'Category of “{self._naming}”'
        self._found = [Choice(category.name, category.key, asked, category.colour) for category in self._categories]
        self._show(-1, '' if self._found else 'There is no category yet. Make one on the Tags page.')
        if self._found:
            self._move(1)
