"""What is on its way: the files each sign-in is sending to each patient, for the progress list that survives moving between pages."""
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.live import Hub
from data.columns import new_key
from data.records import Changed

_KEPT = 60


class UploadState(StrEnum):
    """How far a file is."""

    SENDING = 'sending'
    CHECKING = 'checking'
    ADDED = 'added'
    ALREADY_HERE = 'already here'
    REFUSED = 'refused'


@dataclass
class Upload:
    """One file on its way. `total_bytes` is what the request announced (0: nothing); `sentence` says why it was refused."""

    name: str
    total_bytes: int
    received_bytes: int = 0
    state: UploadState = UploadState.SENDING
    sentence: str = ''
    image: str = ''
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
        self._lists: dict[str, list[Upload]] = defaultdict(list)

    @staticmethod
    def topic(session: str, patient: str) -> str:
        """Return the hub subject of one progress list."""
        return f'uploads:{session}:{patient}'

    def begin(self, session: str, patient: str, upload: Upload) -> None:
        """Add a file to a list, letting go of the oldest that are done."""
        topic = self.topic(session, patient)
        done = [known for known in self._lists[topic] if not known.is_under_way]
        for old in done[:max(0, len(self._lists[topic]) - _KEPT + 1)]:
            self._lists[topic].remove(old)
        self._lists[topic].append(upload)
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
        self._lists[topic] = [known for known in self._lists[topic] if known.is_under_way]
        self.tell(session, patient)
