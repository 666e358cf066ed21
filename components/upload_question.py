"""After photographs came in: where were they taken? One tap answers for all of them; ignoring it is an answer too."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicegui import ui

from components.controls import box, button, text
from components.formatting import plural
from components.image_grid import site_of
from data.body_sites import SITES, is_paired
from data.read_models import ImageTile

_MOST_PLACES = 4


@dataclass(frozen=True)
class Place:
    """A body site, with its side where it has two."""

    words: str
    site: str
    side: str = ''

    @property
    def values(self) -> dict[str, str]:
        """Return the words that say it of a photograph, field by field."""
        return {'body_site': self.site} | ({'laterality': self.side} if is_paired(self.site) else {})


def recent_places(tiles: Sequence[ImageTile]) -> list[Place]:
    """Return where this patient's latest photographs were taken, latest first. `tiles` are in that order."""
    known = [tile for tile in tiles if tile.body_site in SITES]
    places = (Place(site_of(tile), tile.body_site, tile.laterality if is_paired(tile.body_site) else '') for tile in known)
    return list(dict.fromkeys(places))[:_MOST_PLACES]


class UploadQuestion:
    """The question, in `place`. `on_place` takes an answer, `on_other` asks for one that is not offered."""

    def __init__(self, place: ui.element, *, on_place: Callable[[Place], Any], on_other: Callable[[], Any]) -> None:
        self._place, self._on_place, self._on_other = place, on_place, on_other
        self._asked: tuple[int, list[Place]] = (0, [])
        self.show(0, [])

    def show(self, number: int, places: list[Place]) -> None:
        """Ask of so many photographs; of none there is nothing to ask. What is asked already is not drawn again."""
        self._place.set_visibility(number > 0)
        if (number, places) == self._asked:
            return
        self._asked = (number, places)
        self._place.clear()
        if not number:
            return
        with self._place, box('df-upload-ask', role='group', aria_label='Where were these taken?'):
            text('Where were these taken?', 'df-t3', tag='h3')
            text(f'{plural(number, "new photo")} {"has" if number == 1 else "have"} no body site.', 'df-meta df-f13')
            with box('df-upload-places'):
                for place in places:
                    button(place.words, on_click=partial(self._on_place, place))
                button('Other…', on_click=self._on_other)
