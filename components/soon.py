"""Work that many small changes ask for: done at once, then at most once per pause, and always once after the last."""
import asyncio
from collections.abc import Awaitable, Callable

from nicegui import background_tasks


class Soon:
    """Call it as often as things change; `work` runs in the background, never twice at a time."""

    def __init__(self, work: Callable[[], Awaitable[None]], *, pause_s: float = 0.25, name: str = 'soon') -> None:
        self._work, self._pause_s, self._name = work, pause_s, name
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
                await self._work()
                await asyncio.sleep(self._pause_s)
        finally:
            self._is_running = False
