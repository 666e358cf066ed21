"""Who is in which field. Advice for people, so that two do not write in one field; the guarantee is the version of every save."""
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.live import Hub
from app.presence import Person
from data.actors import Actor
from data.records import Changed

FREE_AFTER_S = 5.0


@dataclass(frozen=True)
class Holder:
    """Who is in a field, on which page, and when they came or pressed a key last, in seconds of the locks' clock."""

    page: str
    person: Person
    key_at: float


def editing_of(subject: str) -> str:
    """Return the live topic of who is in the fields of a subject."""
    return f'editing {subject}'


class FieldLocks:
    """A field belongs to who is in it until they leave it; after 5 s without a key someone else may take it."""

    def __init__(self, hub: Hub, clock: Callable[[], float] = time.monotonic, free_after_s: float = FREE_AFTER_S) -> None:
        self._hub, self._clock = hub, clock
        self.free_after_s = free_after_s
        self._held: dict[tuple[str, str], Holder] = {}

    def take(self, subject: str, field: str, page: str, actor: Actor) -> None:
        """Note a key of this page, or that someone came into the field there. While it belongs to another page, nothing happens."""
        known = self._held.get((subject, field))
        is_other = known is not None and known.page != page
        if known is not None and is_other and self.is_kept(known):
            return
        is_news = known is None or is_other or not self.is_kept(known)
        self._held[subject, field] = Holder(page, Person(actor.user, actor.name), self._clock())
        if is_news:
            self._hub.publish([Changed(editing_of(subject), field)])

    def leave(self, subject: str, field: str, page: str) -> None:
        """Note that someone left the field on this page, or that the page is gone."""
        known = self._held.get((subject, field))
        if known is not None and known.page == page:
            del self._held[subject, field]
            self._hub.publish([Changed(editing_of(subject), field)])

    def other(self, subject: str, field: str, page: str) -> Holder | None:
        """Return who is in the field on another page; None when nobody is, or has pressed no key for too long."""
        known = self._held.get((subject, field))
        return known if known is not None and known.page != page and self.is_kept(known) else None

    def is_kept(self, holder: Holder) -> bool:
        """Tell whether the field is still theirs alone."""
        return self.left_s(holder) > 0

    def left_s(self, holder: Holder) -> float:
        """Return how long the field stays theirs without another key, in seconds; 0 or less when someone else may take it."""
        return holder.key_at + self.free_after_s - self._clock()
