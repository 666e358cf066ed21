"""A field of the large photograph that is written whole, at once: how it is turned, what is drawn over it."""
import asyncio
from collections.abc import Callable

from app.clinic import clinic
from components.session import current_actor
from data.errors import ChangedMeanwhile, Conflict


class WholeField:
    """What a field holds and which revision that is. A change is based on what this page has shown, and refused when that is old."""

    def __init__(self, image: str, name: str, what: str) -> None:
        self.text, self.revision = '', 0
        self._image, self._name, self._what = image, name, what
        self._one_at_a_time = asyncio.Lock()
        self.read()

    def read(self) -> bool:
        """Take what the field holds now, and tell whether that is another revision. What this page is about to store is no news to it."""
        if self._one_at_a_time.locked():
            return False
        with clinic().reading(current_actor()) as records:
            records.images.one(self._image)  # asks whether this reader may see it
            latest = records.fields.latest(self._image, self._name)
        return self._take(latest.text, latest.revision) if latest else False

    async def write(self, make: Callable[[str], str]) -> str:
        """Store what `make` makes of the text, and return what it was before. A change of someone else's meanwhile is taken, and told.

        `make` is asked once everything before is stored: who acts twice in quick succession acts on what came of the first.
        """
        async with self._one_at_a_time:
            before, revision = self.text, self.revision
            text = make(before)
            try:
                saved = await clinic().change(current_actor(), lambda records: records.images.describe(
                    self._image, self._name, text, expected_revision=revision))
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
