"""What a browser has been given to send and the server has not heard of yet: files that wait, and files that could not be sent.

The browser tells a file's key only: when it was changed, its name and its size, joined. That is enough to show a line; nothing is
decided by it.
"""
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from app.uploads import is_of

_MOST_FILES = 200  # no form has more
_LONGEST_KEY = 300
_CHANGED = re.compile(r'\d{9,15}')


@dataclass(frozen=True)
class QueuedFile:
    """A file in the browser's queue. `size` is how the browser writes it."""

    key: str
    size: str = ''
    is_unsent: bool = False

    @cached_property
    def name(self) -> str:
        """Return the file's name as far as the key tells it."""
        told = self.key.rpartition('/')[2]
        changed = _CHANGED.match(told)
        return (told[changed.end():].rstrip('0123456789') if changed else '') or 'photo'


class UploadQueue:
    """The queue of one open page. Take what the browser says with `added` and `unsent`, what the server has with `begun`.

    `earlier` are the keys on the server's list that this page did not send.
    """

    def __init__(self, earlier: Iterable[str] = ()) -> None:
        self._files: dict[str, QueuedFile] = {}
        self._begun = set(earlier)
        self._early: list[str] = []
        self._known: set[str] = set()
        self._cancelled: set[str] = set()

    @property
    def files(self) -> list[QueuedFile]:
        """Return what waits or could not be sent, in its order."""
        return list(self._files.values())

    def cancel(self, key: str) -> None:
        """Let go of a file; that it is not sent then is no news."""
        self._files.pop(key, None)
        self._cancelled.add(key)

    def cancel_all(self) -> None:
        """Let go of everything, also of what is being sent."""
        self._cancelled |= self._known | set(self._files)
        self._files.clear()

    def added(self, told: object) -> list[str]:
        """Take the files that were chosen or dropped. A small one may have arrived before the browser's word of it.

        Return the browser's words for all of them.
        """
        named = _told(told)
        self._known |= {one.key for one in named}
        self._cancelled -= self._known
        for one in named[:max(0, _MOST_FILES - len(self._files))]:
            early = next((name for name in self._early if is_of(one.key, name)), None)
            if early is None:
                self._files[one.key] = one
            else:
                self._early.remove(early)
        return [one.key for one in named]

    def unsent(self, told: object) -> list[str]:
        """Take the files that did not arrive. Return which of them are not wanted any more."""
        named = _told(told)
        for one in named:
            if one.key in self._cancelled:
                continue
            if one.key in self._files or len(self._files) < _MOST_FILES:
                self._files[one.key] = QueuedFile(one.key, one.size, is_unsent=True)
        return [one.key for one in named if one.key in self._cancelled]

    def retried(self) -> None:
        """Let all that could not be sent wait again."""
        self._files = {key: QueuedFile(key, one.size) for key, one in self._files.items()}

    def begun(self, uploads: Iterable[tuple[str, str]]) -> None:
        """Take the server's list, (key, name) of each: what it has heard of does not wait."""
        for key, name in uploads:
            if key not in self._begun:
                self._begun.add(key)
                waiting = next((one.key for one in self._files.values() if not one.is_unsent and is_of(one.key, name)), None)
                if waiting is None:
                    self._early.append(name)
                else:
                    del self._files[waiting]

    def finished(self) -> None:
        """Take it that the browser has nothing more to send: what still seems to wait was counted wrongly."""
        self._files = {key: one for key, one in self._files.items() if one.is_unsent}
        self._early.clear()
        self._known.clear()


def _told(files: object) -> list[QueuedFile]:
    """Read what a browser says of its files; it may say anything."""
    if not isinstance(files, list):
        return []
    told = [(one.get('__key'), one.get('__sizeLabel')) for one in files[:_MOST_FILES] if isinstance(one, dict)]
    return [QueuedFile(key[:_LONGEST_KEY], _spaced(str(size or '')[:20])) for key, size in told if isinstance(key, str) and key]


def _spaced(size: str) -> str:
    """Return '2.1 MB' for '2.1MB', and '23.5 kB' as the rest of the page writes it."""
    return re.sub(r'(?<=\d)(?=[A-Za-z])', ' ', size).replace('KB', 'kB')
