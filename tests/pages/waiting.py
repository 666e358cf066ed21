"""Waiting for what a page comes to, and holding back what is written to see what a page shows before."""
import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from nicegui.testing import User

from app.clinic import Clinic

T = TypeVar('T')


async def sees(user: User, *what: str, **more: Any) -> None:
    """Wait until the page shows it; a busy machine may take a while, and `should_see` alone looks only every tenth of a second."""
    try:
        await until(lambda: user._sees(*what, **more))
    except TimeoutError:
        await user.should_see(*what, **more, retries=1)  # says what the page shows instead


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so, leaving room between two looks: what is waited for may be the work of another thread.

    The patience is a number of looks, half a minute of them: a machine that stood still meanwhile has not used it up.
    """
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def seen_until(condition: Callable[[], bool], look: Callable[[], T]) -> set[T]:
    """Wait as `until` does, and return all that was to be seen before, then, and after each turn of the loop between.

    It looks from the loop itself: a test that turned the loop with `sleep(0)` would take the interpreter back faster than a thread wakes.
    """
    loop: Any = asyncio.get_running_loop()
    seen, turn = {look()}, loop._run_once

    def turned() -> None:
        turn()
        seen.add(look())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, '_run_once', turned)
        await until(condition)
    return seen


async def settled() -> None:
    """Let everything happen that waits for nothing."""
    for _ in range(20):
        await asyncio.sleep(0)


class HeldChanges:
    """Holds back what pages would write from now on, to see what they show before it is written."""

    def __init__(self, clinic: Clinic, patch: pytest.MonkeyPatch) -> None:
        self.asked = self.done = 0
        self._goes, self._change = asyncio.Event(), clinic.change
        patch.setattr(clinic, 'change', self._held)

    async def let_go(self) -> None:
        """Write everything that waits, hold nothing more, and let the pages go on."""
        self._goes.set()
        await until(lambda: self.done == self.asked)
        await settled()

    async def held(self, number: int = 1) -> None:
        """Wait until so much is held back."""
        await until(lambda: self.asked >= number)
        await settled()

    async def _held(self, *what: Any) -> Any:
        self.asked += 1
        await self._goes.wait()
        try:
            return await self._change(*what)
        finally:
            self.done += 1
