"""What is on its way: the files each sign-in is sending to each patient, for the progress list that survives moving between pages."""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.live import Hub
from data.columns import new_key
from data.records import Changed

_KEPT_FILES = 200
_KEPT_LISTS = 200


class UploadState(StrEnum):
    """How far a file is."""

    SENDING = 'sending'
    CHECKING = 'checking'
    ADDED = 'added'
    ALREADY_HERE = 'already here'
    REFUSED = 'refused'


@dataclass
class Upload:
    """One file on its way. `total_bytes` is what the request announced (0: nothing); `sentence` says why it was refused.

    `has_twin` says that the same file is in another patient's pool too, not whose.
    """

    name: str
    total_bytes: int
    received_bytes: int = 0
    state: UploadState = UploadState.SENDING
    sentence: str = ''
    image: str = ''
    has_twin: bool = False
    at: datetime | None = None
    key: str = field(default_factory=new_key)

    @property
    def is_under_way(self) -> bool:
        """Tell whether this file is still being sent or checked."""
        return self.state in {UploadState.SENDING, UploadState.CHECKING}


class Uploads:
    """The progress lists, in memory, per session and patient; each change is told to the hub under `topic`."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._lists: dict[str, list[Upload]] = {}

    @staticmethod
    def topic(session: str, patient: str) -> str:
        """Return the hub subject of one progress list."""
        return f'uploads:{session}:{patient}'

    def begin(self, session: str, patient: str, upload: Upload) -> None:
        """Add a file to a list, letting go of the oldest that are done, in this list and among all lists."""
        topic = self.topic(session, patient)
        known = self._lists.pop(topic, [])
        done = [old for old in known if not old.is_under_way][:max(0, len(known) + 1 - _KEPT_FILES)]
        self._lists[topic] = [*(old for old in known if old not in done), upload]
        for quiet in [name for name, files in self._lists.items() if not any(one.is_under_way for one in files)][:-_KEPT_LISTS]:
            del self._lists[quiet]
        self.tell(session, patient)

    def tell(self, session: str, patient: str) -> None:
        """Let the open pages of this list show how far it is."""
        self._hub.publish([Changed(self.topic(session, patient))])

    def of(self, session: str, patient: str) -> list[Upload]:
        """Return the files of a list, oldest first."""
        return list(self._lists.get(self.topic(session, patient), ()))

    def clear(self, session: str, patient: str) -> None:
        """Forget the files that are done."""
        topic = self.topic(session, patient)
        under_way = [known for known in self._lists.pop(topic, []) if known.is_under_way]
        if under_way:
            self._lists[topic] = under_way
        self.tell(session, patient)


def summary(uploads: Iterable[Upload]) -> str:
    """Return how a batch ended: '3 photos added. 1 skipped: larger than 64 MB.' Each reason is named once."""
    files = list(uploads)
    added, here = (sum(one.state is state for one in files) for state in (UploadState.ADDED, UploadState.ALREADY_HERE))
    reasons = [one.sentence.rstrip('.') for one in files if one.state is UploadState.REFUSED]
    parts = [
        f'{added} photo{"" if added == 1 else "s"} added.' if added else '',
        f'{here} already in the pool.' if here else '',
        f'{len(reasons)} skipped: {", ".join(dict.fromkeys(reasons))}.' if reasons else '',
    ]
    return ' '.join(part for part in parts if part)
