"""The list of patients, and the form that begins a record."""
import asyncio
from dataclasses import dataclass, field, replace

from nicegui import APIRouter, background_tasks, ui

from app.clinic import clinic
from app.recognising import Recognised
from components import formatting
from components.controls import Field, box, button, link_button, text, text_field
from components.layout import FrameSlots, frame
from components.navigation import patient_address
from components.patient_form import (
    BIRTH_DATE,
    FAMILY_NAME,
    GIVEN_NAMES,
    UNIQUE_ID,
    FieldSpec,
    lookalike_warning,
    new_field,
    taken_warning,
)
from components.patient_list import NewPatients, PatientList, SettledLook, list_address, read_view
from components.refusals import refusals_shown
from components.session import current_actor
from components.surroundings import Surroundings, surroundings
from data.actors import Actor, Permission
from data.columns import new_key
from data.errors import Invalid, UniqueIdTaken
from data.models import Action, PatientDraft
from data.patient_query import ListView
from data.read_models import PatientHeader
from data.records import Changed
from data.repositories.base import KEPT
from data.repositories.patient_list import ListPage
from data.repositories.patients import EVERY_PATIENT, read_draft
from data.values import hides_characters

DEBOUNCE_S = 0.12
router = APIRouter()


@router.page('/patients')
async def patients_page(q: str = '', page: str = '', per_page: str = '') -> None:
    """Show one page of the list after its event is written."""
    around = surroundings()
    view = read_view(q, page, per_page)
    found = await asyncio.to_thread(_find, around.actor, view)
    await _note_look(around.actor, len(view.q), found.total, _covers(found))
    PatientsPage(around, view).build(found)


def _find(actor: Actor, view: ListView) -> ListPage:
    with clinic().reading(actor) as records:
        return records.patients.page(view)


def _covers(found: ListPage) -> list[str]:
    return [cover for row in found.rows for cover in row.covers]


async def _note_look(actor: Actor, query_length: int, hits: int, covers: list[str] | None = None) -> None:
    await clinic().looked(actor, Action.PATIENT_LIST, images=covers, detail={'query_length': query_length, 'hits': hits})


def _note_soon(actor: Actor, query_length: int, hits: int) -> None:
    background_tasks.create(_note_look(actor, query_length, hits), name='settled query')


@dataclass
class PatientsPage:
    """The list as one reader sees it. `asked` counts questions, so that an answer that was overtaken is dropped."""

    around: Surroundings
    view: ListView
    asked: int = 0
    heard: list[str] = field(default_factory=list)
    settled: SettledLook = field(default_factory=lambda: SettledLook(_note_soon))

    def build(self, found: ListPage) -> None:
        """Show everything and begin to listen."""
        may_register = self.around.actor.may(Permission.PATIENT_REGISTER)
        with frame(title='Patients', actor=self.around.actor, practice_name=self.around.practice_name, current='Patients',
                   today=self.around.today, padded=False) as slots:
            slots.body.style('min-height:100%;display:flex;flex-direction:column')
            with slots.heading:
                self.everyone = text('', 'df-meta df-num', tag='span')
            with slots.actions:
                if may_register:
                    link_button('New patient', '/patients/new', icon='plus', kind='primary').classes('gt-xs')  # a phone has it below
            self._build_tools()
            self.list = PatientList(self.around.zone, self.around.today, may_register=may_register)
            self._show(found)
        end = clinic().hub.subscribe(EVERY_PATIENT, lambda change: self._heard(slots, change))
        ui.context.client.on_delete(end)
        ui.context.client.on_delete(self.settled.flush)

    def _build_tools(self) -> None:
        with box('df-tools', role='search') as self.tools:
            self.search = text_field('Search', value=self.view.q, placeholder='Search by unique ID or name', icon='search', bare=True,
                                     on_change=self._typed, look='df-f--search')
            self.search.root.style('flex:1 1 200px;max-width:360px')
            self.search.control.props('maxlength=200').on('keydown.enter', self._open_exact, [])
            self.newcomers = NewPatients()

    def _show(self, found: ListPage) -> None:
        self.view = replace(self.view, page=found.page)
        self.everyone.set_text(formatting.count(found.everyone) if found.everyone else '')
        self.tools.set_visibility(found.everyone > 0)
        self.list.show(found, self.view)

    async def _typed(self) -> None:
        """Search when the keys rest."""
        self.asked += 1
        mine, actor = self.asked, current_actor()
        await asyncio.sleep(DEBOUNCE_S)
        if mine == self.asked:
            await self._search(mine, actor, ListView(q=self.search.value or '', per_page=self.view.per_page))

    async def _search(self, mine: int, actor: Actor, view: ListView) -> None:
        with refusals_shown():
            found = await asyncio.to_thread(_find, actor, view)
            unseen = [cover for cover in _covers(found) if not clinic().viewings.covers(actor.session, cover)]
            if unseen and mine == self.asked:
                await _note_look(actor, len(view.q), found.total, unseen)  # no picture without its event, and one for all of them
            if mine == self.asked:  # asked last: whoever typed on meanwhile is not shown what was searched before
                self.view = view
                self._show(found)
                ui.navigate.history.replace(list_address(self.view))
                self.settled.note(actor, len(view.q), found.total)

    def _open_exact(self) -> None:
        """Open the patient whose unique ID is exactly what was typed."""
        with refusals_shown(), clinic().reading(current_actor()) as records:
            unique_id = records.patients.bearer(self.search.value or '')
            if unique_id:
                ui.navigate.to(patient_address(unique_id))

    def _heard(self, slots: FrameSlots, change: Changed) -> None:
        """Someone registered a patient: name it soon. Many at once are named together."""
        self.heard.append(change.field)
        if len(self.heard) == 1:
            background_tasks.create(self._name_newcomers(slots), name='live list')

    async def _name_newcomers(self, slots: FrameSlots) -> None:
        """Name who is new beside the search, where it moves nothing that is being looked at; only an empty list fills itself."""
        await asyncio.sleep(DEBOUNCE_S)
        keys, self.heard = self.heard, []
        with slots.body, refusals_shown():
            actor, is_first = current_actor(), not self.tools.visible
            found = await asyncio.to_thread(_find, actor, self.view)
            await _note_look(actor, 0, len(keys), _covers(found) if is_first else None)
            self.everyone.set_text(formatting.count(found.everyone))
            if is_first:
                self._show(found)
                return
            with clinic().reading(actor) as records:
                self.newcomers.add(records.patients.header(keys[-1]), among=len(keys))


