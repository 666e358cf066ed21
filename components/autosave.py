"""The one autosave: what is typed is saved in order, soon, and once; the page's one indicator tells the truth about it.

    saving = Autosave(status, zone)
    saving.add(text_area('Notes', value=entry.notes), lambda records: records.entries.amend, entry.key, 'notes', revision=revision)

The first key after a pause is saved at once, later ones at most 300 ms after the last. One save per field is under way at a time, so
texts cannot overtake each other. "Saved" is shown only after the commit of the latest text. Someone else's text comes into a field
that has no focus; into one that has, nothing is ever written: the version decides, and both texts are shown.
"""
import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from nicegui import background_tasks, ui

from app.clinic import clinic
from components.controls import Field, box, button, text
from components.formatting import clock
from components.refusals import tell
from components.save_status import SaveState, SaveStatus
from components.session import current_actor
from data.actors import Actor, Permission
from data.columns import new_key
from data.errors import ChangedMeanwhile, Refusal
from data.records import Changed, Records
from data.repositories.fields import Saved

Act = Callable[[Records], Callable[..., Saved]]
"""Names the repository method `(key, field, text, *, expected_revision, burst) -> Saved` that stores the field."""

PAUSE_S = 0.3
RETRY_S = 2.0
HEAR_EVERY_S = 0.2
_TROUBLES = (SaveState.CONFLICT, SaveState.RETRYING, SaveState.SAVING)
_log = logging.getLogger('dermafolio.autosave')


@dataclass
class Autosave:
    """The fields of one page and their one indicator."""

    status: SaveStatus
    zone: tzinfo
    fields: list['SavedField'] = field(default_factory=list)
    saved_at: datetime | None = None

    def add(self, shown: Field, act: Act, key: str, name: str, *, revision: int, reads: Permission = Permission.PATIENT_READ,
            to_text: Callable[[Any], str] = lambda value: str(value or ''), to_value: Callable[[str], Any] = lambda stored: stored,
            on_saved: Callable[[Saved], Any] | None = None) -> 'SavedField':
        """Save a field from now on. `reads` is what a reader needs to be shown someone else's text of it."""
        for gone in [known for known in self.fields if known.shown.control.is_deleted]:
            gone.end()
            self.fields.remove(gone)
        saved = SavedField(self, shown, act, key, name, revision, reads, to_text, to_value, on_saved)
        saved.listen()
        self.fields.append(saved)
        return saved

    def note(self, at: datetime) -> None:
        """Remember when something was stored without a field, and show it."""
        self.saved_at = at
        self.show()

    def show(self) -> None:
        """Show the worst state of all fields; "Saved" only when there is nothing else to say."""
        states = {saved.state for saved in self.fields}
        for trouble in _TROUBLES:
            if trouble in states:
                self.status.show(trouble)
                return
        if self.saved_at is not None:
            self.status.show(SaveState.SAVED, self.saved_at, now=clinic().clock())


