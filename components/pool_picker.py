"""Add from pool: choose photographs for an entry; those that are in it already are shown, but cannot be chosen."""
from collections.abc import Awaitable, Callable
from datetime import date, tzinfo

from components.formatting import plural
from components.photo_picker import PhotoPicker, Picking, PoolSeen


class PoolPicker(PhotoPicker):
    """The dialog. `on_add` gets the chosen keys in the order of choice; the dialog closes when it has succeeded."""

    def __init__(self, *, zone: tzinfo, today: date, on_add: Callable[[list[str]], Awaitable[bool]]) -> None:
        super().__init__(zone=zone, today=today)
        self._on_add = on_add

    def open(self, seen: PoolSeen, here: frozenset[str], *, entry: str, visit: date) -> None:
        """Show a pool as it is now; `here` are the keys that the entry holds, which is called `entry` and is of the day `visit`."""
        self.pick(Picking('Add from pool', f'to entry {entry}', visit, _words, 'plus', self._on_add, taken=here), seen)


def _words(number: int) -> str:
    return f'Add {plural(number, "image")}' if number else 'Add images'
