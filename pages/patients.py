"""The patient database: any view of it at an address, searched and narrowed while one looks, and alive."""
import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from nicegui import APIRouter, background_tasks, ui
from starlette.requests import Request

from app.clinic import clinic
from components.controls import banner, box
from components.layout import FrameSlots, frame
from components.list_address import beyond_the_last, clean_search, list_address, no_such_tag, read_view
from components.navigation import patient_address
from components.patient_filter_menus import FilterMenu
from components.patient_finding import Found, Known, facets, find, find_again
from components.patient_list import PatientList, SettledLook
from components.patient_news import ListNews
from components.patient_pager import Pager
from components.patient_sorting import sorted_by
from components.patient_tools import ListActs, ListTools
from components.refusals import refusals_shown
from components.session import current_actor
from components.surroundings import Surroundings, surroundings
from data.actors import Actor, Permission
from data.models import Action
from data.patient_query import ListView, Sort
from data.records import Detail, Records
from data.repositories.patients import EVERY_PATIENT, SHOWN_FIGURES
from data.repositories.tag_records import VOCABULARY

DEBOUNCE_S = 0.12
T = TypeVar('T')
router = APIRouter()


@router.page('/patients')
async def patients_page(request: Request) -> None:
    """Show one page of the list after its event is written. What the address asks for and cannot be is said in words."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        look, size = records.users.preference('patient_list'), int(records.users.preference('patients_per_page'))
    asked = read_view(request.query_params.multi_items(), preferred=size)
    found = await _read(around.actor, lambda records: find(records, asked.view))
    await _note_look(around.actor, found.detail, found.covers)
    faults = [*asked.faults, *map(no_such_tag, found.page.unknown_tags), beyond_the_last(asked.view, found.page.page)]
    with frame(title='Patients', actor=around.actor, practice_name=around.practice_name, current='Patients', today=around.today,
               padded=False) as slots:
        slots.body.classes('df-patients')
        PatientsPage(around, slots, found, look=look, size=size, faults=[fault for fault in faults if fault])


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


class PatientsPage:
    """The list as one reader sees it. `asked` counts questions, so that an answer that was overtaken is dropped.

    `view` is what is asked for, `found` what is shown. Steps that Back should undo are links, or lead to an address.
    """

    def __init__(self, around: Surroundings, slots: FrameSlots, found: Found, *, look: str, size: int, faults: list[str]) -> None:
        self.body, self.found, self.view, self.look = slots.body, found, found.view, look
        self.asked, self.before_menu, self.known = 0, found.view, dict(found.labels)
        self.address = partial(list_address, preferred=size)
        self.settled, self.refreshing = SettledLook(_note_soon), asyncio.Lock()
        may_register = around.actor.may(Permission.PATIENT_REGISTER)
        acts = ListActs(self._typed, self._open_exact, lambda: self.list.cursor.move(1), self._sort, self._prefer_look, self._open_menu)
        self.tools = ListTools(slots, acts, found.view, look, today=around.today, address=self.address, may_register=may_register)
        if faults:
            with box('df-faults'):
                banner('info', 'Not everything in this address can be shown', ' '.join(faults))
        self.menu = FilterMenu(around.today, self.address, lambda: self.view, self._narrow, self._menu_closed, self._count)
        self.list = PatientList(around.zone, around.today, self.address, may_register=may_register)
        self.pager = Pager(self.address, self._prefer_size)
        self.news = ListNews(slots.body, lambda: self.found, on_rows=partial(self._refresh, has_new_rows=True),
                             on_totals=partial(self._refresh, has_new_rows=False), on_new=self._name_newcomers)
        self._show(found)
        self._listen(slots)

    def _listen(self, slots: FrameSlots) -> None:
        for keys, words, step in (('j ArrowDown ArrowRight', 'Next patient', 1), ('k ArrowUp ArrowLeft', 'Previous patient', -1)):
            for key in keys.split():
                slots.shortcuts.on(key, words, partial(self.list.cursor.move, step), repeats=True)
        slots.shortcuts.on('Enter', 'Open the patient', self.open_current)
        hub, news = clinic().hub, self.news
        ends = [hub.subscribe(EVERY_PATIENT, news.hear_new), hub.subscribe(SHOWN_FIGURES, news.hear_figures),
                hub.subscribe(VOCABULARY, news.hear_vocabulary), news.end, self.settled.flush]
        ui.context.client.on_delete(lambda: [end() for end in ends])

    def open_current(self) -> None:
        """Open the patient that the cursor stands on."""
        if current := self.list.cursor.current:
            ui.navigate.to(patient_address(current.unique_id))

    def _show(self, found: Found) -> None:
        self.found, self.view = found.kept, found.view
        self.known |= found.labels
        self.tools.show(found)
        self.list.show(found.page, found.view, found.labels, self.look)
        self.list.cursor.over(self.found.page.rows)
        self.pager.show(found.page, found.view)

    def _show_totals(self, found: Found) -> None:
        self.found = found
        self.tools.show_number(found.page.everyone)
        self.pager.show(found.page, found.view)

    def _typed(self, text: str) -> None:
        """Search when the keys rest."""
        self._narrow(replace(self.view, q=clean_search(text), page=1))

    def _sort(self, sort: Sort) -> None:
        ui.navigate.to(self.address(sorted_by(self.view, sort)))

    def _narrow(self, view: ListView) -> None:
        """Show another view in place."""
        with refusals_shown():
            self.asked += 1
            self.view = view
            background_tasks.create(self._search(self.asked, current_actor(), view), name='narrowed list')

    async def _search(self, mine: int, actor: Actor, view: ListView) -> None:
        await asyncio.sleep(DEBOUNCE_S)
        if not self._is_asked(mine):
            return
        with self.body, refusals_shown():
            found = await _read(actor, lambda records: find(records, view, self.known))
            if await self._may_show(mine, actor, found):
                self._show(found)
                ui.navigate.history.replace(self.address(found.view))
                self.settled.note(actor, found.detail)

    def _is_asked(self, mine: int) -> bool:
        """Tell whether this is still what was asked last, of a page that is still there."""
        return mine == self.asked and not self.body.is_deleted

    async def _may_show(self, mine: int, actor: Actor, found: Found, *, is_look: bool = False) -> bool:
        """Tell whether this is still asked for, after the event of every picture in it that none has named, or of a look of its own."""
        unseen = [cover for cover in found.covers if not clinic().viewings.covers(actor.session, cover)]
        if (unseen or is_look) and self._is_asked(mine):
            await _note_look(actor, found.detail, unseen)
        return self._is_asked(mine)

    def _open_exact(self, text: str) -> None:
        """Open the patient whose unique ID is exactly what was typed."""
        with refusals_shown(), clinic().reading(current_actor()) as records:
            unique_id = records.patients.bearer(text)
            if unique_id:
                ui.navigate.to(patient_address(unique_id))

    async def _open_menu(self, kind: str, chip: ui.element) -> None:
        if self.menu.kind:
            return
        with refusals_shown():
            self.before_menu = self.view
            await self.menu.open(kind, chip)
            self.tools.chips.set_open(kind, is_open=True)

    def _menu_closed(self, kind: str) -> None:
        """Lead to the address of what was chosen: one menu is one step of Back. A search that ended meanwhile is in the address too."""
        self.tools.chips.set_open(kind, is_open=False)
        if self.view != self.before_menu:
            self.settled.forget()  # the page that comes writes its own
            ui.navigate.history.replace(self.address(self.before_menu))  # where Back leads
            ui.navigate.to(self.address(self.view))
        else:
            ui.navigate.history.replace(self.address(self.found.view))

    async def _count(self, view: ListView) -> Known:
        found = await _read(current_actor(), lambda records: facets(records, view))
        self.known |= {slug: label for slug, (label, _count) in found.items()}
        return found

    async def _prefer_look(self, look: str) -> None:
        """Show cards or the table, and remember it."""
        with refusals_shown():
            self.look = look
            await self._refresh(has_new_rows=True)
            await clinic().change(current_actor(), lambda records: records.users.prefer('patient_list', look))

    async def _prefer_size(self, size: int) -> None:
        """Remember the page size; its link leads there meanwhile."""
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.users.prefer('patients_per_page', str(size)))

    async def _refresh(self, *, has_new_rows: bool) -> None:
        """Show who is on the page as they are now, where they stand, and the totals. Only an empty page fills itself, after its event."""
        async with self.refreshing:
            mine, shown, actor = self.asked, self.found, current_actor()
            found = await _read(actor, lambda records: find_again(records, shown, has_new_rows=has_new_rows))
            if self.view != shown.view or self.found is not shown:
                return  # something else is asked for, and its answer is newer
            if found.page.rows is shown.page.rows and found.view == shown.view:
                self._show_totals(found)
            elif await self._may_show(mine, actor, found, is_look=not shown.page.rows) and self.found is shown:
                if found.view.tags != shown.view.tags:  # one was renamed
                    ui.navigate.history.replace(self.address(found.view))
                self._show(found)

    async def _name_newcomers(self, keys: list[str]) -> None:
        """Name who is new beside the search, where it moves nothing that is being looked at; only an empty list fills itself."""
        mine, actor = self.asked, current_actor()
        if not self.found.page.everyone:
            found = await _read(actor, lambda records: find(records, self.view, self.known))
            if await self._may_show(mine, actor, found, is_look=True):
                self._show(found)
            return
        await _note_look(actor, {'query_length': 0, 'hits': len(keys)})
        if not self.body.is_deleted:
            with clinic().reading(actor) as records:
                self.tools.newcomers.add(records.patients.header(keys[-1]), self.address(replace(self.view, page=1)), among=len(keys))
            self.news.recount()
