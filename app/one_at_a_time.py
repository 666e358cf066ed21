"""Long work that is done once for everybody who asks for it while it is under way."""
import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar('T')
Progress = Callable[[int], None]


class OneAtATime(Generic[T]):
    """Runs work in a thread, never twice at once: who comes meanwhile shares the result, or the error. For one event loop."""

    def __init__(self) -> None:
        self._running: asyncio.Task[T] | None = None
        self._listening: list[Progress] = []

    async def run(self, work: Callable[[Progress], T], progress: Progress) -> T:
        """Return what the work under way returns, or begin it. `progress` is called in its thread. A caller who leaves stops nothing."""
        self._listening.append(progress)
        try:
            if self._running is None or self._running.done():
                self._running = asyncio.create_task(asyncio.to_thread(work, self._tell))
            return await asyncio.shield(self._running)
        finally:
            self._listening.remove(progress)

    def _tell(self, done: int) -> None:
        for progress in list(self._listening):
            progress(done)
