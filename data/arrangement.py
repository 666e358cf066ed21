"""How a comparison lies on the screen: zoom, place, wipe and opacity of all, turn and crop of each photograph. No photograph is changed.

    {"size":1.5,"across":-0.1,"wipe":40,"beside":"7f3a…","photos":{"7f3a…":{"turn":90,"crop":[0.1,0,0.9,1]}}}

Whatever lies as it was made is left out. `across` and `down` are shares of the width and height of the place that a photograph has on the
screen: so the photographs move together, however large each is shown. A crop is left, top, right and bottom as shares of the picture as
it is stored, before it is turned; `turn` is clockwise, beyond how the photograph is turned everywhere.
"""
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from data.errors import Invalid

MOST_SIZE, MOST_PHOTOS, MOST_CHARACTERS = 8.0, 60, 8_000
LEAST_CROP = 0.05
"""The least a crop leaves of a photograph's width and height."""
Crop = tuple[float, float, float, float]
WHOLE: Crop = (0.0, 0.0, 1.0, 1.0)
_PLACES = 4
_KEY = re.compile(r'[0-9a-f]{32}')
_NUMBERS = {'size': (1.0, MOST_SIZE), 'across': (-MOST_SIZE, MOST_SIZE), 'down': (-MOST_SIZE, MOST_SIZE)}
_SHARES = ('wipe', 'opacity')  # in percent
_UNREADABLE = 'This arrangement cannot be read. What was there before is kept.'


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done to one photograph in this comparison: quarter turns clockwise in degrees, and what is left of it."""

    turn_deg: int = 0
    crop: Crop = WHOLE


@dataclass(frozen=True)
class Arrangement:
    """How a comparison lies. `beside` is the key of the photograph that lies over or beside the baseline, empty: the last."""

    size: float = 1.0
    across: float = 0.0
    down: float = 0.0
    wipe: int = 50
    opacity: int = 50
    beside: str = ''
    photos: Mapping[str, Recipe] = field(default_factory=dict)

    def of(self, image: str) -> Recipe:
        """Return what is done to a photograph."""
        return self.photos.get(image, Recipe())

    def recipe(self, image: str, made: Recipe) -> 'Arrangement':
        """Return this with another recipe for one photograph."""
        return replace(self, photos={**self.photos, image: made})

    def only(self, images: Collection[str]) -> 'Arrangement':
        """Return this without what is said of other photographs."""
        return replace(self, beside=self.beside if self.beside in images else '',
                       photos={key: made for key, made in self.photos.items() if key in images})


_MADE = Arrangement()


def parse(text: str) -> Arrangement:
    """Return a stored or a sent arrangement. Refuse whatever is not exactly that."""
    if not text:
        return Arrangement()
    if len(text) > MOST_CHARACTERS:
        _refuse()
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        _refuse()
    if not isinstance(found, dict) or not found.keys() <= {*_NUMBERS, *_SHARES, 'beside', 'photos'}:
        _refuse()
    photos, beside = found.get('photos', {}), found.get('beside', '')
    if not isinstance(photos, dict) or len(photos) > MOST_PHOTOS or (beside != '' and not _is_key(beside)):
        _refuse()
    size, across, down = (_number(found.get(name, getattr(_MADE, name)), least, most) for name, (least, most) in _NUMBERS.items())
    wipe, opacity = (_whole(found.get(name, getattr(_MADE, name)), range(101)) for name in _SHARES)
    return Arrangement(size, across, down, wipe, opacity, beside, {key: _recipe(key, made) for key, made in photos.items()})


def dump(arrangement: Arrangement) -> str:
    """Return an arrangement as it is stored: one spelling only, empty when it lies as it was made."""
    written: dict[str, Any] = {}
    for name in _NUMBERS:
        value = round(getattr(arrangement, name), _PLACES)
        if value != getattr(_MADE, name):
            written[name] = value
    written |= {name: getattr(arrangement, name) for name in _SHARES if getattr(arrangement, name) != getattr(_MADE, name)}
    photos = {key: _written(recipe) for key, recipe in sorted(arrangement.photos.items()) if recipe != Recipe()}
    written |= ({'beside': arrangement.beside} if arrangement.beside else {}) | ({'photos': photos} if photos else {})
    return json.dumps(written, separators=(',', ':')) if written else ''


def cropped(left: float, top: float, right: float, bottom: float) -> Crop:
    """Return the crop between two corners, in whatever order: on the photograph, and never less than can be seen."""
    (left, right), (top, bottom) = (_span(left, right), _span(top, bottom))
    return left, top, right, bottom


def _span(one: float, other: float) -> tuple[float, float]:
    low, high = (round(min(max(share, 0.0), 1.0), _PLACES) for share in sorted((one, other)))
    if high - low >= LEAST_CROP:
        return low, high
    low = min(low, 1 - LEAST_CROP)
    return round(low, _PLACES), round(low + LEAST_CROP, _PLACES)


def _written(recipe: Recipe) -> dict[str, Any]:
    return ({'turn': recipe.turn_deg} if recipe.turn_deg else {}) | (
        {'crop': [round(share, _PLACES) for share in recipe.crop]} if recipe.crop != WHOLE else {})


def _recipe(key: str, found: Any) -> Recipe:
    if not _is_key(key) or not isinstance(found, dict) or not found.keys() <= {'turn', 'crop'}:
        _refuse()
    crop = found.get('crop', list(WHOLE))
    if not isinstance(crop, list) or len(crop) != 4:
        _refuse()
    left, top, right, bottom = (_number(share, 0.0, 1.0) for share in crop)
    if min(right - left, bottom - top) < LEAST_CROP - 10 ** -_PLACES:
        _refuse()
    return Recipe(_whole(found.get('turn', 0), range(0, 360, 90)), (left, top, right, bottom))


def _is_key(found: Any) -> bool:
    return isinstance(found, str) and _KEY.fullmatch(found) is not None


def _number(found: Any, least: float, most: float) -> float:
    # True is a number to Python; NaN is neither below nor above anything, so it is not inside
    if type(found) not in (int, float) or not least <= found <= most:
        _refuse()
    return float(found)


def _whole(found: Any, among: range) -> int:
    if type(found) is not int or found not in among:
        _refuse()
    return found


def _refuse(_constant: str = '') -> NoReturn:
    raise Invalid(_UNREADABLE, field='arrangement')
