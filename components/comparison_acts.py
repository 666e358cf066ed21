"""What can be done to one comparison: how it lies is two fields with versions; which photographs are in it, in which order, are small acts.
"""
from collections.abc import Callable, Sequence
from typing import Any

from app.clinic import clinic
from components.comparison_words import group_name
from components.refusals import refusals_shown
from components.save_status import SaveState
from components.session import current_actor
from components.undo_notice import UndoNotice
from components.whole_field import WholeField
from data import arrangement as lies
from data.columns import new_key
from data.errors import Invalid
from data.models import Layout
from data.records import Records
from data.repositories.comparisons import GroupRecord
from data.repositories.fields import FieldText


class ComparisonActs:
    """The acts on one group, for who may arrange. `on_done()` hears of each that was stored; `notice` offers the way back."""

    def __init__(self, group: GroupRecord, notice: UndoNotice, on_done: Callable[[], Any]) -> None:
        self.burst = new_key()
        """Names what is arranged from here: the page that does it need not read it again."""
        self.is_busy: Callable[[], bool] = lambda: False
        """Tells whether something is arranged that is not stored yet: what others store meanwhile is met then, and not taken before."""
        self.is_tried_again = False
        """Tells whether the last try to store how it lies failed."""
        self._wanted: Layout | None = None
        self._key, self._notice, self._on_done = group.key, notice, on_done
        self._layout = self._field('layout', 'the layout of this comparison', _seen_layout(group))
        self._arrangement = self._field('arrangement', 'how this comparison lies', _seen_arrangement(group))

    def follow(self, group: GroupRecord) -> None:
        """Take what was read anew where it is newer."""
        self._layout.take_newer(_seen_layout(group))
        if not self.is_busy():
            self._arrangement.take_newer(_seen_arrangement(group))

    @property
    def state(self) -> SaveState:
        """Return what the page's indicator has to tell of it."""
        return SaveState.IDLE if not self.is_busy() else SaveState.RETRYING if self.is_tried_again else SaveState.SAVING

    @property
    def stored(self) -> lies.Arrangement:
        """Return how it lies as far as is stored."""
        return lies.parse(self._arrangement.text)

    @property
    def layout(self) -> Layout:
        """Return the layout that is stored, or is being stored."""
        return self._wanted or Layout(self._layout.text)

    async def lay_out(self, layout: Layout) -> None:
        """Store another layout."""
        self._wanted = layout
        try:
            await self._layout.write(lambda _text: layout.value)
        finally:
            if self._wanted is layout:
                self._wanted = None
        self._on_done()

    def has_stored(self, arrangement: lies.Arrangement) -> bool:
        """Tell whether this is how it lies in the record."""
        return lies.dump(arrangement) == self._arrangement.text

    async def arrange(self, arrangement: Callable[[], lies.Arrangement]) -> None:
        """Store how it lies at the moment at which all before is stored."""
        await self._arrangement.write(lambda _text: lies.dump(arrangement()))
        self.is_tried_again = False
        self._on_done()

    async def order(self, seen: list[str], images: list[str], said: str, notice: UndoNotice) -> None:
        """Put its photographs in another order."""
        await self._do(lambda records: records.comparisons.order(self._key, images, seen=seen))
        notice.say(said, on_undo=lambda: self._shown(lambda records: records.comparisons.order(self._key, seen, seen=images)))

    async def take_out(self, seen: list[str], image: str, notice: UndoNotice) -> None:
        """Take a photograph out of it."""
        def back(records: Records) -> None:
            records.comparisons.add(self._key, [image])
            now = [tile.key for tile in records.comparisons.one(self._key).images]
            if sorted(now) == sorted(seen):  # else others changed it meanwhile: it comes last
                records.comparisons.order(self._key, seen, seen=now)
        await self._do(lambda records: records.comparisons.take_out(self._key, image))
        notice.say('Photo taken out. The pool keeps it.', on_undo=lambda: self._shown(back))

    async def add(self, images: Sequence[str]) -> bool:
        """Add photographs to it, and tell whether that worked."""
        with refusals_shown():
            if not images:
                raise Invalid('Select a photo first.')
            await self._do(lambda records: records.comparisons.add(self._key, list(images)))
            return True
        return False

    async def remove(self, group: GroupRecord) -> None:
        """Delete it, with a way back."""
        await self._shown(lambda records: records.comparisons.remove(self._key), lambda: self._notice.say(
            f'Deleted the comparison “{group_name(group)}”.', takes_focus=True,
            on_undo=lambda: self._shown(lambda records: records.comparisons.restore(self._key))))

    def _field(self, name: str, what: str, seen: FieldText) -> WholeField:
        return WholeField(self._key, name, what, act=lambda records: records.comparisons.arrange, seen=seen, burst=self.burst)

    async def _do(self, act: Callable[[Records], Any]) -> None:
        await clinic().change(current_actor(), act)
        self._on_done()

    async def _shown(self, act: Callable[[Records], Any], then: Callable[[], Any] = lambda: None) -> None:
        with refusals_shown():
            await self._do(act)
            then()


def _seen_layout(group: GroupRecord) -> FieldText:
    return FieldText(group.layout.value, group.revisions.get('layout', 0))


def _seen_arrangement(group: GroupRecord) -> FieldText:
    return FieldText(lies.dump(group.arrangement), group.revisions.get('arrangement', 0))


