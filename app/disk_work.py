"""Work that waits for the disk: off the event loop, and a full disk in words."""
import asyncio
import errno
from collections.abc import Callable
from typing import TypeVar

from data.errors import Refusal
from data.image_store import ImageStore

T = TypeVar('T')
_LEAST_FREE_BYTES = 500 * 1024 * 1024
_LEAST_FREE_RATIO = 0.02
_FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(Refusal):
    """The disk is full, or almost."""

    default = 'The server’s disk is almost full. Photos can be added when there is room again.'


def require_room(images: ImageStore) -> None:
    """Pass, or refuse because the disk is almost full."""
    free, ratio = images.free_bytes()
    if free < _LEAST_FREE_BYTES or ratio < _LEAST_FREE_RATIO:
        raise NoRoom


async def in_thread(work: Callable[[], T]) -> T:
    """Run what blocks off the event loop; a full disk is a refusal. A cancelled caller waits: nothing writes to what is dropped."""
    job = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        await asyncio.wait([job])
        raise
    except OSError as error:
        if error.errno in _FULL_DISK:
            raise NoRoom('the server’s disk is full') from None
        raise
