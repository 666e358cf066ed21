"""The body site of a photograph, found by typing any part of it: Enter takes the first that fits, arrows go to the others.

What is stored is a code of the list; what stands in the field is its name. Words on their way to one are nobody's news: they are stored
when they name a site, and refused in a sentence when the field is left with words that name none. As with tags, the field itself is
never drawn again while someone types, and the focus goes to the lines of the list for real, so that a screen reader reads them.
"""
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from nicegui import ui

from components import design
from components.autosave import Autosave
from components.controls import box, text, text_field
from components.formatting import plural
from components.saved_field import Act
from data.body_sites import coded, leaf, matching, within

_MOST = 40  # lines that are drawn; who looks for another types a letter


class SiteField:
    """The field and its list. `own` are the codes that this patient's photographs have, offered first; `on_taken(site)` hears a change."""

    def __init__(self, site: str, own: Sequence[str], on_taken: Callable[[str], Any]) -> None:
        self._taken, self._own, self._on_taken = site, own, on_taken
        self._found: list[str] = []
        self._lines: list[ui.element] = []
        self._at, self._has_focus, self._is_moving, self._is_fresh = -1, False, False, False
        self._stores: Callable[[str], None] = lambda _site: None
        self.field = text_field('Body site', value=leaf(site), placeholder='Not set', on_change=self._typed)
        self.field.control.props('clearable')
        self.field.control.props['clear-icon'] = design.icon('x')
        with self.field.root.classes('df-sitefield'), box('df-sitefield-menu') as self._menu:
            self._said = text('', 'df-tagfield-said', role='status')
            self._list = box('df-tagfield-list', role='listbox', aria_label='Body sites', tabindex='0')  # it scrolls
        self._menu.set_visibility(False)
        self._listen()

    @property
    def site(self) -> str:
        """Return the site that stands in the field; words that name none as they are, for the records to refuse."""
        words = self._words()
        return self._taken if words == leaf(self._taken) else coded(words) or words

    def save(self, saving: Autosave, act: Act, key: str, revision: int) -> None:
        """Store what is taken as the photograph's body site."""
        saved = saving.add(self.field, act, key, 'body_site', revision=revision, to_text=self._to_text, to_value=leaf, to_words=leaf)
        self._stores = saved.typed

    def _listen(self) -> None:
        control = self.field.control
        control.on('focus', self._entered, [])
        control.on('click', self._clicked, [])
        self._menu.on('mousedown.prevent', lambda: None, [])  # the focus stays in the field while a line is pressed
        for place in (control, self._list):
            place.on('focusout', self._left, [])
            place.on('keydown.down.prevent', lambda: self._move(1), [])
            place.on('keydown.up.prevent', lambda: self._move(-1), [])
            place.on('keydown.enter.prevent', self._enter, [])
            place.on('keydown.esc.stop.prevent', self._escape, [])

    def _to_text(self, words: str | None) -> str:
        """Return the site that the words stand for; while someone is on the way to another, the one that was taken last."""
        words = words or ''
        if words != leaf(self._taken) and not (words and self._has_focus):
            self._take(coded(words) or words)
        return self._taken

    def _take(self, site: str) -> None:
        self._taken = site
        self._on_taken(site)

    def _choose(self, site: str) -> None:
        """Take a site: it stands in the field and is stored."""
        self._take(site)
        self._close()
        self._is_fresh = True
        self.field.control.set_value(leaf(site))
        self._stores(site)

    def _words(self) -> str:
        return self.field.control.value or ''

    def _entered(self) -> None:
        self._has_focus = self._is_fresh = True
        self._find()

    def _clicked(self) -> None:
        """Select what was taken at the first click, so that typing replaces it; open the list again at a later one."""
        if self._is_fresh:
            self.field.control.run_method('select')
        self._is_fresh = False
        self._find()

    def _typed(self) -> None:
        if self._has_focus and self._words() != leaf(self._taken):
            self._is_fresh = False
            self.field.refuse('')
            self._find()

    def _left(self) -> None:
        """Leaving field and list settles the words: a site's own name is that site, and what names none is refused where it stands."""
        if self._is_moving:
            self._is_moving = False
            return
        self._has_focus = False
        self._close()
        if self._words() != leaf(self._taken):
            self._choose(coded(self._words()) or self._words())

    def _escape(self) -> None:
        """Leave things as they are, and the field: the next Escape closes what lies around it."""
        self.field.control.set_value(leaf(self._taken))
        self._close()
        self.field.control.run_method('blur')

    def _enter(self) -> None:
        if self._menu.visible and 0 <= self._at < len(self._lines):
            self._choose(self._found[self._at])
        else:
            self._find()

    def _find(self) -> None:
        """Show what fits what is being typed; where nothing is, everything, this patient's own first."""
        words = self._words()
        sought = words if words != leaf(self._taken) else ''
        found = matching(sought, self._own)
        if found != self._found or not self._lines:  # a line that is being pressed is not drawn anew without need
            self._found = found
            self._draw()
        self._menu.set_visibility(True)
        self._mark(0 if sought else -1)

    def _draw(self) -> None:
        shown = self._found[:_MOST]
        hidden = len(self._found) - len(shown)
        self._said.set_text(f'{plural(hidden, "more site")}: type a part of the name.' if hidden else '' if shown else 'No site matches.')
        self._list.set_visibility(bool(shown))
        self._list.clear()
        with self._list:
            self._lines = [line for is_own, sites in groupby(shown, key=lambda site: site in self._own)
                           for line in self._group('This patient' if is_own else 'All sites', list(sites))]
        self._at = -1

    def _group(self, name: str, sites: Sequence[str]) -> list[ui.element]:
        with box('df-tagfield-group', role='group', aria_label=name):
            if self._own:
                text(name, 'df-over', aria_hidden='true')
            return [self._line(site) for site in sites]

    def _line(self, site: str) -> ui.element:
        with box('df-sitefield-line', role='option', tabindex='-1', aria_selected='false') as line:
            text(leaf(site), tag='span')
            if around := within(site):
                text(around, 'df-sitefield-path', tag='span')
        return line.on('click', lambda: self._choose(site), args=[])

    def _move(self, step: int) -> None:
        """Go up or down; above the first line stands the field."""
        if not self._menu.visible:
            self._find()
            return
        at = max(-1, min(self._at + step, len(self._lines) - 1))
        if at != self._at:
            self._is_moving = True
            self._mark(at)
            (self.field.control if at < 0 else self._lines[at]).run_method('focus')

    def _mark(self, at: int) -> None:
        for index, chosen in ((self._at, 'false'), (at, 'true')):
            if 0 <= index < len(self._lines):
                self._lines[index].props['aria-selected'] = chosen
        self._at = at

    def _close(self) -> None:
        self._menu.set_visibility(False)
        self._mark(-1)
