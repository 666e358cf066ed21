"""The encrypted database: its settings, its two kinds of connection, its schema."""
import logging
import secrets
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import exc, text
from sqlmodel import SQLModel, func, select

from app.clinic import Clinic, open_clinic
from data.actors import NOBODY, Actor
from data.database import Database, StorageFailed
from data.errors import Damage, KeyMissing, Refusal, SchemaTooNew, SchemaTooOld
from data.models import AuditEvent, Patient, Setting
from data.records import Records
from tests.cast import Cast
from tests.conftest import Template
from tests.data.older_practice import another_step
from tests.data.tampering import DATABASE_FILE, database_key, directly, sqlcipher
from tests.factories import a_patient, an_entry

ASSERTED = {'journal_mode': 'wal', 'synchronous': 2, 'foreign_keys': 1, 'secure_delete': 1, 'trusted_schema': 0, 'cell_size_check': 1,
            'busy_timeout': 5000}
NO_ONE = Actor(user=NOBODY)


def pragma(records: Records, name: str) -> object:
    row = records.session.connection().exec_driver_sql(f'PRAGMA {name}').fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(('name', 'value'), ASSERTED.items())
def test_every_connection_has_the_settings_that_safety_rests_on(clinic: Clinic, name: str, value: object) -> None:
    assert clinic.change_now(NO_ONE, lambda records: pragma(records, name)) == value
    with clinic.reading(NO_ONE) as records:
        assert pragma(records, name) == value


def test_memory_mapping_is_off(clinic: Clinic) -> None:
    assert clinic.change_now(NO_ONE, lambda records: pragma(records, 'mmap_size')) in (None, 0)


def test_caches_are_64_mib_for_the_writer_and_16_for_a_reader(clinic: Clinic) -> None:
    assert clinic.change_now(NO_ONE, lambda records: pragma(records, 'cache_size')) == -64 * 1024
    with clinic.reading(NO_ONE) as records:
        assert pragma(records, 'cache_size') == -16 * 1024


def test_a_reader_cannot_write(clinic: Clinic) -> None:
    with pytest.raises(exc.OperationalError, match='readonly'):
        with clinic.reading(NO_ONE) as records:
            records.session.add(Setting(name='practice_name', value='Elsewhere'))
            records.session.flush()


def test_a_block_of_reading_is_one_snapshot(clinic: Clinic, cast: Cast) -> None:
    with clinic.reading(cast.jana) as records:
        before = records.session.exec(select(func.count()).select_from(Patient)).one()
        a_patient(clinic, cast.jana)
        assert records.session.exec(select(func.count()).select_from(Patient)).one() == before
    with clinic.reading(cast.jana) as records:
        assert records.session.exec(select(func.count()).select_from(Patient)).one() == before + 1


def test_the_writer_has_the_lock_before_it_reads(clinic: Clinic) -> None:
    other = sqlcipher.connect(str(clinic.database.path), isolation_level=None, timeout=0, check_same_thread=False)
    other.execute(f'PRAGMA key = "x\'{database_key(clinic.settings).hex()}\'"')

    def read_only(records: Records) -> str:
        records.session.exec(select(Setting)).all()
        with pytest.raises(sqlcipher.OperationalError) as refused:
            other.execute('BEGIN IMMEDIATE')
        return str(refused.value)

    assert clinic.change_now(NO_ONE, read_only) == 'database is locked'
    other.execute('BEGIN IMMEDIATE')
    other.close()


def test_nothing_readable_lies_in_the_file(clinic: Clinic, cast: Cast) -> None:
    a_patient(clinic, cast.jana, family_name='Canaryname')
    clinic.close()
    stored = [path.read_bytes() for path in clinic.settings.data_dir.glob('*.db*')]
    assert len(stored) >= 2
    for content in stored:
        assert b'Canaryname' not in content
        assert not content.startswith(b'SQLite format 3')


def test_a_wrong_key_is_said_and_harms_nothing(clinic: Clinic) -> None:
    wrong = Database(clinic.database.path, bytes(32))
    with pytest.raises(KeyMissing):
        wrong.upgrade()
    wrong.close()
    with clinic.reading(NO_ONE) as records:
        assert not records.users.is_empty()


def test_a_database_that_cannot_be_opened_is_named_in_words(tmp_path: Path) -> None:
    nowhere = Database(tmp_path / 'gone' / 'dermafolio.db', bytes(32))
    for way in (nowhere.upgrade, nowhere.check_schema):
        with pytest.raises(Refusal, match=rf'The database {tmp_path}/gone/dermafolio\.db cannot be used: unable to open'):
            way()
    nowhere.close()


def test_a_schema_of_a_newer_program_is_refused(template: Template, tmp_path) -> None:
    settings = template.copy(tmp_path)
    with directly(settings) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew):
        open_clinic(settings)
    with pytest.raises(SchemaTooNew):
        open_clinic(settings, exclusive=False)