@dataclass
class SavedField:
    """One field: what is typed, what is stored, and which revision it knows."""

    desk: Autosave
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
    end: Callable[[], None] = lambda: None
    _stored: str = ''
    _pending: str | None = None
    _actor: Actor | None = None
    _worker: 'asyncio.Task[None] | None' = None
    _hearing: bool = False
    _is_ours: bool = False
    _conflict: ui.element | None = None
    _marks: ui.element | None = None

    def listen(self) -> None:
        """Hear the person's keys, and what others change."""
        control = self.shown.control
        self._stored = self.to_text(control.value)
        control.on_value_change(lambda event: self.typed(self.to_text(event.value)))
        control.on('focus', self._focused, [])
        control.on('blur', self._blurred, [])
        self.end = clinic().hub.subscribe(self.key, self._heard)
        ui.context.client.on_delete(self.end)

    def typed(self, content: str) -> None:
        """Take a new text from the person."""
        if self._is_ours or content == (self._stored if self._pending is None else self._pending):
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
        self.typed_by_hand()

    def typed_by_hand(self) -> None:
        """Save what stands in the field now, as if it had just been typed."""
        self.typed(self._mine())

    async def _save_until_quiet(self) -> None:
        """Save the latest text, wait out the pause, and go on while there is more."""
        try:
            while self._pending is not None and self.state is not SaveState.CONFLICT:
                content, self._pending = self._pending, None
                if not await self._save(content):
                    return
                await asyncio.sleep(PAUSE_S)
        finally:
            self._worker = None

    async def _save(self, content: str) -> bool:
        """Store one text and return whether to go on."""
        actor = self._actor or current_actor()
        try:
            saved = await clinic().change(actor, lambda records: self.act(records)(
                self.key, self.name, content, expected_revision=self.revision, burst=self.burst))
        except ChangedMeanwhile as conflict:
            self._pending = content if self._pending is None else self._pending
            self._show_conflict(conflict)
            return False
        except Refusal as refusal:
            self.shown.refuse(str(refusal))
            self._enter(SaveState.IDLE)
            return self._pending is not None
        except Exception:
            _log.exception('a save failed and is tried again')
            self._pending = content if self._pending is None else self._pending
            self._enter(SaveState.RETRYING)
            await asyncio.sleep(RETRY_S)
            return True
        self._took(saved)
        return True

    def _took(self, saved: Saved) -> None:
        self.revision, self._stored, self.desk.saved_at = saved.revision, saved.text, saved.at
        if self._pending is None:
            self._enter(SaveState.SAVED)
            self._mark(saved.at)
            self._show_as_stored()
        if self.on_saved is not None:
            self.on_saved(saved)

    def _enter(self, state: SaveState) -> None:
        self.state = state
        self.desk.show()

    def _focused(self) -> None:
        self.has_focus = True

    def _blurred(self) -> None:
        """Leaving the field ends the burst; what others wrote meanwhile may come in now."""
        self.has_focus, self.burst = False, new_key()
        self._hear()
        self._show_as_stored()

    def _show_as_stored(self) -> None:
        """Show the text as it was stored (an ID lowered, a date in one form), once nobody is in the field."""
        is_quiet = self.state is SaveState.SAVED and not self.has_focus and self._pending is None
        if is_quiet and not self.shown.control.is_deleted and self._mine() != self._stored:
            self._put(self._stored)

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
        if self.has_focus or self._pending is not None or self.state in _TROUBLES or self.shown.control.is_deleted:
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

    def _put(self, content: str) -> None:
        """Write into the field without taking it for the person's typing."""
        self._is_ours = True
        try:
            self.shown.control.set_value(self.to_value(content))
        finally:
            self._is_ours = False

    def _warn_at_limit(self, content: str) -> None:
        limit = self.shown.control.props.get('maxlength')
        reached = limit is not None and len(content) >= int(limit)
        self.shown.refuse(f'This is the limit: {int(limit):,} characters. What goes beyond is not kept.' if reached else '')

    def _mark(self, at: datetime) -> None:
        """Show beside the label that this field was saved, and the way back."""
        if self.shown.state.is_deleted:
            return
        if self._marks is None:
            with self.shown.state:
                self._marks = box('df-saved')
                with self._marks:
                    text('', 'df-saved-at', tag='span')
                    button('Undo', kind='ghost', size='small', on_click=self.undo).classes('df-undo')
        first = self._marks.default_slot.children[0]
        first.set_text(f'Saved {clock(at, self.desk.zone)}')  # type: ignore[attr-defined]

    def _show_conflict(self, conflict: ChangedMeanwhile) -> None:
        """Show both texts; nothing is stored until the person decides, and nothing is thrown away."""
        self._enter(SaveState.CONFLICT)
        if self.shown.root.is_deleted:
            return
        who = conflict.who or 'Someone else'
        with self.shown.root, box('df-conflict', role='alert') as self._conflict:
            text(f'{who} changed this meanwhile. Both texts are kept.', 'df-conflict-title')
            text(conflict.theirs or 'empty', 'df-conflict-theirs')
            with box('df-conflict-acts'):
                button('Keep both', kind='primary', size='small',
                       on_click=lambda: self._decide(_both(self._stored, conflict.theirs, self._mine()), conflict))
                button('Keep mine', size='small', on_click=lambda: self._decide(self._mine(), conflict))
                button('Keep theirs', size='small', on_click=lambda: self._decide(conflict.theirs, conflict))

    def _mine(self) -> str:
        return self.to_text(self.shown.control.value)

    def _decide(self, content: str, conflict: ChangedMeanwhile) -> None:
        """Store the person's decision over the version it was made against; a newer one asks again."""
        with self.shown.root:  # the button that was pressed goes with the panel
            if self._conflict is not None:
                self._conflict.delete()
                self._conflict = None
            self.revision, self._stored, self._pending, self.burst = conflict.revision, conflict.theirs, None, new_key()
            self._enter(SaveState.IDLE)
            self._put(content)
            self.typed(content)


def _both(base: str, theirs: str, mine: str) -> str:
    """Return both texts together: additions to the same text once, theirs first, because it was saved first; else one below the other."""
    if theirs.startswith(base) and mine.startswith(base):
        return theirs + mine[len(base):]
    return f'{theirs}\n{mine}'
