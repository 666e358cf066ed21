"""What was acknowledged survives a kill at any moment, what was not is whole or absent; a program that speaks too early is caught."""
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.clinic import open_clinic
from app.integrity import verify_everything
from app.sweeping import sweep
from tests.cast import Cast
from tests.conftest import Template, settings_of
from tests.factories import a_patient, an_entry
from tests.rounds import rounds
from tests.saving_program import ACTOR
from tests.serving import ROOT, clean_environment

_LONGEST_LIFE_S = 0.25


def a_practice(template: Template, folder: Path) -> tuple[str, str]:
    """Return the keys of an entry and its patient in a closed practice below `folder`."""
    opened = open_clinic(template.copy(folder))
    try:
        patient = a_patient(opened, template.cast.jana).key
        return an_entry(opened, template.cast.jana, patient).key, patient
    finally:
        opened.close()


@contextmanager
def lives_of(folder: Path, entry: str, patient: str, *mode: str) -> Iterator[Callable[[random.Random], tuple[int, set[str]]]]:
    """Yield the act of one life: start it, kill it at a random moment after it is ready, return what it acknowledged."""
    command = [sys.executable, '-m', 'tests.saving_program', str(folder), entry, patient, *mode]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean_environment(), cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    given, said = process.stdin, process.stdout

    def one_life(dice: random.Random) -> tuple[int, set[str]]:
        given.write('live\n')
        given.flush()
        told = []
        for line in iter(said.readline, 'ended\n'):
            told.append(line.split())
            if told[-1][0] == 'ready':
                threading.Timer(dice.uniform(0, _LONGEST_LIFE_S), os.kill, (int(told[-1][1]), signal.SIGKILL)).start()
        notes = [int(words[1]) for words in told if words[:1] == ['note'] and len(words) == 2]
        return max(notes, default=0), {words[1] for words in told if words[:1] == ['image'] and len(words) == 2}

    try:
        yield one_life
    finally:
        given.close()
        process.wait()
        said.close()


def what_is_lost(folder: Path, entry: str, note: int, images: set[str]) -> int:
    """Open the practice as the next start does and count what was acknowledged and is not there. Everything else is whole."""
    opened = open_clinic(settings_of(folder))
    try:
        findings = verify_everything(opened, ACTOR)
        assert findings.problems == []
        with opened.reading(ACTOR) as records:
            held = records.fields.latest(entry, 'notes')
            kept = {key for key in images if records.images.file(key)}
        return int((int(held.text) if held else 0) < note) + len(images - kept)
    finally:
        opened.close()


def test_no_acknowledged_save_is_lost_to_a_kill(template: Template, tmp_path: Path, cast: Cast) -> None:
    folder, dice = tmp_path / 'killed', random.Random(7)
    entry, patient = a_practice(template, folder)
    kills, checked, lost = rounds(1000), 0, 0
    with lives_of(folder, entry, patient) as one_life:
        for _ in range(kills):
            note, images = one_life(dice)
            checked += len(images) + bool(note)
            lost += what_is_lost(folder, entry, note, images)
    print(f'{kills} kills, {checked} acknowledgements checked, {lost} lost')
    assert lost == 0
    assert checked


def test_a_photo_that_a_kill_met_on_its_way_in_is_whole_or_absent(template: Template, tmp_path: Path, cast: Cast) -> None:
    folder, dice = tmp_path / 'uploading', random.Random(7)
    entry, patient = a_practice(template, folder)
    told: set[str] = set()
    with lives_of(folder, entry, patient, 'upload') as one_life:
        for _ in range(rounds(300)):
            told |= one_life(dice)[1]
            assert what_is_lost(folder, entry, 0, told) == 0
    print(f'{rounds(300)} kills, {len(told)} photographs acknowledged, none lost')
    assert told


def kept_and_set_aside(folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of the files that are in their place, and of all files."""
    images = folder / 'data' / 'images'
    return sorted(path.name for path in images.glob('??/*')), sorted(path.name for path in images.rglob('*') if path.is_file())


def what_a_start_leaves(folder: Path) -> int:
    """Sweep as the next start does, lose no file by it, find nothing without a row any more, and return how many images there are."""
    before = kept_and_set_aside(folder)[1]
    opened = open_clinic(settings_of(folder))
    try:
        sweep(opened, ACTOR)
        findings = verify_everything(opened, ACTOR)
    finally:
        opened.close()
    kept, everything = kept_and_set_aside(folder)
    assert (findings.problems, findings.notes, everything) == ([], [], before)
    assert len(kept) == 3 * findings.images
    return findings.images


def test_before_whichever_step_a_kill_comes_a_photo_is_whole_or_absent(template: Template, tmp_path: Path, cast: Cast) -> None:
    folder, dice = tmp_path / 'stepping', random.Random(7)
    entry, patient = a_practice(template, folder)
    there = [0]
    with lives_of(folder, entry, patient, 'steps') as one_life:
        while not one_life(dice)[1]:
            there.append(what_a_start_leaves(folder))
            assert len(there) < 100
    print(f'killed before {len(there) - 1} steps, {there[-1]} photographs were whole by then')
    assert len(there) > 10
    assert what_a_start_leaves(folder) == there[-1] + 1
    assert kept_and_set_aside(folder)[1] != kept_and_set_aside(folder)[0], 'no kill left anything to set aside'


def test_a_program_that_says_saved_too_early_is_caught(template: Template, tmp_path: Path, cast: Cast) -> None:
    folder, dice = tmp_path / 'boasting', random.Random(7)
    entry, patient = a_practice(template, folder)
    with lives_of(folder, entry, patient, 'boast') as one_life:
        assert any(what_is_lost(folder, entry, *one_life(dice)) for _ in range(60))
