"""A program that saves and says so, to be killed at any moment: `python -m tests.saving_program FOLDER ENTRY PATIENT [boast]`.

For each line on stdin it starts one life: a fork that opens the practice, says `ready PID` and then one line per acknowledgement, `note N`
after a note was stored, `image KEY` after a photograph was. When a life is over it says `ended`. With `boast` a life speaks before it
has stored: the control that must be caught.
"""
import os
import sys
from itertools import count
from pathlib import Path

from app.clinic import Clinic, open_clinic
from data.actors import console_actor
from tests.conftest import settings_of
from tests.factories import a_stored_image

_EVERY = 7
ACTOR = console_actor('tests')


def main(folder: str, entry: str, patient: str, boasts: bool) -> None:
    """Give a life for each line."""
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            live(folder, entry, patient, boasts)
        os.waitpid(pid, 0)
        print('ended', flush=True)


def live(folder: str, entry: str, patient: str, boasts: bool) -> None:
    """Save until killed."""
    clinic = open_clinic(settings_of(Path(folder)))
    print('ready', os.getpid(), flush=True)
    with clinic.reading(ACTOR) as records:
        held = records.fields.latest(entry, 'notes')
    for number in count(int(held.text) + 1 if held else 1):
        if boasts:
            print('note', number, flush=True)
        _save(clinic, entry, number)
        if not boasts:
            print('note', number, flush=True)
        if number % _EVERY == 0:
            print('image', a_stored_image(clinic, ACTOR, patient, original=b'photograph %d' % number), flush=True)


def _save(clinic: Clinic, entry: str, number: int) -> None:
    clinic.change_now(ACTOR, lambda records: records.entries.amend(entry, 'notes', str(number)))


if __name__ == '__main__':
    main(*sys.argv[1:4], boasts='boast' in sys.argv[4:])
