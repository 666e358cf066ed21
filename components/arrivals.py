"""Which files of a pool are still arriving, until the page shows their photographs: never both at once, and never neither."""
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.uploads import Upload, UploadState
from components.upload_queue import QueuedFile
from components.upload_words import WAITING, sending_words, share_percent


@dataclass(frozen=True)
class Arrival:
    """A file on its way, as a tile says it. `percent` is None where nothing can be said of how far it is."""

    key: str
    name: str
    words: str
    percent: int | None = None


class Arrivals:
    """What of one open page's patient is on its way. A file is arriving until the page has read its photograph.

    `pool_was_read` is called each time that the page read the pool, with the files of that moment.
    """

    def __init__(self) -> None:
        self._coming: dict[str, Upload] = {}
        self._settled: set[str] = set()

    def pool_was_read(self, uploads: Iterable[Upload]) -> None:
        """Take it that what was added by now is in what was read, or left the pool again."""
        self._settled = {one.key for one in [*uploads, *self._coming.values()] if one.state is UploadState.ADDED}

    def now(self, uploads: Iterable[Upload], queue: Iterable[QueuedFile], pool: Collection[str]) -> list[Arrival]:
        """Return what is arriving: what the server has heard of, the longest here first, then what the browser holds.

        `uploads` are the patient's, whoever sends them; `pool` are the keys of the photographs that the page knows.
        """
        known = self._coming | {one.key: one for one in uploads}  # one that is done may be off the list before its photograph is read
        self._coming = {key: one for key, one in known.items() if self._is_coming(one) and one.becoming not in pool}
        return [*(_coming(one) for one in self._coming.values()), *(_waiting(one) for one in queue if not one.is_unsent)]

    def _is_coming(self, upload: Upload) -> bool:
        is_unread = upload.state is UploadState.ADDED and upload.key not in self._settled
        return (upload.is_under_way or is_unread) and not upload.is_cancelled


def _coming(upload: Upload) -> Arrival:
    whole = upload.state is not UploadState.SENDING
    return Arrival(upload.key, upload.name, sending_words(upload), 100 if whole else share_percent(upload))


def _waiting(file: QueuedFile) -> Arrival:
    return Arrival(file.key, file.name, WAITING)
