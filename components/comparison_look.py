"""How one person looks at a comparison at this moment: what is stored of it, and what never is. Nothing of the page in here."""
from dataclasses import dataclass, field, replace

from components.zoom import Zoom
from data.arrangement import MOST_SIZE, Arrangement, Recipe
from data.models import Layout
from data.read_models import ImageTile
from data.repositories.comparisons import GroupRecord

_QUARTER = 90


@dataclass
class Look:
    """One comparison on one stage. `flicker` is whether only the photograph beside the baseline shows, None: as it lies."""

    group: GroupRecord
    layout: Layout
    lies: Arrangement
    selected: str = ''
    flicker: bool | None = None
    zoom: Zoom = field(default_factory=lambda: Zoom(1, 1))

    @property
    def keys(self) -> list[str]:
        """Return the photographs in their order."""
        return [tile.key for tile in self.group.images]

    @property
    def is_paired(self) -> bool:
        """Tell whether two photographs share one place: the baseline and the one beside it."""
        return self.layout in (Layout.SLIDER, Layout.OVERLAY)

    @property
    def beside(self) -> ImageTile | None:
        """Return the photograph that lies beside the baseline: the chosen one, else the last."""
        others = self.group.images[1:]
        return next((tile for tile in others if tile.key == self.lies.beside), others[-1] if others else None)

    @property
    def chosen(self) -> ImageTile | None:
        """Return the photograph that the tools act on."""
        return next((tile for tile in self.group.images if tile.key == self.selected), self.beside)

    @property
    def opacity(self) -> int:
        """Return how much of the upper photograph shows, in percent."""
        return self.lies.opacity if self.flicker is None else 100 * self.flicker

    @property
    def wipe(self) -> int:
        """Return how much of the baseline shows, in percent."""
        return self.lies.wipe if self.flicker is None else 100 * (not self.flicker)

    @property
    def is_swapped(self) -> bool:
        """Tell whether the baseline and the one beside it have changed places."""
        return self.flicker is True and not self.is_paired

    def measure(self, width: float, height: float) -> None:
        """Take the size of the place that one photograph has on the screen."""
        self.zoom = Zoom(max(round(width), 1), max(round(height), 1), stage=(width, height))
        self.lay()

    def lay(self) -> None:
        """Let the zoom follow what lies stored."""
        width, height = self.zoom.stage
        self.zoom.size = min(self.lies.size, MOST_SIZE)
        self.zoom.x, self.zoom.y = self.lies.across * width, self.lies.down * height

    def moved(self) -> None:
        """Take what the hand did to the zoom."""
        width, height = self.zoom.stage
        if width and height:
            self.lies = replace(self.lies, size=self.zoom.size, across=round(self.zoom.x / width, 4), down=round(self.zoom.y / height, 4))

    def slide(self, by: int) -> None:
        """Move the wipe to the right, or let more of the upper photograph show, by so many percent."""
        if self.layout is Layout.SLIDER:
            self.slide_to(self.lies.wipe + by)
        elif self.layout is Layout.OVERLAY:
            self.slide_to(self.lies.opacity + by)

    def slide_to(self, percent: int) -> None:
        """Put the wipe, or the opacity, there."""
        percent, self.flicker = min(max(percent, 0), 100), None
        self.lies = replace(self.lies, wipe=percent) if self.layout is Layout.SLIDER else replace(self.lies, opacity=percent)

    def swap(self) -> None:
        """Show the other photograph in the place of the one: pressed again and again, the two flicker."""
        self.flicker = not self.flicker

    def lay_out(self, layout: Layout) -> None:
        """Show another layout."""
        self.layout, self.flicker = layout, None

    def select(self, key: str) -> None:
        """Choose the photograph that the tools act on; where two share a place it comes beside the baseline."""
        self.selected, self.flicker = key, None
        if self.is_paired and key != self.keys[0] and (self.beside is None or self.beside.key != key):
            self.lies = replace(self.lies, beside=key)

    def step(self, by: int) -> None:
        """Choose the photograph before or after the chosen one."""
        place = self.keys.index(self.chosen.key) + by if self.chosen else -1
        if 0 <= place < len(self.keys):
            self.select(self.keys[place])

    def turn(self, quarters: int) -> None:
        """Turn the chosen photograph, in this comparison only."""
        if self.chosen:
            made = self.lies.of(self.chosen.key)
            self.cook(self.chosen.key, replace(made, turn_deg=(made.turn_deg + quarters * _QUARTER) % 360))

    def cook(self, key: str, recipe: Recipe) -> None:
        """Give a photograph another recipe."""
        self.lies = self.lies.recipe(key, recipe)
