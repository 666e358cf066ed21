"""One field that saves itself; see components/autosave.py for the rules that it keeps."""
import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nicegui import background_tasks

from app.clinic import clinic
from components.controls import Field
from components.field_marks import ConflictPanel, SavedMark, both, warn_at_limit
from components.formatting import clock
from components.refusals import tell
from components.save_status import SaveState
from components.session import current_actor
from data.actors import Actor, Permission
from data.columns import new_key
from data.database import StorageFailed
from data.errors import ChangedMeanwhile, Refusal
from data.records import Changed, Records
from data.repositories.fields import FieldText, Saved

if TYPE_CHECKING:
    from components.autosave import Autosave

Act = Callable[[Records], Callable[..., Saved]]
"""Names the repository method `(key, field, text, *, expected_revision, burst) -> Saved` that stores the field."""

PAUSE_S = 0.3
RETRY_S = 2.0
HEAR_EVERY_S = 0.2
SEEN_WITHIN_S = 5.0
_log = logging.getLogger('dermafolio.autosave')


@dataclass
class SavedField:
    """One field: what is typed, what is stored, and which revision it knows."""

    desk: 'Autosave'
    shown: Field
    act: Act
    key: str
    name: str
    revision: int
    reads: Permission
    to_text: Callable[[Any], str]
    to_value: Callable[[str], Any]
    on_saved: Callable[[Saved], Any] | None
    state: SaveState = SaveState.IDLE
    burst: str = field(default_factory=new_key)
    has_focus: bool = False
    _stored: str = ''
    _pending: str | None = None
    _under_way: str | None = None
    _actor: Actor | None = None
    _worker: 'asyncio.Task[None] | None' = None
    _hearing: bool = False
    _offered: FieldText | None = None
    _is_ours: bool = False
    _collision: ChangedMeanwhile | None = None
    _panel: ConflictPanel | None = None
    _unsubscribe: Callable[[], None] = lambda: None
    _mark: SavedMark | None = None

    @property
    def is_gone(self) -> bool:
        """Tell whether the field has left the page."""
        return self.shown.control.is_deleted

    @property
    def is_busy(self) -> bool:
        """Tell whether something that was typed is not stored yet."""
        return self._worker is not None

    def listen(self) -> None:
        """Hear the person's keys, and what others change."""
        control = self.shown.control
        self._stored = self.to_text(control.value)
        control.on_value_change(lambda event: self.typed(self.to_text(event.value)))
        control.on('focus', self._focused, [])
        control.on('blur', self._blurred, [])
        self._unsubscribe = clinic().hub.subscribe(self.key, self._heard)

    def close(self) -> None:
        """Stop hearing. A text that still collides is told together with the other one."""
        self._unsubscribe()
        if self._collision is not None and self._pending is not None:
            self._say_both(self._pending, self._collision)

    def typed(self, content: str) -> None:
        """Take a new text from the person. A text that is going to be stored anyway is no news."""
        if self._is_ours or content == self._intended():
            return
        if self._offered is not None and self._offered.text and self._offered.text in content:
            self._accept(self._offered)  # nothing of the other's text is missing, so it was seen
        self._actor, self._pending = current_actor(), content
        warn_at_limit(self.shown, content)
        if self._panel is not None:
            self._panel.show_mine(content)  # the person decides first
            return
        self._enter(SaveState.SAVING)
        if self._worker is None:
            self._worker = background_tasks.create(self._save_until_quiet(), name=f'autosave {self.name}')

    async def undo(self) -> None:
        """Take back one's own last burst, as a new change. When someone else changed the field since, say so instead."""
        actor = current_actor()
        with clinic().reading(actor) as records:
            actor.require(self.reads, subject=self.key)
            history = records.fields.history(self.key, self.name)
        if not history:
            return
        if history[0].actor != actor.user:
            tell(f'{history[0].who or "Someone else"} changed this since. It now reads: {history[0].text}')
            return
        self.burst = new_key()
        self._put(history[1].text if len(history) > 1 else '')
        self.typed(self._mine())

    def _intended(self) -> str:
        """Return the text that the field is on its way to: waiting, being stored, or stored."""
        return next(known for known in (self._pending, self._under_way, self._stored) if known is not None)

    @background_tasks.await_on_shutdown
    async def _save_until_quiet(self) -> None:
        """Save the latest text, wait out the pause, and go on while there is more."""
        try:
            while self._pending is not None and self._collision is None:
                self._under_way, self._pending = self._pending, None
                pause_s = await self._save(self._under_way)
                self._under_way = None
                await asyncio.sleep(pause_s)
        finally:
            self._worker = self._under_way = None
            self.desk.show()

    async def _save(self, content: str) -> float:
        """Store one text and return how long to wait before the next, in seconds."""
        actor, revision, burst = self._actor or current_actor(), self.revision, self.burst
        try:
            saved = await clinic().change(actor, lambda records: self.act(records)(
                self.key, self.name, content, expected_revision=revision, burst=burst))
        except ChangedMeanwhile as conflict:
            self._collide(content, conflict)
        except Refusal as refusal:
            self._refuse(str(refusal), content)
        except (StorageFailed, OSError):
            _log.warning('a save failed and is tried again')
            return self._try_again(content)
        except Exception:
            reference = secrets.token_hex(4)
            _log.exception('reference %s: a save failed', reference)
            self._refuse(f'Something went wrong. What was there before is kept. Reference {reference}.', content)
        else:
            self._took(saved)
        return PAUSE_S

    def _took(self, saved: Saved) -> None:
        self.revision, self._stored, self.desk.saved_at, self._offered = saved.revision, saved.text, saved.at, None
        if self._pending is None:
            self._under_way = None
            self._enter(SaveState.SAVED)
            self._show_mark(saved.at)
            self._show_as_stored()
        if self.on_saved is not None:
            self.on_saved(saved)

    def _refuse(self, sentence: str, content: str) -> None:
        """Say why a text was not stored, at the field while it is there; the page does not claim to be saved while it stands there."""
        if self._pending is not None:
            return  # a newer text is on its way and will be judged itself
        if self.is_gone:
            self._say(f'{sentence} Not saved: {content}')
            self._enter(SaveState.IDLE)
            return
        self.shown.refuse(sentence)
        self._enter(SaveState.REFUSED)

    def _try_again(self, content: str) -> float:
        """Keep the text, unless a newer one waits; a page that is closed gives up: it said "Not saved" to the end."""
        if self.desk.status.is_deleted:
            return 0
        self._pending = content if self._pending is None else self._pending
        self._enter(SaveState.RETRYING)
        return RETRY_S

    def _collide(self, content: str, conflict: ChangedMeanwhile) -> None:
        """Show both texts; nothing is stored until the person decides, and nothing is thrown away."""
        self._pending = content if self._pending is None else self._pending
        self._collision = conflict
        if self.is_gone:
            self._enter(SaveState.IDLE)  # the desk tidies up after it, and tells both texts
            return
        self._enter(SaveState.CONFLICT)
        self._offered = None
        self._panel = ConflictPanel(
            self.shown, conflict.who or 'Someone else', conflict.theirs, keep_mine=lambda: self._decide(self._intended(), conflict),
            keep_theirs=lambda: self._decide(conflict.theirs, conflict),
            keep_both=lambda: self._decide(both(self._stored, conflict.theirs, self._intended()), conflict))
        self._panel.show_mine(self._intended())

    def _decide(self, content: str, conflict: ChangedMeanwhile) -> None:
        """Store the person's decision over the version it was made against; a newer one asks again."""
        with self.shown.root:  # the button that was pressed goes with the panel
            if self._panel is not None:
                self._panel.close()
                self._panel = self._collision = None
            self.revision, self._stored, self._pending, self.burst = conflict.revision, conflict.theirs, None, new_key()
            self._offered = None
            self._enter(SaveState.IDLE)
            self._put(content)
            self.typed(content)

    def _enter(self, state: SaveState) -> None:
        self.state = state
        self.desk.show()

    def _say(self, sentence: str) -> None:
        """Tell the person on the page itself, in a message that stays, because the field has left it."""
        if not self.desk.status.is_deleted:
            with self.desk.status:
                tell(sentence)

    def _say_both(self, mine: str, conflict: ChangedMeanwhile) -> None:
        self._say(f'{conflict.who or "Someone else"} changed this meanwhile. It now reads: {conflict.theirs or "empty"}. Not saved: {mine}')

    def _focused(self) -> None:
        self.has_focus = True

    def _blurred(self) -> None:
        """Leaving the field ends the burst; what others wrote meanwhile may come in now."""
        self.has_focus, self.burst = False, new_key()
        self._hear()
        self._show_as_stored()

    def _heard(self, change: Changed) -> None:
        """Someone stored this subject: look, at once and then at most five times a second."""
        if change.field == self.name and change.burst != self.burst and not self._hearing:
            self._hearing = True
            background_tasks.create(self._hear_and_rest(), name=f'live {self.name}')

    async def _hear_and_rest(self) -> None:
        self._hear()
        await asyncio.sleep(HEAR_EVERY_S)
        self._hearing = False
        self._hear()

    def _hear(self) -> None:
        """Bring the stored text into the field, unless the person is in it or has something of their own there."""
        if self.has_focus or self.is_busy or self.state not in (SaveState.IDLE, SaveState.SAVED) or self.is_gone:
            return
        try:
            with self.shown.root:
                actor = current_actor()
        except Refusal:
            return  # signed out: this page is about to leave the screen
        with clinic().reading(actor) as records:
            latest = records.fields.latest(self.key, self.name) if actor.may(self.reads) else None
        known = self._offered.revision if self._offered else self.revision
        if latest is not None and latest.revision > known:
            self._offered = latest
            self._put(latest.text)
            background_tasks.create(self._wait_until_seen(latest, self.shown.control.value), name=f'seen {self.name}')

    async def _wait_until_seen(self, offered: FieldText, value: object) -> None:
        """Move to a revision only when the browser answers that it shows the text: a key that left before it is based on the old one."""
        while self._offered is offered and not self.is_gone:
            try:
                shown = await self.shown.control.get_computed_prop('inputValue', timeout=SEEN_WITHIN_S)
            except TimeoutError:
                continue  # the line is slow or down; until it answers, what is typed here counts as typed over the old text
            if self._offered is offered and (shown == value or not isinstance(shown, str)):
                self._accept(offered)
            return

    def _accept(self, offered: FieldText) -> None:
        if not self.is_busy and self._collision is None:
            self.revision, self._stored, self._offered = offered.revision, offered.text, None

    def _show_as_stored(self) -> None:
        """Show the text as it was stored (an ID lowered, a date in one form), once nobody is in the field."""
        is_quiet = self.state is SaveState.SAVED and not self.has_focus and self._intended() == self._stored
        if is_quiet and self._offered is None and not self.is_gone and self._mine() != self._stored:
            self._put(self._stored)

    def _mine(self) -> str:
        return self.to_text(self.shown.control.value)

    def _put(self, content: str) -> None:
        """Write into the field without taking it for the person's typing."""
        self._is_ours = True
        try:
            self.shown.control.set_value(self.to_value(content))
        finally:
            self._is_ours = False

    def _show_mark(self, at: datetime) -> None:
        if not self.is_gone:
            self._mark = self._mark or SavedMark(self.shown, self.undo)
            self._mark.show(clock(at, self.desk.zone))
