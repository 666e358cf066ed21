"""Which sign-in was shown which patient's pictures lately: thumbnails are served under that note, without one they log an event."""
from collections.abc import Callable
from datetime import datetime, timedelta

NOTE_LASTS = timedelta(minutes=15)
_SWEEP_EVERY = timedelta(minutes=1)


class Viewings:
    """Notes (session, patient or image) in memory. They grant nothing; they only spare a second event for what one event named."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._until: dict[tuple[str, str], datetime] = {}
        self._swept = clock()

    def note(self, session: str, named: str) -> None:
        """Remember that an event named this patient's gallery, entry or viewer, or this one image, as shown to this session."""
        now = self._clock()
        if now - self._swept >= _SWEEP_EVERY:
            self._swept = now
            self._until = {key: until for key, until in self._until.items() if until > now}
        self._until[session, named] = now + NOTE_LASTS

    def forget(self, named: str) -> None:
        """Let no note of this image or patient be in force any more: the image left the patient under whose name it was shown."""
        self._until = {key: until for key, until in self._until.items() if key[1] != named}

    def count(self) -> int:
        """Return how many notes are kept."""
        return len(self._until)

    def covers(self, session: str, named: str) -> bool:
        """Tell whether such a note is in force."""
        return self._until.get((session, named), datetime.min.replace(tzinfo=self._clock().tzinfo)) > self._clock()
