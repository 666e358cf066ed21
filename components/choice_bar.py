"""The bar of a choice of photographs: it lies where the tools were, so that nothing moves. Data in, callbacks out.

    bar = ChoiceBar(acts)
    bar.show(grid.chosen_tiles)
"""
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from typing import Any

from nicegui import ui

from components.choice_dialogs import Describe, ask_caption, ask_site, common
from components.choice_tags import ChoiceTagMenu, ChoiceTags
from components.controls import Handler, box, button, icon_button, symbol, text
from components.image_grid import apart
from data.columns import new_key
from data.models import View
from data.read_models import ImageTile

_LEAST = 2
_MORE_LABEL = 'More'


@dataclass(frozen=True)
class MoreAct:
    """One line of the menu behind the dots: what it is called, its symbol, and what is done with the chosen keys."""

    label: str
    icon: str
    act: Callable[[list[str]], Any]


@dataclass(frozen=True)
class EntryChoice:
    """A visit that photographs can be laid into: its number, when it is, and how its notes begin."""

    number: int
    title: str
    line: str = ''


@dataclass(frozen=True)
class EntryActs:
    """`entries()` are the patient's visits, latest first; `place` lays the choice into one, `place_in_new` into one of now.

    The latter gets a key of the request: pressed twice, the same opens one visit.
    """

    entries: Callable[[], Sequence[EntryChoice]]
    place: Callable[[EntryChoice], Awaitable[Any]]
    place_in_new: Callable[[str], Awaitable[Any]]


@dataclass(frozen=True)
class DescribeActs:
    """`words` gives all the same words, and what it refuses is shown where they are typed; `view` says how all were taken."""

    words: Describe
    view: Callable[[str], Any]


@dataclass(frozen=True)
class LaidOutActs:
    """What is done with a choice where it is laid out: `step(by)` moves it among the photographs of its day, while it is of one day."""

    step: Callable[[int], Any]
    is_one_day: Callable[[], bool]
    remove: Handler


@dataclass(frozen=True)
class ChoiceActs:
    """What may be done with a choice. What is None or empty is not offered. `sites()` are this patient's own body sites.

    Each act but `describe.words` shows itself what it refuses.
    """

    clear: Handler
    compare: Handler
    entries: EntryActs | None = None
    tags: ChoiceTags | None = None
    describe: DescribeActs | None = None
    sites: Callable[[], Sequence[str]] = tuple
    more: Sequence[MoreAct] = ()
    laid_out: LaidOutActs | None = None


