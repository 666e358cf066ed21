"""A program that saves and says so, to be killed at any moment: `python -m tests.saving_program FOLDER ENTRY PATIENT [boast|upload|move]`.

For each line on stdin it starts one life: a fork that opens the practice, says `ready PID` and then one line per acknowledgement, `note N`
after a note was stored, `image KEY` after a photograph was. When a life is over it says `ended`. With `boast` a life speaks before it
has stored: the control that must be caught. With `upload` it takes two photographs at a time through the whole intake, the real decoder
included, and nothing else. With `move` it gives the patient's one photograph to the other patient and back, `moved PATIENT NUMBER`. When
the line is a number, it uploads or moves once and kills itself before that one of its steps to the disk.
"""
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import col, select

from app.clinic import Clinic, open_clinic
from app.moving import move_images
from data.actors import console_actor
from data.models import ImageMove, Patient
from tests.conftest import settings_of
from tests.factories import a_stored_image, an_uploaded_image
from tests.pictures import jpeg

_EVERY = 7
_STEPS = ('open', 'fsync', 'mkdir', 'rename', 'unlink')
ACTOR = console_actor('tests')


def main(folder: str, entry: str, patient: str, mode: str = '') -> None:
    """Give a life for each line."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            live(folder, entry, patient, mode, int(line) if line.strip().isdigit() else 0)
            os._exit(0)
        os.waitpid(pid, 0)
        say('ended')


def live(folder: str, entry: str, patient: str, mode: str, last_step: int) -> None:
    """Do what the mode says until killed, or once, until the step that is not taken."""
    clinic = open_clinic(settings_of(Path(folder)))
    if mode == 'move':
        asyncio.run(move(clinic, last_step))
    elif mode == 'upload' and last_step:
        asyncio.run(upload_once(clinic, patient, last_step))
    elif mode == 'upload':
        asyncio.run(upload(clinic, patient))
    else:
        save(clinic, entry, patient, boasts=mode == 'boast')


def save(clinic: Clinic, entry: str, patient: str, *, boasts: bool) -> None:
    """Save notes, and now and then a photograph, until killed."""
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


async def upload_once(clinic: Clinic, patient: str, last_step: int) -> None:
    """Upload one photograph, until the step that is not taken."""
    step = die_before(clinic, last_step)
    image = await an_uploaded_image(clinic, ACTOR, patient, jpeg(comment=b'%d' % last_step))
    step()
    say('image', image)


async def move(clinic: Clinic, last_step: int) -> None:
    """Move the one photograph to and fro until killed, ready after the first time; or once, until the step that is not taken."""
    with clinic.reading(ACTOR) as records:
        pools = {key: records.images.of(key) for key in records.session.exec(select(Patient.key).order_by(col(Patient.id)))}
        number = len(records.session.exec(select(ImageMove)).all())
    holder, image = next((key, tiles[0].key) for key, tiles in pools.items() if tiles)
    if last_step:
        die_before(clinic, last_step)
    for moves in count(number + 1):
        holder = next(key for key in pools if key != holder)
        await move_images(clinic, ACTOR, [image], holder, 'Wrong patient')
        say('moved', holder, moves)
        if last_step:
            return
        if moves == number + 1:
            say('ready', os.getpid())


def die_before(clinic: Clinic, last_step: int) -> Callable[..., None]:
    """Kill this process before its n-th call that changes a disk, or commit; return what else may count as one."""
    steps = count(1)

    def step(*_of_what: object) -> None:
        if next(steps) == last_step:
            os.kill(os.getpid(), signal.SIGKILL)
    for name in _STEPS:
        setattr(os, name, _preceded(getattr(os, name), step))
    event.listen(clinic.database.writing_engine, 'commit', step)
    return step


def _preceded(call: Callable[..., Any], step: Callable[[], None]) -> Callable[..., Any]:
    def preceded(*given: Any, **named: Any) -> Any:
        step()
        return call(*given, **named)
    return preceded


def say(*words: object) -> None:
    """Say a line in one write: a kill in the middle of `print` would glue half a line to what is said next."""
    os.write(1, ' '.join(map(str, words)).encode() + b'\n')


def _save(clinic: Clinic, entry: str, number: int) -> None:
    clinic.change_now(ACTOR, lambda records: records.entries.amend(entry, 'notes', str(number)))


if __name__ == '__main__':
    main(*sys.argv[1:])
