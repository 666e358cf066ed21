"""An older practice comes through an upgrade with nothing lost: a copy is kept first, and every step is taken or none."""
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.clinic import Clinic, open_clinic
from app.integrity import verify_everything
from app.settings import Settings
from data.actors import Actor, console_actor
from data.database import Database, DatabaseDamaged
from data.errors import Damage, Refusal
from data.patient_query import ListView
from data.repositories.journal import Kept
from tests.conftest import MovableClock, Template, settings_of
from tests.data.older_practice import (
    CHEEK,
    COOKIE,
    ELBOW,
    EVENTS,
    JANA,
    KNEE,
    NOTES,
    OLD_COOKIE,
    REVIEW,
    SOREN,
    TOM,
    an_older_practice,
    another_step,
    bring_to,
    contents,
    newest,
)
from tests.data.tampering import DATABASE_FILE, database_key, directly
from tests.factories import a_patient

CONSOLE = console_actor('tests')
COPY = f'dermafolio-before-{newest()}.db'
SEARCHED_WITH_FORMER_IDS = {3: 'psr-20417 soren lukasz lu muller-ozturk b-204 old-7', 8: 'c-3 x_9'}
CODED = {ELBOW: 'Upper extremity:Elbow', CHEEK: 'Head and neck:Head:Face:Cheek'}
STARTERS = ['Condition', 'Treatment', 'Body site', 'Flag', 'Study']


