"""Long work, asked for by several at once."""
import asyncio
import threading

from app.one_at_a_time import OneAtATime, Progress


class Work:
    """Work that goes on when it is let, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = threading.Event()

    def __call__(self, tell: Progress) -> int:
        self.begun += 1
        mine = self.begun
        assert self.may_end.wait(10)
        tell(7)
        return mine


async def test_two_at_once_share_one_run_and_both_hear_how_far_it_is() -> None:
    shared, work, heard = OneAtATime[int](), Work(), []
    first = asyncio.create_task(shared.run(work, lambda done: heard.append(('first', done))))
    second = asyncio.create_task(shared.run(work, lambda done: heard.append(('second', done))))
    await asyncio.sleep(0)
    work.may_end.set()
    assert await asyncio.gather(first, second) == [1, 1]
    assert heard == [('first', 7), ('second', 7)]
    assert await shared.run(work, heard.append) == 2


async def test_who_leaves_stops_nothing_for_the_others() -> None:
    shared, work = OneAtATime[int](), Work()
    first, second = (asyncio.create_task(shared.run(work, lambda _: None)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    work.may_end.set()
    assert await second == 1
    assert first.cancelled()


async def test_an_error_is_everybodys_and_the_next_run_is_a_new_one() -> None:
    def broken(_tell: Progress) -> int:
        raise ValueError('broken')

    shared = OneAtATime[int]()
    found = await asyncio.gather(*(shared.run(broken, lambda _: None) for _ in range(2)), return_exceptions=True)
    assert [type(error) for error in found] == [ValueError, ValueError]
    work = Work()
    work.may_end.set()
    assert await shared.run(work, lambda _: None) == 1
