"""The comparisons of a visit as cards. A card that is there stays: someone may be typing its title."""
from collections.abc import Awaitable, Callable
from datetime import tzinfo

from nicegui import ui

from components.autosave import Autosave
from components.comparison_view import ComparisonCard
from components.controls import box, empty_state
from data.repositories.comparisons import GroupRecord

Enlarge = Callable[[GroupRecord], Awaitable[ui.dialog | None]]


class ComparisonList:
    """With `saving` titles can be edited. `enlarge(group)` writes the events of its images and returns the dialog that shows them large."""

    def __init__(self, groups: list[GroupRecord], saving: Autosave | None, *, zone: tzinfo, enlarge: Enlarge) -> None:
        self._saving, self._zone, self._enlarge = saving, zone, enlarge
        self._groups: list[GroupRecord] = []
        self._cards: dict[str, ComparisonCard] = {}
        self._made = ''
        self._large: ui.dialog | None = None
        self._place = box('df-pairs')
        with self._place:
            self._nothing = empty_state('No comparisons yet.', 'Select two or more photos, then Compare.')
        self.show(groups)

    def show(self, groups: list[GroupRecord]) -> None:
        """Show these: cards that are missing come, those that are there show their photographs of now."""
        before, self._groups = self._groups, groups
        with self._place:
            for group in groups:
                if group.key in self._cards:
                    self._cards[group.key].show(group)
                else:
                    self._cards[group.key] = ComparisonCard(group, self._saving, zone=self._zone, on_large=self._fill_screen)
        self._nothing.set_visibility(not groups)
        self._close_large(before)
        self.bring_into_sight(self._made)

    def bring_into_sight(self, key: str) -> None:
        """Bring a comparison that this person made into sight, now or as soon as its card is there."""
        self._made = key
        if key in self._cards:
            self._cards[key].root.run_method('scrollIntoView', {'block': 'nearest', 'behavior': 'smooth'})
            self._made = ''

    async def _fill_screen(self, group: GroupRecord) -> None:
        self._large = await self._enlarge(group)

    def _close_large(self, before: list[GroupRecord]) -> None:
        """Close a comparison that fills the screen when a photograph left one of them: it may be the one on the screen."""
        now = {tile.key for group in self._groups for tile in group.images}
        if self._large is not None and not self._large.is_deleted and any(tile.key not in now for group in before for tile in group.images):
            self._large.close()
