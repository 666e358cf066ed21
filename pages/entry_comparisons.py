"""The comparisons of one visit: made from a choice or from the whole pool, arranged, shared by their address."""
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import ui

from app.clinic import clinic
from components.autosave import Autosave
from components.comparison_acts import ComparisonActs
from components.comparison_list import ComparisonList, ListActs
from components.comparison_picker import ComparisonPicker
from components.comparison_words import summary
from components.controls import button
from components.formatting import local
from components.looking import looked_at
from components.navigation import patient_address
from components.photo_picker import PoolSeen
from components.refusals import refusals_shown
from components.section import Section
from components.session import current_actor
from components.surroundings import Surroundings
from components.undo_notice import UndoNotice
from components.workspace import Workspace
from data.read_models import ImageTile, PatientHeader
from data.records import Changed
from data.repositories.comparisons import GroupRecord
from data.repositories.entries import EntryRecord
from pages.pool_seeing import pool_seen


@dataclass
class EntryComparisons:
    """The section's parts and what they do to the records. `patient()` and `entry()` are those of now, `refresh()` reads them again."""

    around: Surroundings
    patient: Callable[[], PatientHeader]
    entry: Callable[[], EntryRecord]
    refresh: Callable[[], Any]

    def build(self, section: Section, workspace: Workspace, saving: Autosave, notice: UndoNotice, *, may_arrange: bool) -> None:
        """Fill the section."""
        self._section, self._workspace, self._saving = section, workspace, saving
        if may_arrange:
            self._picker = ComparisonPicker(zone=self.around.zone, today=self.around.today)
            with section.tools:
                button('New comparison', icon='plus', on_click=self._new)
        acts = ListActs(saving, notice, self._pick_more) if may_arrange else None
        self.pairs = ComparisonList(self.entry().groups, acts, zone=self.around.zone, today=self.around.today, patient=self.patient,
                                    look=self._look, address=self._address, on_left=self.refresh)
        wanted = ui.context.client.request.query_params.get('comparison', '')
        if wanted:
            section.show(True)
            self.pairs.lead_to(wanted)

    def show(self) -> None:
        """Show what others changed."""
        groups = self.entry().groups
        self.pairs.show(groups)
        self._section.set_count(str(len(groups)))
        self._section.set_summary(summary(groups))

    def keep_only(self, pool: Callable[[], list[ImageTile]]) -> None:
        """Let the choice of photographs leave the screen when one of them left the pool."""
        if hasattr(self, '_picker') and self._picker.is_open:
            self._picker.keep_only({tile.key for tile in pool()})

    def is_news(self, change: Changed) -> bool:
        """Tell whether a change is none that this page has arranged itself."""
        return change.field != 'comparisons' or not self.pairs.is_own(change.burst)

    async def compare(self, images: list[str]) -> bool:
        """Make a comparison group of images and tell whether that worked."""
        with refusals_shown():
            made = await clinic().change(current_actor(), lambda records: records.comparisons.group(self.entry().key, images))
            self._saving.note(clinic().clock())
            self._section.show(True)
            self.pairs.bring_into_sight(made)
            return True
        return False

    async def _new(self) -> None:
        """Compare what is chosen in the workspace; else choose from the whole pool."""
        if len(self._workspace.chosen) > 1:
            await self._workspace.compare()
            return
        with refusals_shown():
            self._picker.open('New comparison', await self._seen(), first=self._here(), visit=self._visit_day(),
                              chosen=self._workspace.chosen, on_pick=self.compare, act='Compare')

    async def _pick_more(self, group: GroupRecord, acts: ComparisonActs) -> None:
        with refusals_shown():
            self._picker.open('Add photos', await self._seen(), first=self._here(), visit=self._visit_day(),
                              gone={tile.key for tile in group.images}, on_pick=acts.add, act='Add photos')

    async def _seen(self) -> PoolSeen:
        return await pool_seen(self.patient(), self.around.zone)

    def _here(self) -> set[str]:
        return {tile.key for tile in self.entry().images}

    def _visit_day(self) -> date:
        return local(self.entry().appointment_at, self.around.zone).date()

    async def _look(self, images: Collection[str]) -> None:
        for key in images:
            await looked_at(current_actor(), key, of=self.patient().key)

    def _address(self, group: str) -> str:
        return patient_address(self.patient().unique_id, f'/entries/{self.entry().number}?comparison={group}')
