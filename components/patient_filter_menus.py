"""The menus behind the filter chips: days, tags, counts. What is chosen is handed on at once; only one menu is open at a time."""
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from html import escape
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import Field, box, segmented, text, text_field
from components.list_address import YEARS, Address, read_day
from components.patient_filters import KINDS
from components.patient_finding import Known
from components.tag_chip import label_html
from data.patient_query import Counts, Days, ListView
from data.read_models import TagLabel
from data.values import fold

Change = Callable[[ListView], Any]
_MOST_ROWS = 40
_WHICH = {'seen': 'Last appointment', 'modified': 'Last modification'}
_HIGHEST = 999_999
_NO_YEAR = f'Use a year from {YEARS[0]} to {YEARS[-1]}.'


@dataclass
class FilterMenu:
    """The one menu. `view()` is what the list shows now, `on_change` shows another view, `on_closed` comes after the menu.

    Without `has_two_dates` there is the day of an appointment alone; `counted` is what a tag's number is of.
    """

    today: date
    address: Address
    view: Callable[[], ListView]
    on_change: Change
    on_closed: Callable[[str], Any]
    facets: Callable[[ListView], Awaitable[Known]]
    kind: str = ''
    has_two_dates: bool = True
    counted: tuple[str, str] = ('patient', 'patients')

    async def open(self, kind: str, chip: ui.element) -> None:
        """Show the menu of one filter below its chip."""
        self.kind = kind
        with chip, ui.menu().props('no-parent-event transition-show=fade transition-hide=fade') as menu:
            # the focus is back at the chip by then; what fades out may go
            menu.classes('df-filter-menu').on('before-hide', lambda: self._closed(menu), args=[]).props['role'] = 'dialog'
            menu.props['aria-label'] = f'Filter by {KINDS[kind].lower()}'
            with box('df-col df-gap-m'):
                if kind == 'date':
                    _DateMenu(self)
                elif kind == 'tags':
                    await _TagMenu(self).build()
                else:
                    _CountMenu(self)
        menu.open()

    def _closed(self, menu: ui.menu) -> None:
        kind, self.kind = self.kind, ''
        self.on_closed(kind)
        menu.delete()


class _DateMenu:
    """Which date, from when to when, and the ranges that are asked for most: those are links."""

    def __init__(self, menu: FilterMenu) -> None:
        self._menu = menu
        view = menu.view()
        self._name = 'modified' if view.modified != Days() and view.seen == Days() else 'seen'
        if menu.has_two_dates:
            segmented(_WHICH, label='Which date', value=self._name, on_change=self._switch)
        days: Days = getattr(view, self._name)
        with box('df-form'):
            self._since, self._until = self._day('From', days.since), self._day('To', days.until)
        self._quick = ui.html('', sanitize=False).classes('df-quick')
        self._show_quick()

    def _day(self, label: str, value: date | None) -> Field:
        shown = text_field(label, value=value.isoformat() if value else '', on_change=self._typed, classes='df-span-3')
        shown.control.props(f'type=date max={YEARS[-1]}-12-31')
        return shown

    def _typed(self) -> None:
        try:
            (since, fault), (until, other) = (_read_end(shown.value or '') for shown in (self._since, self._until))
        except ValueError:
            return  # still being typed
        is_reversed = bool(since and until and since > until)
        self._since.refuse(fault)
        self._until.refuse('Before it begins.' if is_reversed else other)
        if not (is_reversed or fault or other):
            self._menu.on_change(_with(self._menu.view(), self._name, Days(since, until)))

    def _switch(self, name: str) -> None:
        """Ask about the other date; a range that was there for this one goes with it."""
        view = self._menu.view()
        mine: Days = getattr(view, self._name)
        self._name = name
        self._show_quick()
        if mine != Days():
            self._menu.on_change(_moved(view, name, mine))

    def _show_quick(self) -> None:
        self._quick.set_content(_quick_html(self._menu, self._name))


def _moved(view: ListView, name: str, days: Days) -> ListView:
    return _with(_with(view, 'seen' if name == 'modified' else 'modified', Days()), name, days)


def _with(view: ListView, name: str, value: Days | Counts) -> ListView:
    changed: dict[str, Any] = {name: value, 'page': 1}
    return replace(view, **changed)


def _quick_html(menu: FilterMenu, name: str) -> str:
    today = menu.today
    ranges = {'Today': Days(today, today), 'Last 7 days': Days(today - timedelta(days=6), today),
              'Last 30 days': Days(today - timedelta(days=29), today), 'This year': Days(date(today.year, 1, 1), date(today.year, 12, 31))}
    return ''.join(f'<a class="df-chip" href="{escape(menu.address(_moved(menu.view(), name, days)))}">{escape(words)}</a>'
                   for words, days in ranges.items())


