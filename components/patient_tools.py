"""What stands above the list of patients: how many there are, the search, who is new, the order, cards or table, the filters."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box, link_button, segmented, text, text_field
from components.layout import FrameSlots
from components.list_address import QUERY_LIMIT, Address
from components.patient_filters import FilterChips
from components.patient_finding import Found
from components.patient_list import NewPatients
from components.patient_sorting import Sorting
from components.surroundings import single_keys_are_on
from data.patient_query import ListView, Sort

_LOOKS = {'cards': 'Cards', 'table': 'Table'}
_LOOK_ICONS = {'cards': 'layout-grid', 'table': 'list'}


@dataclass(frozen=True)
class ListActs:
    """What the tools ask for. `search` and `open_exact` are told what was typed, `menu` the kind of filter and its chip."""

    search: Callable[[str], Any]
    open_exact: Callable[[str], Any]
    leave_down: Callable[[], Any]
    sort: Callable[[Sort], Any]
    look: Callable[[str], Any]
    menu: Callable[[str, ui.element], Any]


class ListTools:
    """The tools of one list, in the slots of its page. Without patients they are not shown."""

    def __init__(self, slots: FrameSlots, acts: ListActs, view: ListView, look: str, *, today: date, address: Address,
                 may_register: bool) -> None:
        self._acts = acts
        with slots.heading:
            self._number = text('', 'df-meta df-num', tag='span')
        with slots.body, box('df-list-tools') as self._root:
            with box('df-tools', role='search'):
                self._search(slots, view)
                self.newcomers = NewPatients()
                self._sorting = Sorting(address, acts.sort)
                segmented(_LOOKS, label='Show as', value=look, icons=_LOOK_ICONS, on_change=acts.look).root.classes('gt-xs')
            self.chips = FilterChips(today, address, acts.menu)
        with slots.actions:
            self._sorting.build_short()
            if may_register:
                link_button('New patient', '/patients/new', icon='plus', kind='primary').classes('gt-xs')  # a phone has it below

    def show(self, found: Found) -> None:
        """Show what the list shows by now."""
        self.show_number(found.page.everyone)
        self.chips.show(found.view, found.labels)
        self._sorting.show(found.view)

    def show_number(self, everyone: int) -> None:
        """Show how many patients there are."""
        self._number.set_text(formatting.count(everyone) if everyone else '')
        self._root.set_visibility(everyone > 0)

    def _search(self, slots: FrameSlots, view: ListView) -> None:
        shown = text_field('Search', value=view.q, placeholder='Search by unique ID or name', icon='search', bare=True,
                           on_change=lambda event: self._acts.search(event.value or ''), look='df-f--search')
        shown.root.classes('df-list-search')
        shown.control.props(f'maxlength={QUERY_LIMIT}').on('keydown.enter', lambda: self._acts.open_exact(shown.value or ''), [])
        shown.control.on('keydown.down.prevent', self._acts.leave_down, []).on('keydown.escape', lambda: _clear_or_leave(shown.control), [])
        if single_keys_are_on():
            with shown.control.add_slot('append'):
                text('/', 'df-key gt-xs', tag='kbd', aria_hidden='true')
        slots.shortcuts.search_in(shown.control)


def _clear_or_leave(control: ui.input) -> None:
    """Empty the search, or leave it when it is empty: the keys of the list work from there."""
    if control.value:
        control.set_value('')
    else:
        control.run_method('blur')
