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
from components.collision import Collision
from components.controls import Field
from components.field_history import FieldHistory, as_shown
from components.field_lock import FieldLock
from components.field_marks import SavedMark, warn_at_limit
from components.formatting import clock
from components.open_note import OpenNote
from components.others_text import OthersText
from components.refusals import tell
from components.save_status import SaveState
from components.session import current_actor
from data.actors import Actor, Permission
from data.columns import new_key
from data.database import StorageFailed
from data.errors import ChangedMeanwhile, Refusal
from data.records import Changed, Records
from data.repositories.fields import Saved

if TYPE_CHECKING:
    from components.autosave import Autosave

Act = Callable[[Records], Callable[..., Saved]]
"""Names the repository method `(key, field, text, *, expected_revision, burst) -> Saved` that stores the field."""

PAUSE_S = 0.3
RETRY_S = 2.0
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
    to_words: Callable[[str], str] | None
    on_saved: Callable[[Saved], Any] | None
    state: SaveState = SaveState.IDLE
    stored: str = ''
    heard: Any = None  # what the browser showed when it was last heard
    refused: Refusal | None = None
    burst: str = field(default_factory=new_key)
    has_focus: bool = False
    pending: str | None = None
    _under_way: str | None = None
    _actor: Actor | None = None
    _worker: 'asyncio.Task[None] | None' = None
    _is_ours: bool = False
    _is_undoing: bool = False
    _unsubscribe: Callable[[], None] = lambda: None
    _mark: SavedMark | None = None

    def __post_init__(self) -> None:
        self.others, self.collision, self.note, self.lock = OthersText(self), Collision(self), OpenNote(self), FieldLock(self)
        use = None if self.shown.control.props.get('readonly') else self.use
        to_words = self.to_words or (lambda stored: as_shown(self.shown, self.to_value(stored)))
        self.history = FieldHistory(self.shown, self.key, self.name, self.desk.zone, use, self.reads, to_words)

    @property
    def is_gone(self) -> bool:
        """Tell whether the field has left the page."""
        return self.shown.control.is_deleted

    @property
    def is_busy(self) -> bool:
        """Tell whether something that was typed is not stored yet."""
        return self._worker is not None

    @property
    def is_at_rest(self) -> bool:
        """Tell whether nobody is in the field and nothing stands in it that is not stored."""
        return not self.has_focus and not self.is_busy and self.state in (SaveState.IDLE, SaveState.SAVED)

    @property
    def writer(self) -> Actor:
        """Return who wrote what is not stored yet."""
        return self._actor or current_actor()

    def listen(self) -> None:
        """Hear the person's keys, and what others change."""
        control = self.shown.control
        self.heard, self.stored = control.value, self.to_text(control.value)
        control.on_value_change(lambda event: self.typed(self.to_text(event.value)))
        control.on('focus', self._focused, [])
        control.on('blur', self._blurred, [])
        self._unsubscribe = clinic().hub.subscribe(self.key, self._heard)
        self.lock.show()
        if self.revision:
            self.history.offer()

    def close(self) -> None:
        """Stop hearing. A text that still collides is told together with the other one."""
        self._unsubscribe()
        self.lock.close()
        self.collision.close()

    def typed(self, content: str) -> None:
        """Take a new text from the person. A text that is going to be stored anyway is no news."""
        if self._is_ours:
            return
        self.heard = self.shown.control.value
        if content == self.intended():
            self._forgive()
            return
        self.others.seen_in(content)
        self._actor = current_actor()
        self.lock.take(self._actor)
        if self.collision.is_open:
            self.collision.go_on(content)
            return
        self.pending = content
        warn_at_limit(self.shown, content)
        self.enter(SaveState.SAVING)
        if self._worker is None:
            self._worker = background_tasks.create(self._save_until_quiet(), name=f'autosave {self.name}')

    async def undo(self) -> None:
        """Take back one's own last burst. What is being typed is stored first, and stays in the history; a second click is none."""
        if self._is_undoing:
            return
        self._is_undoing = True
        try:
            await self.quiet()
            await self.history.take_back()
            await self.quiet()
        finally:
            self._is_undoing = False

    async def quiet(self) -> None:
        """Wait until what was typed is stored, refused, or collides and is kept."""
        while self._worker is not None and not self.collision.is_open:
            await asyncio.wait({self._worker})
        await self.collision.kept()

    def use(self, content: str) -> None:
        """Store a text of the history, as a new change."""
        self.burst = new_key()
        self.put(content)
        self.typed(self._mine())

    def intended(self) -> str:
        """Return the text that the field is on its way to: waiting, being stored, or stored."""
        return next(known for known in (self.pending, self._under_way, self.stored) if known is not None)

    @background_tasks.await_on_shutdown
    async def _save_until_quiet(self) -> None:
        """Save the latest text, wait out the pause, and go on while there is more."""
        try:
            while self.pending is not None and not self.collision.is_open:
                self._under_way, self.pending = self.pending, None
                pause_s = await self._save(self._under_way)
                self._under_way = None
                await asyncio.sleep(pause_s)
        finally:
            self._worker = self._under_way = None
            self.lock.show()
            self.desk.show()

    async def _save(self, content: str) -> float:
        """Store one text and return how long to wait before the next, in seconds."""
        actor, revision, burst = self.writer, self.revision, self.burst
        try:
            saved = await clinic().change(actor, lambda records: self._store(records, content, revision, burst))
        except ChangedMeanwhile as conflict:
            self.collision.begin(content, conflict)
        except Refusal as refusal:
            self._refuse(str(refusal), content, refusal)
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

    def _store(self, records: Records, content: str, revision: int, burst: str) -> Saved:
        saved = self.act(records)(self.key, self.name, content, expected_revision=revision, burst=burst)
        self.note.save(records, saved.revision, content)
        self.collision.settle(records)
        return saved

    def _took(self, saved: Saved) -> None:
        is_new, self.revision, self.stored = saved.revision != self.revision, saved.revision, saved.text
        self.desk.saved_at = saved.at if is_new else self.desk.saved_at
        self.others.forget()
        if self.pending is None:
            self._under_way = None
            self.enter(SaveState.SAVED if self.desk.saved_at else SaveState.IDLE)
            if is_new:  # the same date in other words is no change: there is nothing to take back
                self._show_mark(saved.at)
            self._show_as_stored()
        if self.on_saved is not None:
            self.on_saved(saved)

    def _refuse(self, sentence: str, content: str, refusal: Refusal | None = None) -> None:
        """Say why a text was not stored, at the field while it is there; the page does not claim to be saved while it stands there."""
        if self.pending is not None:
            return  # a newer text is on its way and will be judged itself
        if self.is_gone:
            self.say(f'{sentence} Not saved: {content}')
            self.enter(SaveState.IDLE)
            return
        self.refused = refusal
        self.shown.refuse(sentence)
        self.enter(SaveState.REFUSED)

    def _forgive(self) -> None:
        """Let go of a refusal: the stored text stands in the field again."""
        if self.state is SaveState.REFUSED:
            self.shown.refuse('')
            self.enter(SaveState.SAVED if self.desk.saved_at else SaveState.IDLE)

    def _try_again(self, content: str) -> float:
        """Keep the text, unless a newer one waits; a page that is closed gives up: it said "Not saved" to the end."""
        if self.desk.status.is_deleted:
            return 0
        self.pending = content if self.pending is None else self.pending
        self.enter(SaveState.RETRYING)
        return RETRY_S

    def enter(self, state: SaveState) -> None:
        """Be in this state, and let the page's indicator say so."""
        self.state = state
        self.lock.show()
        self.desk.show()

    def say(self, sentence: str) -> None:
        """Tell the person on the page itself, in a message that stays, because the field has left it."""
        if not self.desk.status.is_deleted:
            with self.desk.status:
                tell(sentence)

    def _heard(self, change: Changed) -> None:
        self.others.heard(change)
        if change.field == self.name:
            self.history.heard()

    def _focused(self) -> None:
        self.has_focus = True
        self.lock.enter()
        self.lock.show()
        self.note.enter()

    def _blurred(self) -> None:
        """Leaving the field ends the burst; what others wrote meanwhile may come in now."""
        self.has_focus, self.burst = False, new_key()
        self.lock.leave()
        self.others.hear()
        self._show_as_stored()
        self.lock.show()

    def _show_as_stored(self) -> None:
        """Show the text as it was stored (an ID lowered, a date in one form), once nobody is in the field."""
        is_quiet = self.state in (SaveState.IDLE, SaveState.SAVED) and not self.has_focus and self.intended() == self.stored
        if is_quiet and not self.others.is_offering and not self.is_gone and self._mine() != self.stored:
            self.put(self.stored)

    def _mine(self) -> str:
        return self.to_text(self.shown.control.value)

    def put(self, content: str) -> None:
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
