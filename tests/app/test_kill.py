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

from sqlmodel import select

from app.clinic import open_clinic
from app.integrity import verify_everything
from app.sweeping import sweep
from data.models import ImageMove
from tests.cast import Cast
from tests.conftest import Template, settings_of
from tests.factories import a_patient, a_stored_image, an_entry
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
def lives_of(folder: Path, entry: str, patient: str, *mode: str) -> Iterator[Callable[..., list[list[str]]]]:
    """Yield the act of one life: start it, kill it at a random moment after it is ready, or let it end before a step, and return its words.
    """
    command = [sys.executable, '-m', 'tests.saving_program', str(folder), entry, patient, *mode]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean_environment(), cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    given, said = process.stdin, process.stdout

    def one_life(dice: random.Random | None, *, last_step: int = 0) -> list[list[str]]:
        given.write(f'{last_step or "live"}\n')
        given.flush()
        told = []
        for line in iter(said.readline, 'ended\n'):
            told.append(line.split())
            if told[-1][0] == 'ready' and dice:
                threading.Timer(dice.uniform(0, _LONGEST_LIFE_S), os.kill, (int(told[-1][1]), signal.SIGKILL)).start()
        return told

    try:
        yield one_life
    finally:
        given.close()
        process.wait()
        said.close()


def acknowledged(told: list[list[str]]) -> tuple[int, set[str]]:
    """Return the last note and the photographs that a life said it had stored."""
    notes = [int(words[1]) for words in told if words[:1] == ['note'] and len(words) == 2]
    return max(notes, default=0), {words[1] for words in told if words[:1] == ['image'] and len(words) == 2}


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
            note, images = acknowledged(one_life(dice))
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
            told |= acknowledged(one_life(dice))[1]
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
    folder = tmp_path / 'stepping'
    entry, patient = a_practice(template, folder)
    there = [0]
    with lives_of(folder, entry, patient, 'upload') as one_life:
        while not acknowledged(one_life(None, last_step=len(there)))[1]:
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
        assert any(what_is_lost(folder, entry, *acknowledged(one_life(dice))) for _ in range(60))


def a_photo_between_two(template: Template, folder: Path) -> tuple[str, str, list[str]]:
    """Return the keys of an entry that shows a photograph, of the photograph, and of its patient and another one."""
    opened = open_clinic(template.copy(folder))
    try:
        jana = template.cast.jana
        two = [a_patient(opened, jana, unique_id).key for unique_id in ('psr-1', 'psr-2')]
        image = a_stored_image(opened, jana, two[0])
        return an_entry(opened, jana, two[0], images=(image,)).key, image, two
    finally:
        opened.close()


def whose_it_is(folder: Path, image: str, patients: list[str]) -> tuple[str, int, int]:
    """Open the practice as the next start does: everything in it is sound. Return who holds the photograph, after how many moves, and
    how many files of it nobody names."""
    opened = open_clinic(settings_of(folder))
    try:
        opened.images.set_aside_unfinished()
        findings = verify_everything(opened, ACTOR)
        assert findings.problems == []
        with opened.reading(ACTOR) as records:
            [holder] = [key for key in patients if [tile.key for tile in records.images.of(key)] == [image]]
            assert [bool(entry.image_count) for entry in records.entries.of(patients[0])] == [holder == patients[0]]
            return holder, len(records.session.exec(select(ImageMove)).all()), len(findings.notes)
    finally:
        opened.close()


def test_a_photo_that_a_kill_met_on_its_way_to_another_patient_is_whole_on_one_side(template: Template, tmp_path: Path, cast: Cast) -> None:
    folder, dice, told = tmp_path / 'moving', random.Random(7), 0
    entry, image, patients = a_photo_between_two(template, folder)
    with lives_of(folder, entry, patients[0], 'move') as one_life:
        for _ in range(rounds(200)):
            last = [words for words in one_life(dice) if words[0] == 'moved' and len(words) == 3][-1:]
            holder, moves, _left_over = whose_it_is(folder, image, patients)
            assert all(moves == int(number) + (holder != to) for _moved, to, number in last)
            told += len(last)
    print(f'{rounds(200)} kills, {told} checked')
    assert told


def test_a_move_that_ends_before_any_one_of_its_steps_leaves_the_photo_whole_on_one_side(
        template: Template, tmp_path: Path, cast: Cast) -> None:
    folder, ends = tmp_path / 'stepping', []
    entry, image, patients = a_photo_between_two(template, folder)
    with lives_of(folder, entry, patients[0], 'move') as one_life:
        for step in range(1, 60):
            holder = whose_it_is(folder, image, patients)[0]
            is_told = ['moved'] in [words[:1] for words in one_life(None, last_step=step)]
            ends.append((whose_it_is(folder, image, patients)[0] != holder, is_told))
            if is_told:
                break
    assert ends[-1] == (True, True)
    assert ends == sorted(ends) and (False, False) in ends and (True, False) in ends  # before the commit here, after it there
