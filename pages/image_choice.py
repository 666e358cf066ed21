"""What is done with a choice of photographs of the pool: every act in one transaction, told below with the way back."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from app import image_deeds
from app.clinic import clinic
from app.tag_deeds import Act, Deed
from components.autosave import Autosave
from components.choice_bar import ChoiceActs, ChoiceBar, DescribeActs, EntryActs, EntryChoice, LaidOutActs, MoreAct
from components.choice_tags import Bearing, ChoiceTags
from components.comparison_stage import full_screen
from components.controls import Handler
from components.formatting import appointment
from components.image_describe import known_sites
from components.layout import FrameSlots
from components.looking import leaves_with, looked_at
from components.refusals import refusals_shown
from components.session import current_actor
from components.surroundings import Surroundings
from components.tag_field import ManageActs
from components.tagging import vocabulary
from components.undo_notice import UndoNotice
from data.actors import Permission
from data.errors import Conflict, Invalid
from data.models import Layout
from data.read_models import ImageTile, PatientHeader, TagLabel
from data.repositories.comparisons import GroupRecord


class Chosen(Protocol):
    """Photographs some of which are chosen."""

    @property
    def chosen(self) -> list[str]:
        """Return the keys of what is chosen, in the order of the page."""

    @property
    def chosen_tiles(self) -> list[ImageTile]:
        """Return what is chosen, in the order of the page."""

    def clear(self) -> None:
        """Choose nothing."""

    def focus(self) -> None:
        """Put the focus on a photograph."""


@dataclass
class ImageChoice:
    """The acts on what is chosen in `grid`. `patient` and `tiles` return what the page holds now.

    Whatever an act refuses is shown; each that was done stands in `notice`, to be taken back as a new act.
    """

    around: Surroundings
    slots: FrameSlots
    grid: Chosen
    saving: Autosave
    notice: UndoNotice
    patient: Callable[[], PatientHeader]
    tiles: Callable[[], Sequence[ImageTile]]
    more: Sequence[MoreAct] = ()

    def bar(self) -> ChoiceBar:
        """Build the bar with what this actor may do, where the caller is."""
        may_place = self.around.actor.may(Permission.ENTRY_WRITE)
        return ChoiceBar(self._acts(self.compare, entries=EntryActs(self._entries, self._place, self._place_in_new) if may_place else None),
                         self.around.zone)

    def bar_of_entry(self, laid_out: LaidOutActs, compare: Handler) -> ChoiceBar:
        """Build the bar of photographs that are laid out in an entry, which has its own way to compare them."""
        return ChoiceBar(self._acts(compare, laid_out=laid_out), self.around.zone)

    def _acts(self, compare: Handler, *, entries: EntryActs | None = None, laid_out: LaidOutActs | None = None) -> ChoiceActs:
        may = self.around.actor.may
        return ChoiceActs(
            clear=self.clear, compare=compare, more=self.more, sites=lambda: known_sites(self.tiles()), entries=entries, laid_out=laid_out,
            tags=self._tags() if may(Permission.TAG_ASSIGN) else None,
            describe=DescribeActs(self._describe, self._set_view) if may(Permission.IMAGE_ADD) else None)

    def clear(self) -> None:
        """Choose nothing; the focus goes back to the photographs."""
        if self.grid.chosen:
            self.grid.clear()
            self.grid.focus()

    async def compare(self) -> None:
        """Show the chosen photographs side by side, earliest first, after the event of each."""
        with self.slots.body, refusals_shown():
            keys, actor, patient = self.grid.chosen, current_actor(), self.patient()
            if len(keys) < 2:
                raise Invalid('Select two or more photos, then Compare.')
            with clinic().reading(actor) as records:
                pool = {tile.key: tile for tile in records.images.of(patient.key)}
            if not pool.keys() >= set(keys):
                raise Conflict('One of these photos is no longer in this pool.')
            for key in keys:
                await looked_at(actor, key, of=patient.key)
            tiles = sorted((pool[key] for key in keys), key=lambda tile: (tile.captured_local, tile.received_at))
            group = GroupRecord('', '', Layout.SIDE_BY_SIDE, tiles)
            large = full_screen(group, patient, zone=self.around.zone, today=self.around.today)
            leaves_with(large.dialog, keys, of=patient.key)

    async def describe(self, tiles: Sequence[ImageTile], values: Mapping[str, str]) -> None:
        """Give photographs the same words; they need not be chosen. What is refused is raised."""
        await self.do(image_deeds.describe(self.patient().key, tiles, values))

    async def _describe(self, values: Mapping[str, str]) -> None:
        await self.describe(self.grid.chosen_tiles, values)

    async def _set_view(self, view: str) -> None:
        await self._say_and_do(image_deeds.describe(self.patient().key, self.grid.chosen_tiles, {'view': view}))

    def _entries(self) -> list[EntryChoice]:
        with clinic().reading(current_actor()) as records:
            visits = records.entries.of(self.patient().key)
        return [EntryChoice(visit.number, appointment(visit.appointment_at, self.around.zone), visit.notes_start) for visit in visits]

    async def _place(self, entry: EntryChoice) -> None:
        await self._say_and_do(image_deeds.place(self.patient().key, entry.number, entry.title, self.grid.chosen))

    async def _place_in_new(self, request: str) -> None:
        await self._say_and_do(image_deeds.place_in_new(self.patient().key, self.grid.chosen, request))

    def _tags(self) -> ChoiceTags:
        manage = ManageActs(self._create_tag, self._restore_tag) if self.around.actor.may(Permission.TAG_MANAGE) else None
        return ChoiceTags(number=lambda: len(self.grid.chosen), bearing=self._bearing, set_tag=self._set_tag, vocabulary=vocabulary,
                          manage=manage)

    def _bearing(self) -> Bearing:
        with clinic().reading(current_actor()) as records:
            return records.many_images.tags(self.grid.chosen)

    async def _set_tag(self, tag: TagLabel, is_on: bool) -> None:
        await self.do(image_deeds.tag(self.patient().key, tag, self.grid.chosen, is_on=is_on))

    async def _create_tag(self, name: str, category: str) -> None:
        await self.do(image_deeds.tag_anew(self.patient().key, name, category, self.grid.chosen))

    async def _restore_tag(self, tag: TagLabel) -> None:
        await self.do(image_deeds.tag_again(self.patient().key, tag, self.grid.chosen))

    async def _say_and_do(self, deed: Deed) -> None:
        with self.slots.body, refusals_shown():
            await self.do(deed)

    async def do(self, deed: Deed) -> None:
        """Do one thing, say it, and offer to take it back, unless nothing came of it. What is refused is raised."""
        result = await clinic().change(current_actor(), deed.act)
        with self.slots.body:
            self.saving.note(clinic().clock())
            has_changed = result is None or bool(result)  # an act that returns nothing did what it was asked for
            self.notice.say(deed.told(result), partial(self._undo, deed.undo(result)) if deed.undo and has_changed else None)

    async def _undo(self, act: Act) -> None:
        with self.slots.body, refusals_shown():
            await self.do(Deed(act, image_deeds.undone))
