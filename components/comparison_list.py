"""The comparisons of a visit as cards, and the one that fills the screen. A card that is there stays: someone may be typing its title."""
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from app.clinic import clinic
from components.autosave import Autosave
from components.comparison_acts import ComparisonActs
from components.comparison_stage import ComparisonStage, Desk
from components.comparison_view import CardActs, ComparisonCard
from components.controls import box, empty_state
from components.looking import leaves_with
from components.refusals import refusals_shown, tell
from components.soon import Soon
from components.undo_notice import UndoNotice
from data.read_models import PatientHeader
from data.repositories.comparisons import GroupRecord


@dataclass(frozen=True)
class ListActs:
    """What who may arrange has: the page's autosave and notice, `pick(group, acts)` that opens the choice of more photographs."""

    saving: Autosave
    notice: UndoNotice
    pick: Callable[[GroupRecord, ComparisonActs], Any]


class ComparisonList:
    """With `acts` comparisons can be changed. `look(keys)` writes the events of images before they are large; `patient()` owns them.

    `on_left()` hears when a comparison left the screen: what was arranged from here is read again then.
    """

    def __init__(self, groups: list[GroupRecord], acts: ListActs | None, *, zone: tzinfo, today: date, patient: Callable[[], PatientHeader],
                 look: Callable[[Collection[str]], Awaitable[None]], address: Callable[[str], str], on_left: Callable[[], Any]) -> None:
        self._acts, self._zone, self._today, self._patient, self._look = acts, zone, today, patient, look
        self._address, self._on_left = address, on_left
        self._groups: dict[str, GroupRecord] = {}
        self._cards: dict[str, ComparisonCard] = {}
        self._made = ''
        self._stage: ComparisonStage | None = None
        self._on_stage = ''
        self._desks: dict[str, ComparisonActs] = {}
        if acts is not None:
            acts.saving.besides = lambda: {desk.state for desk in self._desks.values()}
        self._place = box('df-pairs')
        with self._place:
            line = 'Select two or more photos, then Compare.' if acts is not None else ''
            self._nothing = empty_state('No comparisons yet.', line)
        self._follow_stage = Soon(self._renew_stage, place=self._place, name='comparison')
        self.show(groups)

    def show(self, groups: list[GroupRecord]) -> None:
        """Show these: cards that are missing come, those that are there show their photographs of now, others go."""
        self._groups = {group.key: group for group in groups}
        for key in [key for key in self._cards if key not in self._groups]:
            self._cards.pop(key).root.delete()
            self._desks.pop(key, None)
        with self._place:
            for group in groups:
                if group.key in self._cards:
                    self._cards[group.key].show(group)
                else:
                    self._cards[group.key] = self._card(group)
        for place, key in enumerate(self._groups, 1):  # one that came back stands where it stood
            if self._place.default_slot.children.index(self._cards[key].root) != place:
                self._cards[key].root.move(self._place, place)
        self._nothing.set_visibility(not groups)
        if self._on_stage:
            self._follow_stage()
        self.bring_into_sight(self._made)

    def is_own(self, burst: str) -> bool:
        """Tell whether a change was arranged from this page: it shows it already."""
        return bool(burst) and any(acts.burst == burst for acts in self._desks.values())

    def bring_into_sight(self, key: str) -> None:
        """Bring a comparison that this person made into sight, now or as soon as its card is there."""
        self._made = key
        if key in self._cards:
            self._cards[key].root.run_method('scrollIntoView', {'block': 'nearest', 'behavior': 'smooth'})
            self._made = ''

    def lead_to(self, key: str) -> None:
        """Bring the comparison that an address names into sight and mark it; say so when it is not here."""
        if key in self._cards:
            self._cards[key].root.classes('df-pair-card--led')
            self._cards[key].root.run_method('scrollIntoView', {'block': 'center'})
        else:
            tell('This comparison is not in this entry any more.', kind='info')

    def _card(self, group: GroupRecord) -> ComparisonCard:
        acts = None
        if self._acts is not None:
            self._desks[group.key] = ComparisonActs(group, self._acts.notice, self._saved)
            acts = CardActs(self._acts.saving, self._desks[group.key])
        return ComparisonCard(group, acts, zone=self._zone, address=self._address(group.key), on_large=self._fill_screen)

    def _saved(self) -> None:
        if self._acts is not None:
            self._acts.saving.note(clinic().clock())

    async def _fill_screen(self, group: GroupRecord) -> None:
        with refusals_shown():
            await self._look([tile.key for tile in group.images])
            group = self._groups.get(group.key, group)
            desk = None
            if self._acts is not None:
                acts, pick = self._desks[group.key], self._acts.pick
                desk = Desk(acts, self._acts.saving, lambda: pick(self._groups[group.key], acts), self._place)
            with self._place:
                stage = ComparisonStage(group, self._patient(), zone=self._zone, today=self._today, desk=desk)
            stage.dialog.on('hide', lambda: self._left(stage), [])
            leaves_with(stage.dialog, stage.keys, of=self._patient().key)
            self._stage, self._on_stage = stage, group.key

    def _left(self, stage: ComparisonStage) -> None:
        if self._stage is stage:
            self._stage, self._on_stage = None, ''
            self._on_left()

    async def _renew_stage(self) -> None:
        """Show on the whole screen what changed there, photographs that came after their events."""
        stage = self._stage
        if stage is None or stage.dialog.is_deleted:
            return
        group = self._groups.get(self._on_stage)
        if group is None:
            stage.leave()
            return
        await self._look([tile.key for tile in group.images if tile.key not in stage.keys])
        latest = self._groups.get(self._on_stage)
        if latest is not None and not stage.dialog.is_deleted:
            stage.follow(latest)
