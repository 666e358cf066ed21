"""The one autosave: what is typed is saved in order, soon, and once; the page's one indicator tells the truth about it.

    saving = Autosave(status, zone)
    saving.add(text_area('Notes', value=entry.notes), lambda records: records.entries.amend, entry.key, 'notes', revision=revision)

The first key after a pause is saved at once, later ones at most 300 ms after the last. One save per field is under way at a time, so
texts cannot overtake each other, and a stopping server finishes them. "Saved" is shown only when the latest text of every field is
committed. Someone else's text comes into a field that has no focus; into one that has, nothing is ever written: the revision decides,
and both texts are shown.
"""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from app.clinic import clinic
from components.controls import Field
from components.open_note import plain
from components.read_back import ReadBack
from components.save_status import SaveState, SaveStatus
from components.saved_field import Act, SavedField
from components.session import current_actor
from data.actors import Permission
from data.repositories.fields import Saved

_WORST_FIRST = (SaveState.CONFLICT, SaveState.RETRYING, SaveState.SAVING, SaveState.REFUSED)


@dataclass
class Autosave:
    """The fields of one page and their one indicator."""

    status: SaveStatus
    zone: tzinfo
    fields: list[SavedField] = field(default_factory=list)
    saved_at: datetime | None = None
    is_stand_in: bool = False
    besides: Callable[[], set[SaveState]] = set
    """Tells of what is saved here without a field."""

    def __post_init__(self) -> None:
        self.status.client.on_delete(self._end)
        self.status.client.on_disconnect(self._leave)
        self.read_back = ReadBack(self)
        reader = current_actor()
        self.reader = reader.user
        with clinic().reading(reader) as records:
            self._kept = {} if self.is_stand_in else records.journal.kept()

    def add(self, shown: Field, act: Act, key: str, name: str, *, revision: int, reads: Permission = Permission.PATIENT_READ,
            to_text: Callable[[Any], str] = plain, to_value: Callable[[str], Any] = lambda stored: stored,
            to_words: Callable[[str], str] | None = None, on_saved: Callable[[Saved], Any] | None = None) -> SavedField:
        """Save a field from now on, and offer its history. `reads` is what a reader needs to be shown a text of it that is not theirs.

        A stored text becomes a value by `to_value`; in the history it is read as the field shows it, or by `to_words`.
        """
        self.tidy()
        saved = SavedField(self, shown, act, key, name, revision, reads, to_text, to_value, to_words, on_saved)
        saved.listen()
        self.fields.append(saved)
        if (kept := self._kept.pop((key, name), None)) is not None and not shown.control.props.get('readonly'):
            saved.collision.resume(kept)
        return saved

    def tidy(self) -> None:
        """Let go of fields that have left the page, once nothing of theirs is under way. What still collides is told in full."""
        for gone in [known for known in self.fields if known.is_gone and not known.is_busy]:
            gone.close()
            self.fields.remove(gone)

    def note(self, at: datetime) -> None:
        """Remember when something was stored without a field, and show it."""
        self.saved_at = at
        self.show()

    def show(self) -> None:
        """Show the worst state of all fields; "Saved" only when nothing that was typed waits, was refused, or collides."""
        if self.status.is_deleted:
            return
        self.tidy()
        states = {saved.state for saved in self.fields} | self.besides() | ({SaveState.SAVING} if self.read_back.is_under_way else set())
        worst = next((state for state in _WORST_FIRST if state in states), SaveState.SAVED if self.saved_at else SaveState.IDLE)
        self.status.show(worst, self.saved_at, now=clinic().clock())

    def _leave(self) -> None:
        """Free the fields for others while this page has no line: what is typed meanwhile meets the versions."""
        if not self.status.client.has_socket_connection:
            for saved in self.fields:
                saved.lock.leave()

    def _end(self) -> None:
        for saved in self.fields:
            saved.close()
