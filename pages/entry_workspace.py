"""The workspace section of a visit: what is laid out, how it gets there from the pool and from files, and what is done with it."""
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from app import workspace_deeds
from app.clinic import clinic
from app.tag_deeds import Deed
from components import design
from components.arrivals import Arrival
from components.autosave import Autosave
from components.caption_line import CaptionLine
from components.choice_bar import ChoiceBar, LaidOutActs
from components.consent_banner import ConsentBanner
from components.controls import Handler, box, button, icon_button
from components.formatting import appointment, local, moment
from components.image_describe import ImageFields, known_sites
from components.image_grid import SIZES, size_choice
from components.layout import FrameSlots
from components.phone_handoff import phone_button, photo_buttons
from components.pool_dropzone import EntryPlace
from components.pool_picker import PoolPicker
from components.pool_view import read_size
from components.refusals import refusals_shown
from components.section import Section
from components.session import current_actor
from components.soon import Soon
from components.surroundings import Surroundings
from components.undo_notice import UndoNotice
from components.workspace import OnKeys, Workspace, WorkspaceActs, summary
from data.actors import Permission
from data.read_models import ImageTile, PatientHeader
from data.repositories.entries import EntryRecord
from pages.image_choice import ImageChoice
from pages.image_uploads import PoolUploads
from pages.pool_seeing import pool_seen


