"""What every benchmark shares: a row of the table, a practice of its own, interleaved medians."""
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.clinic import Clinic, install, open_clinic
from tests.cast import Cast, hire
from tests.conftest import settings_of


@dataclass(frozen=True)
class Row:
    """One line of the table: case, ours, floor or rival, their ratio as text, target, and whether it is held."""

    case: str
    ours: str
    rival: str
    ratio: str
    target: str
    held: bool


@contextmanager
def a_practice() -> Iterator[tuple[Clinic, Cast]]:
    """Open a new practice with the cast in a temporary folder, installed, and take it away again."""
    folder = Path(tempfile.mkdtemp(prefix='dermafolio-bench-'))
    opened = install(open_clinic(settings_of(folder)))
    try:
        yield opened, hire(opened)
    finally:
        opened.close()
        shutil.rmtree(folder)


def interleaved(rounds: int, *works: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> list[list[float]]:
    """Run the works in turn and return the seconds of each round, per work. `time.process_time` counts the processor's time only."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, work in zip(taken, works, strict=True):
            start = clock()
            work()
            times.append(clock() - start)
    return taken


def ratio_of(ours: list[float], rival: list[float]) -> float:
    """Return the median of the rounds' own ratios: a slow moment of the machine hits both sides of it."""
    return statistics.median(mine / theirs for mine, theirs in zip(ours, rival, strict=True))


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def milliseconds(seconds: float) -> str:
    """Return '1.23 ms'."""
    return f'{seconds * 1000:.{2 if seconds < 0.01 else 0}f} ms'
