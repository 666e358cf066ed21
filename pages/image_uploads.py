"""What is being sent into the pool: the browser's queue, the server's list, and the question that follows."""
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from nicegui import ui

from app.clinic import clinic
from app.intake import open_door
from app.uploads import Upload, UploadState, list_of
from components.arrivals import Arrival, Arrivals
from components.choice_dialogs import ask_site
from components.image_describe import known_sites
from components.pool_dropzone import EntryPlace, PoolDropzone
from components.refusals import refusals_shown
from components.session import current_actor
from components.upload_panel import PanelActs, UploadPanel
from components.upload_question import Place, UploadQuestion, recent_places
from components.upload_queue import UploadQueue
from data.actors import Actor, Permission
from data.errors import NotPermitted
from data.read_models import ImageTile, PatientHeader

Describe = Callable[[Sequence[ImageTile], Mapping[str, str]], Awaitable[Any]]
_LEFT = 'the page was left before it was sent'


@dataclass
class PoolUploads:
    """The uploader around a pool and the column at its side. `tiles()` are the photographs, latest first; `describe` gives them words.

    `tell_of_twins(image)` says who else holds the same file; `on_arriving` hears what is on its way, from whomever. What is sent with
    an `entry` is laid into its workspace too, and has a list of its own; `tiles()` are those of its workspace then.
    """

    patient: PatientHeader
    actor: Actor
    tiles: Callable[[], Sequence[ImageTile]]
    describe: Describe
    tell_of_twins: Callable[[str], Any]
    on_arriving: Callable[[Sequence[Arrival]], Any]
    entry: EntryPlace | None = None
    left: list[Upload] = field(default_factory=list)
    arrivals: Arrivals = field(default_factory=Arrivals)
    dropzone: PoolDropzone | None = None
    ways_in: list[ui.button] = field(default_factory=list)

    def gated(self, way: ui.button) -> ui.button:
        """Let a button that leads to new photographs be one only while they may be added."""
        self.ways_in.append(way)
        return way

    def allow(self, reason: str) -> None:
        """Take photographs, or none for a reason that the buttons say."""
        for way in self.ways_in:
            way.set_enabled(not reason)
            if reason:
                way.props['title'] = reason
            else:
                way.props(remove='title')
        if self.dropzone is not None and self.ways_in:
            self.dropzone.allow(is_allowed=not reason)

    @property
    def may_send(self) -> bool:
        """Tell whether this reader may add photographs here; into an entry only who may lay them out."""
        return self.actor.may(Permission.IMAGE_ADD) and (self.entry is None or self.actor.may(Permission.ENTRY_WRITE))

    @property
    def list_name(self) -> str:
        """Return whose progress list this is."""
        return list_of(self.actor.session, self.entry.key if self.entry else '')

    @property
    def topic(self) -> str:
        """Return what the live hub calls what is being sent to this patient."""
        return clinic().uploads.patient_topic(self.patient.key)

    @contextmanager
    def around(self) -> Iterator[None]:
        """Show the uploader that the whole pool lies in; for a reader who may not add, nothing."""
        self.queue = UploadQueue(upload.key for upload in self._files())
        self.pool_was_read()
        if not self.may_send:
            yield
            return
        self.dropzone = PoolDropzone(self.patient, limit_mib=clinic().settings.max_image_mib, on_added=self._added, on_unsent=self._unsent,
                                     on_idle=self._idle, entry=self.entry)
        with self.dropzone.content():
            yield
        client = ui.context.client
        client.on_disconnect(lambda: None if client.has_socket_connection else self._page_left())
        client.on_connect(self._page_back)
        client.on_delete(lambda: clinic().uploads.expect(self.list_name, self.patient.key))

    def build(self, *, zone: tzinfo, on_open: Callable[[str], Any]) -> None:
        """Show the column."""
        acts = PanelActs(on_open, self._retry, self._cancel, self._cancel_all, self._put_away, self.tell_of_twins)
        self.panel = UploadPanel(acts, zone=zone)
        self.question = UploadQuestion(self.panel.question, on_place=self._answer, on_other=self._ask_other)
        self.show()

    def show(self) -> None:
        """Show how far everything is, and ask what is not known of what came in."""
        files = self._hear()
        self.panel.show(files, self.queue.files, {tile.key: tile for tile in self.tiles()})
        places = recent_places(self.tiles()) if self.dropzone is not None else []
        self.question.show(len(self._placeless()), places)
        self.on_arriving(self.arrivals.now(self._to_here(), self.queue.files, {tile.key for tile in self.tiles()}))

    def pool_was_read(self) -> None:
        """Take it that `tiles` are those of this moment."""
        self.arrivals.pool_was_read(self._to_here())

    async def refresh(self) -> None:
        """Show it again, as the live hub asks for. Who may not know of this patient any more hears of nobody's files."""
        with suppress(NotPermitted):  # said once, where the pool itself follows; here it would be said at every step of a file
            current_actor().require(Permission.PATIENT_READ)
            self.show()

    def _to_here(self) -> list[Upload]:
        """Return what is sent to this pool, or into this entry, by whomever."""
        return clinic().uploads.to(self.patient.key, self.entry.key if self.entry else '')

    def _hear(self) -> list[Upload]:
        """Return the server's list; what is on it does not wait in the browser any more."""
        files = self._files()
        self.queue.begun((upload.key, upload.name) for upload in files)
        return files

    def _files(self) -> list[Upload]:
        """Return the server's list, but for what this page itself left there when its line was gone."""
        left = {one.key for one in self.left}
        return [one for one in clinic().uploads.of(self.list_name, self.patient.key) if one.key not in left]

    def _placeless(self) -> list[ImageTile]:
        """Return the photographs that just came in and have no body site."""
        new = {upload.image for upload in self._files() if upload.state is UploadState.ADDED}
        return [tile for tile in self.tiles() if tile.key in new and not tile.body_site] if self.dropzone is not None else []

    async def _answer(self, place: Place) -> None:
        with refusals_shown():
            await self.describe(self._placeless(), place.values)

    def _ask_other(self) -> None:
        tiles = self._placeless()
        ask_site(tiles, known_sites(self.tiles()), lambda values: self.describe(tiles, values))

    def _added(self, told: object) -> None:
        clinic().uploads.expect(self.list_name, self.patient.key, self.queue.added(told))
        self.show()

    def _unsent(self, told: object) -> None:
        """Files did not arrive: say why when it is for a reason, keep them for another try."""
        unwanted = self.queue.unsent(told)
        for key in unwanted:
            self._uploader.let_go(key)
        self.show()
        if not unwanted:
            with refusals_shown():
                open_door(clinic(), current_actor(), self.patient.key, entry=self.entry.key if self.entry else '')

    @property
    def _uploader(self) -> PoolDropzone:
        assert self.dropzone is not None
        return self.dropzone

    def _retry(self) -> None:
        self.queue.retried()
        self.show()
        self._uploader.retry()

    def _cancel(self, key: str) -> None:
        """Cancel one file: on its way, or waiting in the browser, which knows no way to stop one alone; so it is not taken here."""
        session, waiting = self.list_name, next((one for one in self.queue.files if one.key == key), None)
        if waiting is None:
            clinic().uploads.cancel(session, self.patient.key, key)
        else:
            self.queue.cancel(key)
            if waiting.is_unsent:
                self._uploader.let_go(key)
            else:
                clinic().uploads.refuse_waiting(session, self.patient.key, key)
        self.show()

    def _cancel_all(self) -> None:
        """Stop the browser, and forget what of it is under way. What is whole already goes in."""
        self.queue.cancel_all()
        if self.dropzone is not None:
            self.dropzone.stop()
        for upload in self._files():
            clinic().uploads.cancel(self.list_name, self.patient.key, upload.key)
        self.show()

    def _idle(self) -> None:
        self.queue.finished()
        clinic().uploads.expect(self.list_name, self.patient.key)
        self.show()

    def _put_away(self) -> None:
        clinic().uploads.clear(self.list_name, self.patient.key)
        self.queue.finished()
        self.show()

    def _page_left(self) -> None:
        """Leave word of what was never sent: whoever comes back must not believe that all of it is in the pool."""
        self._hear()  # what began a moment ago is on the server's list, and was not shown yet
        self.left = [Upload(one.name, 0, state=UploadState.REFUSED, sentence=_LEFT, at=clinic().clock()) for one in self.queue.files]
        for upload in self.left:
            clinic().uploads.begin(self.list_name, self.patient.key, upload)

    def _page_back(self) -> None:
        """Take that back: only the line was gone, the page is the same and goes on."""
        left, self.left = self.left, []
        if left:
            clinic().uploads.withdraw(self.list_name, self.patient.key, left)
