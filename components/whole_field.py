"""A field that is written whole, at once: how a photograph is turned, what is drawn over it, how a comparison lies."""
import asyncio
from collections.abc import Callable
from typing import Any

from app.clinic import clinic
from components.session import current_actor
from data.errors import ChangedMeanwhile, Conflict
from data.records import Records
from data.repositories.fields import FieldText, Saved

Act = Callable[..., Saved]
ReadsOne = Callable[[Records, str], Any]


def _of_image(records: Records, key: str) -> Any:
    return records.images.one(key)


class WholeField:
    """What a field holds and which revision that is. A change is based on what this page has shown, and refused when that is old.

    `act(records)` is the repository's act that writes it, of images where none is given, and `reads` asks whether this reader may see the
    subject. With `seen` the page has shown that already. What is written under one `burst` soon after one another is one version.
    """

    def __init__(self, subject: str, name: str, what: str, *, act: Callable[[Records], Act] = lambda records: records.images.describe,
                 reads: ReadsOne = _of_image, seen: FieldText | None = None, burst: str = '') -> None:
        self.text, self.revision = (seen.text, seen.revision) if seen else ('', 0)
        self._subject, self._name, self._what, self._act, self._reads, self._burst = subject, name, what, act, reads, burst
        self._one_at_a_time = asyncio.Lock()
        if seen is None:
            self.read()

    def read(self) -> bool:
        """Take what the field holds now, and tell whether that is another revision. What this page is about to store is no news to it."""
        if self._one_at_a_time.locked():
            return False
        with clinic().reading(current_actor()) as records:
            self._reads(records, self._subject)
            latest = records.fields.latest(self._subject, self._name)
        return self._take(latest.text, latest.revision) if latest else False

    def take_newer(self, seen: FieldText) -> bool:
        """Take what the page has read anew, and tell whether that is newer. While something is being stored it is left to that."""
        return not self._one_at_a_time.locked() and seen.revision > self.revision and self._take(seen.text, seen.revision)

    async def write(self, make: Callable[[str], str]) -> str:
        """Store what `make` makes of the text, and return what it was before. A change of someone else's meanwhile is taken, and told.

        `make` is asked once everything before is stored: who acts twice in quick succession acts on what came of the first.
        """
        async with self._one_at_a_time:
            before, revision = self.text, self.revision
            text = make(before)
            try:
                saved = await clinic().change(current_actor(), lambda records: self._act(records)(
                    self._subject, self._name, text, expected_revision=revision, burst=self._burst))
            except ChangedMeanwhile as conflict:
                self._take(conflict.theirs, conflict.revision)
                sentence = f'{conflict.who or "Someone else"} changed {self._what} meanwhile. Nothing was overwritten: do yours again.'
                raise Conflict(sentence) from conflict
            self._take(saved.text, saved.revision)
            return before

    def _take(self, text: str, revision: int) -> bool:
        is_news = revision != self.revision
        self.text, self.revision = text, revision
        return is_news
