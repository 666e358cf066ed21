"""A patient's photographs: the pool by day, adding to it, and one of them large. What others add appears without a reload."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from nicegui import APIRouter, ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from app.clinic import clinic
from components.arrivals import Arrival
from components.autosave import Autosave
from components.choice_bar import MoreAct
from components.consent_banner import ConsentBanner
from components.controls import banner, box
from components.day_visits import visits_by_day
from components.image_beside import ImageBeside
from components.image_describe import ImageFields, known_sites
from components.image_grid import SIZES, Size
from components.image_viewer import ImageViewer
from components.layout import frame
from components.leaving import LeavingPhotos
from components.looking import Looking, hear, looked_at
from components.navigation import patient_address
from components.patient_banner import PatientBanner
from components.patient_head_live import IN_THE_HEAD, show_head
from components.phone_handoff import add_by_phone, phone_button
from components.picture import early_html
from components.pool_filters import Pool, nothing
from components.pool_grid import AT_ONCE, PoolGrid
from components.pool_tools import PoolTools
from components.pool_view import PoolView, read_size, read_view, view_address
from components.refusals import refusals_shown
from components.save_status import SaveStatus
from components.session import current_actor
from components.soon import Soon
from components.surroundings import Surroundings, surroundings
from components.undo_notice import UndoNotice
from components.withdrawn_line import WithdrawnLine
from data.actors import Permission
from data.models import Action
from data.read_models import ImageTile, PatientHeader, ShownTag
from data.records import Changed, Records
from data.repositories.entries import EntrySummary
from data.repositories.tag_records import VOCABULARY
from pages.image_choice import ImageChoice
from pages.image_uploads import PoolUploads

Seen = tuple[PatientHeader, list[ImageTile], Mapping[str, tuple[ShownTag, ...]], list[EntrySummary]]
router = APIRouter()
_EMPTY = 'No photos yet.'


@router.page('/patients/{unique_id}/images')
async def pool_page(unique_id: str, request: Request) -> RedirectResponse | None:
    """Show the pool after its event is written. A former unique ID leads to the present one."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        header = records.patients.header(records.patients.key_of(unique_id))
        size = read_size(records.users.preference('photo_size'))
    if header.unique_id != unique_id:
        return RedirectResponse(patient_address(header.unique_id, '/images'))
    view, faults = read_view(request.query_params.multi_items())
    looking = Looking(Action.GALLERY_VIEW, header.key, lambda records: _seen(records, header.key), _pictures)
    patient, tiles, tags, visits = await looking.again(around.actor)
    PoolPage(around, patient, Pool(tiles, tags, view), looking, visits, size).build(faults)
    return None


def _seen(records: Records, patient: str) -> Seen:
    tiles = records.images.of(patient)
    return records.patients.header(patient), tiles, records.tags.on_images([tile.key for tile in tiles]), records.entries.of(patient)


def _pictures(seen: Seen) -> list[str | None]:
    patient, tiles, _tags, _visits = seen
    return [patient.cover, *(tile.key for tile in tiles)]


