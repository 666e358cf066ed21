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
    """One file on its way. `total_bytes` is its size by what the request announced (0: nothing); `sentence` says why it was refused.

    `has_twin` says that the same file is in another patient's pool too, not whose. What comes of a cancelled one is thrown away.
    What is sent into an `entry`, by its key, is laid into its workspace too.
    `becoming` is the key that its photograph will have, `image` the one that it has, or that of the same file in the pool.
    """

    name: str
    total_bytes: int
    received_bytes: int = 0
    state: UploadState = UploadState.SENDING
    sentence: str = ''
    image: str = ''
    becoming: str = ''
    has_twin: bool = False
    at: datetime | None = None
    is_cancelled: bool = False
    entry: str = ''
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
        self._unwanted: dict[str, list[str]] = {}

    @staticmethod
    def topic(session: str, patient: str) -> str:
        """Return the hub subject of one progress list."""
        return f'uploads:{session}{_of(patient)}'

    @staticmethod
    def patient_topic(patient: str) -> str:
        """Return the hub subject of all progress lists of a patient."""
        return f'uploads{_of(patient)}'

    def begin(self, session: str, patient: str, upload: Upload) -> None:
        """Add a file to a list, letting go of the oldest that are done, in this list and among all lists.

        One that was cancelled while it waited in the browser is on no list.
        """
        topic = self.topic(session, patient)
        unwanted = next((told for told in self._unwanted.get(topic, ()) if is_of(told, upload.name, upload.total_bytes)), None)
        if unwanted is not None and upload.is_under_way:
            self._unwanted[topic].remove(unwanted)
            upload.is_cancelled = True
            return
        known = self._lists.pop(topic, [])
        done = [old for old in known if not old.is_under_way][:max(0, len(known) + 1 - _KEPT_FILES)]
        self._lists[topic] = [*(old for old in known if old not in done), upload]
        for quiet in [name for name, files in self._lists.items() if not any(one.is_under_way for one in files)][:-_KEPT_LISTS]:
            del self._lists[quiet]
        self.tell(session, patient)

    def cancel(self, session: str, patient: str, key: str) -> None:
        """Cancel a file that is still being sent. One that is whole is beyond that: it is being checked, or in the pool."""
        files = self._lists.get(self.topic(session, patient), [])
        for upload in [one for one in files if one.key == key and one.state is UploadState.SENDING]:
            upload.is_cancelled = True
            files.remove(upload)
            self.tell(session, patient)

    def refuse_waiting(self, session: str, patient: str, told: str) -> None:
        """Cancel a file that a browser holds back yet, by its word for it: it is not stopped there, but not taken here."""
        unwanted = self._unwanted.setdefault(self.topic(session, patient), [])
        if len(unwanted) < _KEPT_FILES:
            unwanted.append(told)

    def expect(self, session: str, patient: str, told: Iterable[str] | None = None) -> None:
        """Take these files again, which were chosen anew; without naming any, all: the browser has nothing more to send."""
        topic = self.topic(session, patient)
        again = set(self._unwanted.get(topic, ()) if told is None else told)
        if left := [one for one in self._unwanted.pop(topic, []) if one not in again]:
            self._unwanted[topic] = left

    def withdraw(self, session: str, patient: str, uploads: Iterable[Upload]) -> None:
        """Take files off a list that turned out not to belong there."""
        gone = {one.key for one in uploads}
        topic = self.topic(session, patient)
        self._lists[topic] = [one for one in self._lists.get(topic, []) if one.key not in gone]
        self.tell(session, patient)

    def tell(self, session: str, patient: str) -> None:
        """Let the open pages of this list, and of this patient, show how far it is."""
        self._hub.publish([Changed(self.topic(session, patient)), Changed(self.patient_topic(patient))])

    def of(self, session: str, patient: str) -> list[Upload]:
        """Return the files of a list, oldest first."""
        return list(self._lists.get(self.topic(session, patient), ()))

    def to(self, patient: str, entry: str = '') -> list[Upload]:
        """Return the files of all lists of a patient: what this one sends, colleagues at other desks, and phones.

        With an `entry` only those that are laid into it.
        """
        of = [upload for topic, files in self._lists.items() if topic.endswith(_of(patient)) for upload in files]
        return [upload for upload in of if entry in ('', upload.entry)]

    def clear(self, session: str, patient: str) -> None:
        """Forget the files that are done."""
        topic = self.topic(session, patient)
        under_way = [known for known in self._lists.pop(topic, []) if known.is_under_way]
        if under_way:
            self._lists[topic] = under_way
        self.tell(session, patient)


def _of(patient: str) -> str:
    return f':{patient}'


def list_of(session: str, entry: str = '') -> str:
    """Return the name of a sign-in's own list: of what it sends into a pool, or into the workspace of one entry too."""
    return f'{session}:{entry}' if entry else session


def is_of(told: str, name: str, total_bytes: int = 0) -> bool:
    """Tell whether a browser's word for a file (when it was changed, its name and its size, joined) is of one of this name.

    With `total_bytes` also of this size, to the byte: a namesake that is nearly as large is another photograph.
    """
    head, _, tail = told.rpartition(name or '\0')
    if not head[-1:].isdecimal() or not tail.isdecimal():
        return False
    return total_bytes in (0, int(tail))


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
