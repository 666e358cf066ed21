"""What the tags of a patient, an entry or an image do: the one place where pages write them, and ask where a risen one comes from."""
import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from app.clinic import clinic
from components.elements import box
from components.looking import leaves_with
from components.patient_banner import PatientBanner
from components.refusals import refusals_shown
from components.session import current_actor
from components.tag_field import ManageActs, TagActs
from components.tag_picker import TagPicker
from components.tag_sources import show_sources
from data.actors import Actor, Permission
from data.columns import new_key
from data.models import Action
from data.read_models import ImageTile, PatientHeader, ShownTag, TagLabel
from data.records import Records
from data.repositories.tag_records import CategoryRow, Tagged, TagSources


@dataclass(frozen=True)
class Tagging:
    """The acts on one subject. For an entry `within()` are the keys of the images that its workspace holds."""

    kind: Tagged
    key: str
    patient: str
    within: Callable[[], Collection[str]] | None = None

    def acts(self, actor: Actor) -> TagActs | None:
        """Return what this actor may do; None who may only look."""
        if not actor.may(Permission.TAG_ASSIGN):
            return None
        manage = ManageActs(self._create, self._restore) if actor.may(Permission.TAG_MANAGE) else None
        return TagActs(self._assign, self._unassign, vocabulary, manage)

    async def show_sources(self, shown: ShownTag) -> None:
        """Show where a risen tag comes from, after the event that names the photographs."""
        with refusals_shown():
            actor = current_actor()
            with clinic().reading(actor) as records:
                sources = self._sources(records, shown.tag.key)
                patient, zone = records.patients.header(self.patient), records.settings.zone()
            if sources.images:
                await clinic().looked(actor, Action.GALLERY_VIEW, patient=self.patient, images=[tile.key for tile in sources.images])
            dialog = show_sources(shown, sources, patient, zone=zone)
            leaves_with(dialog, [tile.key for tile in sources.images], of=self.patient)

    def _sources(self, records: Records, tag: str) -> TagSources:
        found = records.tags.sources(tag, self.patient)
        if self.within is None:
            return found
        here = self.within()
        return TagSources(images=[tile for tile in found.images if tile.key in here])

    async def _assign(self, tag: TagLabel) -> None:
        await clinic().change(current_actor(), lambda records: records.tags.assign(tag.key, self.kind, [self.key]))

    async def _unassign(self, tag: TagLabel) -> None:
        await clinic().change(current_actor(), lambda records: records.tags.unassign(tag.key, self.kind, [self.key]))

    async def _create(self, name: str, category: str) -> None:
        request = new_key()
        await clinic().change(current_actor(), lambda records: records.tags.assign(
            records.tags.add(category, name, request_key=request).key, self.kind, [self.key]))

    async def _restore(self, tag: TagLabel) -> None:
        def restore(records: Records) -> None:
            records.tags.restore([tag.key])
            records.tags.assign(tag.key, self.kind, [self.key])

        await clinic().change(current_actor(), restore)


async def vocabulary() -> Sequence[CategoryRow]:
    """Return the practice's tags by category, as they are now."""
    return await asyncio.to_thread(_read_vocabulary, current_actor())


def _read_vocabulary(actor: Actor) -> Sequence[CategoryRow]:
    with clinic().reading(actor) as records:
        return records.tags.vocabulary()


class ImageTags:
    """The tags of the photograph that is large. Who may only look sees no panel for an untagged one."""

    def __init__(self, patient: str, actor: Actor) -> None:
        self._patient, self._actor = patient, actor
        self._key = ''
        self._picker: TagPicker | None = None

    def build(self, tile: ImageTile) -> None:
        """Show the tags of this photograph where the caller is."""
        self._key = tile.key
        with box('df-viewer-tags') as self._place:
            self._picker = TagPicker((), Tagging(Tagged.IMAGE, tile.key, self._patient).acts(self._actor))
        self.refresh()

    def refresh(self) -> None:
        """Show them as they are now, when a photograph is large."""
        if self._picker is None or self._picker.is_deleted:
            return
        with refusals_shown(), clinic().reading(current_actor()) as records:
            tags = records.tags.on_images([self._key]).get(self._key, ())
            self._picker.show(tags)
            self._place.set_visibility(bool(tags) or self._actor.may(Permission.TAG_ASSIGN))


def patient_banner(patient: PatientHeader, *, tab: str, today: date, actor: Actor) -> PatientBanner:
    """Show the banner of a patient's pages, its tags as far as this actor may use them."""
    tagging = Tagging(Tagged.PATIENT, patient.key, patient.key)
    return PatientBanner(patient, tab=tab, today=today, tags=tagging.acts(actor), on_tag=tagging.show_sources)
