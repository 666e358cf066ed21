"""Work that many small changes ask for: done at once, then at most once per pause, and always once after the last."""
import asyncio
from collections.abc import Awaitable, Callable

from nicegui import background_tasks, ui

from components.refusals import refusals_shown


class Soon:
    """Call it as often as things change; `work` runs in the background, never twice at a time.

    With a `place` it runs in there, as long as that is on the page, and what is refused is said there.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], *, place: ui.element | None = None, pause_s: float = 0.25,
                 name: str = 'soon') -> None:
        self._work, self._place, self._pause_s, self._name = work, place, pause_s, name
        self._is_wanted = self._is_running = self._is_over = False

    def __call__(self, *_: object) -> None:
        """Ask for the work."""
        self._is_wanted = not self._is_over
        if self._is_wanted and not self._is_running:
            self._is_running = True
            background_tasks.create(self._run(), name=self._name)

    def end(self) -> None:
        """Ask for nothing more: the page is gone."""
        self._is_over, self._is_wanted = True, False

    async def _run(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = False
                await self._work_in_place()
                await asyncio.sleep(self._pause_s)
        finally:
            self._is_running = False

    async def _work_in_place(self) -> None:
        if self._place is None:
            await self._work()
        elif not self._place.is_deleted:
            with self._place, refusals_shown():
                await self._work()
