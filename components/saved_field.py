"""One field that saves itself; see components/autosave.py for the rules that it keeps."""
import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nicegui import background_tasks, ui

from app.clinic import clinic
from components.controls import Field
from components.field_marks import SavedMark, conflict_panel
from components.formatting import clock
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
HEAR_EVERY_S = 0.2
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
    _is_ours: bool = False
    _collision: ChangedMeanwhile | None = None
    _panel: ui.element | None = None
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
        self._actor, self._pending = current_actor(), content
        self._warn_at_limit(content)
        if self.state is SaveState.CONFLICT:
            return  # the person decides first; the text stays in the field
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
        self.revision, self._stored, self.desk.saved_at = saved.revision, saved.text, saved.at
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
        self._panel = conflict_panel(
            self.shown, conflict.who or 'Someone else', conflict.theirs, keep_mine=lambda: self._decide(self._mine(), conflict),
            keep_theirs=lambda: self._decide(conflict.theirs, conflict),
            keep_both=lambda: self._decide(both(self._stored, conflict.theirs, self._mine()), conflict))

    def _decide(self, content: str, conflict: ChangedMeanwhile) -> None:
        """Store the person's decision over the version it was made against; a newer one asks again."""
        with self.shown.root:  # the button that was pressed goes with the panel
            if self._panel is not None:
                self._panel.delete()
                self._panel = self._collision = None
            self.revision, self._stored, self._pending, self.burst = conflict.revision, conflict.theirs, None, new_key()
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
        if latest is not None and latest.revision > self.revision:
            self.revision, self._stored = latest.revision, latest.text
            self._put(latest.text)

    def _show_as_stored(self) -> None:
        """Show the text as it was stored (an ID lowered, a date in one form), once nobody is in the field."""
        is_quiet = self.state is SaveState.SAVED and not self.has_focus and self._intended() == self._stored
        if is_quiet and not self.is_gone and self._mine() != self._stored:
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

    def _warn_at_limit(self, content: str) -> None:
        """Say that the browser cut at its limit. It counts UTF-16 units: an emoji is two."""
        limit = int(self.shown.control.props.get('maxlength') or 0)
        is_cut = limit > 0 and len(content.encode('utf-16-le', 'surrogatepass')) // 2 >= limit
        self.shown.refuse(f'This is the limit: {limit:,} characters. What goes beyond is not kept.' if is_cut else '')

    def _show_mark(self, at: datetime) -> None:
        if not self.is_gone:
            self._mark = self._mark or SavedMark(self.shown, self.undo)
            self._mark.show(clock(at, self.desk.zone))


def both(base: str, theirs: str, mine: str) -> str:
    """Return both texts together: additions to the same text once, theirs first, because it was saved first; else one below the other."""
    if not (theirs.startswith(base) and mine.startswith(base)):
        return f'{theirs}\n{mine}'
    added = mine[len(base):]
    is_joined = not theirs or theirs[-1].isspace() or added[:1].isspace()
    return theirs + added if is_joined else f'{theirs}\n{added}'
