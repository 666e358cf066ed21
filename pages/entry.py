"""One visit: workspace, comparisons, tags and notes. Everything saves as it is typed and is live in every open page."""
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Query
from nicegui import APIRouter, ui
from starlette.responses import RedirectResponse

from app.clinic import clinic
from components.autosave import Autosave
from components.comparison_words import summary as comparisons_summary
from components.controls import box
from components.entry_notes import VisitFacts, notes_field
from components.formatting import appointment
from components.image_beside import ImageBeside
from components.image_viewer import ImageViewer
from components.layout import frame, window_title
from components.leaving import LeavingPhotos
from components.looking import Looking, hear, looked_at
from components.navigation import patient_address
from components.patient_head_live import IN_THE_HEAD, show_head
from components.presence_marks import PresenceMarks
from components.refusals import refusals_shown, tell
from components.save_status import SaveStatus
from components.section import Section, section
from components.session import current_actor
from components.surroundings import Surroundings, surroundings
from components.tag_picker import TagPicker, summary
from components.tagging import Tagging
from components.undo_notice import UndoNotice
from components.visit_head import VisitHead
from components.workspace import summary as workspace_summary
from data.actors import Permission
from data.models import Action
from data.models import Section as Part
from data.read_models import ImageTile, PatientHeader, ShownTag
from data.records import Changed, Records
from data.repositories.entries import MOST_ENTRIES, EntryRecord
from data.repositories.fields import Saved
from data.repositories.patients import SHOWN_FIGURES
from data.repositories.tag_records import VOCABULARY, Tagged
from pages.entry_comparisons import EntryComparisons
from pages.entry_workspace import EntryWorkspace

Seen = tuple[PatientHeader, EntryRecord, tuple[ShownTag, ...]]
router = APIRouter()
_NO_SECTION = 'An entry has no such section: there are workspace, comparisons and notes.'


@router.page('/patients/{unique_id}/entries/{number}')
async def entry_page(unique_id: str, number: Annotated[int, Path(ge=1, le=MOST_ENTRIES)],
                     section: Annotated[str, Query()] = '') -> RedirectResponse | None:
    """Show one visit after its event is written. A former or capital ID leads to the present address.

    The address may name a `section`, which is opened and brought into sight.
    """
    around = surroundings()
    with clinic().reading(around.actor) as records:
        patient = records.patients.header(records.patients.key_of(unique_id))
        entry = records.entries.record(patient.key, number).key
    if patient.unique_id != unique_id:
        tail = f'?{urlencode({"section": section})}' if section else ''
        return RedirectResponse(patient_address(patient.unique_id, f'/entries/{number}{tail}'))
    looking = Looking(Action.ENTRY_VIEW, patient.key, lambda records: _seen(records, patient.key, number), _pictures, subject=entry)
    page = EntryPage(around, *await looking.again(around.actor), looking)
    page.build()
    if section:
        page.go_to(section)
    return None


def _seen(records: Records, patient: str, number: int) -> Seen:
    entry = records.entries.record(patient, number)
    return records.patients.header(patient), entry, records.tags.on_entry(entry.key)


def _pictures(seen: Seen) -> list[str | None]:
    patient, entry, _tags = seen
    return [patient.cover, *(tile.key for tile in entry.images), *(tile.key for group in entry.groups for tile in group.images)]


