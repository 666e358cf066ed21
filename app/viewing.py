"""Which sign-in was shown which patient's pictures lately: thumbnails are served under that note, without one they log an event."""
from collections.abc import Callable
from datetime import datetime, timedelta

NOTE_LASTS = timedelta(minutes=15)
_SWEEP_OVER = 1_000


class Viewings:
    """Notes (session, patient) in memory. They grant nothing; they only spare a second event for what one event already named."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._until: dict[tuple[str, str], datetime] = {}

    def note(self, session: str, patient: str) -> None:
        """Remember that this session was shown this patient's gallery, entry or viewer."""
        now = self._clock()
        if len(self._until) > _SWEEP_OVER:
            self._until = {key: until for key, until in self._until.items() if until > now}
        self._until[session, patient] = now + NOTE_LASTS

    def covers(self, session: str, patient: str) -> bool:
        """Tell whether such a note is in force."""
        return self._until.get((session, patient), datetime.min.replace(tzinfo=self._clock().tzinfo)) > self._clock()
