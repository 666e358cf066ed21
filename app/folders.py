"""The practice's folders: for their owner only, for one program at a time, and writable before anything is opened."""
import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from data.errors import Refusal

_LOCK_FILE = 'lock'


def private_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter; say in words why when that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise Refusal(f'The folder {folder} cannot be used: {error.strerror}.') from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refusal(f'The folder {folder} cannot be written to.')


def refuse_unwritable(*, files: Iterable[Path], folders: Iterable[Path]) -> None:
    """Name the first one that is there and cannot be written: a database finds that out too late, and does not say which."""
    wrong = [path for path in files if path.exists() and not (path.is_file() and os.access(path, os.R_OK | os.W_OK))]
    wrong += [path for path in folders if path.exists() and not (path.is_dir() and os.access(path, os.W_OK | os.X_OK))]
    if wrong:
        raise Refusal(f'{wrong[0]} cannot be written to. Look who owns it and what may be done with it.')


def take_lock(folder: Path) -> IO[str]:
    """Return the lock that this program holds until it is closed. Refuse when another one has it."""
    try:
        lock = (folder / _LOCK_FILE).open('w')
    except OSError as error:
        raise Refusal(f'The folder {folder} cannot be written to: {error.strerror}.') from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Refusal('The server is running: use the page, or stop it first.') from None
    return lock
