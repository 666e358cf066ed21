"""What encryption costs the reader of a list: the same statements on the same rows, encrypted and plain, both warm."""
import statistics
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from data.models import Patient
from data.records import Records
from tests.benchmarks.measuring import Row, a_practice, interleaved, milliseconds, ratio_of
from tests.data.tampering import database_key

PATIENTS, ROUNDS, READS, TARGET = 10_000, 25, 20, 1.5
_STATEMENTS = (
    'SELECT * FROM patient ORDER BY last_modified DESC, id DESC LIMIT 100', 'SELECT count(*) FROM patient',
    "SELECT * FROM patient WHERE search LIKE '%gonzalez 77%' LIMIT 100", 'SELECT * FROM patient WHERE unique_id = "psr-4711"',
)


def rows() -> list[Row]:
    """Measure and return the table's rows."""
    with a_practice() as (clinic, cast):
        clinic.change_now(cast.ines, _fill)
        plain_path = clinic.settings.data_dir / 'plain.db'
        encrypted = _opened(clinic.database.path, database_key(clinic.settings).hex())
        _export(encrypted, plain_path)
        plain = _opened(plain_path, '')
        ours, rival = interleaved(ROUNDS, lambda: _read(encrypted), lambda: _read(plain))
        encrypted.close()
        plain.close()
    ratio = ratio_of(ours, rival)
    mine, theirs = (milliseconds(statistics.median(times) / READS) for times in (ours, rival))
    return [Row(f'list statements on {PATIENTS:,} patients, encrypted, warm', mine, f'{theirs} (plain)', f'{ratio:.2f}', f'<= {TARGET}',
                ratio <= TARGET)]


def _fill(records: Records) -> int:
    """Put rows in without their acts: what is measured is reading."""
    now = records.now
    records.session.add_all(
        Patient(unique_id=f'psr-{number}', family_name='Gonzalez', given_names=f'Maria {number}', notes='No allergies. ' * 15,
                search=f'psr-{number} maria {number} gonzalez {number}', registered_at=now, last_modified=now)
        for number in range(PATIENTS))
    return PATIENTS


def _opened(path: Path, key: str) -> Any:
    connection = sqlcipher.connect(str(path), isolation_level=None)
    if key:
        connection.execute(f'PRAGMA key = "x\'{key}\'"')
    connection.execute('PRAGMA cache_size = -16384')
    return connection


def _export(encrypted: Any, path: Path) -> None:
    encrypted.execute("ATTACH DATABASE ? AS plain KEY ''", (str(path),))
    encrypted.execute("SELECT sqlcipher_export('plain')")
    encrypted.execute('DETACH DATABASE plain')


def _read(connection: Any) -> None:
    for _ in range(READS):
        for statement in _STATEMENTS:
            connection.execute(statement).fetchall()
