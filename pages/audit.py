"""The audit trail: who did what to which, newest first, and whether the chain holds."""
from dataclasses import dataclass
from urllib.parse import urlencode

from nicegui import APIRouter, ui

from app.audit_reading import ChainState, TrailPage, action_words, open_trail, verify_now
from app.clinic import clinic
from components import formatting
from components.audit_table import audit_table, chain_banner, progress_banner
from components.controls import box, button, empty_state, link, select_field, text_field
from components.layout import FrameSlots, frame
from components.refusals import refusals_shown
from components.session import current_actor
from components.surroundings import Surroundings, surroundings
from data.columns import limit_of
from data.models import PatientBase
from data.repositories.audit import TrailView

router = APIRouter()
_PROGRESS_EVERY_S = 0.2


@dataclass(frozen=True)
class Filters:
    """What the address bar says: a person's key, an action, a patient's unique ID, and the event below which the page starts."""

    person: str = ''
    action: str = ''
    patient: str = ''
    before: int = 0

    def address(self, **changed: object) -> str:
        """Return the address of the same view with something changed. Another filter starts at the newest event again."""
        chosen = {**vars(self), **({} if 'before' in changed else {'before': 0}), **changed}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f'/audit?{query}' if query else '/audit'


@router.page('/audit')
async def audit_page(person: str = '', action: str = '', patient: str = '', before: int = 0) -> None:
    """Show one page of the trail after the event of looking at it is written."""
    around = surroundings()
    filters = Filters(person, action, patient.strip(), max(0, before))
    trail = await open_trail(clinic(), around.actor, TrailView(user=person, action=action, before=filters.before), patient=filters.patient)
    with frame(title='Audit', actor=around.actor, practice_name=around.practice_name, current='Audit') as slots:
        _chain(slots, trail.state, around)
        _filters(filters, trail)
        if trail.lines:
            audit_table(trail.lines, today=around.today, zone=around.zone)
        else:
            empty_state('No events match.')
        _pager(filters, trail)


def _chain(slots: FrameSlots, state: ChainState, around: Surroundings) -> None:
    """Show what is known of the chain, and the button that finds out."""
    with box('df-chain') as place:
        chain_banner(state, now=around.now, zone=around.zone)

    async def verify() -> None:
        start.disable()
        with refusals_shown():
            found = await _verified(place)
            place.clear()
            with place:
                chain_banner(found, now=clinic().clock(), zone=around.zone)
        start.enable()

    with slots.actions:
        start = button('Verify audit trail', icon='shield-check', kind='primary', on_click=verify)


async def _verified(place: ui.element) -> ChainState:
    """Verify while the place shows how far it is."""
    done = [0]
    place.clear()
    with place:
        showing, line = progress_banner()
    with showing:
        timer = ui.timer(_PROGRESS_EVERY_S, lambda: line.set_text(f'{formatting.count(done[0])} events so far'))
    try:
        return await verify_now(clinic(), current_actor(), lambda events: done.__setitem__(0, events))
    finally:
        timer.cancel()


def _filters(filters: Filters, trail: TrailPage) -> None:
    people = {**trail.people, **({filters.person: 'Unknown'} if filters.person and filters.person not in trail.people else {})}
    with box('df-log-filters'):
        select_field('Person', people, value=filters.person, placeholder='Everyone',
                     on_change=lambda change: ui.navigate.to(filters.address(person=change.value)))
        select_field('Action', action_words(), value=filters.action, placeholder='Every action',
                     on_change=lambda change: ui.navigate.to(filters.address(action=change.value)))
        patient = text_field('Patient', value=filters.patient, placeholder='Unique ID', look='df-f--mono',
                             limit=limit_of(PatientBase, 'unique_id'))
        patient.control.on('keydown.enter', lambda: ui.navigate.to(filters.address(patient=patient.value.strip())))
        if filters != Filters(before=filters.before):
            link('Clear filters', '/audit')


def _pager(filters: Filters, trail: TrailPage) -> None:
    with box('df-log-pager', tag='nav', aria_label='Pages'):
        if trail.newer is not None:
            link('Newer', filters.address(before=trail.newer))
        if trail.older is not None:
            link('Older', filters.address(before=trail.older))
