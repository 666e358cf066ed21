"""Photographs of the wrong patient: find whose they are, see two identifiers of both, say why, and move them."""
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

from components import formatting
from components.controls import box, button, text, text_field
from components.leave_dialog import LeaveDialog, Leaving, who_card
from components.refusals import refusals_shown
from data.read_models import PatientHeader, PatientRow

Find = Callable[[str], Awaitable[Sequence[PatientRow]]]
_PAUSE_MS = 400


class MoveDialog:
    """The dialog. `find(words)` names patients, after the event of the look; `look_up(key)` returns one of them as they are now.

    `move(patient, reason)` does it; what it refuses is said in the dialog.
    """

    def __init__(self, leaving: Leaving, *, find: Find, look_up: Callable[[str], PatientHeader],
                 move: Callable[[PatientHeader, str], Awaitable[Any]]) -> None:
        self._leaving, self._find, self._look_up, self._move = leaving, find, look_up, move
        self._chosen: PatientHeader | None = None
        self._asked = 0
        self._ask = LeaveDialog(leaving, title=f'Move {leaving.photos} to another patient', action=f'Move {leaving.photos}',
                                note='Written to the audit trail of both patients.', act=self._go, is_ready=False)
        with self._ask.between:
            self._place = box('df-move-to')
        self._show_search()

    def _show_search(self) -> None:
        """Ask for the patient by a part of the name or of the unique ID."""
        self._chosen = None
        self._ask.button.set_enabled(False)
        self._place.clear()
        with self._place:
            search = text_field('To', placeholder='Search by unique ID or name', icon='search', look='df-f--search')
            search.control.props(f'debounce={_PAUSE_MS} autofocus').on_value_change(lambda event: self._search(str(event.value or '')))
            search.control.props['aria-label'] = 'Find the patient'
            self._found = box('df-who-list', role='list', aria_label='Patients found')

    async def _search(self, words: str) -> None:
        """Show who is found; an answer that was overtaken is dropped."""
        self._asked += 1
        mine = self._asked
        with refusals_shown():
            rows = await self._find(words) if words.strip() else []
            if mine == self._asked and self._chosen is None and not self._found.is_deleted:
                self._show_found(words, [row for row in rows if row.key != self._leaving.patient.key])

    def _show_found(self, words: str, rows: Sequence[PatientRow]) -> None:
        self._found.clear()
        with self._found:
            for row in rows:
                self._option(row, self._leaving.today)
            if words.strip() and not rows:
                text('No other patient matches.', 'df-meta', role='status')

    def _option(self, row: PatientRow, today: date) -> None:
        birth = formatting.birth_line(row.birth_on, today) or 'birth date not recorded'
        with box('', role='listitem'), box('df-who-option', tag='button', type='button') as option:
            text(row.name, 'df-bold', tag='span')
            with box('df-who-ids', tag='span'):
                text(row.unique_id, 'df-mono', tag='span')
                text(birth, 'df-num', tag='span')
        option.on('click', lambda: self._choose(row.key), args=[])

    def _choose(self, key: str) -> None:
        with refusals_shown():
            self._chosen = self._look_up(key)
            self._place.clear()
            with self._place:
                card = who_card('To', self._chosen, today=self._leaving.today)
                with card:
                    button('Change', kind='ghost', size='small', label='Choose another patient', on_click=self._show_search)
            self._ask.button.set_enabled(True)
            self._ask.reason.control.run_method('focus')

    async def _go(self, reason: str) -> None:
        if self._chosen is not None:
            await self._move(self._chosen, reason)