class _CountMenu:
    """From how many, up to how many."""

    def __init__(self, menu: FilterMenu) -> None:
        self._menu, self._name = menu, menu.kind
        counts: Counts = getattr(menu.view(), menu.kind)
        with box('df-form'):
            self._least, self._most = self._number('At least', counts.least), self._number('At most', counts.most)
        self._least.control.props('autofocus')

    def _number(self, label: str, value: int | None) -> Field:
        shown = text_field(label, value='' if value is None else str(value), on_change=self._typed, classes='df-span-3', limit=6)
        shown.control.props('inputmode=numeric')
        return shown

    def _typed(self) -> None:
        ends = []
        for shown in (self._least, self._most):
            number = (shown.value or '').strip()
            is_good = not number or (number.isascii() and number.isdecimal() and int(number) <= _HIGHEST)
            shown.refuse('' if is_good else 'Use a whole number.')
            ends.append(int(number) if is_good and number else None)
            if not is_good:
                return
        least, most = ends
        is_reversed = least is not None and most is not None and least > most
        self._most.refuse('Below the least.' if is_reversed else '')
        if not is_reversed:
            self._menu.on_change(_with(self._menu.view(), self._name, Counts(least, most)))


@dataclass
class _TagMenu:
    """The tags that patients of this view bear, each with how many; to be found by typing, chosen with a check."""

    menu: FilterMenu
    known: Known = field(default_factory=dict)
    rows: dict[str, ui.html] = field(default_factory=dict)

    async def build(self) -> None:
        """Show the field and the list."""
        self.known = await self.menu.facets(self.menu.view())
        self.find = text_field('Find a tag', placeholder='Find a tag', bare=True, icon='search', on_change=self._list)
        self.find.control.props('autofocus').on('keydown.enter', self._choose_first, [])
        self.place = box('df-filter-tags', role='group', aria_label='Tags')
        self._list()

    def _list(self) -> None:
        """List what is chosen and what matches, by category."""
        wanted, chosen = fold(self.find.value or ''), self.menu.view().tags
        matching = {slug: found for slug, found in self.known.items() if wanted in fold(found[0].name)}
        shown = dict(sorted(matching.items(), key=lambda item: (item[0] not in chosen, -item[1][1]))[:_MOST_ROWS])
        self.rows.clear()
        self.place.clear()
        with self.place:
            for category in dict.fromkeys(label.category for label, _count in self.known.values()):
                mine = [slug for slug, (label, _count) in self.known.items() if slug in shown and label.category == category]
                if mine:
                    text(category, 'df-over', tag='h2')
                for slug in mine:
                    self._row(slug)
            if not shown:
                text('No tag matches.' if self.known else 'No tags yet.', 'df-meta df-f13')
            if len(matching) > len(shown):
                text(f'Type to find {len(matching) - len(shown):,} more.', 'df-meta df-f13')

    def _row(self, slug: str) -> None:
        row = ui.html('', sanitize=False, tag='button').classes('df-filter-tag').mark(f'facet-{slug}')
        row.props['type'], row.props['role'] = 'button', 'checkbox'
        row.on('click', lambda: self._choose(slug), args=[])
        self.rows[slug] = row
        self._show(slug)

    def _show(self, slug: str) -> None:
        label, count = self.known[slug]
        self.rows[slug].props['aria-checked'] = str(slug in self.menu.view().tags).lower()
        self.rows[slug].set_content(_facet_html(label, count, self.menu.counted))

    async def _choose(self, slug: str) -> None:
        """Put a tag among the chosen ones, or take it out; the counts beside the others follow, nothing moves."""
        view = self.menu.view()
        tags = tuple(tag for tag in view.tags if tag != slug) if slug in view.tags else (*view.tags, slug)
        changed = replace(view, page=1, tags=tags)
        self.menu.on_change(changed)
        found = await self.menu.facets(changed)
        self.known = {known: (label, found[known][1] if known in found else 0) for known, (label, _count) in self.known.items()}
        for shown in self.rows:
            self._show(shown)

    async def _choose_first(self) -> None:
        """Choose the first that begins with what was typed, else the first that holds it."""
        wanted = fold(self.find.value or '')
        if wanted and self.rows:
            await self._choose(min(self.rows, key=lambda slug: not fold(self.known[slug][0].name).startswith(wanted)))


def _facet_html(label: TagLabel, number: int, counted: tuple[str, str]) -> str:
    return (f'{label_html(label)}<span class="df-num df-end">{formatting.count(number)}'
            f'<span class="df-hidden-label"> {counted[number != 1]}</span></span>')


def _read_end(typed: str) -> tuple[date | None, str]:
    """Return the day of a field, or what is wrong with it. Raise ValueError for what is no day yet: a year runs through 0002 and 0202."""
    try:
        return read_day(typed), ''
    except ValueError:
        if typed < '1000':
            raise
        return None, _NO_YEAR
