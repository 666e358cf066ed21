"""Waiting for what a page comes to, and holding the events of looks back to see what a page shows before they are written."""
import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from nicegui.testing import User

from app.clinic import Clinic


async def sees(user: User, *what: str, **more: Any) -> None:
    """Wait until the page shows it; a busy machine may take a while."""
    await user.should_see(*what, **more, retries=50)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


class HeldLooks:
    """Holds back what `Clinic.change` would write from now on; `asked` tells how much waits. Nothing may be shown meanwhile."""

    def __init__(self, clinic: Clinic, patch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self._goes, self._change = asyncio.Event(), clinic.change
        patch.setattr(clinic, 'change', self._held)

    def let_go(self) -> None:
        """Write everything that waits, and hold nothing more."""
        self._goes.set()

    async def waits(self, number: int = 1) -> None:
        """Wait until so much is held, and then until everything that does not wait for it has happened."""
        await until(lambda: self.asked >= number)
        for _ in range(20):
            await asyncio.sleep(0)

    async def _held(self, *what: Any) -> Any:
        self.asked += 1
        await self._goes.wait()
        return await self._change(*what)
