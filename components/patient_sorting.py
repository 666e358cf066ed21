"""In which order the list stands: the four sorts, each with the direction that one expects of it, and how each is called."""
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from nicegui import ui

from components.controls import icon_button
from components.design import icon, icon_svg
from components.list_address import Address
from data.patient_query import ListView, Sort

SORTS = {Sort.LAST_MODIFIED: 'Last modified', Sort.LAST_APPOINTMENT: 'Last appointment', Sort.UNIQUE_ID: 'Unique ID', Sort.NAME: 'Name'}
_DATES = (Sort.LAST_MODIFIED, Sort.LAST_APPOINTMENT)


def sorted_by(view: ListView, sort: Sort) -> ListView:
    """Return the view in another order, as it is expected there; in the same order it is turned round."""
    is_descending = not view.is_descending if view.sort is sort else sort in _DATES
    return replace(view, sort=sort, is_descending=is_descending, page=1)


def direction_words(sort: Sort, *, is_descending: bool) -> str:
    """Return 'Newest first', 'Oldest first', 'A to Z', 'Z to A'."""
    if sort in _DATES:
        return 'Newest first' if is_descending else 'Oldest first'
    return 'Z to A' if is_descending else 'A to Z'


class Sorting:
    """The choice of the order and its direction; on a phone, both behind one button in the header bar."""

    def __init__(self, address: Address, on_sort: Callable[[Sort], Any]) -> None:
        self._address = address
        self._view = ListView()
        self._choice = ui.select({sort.value: words for sort, words in SORTS.items()}, value=Sort.LAST_MODIFIED.value,
                                 on_change=lambda event: on_sort(Sort(event.value)) if event.value != self._view.sort.value else None)
        self._choice.props('outlined dense options-dense behavior=menu transition-show=fade transition-hide=fade')
        self._choice.classes('df-f df-sort gt-xs').props['aria-label'] = 'Sort by'
        self._choice.props['dropdown-icon'] = icon('chevron-down')
        self._direction = ui.html('', sanitize=False, tag='a').classes('df-step df-step--edged gt-xs')

    def build_short(self) -> None:
        """Show the button that a phone has instead."""
        self._short = icon_button('sliders-horizontal', label='Sort', on_click=self._open_short).classes('lt-sm')

    def _open_short(self) -> None:
        with self._short, ui.menu().props('auto-close no-parent-event') as menu:
            menu.props['aria-label'] = 'Sort'
            ui.html(_links_html(self._view, self._address), sanitize=False).classes('df-sort-links')
        menu.on('hide', menu.delete, args=[]).open()

    def show(self, view: ListView) -> None:
        """Show the order of a view."""
        self._view = view
        self._choice.set_value(view.sort.value)
        now = direction_words(view.sort, is_descending=view.is_descending)
        then = direction_words(view.sort, is_descending=not view.is_descending)
        self._direction.set_content(icon_svg('arrow-down' if view.is_descending else 'arrow-up'))
        self._direction.props['href'] = self._address(sorted_by(view, view.sort))
        self._direction.props['aria-label'] = self._direction.props['title'] = f'{now}. Change to {then}'


def _links_html(view: ListView, address: Address) -> str:
    links = [_link(words, address(view if view.sort is sort else sorted_by(view, sort)), is_on=view.sort is sort)
             for sort, words in SORTS.items()]
    for is_descending in (view.is_descending, not view.is_descending):
        words = direction_words(view.sort, is_descending=is_descending)
        links.append(_link(words, address(replace(view, is_descending=is_descending, page=1)), is_on=is_descending is view.is_descending))
    return ''.join(links)


def _link(words: str, to: str, *, is_on: bool) -> str:
    mark = ' aria-current="true"' if is_on else ''
    return f'<a role="menuitem" href="{escape(to)}"{mark}>{escape(words)}{icon_svg("check", 16) if is_on else ""}</a>'
