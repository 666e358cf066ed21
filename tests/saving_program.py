"""A program that saves and says so, to be killed at any moment: `python -m tests.saving_program FOLDER ENTRY PATIENT [boast|upload|steps]`.

For each line on stdin it starts one life: a fork that opens the practice, says `ready PID` and then one line per acknowledgement, `note N`
after a note was stored, `image KEY` after a photograph was. When a life is over it says `ended`. With `boast` a life speaks before it
has stored: the control that must be caught. With `upload` it takes two photographs at a time through the whole intake, the real decoder
included, and nothing else. With `steps` the Nth life takes one photograph and kills itself before the Nth call that changes a disk.
"""
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import event

from app.clinic import Clinic, open_clinic
from data.actors import console_actor
from tests.conftest import settings_of
from tests.factories import a_stored_image, an_uploaded_image
from tests.pictures import jpeg

_EVERY = 7
_STEPS = ('open', 'fsync', 'mkdir', 'rename', 'unlink')
ACTOR = console_actor('tests')


def main(folder: str, entry: str, patient: str, mode: str = '') -> None:
    """Give a life for each line."""
    for life, _line in enumerate(sys.stdin, 1):
        pid = os.fork()
        if pid == 0:
            if mode == 'steps':
                step_by_step(folder, patient, life)
            live(folder, entry, patient, mode)
        os.waitpid(pid, 0)
        say('ended')


def live(folder: str, entry: str, patient: str, mode: str) -> None:
    """Save until killed."""
    clinic = open_clinic(settings_of(Path(folder)))
    if mode == 'upload':
        asyncio.run(upload(clinic, patient))
    boasts = mode == 'boast'
    say('ready', os.getpid())
    with clinic.reading(ACTOR) as records:
        held = records.fields.latest(entry, 'notes')
    for number in count(int(held.text) + 1 if held else 1):
        if boasts:
            say('note', number)
        _save(clinic, entry, number)
        if not boasts:
            say('note', number)
        if number % _EVERY == 0:
            say('image', a_stored_image(clinic, ACTOR, patient, original=b'photograph %d' % number))


def step_by_step(folder: str, patient: str, steps: int) -> NoReturn:
    """Upload one photograph, and be killed before a step of it; a life that has fewer steps acknowledges it."""
    clinic = open_clinic(settings_of(Path(folder)))
    left = count(steps, -1)

    def step(*_of_what: object) -> None:
        if next(left) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
    for name in _STEPS:
        setattr(os, name, _preceded(getattr(os, name), step))
    event.listen(clinic.database.writing_engine, 'commit', step)
    image = asyncio.run(an_uploaded_image(clinic, ACTOR, patient, jpeg(comment=b'%d' % steps)))
    step()
    say('image', image)
    os._exit(0)


def _preceded(call: Callable[..., Any], step: Callable[[], None]) -> Callable[..., Any]:
    def preceded(*given: Any, **named: Any) -> Any:
        step()
        return call(*given, **named)
    return preceded


async def upload(clinic: Clinic, patient: str) -> None:
    """Upload until killed, two at a time; ready when a first photograph went in, because the decoder takes its time to start."""
    numbers = count(time.time_ns())

    async def one() -> None:
        say('image', await an_uploaded_image(clinic, ACTOR, patient, jpeg(comment=b'%d' % next(numbers))))

    async def forever() -> None:
        while True:
            await one()
    await one()
    say('ready', os.getpid())
    await asyncio.gather(forever(), forever())


def say(*words: object) -> None:
    """Say a line in one write: a kill in the middle of `print` would glue half a line to what is said next."""
    os.write(1, ' '.join(map(str, words)).encode() + b'\n')


def _save(clinic: Clinic, entry: str, number: int) -> None:
    clinic.change_now(ACTOR, lambda records: records.entries.amend(entry, 'notes', str(number)))


if __name__ == '__main__':
    main(*sys.argv[1:])
