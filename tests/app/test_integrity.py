"""Verify: every flipped bit and every wrong figure is found, named by key, and nothing is changed by looking."""
from pathlib import Path

import pytest

from app.clinic import open_clinic
from app.integrity import verify_everything
from app.settings import Settings
from data.image_store import Rendition
from data.records import Records
from tests.app.verifying import CONSOLE, problems
from tests.conftest import Template
from tests.data.tampering import directly
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry


@pytest.fixture
def settings(template: Template, tmp_path: Path) -> Settings:
    """A closed practice: two patients, three images, two entries."""
    copied = template.copy(tmp_path)
    opened = open_clinic(copied)
    for number in (1, 2):
        patient = a_patient(opened, template.cast.jana, f'psr-{number}').key
        images = [a_stored_image(opened, template.cast.tom, patient) for _ in range(number)]
        an_entry(opened, template.cast.jana, patient, notes='better', images=tuple(images))
    opened.close()
    return copied


def blobs(settings: Settings, rendition: Rendition = Rendition.ORIGINAL) -> list[Path]:
    return sorted(settings.data_dir.glob(f'images/??/*.{rendition.value}'))


def flip(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_a_whole_practice_has_no_problems_and_is_counted(settings: Settings) -> None:
    opened = open_clinic(settings, exclusive=False)
    told: list[str] = []
    findings = verify_everything(opened, CONSOLE, progress=lambda what, _done, _total: told.append(what))
    assert (findings.problems, findings.patients, findings.images) == ([], 2, 3)
    assert findings.events == opened.head.read().seq
    assert {'database', 'images'} <= set(told)
    opened.close()


@pytest.mark.parametrize('rendition', Rendition)
@pytest.mark.parametrize('share', [0.0, 0.002, 0.5, 0.9999])
def test_a_flipped_bit_anywhere_in_a_file_is_found(settings: Settings, rendition: Rendition, share: float) -> None:
    damaged = blobs(settings, rendition)[1]
    flip(damaged, int(damaged.stat().st_size * share))
    found, = problems(settings)
    assert found.startswith('image ')
    assert 'damaged' in found


def test_every_byte_of_a_small_file_counts(settings: Settings) -> None:
    damaged = min(blobs(settings, Rendition.THUMB), key=lambda path: path.stat().st_size)
    whole = damaged.read_bytes()
    opened = open_clinic(settings, exclusive=False)
    missed = []
    positions = range(0, len(whole), 37)
    for position in positions:
        flip(damaged, position)
        missed += [position] * (not verify_everything(opened, CONSOLE).problems)
        damaged.write_bytes(whole)
    opened.close()
    print(f'flipped bits in a stored file: {len(positions) - len(missed)} of {len(positions)} found')
    assert missed == []


@pytest.mark.parametrize('act', ['remove', 'cut', 'empty', 'append'])
def test_a_file_that_is_gone_cut_or_longer_is_found(settings: Settings, act: str) -> None:
    damaged = blobs(settings)[0]
    content = damaged.read_bytes()
    damaged.unlink() if act == 'remove' else damaged.write_bytes({'cut': content[:-5], 'empty': b'', 'append': content + b'x'}[act])
    found, = problems(settings)
    assert 'damaged' in found


def test_files_that_were_swapped_are_found(settings: Settings) -> None:
    one, other, *_ = blobs(settings)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert len(problems(settings)) == 2


@pytest.mark.parametrize('change', ['entry_count = 7', 'image_count = 0', 'last_appointment = NULL'])
def test_a_figure_that_is_not_what_the_record_holds_is_found(settings: Settings, change: str) -> None:
    with directly(settings) as connection:
        connection.execute(f"UPDATE patient SET {change} WHERE unique_id = 'psr-2'")
        key = connection.execute("SELECT key FROM patient WHERE unique_id = 'psr-2'").fetchone()[0]
    assert problems(settings) == [f'patient {key}: the computed figures are not what the record holds']


@pytest.mark.parametrize('change', ["search = 'zzz'", "name_sort = 'zzz'", "family_name = 'Other'"])
def test_a_text_that_the_list_goes_by_and_does_not_follow_from_the_record_is_found(settings: Settings, change: str) -> None:
    with directly(settings) as connection:
        connection.execute(f"UPDATE patient SET {change} WHERE unique_id = 'psr-2'")
        key = connection.execute("SELECT key FROM patient WHERE unique_id = 'psr-2'").fetchone()[0]
    assert problems(settings) == [f'patient {key}: what the list sorts and searches by is not what the record holds']


@pytest.mark.parametrize('change', [
    'DELETE FROM patient_search WHERE rowid = 2', "UPDATE patient_search SET search = 'zzz' WHERE rowid = 2",
    "INSERT INTO patient_former_id VALUES ('old-2', 2)"])
def test_what_a_search_would_miss_is_found(settings: Settings, change: str) -> None:
    with directly(settings) as connection:
        connection.execute(change)
        key = connection.execute('SELECT key FROM patient WHERE id = 2').fetchone()[0]
    assert problems(settings) == [f'patient {key}: what the list sorts and searches by is not what the record holds']


def test_an_index_of_letters_that_does_not_fit_its_text_is_found(settings: Settings) -> None:
    with directly(settings) as connection:
        connection.execute("UPDATE patient_search_content SET c0 = 'zzz' WHERE id = 2")
        connection.execute("UPDATE patient SET search = 'zzz' WHERE id = 2")
    assert any('patient_search' in problem for problem in problems(settings))


def test_a_wrong_number_of_patients_and_what_a_search_still_holds_are_found(settings: Settings) -> None:
    with directly(settings) as connection:
        connection.execute("UPDATE tally SET count = 7 WHERE name = 'patients'")
        connection.execute("INSERT INTO patient_search (rowid, search) VALUES (99, 'gone')")
    assert problems(settings) == [
        'the search still holds what belongs to no patient', 'the number of patients that is kept is not how many there are']


def test_an_image_that_lies_with_another_patient_is_found(settings: Settings) -> None:
    with directly(settings) as connection:
        foreign, stranger = connection.execute("SELECT image.id, image.key FROM image JOIN patient ON patient.id = patient_id "
                                               "WHERE unique_id = 'psr-1'").fetchone()
        entry, key = connection.execute("SELECT entry.id, entry.key FROM entry JOIN patient ON patient.id = patient_id "
                                        "WHERE unique_id = 'psr-2'").fetchone()
        connection.execute('INSERT INTO entry_image VALUES (?, ?, 9, "2026-11-23 09:00:00")', (entry, foreign))
        connection.execute('INSERT INTO comparison_group (id, key, entry_id, title, layout, created_at) '
                           'VALUES (1, "group", ?, "", "side by side", "2026-11-23 09:00:00")', (entry,))
        connection.execute('INSERT INTO comparison_image VALUES (1, ?, 0)', (foreign,))
    assert problems(settings) == [f'entry {key}: image {stranger} in it belongs to another patient',
                                  f'comparison group: image {stranger} in it belongs to another patient']


def test_notes_that_are_not_what_their_history_ends_with_are_found(settings: Settings) -> None:
    with directly(settings) as connection:
        connection.execute("UPDATE entry SET notes = 'worse' WHERE id = 2")
        key = connection.execute('SELECT key FROM entry WHERE id = 2').fetchone()[0]
    assert problems(settings) == [f'entry {key}: notes is not what its history ends with']


def test_every_versioned_field_may_change_and_stays_consistent(settings: Settings, template: Template) -> None:
    opened, jana = open_clinic(settings), template.cast.jana
    patient = a_patient(opened, jana, 'psr-9').key
    images = [a_stored_image(opened, template.cast.tom, patient) for _ in range(2)]
    entry = an_entry(opened, jana, patient, notes='one', images=tuple(images))
    group = a_comparison(opened, jana, entry.key, images, title='before')

    def amend(records: Records) -> None:
        for act, key, field, text in (
                (records.entries.amend, entry.key, 'appointment_at', '2026-11-24T10:15'), (records.entries.amend, entry.key, 'notes', ''),
                (records.images.describe, images[0], 'laterality', 'left'), (records.images.describe, images[0], 'caption', 'Nævus'),
                (records.comparisons.arrange, group, 'title', 'after'), (records.patients.correct, patient, 'birth_date', '14 Mar 1980'),
                (records.patients.correct, patient, 'skin_type', 'III'), (records.patients.correct, patient, 'unique_id', 'psr-10')):
            act(key, field, text)
    opened.change_now(jana, amend)
    opened.close()
    assert problems(settings) == []


def test_a_photograph_that_vanished_with_its_files_is_found(settings: Settings) -> None:
    with directly(settings) as connection:
        row, blob, key = connection.execute('SELECT id, blob, key FROM image ORDER BY id LIMIT 1').fetchone()
        connection.execute('DELETE FROM entry_image WHERE image_id = ?', (row,))
        connection.execute('DELETE FROM image WHERE id = ?', (row,))
        connection.execute("UPDATE patient SET image_count = 0 WHERE unique_id = 'psr-1'")
    for file in settings.data_dir.glob(f'images/??/{blob}.*'):
        file.unlink()
    assert problems(settings) == [f'image {key}: the trail admitted it, but its record is gone']


def test_a_photograph_that_nobody_admitted_is_found(settings: Settings) -> None:
    with directly(settings) as connection:
        old = connection.execute('SELECT key FROM image WHERE id = 1').fetchone()[0]
        connection.execute("UPDATE image SET key = 'other' WHERE id = 1")
    found = problems(settings)
    assert 'image other: no event of the trail admitted it' in found
    assert f'image {old}: the trail admitted it, but its record is gone' in found


def test_files_without_a_record_are_noted_and_no_damage(settings: Settings) -> None:
    for number, source in enumerate(blobs(settings, Rendition.PREVIEW)[:2]):
        (source.parent / f'{source.name[:2]}{number:030}.preview').write_bytes(source.read_bytes())
    opened = open_clinic(settings, exclusive=False)
    findings = verify_everything(opened, CONSOLE)
    opened.close()
    assert findings.problems == []
    assert len(findings.notes) == 2
    assert all(f'{number:030}: no record names it' in ''.join(findings.notes) for number in (0, 1))


def test_a_key_that_is_gone_is_found(settings: Settings, template: Template) -> None:
    opened = open_clinic(settings)
    patient = a_patient(opened, template.cast.jana, 'psr-3').key
    opened.vault._with_keystore(lambda store: store.execute('DELETE FROM patient_key WHERE patient = ?', (patient,)))
    opened.close()
    assert problems(settings) == [f'patient {patient}: the key is missing']


def test_a_row_that_points_nowhere_is_found(settings: Settings) -> None:
    with directly(settings) as connection:
        connection.execute('INSERT INTO entry_image (entry_id, image_id, position, placed_at) VALUES (999, 1, 0, "2026-11-23 09:00:00")')
    assert problems(settings) == ['a row of entry_image points to a missing row of entry']


def test_a_tampered_trail_is_found_with_everything_else(settings: Settings) -> None:
    with directly(settings) as connection:
        connection.execute("UPDATE audit_event SET payload = replace(payload, 'done', 'gone') WHERE seq = 5")
    flip(blobs(settings)[0], 100)
    found = problems(settings)
    assert len(found) == 2
    assert found[-1] == 'Not verified: event 5 does not match its seal. Everything before it is intact.'


@pytest.mark.parametrize('share', [0.3, 0.6, 0.9])
def test_a_flipped_bit_in_the_database_is_found(settings: Settings, share: float) -> None:
    database = settings.data_dir / 'dermafolio.db'
    pages = database.stat().st_size // 4096
    flip(database, int(pages * share) * 4096 + 1234)
    assert any('HMAC verification failed' in problem for problem in problems(settings))


def test_looking_changes_nothing(settings: Settings) -> None:
    before = {path: path.read_bytes() for path in settings.data_dir.rglob('*') if path.is_file() and path.suffix != '.db-shm'}
    assert problems(settings) == []
    assert before == {path: path.read_bytes() for path in before}
