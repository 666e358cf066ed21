"""Small files that must be there after a power cut, whole or not at all."""
import os
from pathlib import Path


def write_once(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read: durable, with its name, when this returns. Raise FileExistsError when it is there."""
    if path.exists():
        raise FileExistsError(path)
    unfinished = path.with_name(f'{path.name}.part')
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, 'wb') as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    sync_folder(path.parent)


def put_in_place(unfinished: Path, path: Path) -> None:
    """Give a written file its name, in place of what bore it before: durable, with its name, when this returns."""
    _sync(unfinished)
    unfinished.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