@pytest.fixture(scope='module')
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a practice of schema 0001, made once."""
    folder = tmp_path_factory.mktemp('older')
    an_older_practice(folder)
    return folder


@pytest.fixture
def settings(kept: Path, tmp_path: Path) -> Settings:
    """A closed practice of schema 0001."""
    for name in ('data', 'data-keys'):
        shutil.copytree(kept / name, tmp_path / name)
    return settings_of(tmp_path)


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Clinic, Actor]]:
    """Open a practice with the present program, and let Jana, who was signed in before, go on."""
    practice = open_clinic(settings, clock=MovableClock())
    try:
        jana = practice.resolve(COOKIE, '127.0.0.1')
        assert jana is not None
        yield practice, jana
    finally:
        practice.close()


def stored(settings: Settings, name: str = DATABASE_FILE) -> dict[str, list[dict[str, Any]]]:
    return contents(settings.data_dir / name, database_key(settings))


def version(rows: dict[str, list[dict[str, Any]]]) -> str:
    return rows['alembic_version'][0]['version_num']


def databases(settings: Settings) -> set[str]:
    return {path.name for path in settings.data_dir.glob('dermafolio*')}


def problems(settings: Settings) -> list[str]:
    with opened(settings) as (practice, _jana):
        return verify_everything(practice, CONSOLE).problems


def test_the_copy_holds_every_row_of_the_older_database_and_its_version(settings: Settings) -> None:
    before = stored(settings)
    with opened(settings):
        assert (settings.data_dir / COPY).stat().st_mode & 0o777 == 0o600
    assert databases(settings) == {DATABASE_FILE, COPY}
    assert (version(before), version(stored(settings))) == ('0001', newest())
    assert stored(settings, COPY) == before


def test_the_copy_can_be_read_with_the_key_of_the_practice_only(settings: Settings) -> None:
    with opened(settings):
        copy = (settings.data_dir / COPY).read_bytes()
    assert 'Müller-Öztürk'.encode() not in copy
    assert not copy.startswith(b'SQLite format 3')
    with pytest.raises(Exception, match='not a database'):
        contents(settings.data_dir / COPY, bytes(32))


def test_the_copy_opens_as_the_practice_that_it_was(settings: Settings) -> None:
    before = stored(settings)
    with opened(settings):
        pass
    (settings.data_dir / COPY).rename(settings.data_dir / DATABASE_FILE)
    assert problems(settings) == []
    assert stored(settings, COPY) == before


def test_every_column_of_every_older_row_is_there_unchanged(settings: Settings) -> None:
    before = stored(settings)
    assert all(before.values())
    with opened(settings):
        pass
    after = stored(settings)
    for row in before['patient']:
        row['search'] = SEARCHED_WITH_FORMER_IDS.get(row['id'], row['search'])
    for row in before['image']:
        row['body_site'] = CODED.get(row['key'], row['body_site'])
    before.pop('alembic_version')
    after['field_version'] = [row for row in after['field_version'] if row['actor'] != CONSOLE.user]
    for table, rows in before.items():
        assert [{name: now[name] for name in then} for now, then in zip(after[table], rows, strict=True)] == rows


def test_a_body_site_in_peoples_words_becomes_the_code_it_names_and_its_history_says_so(settings: Settings) -> None:
    with opened(settings) as (practice, jana):
        with practice.reading(jana) as records:
            assert {key: records.images.one(key).body_site for key in (ELBOW, KNEE, CHEEK)} == {**CODED, KNEE: 'Knie links'}
            assert records.images.one(ELBOW).laterality == 'right'
            told = {key: [(version.text, version.version, version.actor) for version in records.fields.history(key, 'body_site')]
                    for key in (ELBOW, KNEE, CHEEK)}
        assert told == {ELBOW: [(CODED[ELBOW], 2, CONSOLE.user), ('elbow', 1, TOM)], KNEE: [('Knie links', 1, TOM)], CHEEK: []}
        saved = practice.change_now(jana, lambda records: records.images.describe(ELBOW, 'body_site', '', expected_revision=6))
        assert (saved.version, saved.revision) == (3, 7)
        assert verify_everything(practice, CONSOLE).problems == []


@pytest.mark.parametrize(('typed', 'found'), [
    ('öztü', ['psr-20417']), ('SØREN muller', ['psr-20417']), ('guyễ', ['nguyen-1']), ('Anh', ['nguyen-1']), ("o'nei", ['q-4']),
    ('old-7', ['psr-20417']), ('b-204 lukasz', ['psr-20417']), ('x_9', ['c-3']), ('_9', ['c-3']), ('psr-2', ['psr-20417']), ('zzz', [])])
def test_everyone_is_found_by_parts_of_names_and_by_present_and_former_ids(settings: Settings, typed: str, found: list[str]) -> None:
    with opened(settings) as (practice, jana), practice.reading(jana) as records:
        assert [row.unique_id for row in records.patients.page(ListView(q=typed)).rows] == found


def test_the_list_shows_everyone_with_the_figures_of_before(settings: Settings) -> None:
    with opened(settings) as (practice, jana), practice.reading(jana) as records:
        page = records.patients.page(ListView())
        assert (page.everyone, page.total) == (4, 4)
        assert [(row.unique_id, row.entry_count, row.image_count, f'{row.last_modified:%F %T.%f}') for row in page.rows] == [
            ('psr-20417', 2, 2, '2026-03-02 14:41:07.123456'), ('q-4', 0, 0, '2026-01-09 09:00:00.000000'),
            ('c-3', 0, 0, '2026-01-08 09:00:00.000000'), ('nguyen-1', 1, 1, '2026-01-06 09:20:00.000000')]


def test_verify_finds_nothing_and_looks_at_everything(settings: Settings) -> None:
    with opened(settings) as (practice, _jana):
        findings = verify_everything(practice, CONSOLE)
    assert (findings.problems, findings.notes) == ([], [])
    assert (findings.patients, findings.images, findings.events) == (4, 3, len(EVENTS))


def test_work_goes_on_where_it_stood(settings: Settings) -> None:
    with opened(settings) as (practice, jana):
        assert practice.resolve(OLD_COOKIE, '127.0.0.1') is None
        a_patient(practice, jana, 'new-5')
        practice.change_now(jana, lambda records: records.patients.correct(SOREN, 'unique_id', 'psr-1'))
        with practice.reading(jana) as records:
            assert records.patients.page(ListView(q='psr-20417')).rows[0].unique_id == 'psr-1'
            assert records.patients.page(ListView()).everyone == 5
            assert [category.name for category in records.tags.vocabulary()] == STARTERS
        assert verify_everything(practice, CONSOLE).problems == []


def test_a_text_that_waits_for_its_writers_decision_comes_through(settings: Settings) -> None:
    bring_to(settings, '0005', {'kept_text': [{
        'id': 3, 'user': JANA, 'subject': REVIEW, 'field': 'notes', 'base': NOTES, 'text': 'Meins',
        'kept_at': '2026-11-20 10:00:00.000000'}]})
    with opened(settings) as (practice, jana), practice.reading(jana) as records:
        assert records.journal.kept() == {(REVIEW, 'notes'): Kept(NOTES, 'Meins')}


def test_a_step_that_fails_midway_leaves_the_older_database_and_the_next_start_goes_on(settings: Settings) -> None:
    with directly(settings) as connection:
        connection.execute('CREATE INDEX ix_patient_by_unique_id ON patient (unique_id)')  # stands where the step makes its last one
    before = stored(settings)
    with pytest.raises(Refusal, match='ix_patient_by_unique_id already exists'):
        open_clinic(settings)
    assert stored(settings) == before
    with directly(settings) as connection:
        connection.execute('DROP INDEX ix_patient_by_unique_id')
    assert problems(settings) == []


def test_a_later_step_that_fails_takes_the_earlier_ones_back(settings: Settings, tmp_path: Path) -> None:
    before = stored(settings)
    with pytest.MonkeyPatch.context() as patched:
        another_step(patched, tmp_path, ["    op.execute('DELETE FROM section_state')", "    raise RuntimeError('half way')"])
        with pytest.raises(RuntimeError, match='half way'):
            open_clinic(settings)
    assert stored(settings) == before
    assert stored(settings, 'dermafolio-before-9998.db') == before
    assert problems(settings) == []


def taken_by_a_folder(settings: Settings) -> Callable[[], None]:
    (settings.data_dir / COPY).mkdir()
    return (settings.data_dir / COPY).rmdir


def no_room(_settings: Settings) -> Callable[[], None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize('hinder', [taken_by_a_folder, no_room])
def test_without_a_copy_nothing_is_brought_up_to_date(settings: Settings, hinder: Callable[[Settings], Callable[[], None]]) -> None:
    before, present = stored(settings), databases(settings)
    make_way = hinder(settings)
    try:
        with pytest.raises(Refusal, match=rf'^This database is older .*/{COPY}, cannot be made: .+\. Nothing was changed\.$'):
            open_clinic(settings)
    finally:
        make_way()
    assert databases(settings) == present
    assert stored(settings) == before
    assert problems(settings) == []


def test_a_copy_that_is_not_whole_is_no_copy(settings: Settings) -> None:
    with directly(settings) as connection:
        connection.execute('UPDATE entry SET patient_id = 999 WHERE id = 8')
    before = stored(settings)
    with pytest.raises(Damage, match='is not whole: a row of entry points to a missing row of patient'):
        open_clinic(settings)
    assert databases(settings) == {DATABASE_FILE}
    assert stored(settings) == before


def test_a_copy_of_another_version_is_no_copy(settings: Settings) -> None:
    older = Database(settings.data_dir / DATABASE_FILE, database_key(settings))
    with pytest.raises(Damage, match='is not whole: its version is 0001'):
        older._keep_copy(settings.data_dir / COPY, '0000')
    older.close()
    assert databases(settings) == {DATABASE_FILE}


def test_an_older_database_of_which_any_page_is_damaged_is_left_as_it_is(settings: Settings) -> None:
    path = settings.data_dir / DATABASE_FILE
    with directly(settings) as connection:
        connection.execute('UPDATE patient SET notes = ? WHERE id = 12', ('long ' * 2_000,))  # runs over into pages that only it uses
    whole = path.read_bytes()
    for page in range(1, len(whole) // 4096):
        content = bytearray(whole)
        content[page * 4096 + 2_000] ^= 1
        path.write_bytes(content)
        with pytest.raises(DatabaseDamaged):
            open_clinic(settings)
        assert databases(settings) == {DATABASE_FILE}
        assert path.read_bytes() == content


def test_a_copy_that_was_cut_off_is_made_anew(settings: Settings) -> None:
    before = stored(settings)
    for end in ('', '.part', '.part-journal', '.part-wal', '.part-shm'):
        (settings.data_dir / f'{COPY}{end}').write_bytes(b'cut off')
    with opened(settings):
        pass
    assert databases(settings) == {DATABASE_FILE, COPY}
    assert stored(settings, COPY) == before


def test_a_new_practice_and_one_that_is_up_to_date_are_not_copied(template: Template, tmp_path: Path) -> None:
    (tmp_path / 'new').mkdir()
    for settings in (settings_of(tmp_path / 'new'), template.copy(tmp_path)):
        open_clinic(settings).close()
        assert databases(settings) == {DATABASE_FILE}
