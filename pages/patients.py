"""The patient database: any view of it at an address, searched and narrowed while one looks, and alive."""
import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from nicegui import APIRouter, background_tasks, ui
from starlette.requests import Request

from app.clinic import clinic
from components import formatting
from components.controls import banner, box, link_button, segmented, text, text_field
from components.layout import FrameSlots, frame
from components.list_address import QUERY_LIMIT, beyond_the_last, list_address, no_such_tag, read_view
from components.navigation import patient_address
from components.patient_filter_menus import FilterMenu
from components.patient_filters import FilterChips
from components.patient_finding import Found, Known, facets, find, find_again
from components.patient_list import NewPatients, PatientList, SettledLook
from components.patient_pager import Pager
from components.patient_sorting import Sorting, sorted_by
from components.refusals import refusals_shown
from components.session import current_actor
from components.soon import Soon
from components.surroundings import Surroundings, single_keys_are_on, surroundings
from data.actors import Actor, Permission
from data.models import Action
from data.patient_query import ListView
from data.records import Changed, Detail, Records
from data.repositories.patients import EVERY_PATIENT, SHOWN_FIGURES
from data.repositories.tag_records import VOCABULARY

DEBOUNCE_S = 0.12
_LIVE_PAUSE_S = 1.0
_LOOKS = {'cards': 'Cards', 'table': 'Table'}
_LOOK_ICONS = {'cards': 'layout-grid', 'table': 'list'}
T = TypeVar('T')
router = APIRouter()


