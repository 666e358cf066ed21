"""The encrypted database: engines, the one writer thread, the asserted pragmas, upgrades. SQL that only SQLite knows stands here.

One writer thread owns the one writing connection and begins every transaction IMMEDIATE; readers come from a pool, see one
snapshot per block and cannot write. The live database file is never opened by anything but SQLite: closing a second descriptor
would drop its locks.
"""
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlcipher
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, exc
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from data.durable import put_in_place
from data.errors import AuditChainBroken, Damage, KeyMissing, Refusal, SchemaTooNew, SchemaTooOld
from data.models.audit import TRAIL_RULES
from data.models.consent import CONSENT_RULES

T = TypeVar('T')
_READERS = 4  # kept open; more are opened when that many read at once
_WRITER_CACHE_KIB = 64 * 1024
_READER_CACHE_KIB = 16 * 1024
_OLDEST_SAFE_SQLITE = (3, 51, 3)  # older ones can lose data in WAL mode when the log is reset
_ASSERTED = {
    'journal_mode': ('WAL', 'wal'), 'synchronous': ('FULL', 2), 'foreign_keys': ('ON', 1), 'secure_delete': ('ON', 1),
    'trusted_schema': ('OFF', 0), 'cell_size_check': ('ON', 1), 'mmap_size': ('0', 0), 'busy_timeout': ('5000', 5000),
    'recursive_triggers': ('ON', 1),  # otherwise a REPLACE would go past the rule that no event is deleted
}


class StorageFailed(Damage):
    """The disk refused a write; nothing of the transaction was kept."""

    default = 'The server’s disk refused to store this. Nothing was changed. Ask whoever looks after the server.'


class DatabaseDamaged(Damage):
    """Pages of the database file do not carry their seal or do not hang together."""

    default = 'The database is damaged. Run `dermafolio verify`, and restore a backup.'


