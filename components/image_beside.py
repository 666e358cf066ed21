"""What stands beside a large photograph, below its fields: its tags, whether it is the cover, and the details of its file."""
from datetime import tzinfo

from app.clinic import clinic
from components.controls import box, button, symbol, text
from components.image_details import image_details
from components.refusals import refusals_shown
from components.session import current_actor
from components.tagging import ImageTags
from components.undo_notice import UndoNotice
from data.actors import Actor, Permission
from data.read_models import ImageTile


class CoverChoice:
    """Whether a photograph is its patient's cover, and the choice of it with the way back."""

    def __init__(self, key: str) -> None:
        self._key = key
        with box('df-cover-choice', role='group', aria_label='Cover'):
            self._place = box('df-row')
            self._notice = UndoNotice('df-undo-beside')

    @property
    def is_deleted(self) -> bool:
        """Tell whether it has left the page."""
        return self._place.is_deleted

    def show(self, tile: ImageTile) -> None:
        """Show what can be done with the photograph as it is now."""
        self._place.clear()
        with self._place:
            if tile.is_sensitive:
                text('A sensitive photo is never the cover.', 'df-muted df-f13')
            elif tile.is_cover:
                symbol('star')
                text('This is the cover.', 'df-grow')
                button('Take back', kind='ghost', size='small', label='Take back: no longer the cover', on_click=self._stop)
            else:
                button('Use as cover', icon='star', size='small', on_click=self._use)

    async def _use(self) -> None:
        with refusals_shown(self._notice):
            await clinic().change(current_actor(), lambda records: records.images.use_as_cover(self._key))
            if not self._notice.is_deleted:
                self._notice.say('Cover changed.', self._stop, label='Undo: the cover from before', takes_focus=True)

    async def _stop(self) -> None:
        with refusals_shown(self._notice):
            await clinic().change(current_actor(), lambda records: records.images.stop_as_cover(self._key))
            if not self._notice.is_deleted:
                self._notice.close()


class ImageBeside:
    """The panel's lower part, for the photograph that is large. Who may only look sees tags and details."""

    def __init__(self, patient: str, actor: Actor, zone: tzinfo) -> None:
        self._actor, self._zone, self._key = actor, zone, ''
        self._tags = ImageTags(patient, actor)
        self._cover: CoverChoice | None = None

    def build(self, tile: ImageTile) -> None:
        """Show it where the caller is."""
        self._key = tile.key
        self._tags.build(tile)
        self._cover = CoverChoice(tile.key) if self._actor.may(Permission.IMAGE_ADD) else None
        with clinic().reading(current_actor()) as records:
            image_details(records.images.details(tile.key), self._zone)
        self._show_cover()

    def refresh(self) -> None:
        """Show it as it is now, when a photograph is large."""
        self._tags.refresh()
        self._show_cover()

    def _show_cover(self) -> None:
        if self._cover is None or self._cover.is_deleted:
            return
        with refusals_shown(), clinic().reading(current_actor()) as records:
            self._cover.show(records.images.one(self._key))
