"""A patient's visits on a line of time: the page that a record opens with."""
from dataclasses import dataclass, field

from nicegui import APIRouter, background_tasks, ui
from starlette.responses import RedirectResponse

from app.clinic import clinic
from components.controls import box, button, empty_state, text
from components.entry_timeline import shown_images, span_words, timeline_html
from components.layout import FrameSlots, frame
from components.navigation import patient_address
from components.patient_form import HIDDEN_CHARACTERS
from components.refusals import refusals_shown, tell
from components.session import current_actor
from components.surroundings import Surroundings, surroundings
from data.actors import Actor, Permission
from data.columns import new_key
from data.models import Action
from data.read_models import PatientHeader
from data.records import Changed
from data.repositories.entries import EntrySummary

router = APIRouter()


@router.page('/patients/{unique_id}')
async def entries_page(unique_id: str, created: str = '') -> RedirectResponse | None:
    """Show the visits after their event is written. A former or capital ID leads to the present address."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        patient = records.patients.header(records.patients.key_of(unique_id))
        entries = records.entries.of(patient.key)
    if patient.unique_id != unique_id:
        return RedirectResponse(patient_address(patient.unique_id))
    await clinic().looked(around.actor, Action.CHART_OPEN, patient=patient.key, images=_images(patient, entries))
    EntriesPage(around, *_read(around.actor, patient.key)).build()
    if created:
        _welcome(patient, created)
    return None


def _read(actor: Actor, key: str) -> tuple[PatientHeader, list[EntrySummary]]:
    with clinic().reading(actor) as records:
        return records.patients.header(key), records.entries.of(key)


def _images(patient: PatientHeader, entries: list[EntrySummary]) -> list[str]:
    return sorted({*shown_images(entries), *([patient.cover] if patient.cover else [])})


def _welcome(patient: PatientHeader, created: str) -> None:
    """Say that the record is there, once: the address forgets it."""
    both = patient.name if patient.name == patient.unique_id else f'{patient.name}, {patient.unique_id}'
    tell(f'Patient created: {both}', kind='positive', stays=False)
    if created == 'cleaned':
        tell(HIDDEN_CHARACTERS, kind='info', stays=False)
    ui.navigate.history.replace(patient_address(patient.unique_id))


@dataclass
class EntriesPage:
    """The timeline as one reader sees it. Its request key makes a double click open one entry."""

    around: Surroundings
    patient: PatientHeader
    entries: list[EntrySummary]
    request_key: str = field(default_factory=new_key)

    def build(self) -> None:
        """Show everything and begin to listen."""
        with frame(title='Entries', actor=self.around.actor, practice_name=self.around.practice_name, current='Patients',
                   patient=self.patient, tab='entries', today=self.around.today) as slots:
            if self.around.actor.may(Permission.ENTRY_WRITE):
                with slots.actions:
                    button('New entry', icon='plus', kind='primary', on_click=self._open)
            self.place = box('df-col df-gap-l')
            self._show()
        end = clinic().hub.subscribe(self.patient.key, lambda change: self._heard(slots, change))
        ui.context.client.on_delete(end)

    def _show(self) -> None:
        self.place.clear()
        with self.place:
            if not self.entries:
                empty_state('No visits yet. Start one when the patient arrives.')
                return
            text(span_words(self.entries, self.around.zone), 'df-t3', tag='h2')
            ui.html(timeline_html(self.entries, self.patient.unique_id, self.around.zone, today=self.around.today), sanitize=False)

    async def _open(self) -> None:
        """Open a visit of now and go there."""
        with refusals_shown():
            actor, key = current_actor(), self.patient.key
            number = await clinic().change(actor, lambda records: records.entries.open(key, request_key=self.request_key))
            ui.navigate.to(patient_address(self.patient.unique_id, f'/entries/{number}'))

    def _heard(self, slots: FrameSlots, change: Changed) -> None:
        if change.field == 'entries':
            background_tasks.create(self._refresh(slots), name='live timeline')

    async def _refresh(self, slots: FrameSlots) -> None:
        """Someone opened a visit: show it. Photographs that the page's event has not named are named first."""
        with slots.body, refusals_shown():
            actor = current_actor()
            patient, entries = _read(actor, self.patient.key)
            new = set(_images(patient, entries)) - set(_images(self.patient, self.entries))
            if new:
                await clinic().looked(actor, Action.CHART_OPEN, patient=self.patient.key, images=sorted(new))
            self.entries = entries
            self._show()