@router.page('/patients/new')
async def new_patient_page() -> None:
    """Show the form that begins a record."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        records.require(Permission.PATIENT_REGISTER)
    with frame(title='New patient', actor=around.actor, practice_name=around.practice_name, current='Patients', today=around.today):
        NewPatientForm(around.actor).build()


class NewPatientForm:
    """The few fields that begin a record. Its request key makes a double click create one patient."""

    def __init__(self, actor: Actor) -> None:
        self.request_key = new_key()
        specs = [UNIQUE_ID, FAMILY_NAME, GIVEN_NAMES]
        self.specs = [*specs, BIRTH_DATE] if actor.may(Permission.PATIENT_WRITE) else specs
        self.fields: dict[str, Field] = {}
        self.asked = 0
        self.recognised = Recognised(clinic())

    def build(self) -> None:
        """Show the form."""
        with box('df-narrow df-col df-gap-l', role='form', aria_label='New patient'):
            text('Only the unique ID is required. Everything else can follow under Details.', 'df-muted')
            with box('df-form'):
                for spec in self.specs:
                    self._add(spec)
            self.warnings = box('df-col', role='status')
            self.warnings.set_visibility(False)
            with box('df-row'):
                self.create = button('Create patient', kind='primary', on_click=self._create)
                link_button('Cancel', '/patients', kind='ghost')

    def _add(self, spec: FieldSpec) -> None:
        shown = new_field(spec)
        shown.control.on('keydown.enter', self._create, []).on('blur', self._warn, [])
        self.fields[spec.name] = shown
        if spec is UNIQUE_ID:
            shown.control.props('autofocus')
            with shown.root:
                self.taken = box()

    def _draft(self) -> PatientDraft:
        return read_draft({name: shown.value or '' for name, shown in self.fields.items()})

    async def _warn(self) -> None:
        """Say before the end that the ID is taken or that someone looks alike. It blocks nothing."""
        self.asked += 1
        mine = self.asked
        self._clear_warnings()
        try:
            draft = self._draft()
        except Invalid:
            return
        with refusals_shown():
            actor = current_actor()
            with clinic().reading(actor) as records:
                holder, found = records.patients.bearer(draft.unique_id), records.patients.lookalikes(draft)
                taken = records.patients.header(records.patients.key_of(holder)) if holder else None
            await self.recognised.note(actor, [taken, *found] if taken else found)
            if mine == self.asked:
                self._forgive()
                self._show_warnings(taken, found)

    def _show_warnings(self, taken: PatientHeader | None, found: list[PatientHeader]) -> None:
        self._clear_warnings()
        if taken:
            with self.taken:
                taken_warning(f'This ID is taken by {taken.name}.', taken.unique_id)
        self.warnings.set_visibility(bool(found))
        if found:
            with self.warnings:
                lookalike_warning(found)

    def _clear_warnings(self) -> None:
        self.taken.clear()
        self.warnings.clear()

    def _forgive(self) -> None:
        for shown in self.fields.values():
            shown.refuse('')

    async def _create(self) -> None:
        """Create the patient and open it; what is refused stays in the form, with one sentence where it belongs."""
        self._forgive()
        try:
            draft = self._draft()
            with refusals_shown():
                await self._register(draft)
        except Invalid as refusal:
            self.fields.get(refusal.field, self.fields['unique_id']).refuse(str(refusal).removesuffix(KEPT))

    async def _register(self, draft: PatientDraft) -> None:
        actor = current_actor()
        try:
            made = await clinic().change(actor, lambda records: records.patients.register(draft, request_key=self.request_key))
        except UniqueIdTaken as taken:
            await self._say_taken(actor, taken)
            return
        hidden = any(hides_characters(shown.value or '') for shown in self.fields.values())
        ui.navigate.to(_arrival(made, self.request_key, hidden=hidden))

    async def _say_taken(self, actor: Actor, taken: UniqueIdTaken) -> None:
        """Name the bearer after the event of it, when the reader may know who it is."""
        self.asked += 1
        with clinic().reading(actor) as records:
            bearers = [records.patients.header(records.patients.key_of(taken.holder))] if taken.holder else []
        await self.recognised.note(actor, bearers)
        self._clear_warnings()
        with self.taken:
            taken_warning(str(taken), taken.holder)


def _arrival(made: PatientHeader, request_key: str, *, hidden: bool) -> str:
    return patient_address(made.unique_id, f'?created={request_key}{"&cleaned=1" if hidden else ""}')
