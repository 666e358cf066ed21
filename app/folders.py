"""The practice's folders: for their owner only, for one program at a time, and writable before anything is opened."""
import fcntl
import os
import time
from collections.abc import Iterable
from pathlib import Path

from data.audit_chain import HEAD_FILE
from data.errors import Refusal
from data.vault import ROOT_FILE

DATABASE_FILE = 'dermafolio.db'
KEYSTORE_FILE = 'keystore.db'
_LOCK_FILE = 'lock'
_LETTING_GO_S, _LOOK_AGAIN_S = 1.0, 0.02
_OURS = (DATABASE_FILE, KEYSTORE_FILE, _LOCK_FILE, 'images', 'nicegui')
_OUR_KEYS = (ROOT_FILE, HEAD_FILE)


class Lock:
    """Keeps other programs from a practice until it is closed."""

    def __init__(self) -> None:
        self._held: list[int] = []

    def hold(self, descriptor: int) -> None:
        """Lock an open file or folder as well. Refuse when another program has it.

        It is waited for a moment: of a server that was killed while it started its decoder, the child holds the lock until it is that.
        """
        self._held.append(descriptor)
        until = time.monotonic() + _LETTING_GO_S
        while not _is_locked(descriptor):
            if time.monotonic() > until:
                raise Refusal('The server is running: use the page, or stop it first.')
            time.sleep(_LOOK_AGAIN_S)

    def close(self) -> None:
        """Let go of everything."""
        while self._held:
            os.close(self._held.pop())


def take_folders(data: Path, keys: Path, *, is_new: bool) -> Lock:
    """Make both folders ours and nobody else's, and return the lock: only what is new, empty or holds a practice is touched."""
    if is_new:
        _refuse_foreign(data, _OURS)
        _refuse_foreign(keys, _OUR_KEYS)
    _make_private(data)
    _make_private(keys)
    lock = _take_lock(data, keys)
    try:
        _refuse_unwritable(files=[*(data / f'{DATABASE_FILE}{end}' for end in ('', '-wal', '-shm')), data / KEYSTORE_FILE,
                                  keys / HEAD_FILE], folders=[data / 'images', data / 'images' / 'incoming'])
    except BaseException:
        lock.close()
        raise
    return lock


def _is_locked(descriptor: int) -> bool:
    """Tell whether the file is locked for us now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _refuse_foreign(folder: Path, ours: tuple[str, ...]) -> None:
    """Refuse a folder that holds anything but what a first start leaves behind that was cut off: it is someone else's."""
    try:
        foreign = [path.name for path in folder.iterdir() if not path.name.startswith(ours) and path.name != 'lost+found']
    except OSError:
        return  # not there yet, or `_make_private` says why it cannot be used
    if foreign:
        raise Refusal(f'{folder} is not empty and holds no practice. Choose a new or an empty folder.')


def _make_private(folder: Path) -> None:
    """Create a folder that only its owner may enter; say in words why when that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise Refusal(f'The folder {folder} cannot be used: {error.strerror}.') from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refusal(f'The folder {folder} cannot be written to.')


def _refuse_unwritable(*, files: Iterable[Path], folders: Iterable[Path]) -> None:
    """Name the first one that is there and cannot be written: a database finds that out too late, and does not say which."""
    wrong = [path for path in files if path.exists() and not (path.is_file() and os.access(path, os.R_OK | os.W_OK))]
    wrong += [path for path in folders if path.exists() and not (path.is_dir() and os.access(path, os.W_OK | os.X_OK))]
    if wrong:
        raise Refusal(f'{wrong[0]} cannot be written to. Look who owns it and what may be done with it.')


def _take_lock(folder: Path, keys: Path) -> Lock:
    """Return the lock that this program holds until it is closed. Refuse when another one has it.

    A lock file can be deleted while it is held, and a new one would be free. The folder of the keys cannot be: it is locked itself.
    """
    lock = Lock()
    try:
        lock.hold(os.open(folder / _LOCK_FILE, os.O_WRONLY | os.O_CREAT, 0o600))
        lock.hold(os.open(keys, os.O_RDONLY))
    except OSError as error:
        lock.close()
        raise Refusal(f'The folder {folder} cannot be written to: {error.strerror}.') from None
    except Refusal:
        lock.close()
        raise
    return lock
