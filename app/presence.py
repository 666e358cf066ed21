"""Who has which record open right now. In memory only: it is true of this moment, and gone with the server."""
from dataclasses import dataclass

from app.live import Hub
from data.actors import Actor
from data.records import Changed


@dataclass(frozen=True)
class Person:
    """Someone who is here: their key, and their name for the page."""

    user: str
    name: str


def presence_of(subject: str) -> str:
    """Return the live topic of who has a record open."""
    return f'presence {subject}'


class Presence:
    """The open pages of each record. A page that lost its line is not here until it is back."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._pages: dict[str, dict[object, Person]] = {}

    def come(self, subject: str, page: object, actor: Actor) -> None:
        """Note that a page of this person shows a record."""
        pages = self._pages.setdefault(subject, {})
        before = self.here(subject)
        pages[page] = Person(actor.user, actor.name)
        self._tell(subject, before)

    def go(self, subject: str, page: object) -> None:
        """Note that a page shows a record no longer. One that was not here is no news."""
        before = self.here(subject)
        pages = self._pages.get(subject, {})
        pages.pop(page, None)
        if not pages:
            self._pages.pop(subject, None)
        self._tell(subject, before)

    def here(self, subject: str) -> tuple[Person, ...]:
        """Return who has a record open, each once, in the order they came."""
        return tuple(dict.fromkeys(self._pages.get(subject, {}).values()))

    def _tell(self, subject: str, before: tuple[Person, ...]) -> None:
        if self.here(subject) != before:
            self._hub.publish([Changed(presence_of(subject))])

