"""A patient's visits on a line of time: the page that a record opens with."""
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nicegui import APIRouter, ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from app.clinic import clinic
from components.confirm import confirmed
from components.controls import banner, box, button, empty_state, text
from components.entry_filters import EntryFilters, EntryTags
from components.entry_timeline import shown_images, timeline_html
from components.hidden_characters import HIDDEN_CHARACTERS
from components.layout import frame
from components.list_address import no_such_tag, read_visits, visits_address
from components.looking import Looking, hear
from components.navigation import patient_address
from components.patient_finding import labels_of
from components.patient_head_live import IN_THE_HEAD, show_head
from components.refusals import refusals_shown, tell
from components.session import current_actor
from components.surroundings import Surroundings, surroundings
from data.actors import Permission
from data.columns import new_key
from data.models import Action
from data.patient_query import ListView
from data.read_models import PatientHeader
from data.records import Changed, Records
from data.repositories.entries import EntrySummary
from data.repositories.tag_records import VOCABULARY

Seen = tuple[PatientHeader, list[EntrySummary], EntryTags]
router = APIRouter()


@router.page('/patients/{unique_id}')
async def entries_page(unique_id: str, request: Request, created: str = '', cleaned: str = '') -> RedirectResponse | None:
    """Show the visits after their event is written. A former or capital ID leads to the present address."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        patient = records.patients.header(records.patients.key_of(unique_id))
        is_new = records.done_before(created) == patient.key  # only the form that created the patient knows its own key
    if patient.unique_id != unique_id:
        return RedirectResponse(patient_address(patient.unique_id))
    looking = Looking(Action.CHART_OPEN, patient.key, lambda records: _seen(records, patient.key), _pictures)
    asked = read_visits(request.query_params.multi_items())
    EntriesPage(around, *await looking.again(around.actor), looking, asked.view).build(asked.faults)
    if is_new:
        _welcome(patient, was_cleaned=bool(cleaned))
    return None


def _seen(records: Records, patient: str) -> Seen:
    return records.patients.header(patient), records.entries.of(patient), records.tags.on_entries(patient)


def _pictures(seen: Seen) -> list[str | None]:
    patient, entries, _tags = seen
    return [patient.cover, *shown_images(entries)]


def _welcome(patient: PatientHeader, *, was_cleaned: bool) -> None:
    """Say that the record is there, once: the address forgets it."""
    both = patient.name if patient.name == patient.unique_id else f'{patient.name}, {patient.unique_id}'
    tell(f'Patient created: {both}', kind='positive', stays=False)
    if was_cleaned:
        tell(HIDDEN_CHARACTERS, kind='info', stays=False)
    ui.navigate.history.replace(patient_address(patient.unique_id))


@dataclass
class EntriesPage:
    """The timeline as one reader sees it. Its request key makes a double click open one entry."""

    around: Surroundings
    patient: PatientHeader
    entries: list[EntrySummary]
    tags: EntryTags
    looking: Looking[Seen]
    view: ListView
    request_key: str = field(default_factory=new_key)

    def build(self, faults: Sequence[str]) -> None:
        """Show everything and begin to listen. `faults` is what of the address cannot be shown, in words."""
        with frame(title='Entries', actor=self.around.actor, practice_name=self.around.practice_name, current='Patients',
                   patient=self.patient, tab='entries', today=self.around.today) as slots:
            if self.around.actor.may(Permission.ENTRY_WRITE):
                with slots.actions:
                    button('New entry', icon='plus', kind='primary', on_click=self._open)
                slots.shortcuts.on('e', 'New entry', self._ask_to_open)
            self.faults = box('df-entry-faults')
            self.filters = EntryFilters(lambda: self.entries, lambda: self.tags, self.around, self._address, self._see, self.view)
            self.place = box('df-col df-gap-l')
            missing = self._name_tags()
            if faults or missing:
                with self.faults:
                    banner('info', 'Not everything in this address can be shown', ' '.join([*faults, *map(no_such_tag, missing)]))
            self._show()
        self.slots, self.refresh = slots, self.looking.follow(slots.body, self._follow)
        hear({self.patient.key: self._heard, VOCABULARY: self.refresh})

    def _address(self, view: ListView) -> str:
        return visits_address(view, patient_address(self.patient.unique_id))

    def _see(self, view: ListView) -> None:
        """Show other visits, in place; the address follows."""
        self.view = view
        self._show()
        ui.navigate.history.replace(self._address(view))

    def _name_tags(self) -> list[str]:
        """Ask for the tags of the view as they are called now, also when one was renamed meanwhile; return those that nobody made."""
        with clinic().reading(current_actor()) as records:
            labels = labels_of(records, self.view.tags, self.filters.labels)
        missing = [slug for slug in self.view.tags if slug not in labels]
        self.view = replace(self.view, tags=tuple(dict.fromkeys(labels[slug].slug for slug in self.view.tags if slug in labels)))
        self.filters.labels = {label.slug: label for label in labels.values()}
        return missing

    def _show(self) -> None:
        shown = self.filters.show(self.view)
        self.place.clear()
        with self.place:
            if not self.entries:
                empty_state('No visits yet. Start one when the patient arrives.')
                return
            text(self.filters.words(shown), 'df-t3', tag='h2', aria_live='polite')
            if shown:
                ui.html(timeline_html(shown, self.patient.unique_id, self.around.zone, today=self.around.today), sanitize=False)
            else:
                self.filters.nothing()

    async def _ask_to_open(self) -> None:
        """Ask first: one key, pressed by habit, shall not write a visit into whichever chart is open."""
        if await confirmed('Open a new entry?', f'For {self.patient.name}, {self.patient.unique_id}.', action='New entry'):
            await self._open()

    async def _open(self) -> None:
        """Open a visit of now and go there."""
        with refusals_shown():
            actor, key = current_actor(), self.patient.key
            number = await clinic().change(actor, lambda records: records.entries.open(key, request_key=self.request_key))
            ui.navigate.to(patient_address(self.patient.unique_id, f'/entries/{number}'))

    def _heard(self, change: Changed) -> None:
        if change.field == 'timeline' or change.field in IN_THE_HEAD:
            self.refresh()

    def _follow(self, seen: Seen) -> None:
        """Someone opened a visit or corrected a name: show it."""
        self.patient, self.entries, self.tags = seen
        if self.view.tags:
            before = self.view
            self._name_tags()
            if self.view != before:
                ui.navigate.history.replace(self._address(self.view))
        show_head(self.slots, self.around, self.patient, title='Entries', tab='entries')
        self._show()