@dataclass
class EntryPage:
    """The page's parts and what they do to the records."""

    around: Surroundings
    patient: PatientHeader
    entry: EntryRecord
    tags: tuple[ShownTag, ...]
    looking: Looking[Seen]

    @property
    def may_arrange(self) -> bool:
        """Tell whether this reader may change workspace, comparisons and appointment."""
        return self.around.actor.may(Permission.ENTRY_WRITE)

    def build(self) -> None:
        """Compose the page and listen for what others change."""
        around, may_add = self.around, self.around.actor.may(Permission.IMAGE_ADD)
        with frame(title=appointment(self.entry.appointment_at, around.zone), actor=around.actor, practice_name=around.practice_name,
                   current='Patients', patient=self.patient, today=around.today, padded=False) as slots:
            self.slots = slots
            with slots.status:
                self.saving = Autosave(SaveStatus(zone=around.zone), around.zone)
                PresenceMarks(self.entry.key, around.actor)
            self.head = VisitHead(slots.heading, self.entry, around.zone, self.saving if self.may_arrange else None,
                                  on_saved=self._appointment_saved)
            self.beside = ImageBeside(self.patient.key, around.actor, around.zone)
            self.notice = UndoNotice()
            self.compared = EntryComparisons(around, lambda: self.patient, lambda: self.entry, lambda: self.refresh())
            self.leaving = LeavingPhotos(lambda: self.patient, around, self.notice, on_left=lambda: self.viewer.close())
            self.viewer = ImageViewer(zone=around.zone, patient=self.patient, may_download=around.actor.may(Permission.IMAGE_ORIGINAL),
                                      on_show=self._looks, beside=self._beside, status=self.saving.status if may_add else None,
                                      may_edit=may_add, more=self.leaving.menu)
            self.laid_out = EntryWorkspace(around, slots, self.saving, self.notice, lambda: self.patient, lambda: self.entry,
                                           self.leaving.tell_of_twins)
            with self.laid_out.around_all(), box('df-desk'):
                with box('df-desk-main'):
                    self.laid_out.above()
                    self._workspace_section()
                    self._comparisons_section()
                with box('df-desk-side df-rail'):
                    self._notes_section()
        self.refresh = self.looking.follow(slots.body, self._follow)
        hear({self.entry.key: self._heard, self.patient.key: self._heard_of_patient, VOCABULARY: self.refresh,
              SHOWN_FIGURES: self._heard_of_figures, **self.laid_out.listen()})

    def go_to(self, section: str) -> None:
        """Open a section and bring it into sight, or say that there is no such one; what this reader left open is not told of it."""
        parts = {Part.WORKSPACE: self.images_section, Part.COMPARISONS: self.comparisons, Part.NOTES: self.notes}
        if section in parts:
            parts[Part(section)].bring_into_sight()
        else:
            tell(_NO_SECTION, kind='info', stays=False)

    def _workspace_section(self) -> None:
        images = self.entry.images
        with self._section('Workspace', Part.WORKSPACE, str(len(images)), workspace_summary(images)) as self.images_section:
            self.laid_out.build(self.images_section, on_open=self._open_viewer, on_compare=self.compared.compare)

    def _comparisons_section(self) -> None:
        groups = self.entry.groups
        with self._section('Comparisons', Part.COMPARISONS, str(len(groups)), comparisons_summary(groups)) as self.comparisons:
            self.compared.build(self.comparisons, self.laid_out.workspace, self.saving, self.notice, may_arrange=self.may_arrange)

    def _notes_section(self) -> None:
        with self._section('Tags and notes', Part.NOTES, '', summary(self.tags)) as self.notes:
            tagging = Tagging(Tagged.ENTRY, self.entry.key, self.patient.key, lambda: {tile.key for tile in self.entry.images})
            acts = tagging.acts(self.around.actor)
            self.tag_picker = TagPicker(self.tags, acts, on_open=tagging.show_sources)
            if acts:
                tag = partial(self.laid_out.tag, self.tag_picker.open)
                self.slots.shortcuts.on('t', 'Tag the selected photos, or the entry', tag)
            notes_field(self.entry, self.around.actor, self.saving)
            self.facts = VisitFacts(self.patient.unique_id, self.around.zone)
            self.facts.show(self.entry)

    def _section(self, title: str, part: Part, count: str, summary: str) -> AbstractContextManager[Section]:
        async def remember(is_open: bool) -> None:
            with refusals_shown():
                await clinic().change(current_actor(), lambda records: records.entries.remember_section(
                    self.entry.key, part, is_open=is_open))
        return section(title, count=count, summary=summary, open=self.entry.open_sections.get(part, True), on_toggle=remember)

    def _beside(self, tile: ImageTile) -> None:
        self.leaving.tell_of(tile)
        self.laid_out.fields(tile)
        self.beside.build(tile)

    def _open_viewer(self, key: str) -> object:
        return self.viewer.open(self.laid_out.workspace.shown, key)

    async def _looks(self, key: str) -> ImageTile:
        """Write the event of one photograph large, before it is shown."""
        await self._look_at([key])
        await self.leaving.find_out(key)
        return self.laid_out.words(key)

    async def _look_at(self, images: list[str]) -> None:
        for key in images:
            await looked_at(current_actor(), key, of=self.patient.key)

    def _pool(self) -> list[ImageTile]:
        with clinic().reading(current_actor()) as records:
            return records.images.of(self.patient.key)

    def _appointment_saved(self, _saved: Saved) -> None:
        self.refresh()

    def _heard(self, change: Changed) -> None:
        """Someone changed this entry: show what is not a field. Fields hear for themselves."""
        if change.field in {'workspace', 'comparisons', 'appointment_at', 'tags'} and self.compared.is_news(change):
            self.refresh()

    def _heard_of_patient(self, change: Changed) -> None:
        if change.field in IN_THE_HEAD:
            self.refresh()

    def _heard_of_figures(self, change: Changed) -> None:
        """Another visit may have come to lie before this one."""
        if change.field == self.patient.key:
            self.refresh()

    def _follow(self, seen: Seen) -> None:
        """Show what changed; fields are left to themselves."""
        before, known = self.entry, self.patient
        self.patient, self.entry, self.tags = seen
        self.viewer.renew([*self.entry.images, *(tile for group in self.entry.groups for tile in group.images)])
        self._show_changes(before)
        self._show_tags()
        self.laid_out.keep_picker()
        self.compared.keep_only(self._pool)
        if self.patient != known:
            self._show_patient()

    def _show_tags(self) -> None:
        self.tag_picker.show(self.tags)
        self.notes.set_summary(summary(self.tags))
        self.beside.refresh()

    def _show_patient(self) -> None:
        show_head(self.slots, self.around, self.patient, title=appointment(self.entry.appointment_at, self.around.zone))
        self.viewer.show_patient(self.patient)
        self.laid_out.show_patient()

    def _show_changes(self, before: EntryRecord) -> None:
        if self.entry.appointment_at != before.appointment_at:
            title = appointment(self.entry.appointment_at, self.around.zone)
            ui.page_title(window_title(title, self.patient))
            self.head.show(self.entry)
        if (self.entry.appointment_at, self.entry.before) != (before.appointment_at, before.before):
            self.facts.show(self.entry)
        if self.laid_out.show(before):
            self.viewer.keep_only({tile.key for tile in self.entry.images}, says=not self.leaving.is_acting)
        if self.entry.groups != before.groups:
            self.compared.show()
