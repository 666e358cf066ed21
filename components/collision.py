"""Two texts that collide in a field: its own, and one that someone else stored meanwhile. Both are kept until the person decides."""
import asyncio
from typing import TYPE_CHECKING

from nicegui import background_tasks

from app.clinic import clinic
from components.field_marks import Choice, ConflictPanel, both
from components.open_note import in_background, keep_text
from components.save_status import SaveState
from components.session import current_actor
from data.columns import new_key
from data.errors import ChangedMeanwhile
from data.records import Records
from data.repositories.fields import FieldText
from data.repositories.journal import Kept

if TYPE_CHECKING:
    from components.saved_field import SavedField

KEEP_EVERY_S = 0.3


class Collision:
    """What one field does from a refused save until the person's decision. Nothing is stored in the record in between.

    One's own text is kept beside the record meanwhile: closing the page, or a server that is killed, does not lose it.
    """

    def __init__(self, field: 'SavedField') -> None:
        self._field = field
        self._conflict: ChangedMeanwhile | None = None
        self._panel: ConflictPanel | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._is_kept = False
        self._page = field.shown.control.client.id  # on which it was typed: a person's other page may hold another one
        self._typed_over: str | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether two texts wait for a decision."""
        return self._conflict is not None

    def begin(self, content: str, conflict: ChangedMeanwhile, *, is_kept: bool = False) -> None:
        """Show both texts; nothing is stored until the person decides, and nothing is thrown away."""
        field = self._field
        field.pending = content if field.pending is None else field.pending
        self._conflict, self._typed_over = conflict, None
        if not is_kept:
            self._keep()
        if field.is_gone:
            field.enter(SaveState.IDLE)  # the desk tidies up after it, and tells both texts
            return
        field.enter(SaveState.CONFLICT)
        field.others.forget()
        self._panel = ConflictPanel(field.shown, self._decide)
        self._show(conflict, field.intended())

    def resume(self, kept: Kept) -> None:
        """Show a text that was kept when its page was closed, beside the one that is stored now. Nothing is asked where they are one."""
        field = self._field
        with clinic().reading(current_actor()) as records:
            latest = records.fields.latest(field.key, field.name) or FieldText(field.stored, field.revision)
            who = next((version.who for version in records.fields.history(field.key, field.name)), '')
        self._is_kept, self._page = True, kept.page
        if field.to_value(latest.text) == kept.text:
            self._let_go()
            return
        field.stored = kept.base  # what it was typed over: both texts together are told apart by it
        field.put(kept.text)
        self.begin(kept.text, ChangedMeanwhile(mine=kept.text, theirs=latest.text, revision=latest.revision, who=who), is_kept=True)

    def go_on(self, content: str) -> None:
        """Take keys that were still on their way. After an outage the browser also repeats a text that it was once given: no news."""
        if self._conflict is not None and content not in (self._field.stored, self._conflict.theirs):
            self._field.pending = self._without_theirs(content, self._conflict.theirs)
            self._show(self._conflict, self._field.pending)
            self._keep()

    def follow(self, latest: FieldText) -> None:
        """Let the other text in the panel be the one that is stored now."""
        known = self._conflict
        if known is not None and latest.revision > known.revision:
            self._conflict = ChangedMeanwhile(mine=known.mine, theirs=latest.text, revision=latest.revision, who=known.who)
            self._show(self._conflict, self._field.intended())

    def close(self) -> None:
        """Tell both texts on the page when the field goes before the person decided."""
        conflict, mine = self._conflict, self._field.pending
        if conflict is not None and mine is not None:
            self._field.say(f'{_who(conflict)} changed this meanwhile. It now reads: {conflict.theirs or "empty"}. Not saved: {mine}')

    async def kept(self) -> None:
        """Wait until one's own text is kept, where there are two."""
        if self._keeping is not None:
            await asyncio.wait({self._keeping})

    def settle(self, records: Records) -> None:
        """Let go of the kept text in the transaction that stores the decision."""
        if self._is_kept:
            records.journal.settle(self._field.key, self._field.name, self._page)

    def _without_theirs(self, content: str, theirs: str) -> str:
        """Return what is one's own of a text that was typed on in theirs.

        Theirs came into the field while the first words were still on their way: the browser shows it in place of those words.
        """
        before = self._field.intended() if self._typed_over is None else self._typed_over
        is_of_ones_own = bool(before) and content.startswith(before)  # “No” is the beginning of “No new lesions”, too
        if not theirs or theirs in before or is_of_ones_own or not content.startswith(theirs):
            return content
        self._typed_over = before
        return before + content[len(theirs):]

    def _show(self, conflict: ChangedMeanwhile, mine: str) -> None:
        if self._panel is not None:
            is_newer = conflict.theirs != self._field.stored
            self._panel.show(_who(conflict) if is_newer else '', conflict.theirs, mine)

    def _keep(self) -> None:
        if self._keeping is None:
            self._is_kept = True
            self._keeping = background_tasks.create(self._keep_until_quiet(), name=f'keep {self._field.name}')

    @background_tasks.await_on_shutdown
    async def _keep_until_quiet(self) -> None:
        field, kept = self._field, None
        try:
            while self._conflict is not None and kept != field.intended():
                kept = field.intended()
                if not await keep_text(field, self._page, kept):
                    return
                await asyncio.sleep(KEEP_EVERY_S)
        finally:
            self._keeping = None

    def _let_go(self) -> None:
        self._is_kept = False
        in_background(lambda records: records.journal.settle(self._field.key, self._field.name, self._page), 'end of a kept text')

    def _decide(self, choice: Choice) -> None:
        """Store the person's decision over the version it was made against; a newer one asks again."""
        field, conflict, mine = self._field, self._conflict, self._field.intended()
        if conflict is None or self._panel is None:
            return
        content = {'mine': mine, 'theirs': conflict.theirs, 'both': both(field.stored, conflict.theirs, mine)}[choice]
        with field.shown.root:  # the button that was pressed goes with the panel
            self._panel.close()
            self._panel = self._conflict = field.pending = None
            field.others.forget()
            field.revision, field.stored, field.burst = conflict.revision, conflict.theirs, new_key()
            field.enter(SaveState.IDLE)
            if content == conflict.theirs:
                self._let_go()
            field.put(content)
            field.typed(content)


def _who(conflict: ChangedMeanwhile) -> str:
    return conflict.who or 'Someone else'