class Database:
    """The one way to the main database file: `run` a job on the writer thread that uses `write`; `reading` for reads anywhere."""

    def __init__(self, path: Path, key: bytes) -> None:
        if sqlcipher.sqlite_version_info < _OLDEST_SAFE_SQLITE:
            raise RuntimeError(f'SQLite {sqlcipher.sqlite_version} is too old for write-ahead logging')
        self.path = path
        self._key = key
        self._writing = self._engine(pool_size=1, begin='BEGIN IMMEDIATE', cache_kib=_WRITER_CACHE_KIB, query_only=False)
        self._reading = self._engine(pool_size=_READERS, begin='BEGIN', cache_kib=_READER_CACHE_KIB, query_only=True)
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix='writer')

    def run(self, job: Callable[[], T]) -> Future[T]:
        """Queue a job for the writer thread that opens its transactions itself with `write`."""
        return self._writer.submit(job)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run one transaction (only on the writer thread): committed when the work returns, rolled back when it raises."""
        try:
            with _damage_named(), Session(self._writing, expire_on_commit=False) as session:
                result = work(session)
                session.commit()
                return result
        except (exc.OperationalError, sqlcipher.OperationalError) as error:  # the keystore, written in between, says it as the driver does
            raise StorageFailed from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open one read-only snapshot."""
        with _damage_named(), Session(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield session

    def close(self) -> None:
        """Finish queued writes and let go of the file."""
        self._writer.shutdown(wait=True)
        self._reading.dispose()
        self._writing.dispose()

    def upgrade(self) -> None:
        """Bring the schema to this program's version, by every step or none, once a copy of an older one is kept. Refuse a newer one."""
        config = _alembic_config()
        scripts = ScriptDirectory.from_config(config)
        current, newest = self._schema_revision(), scripts.get_current_head()
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise SchemaTooNew
        if current not in {None, newest}:
            self._keep_copy(self.path.with_name(f'{self.path.stem}-before-{newest}.db'), current)
        with self._opened(), self._writing.begin() as connection:  # begun here: left to itself, Alembic commits after each step
            config.attributes['connection'] = connection
            command.upgrade(config, 'head')

    def check_schema(self) -> None:
        """Refuse a schema that is not exactly this program's; for commands that only read."""
        current = self._schema_revision()
        scripts = ScriptDirectory.from_config(_alembic_config())
        if current is None:
            raise Damage('The database is empty. Start the server once.')
        if current not in {script.revision for script in scripts.walk_revisions()}:
            raise SchemaTooNew
        if current != scripts.get_current_head():
            raise SchemaTooOld

    def _schema_revision(self) -> str | None:
        with self._opened(), self._reading.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def _keep_copy(self, path: Path, revision: str | None) -> None:
        """Keep the database as it is beside it, proven whole and durable, in place of a copy that an earlier attempt left."""
        unfinished = path.with_name(f'{path.name}.part')
        try:
            unfinished.unlink(missing_ok=True)
            try:
                self._prove_pages()
                self._back_up(unfinished)
                self._prove(unfinished, revision)
                put_in_place(unfinished, path)
            finally:
                unfinished.unlink(missing_ok=True)
        except (OSError, exc.DBAPIError, sqlcipher.Error) as error:
            reason = getattr(error, 'strerror', None) or getattr(error, 'orig', None) or error
            raise Refusal(f'This database is older than the program, and the copy that is kept before it is brought up to date, {path}, '
                          f'cannot be made: {reason}. Nothing was changed.') from error

    def _prove_pages(self) -> None:
        """Raise DatabaseDamaged when a page does not carry its seal: in a copy every page has a right one, whatever was read."""
        with self.reading() as session:
            if session.connection().exec_driver_sql('PRAGMA cipher_integrity_check').first():
                raise DatabaseDamaged

    def _back_up(self, path: Path) -> None:
        """Copy one snapshot of everything into a new file under the same key."""
        path.touch(mode=0o600, exist_ok=False)  # SQLite would let others read it
        copy = sqlcipher.connect(str(path), isolation_level=None)
        try:
            _unlock(copy, self._key)
            with self._reading.connect() as connection:
                source: Any = connection.connection.driver_connection
                source.backup(copy)
        finally:
            copy.close()

    def _prove(self, path: Path, revision: str | None) -> None:
        """Raise Damage when a copy does not open with the key, is not whole or not of this version."""
        copy = Database(path, self._key)
        try:
            with copy.reading() as session:
                problems = integrity_problems(session)
                found = MigrationContext.configure(session.connection()).get_current_revision()
        finally:
            copy.close()
        if problems or found != revision:
            raise Damage('The copy that is kept before this older database is brought up to date is not whole: '
                         f'{problems[0] if problems else f"its version is {found}"}. Nothing was changed. '
                         'Run `dermafolio verify` of the earlier version, or restore a backup.')

    @contextmanager
    def _opened(self) -> Iterator[None]:
        """Say in words that the file cannot be opened or upgraded where it lies."""
        try:
            with _damage_named():
                yield
        except exc.OperationalError as error:
            raise Refusal(f'The database {self.path} cannot be used: {error.orig}.') from error

    @property
    def writing_engine(self) -> Engine:
        """The writer's engine, for comparing models and schema in tests and for migrations."""
        return self._writing

    def _engine(self, *, pool_size: int, begin: str, cache_kib: int, query_only: bool) -> Engine:
        # A reader never waits for another one: while threads verify or list, the event loop still asks who is signed in.
        # What is written never enters an error's text, and so no log.
        engine = create_engine(f'sqlite:///{self.path}', module=sqlcipher, poolclass=QueuePool, pool_size=pool_size,
                               max_overflow=-1 if query_only else 0, connect_args={'check_same_thread': False}, hide_parameters=True)

        @event.listens_for(engine, 'connect')
        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # transactions are begun by us, not by the driver's guess
            _unlock(connection, self._key)
            _set_pragmas(connection, cache_kib, query_only=query_only)

        @event.listens_for(engine, 'begin')
        def start(connection: Any) -> None:
            connection.exec_driver_sql(begin)

        return engine


@contextmanager
def _damage_named() -> Iterator[None]:
    """Tell a damaged file from a bug: SQLite reports both as errors of the statement."""
    try:
        yield
    except (exc.DatabaseError, sqlcipher.DatabaseError) as error:
        said = str(getattr(error, 'orig', error))
        if 'malformed' in said or 'not a database' in said:
            raise DatabaseDamaged from error
        raise


def _unlock(connection: Any, key: bytes) -> None:
    """Give the raw key through the driver, where no statement log can see it, and prove that it fits."""
    connection.execute(f'PRAGMA key = "x\'{key.hex()}\'"')
    connection.execute('PRAGMA cipher_log_level = NONE')  # what is wrong is said in a sentence, not on the console
    try:
        connection.execute('SELECT count(*) FROM sqlite_master')
    except sqlcipher.DatabaseError as error:
        if 'not a database' in str(error):
            raise KeyMissing('The key for this data is not the right one, or the first page of the database is damaged. '
                             'Point --key-dir at the folder that belongs to this data, or restore a backup.') from None
        raise


def _set_pragmas(connection: Any, cache_kib: int, *, query_only: bool) -> None:
    for name, (value, expected) in _ASSERTED.items():
        connection.execute(f'PRAGMA {name} = {value}')
        row = connection.execute(f'PRAGMA {name}').fetchone()
        if row is not None and row[0] != expected:
            raise Damage(f'The database would not take the setting {name}={value}.')
    connection.execute(f'PRAGMA cache_size = -{cache_kib}')
    if query_only:
        connection.execute('PRAGMA query_only = ON')


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option('script_location', str(Path(__file__).parent / 'migrations'))
    return config


def check_trail_rules(session: Session) -> None:
    """Raise AuditChainBroken when the schema lacks a rule that keeps the trail append-only or a consent as it was, or holds another."""
    rows = session.connection().exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    if {name: rule for name, rule in rows} != TRAIL_RULES | CONSENT_RULES:
        raise AuditChainBroken('Not verified: the rules that keep the audit trail append-only are not those of the program. '
                               'Someone changed the database: restore a backup.')


def integrity_problems(session: Session) -> list[str]:
    """Return what SQLite's and SQLCipher's own checks find wrong with the file; empty when it is whole."""
    connection = session.connection()
    pages = [row[0] for row in connection.exec_driver_sql('PRAGMA cipher_integrity_check')]
    if pages:
        return pages  # what reads damaged pages stops at the first
    rows = [row[0] for row in connection.exec_driver_sql('PRAGMA integrity_check(20)') if row[0] != 'ok']
    orphans = [f'a row of {row[0]} points to a missing row of {row[2]}' for row in connection.exec_driver_sql('PRAGMA foreign_key_check')]
    return [*pages, *rows, *orphans]
