"""A patient's photographs: the pool by day, adding to it, and one of them large. What others add appears without a reload."""
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from nicegui import APIRouter
from starlette.responses import RedirectResponse

from app.clinic import clinic
from app.intake import open_door
from app.uploads import Upload
from components.autosave import Autosave
from components.controls import box, text
from components.formatting import plural
from components.image_describe import image_fields, known_sites
from components.image_grid import size_choice
from components.image_viewer import ImageViewer
from components.layout import frame
from components.leaving import LeavingPhotos
from components.looking import Looking, hear
from components.navigation import patient_address
from components.patient_head_live import IN_THE_HEAD, show_head
from components.phone_handoff import phone_button
from components.pool_dropzone import PoolDropzone
from components.pool_grid import PoolGrid
from components.refusals import refusals_shown
from components.save_status import SaveStatus
from components.session import current_actor
from components.soon import Soon
from components.surroundings import Surroundings, surroundings
from components.tagging import ImageTags
from components.undo_notice import UndoNotice
from components.upload_panel import UploadPanel
from components.upload_queue import UploadQueue
from components.withdrawn_line import WithdrawnLine
from data.actors import Permission
from data.models import Action
from data.read_models import ImageTile, PatientHeader
from data.records import Changed, Records
from data.repositories.tag_records import VOCABULARY

Seen = tuple[PatientHeader, list[ImageTile]]
router = APIRouter()
_EMPTY = 'No photos yet.'


@router.page('/patients/{unique_id}/images')
async def pool_page(unique_id: str) -> RedirectResponse | None:
    """Show the pool after its event is written. A former unique ID leads to the present one."""
    around = surroundings()
    with clinic().reading(around.actor) as records:
        header = records.patients.header(records.patients.key_of(unique_id))
    if header.unique_id != unique_id:
        return RedirectResponse(patient_address(header.unique_id, '/images'))
    looking = Looking(Action.GALLERY_VIEW, header.key, lambda records: _seen(records, header.key), _pictures)
    PoolPage(around, *await looking.again(around.actor), looking).build()
    return None


def _seen(records: Records, patient: str) -> Seen:
    return records.patients.header(patient), records.images.of(patient)


def _pictures(seen: Seen) -> list[str | None]:
    patient, tiles = seen
    return [patient.cover, *(tile.key for tile in tiles)]


