"""Who has which record open right now. In memory only: it is true of this moment, and gone with the server."""
import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.live import Hub
from data.actors import Actor
from data.records import Changed

IDLE_AFTER_S = 120.0


@dataclass(frozen=True)
class Person:
    """Someone who is here: their key, their name for the page, and whether nothing was heard of them for a while."""

    user: str
    name: str
    is_idle: bool = False


class Timer(Protocol):
    """What can be called off."""

    def cancel(self) -> None:
        """Do not do it."""


Later = Callable[[float, Callable[[], None]], Timer]
"""Does something after so many seconds."""


def presence_of(subject: str) -> str:
    """Return the live topic of who has a record open."""
    return f'presence {subject}'


def _on_the_loop(delay_s: float, act: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(delay_s, act)


class Presence:
    """The open pages of each record. A page that lost its line is not here until it is back.

    One timer serves all pages: it waits for the first that could have turned idle, and finds there whether it has.
    """

    def __init__(self, hub: Hub, clock: Callable[[], float] = time.monotonic, later: Later = _on_the_loop) -> None:
        self._hub, self._clock, self._later = hub, clock, later
        self._pages: dict[str, dict[str, Person]] = {}
        self._heard_at: dict[str, float] = {}
        self._told: dict[str, tuple[Person, ...]] = {}
        self._timer: Timer | None = None

    def come(self, subject: str, page: str, actor: Actor) -> None:
        """Note that a page of this person shows a record."""
        self._pages.setdefault(subject, {})[page] = Person(actor.user, actor.name)
        self._heard_at[page] = self._clock()
        self._tell(subject)
        self._watch()

    def go(self, subject: str, page: str) -> None:
        """Note that a page shows a record no longer. One that was not here is no news."""
        pages = self._pages.get(subject, {})
        pages.pop(page, None)
        if not pages:
            self._pages.pop(subject, None)
        if not any(page in others for others in self._pages.values()):
            self._heard_at.pop(page, None)
        self._tell(subject)
        self._watch()

    def acted(self, page: str) -> None:
        """Note that the person at this page did something. A page that shows no record counts for nothing."""
        if page not in self._heard_at:
            return
        was_idle = self._is_idle(page)
        self._heard_at[page] = self._clock()
        if was_idle:
            self._look()

    def here(self, subject: str) -> tuple[Person, ...]:
        """Return who has a record open, each once, in the order they came. Someone is idle when all their pages of it are."""
        pages = self._pages.get(subject, {})
        active = {person.user for page, person in pages.items() if not self._is_idle(page)}
        return tuple(Person(one.user, one.name, one.user not in active) for one in dict.fromkeys(pages.values()))

    def _is_idle(self, page: str) -> bool:
        return self._clock() - self._heard_at[page] >= IDLE_AFTER_S

    def _look(self) -> None:
        """Tell what has become of everyone, and wait for the next who may turn idle."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for subject in list(self._pages):
            self._tell(subject)
        self._watch()

    def _watch(self) -> None:
        active = [at for page, at in self._heard_at.items() if not self._is_idle(page)]
        if active and self._timer is None:
            self._timer = self._later(min(active) + IDLE_AFTER_S - self._clock(), self._look)
        elif not active and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self, subject: str) -> None:
        now = self.here(subject)
        if now != self._told.get(subject, ()):
            self._told[subject] = now
            if not now:
                del self._told[subject]
            self._hub.publish([Changed(presence_of(subject))])