class ChoiceBar:
    """The bar; without a choice it is not there."""

    def __init__(self, acts: ChoiceActs, zone: tzinfo) -> None:
        self._acts, self._zone = acts, zone
        self._tiles: list[ImageTile] = []
        self._steps: list[ui.button] = []
        self._is_busy = False
        with box('df-selbar df-choice', role='toolbar', aria_label='Selected images') as self.root:
            icon_button('x', label='Clear selection', on_click=acts.clear)
            self._count = text('', 'df-selbar-count df-num', role='status')
            self._apart = text('', 'df-choice-apart df-hide-narrow')
            self._compare = button('Compare', icon='columns-2', kind='primary', on_click=acts.compare)
            self._build()
        self.root.set_visibility(False)

    def show(self, tiles: list[ImageTile]) -> None:
        """Show that these are chosen."""
        self._tiles = tiles
        self._count.set_text(f'{len(tiles):,} selected')
        self._apart.set_text(apart(tiles, self._zone))
        self._show_what_can_be_done()
        self.root.set_visibility(bool(tiles))

    def set_busy(self, is_busy: bool) -> None:
        """Let nothing else be compared or removed while something is being done."""
        self._is_busy = is_busy
        self._show_what_can_be_done()

    def _show_what_can_be_done(self) -> None:
        self._compare.set_enabled(len(self._tiles) >= _LEAST and not self._is_busy)
        if self._acts.laid_out is not None:
            self._remove.set_enabled(not self._is_busy)
            is_one_day = self._acts.laid_out.is_one_day()
            for step in self._steps:
                step.set_enabled(is_one_day)

    async def open_tags(self) -> None:
        """Open the tags of the choice, for who may put them on."""
        if self._acts.tags is not None:
            with menu_below(self._tag, 'Tags', 'df-tagmenu', role='dialog'):
                menu = ChoiceTagMenu(self._acts.tags)
            await menu.open()

    def _build(self) -> None:
        acts = self._acts
        if acts.entries is not None:
            self._entry = self._opener('Add to entry', 'folder-plus', partial(self._open_entries, acts.entries))
        if acts.tags is not None:
            self._tag = self._opener('Tag', 'tag', self.open_tags)
        if acts.describe is not None:
            self._describing(acts.describe)
        if acts.laid_out is not None:
            self._laying_out(acts.laid_out)
        if acts.more:
            self._more = icon_button('ellipsis', label=_MORE_LABEL, on_click=self._open_more).classes('df-choice-more')
            self._more.props['aria-haspopup'] = 'menu'

    def _describing(self, acts: DescribeActs) -> None:
        button('Body site', icon='map-pin', on_click=lambda: ask_site(self._tiles, self._acts.sites(), acts.words))
        self._view = self._opener('View', 'eye', partial(self._open_views, acts))
        button('Caption', icon='type', on_click=lambda: ask_caption(self._tiles, acts.words))

    def _laying_out(self, acts: LaidOutActs) -> None:
        for words, drawn, by in (('Move earlier', 'chevron-left', -1), ('Move later', 'chevron-right', 1)):
            self._steps.append(icon_button(drawn, label=words, on_click=partial(acts.step, by)))
        self._remove = button('Remove', icon='x', kind='danger', label='Remove from this entry', on_click=acts.remove)
        self._remove.tooltip('The photo stays in the pool.')

    def _opener(self, label: str, icon: str, act: Handler) -> ui.button:
        opener = button(label, icon=icon, on_click=act)
        opener.props['aria-haspopup'] = 'menu'
        return opener

    def _open_entries(self, acts: EntryActs) -> None:
        with menu_below(self._entry, 'Add to entry', 'df-choice-entries'):
            with _line(partial(acts.place_in_new, new_key())):
                symbol('plus')
                text('New entry', 'df-choice-line')
            for entry in acts.entries():
                with _line(partial(acts.place, entry)), box('df-choice-line'):
                    text(entry.title, 'df-num')
                    if entry.line:
                        text(entry.line, 'df-meta df-f13 df-ell')

    def _open_views(self, acts: DescribeActs) -> None:
        now = common(self._tiles, lambda tile: tile.view)
        with menu_below(self._view, 'View'):
            for value, words in {**{view.value: view.value.capitalize() for view in View}, '': 'Not set'}.items():
                with _line(partial(acts.view, value)):
                    symbol('check', '' if value == now else 'df-unseen')
                    text(words, 'df-choice-line')

    def _open_more(self) -> None:
        with menu_below(self._more, _MORE_LABEL):
            for each in self._acts.more:
                with _line(partial(each.act, [tile.key for tile in self._tiles])):
                    symbol(each.icon)
                    text(each.label, 'df-choice-line')


def _line(act: Handler) -> ui.menu_item:
    line = ui.menu_item(on_click=act)
    line.props['role'] = 'menuitem'
    return line


@contextmanager
def menu_below(opener: ui.element, label: str, classes: str = '', *, role: str = 'menu') -> Iterator[None]:
    """Open a menu of what the block shows; it is gone when it closes."""
    with opener, ui.menu().props('no-parent-event transition-show=fade transition-hide=fade') as menu:
        menu.classes(f'df-choice-menu {classes}').on('hide', menu.delete, args=[])
        menu.props['aria-label'], menu.props['role'] = label, role
        yield
    menu.open()