@dataclass
class PoolPage:
    """The page's parts and what they do to the records."""

    around: Surroundings
    patient: PatientHeader
    tiles: list[ImageTile]
    looking: Looking[Seen]
    revisions: dict[str, int] = field(default_factory=dict)

    @property
    def may_add(self) -> bool:
        """Tell whether this reader may add and describe photographs."""
        return self.around.actor.may(Permission.IMAGE_ADD)

    def build(self) -> None:
        """Compose the page and listen for what others do."""
        around, patient = self.around, self.patient
        with frame(title='Images', actor=around.actor, practice_name=around.practice_name, current='Patients', patient=patient,
                   tab='images', today=around.today, padded=False) as self.slots:
            with self.slots.status:
                self.saving = Autosave(SaveStatus(zone=around.zone), around.zone)
            self.image_tags = ImageTags(patient.key, around.actor)
            self.leaving = LeavingPhotos(lambda: self.patient, around, UndoNotice(), on_left=lambda: self.viewer.close())
            self.viewer = ImageViewer(zone=around.zone, patient=patient, may_download=around.actor.may(Permission.IMAGE_ORIGINAL),
                                      on_show=self._looks, beside=self._beside, saves=self.may_add, more=self.leaving.menu)
            with self._drop_anywhere(), box('df-pool'):
                with box('df-pool-main'):
                    self._tools()
                    with box('df-pool-scroll', tabindex='-1'):
                        self.grid = PoolGrid(today=around.today, zone=around.zone, on_open=self.open, empty=self._empty())
                        self.withdrawn = WithdrawnLine(zone=around.zone, on_put_back=self.leaving.put_back if self.leaving.may else None)
                self.panel = UploadPanel(zone=around.zone, on_open=self.open, on_retry=self._retry, on_close=self._put_away,
                                         on_twin=self.leaving.tell_of_twins)
        self._show()
        self._listen()

    def open(self, key: str) -> object:
        """Show one photograph large."""
        return self.viewer.open(self.grid.shown, key)

    def _tools(self) -> None:
        with box('df-tools'):
            self.count = text('', 'df-tools-title df-num', tag='h2')
            with box('df-tools-end'):
                size_choice(lambda size: self.grid.set_size(size))
                if self.may_add:
                    phone_button(lambda: self.patient)
                    self.dropzone.button()

    def _drop_anywhere(self) -> AbstractContextManager[None]:
        """Return the uploader that the whole pool lies in; for a reader who may not add, nothing."""
        mine = [upload.key for upload in self._uploads()]
        self.queue = UploadQueue(mine)
        if not self.may_add:
            return nullcontext()
        self.dropzone = PoolDropzone(self.patient, limit_mib=clinic().settings.max_image_mib, on_added=self._added, on_unsent=self._unsent,
                                     on_idle=self._idle)
        return self.dropzone.content()

    def _empty(self) -> tuple[str, str]:
        return _EMPTY, 'Drop files here, or choose them.' if self.may_add else ''

    def _listen(self) -> None:
        pool = self.looking.follow(self.slots.body, self._follow)
        uploads = Soon(self._refresh_uploads, place=self.slots.body, name='live uploads')

        def heard(change: Changed) -> None:
            if not change.field or change.field in IN_THE_HEAD:
                pool()
        hear({self.patient.key: heard, VOCABULARY: pool, self._topic(): uploads})

    def _follow(self, seen: Seen) -> None:
        before = self.patient
        self.patient, self.tiles = seen
        self._show()
        if self.patient != before:
            self._show_patient()

    def _show(self) -> None:
        self.count.set_text(plural(len(self.tiles), 'image'))
        self.grid.show(self.tiles)
        self.viewer.update(self.grid.shown)
        self.viewer.keep_only({tile.key for tile in self.tiles}, says=not self.leaving.is_acting)
        self.image_tags.refresh()
        with clinic().reading(current_actor()) as records:
            self.withdrawn.show(records.images.withdrawn(self.patient.key))
        self._show_uploads()

    def _show_patient(self) -> None:
        show_head(self.slots, self.around, self.patient, title='Images', tab='images')
        self.viewer.show_patient(self.patient)
        if self.may_add:
            self.dropzone.show_patient(self.patient)

    async def _refresh_uploads(self) -> None:
        self._show_uploads()

    def _show_uploads(self) -> None:
        uploads = self._uploads()
        self.queue.begun((upload.key, upload.name) for upload in uploads)
        self.panel.show(uploads, self.queue.files)

    def _uploads(self) -> list[Upload]:
        """Return what this sign-in sent here; of one that is not in the pool, or not any more, neither picture nor link."""
        here = {tile.key for tile in self.tiles}
        return [one if one.image in here else replace(one, image='') for one in clinic().uploads.of(
            self.around.actor.session, self.patient.key)]

    def _topic(self) -> str:
        return clinic().uploads.topic(self.around.actor.session, self.patient.key)

    async def _looks(self, key: str) -> ImageTile:
        """Write the event of one photograph large, before it is shown.

        Its words and their revisions are of one moment: a word from before with a revision from after would overwrite unseen.
        """
        actor = current_actor()
        await clinic().looked(actor, Action.IMAGE_VIEW, patient=self.patient.key, subject=key)
        with clinic().reading(actor) as records:
            self.revisions = records.fields.revisions(key)
            return records.images.one(key)

    def _beside(self, tile: ImageTile) -> None:
        self.leaving.tell_of(tile)
        if self.may_add:
            image_fields(tile, self.revisions, self.saving, sites=known_sites(self.tiles))
        self.image_tags.build(tile)

    def _added(self, files: object) -> None:
        self.queue.added(files)
        self._show_uploads()

    def _unsent(self, files: object) -> None:
        """Files did not arrive: say why when it is for a reason, keep them for another try."""
        self.queue.unsent(files)
        self._show_uploads()
        with refusals_shown():
            open_door(clinic(), current_actor(), self.patient.key)

    def _retry(self) -> None:
        self.queue.retried()
        self._show_uploads()
        self.dropzone.retry()

    def _idle(self) -> None:
        self.queue.finished()
        self._show_uploads()

    def _put_away(self) -> None:
        clinic().uploads.clear(self.around.actor.session, self.patient.key)
        self.queue.finished()
        self._show_uploads()
