"""A program that saves and says so, to be killed at any moment: `python -m tests.saving_program FOLDER ENTRY PATIENT [boast|upload|move]`.

For each line on stdin it starts one life: a fork that opens the practice, says `ready PID` and then one line per acknowledgement, `note N`
after a note was stored, `image KEY` after a photograph was. When a life is over it says `ended`. With `boast` a life speaks before it
has stored: the control that must be caught. With `upload` it takes two photographs at a time through the whole intake, the real decoder
included, and nothing else. With `move` it gives the patient's one photograph to the other patient and back, `moved PATIENT NUMBER`; when
the line is a number, it does so once and kills itself before that step to the disk.
"""
import asyncio
import os
import signal
import sys
import time
from itertools import count
from pathlib import Path

from sqlalchemy.event import listen
from sqlmodel import col, select

from app.clinic import Clinic, open_clinic
from app.moving import move_images
from data.actors import console_actor
from data.models import ImageMove, Patient
from tests.conftest import settings_of
from tests.factories import a_stored_image, an_uploaded_image
from tests.pictures import jpeg

_EVERY = 7
ACTOR = console_actor('tests')


def main(folder: str, entry: str, patient: str, mode: str = '') -> None:
    """Give a life for each line."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            live(folder, entry, patient, mode, line.strip())
        os.waitpid(pid, 0)
        say('ended')


def live(folder: str, entry: str, patient: str, mode: str, line: str) -> None:
    """Save until killed."""
    clinic = open_clinic(settings_of(Path(folder)))
    if mode == 'move':
        asyncio.run(move(clinic, int(line) if line.isdigit() else 0))
        os._exit(0)
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


async def move(clinic: Clinic, last_step: int) -> None:
    """Move the one photograph from patient to patient until killed, or once, until the step that is not taken."""
    with clinic.reading(ACTOR) as records:
        pools = {key: records.images.of(key) for key in records.session.exec(select(Patient.key).order_by(col(Patient.id)))}
        number = len(records.session.exec(select(ImageMove)).all())
    holder, image = next((key, tiles[0].key) for key, tiles in pools.items() if tiles)
    say('ready', os.getpid())
    if last_step:
        die_at(clinic, last_step)
    while True:
        holder = next(key for key in pools if key != holder)
        await move_images(clinic, ACTOR, [image], holder, 'Wrong patient')
        number += 1
        say('moved', holder, number)
        if last_step:
            return


def die_at(clinic: Clinic, last_step: int) -> None:
    """Kill this process instead of its n-th step: a file of a photograph that is opened, named or removed, or a commit."""
    steps = count(1)

    def step(*_: object) -> None:
        if next(steps) == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in {'open', 'os.rename', 'os.remove'} and '/images/' in str(arguments[0]):
            step()
    sys.addaudithook(watch)
    listen(clinic.database.writing_engine, 'commit', step)


def say(*words: object) -> None:
    """Say a line in one write: a kill in the middle of `print` would glue half a line to what is said next."""
    os.write(1, ' '.join(map(str, words)).encode() + b'\n')


def _save(clinic: Clinic, entry: str, number: int) -> None:
    clinic.change_now(ACTOR, lambda records: records.entries.amend(entry, 'notes', str(number)))


if __name__ == '__main__':
    main(*sys.argv[1:])
