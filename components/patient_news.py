"""What an open list hears of others, put together until it is worth a look: whose figures changed, who is new, how tags are called."""
from collections.abc import Awaitable, Callable

from nicegui import ui

from components.patient_filters import is_narrowed
from components.patient_finding import Found
from components.soon import Soon
from data.records import Changed

_ROWS_PAUSE_S, _NEWCOMERS_PAUSE_S, _TOTALS_PAUSE_S = 1.0, 2.0, 5.0


class ListNews:
    """Asks for as little as a change takes: the patients shown, the totals, or the names of who is new.

    A change of somebody who is not shown comes with every key in a name: it can only change how many fit, and only where something narrows
    the list. Nothing is asked for once `place` is gone.
    """

    def __init__(self, place: ui.element, shown: Callable[[], Found], *, on_rows: Callable[[], Awaitable[None]],
                 on_totals: Callable[[], Awaitable[None]], on_new: Callable[[list[str]], Awaitable[None]]) -> None:
        self._shown, self._on_new = shown, on_new
        self._new: list[str] = []
        self._rows = Soon(on_rows, place=place, pause_s=_ROWS_PAUSE_S, name='live figures')
        self._totals = Soon(on_totals, place=place, pause_s=_TOTALS_PAUSE_S, name='live totals')
        self._newcomers = Soon(self._name, place=place, pause_s=_NEWCOMERS_PAUSE_S, name='live list')

    def hear_figures(self, change: Changed) -> None:
        """Take up that someone's name, counts or tags changed."""
        found = self._shown()
        if any(row.key == change.field for row in found.page.rows):
            self._rows()
        elif is_narrowed(found.view):
            self._totals()

    def hear_vocabulary(self, _change: Changed) -> None:
        """Take up that a tag is called or coloured differently."""
        self._rows()

    def hear_new(self, change: Changed) -> None:
        """Take up that someone was registered. Many at once are named together."""
        self._new.append(change.field)
        self._newcomers()

    def recount(self) -> None:
        """Ask for the totals."""
        self._totals()

    def end(self) -> None:
        """Ask for nothing more."""
        for asked in (self._rows, self._totals, self._newcomers):
            asked.end()

    async def _name(self) -> None:
        keys, self._new = self._new, []
        await self._on_new(keys)
