"""The field for a body site: a select with a search below it. Type a part of the name, Enter takes the first that fits."""
from collections.abc import Sequence

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from components.choice_lines import ChoiceLines, Line
from components.controls import Field, box, own_field, symbol, text, text_field
from components.formatting import plural
from data.body_sites import SITES, find_sites, leaf, region_words

_MOST = 40  # lines that are drawn; who looks for another types a letter
_NOT_SET = 'Not set'


def site_field(value: str, used: Sequence[str]) -> Field:
    """Show the field; `used` are this patient's sites, most used first. Words from before the list stay until another is chosen."""
    return own_field('Body site', lambda: SiteControl(value, used))


class SiteControl(ValueElement[str]):
    """The button that holds the site and opens the list. What it is called and what it lies in stand on it."""

    VALUE_PROP = 'value'  # the button's own attribute

    def __init__(self, value: str, used: Sequence[str]) -> None:
        super().__init__(value=value, tag='button')
        self._used = used
        self.classes('df-site').props.update({'type': 'button', 'role': 'combobox', 'aria-haspopup': 'dialog', 'aria-expanded': 'false'})
        with self:
            symbol('map-pin')
            with box('df-site-words', tag='span'):
                self._leaf = text('', 'df-site-leaf', tag='span')
                self._region = text('', 'df-site-region', tag='span')
            symbol('chevron-down')
            self._build_list()
        self._show(value)
        self.on_value_change(lambda event: self._show(event.value))
        self.on('click', self._toggle, [])
        self.on('keydown.down.prevent', self._open, [])

    def _build_list(self) -> None:
        with ui.menu().props('no-parent-event fit transition-show=fade transition-hide=fade') as self._menu:
            self._menu.classes('df-tagmenu df-sitemenu').props['role'] = 'dialog'
            self._menu.props['aria-label'] = 'Body site'
            with box('df-tagfield'):
                self._search = text_field('Find a body site', placeholder='Find a body site', icon='search', bare=True,
                                          on_change=self._find)
                self._search.control.props('autofocus')
                self._lines = ChoiceLines(self._search, 'Body sites', on_choose=self._choose)
        self._menu.on_value_change(lambda event: self._turned(is_open=event.value))

    def _turned(self, *, is_open: bool) -> None:
        self.props['aria-expanded'] = str(is_open).lower()

    def _toggle(self) -> None:
        if self._menu.value:
            self._menu.close()
        else:
            self._open()

    def _open(self) -> None:
        self._search.control.set_value('')
        self._find()
        self._menu.open()

    def _find(self) -> None:
        typed = str(self._search.value or '')
        found = find_sites(typed, self._used)
        own = [site for site in found if site in self._used]
        shown = [site for site in found if site not in own][:_MOST]
        best = len(own) if shown and shown[0] == found[0] else 0  # this patient's stand above, one that is called so is taken
        hidden = len(found) - len(own) - len(shown)
        clear = [Line('No body site', '', look='df-tagfield-new')] if self.value and not typed else []
        groups = ((name, lines) for name, lines in (
            ('This patient', [_line(site) for site in own]), ('All sites', [_line(site) for site in shown]), ('', clear)) if lines)
        self._lines.show(groups, at=best if typed else -1, said=_said(typed, len(found), hidden))

    def _choose(self, site: str) -> None:
        self._menu.close()
        self.set_value(site)

    def _show(self, site: str) -> None:
        self._leaf.set_text(leaf(site) or _NOT_SET)
        self._region.set_text(region_words(site))
        self._region.set_visibility(bool(region_words(site)))


def _said(typed: str, found: int, hidden: int) -> str:
    if not found:
        return 'No body site is called so.'
    if hidden:
        return f'{plural(hidden, "more site")}: type a part of the name.'
    return '' if typed else f'Type a part of the name: there are {len(SITES)} sites.'


def _line(site: str) -> Line:
    return Line(leaf(site), site, below=region_words(site), look='df-site-line')