@router.page('/patients')
async def patients_page(request: Request) -> None:
    """Show one page of the list after its event is written. What the address asks for and cannot be is said in words."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        look, size = records.users.preference('patient_list'), int(records.users.preference('patients_per_page'))
    asked = read_view(request.query_params, preferred=size)
    found = await _read(around.actor, lambda records: find(records, asked.view))
    await _note_look(around.actor, found.detail, found.covers)
    faults = [*asked.faults, *map(no_such_tag, found.page.unknown_tags), beyond_the_last(asked.view, found.page.page)]
    PatientsPage(around, found, look, size).build([fault for fault in faults if fault])


async def _read(actor: Actor, work: Callable[[Records], T]) -> T:
    """Return what is read in a thread: a wide filter over many patients may take longer than the event loop can wait."""
    def reading() -> T:
        with clinic().reading(actor) as records:
            return work(records)
    return await asyncio.to_thread(reading)


async def _note_look(actor: Actor, detail: Detail, covers: list[str] | None = None) -> None:
    await clinic().looked(actor, Action.PATIENT_LIST, images=covers, detail=detail)


def _note_soon(actor: Actor, detail: Detail) -> None:
    background_tasks.create(_note_look(actor, detail), name='settled query')


@dataclass
class PatientsPage:
    """The list as one reader sees it. `asked` counts questions, so that an answer that was overtaken is dropped.

    `view` is what is asked for, `found` what is shown. Steps that Back should undo are links, or lead to an address.
    """

    around: Surroundings
    found: Found
    look: str
    size: int
    asked: int = 0
    heard: list[str] = field(default_factory=list)
    settled: SettledLook = field(default_factory=lambda: SettledLook(_note_soon))

    def build(self, faults: list[str]) -> None:
        """Show everything and begin to listen."""
        self.view = self.found.view
        self.may_register = self.around.actor.may(Permission.PATIENT_REGISTER)
        self.address = partial(list_address, preferred=self.size)
        with frame(title='Patients', actor=self.around.actor, practice_name=self.around.practice_name, current='Patients',
                   today=self.around.today, padded=False) as slots:
            self.slots = slots
            slots.body.classes('df-patients')
            with slots.heading:
                self.everyone = text('', 'df-meta df-num', tag='span')
            self._build_tools(slots)
            if faults:
                with box('df-faults'):
                    banner('info', 'Not everything in this address can be shown', ' '.join(faults))
            self.list = PatientList(self.around.zone, self.around.today, self.address, may_register=self.may_register)
            self.pager = Pager(self.address, self._prefer_size)
            self._show(self.found)
        self._listen(slots)

    def _build_tools(self, slots: FrameSlots) -> None:
        with box('df-list-tools') as self.tools:
            with box('df-tools', role='search'):
                self.search = text_field('Search', value=self.view.q, placeholder='Search by unique ID or name', icon='search', bare=True,
                                         on_change=self._typed, look='df-f--search')
                self.search.root.classes('df-list-search')
                self.search.control.props(f'maxlength={QUERY_LIMIT}').on('keydown.enter', self._open_exact, [])
                if single_keys_are_on():
                    with self.search.control.add_slot('append'):
                        text('/', 'df-key gt-xs', tag='kbd', aria_hidden='true')
                self.newcomers = NewPatients()
                self.sorting = Sorting(self.address, lambda sort: ui.navigate.to(self.address(sorted_by(self.view, sort))))
                segmented(_LOOKS, label='Show as', value=self.look, icons=_LOOK_ICONS, on_change=self._prefer_look).root.classes('gt-xs')
            self.chips = FilterChips(self.around.today, self.address, self._open_menu)
        self.menu = FilterMenu(self.around.today, self.address, lambda: self.view, self._narrow, self._menu_closed, self._count)
        with slots.actions:
            self.sorting.build_short()
            if self.may_register:
                link_button('New patient', '/patients/new', icon='plus', kind='primary').classes('gt-xs')  # a phone has it below

    def _listen(self, slots: FrameSlots) -> None:
        slots.shortcuts.search_in(self.search.control)
        for keys, step in (('j', 1), ('ArrowDown', 1), ('k', -1), ('ArrowUp', -1)):
            slots.shortcuts.on(keys, 'Next patient' if step > 0 else 'Previous patient', partial(self.move, step), repeats=True)
        slots.shortcuts.on('Enter', 'Open the patient', self.open_current)
        self.refresh = Soon(self._refresh, pause_s=_LIVE_PAUSE_S, name='live figures')
        ends = [clinic().hub.subscribe(EVERY_PATIENT, self._heard), clinic().hub.subscribe(SHOWN_FIGURES, self.refresh),
                clinic().hub.subscribe(VOCABULARY, self.refresh), self.refresh.end, self.settled.flush]
        ui.context.client.on_delete(lambda: [end() for end in ends])

    def move(self, step: int) -> None:
        """Go to the next patient or the one before."""
        self.list.cursor.move(step)

    def open_current(self) -> None:
        """Open the patient that the cursor stands on."""
        if current := self.list.cursor.current:
            ui.navigate.to(patient_address(current.unique_id))

    def _show(self, found: Found) -> None:
        self.found, self.view = found, found.view
        self.everyone.set_text(formatting.count(found.page.everyone) if found.page.everyone else '')
        self.tools.set_visibility(found.page.everyone > 0)
        self.chips.show(found.view, found.labels)
        self.sorting.show(found.view)
        self.list.show(found.page, found.view, found.labels, self.look)
        self.pager.show(found.page, found.view)

    def _typed(self) -> None:
        """Search when the keys rest."""
        self._narrow(replace(self.view, q=self.search.value or '', page=1))

    def _narrow(self, view: ListView) -> None:
        """Show another view in place."""
        with refusals_shown():
            self.asked += 1
            self.view = view
            background_tasks.create(self._search(self.asked, current_actor(), view), name='narrowed list')

    async def _search(self, mine: int, actor: Actor, view: ListView) -> None:
        await asyncio.sleep(DEBOUNCE_S)
        if mine != self.asked:
            return
        with self.slots.body, refusals_shown():
            found = await _read(actor, lambda records: find(records, view))
            if await self._may_show(mine, actor, found):
                self._show(found)
                if not self.menu.kind:  # what a menu does becomes a step of Back when it closes
                    ui.navigate.history.replace(self.address(found.view))
                self.settled.note(actor, found.detail)

    async def _may_show(self, mine: int, actor: Actor, found: Found) -> bool:
        """Tell whether this is still what was asked last, after the event of every picture in it that none has named."""
        unseen = [cover for cover in found.covers if not clinic().viewings.covers(actor.session, cover)]
        if unseen and mine == self.asked:
            await _note_look(actor, found.detail, unseen)
        return mine == self.asked

    def _open_exact(self) -> None:
        """Open the patient whose unique ID is exactly what was typed."""
        with refusals_shown(), clinic().reading(current_actor()) as records:
            unique_id = records.patients.bearer(self.search.value or '')
            if unique_id:
                ui.navigate.to(patient_address(unique_id))

    async def _open_menu(self, kind: str, chip: ui.element) -> None:
        if self.menu.kind:
            return
        with refusals_shown():
            self.before_menu = self.view
            await self.menu.open(kind, chip)
            self.chips.set_open(kind, is_open=True)

    def _menu_closed(self, kind: str) -> None:
        """Lead to the address of what was chosen: one menu is one step of Back."""
        self.chips.set_open(kind, is_open=False)
        if self.view != self.before_menu:
            self.settled.forget()  # the page that comes writes its own
            ui.navigate.to(self.address(self.view))

    async def _count(self, view: ListView) -> Known:
        return await _read(current_actor(), lambda records: facets(records, view))

    async def _prefer_look(self, look: str) -> None:
        """Show cards or the table, and remember it."""
        with refusals_shown():
            self.look = look
            self._show(self.found)
            await clinic().change(current_actor(), lambda records: records.users.prefer('patient_list', look))

    async def _prefer_size(self, size: int) -> None:
        """Remember the page size; its link leads there meanwhile."""
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.users.prefer('patients_per_page', str(size)))

    async def _refresh(self) -> None:
        """Show who is on the page as they are now, where they stand, and the totals. Only an empty page fills itself."""
        with self.slots.body, refusals_shown():
            mine, shown, actor = self.asked, self.found, current_actor()
            found = await _read(actor, lambda records: find_again(records, shown))
            if self.view != shown.view or not await self._may_show(mine, actor, found) or self.found is not shown:
                return  # something else is asked for, and its answer is newer
            if found.view.tags != shown.view.tags:  # one was renamed
                ui.navigate.history.replace(self.address(found.view))
            self._show(found)
            if not shown.page.rows and found.page.rows:
                self.settled.note(actor, found.detail)

    def _heard(self, change: Changed) -> None:
        """Someone registered a patient: name it soon. Many at once are named together."""
        self.heard.append(change.field)
        if len(self.heard) == 1:
            background_tasks.create(self._name_newcomers(), name='live list')

    async def _name_newcomers(self) -> None:
        """Name who is new beside the search, where it moves nothing that is being looked at; only an empty list fills itself."""
        await asyncio.sleep(DEBOUNCE_S)
        keys, self.heard = self.heard, []
        with self.slots.body, refusals_shown():
            actor, is_first = current_actor(), not self.tools.visible
            found = await _read(actor, lambda records: find(records, self.view))
            await _note_look(actor, {'query_length': 0, 'hits': len(keys)}, found.covers if is_first else None)
            if is_first:
                self._show(found)
                return
            self.refresh()
            with clinic().reading(actor) as records:
                self.newcomers.add(records.patients.header(keys[-1]), self.address(replace(self.view, page=1)), among=len(keys))
