"""What is asked before photographs leave a pool: whose they are, what shows them, and why."""
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box, button, symbol, text, text_field
from components.refusals import refusals_shown
from data.columns import limit_of
from data.models import Image
from data.read_models import PatientHeader
from data.repositories.left_images import ShownIn


@dataclass(frozen=True)
class Leaving:
    """The photographs that are to leave: whose they are, how many, and which visits show them."""

    patient: PatientHeader
    count: int
    shown: Sequence[ShownIn]
    today: date
    zone: tzinfo

    @property
    def photos(self) -> str:
        """Return '3 photos'."""
        return formatting.plural(self.count, 'photo')


class LeaveDialog:
    """The dialog. `act(reason)` does it and may refuse; then the dialog stays. A double click is one request.

    `between` is the place for what else is asked. Without `is_ready` the button waits for that.
    """

    def __init__(self, leaving: Leaving, *, title: str, action: str, note: str, act: Callable[[str], Awaitable[Any]],
                 is_ready: bool = True) -> None:
        self._act, self._is_acting = act, False
        self.dialog = ui.dialog().props('transition-show=fade transition-hide=fade')
        self.dialog.props['aria-label'] = title
        self.dialog.on('hide', self.dialog.delete)
        with self.dialog, ui.card().classes('df-dialog df-leave'):
            with box('df-dialog-head'):
                text(title, 'df-t2', tag='h2')
            with box('df-dialog-body'):
                who_card('From' if title.startswith('Move') else 'Of', leaving.patient, today=leaving.today)
                self.between = box('df-contents')
                _shown_in(leaving)
                self.reason = text_field('Reason', limit=limit_of(Image, 'withdrawn_because'), placeholder='It stays with the record')
            with box('df-dialog-foot'):
                with box('df-merge-note'):
                    symbol('history')
                    text(note)
                button('Cancel', kind='ghost', on_click=self.dialog.close)
                self.button = button(action, kind='primary', on_click=self._go, enabled=is_ready)
        self.reason.control.on('keydown.enter', self._go, []).props('autofocus' if is_ready else '')
        self.dialog.open()

    async def _go(self) -> None:
        if self._is_acting or not self.button.enabled:
            return
        self._is_acting = True
        self.button.props('loading')
        try:
            with refusals_shown(self.reason):
                await self._act(str(self.reason.value or ''))
                self.dialog.close()
        finally:
            self._is_acting = False
            self.button.props(remove='loading')


def who_card(label: str, patient: PatientHeader, *, today: date) -> ui.element:
    """Show a patient by two identifiers, under a word that says which part they have."""
    with box('df-who-card') as card:
        text(label, 'df-who-label', tag='span')
        with box('df-grow'):
            text(patient.name, 'df-bold')
            with box('df-who-ids'):
                text(patient.unique_id, 'df-mono', tag='span')
                text(formatting.birth_line(patient.birth_on, today) or 'birth date not recorded', 'df-num', tag='span')
    return card


def _shown_in(leaving: Leaving) -> None:
    """Name every visit and comparison that shows the photographs: a mark will stand there."""
    if not leaving.shown:
        return
    with box('df-shown-in'):
        text('Shown in', 'df-lab')
        with box('', tag='ul'):
            for visit in leaving.shown:
                text(shown_words(visit, leaving.zone), tag='li')
        text('A mark with the date and the reason stays there.', 'df-f12 df-meta')


def shown_words(visit: ShownIn, zone: tzinfo) -> str:
    """Return 'Entry 3, 12 Oct 2026: workspace, comparison “Forearm, left”'."""
    compared = [f'comparison “{title}”' if title else 'a comparison' for title in visit.comparisons]
    where = ', '.join([*(['workspace'] if visit.is_in_workspace else []), *compared])
    return f'Entry {visit.number}, {formatting.day(formatting.local(visit.appointment_at, zone).date())}: {where}'
