"""One visit: workspace, comparisons, tags and notes. Everything saves as it is typed and is live in every open page."""
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Path
from nicegui import APIRouter, ui
from starlette.responses import RedirectResponse

from app.clinic import clinic
from components.autosave import Autosave
from components.comparison_words import summary as comparisons_summary
from components.controls import box, button, text
from components.entry_notes import appointment_field, notes_field, visit_facts
from components.formatting import appointment, local, ordinal
from components.image_beside import ImageBeside
from components.image_grid import size_choice
from components.image_viewer import ImageViewer
from components.layout import frame, window_title
from components.leaving import LeavingPhotos
from components.looking import Looking, hear, looked_at
from components.navigation import patient_address
from components.patient_head_live import IN_THE_HEAD, show_head
from components.phone_handoff import phone_button, photo_buttons
from components.pool_picker import PoolPicker
from components.presence_marks import PresenceMarks
from components.refusals import refusals_shown
from components.save_status import SaveStatus
from components.section import Section, section
from components.session import current_actor
from components.surroundings import Surroundings, surroundings
from components.tag_picker import TagPicker, summary
from components.tagging import Tagging
from components.undo_notice import UndoNotice
from components.workspace import Workspace
from components.workspace import summary as workspace_summary
from data.actors import Permission
from data.models import Action
from data.models import Section as Part
from data.read_models import ImageTile, PatientHeader, ShownTag
from data.records import Changed, Records
from data.repositories.entries import EntryRecord
from data.repositories.fields import Saved
from data.repositories.tag_records import VOCABULARY, Tagged
from pages.entry_comparisons import EntryComparisons

Seen = tuple[PatientHeader, EntryRecord, tuple[ShownTag, ...]]
router = APIRouter()
_MOST_ENTRIES = 2 ** 31 - 1  # what no number of a visit exceeds; the database would refuse a longer one with an error


