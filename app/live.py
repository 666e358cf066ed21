"""The live hub: who hears about which change. One per server, on the event loop; it holds callbacks, never records."""
import logging
from collections import defaultdict
from collections.abc import Callable

from data.records import Changed

EVERYTHING = '*'
Listener = Callable[[Changed], None]
_log = logging.getLogger('dermafolio.live')


class Hub:
    """Passes each committed change to the pages that show its subject."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = defaultdict(list)

    def subscribe(self, subject: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each change of a subject (EVERYTHING: of any), and return the act that ends it."""
        self._listeners[subject].append(listener)

        def unsubscribe() -> None:
            listeners = self._listeners.get(subject, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._listeners.pop(subject, None)
        return unsubscribe

    def publish(self, changes: list[Changed]) -> None:
        """Tell every listener. One that fails is logged and does not keep the others from hearing."""
        for change in changes:
            for listener in [*self._listeners.get(change.subject, ()), *self._listeners.get(EVERYTHING, ())]:
                try:
                    listener(change)
                except Exception:
                    _log.exception('a listener failed on %s', change.field or 'a change')

    def count(self) -> int:
        """Return how many listeners there are."""
        return sum(map(len, self._listeners.values()))