@dataclass
class PoolPage:
    """The page's parts and what they do to the records."""

    around: Surroundings
    patient: PatientHeader
    pool: Pool
    looking: Looking[Seen]
    visits: list[EntrySummary]
    size: Size = 'M'
    revisions: dict[str, int] = field(default_factory=dict)
    viewed: list[str] = field(default_factory=list)

    @property
    def may_add(self) -> bool:
        """Tell whether this reader may add and describe photographs."""
        return self.around.actor.may(Permission.IMAGE_ADD)

    def build(self, faults: Sequence[str]) -> None:
        """Compose the page and listen for what others do. `faults` is what of the address cannot be shown, in words."""
        around, patient = self.around, self.patient
        with frame(title='Images', actor=around.actor, practice_name=around.practice_name, current='Patients', patient=patient,
                   tab='images', today=around.today, padded=False) as self.slots:
            with self.slots.status:
                self.saving = Autosave(SaveStatus(zone=around.zone), around.zone)
            self.beside = ImageBeside(patient.key, around.actor, around.zone)
            self.leaving = LeavingPhotos(lambda: self.patient, around, UndoNotice(), on_left=lambda: self.viewer.close())
            self.viewer = ImageViewer(zone=around.zone, patient=patient, may_download=around.actor.may(Permission.IMAGE_ORIGINAL),
                                      on_show=self._looks, beside=self._beside, status=self.saving.status if self.may_add else None,
                                      may_edit=self.may_add, more=self.leaving.menu)
            self.uploads = PoolUploads(patient, around.actor, lambda: self.pool.tiles, self._describe, self.leaving.tell_of_twins,
                                       self._show_arriving)
            with self.uploads.around(), box('df-pool'):
                with box('df-pool-main'):
                    self._above(faults)
                    with box('df-pool-scroll', tabindex='-1') as self.scroll:
                        self.grid = PoolGrid(today=around.today, zone=around.zone, on_open=self.open, on_choice=self._show_choice,
                                             asks_site=self.may_add)
                        self.withdrawn = WithdrawnLine(zone=around.zone, on_put_back=self.leaving.put_back if self.leaving.may else None)
                self.uploads.build(zone=around.zone, on_open=self.open)
            self._choosing()
        self.grid.set_size(self.pool.view.size or self.size)
        self._show()
        self.warning.show()
        ui.add_head_html(early_html(tile.key for tile in self.grid.shown[:AT_ONCE]))
        self._listen()

    def open(self, key: str) -> object:
        """Show one photograph large; the arrows go through what is shown."""
        self.viewed = [tile.key for tile in self.grid.shown]
        return self.viewer.open(self._for_viewer(key), key)

    def _above(self, faults: Sequence[str]) -> None:
        if faults:
            with box('df-faults'):
                banner('info', 'Not everything in this address can be shown', ' '.join(faults))
        self.warning = ConsentBanner(lambda: self.patient, on_verdict=self.uploads.allow)
        with box('df-pool-above') as self.above:  # tools and bar in one place: nothing below moves
            self.tools = PoolTools(lambda: self.pool, self.pool.view.size or self.size, on_view=self._see, on_size=self._prefer_size,
                                   more=self._ways_in)

    def _ways_in(self) -> None:
        if self.uploads.dropzone is not None:
            box('df-tools-line')
            self.uploads.gated(phone_button(lambda: self.patient))
            self.uploads.gated(self.uploads.dropzone.button())

    def _choosing(self) -> None:
        """Build what can be done with a choice, where the tools are, and its keys."""
        self.choice = ImageChoice(self.around, self.slots, self.grid, self.saving, UndoNotice(), lambda: self.patient,
                                  lambda: self.pool.tiles, self._more_acts())
        with self.above:
            self.bar = self.choice.bar()
        keys = self.slots.shortcuts
        for key, words, act in (('j', 'Next photo', partial(self.grid.move, 1)), ('k', 'Previous photo', partial(self.grid.move, -1))):
            keys.on(key, words, act, repeats=True)
        keys.on('x', 'Select the photo', self.grid.toggle_current)
        keys.on('c', 'Compare the selected photos', self.choice.compare)
        keys.on('Escape', 'Clear the selection', self.choice.clear)
        for number, size in enumerate(SIZES, 1):
            keys.on(str(number), SIZES[size], partial(self.tools.sizes.choose, size))
        if self.uploads.dropzone is not None:
            keys.on('u', 'Upload images', self.uploads.dropzone.pick)
            keys.on('q', 'Add photos with a phone', lambda: add_by_phone(self.patient))
        if self.around.actor.may(Permission.TAG_ASSIGN):
            keys.on('t', 'Tag the selected photos, or the patient', self._tag)

    async def _tag(self) -> None:
        if self.grid.chosen:
            await self.bar.open_tags()
        elif isinstance(self.slots.banner, PatientBanner):
            await self.slots.banner.tags.open()

    async def _describe(self, tiles: Sequence[ImageTile], values: Mapping[str, str]) -> None:
        await self.choice.describe(tiles, values)

    def _more_acts(self) -> list[MoreAct]:
        """Return what stands behind the dots of the choice's bar."""
        return [MoreAct(*act) for act in self.leaving.acts()]

    def _see(self, view: PoolView) -> None:
        """Show another view of the pool, in place; the address follows."""
        self.pool.view = view
        self._show()
        self.scroll.run_method('scrollTo', {'top': 0})
        ui.navigate.history.replace(view_address(patient_address(self.patient.unique_id, '/images'), view))

    async def _prefer_size(self, size: str) -> None:
        """Show photos in another size, and remember it."""
        with refusals_shown():
            self.size = read_size(size)
            self.grid.set_size(self.size)
            if self.pool.view.size:
                self._see(replace(self.pool.view, size=None))
            await clinic().change(current_actor(), lambda records: records.users.prefer('photo_size', size))

    def _listen(self) -> None:
        pool = self.looking.follow(self.slots.body, self._follow)
        uploads = Soon(self.uploads.refresh, place=self.slots.body, name='live uploads')

        def heard(change: Changed) -> None:
            if not change.field or change.field == 'timeline' or change.field in IN_THE_HEAD:
                pool()
        hear({self.patient.key: heard, VOCABULARY: pool, self.uploads.topic: uploads})

    def _follow(self, seen: Seen) -> None:
        before = self.patient
        self.patient, self.pool.tiles, self.pool.tags, self.visits = seen
        self.uploads.pool_was_read()
        self._show()
        if self.patient != before:
            self._show_patient()

    def _show(self) -> None:
        self.tools.show()
        self.grid.show(self.pool.shown, newest_first=self.pool.view.is_newest_first,
                       visits=visits_by_day(self.visits, self.patient.unique_id, self.around.zone))
        self._show_nothing()
        self.viewer.update(self._for_viewer())
        self.viewer.keep_only({tile.key for tile in self.pool.tiles}, says=not self.leaving.is_acting)
        self.beside.refresh()
        with clinic().reading(current_actor()) as records:
            self.withdrawn.show(records.images.withdrawn(self.patient.key))
        self.uploads.show()

    def _show_nothing(self) -> None:
        """Say why no photo is shown. A pool without any is not called empty while some are arriving."""
        self.grid.nothing.clear()
        if not self.grid.shown and (self.pool.tiles or not self.grid.arriving):
            with self.grid.nothing:
                nothing(self.pool, (_EMPTY, 'Drop files here, or choose them.' if self.may_add else ''), self._see)

    def _show_arriving(self, arrivals: Sequence[Arrival]) -> None:
        if self.grid.show_arriving(arrivals):
            self._show_nothing()

    def _show_choice(self) -> None:
        chosen = self.grid.chosen_tiles
        self.tools.set_away(bool(chosen))
        self.bar.show(chosen)

    def _for_viewer(self, opened: str = '') -> list[ImageTile]:
        """Return what the viewer's arrows go through: what was shown when it was opened, as it is now, and what is shown since.

        A photo that no longer fits a filter, because of what is written beside it, stays in its place.
        """
        tiles = {tile.key: tile for tile in self.pool.tiles}
        keys = dict.fromkeys([*self.viewed, *(tile.key for tile in self.grid.shown), *([opened] if opened else [])])
        return [tiles[key] for key in keys if key in tiles]

    def _show_patient(self) -> None:
        show_head(self.slots, self.around, self.patient, title='Images', tab='images')
        self.viewer.show_patient(self.patient)
        if self.uploads.dropzone is not None:
            self.uploads.dropzone.show_patient(self.patient)

    async def _looks(self, key: str) -> ImageTile:
        """Write the event of one photograph large, before it is shown.

        Its words and their revisions are of one moment: a word from before with a revision from after would overwrite unseen.
        """
        actor = current_actor()
        await looked_at(actor, key, of=self.patient.key)
        await self.leaving.find_out(key)
        with clinic().reading(actor) as records:
            self.revisions = records.fields.revisions(key)
            return records.images.one(key, of=self.patient.key)

    def _beside(self, tile: ImageTile) -> None:
        self.leaving.tell_of(tile)
        if self.may_add:
            ImageFields(tile, self.revisions, self.saving, sites=known_sites(self.pool.tiles))
        self.beside.build(tile)