def test_a_schema_of_an_older_program_is_refused_where_it_may_only_be_read(clinic: Clinic, tmp_path: Path, monkeypatch) -> None:
    another_step(monkeypatch, tmp_path)
    with pytest.raises(SchemaTooOld, match='older Dermafolio'):
        clinic.database.check_schema()


def test_a_command_that_only_reads_does_not_make_a_schema(clinic: Clinic, tmp_path) -> None:
    empty = Database(tmp_path / 'empty.db', bytes(32))
    with pytest.raises(Damage, match='empty'):
        empty.check_schema()
    empty.close()


def test_the_migrations_make_exactly_what_the_models_declare(clinic: Clinic) -> None:
    with clinic.database.writing_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={
            'compare_type': True, 'compare_server_default': True,
            'include_name': lambda name, kind, _parents: kind != 'table' or not name.startswith('patient_search')})  # SQLite's own
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_block_that_fails_leaves_no_trace(clinic: Clinic, cast: Cast) -> None:
    head = clinic.head.read()

    def fail(records: Records) -> None:
        patient = records.session.exec(select(func.count()).select_from(Patient)).one()
        assert patient == 0
        records.settings.change('practice_name', 'Half done')
        raise Refusal('no')

    with pytest.raises(Refusal):
        clinic.change_now(cast.ines, fail)
    with clinic.reading(cast.ines) as records:
        assert records.settings.value('practice_name') == 'Dermafolio'
        assert records.session.exec(select(func.max(AuditEvent.seq))).one() == head.seq
    assert clinic.head.read() == head


@pytest.mark.parametrize('statement', ["UPDATE audit_event SET payload = '{}' WHERE seq = 1", 'DELETE FROM audit_event WHERE seq = 1'])
def test_the_trail_takes_no_change_and_no_deletion(clinic: Clinic, statement: str) -> None:
    with pytest.raises(exc.DatabaseError, match='append-only'):
        clinic.change_now(NO_ONE, lambda records: records.session.connection().execute(text(statement)).rowcount)


def test_a_full_disk_refuses_the_write_and_the_next_one_goes_on(clinic: Clinic, cast: Cast) -> None:
    def fill(records: Records) -> None:
        connection = records.session.connection()
        connection.exec_driver_sql(f'PRAGMA max_page_count = {pragma(records, "page_count")}')
        connection.exec_driver_sql('INSERT INTO setting (name, value) VALUES (?, ?)', ('big', 'x' * 2_000_000))

    with pytest.raises(StorageFailed, match='disk'):
        clinic.change_now(NO_ONE, fill)
    clinic.change_now(NO_ONE, lambda records: pragma(records, 'max_page_count = 1000000'))
    assert a_patient(clinic, cast.jana).unique_id == 'psr-20417'


def fill_the_disk(clinic: Clinic) -> None:
    clinic.change_now(NO_ONE, lambda records: pragma(records, f'max_page_count = {pragma(records, "page_count")}'))


def test_a_save_that_fails_leaves_no_word_of_it_in_the_log(clinic: Clinic, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    fill_the_disk(clinic)
    word = secrets.token_hex(8)
    try:
        clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, 'notes', f'{word} ' * 5_000).text)
    except StorageFailed:
        logging.getLogger('dermafolio').exception('not stored')
    assert 'OperationalError' in caplog.text
    assert word not in caplog.text


def test_on_a_full_disk_everything_can_still_be_read(clinic: Clinic, cast: Cast) -> None:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key, notes='before')
    fill_the_disk(clinic)
    head = clinic.head.read()
    for _ in range(3):
        with pytest.raises(StorageFailed, match='The server’s disk refused to store this'):
            clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, 'notes', 'x' * 100_000).text)
    assert clinic.head.read() == head
    with clinic.reading(cast.jana) as records:
        assert records.entries.record(entry.patient, 1).notes == 'before'


def test_who_is_signed_in_is_known_however_many_read(clinic: Clinic, cast: Cast) -> None:
    with ExitStack() as readers:
        for _ in range(40):  # more than any pool of threads that reads
            readers.enter_context(clinic.reading(cast.jana)).settings.value('time_zone')
        assert clinic.resolve(cast.token(cast.jana), '127.0.0.1') is not None


def test_a_copy_of_the_file_alone_is_not_a_practice(clinic: Clinic, tmp_path) -> None:
    clinic.close()
    moved = tmp_path / 'moved'
    moved.mkdir()
    shutil.copy(clinic.settings.data_dir / DATABASE_FILE, moved)
    with pytest.raises(KeyMissing):
        open_clinic(clinic.settings.model_copy(update={'data_dir': moved, 'key_dir': tmp_path / 'no-keys'}))
