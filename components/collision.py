"""Two texts that collide in a field: its own, and one that someone else stored meanwhile. Both are kept until the person decides."""
from typing import TYPE_CHECKING

from components.field_marks import Choice, ConflictPanel, both
from components.save_status import SaveState
from data.columns import new_key
from data.errors import ChangedMeanwhile
from data.repositories.fields import FieldText

if TYPE_CHECKING:
    from components.saved_field import SavedField


class Collision:
    """What one field does from a refused save until the person's decision. Nothing is stored in between."""

    def __init__(self, field: 'SavedField') -> None:
        self._field = field
        self._conflict: ChangedMeanwhile | None = None
        self._panel: ConflictPanel | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether two texts wait for a decision."""
        return self._conflict is not None

    def begin(self, content: str, conflict: ChangedMeanwhile) -> None:
        """Show both texts; nothing is stored until the person decides, and nothing is thrown away."""
        field = self._field
        field.pending = content if field.pending is None else field.pending
        self._conflict = conflict
        if field.is_gone:
            field.enter(SaveState.IDLE)  # the desk tidies up after it, and tells both texts
            return
        field.enter(SaveState.CONFLICT)
        field.others.forget()
        self._panel = ConflictPanel(field.shown, self._decide)
        self._show(conflict, field.intended())

    def go_on(self, content: str) -> None:
        """Take keys that were still on their way. After an outage the browser also repeats a text that it was once given: no news."""
        if self._conflict is not None and content not in (self._field.stored, self._conflict.theirs):
            self._field.pending = content
            self._show(self._conflict, content)

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

    def _show(self, conflict: ChangedMeanwhile, mine: str) -> None:
        if self._panel is not None:
            self._panel.show(_who(conflict), conflict.theirs, mine)

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
            field.put(content)
            field.typed(content)


def _who(conflict: ChangedMeanwhile) -> str:
    return conflict.who or 'Someone else'
