"""How a photograph lies on its stage: how large, how far aside, how turned. Nothing of the page in here, only lengths and places.

The stage is measured in CSS pixels from its upper left corner; a place on the photograph is a share of the width and of the height of the
picture as it is stored, before it is turned. Size 1 is the largest at which all of it is seen.
"""
from dataclasses import dataclass
from math import cos, hypot, radians, sin

MOST = 8.0
STEP = 1.25
_TWICE = 2.0
_WORTH_FILLING = 1.1

Place = tuple[float, float]


@dataclass
class Zoom:
    """One photograph on one stage. Until the stage is measured it cannot be zoomed."""

    width_px: int
    height_px: int
    turn_deg: int = 0
    stage: tuple[float, float] = (0.0, 0.0)
    size: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @property
    def is_fit(self) -> bool:
        """Tell whether all of it is seen."""
        return self.size <= 1

    @property
    def shown(self) -> tuple[float, float]:
        """Return width and height at size 1 as it is stored, in CSS pixels."""
        width, height = self._turned(self.width_px, self.height_px)
        scale = min(self.stage[0] / width, self.stage[1] / height)
        return self.width_px * scale, self.height_px * scale

    def measure(self, width: float, height: float) -> None:
        """Take the size of the stage."""
        self.stage = (width, height)
        self._keep_on_stage()

    def zoom(self, size: float, at: Place | None = None) -> None:
        """Show it so large; what lies at this point of the stage, else at its middle, stays there."""
        if not all(self.stage):
            return
        size = min(max(size, 1.0), MOST)
        px, py = self._from_middle(at)
        grown = size / self.size
        self.x, self.y, self.size = px - (px - self.x) * grown, py - (py - self.y) * grown, size
        self._keep_on_stage()

    def pan(self, dx: float, dy: float) -> None:
        """Move it aside, as far as it still reaches every edge that it reached."""
        if all(self.stage):
            self.x, self.y = self.x + dx, self.y + dy
            self._keep_on_stage()

    def fit_or_fill(self, at: Place) -> None:
        """Go from all of it to so large that it fills the stage, or to twice as large where that is hardly more, and back."""
        if not self.is_fit or not all(self.stage):
            self.zoom(1)
            return
        width, height = self._turned(*self.shown)
        fill = max(self.stage[0] / width, self.stage[1] / height)
        self.zoom(fill if fill >= _WORTH_FILLING else _TWICE, at)

    def turn(self, turn_deg: int) -> None:
        """Turn it; all of it is seen again."""
        self.turn_deg, self.size, self.x, self.y = turn_deg, 1.0, 0.0, 0.0

    def place_at(self, at: Place) -> Place:
        """Return the place on the photograph that lies at a point of the stage; outside 0 to 1 it lies beside it."""
        px, py = self._from_middle(at)
        across, down = self._rotated((px - self.x) / self.size, (py - self.y) / self.size, -self.turn_deg)
        width, height = self.shown
        return across / width + 0.5, down / height + 0.5

    def point_of(self, place: Place) -> Place:
        """Return the point of the stage at which a place on the photograph lies."""
        width, height = self.shown
        across, down = self._rotated((place[0] - 0.5) * width, (place[1] - 0.5) * height, self.turn_deg)
        return across * self.size + self.x + self.stage[0] / 2, down * self.size + self.y + self.stage[1] / 2

    def distance(self, one: Place, other: Place) -> float:
        """Return how far two places on the photograph lie apart on the stage."""
        (ax, ay), (bx, by) = self.point_of(one), self.point_of(other)
        return hypot(ax - bx, ay - by)

    def _from_middle(self, at: Place | None) -> Place:
        return (at[0] - self.stage[0] / 2, at[1] - self.stage[1] / 2) if at else (0.0, 0.0)

    def _turned(self, width: float, height: float) -> tuple[float, float]:
        return (height, width) if self.turn_deg % 180 else (width, height)

    @staticmethod
    def _rotated(x: float, y: float, by_deg: int) -> Place:
        across, up = round(cos(radians(by_deg))), round(sin(radians(by_deg)))  # quarters only
        return x * across - y * up, x * up + y * across

    def _keep_on_stage(self) -> None:
        if not all(self.stage):
            return
        width, height = self._turned(*self.shown)
        free_x, free_y = (max(0.0, (width * self.size - self.stage[0]) / 2), max(0.0, (height * self.size - self.stage[1]) / 2))
        self.x, self.y = min(max(self.x, -free_x), free_x), min(max(self.y, -free_y), free_y)
