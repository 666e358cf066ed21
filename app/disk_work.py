"""Work that waits for the disk: off the event loop, and a full disk in words."""
import asyncio
import errno
from collections.abc import Callable
from typing import TypeVar

from data.errors import Refusal

T = TypeVar('T')
_FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(Refusal):
    """The disk is full, or almost."""

    default = 'The server’s disk is almost full. Photos can be added when there is room again.'


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
