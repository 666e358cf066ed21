"""Which patients are shown, of how many, and the ways to the others and to other page sizes. Steps are real links: Back works."""
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box, text
from components.design import icon_svg
from components.list_address import Address
from components.patient_filters import is_narrowed
from data.patient_query import ListView
from data.repositories.patient_list import PAGE_SIZES, ListPage


class Pager:
    """The line at the foot of the list. `on_size(size)` remembers a page size that was clicked; the link leads there."""

    def __init__(self, address: Address, on_size: Callable[[int], Any]) -> None:
        self._address = address
        with box('df-pager', tag='nav', aria_label='Pages') as self._root:
            self._range = ui.html('', sanitize=False).classes('df-pager-range')
            # on a phone the line is too short for it: the page has the size that was chosen elsewhere
            with box('df-row df-end gt-xs', role='group', aria_label='Per page') as self._sizes:
                text('Per page', 'df-meta', tag='span')
                with box('df-seg'):
                    self._links = {size: self._size(size, on_size) for size in PAGE_SIZES}
            self._steps = ui.html('', sanitize=False).classes('df-pager-steps')

    def _size(self, size: int, on_size: Callable[[int], Any]) -> ui.element:
        return text(str(size), 'df-seg-option', tag='a').mark(f'per-page-{size}').on('click', lambda: on_size(size), args=[])

    def show(self, found: ListPage, view: ListView) -> None:
        """Show where this page lies."""
        self._root.set_visibility(bool(found.rows))
        self._sizes.set_visibility(found.total > PAGE_SIZES[0])
        self._range.set_content(range_html(found, view))
        self._steps.set_content(steps_html(found, view, self._address))
        for size, link in self._links.items():
            link.props['href'] = self._address(replace(view, per_page=size, page=1))
            link.props['aria-current'] = 'true' if size == view.per_page else None


def range_html(found: ListPage, view: ListView) -> str:
    """Return '1–25 of 148', and of how many there are when something narrows the list."""
    first = (found.page - 1) * view.per_page + 1
    last = first + len(found.rows) - 1
    of_all = f'<span class="df-meta df-num">from {formatting.plural(found.everyone, "patient")}</span>' if is_narrowed(view) else ''
    return f'<b class="df-num df-nowrap">{first:,}–{last:,} of {found.total:,}</b>{of_all}'


def steps_html(found: ListPage, view: ListView, address: Address) -> str:
    """Return the links to the first, previous, next and last page, and which page this is. Beyond the ends there is no link."""
    last = max(1, -(-found.total // view.per_page))
    steps = [('First page', 'chevron-left', 1, 'df-step--far gt-xs'), ('Previous page', 'chevron-left', found.page - 1, ''),
             ('Next page', 'chevron-right', found.page + 1, ''), ('Last page', 'chevron-right', last, 'df-step--far gt-xs')]
    shown = [_step(name, symbol, replace(view, page=page), look, address, is_open=1 <= page <= last and page != found.page)
             for name, symbol, page, look in steps]
    return f'{"".join(shown[:2])}<span class="df-num df-nowrap">{found.page:,} of {last:,}</span>{"".join(shown[2:])}'


def _step(name: str, symbol: str, view: ListView, look: str, address: Address, *, is_open: bool) -> str:
    drawn = icon_svg(symbol) * (2 if look else 1)
    if not is_open:
        return f'<span class="df-step {look}" role="link" aria-disabled="true" aria-label="{escape(name)}">{drawn}</span>'
    return f'<a class="df-step {look}" href="{escape(address(view))}" aria-label="{escape(name)}" title="{escape(name)}">{drawn}</a>'
