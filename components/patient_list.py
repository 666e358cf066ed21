"""The list of patients as cards or as a table, what to do when there are none, the cursor of the keyboard, and who is new.

Rows are escaped fragments of real links. There are at most thirteen of them on a page: a patient who changes is drawn anew with a few
neighbours at most, and the pictures of all the others stay where they are.
"""
import asyncio
from collections.abc import Callable
from datetime import date, tzinfo
from functools import partial

from nicegui import ui

from components import formatting
from components.controls import box, empty_state, link_button, text
from components.list_address import Address
from components.navigation import patient_address
from components.patient_card import patient_cards_html
from components.patient_filters import Labels, filters_on, nothing_html, without
from components.patient_table import patient_heads_html, patient_rows_html
from data.actors import Actor
from data.patient_query import ListView
from data.read_models import PatientHeader, PatientRow
from data.records import Detail
from data.repositories.patient_list import ListPage

SETTLED_S = 2.0
"""So long after the last key a query is one that someone looked at, and is written into the trail."""
_FRAGMENTS = 13


class SettledLook:
    """Writes one event per settled query: some time after the last answer, or at once when the page goes."""

    def __init__(self, write: Callable[[Actor, Detail], None]) -> None:
        self._write = write
        self._waiting: tuple[Actor, Detail] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def note(self, actor: Actor, detail: Detail) -> None:
        """Remember what was shown last; what was shown before it for a moment was not looked at."""
        self._waiting = (actor, detail)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(SETTLED_S, self.flush)

    def flush(self) -> None:
        """Write what waits, now."""
        waiting = self._waiting
        self.forget()
        if waiting is not None:
            self._write(*waiting)

    def forget(self) -> None:
        """Write nothing of what waits."""
        if self._timer is not None:
            self._timer.cancel()
        self._waiting = None


class PatientList:
    """The rows of one page, or why there are none."""

    def __init__(self, zone: tzinfo, today: date, address: Address, *, may_register: bool) -> None:
        self._zone, self._today, self._address, self._may_register = zone, today, address, may_register
        self._fragments: list[ui.html] = []
        self._shape: tuple[str, int] = ('', 0)
        with box('df-page df-list'):
            self._place = box()
            self.cursor = Cursor()

    def show(self, found: ListPage, view: ListView, labels: Labels, look: str) -> None:
        """Show one page of the list as `look` says: cards or table. The cursor is told by whoever keeps the rows."""
        if not found.rows:
            self._show_nothing(found, view, labels)
            return
        shape = (look, len(found.rows))
        if self._shape != shape:
            self._shape = shape
            self._build(look, len(found.rows))
        if look == 'table':
            self._heads.set_content(patient_heads_html(view, self._address))
        draw = partial(patient_rows_html if look == 'table' else patient_cards_html, zone=self._zone, today=self._today, sort=view.sort,
                       chosen=view.tags)
        step = _step(len(found.rows))
        for number, fragment in enumerate(self._fragments):
            first = number * step
            fragment.set_content(_small_html(draw(found.rows[first:first + step], first=first)))

    def _build(self, look: str, count: int) -> None:
        is_table = look == 'table'
        self._place.clear()
        with self._place, box('df-pt' if is_table else 'df-cards', tag='table' if is_table else 'div'):
            if is_table:
                self._heads = ui.html('', sanitize=False, tag='thead')
            self._fragments = [ui.html('', sanitize=False, tag='tbody' if is_table else 'div').classes('df-few')
                               for _ in range(-(-count // _step(count)))]

    def _show_nothing(self, found: ListPage, view: ListView, labels: Labels) -> None:
        self._shape = ('', 0)
        self._place.clear()
        with self._place:
            if not found.everyone:
                self._show_beginning()
                return
            with empty_state('No patients match.', 'Take something away to see more.'):
                ui.html(nothing_html(filters_on(view, labels, self._today), self._address, without(view)), sanitize=False)

    def _show_beginning(self) -> None:
        with empty_state('No patients yet', 'Create the first record and take a photo. An ID is all you need.'):
            if self._may_register:
                link_button('New patient', '/patients/new', icon='plus', kind='primary', size='large')
                with box('df-hint-key df-meta gt-xs', tag='p'):
                    text('Press', tag='span')
                    text('N', tag='kbd')
                    text('anywhere to start a new patient', tag='span')


class Cursor:
    """Where the keyboard is: one link laid over the current card or row by the style sheet, so that the browser itself moves to it.

    It has the focus, scrolls into view and is opened by Enter as every link; the rows below it stay one fragment.
    """

    def __init__(self) -> None:
        self._rows: list[PatientRow] = []
        self._at = -1
        self._link = box('df-cursor', tag='a')
        self._link.set_visibility(False)
        # the browser would scroll by a line besides
        self._link.on('keydown.up.prevent', lambda: None, args=[]).on('keydown.down.prevent', lambda: None, args=[])

    @property
    def current(self) -> PatientRow | None:
        """Return the patient the cursor stands on."""
        return self._rows[self._at] if 0 <= self._at < len(self._rows) else None

    def over(self, rows: list[PatientRow]) -> None:
        """Follow the patient it stands on into another state of the list; where there is none, begin anew."""
        key = self.current.key if self.current else ''
        self._rows = rows
        self._at = next((place for place, row in enumerate(rows) if row.key == key), -1)
        self._show()

    def move(self, step: int) -> None:
        """Go to the next patient or the one before, from nowhere to the first; the ends of the page are ends."""
        if self._rows:
            self._at = min(max(0, self._at + step), len(self._rows) - 1)
            self._show()
            self._link.run_method('focus')
            self._link.run_method('scrollIntoView', {'block': 'nearest'})  # what has the focus already is not scrolled to again

    def _show(self) -> None:
        row = self.current
        self._link.set_visibility(row is not None)
        if row is not None:
            self._link.style(f'position-anchor:--patient-{self._at}')
            self._link.props['href'], self._link.props['aria-label'] = patient_address(row.unique_id), row.name


class NewPatients:
    """Says who was registered elsewhere since the page was opened, without moving what is being looked at."""

    def __init__(self) -> None:
        self._place = box('df-slot df-end', role='status')
        self._count = 0

    def add(self, patient: PatientHeader, address: str, *, among: int = 1) -> None:
        """Name the newest of so many more, with a link to the record; the others become a number, and a link to the list as it is now."""
        self._count += among
        self._place.clear()
        with self._place:
            with box('df-chip df-chip--on', tag='a', href=patient_address(patient.unique_id)):
                text(f'New: {patient.name}', 'df-ell', tag='span')
            if self._count > 1:
                text(f'and {formatting.count(self._count - 1)} more', 'df-link', tag='a', href=address)


def _step(count: int) -> int:
    """Return how many rows stand in one fragment."""
    return -(-count // _FRAGMENTS)


def _small_html(fragment: str) -> str:
    """Return a fragment in ASCII. One other letter, and Python would keep two bytes of every character, and a copy in UTF-8 beside it."""
    return fragment.encode('ascii', 'xmlcharrefreplace').decode('ascii')
