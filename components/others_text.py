"""Someone else's text on its way into a field: offered to the browser, and counted as seen only when the browser says so."""
import asyncio
from typing import TYPE_CHECKING

from nicegui import background_tasks

from app.clinic import clinic
from components.save_status import SaveState
from components.session import current_actor
from data.errors import Refusal
from data.records import Changed
from data.repositories.fields import FieldText

if TYPE_CHECKING:
    from components.saved_field import SavedField

HEAR_EVERY_S = 0.2
SEEN_WITHIN_S = 5.0


class OthersText:
    """Listens for one field. Nothing is ever written into a field that has the focus, or over something of the person's own."""

    def __init__(self, field: 'SavedField') -> None:
        self._field = field
        self._offered: FieldText | None = None
        self._rests = False

    @property
    def is_offering(self) -> bool:
        """Tell whether a text is on its way that the browser may not show yet."""
        return self._offered is not None

    def heard(self, change: Changed) -> None:
        """Someone stored this subject: look, at once and then at most five times a second."""
        if change.field == self._field.name and change.burst != self._field.burst and not self._rests:
            self._rests = True
            background_tasks.create(self._hear_and_rest(), name=f'live {self._field.name}')

    def hear(self) -> None:
        """Bring the stored text into the field, or into the panel of two texts that collide."""
        field = self._field
        is_open = field.state in (SaveState.IDLE, SaveState.SAVED) and not field.has_focus and not field.is_busy
        latest = self._latest() if not field.is_gone and (is_open or field.collision.is_open) else None
        if latest is None:
            return
        if field.collision.is_open:
            field.collision.follow(latest)
        elif latest.revision > (self._offered.revision if self._offered else field.revision):
            self._offered = latest
            field.put(latest.text)
            background_tasks.create(self._wait_until_seen(latest, field.shown.control.value), name=f'seen {field.name}')

    def seen_in(self, content: str) -> None:
        """Count the offered text as seen when nothing of it is missing in what was typed.

        One that the text before held too proves nothing: what was taken out of that would come back unasked.
        """
        offered = self._offered
        if offered is not None and offered.text and offered.text in content and offered.text not in self._field.stored:
            self._accept(offered)

    def forget(self) -> None:
        """Let go of an offered text: what came after it decides."""
        self._offered = None

    async def _hear_and_rest(self) -> None:
        self.hear()
        await asyncio.sleep(HEAR_EVERY_S)
        self._rests = False
        self.hear()

    def _latest(self) -> FieldText | None:
        """Return the stored text when this reader may have it; nothing when they are signed out: the page is about to leave the screen."""
        try:
            with self._field.shown.root:
                actor = current_actor()
        except Refusal:
            return None
        with clinic().reading(actor) as records:
            return records.fields.latest(self._field.key, self._field.name) if actor.may(self._field.reads) else None

    async def _wait_until_seen(self, offered: FieldText, value: object) -> None:
        """Accept a text only when the browser answers that it shows it: a key that left before is based on the old one."""
        while self._offered is offered and not self._field.is_gone:
            try:
                shown = await self._field.shown.control.get_computed_prop('inputValue', timeout=SEEN_WITHIN_S)
            except TimeoutError:
                continue  # the line is slow or down; until it answers, what is typed here counts as typed over the old text
            if self._offered is offered and (shown == value or not isinstance(shown, str)):
                self._accept(offered)
            return

    def _accept(self, offered: FieldText) -> None:
        if not self._field.is_busy and not self._field.collision.is_open:
            field = self._field
            field.revision, field.stored, self._offered = offered.revision, offered.text, None
            field.heard = field.to_value(offered.text)
            field.note.accept()