@router.page('/patients/{unique_id}/entries/{number}')
async def entry_page(unique_id: str, number: Annotated[int, Path(ge=1, le=_MOST_ENTRIES)]) -> RedirectResponse | None:
    """Show one visit after its event is written. A former or capital ID leads to the present address."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        patient = records.patients.header(records.patients.key_of(unique_id))
        entry = records.entries.record(patient.key, number).key
    if patient.unique_id != unique_id:
        return RedirectResponse(patient_address(patient.unique_id, f'/entries/{number}'))
    looking = Looking(Action.ENTRY_VIEW, patient.key, lambda records: _seen(records, patient.key, number), _pictures, subject=entry)
    EntryPage(around, *await looking.again(around.actor), looking).build()
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
        around = self.around
        with frame(title=appointment(self.entry.appointment_at, around.zone), actor=around.actor, practice_name=around.practice_name,
                   current='Patients', patient=self.patient, today=around.today, padded=False) as slots:
            self.slots = slots
            with slots.status:
                self.saving = Autosave(SaveStatus(zone=around.zone), around.zone)
                PresenceMarks(self.entry.key, around.actor)
            self.beside = ImageBeside(self.patient.key, around.actor, around.zone)
            self.notice = UndoNotice()
            self.compared = EntryComparisons(around, lambda: self.patient, lambda: self.entry, lambda: self.refresh())
            self.leaving = LeavingPhotos(lambda: self.patient, around, self.notice, on_left=lambda: self.viewer.close())
            self.viewer = ImageViewer(zone=around.zone, patient=self.patient, may_download=around.actor.may(Permission.IMAGE_ORIGINAL),
                                      on_show=self._looks, beside=self._beside, may_edit=around.actor.may(Permission.IMAGE_ADD),
                                      more=self.leaving.menu)
            self.picker = PoolPicker(self.patient, appointment(self.entry.appointment_at, around.zone), zone=around.zone,
                                     today=around.today, on_add=self.place)
            with box('df-desk'):
                with box('df-desk-main'):
                    if self.may_arrange and around.actor.may(Permission.IMAGE_ADD):
                        photo_buttons(lambda: self.patient, entry=self.entry.key)
                    self._workspace_section()
                    self._comparisons_section()
                with box('df-desk-side df-rail'):
                    if self.may_arrange:
                        with box('df-rail-top'):
                            appointment_field(self.entry, self.saving, around.zone, on_saved=self._appointment_saved)
                    self._notes_section()
        self.refresh = self.looking.follow(slots.body, self._follow)
        hear({self.entry.key: self._heard, self.patient.key: self._heard_of_patient, VOCABULARY: self.refresh})

    async def place(self, images: list[str]) -> bool:
        """Lay images into the workspace and tell whether that worked."""
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.entries.place(self.entry.key, images))
            self.saving.note(clinic().clock())
            return True
        return False

    async def remove(self, images: list[str]) -> bool:
        """Take images out of the workspace and tell whether that worked; the pool keeps them."""
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.entries.remove(self.entry.key, images))
            self.saving.note(clinic().clock())
            return True
        return False

    def _workspace_section(self) -> None:
        images, may = self.entry.images, self.may_arrange
        with self._section('Workspace', Part.WORKSPACE, str(len(images)), workspace_summary(images)) as self.images_section:
            self.workspace = Workspace(self.around.zone, self.around.today, self._visit_day(), on_open=self._open_viewer,
                                       on_compare=self.compared.compare if may else None, on_remove=self.remove if may else None)
            with self.images_section.tools:
                size_choice(self.workspace.set_size)
                if self.around.actor.may(Permission.IMAGE_ADD):
                    phone_button(lambda: self.patient, entry=self.entry.key).classes('df-handoff-button')
                if self.may_arrange:
                    button('Add from pool', icon='folder-plus', on_click=self._open_picker)
            self.workspace.build(self.entry.images, self.images_section.tools, self.entry.left)
            self.images_section.root.on('keydown.escape', self.workspace.clear_choice, [])

    def _visit_day(self) -> date:
        return local(self.entry.appointment_at, self.around.zone).date()

    def _comparisons_section(self) -> None:
        groups = self.entry.groups
        with self._section('Comparisons', Part.COMPARISONS, str(len(groups)), comparisons_summary(groups)) as self.comparisons:
            self.compared.build(self.comparisons, self.workspace, self.saving, self.notice, may_arrange=self.may_arrange)

    def _notes_section(self) -> None:
        with self._section('Tags and notes', Part.NOTES, '', summary(self.tags)) as self.notes:
            tagging = Tagging(Tagged.ENTRY, self.entry.key, self.patient.key, lambda: {tile.key for tile in self.entry.images})
            acts = tagging.acts(self.around.actor)
            self.tag_picker = TagPicker(self.tags, acts, on_open=tagging.show_sources)
            if acts:
                self.slots.shortcuts.on('t', 'Tag', self.tag_picker.open)
            notes_field(self.entry, self.around.actor, self.saving)
            visit_facts([('Clinician', self.entry.clinician or 'Not recorded'), ('Entry', ordinal(self.entry.number))])

    def _section(self, title: str, part: Part, count: str, summary: str) -> AbstractContextManager[Section]:
        async def remember(is_open: bool) -> None:
            with refusals_shown():
                await clinic().change(current_actor(), lambda records: records.entries.remember_section(
                    self.entry.key, part, is_open=is_open))
        return section(title, count=count, summary=summary, open=self.entry.open_sections.get(part, True), on_toggle=remember)

    def _beside(self, tile: ImageTile) -> None:
        self.leaving.tell_of(tile)
        self.beside.build(tile)

    def _open_viewer(self, key: str) -> object:
        return self.viewer.open(self.entry.images, key)

    async def _looks(self, key: str) -> ImageTile:
        """Write the event of one photograph large, before it is shown."""
        await self._look_at([key])
        await self.leaving.find_out(key)
        with clinic().reading(current_actor()) as records:
            return records.images.one(key, of=self.patient.key)

    async def _look_at(self, images: list[str]) -> None:
        for key in images:
            await looked_at(current_actor(), key, of=self.patient.key)

    async def _open_picker(self) -> None:
        with refusals_shown():
            actor = current_actor()
            with clinic().reading(actor) as records:
                pool = records.images.of(self.patient.key)
            await clinic().looked(actor, Action.GALLERY_VIEW, patient=self.patient.key, images=[tile.key for tile in pool])
            self.picker.open(pool, frozenset(tile.key for tile in self.entry.images))

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

    def _follow(self, seen: Seen) -> None:
        """Show what changed; fields are left to themselves."""
        before, known = self.entry, self.patient
        self.patient, self.entry, self.tags = seen
        self.viewer.renew([*self.entry.images, *(tile for group in self.entry.groups for tile in group.images)])
        self._show_changes(before)
        self._show_tags()
        if self.picker.is_open:
            self.picker.keep_only({tile.key for tile in self._pool()})
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
        self.picker.patient = self.patient

    def _show_changes(self, before: EntryRecord) -> None:
        if self.entry.appointment_at != before.appointment_at:
            title = appointment(self.entry.appointment_at, self.around.zone)
            ui.page_title(window_title(title, self.patient))
            self.slots.heading.clear()
            with self.slots.heading:
                text(title, 'df-t2', tag='h1')
        shown = (self.entry.images, self.entry.left)
        if shown != (before.images, before.left) or self._visit_day() != self.workspace.visit:
            self.workspace.visit = self._visit_day()
            self.workspace.show(*shown)
            self.viewer.keep_only({tile.key for tile in self.entry.images}, says=not self.leaving.is_acting)
            self.images_section.set_count(str(len(self.entry.images)))
            self.images_section.set_summary(workspace_summary(self.entry.images))
        if self.entry.groups != before.groups:
            self.compared.show()