@dataclass
class EntryWorkspace:
    """The section and its acts. `patient()` and `entry()` return what the page holds now; each act's way back stands in `notice`."""

    around: Surroundings
    slots: FrameSlots
    saving: Autosave
    notice: UndoNotice
    patient: Callable[[], PatientHeader]
    entry: Callable[[], EntryRecord]
    tell_of_twins: Callable[[str], Any]

    def __post_init__(self) -> None:
        self.may_arrange, self.may_add = (self.around.actor.may(right) for right in (Permission.ENTRY_WRITE, Permission.IMAGE_ADD))
        with clinic().reading(self.around.actor) as records:
            size, order = (records.users.preference(name) for name in ('photo_size', 'workspace_order'))
        self.size, self.is_newest_first = read_size(size), order == 'newest'
        self._revisions: Mapping[str, int] = {}
        self.picker = PoolPicker(zone=self.around.zone, today=self.around.today, on_add=self.place)
        self.uploads = PoolUploads(self.patient(), self.around.actor, lambda: self.entry().images[::-1], self._describe,
                                   self.tell_of_twins, self._show_arriving, self._place())

    def around_all(self) -> AbstractContextManager[Any]:
        """Show the uploader that the page lies in: files are dropped anywhere on it."""
        return self.uploads.around()

    def above(self) -> None:
        """Show what stands above the section: the ways of a phone, and what is being sent."""
        self.warning = ConsentBanner(self.patient, on_verdict=self.uploads.allow)
        if self.uploads.dropzone is not None:
            for way in photo_buttons(self.patient, entry=self.entry().key):
                self.uploads.gated(way)
        self._sending = box('df-contents')  # filled when the workspace is there, which shows what is on its way

    def build(self, section: Section, *, on_open: Callable[[str], Any], on_compare: OnKeys) -> None:
        """Show it in its section."""
        self._section = section
        acts = None
        if self.may_arrange:
            captions = CaptionLine(self.saving, self.around.zone) if self.may_add else None
            acts = WorkspaceActs(on_compare, self.remove, self.arrange, self._bar, captions, self._words)
        self.workspace = Workspace(self.around.zone, self.around.today, self._visit_day(), on_open=on_open, acts=acts, size=self.size,
                                   is_newest_first=self.is_newest_first)
        self.choice = ImageChoice(self.around, self.slots, self.workspace, self.saving, self.notice, self.patient,
                                  lambda: self.entry().images)
        with section.tools:
            self.sizes = size_choice(self._prefer_size, value=self.size)
            self._turn = icon_button('arrow-down', label='Newest day first', on_click=self._turned)
            self._show_order()
            self._ways_in()
        entry = self.entry()
        self.workspace.build(entry.images, section.tools, entry.left)
        self._keys()
        with self._sending:
            self.uploads.build(zone=self.around.zone, on_open=on_open)
        self.warning.show()

    def listen(self) -> dict[str, Callable[[Any], Any]]:
        """Return what is to be heard of the progress of what is sent."""
        return {self.uploads.topic: Soon(self.uploads.refresh, place=self.slots.body, name='live uploads')}

    def show(self, before: EntryRecord) -> bool:
        """Show what changed since; tell whether the photographs did."""
        entry = self.entry()
        self.uploads.pool_was_read()
        if entry.appointment_at != before.appointment_at:
            self.workspace.show_visit(self._visit_day())
            if self.uploads.dropzone is not None:
                self.uploads.dropzone.show_entry(self._place())
        is_new = (entry.images, entry.left) != (before.images, before.left)
        if is_new:
            self.workspace.show(entry.images, entry.left)
            self.picker.take(self._here())
            self._section.set_count(str(len(entry.images)))
            self._section.set_summary(summary(entry.images))
        self.uploads.show()
        return is_new

    def show_patient(self) -> None:
        """Name the patient as they are called now."""
        if self.uploads.dropzone is not None:
            self.uploads.dropzone.show_patient(self.patient())

    async def tag(self, otherwise: Callable[[], Awaitable[Any]]) -> None:
        """Open the tags of the chosen photographs; when none is chosen do something else."""
        await (self.workspace.tag() if self.workspace.chosen else otherwise())

    def keep_picker(self) -> None:
        """Let the open picker show nothing that left the pool."""
        if self.picker.is_open:
            with clinic().reading(current_actor()) as records:
                self.picker.keep_only({tile.key for tile in records.images.of(self.patient().key)})

    def fields(self, tile: ImageTile) -> None:
        """Show the fields of a large photograph, with the words of the moment when it was read."""
        if self.may_add:
            ImageFields(tile, self._revisions, self.saving, sites=known_sites(self.entry().images))

    def words(self, key: str) -> ImageTile:
        """Read a photograph that is about to be large. Its words and their revisions are of one moment."""
        tile, self._revisions = self._words(key)
        return tile

    async def place(self, images: list[str]) -> bool:
        """Lay images into the workspace and tell whether that worked."""
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.entries.place(self.entry().key, images))
            self.saving.note(clinic().clock())
            return True
        return False

    async def remove(self, images: list[str]) -> bool:
        """Take images out of the workspace and tell whether that worked; the pool keeps them."""
        return await self._do(workspace_deeds.remove(self.entry(), images))

    async def arrange(self, seen: list[str], order: list[str], moved: list[str]) -> bool:
        """Put images of one day in another order and tell whether that worked."""
        return await self._do(workspace_deeds.arrange(self.entry(), seen, order, moved))

    def _ways_in(self) -> None:
        if self.may_add:
            self.uploads.gated(phone_button(self.patient, entry=self.entry().key).classes('df-handoff-button'))
        if self.uploads.dropzone is not None:
            self.uploads.gated(self.uploads.dropzone.button())
        if self.may_arrange:
            button('Add from pool', icon='folder-plus', on_click=self._open_picker)

    def _keys(self) -> None:
        keys = self.slots.shortcuts
        for key, words, by in (('j', 'Next photo', 1), ('k', 'Previous photo', -1)):
            keys.on(key, words, partial(self.workspace.move, by), repeats=True)
        for number, size in enumerate(SIZES, 1):
            keys.on(str(number), SIZES[size], partial(self.sizes.choose, size))
        if self.may_arrange:
            keys.on('x', 'Select the photo', self.workspace.toggle_current)
            keys.on('c', 'Compare the selected photos', self.workspace.compare)
            keys.on('Escape', 'Clear the selection', self.choice.clear)
        if self.uploads.dropzone is not None:
            keys.on('u', 'Upload images', self.uploads.dropzone.pick)

    async def _do(self, deed: Deed) -> bool:
        """Do one thing, say it, and offer to take it back."""
        with self.slots.body, refusals_shown():
            await self.choice.do(deed)
            return True
        return False

    async def _describe(self, tiles: Sequence[ImageTile], values: Mapping[str, str]) -> None:
        await self.choice.describe(tiles, values)

    def _bar(self, laid_out: LaidOutActs, compare: Handler) -> ChoiceBar:
        return self.choice.bar_of_entry(laid_out, compare)

    def _show_arriving(self, arrivals: Sequence[Arrival]) -> None:
        self.workspace.show_arriving(arrivals)

    def _words(self, key: str) -> tuple[ImageTile, Mapping[str, int]]:
        with clinic().reading(current_actor()) as records:
            return records.images.one(key, of=self.patient().key), records.fields.revisions(key)

    async def _open_picker(self) -> None:
        with refusals_shown():
            seen = await pool_seen(self.patient(), self.around.zone)
            self.picker.open(seen, self._here(), entry=moment(self.entry().appointment_at, self.around.zone), visit=self._visit_day())

    def _here(self) -> frozenset[str]:
        return frozenset(tile.key for tile in self.entry().images)

    async def _prefer_size(self, size: str) -> None:
        """Show photos in another size, and remember it."""
        self.workspace.set_size(read_size(size))
        await self._remember('photo_size', size)

    async def _turned(self) -> None:
        """Show the days in the other order, and remember it."""
        self.is_newest_first = not self.is_newest_first
        self.workspace.set_order(newest_first=self.is_newest_first)
        self._show_order()
        await self._remember('workspace_order', 'newest' if self.is_newest_first else 'oldest')

    def _show_order(self) -> None:
        self._turn.props['aria-pressed'] = str(self.is_newest_first).lower()
        self._turn.props['icon'] = design.icon('arrow-down' if self.is_newest_first else 'arrow-up')

    async def _remember(self, name: str, value: str) -> None:
        with refusals_shown():
            await clinic().change(current_actor(), lambda records: records.users.prefer(name, value))

    def _title(self) -> str:
        return appointment(self.entry().appointment_at, self.around.zone)

    def _place(self) -> EntryPlace:
        return EntryPlace(self.entry().key, self.entry().number, self._title())

    def _visit_day(self) -> date:
        return local(self.entry().appointment_at, self.around.zone).date()
