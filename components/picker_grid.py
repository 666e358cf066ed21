"""The photographs of a pool to choose from, as the pool shows them: what is taken already is shown still, and cannot be chosen."""
from collections.abc import Callable, Collection
from datetime import date, tzinfo
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import text
from components.elements import FocusableHtml
from components.image_grid import describe, tile_html
from components.pool_day import PoolDay, TileActs
from components.pool_grid import PoolGrid
from components.sensitive import veil_words
from data.read_models import ImageTile

OnSight = Callable[[date, bool], Any]


class PickerDay(PoolDay):
    """A day some of whose photographs are `taken`; `taken_words` say by what. `on_sight` hears when it comes in sight or leaves it."""

    def __init__(self, on: date, acts: TileActs, *, today: date, zone: tzinfo, visit: date, taken: Collection[str], taken_words: str,
                 on_sight: OnSight) -> None:
        super().__init__(on, acts, today=today, zone=zone, visit=visit)
        self.taken, self._taken_words, self._on_sight = taken, taken_words, on_sight
        self.place.classes('df-picker-day')
        self._watch()

    @property
    def choosable(self) -> list[str]:
        """Return the keys of those that are not taken."""
        return [key for key in self.tiles if key not in self.taken]

    @property
    def distance(self) -> str:
        """Return how the day lies to the visit, in words."""
        return self._distance

    def _watch(self) -> None:
        """Lay an empty element over the day whose browser part tells when it comes in sight: nothing has to measure."""
        with self.place:
            sight = ui.element('q-intersection').classes('df-picker-sight')
        sight.on('visibility', lambda event: self._on_sight(self._on, event.args is True))

    def _build(self) -> None:
        super()._build()  # which empties the place
        self._watch()

    def _number(self) -> str:
        taken = len(self.tiles) - len(self.choosable)
        return f'{taken} of {len(self.tiles)} {self._taken_words[0].lower()}{self._taken_words[1:]}' if taken else super()._number()

    def _name_visits(self) -> None:
        """Name the visits without their links: one would lead away from the choice."""
        self._visits_place.clear()
        with self._visits_place:
            for visit in self._visits:
                text(visit.words, 'df-ell df-picker-visit', tag='span', title=visit.words)

    def _tile(self, tile: ImageTile, *, is_lazy: bool) -> FocusableHtml:
        if tile.key not in self.taken:
            return super()._tile(tile, is_lazy=is_lazy)
        fragment = self._face(tile, is_lazy=is_lazy)
        element = FocusableHtml(fragment, sanitize=False)
        element.classes('df-tile df-tile--gone').mark(f'tile-{tile.key}')
        element.props['role'] = 'img'
        self._name(tile, element)
        return element

    def _face(self, tile: ImageTile, *, is_lazy: bool = True) -> str:
        return tile_html(tile, self._zone, badge=self._taken_words if tile.key in self.taken else '', is_lazy=is_lazy)

    def _name(self, tile: ImageTile, element: FocusableHtml | None = None) -> None:
        super()._name(tile, element)
        if tile.key in self.taken:
            (element or self._elements[tile.key]).props['aria-label'] = ', '.join(
                (describe(tile, self._zone) + veil_words(tile, hidden=False), self._taken_words))


class PickerGrid(PoolGrid):
    """Days are counted from the day of the `visit`. A click anywhere on a photograph chooses it, and what a filter hides stays chosen."""

    def __init__(self, *, today: date, zone: tzinfo, visit: date, taken: Collection[str], taken_words: str,
                 on_choice: Callable[[], Any], on_sight: OnSight = lambda _on, _is_visible: None) -> None:
        super().__init__(today=today, zone=zone, on_open=self.toggle, on_choice=on_choice)
        self._visit, self._taken, self._taken_words, self._on_sight = visit, frozenset(taken), taken_words, on_sight

    @property
    def choosable(self) -> list[str]:
        """Return what is not taken, in the order of the page."""
        return [key for key in super().choosable if key not in self._taken]

    @property
    def held(self) -> frozenset[str]:
        """Return the keys of all that is chosen, shown or not."""
        return frozenset(self._chosen)

    @property
    def days(self) -> list[tuple[date, str, int]]:
        """Return the days as they are shown: each with its distance in words, and how many photographs it has."""
        return [(on, day.distance, len(day.tiles)) for on, day in self._days.items() if isinstance(day, PickerDay)]

    def choose(self, keys: Collection[str]) -> None:
        """Choose these, too."""
        self._choose(set(keys) & set(self.choosable), is_on=True)

    def take(self, taken: Collection[str]) -> None:
        """Show these as taken from now on; what of them was chosen is so no more."""
        turned, self._taken = self._taken ^ set(taken), frozenset(taken)
        for on, day in list(self._days.items()):
            if turned & day.tiles.keys():
                self._days.pop(on).place.delete()
        if turned and self._again is not None:
            self._again()

    def lead_to(self, on: date) -> None:
        """Bring a day to the top."""
        if on in self._days:
            self._days[on].place.run_method('scrollIntoView', {'block': 'start'})

    def _kept(self) -> set[str]:
        return self._chosen - self._taken

    def _day(self, on: date) -> PoolDay:
        return PickerDay(on, self._acts(), today=self._today, zone=self._zone, visit=self._visit, taken=self._taken,
                         taken_words=self._taken_words, on_sight=self._on_sight)

    def _acts(self) -> TileActs:
        plain = super()._acts()
        # the page's own keys are deaf while a dialog is open: what they do with photographs, a photograph that has the focus does
        letters = {'j': lambda: self.move(1), 'k': lambda: self.move(-1), 'x': self.toggle_current}
        return TileActs(plain.open, plain.choose, plain.choose_all, plain.came, {**plain.keys, **letters})


def day_label(on: date, distance: str, number: int) -> str:
    """Return a day in one line: '6 weeks earlier, 12 Oct 2026 (5)'."""
    return f'{distance}, {formatting.day(on)} ({formatting.count(number)})'
