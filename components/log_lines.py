"""What libraries write into the log becomes one short line each, and not too many of them: a page can be made to say anything."""
import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path

LIBRARIES = ('nicegui', 'engineio.server', 'socketio.server', 'asyncio')
MOST_A_MINUTE = 60
_LONGEST = 600
_DEEPEST = 6


class ShortLines(logging.Filter):
    """Puts the places of a trace into the line, without the error's words, which may be a patient's; counts lines by the minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock, self._minute, self._count = clock, -1, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten a record, or drop it when this minute has had its lines."""
        minute = int(self._clock() // 60)
        self._count = self._count + 1 if minute == self._minute else 1
        self._minute = minute
        line = _line(record) if self._count <= MOST_A_MINUTE else 'more of the same is left out for up to a minute'
        record.msg, record.args, record.exc_info, record.exc_text = line, (), None, None
        return self._count <= MOST_A_MINUTE + 1


def install() -> None:
    """Shorten what the libraries below the pages log."""
    for name in LIBRARIES:
        logging.getLogger(name).addFilter(ShortLines())


def one_line(words: str, longest: int = _LONGEST) -> str:
    """Return words as one line of printable characters: nothing in it can move a console's cursor or begin a line."""
    return ' '.join(''.join(sign if sign.isprintable() else ' ' for sign in words[:longest]).split())


def _line(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(record.msg, BaseException):
        error = error or record.msg
    if error is None:
        return one_line(record.getMessage())
    innermost = reversed(traceback.extract_tb(error.__traceback__)[-_DEEPEST:])
    places = ' < '.join(f'{Path(frame.filename).name}:{frame.lineno}' for frame in innermost)
    words = one_line(record.getMessage().partition('\n')[0]) if isinstance(record.msg, str) else 'failed'
    return f'{words}: {type(error).__name__} at {places or "an unknown place"}'
