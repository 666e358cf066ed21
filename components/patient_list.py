"""The list of patients: which part of it is looked at, what is found, and the way to the other parts. Steps are real links: Back works."""
import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, tzinfo
from html import escape
from urllib.parse import urlencode

from nicegui import ui

from components import formatting
from components.controls import box, empty_state, link_button, text
from components.design import icon_svg
from components.navigation import patient_address
from components.patient_card import patient_cards_html
from data.actors import Actor
from data.patient_query import ListView
from data.read_models import PatientHeader
from data.repositories.patient_list import PAGE_SIZES, ListPage

SETTLED_S = 2.0
"""So long after the last key a query is one that someone looked at, and is written into the trail."""
_STANDARD = ListView()
_AT_THE_FOOT = 'position:sticky;bottom:0;background:var(--shell-main)'
_CHOSEN = 'background:var(--seg-on);color:var(--text);font-weight:600'


def read_view(q: str, page: str, per_page: str) -> ListView:
    """Return the view that an address names; what cannot be is the standard one."""
    size = {str(size): size for size in PAGE_SIZES}.get(per_page, _STANDARD.per_page)
    return ListView(q=q, page=max(1, int(page)) if page.isdecimal() and len(page) < 8 else 1, per_page=size)


def list_address(view: ListView) -> str:
    """Return the address of a view: it can be reloaded, shared, and gone back to."""
    named = {'q': view.q, 'page': view.page, 'per_page': view.per_page}
    told = {name: value for name, value in named.items() if value != getattr(_STANDARD, name)}
    return f'/patients?{urlencode(told)}' if told else '/patients'


class SettledLook:
    """Writes one event per settled query: some time after the last answer, or at once when the page goes."""

    def __init__(self, write: Callable[[Actor, int, int], None]) -> None:
        self._write = write
        self._waiting: tuple[Actor, int, int] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def note(self, actor: Actor, query_length: int, hits: int) -> None:
        """Remember what was shown last; what was shown before it for a moment was not looked at."""
        self._waiting = (actor, query_length, hits)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(SETTLED_S, self.flush)

    def flush(self) -> None:
        """Write what waits, now."""
        if self._timer is not None:
            self._timer.cancel()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._write(*waiting)


class PatientList:
    """Cards, or what to do when there are none, and the pager below."""

    def __init__(self, zone: tzinfo, today: date, *, may_register: bool) -> None:
        self._zone, self._today, self._may_register = zone, today, may_register
        self._place = box('df-page').style('flex:1 0 auto;padding-top:4px')
        self._pager = ui.html('', sanitize=False, tag='nav').classes('df-pager').style(_AT_THE_FOOT)
        self._pager.props['aria-label'] = 'Pages'

    def show(self, found: ListPage, view: ListView) -> None:
        """Show one page of the list."""
        self._place.clear()
        with self._place:
            if found.rows:
                ui.html(patient_cards_html(found.rows, self._zone, today=self._today), sanitize=False)
            elif found.everyone:
                empty_state('No patients match. Clear a filter or search by ID.')
            else:
                self._show_beginning()
        self._pager.set_visibility(bool(found.rows))
        self._pager.set_content(pager_html(found, view))

    def _show_beginning(self) -> None:
        with empty_state('No patients yet', 'Create the first record and take a photo. An ID is all you need.'):
            if self._may_register:
                link_button('New patient', '/patients/new', icon='plus', kind='primary', size='large')


class NewPatients:
    """Says who was registered elsewhere since the page was opened, without moving what is being looked at."""

    def __init__(self) -> None:
        self._place = box('df-slot df-end', role='status')
        self._count = 0

    def add(self, patient: PatientHeader, *, among: int = 1) -> None:
        """Name the newest of so many more, with a link to the record; the others become a number."""
        self._count += among
        self._place.clear()
        with self._place:
            with box('df-chip df-chip--on', tag='a', href=patient_address(patient.unique_id)):
                text(f'New: {patient.name}', 'df-ell', tag='span')
            if self._count > 1:
                text(f'and {formatting.count(self._count - 1)} more', 'df-link', tag='a', href='/patients')


def pager_html(found: ListPage, view: ListView) -> str:
    """Return which patients are shown, of how many, and links to the others and to other page sizes."""
    first = (found.page - 1) * view.per_page + 1
    last = first + len(found.rows) - 1
    of_all = f'<span class="df-meta df-num">from {formatting.plural(found.everyone, "patient")}</span>' if view.q.strip() else ''
    pages_count = max(1, -(-found.total // view.per_page))
    return (f'<b class="df-num df-nowrap">{first:,}–{last:,} of {found.total:,}</b>{of_all}<span class="df-row df-gap-m df-end">'
            f'{_sizes_html(view) if found.total > PAGE_SIZES[0] else ""}'
            f'<span class="df-num df-nowrap">{found.page:,} of {pages_count:,}</span>'
            f'<span class="df-row df-gap-s">{_step_html("Previous page", "chevron-left", view, found.page - 1, pages_count)}'
            f'{_step_html("Next page", "chevron-right", view, found.page + 1, pages_count)}</span></span>')


def _step_html(name: str, symbol: str, view: ListView, page: int, pages_count: int) -> str:
    if not 1 <= page <= pages_count:
        return f'<span class="df-pager-step" role="link" aria-disabled="true" aria-label="{escape(name)}">{icon_svg(symbol)}</span>'
    address = list_address(replace(view, page=page))
    return f'<a class="df-pager-step" href="{escape(address)}" aria-label="{escape(name)}" title="{escape(name)}">{icon_svg(symbol)}</a>'


def _sizes_html(view: ListView) -> str:
    options = []
    for number in PAGE_SIZES:
        current = f' aria-current="true" style="{_CHOSEN}"' if number == view.per_page else ''
        address = list_address(ListView(q=view.q, per_page=number))
        options.append(f'<a class="df-seg-option" href="{escape(address)}"{current}>{number:d}</a>')
    # on a phone the line is too short for it: the address keeps the size that was chosen elsewhere
    return ('<span class="df-row gt-xs" role="group" aria-label="Per page"><span class="df-meta">Per page</span>'
            f'<span class="df-seg">{"".join(options)}</span></span>')
