"""A filled practice of schema 0001, written with the SQL of that schema and never with today's models: an upgrade brings it through."""
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import sqlcipher3.dbapi2 as sqlcipher
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.settings import Settings
from data import database
from data.audit_chain import AuditChain, Head, Link
from data.database import Database
from data.image_store import Binding, ImageStore, Rendition
from data.vault import Label, Vault, create_root_key
from tests.cast import CHEAP_HASH
from tests.conftest import settings_of
from tests.data.tampering import DATABASE_FILE, database_key

INES, JANA, TOM = (f'{number:032x}' for number in (0xB1, 0xB2, 0xB3))
SOREN, ANH, NAMELESS, ONEILL = (f'{number:032x}' for number in (0xA1, 0xA2, 0xA3, 0xA4))
VISIT, REVIEW, FIRST_VISIT = (f'{number:032x}' for number in (0xE1, 0xE2, 0xE3))
ELBOW, KNEE, CHEEK = (f'{number:032x}' for number in (0xF1, 0xF2, 0xF3))
PAIR, SIGN_IN, OLD_SIGN_IN = (f'{number:032x}' for number in (0xC1, 0xD1, 0xD2))
COOKIE, OLD_COOKIE = 'cookie of jana', 'cookie of tom'
NOTES = 'Scharf begrenzte Plaques – Ellbogen «beidseits».\nLocal: Hydrocortison 1 %'
PHOTOGRAPHS = {ELBOW: b'an elbow', KNEE: b'a knee' * 50_000, CHEEK: b'a cheek'}
_BLOBS = {image: image.replace('f', 'b').replace('0', '7') for image in PHOTOGRAPHS}
_HOLDERS = {ELBOW: SOREN, KNEE: SOREN, CHEEK: ANH}


def _patient(row: int, key: str, unique_id: str, name_sort: str, search: str, **other: Any) -> dict[str, Any]:
    texts = ('family_name', 'given_names', 'preferred_name', 'gender', 'phone', 'email', 'street', 'city', 'region', 'postal_code',
             'country', 'medical_record_number', 'insurance_number', 'notes')
    return {**dict.fromkeys(texts, ''), 'birth_date': None, 'sex': None, 'skin_type': None, 'last_appointment': None,
            'entry_numbers_given': 0, 'entry_count': 0, 'image_count': 0, **other,
            'id': row, 'key': key, 'unique_id': unique_id, 'name_sort': name_sort, 'search': search}


def _image(row: int, key: str, patient: int, at: str, **other: Any) -> dict[str, Any]:
    content = PHOTOGRAPHS[key]
    return {'id': row, 'key': key, 'patient_id': patient, 'blob': _BLOBS[key], 'sha256': sha256(content).hexdigest(),
            'size_bytes': len(content), 'format': 'JPEG', 'width_px': 4032, 'height_px': 3024, 'original_name': f'IMG_{row}.jpg',
            'camera': 'Testcam T-1', 'captured_local': '2026-01-04T17:00:00', 'captured_offset': '+01:00',
            'captured_at': '2026-01-04 16:00:00.000000', 'captured_how': 'camera offset', 'received_at': at, 'received_from': 'upload',
            'caption': '', 'body_site': '', 'laterality': None, 'view': None, **other}


def _rows(names: str, *rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(names.split(), row, strict=True)) for row in rows]


ROWS: dict[str, list[dict[str, Any]]] = {
    'setting': _rows('name value', ('practice_name', 'Hautärzte am Wörthsee'), ('time_zone', 'Europe/Berlin')),
    'done_request': _rows('key subject done_at', ('request-1', SOREN, '2026-01-05 08:10:00.250000')),
    'user': _rows(
        'id key username display_name role password_hash created_at deactivated_at',
        (1, INES, 'ines', 'Dr Ines Weber', 'administrator', CHEAP_HASH, '2026-01-05 08:00:00.000000', None),
        (2, JANA, 'jana', 'Jana König', 'clinician', CHEAP_HASH, '2026-01-05 08:01:00.000000', None),
        (4, TOM, 'tom', 'Tom Adeyemi', 'photographer', CHEAP_HASH, '2026-01-05 08:02:00.000000', '2026-02-01 08:00:00.000000')),
    'user_session': _rows(
        'id key user_id token_sha256 opened_at expires_at ended_at address agent',
        (1, OLD_SIGN_IN, 4, sha256(OLD_COOKIE.encode()).hexdigest(), '2026-01-05 08:05:00.000000', '2026-01-05 20:05:00.000000',
         '2026-01-05 17:00:00.000000', '127.0.0.1', 'Firefox'),
        (2, SIGN_IN, 2, sha256(COOKIE.encode()).hexdigest(), '2026-11-23 08:05:00.000000', '2026-11-23 20:05:00.000000', None,
         '127.0.0.1', 'Safari')),
    'patient': [
        _patient(3, SOREN, 'psr-20417', 'muller-ozturk soren lukasz lu',
                 'psr-20417 soren lukasz lu muller-ozturk', family_name='Müller-Öztürk', given_names='Søren Łukasz', preferred_name='Lu',
                 birth_date='1980-03-14', sex='male', skin_type='II', gender='man', phone='+49 89 1234', email='lu@example.org',
                 street='Am Wörthsee 1', city='Wörthsee', region='Bayern', postal_code='82237', country='Deutschland',
                 medical_record_number='MR-1', insurance_number='A123', notes='Kommt mit dem Rad.',
                 registered_at='2026-01-05 08:10:00.250000', entry_numbers_given=2, last_modified='2026-03-02 14:41:07.123456',
                 last_appointment='2026-03-02 14:30:00.000000', entry_count=2, image_count=2),
        _patient(7, ANH, 'nguyen-1', 'nguyen thi anh', 'nguyen-1 thi anh nguyen', family_name='Nguyễn', given_names='Thị Ánh',
                 birth_date='2001-12-31', sex='female', registered_at='2026-01-06 09:00:00.000000', entry_numbers_given=1,
                 last_modified='2026-01-06 09:20:00.000000', last_appointment='2026-01-06 09:15:00.000000', entry_count=1, image_count=1),
        _patient(8, NAMELESS, 'c-3', 'c-3', 'c-3', registered_at='2026-01-07 09:00:00.000000', last_modified='2026-01-08 09:00:00.000000'),
        _patient(12, ONEILL, 'q-4', "o'neill", "q-4 o'neill", family_name='O’Neill', registered_at='2026-01-09 09:00:00.000000',
                 last_modified='2026-01-09 09:00:00.000000')],
    'patient_former_id': _rows('unique_id patient_id', ('old-7', 3), ('x_9', 8), ('b-204', 3)),
    'image': [
        _image(4, ELBOW, 3, '2026-01-05 08:30:00.000000', caption='Ellbogen, rechts', body_site='elbow', laterality='right',
               view='close-up'),
        _image(9, KNEE, 3, '2026-01-05 08:31:00.000000', view='overview', body_site='Knie links'),
        _image(10, CHEEK, 7, '2026-01-06 09:20:00.000000', body_site='CHÉEK')],
    'entry': _rows(
        'id key patient_id number appointment_at clinician_id notes created_at',
        (5, VISIT, 3, 1, '2026-01-05 09:00:00.000000', 2, '', '2026-01-05 08:40:00.000000'),
        (6, REVIEW, 3, 2, '2026-03-02 14:30:00.000000', 2, NOTES, '2026-03-02 14:29:00.000000'),
        (8, FIRST_VISIT, 7, 1, '2026-01-06 09:15:00.000000', None, '', '2026-01-06 09:10:00.000000')),
    'entry_image': _rows(
        'entry_id image_id position placed_at', (5, 9, 1, '2026-01-05 08:41:00.000000'), (5, 4, 2, '2026-01-05 08:41:00.000000'),
        (6, 4, 1, '2026-03-02 14:33:00.000000'), (6, 9, 2, '2026-03-02 14:33:00.000000')),
    'comparison_group': _rows('id key entry_id title layout created_at',
                              (2, PAIR, 6, 'Vorher – nachher', 'slider', '2026-03-02 14:35:00.000000')),
    'comparison_image': _rows('group_id image_id position', (2, 9, 0), (2, 4, 1)),
    'section_state': _rows('user_id entry_id section is_open', (2, 6, 'notes', 1), (2, 6, 'comparisons', 0)),
    'field_version': _rows(
        'id subject field version revision text burst actor from_at until_at',
        (1, SOREN, 'unique_id', 1, 0, 'old-7', '', '', '2026-02-10 10:00:00.000000', '2026-02-10 10:00:00.000000'),
        (2, SOREN, 'unique_id', 2, 1, 'b-204', 'd1', JANA, '2026-02-10 10:00:00.000000', '2026-02-10 10:00:00.000000'),
        (3, SOREN, 'unique_id', 3, 2, 'psr-20417', 'd2', JANA, '2026-02-11 10:00:00.000000', '2026-02-11 10:00:00.000000'),
        (4, NAMELESS, 'unique_id', 1, 0, 'x_9', '', '', '2026-01-08 09:00:00.000000', '2026-01-08 09:00:00.000000'),
        (5, NAMELESS, 'unique_id', 2, 1, 'c-3', 'd3', JANA, '2026-01-08 09:00:00.000000', '2026-01-08 09:00:00.000000'),
        (6, ELBOW, 'caption', 1, 4, 'Ellbogen, rechts', 'd4', TOM, '2026-01-05 08:32:00.000000', '2026-01-05 08:32:09.000000'),
        (7, REVIEW, 'notes', 1, 1, 'Scharf', 'd5', JANA, '2026-03-02 14:34:00.000000', '2026-03-02 14:34:00.000000'),
        (8, REVIEW, 'notes', 2, 31, NOTES, 'd6', JANA, '2026-03-02 14:40:00.000000', '2026-03-02 14:41:07.123456'),
        (9, ELBOW, 'body_site', 1, 5, 'elbow', 'd7', TOM, '2026-01-05 08:33:00.000000', '2026-01-05 08:33:02.000000'),
        (10, KNEE, 'body_site', 1, 2, 'Knie links', 'd8', TOM, '2026-01-05 08:34:00.000000', '2026-01-05 08:34:02.000000')),
}
"""Every row but those of the trail."""

EVENTS: tuple[tuple[str, str, str, str, str, dict[str, Any]], ...] = (
    ('2026-01-05T08:00:00.000Z', 'user:invite', 'console', INES, '', {'role': 'administrator'}),
    ('2026-01-05T08:01:00.000Z', 'user:invite', INES, JANA, '', {'role': 'clinician'}),
    ('2026-01-05T08:02:00.000Z', 'user:invite', INES, TOM, '', {'role': 'photographer'}),
    ('2026-01-05T08:03:00.000Z', 'setting:change', INES, 'practice_name', '', {}),
    ('2026-01-05T08:05:00.000Z', 'session:sign_in', TOM, TOM, '', {'session': OLD_SIGN_IN}),
    ('2026-01-05T08:10:00.250Z', 'patient:register', JANA, SOREN, SOREN, {'fields': ['family_name', 'given_names', 'unique_id']}),
    ('2026-01-05T08:30:00.000Z', 'image:admit', TOM, ELBOW, SOREN, {'format': 'JPEG', 'from': 'upload', 'size_bytes': 8}),
    ('2026-01-05T08:31:00.000Z', 'image:admit', TOM, KNEE, SOREN, {'format': 'JPEG', 'from': 'upload', 'size_bytes': 300_000}),
    ('2026-01-05T08:32:00.000Z', 'image:describe', TOM, ELBOW, SOREN, {'field': 'caption', 'version': 1}),
    ('2026-01-05T08:40:00.000Z', 'entry:open', JANA, VISIT, SOREN, {'number': 1}),
    ('2026-01-05T08:41:00.000Z', 'entry:place', JANA, VISIT, SOREN, {'images': [KNEE, ELBOW]}),
    ('2026-01-06T09:00:00.000Z', 'patient:register', JANA, ANH, ANH, {'fields': ['family_name', 'given_names', 'unique_id']}),
    ('2026-01-06T09:10:00.000Z', 'entry:open', JANA, FIRST_VISIT, ANH, {'number': 1}),
    ('2026-01-06T09:20:00.000Z', 'image:admit', TOM, CHEEK, ANH, {'format': 'JPEG', 'from': 'upload', 'size_bytes': 7}),
    ('2026-01-07T09:00:00.000Z', 'patient:register', JANA, NAMELESS, NAMELESS, {'fields': ['unique_id']}),
    ('2026-01-08T09:00:00.000Z', 'patient:correct', JANA, NAMELESS, NAMELESS, {'field': 'unique_id', 'version': 2}),
    ('2026-01-09T09:00:00.000Z', 'patient:register', JANA, ONEILL, ONEILL, {'fields': ['family_name', 'unique_id']}),
    ('2026-02-01T08:00:00.000Z', 'user:deactivate', INES, TOM, '', {}),
    ('2026-02-10T10:00:00.000Z', 'patient:correct', JANA, SOREN, SOREN, {'field': 'unique_id', 'version': 2}),
    ('2026-02-11T10:00:00.000Z', 'patient:correct', JANA, SOREN, SOREN, {'field': 'unique_id', 'version': 3}),
    ('2026-03-02T14:29:00.000Z', 'entry:open', JANA, REVIEW, SOREN, {'number': 2}),
    ('2026-03-02T14:33:00.000Z', 'entry:place', JANA, REVIEW, SOREN, {'images': [ELBOW, KNEE]}),
    ('2026-03-02T14:34:00.000Z', 'entry:amend', JANA, REVIEW, SOREN, {'field': 'notes', 'version': 1}),
    ('2026-03-02T14:35:00.000Z', 'comparison:group', JANA, PAIR, SOREN, {'entry': REVIEW, 'images': [KNEE, ELBOW]}),
    ('2026-03-02T14:40:00.000Z', 'entry:amend', JANA, REVIEW, SOREN, {'field': 'notes', 'version': 2}),
    ('2026-03-03T08:00:00.000Z', 'chart:open', JANA, SOREN, SOREN, {}),
)
"""The trail: when, what, who, to what, of which patient, and the detail."""


def an_older_practice(folder: Path) -> Settings:
    """Make the practice of schema 0001 below a folder, with its keys, photographs and sealed trail, and return its settings."""
    settings = settings_of(folder)
    for part in (settings.data_dir, settings.keys):
        part.mkdir(mode=0o700)
    vault = Vault(create_root_key(settings.keys), settings.data_dir / 'keystore.db')
    vault.prepare_keystore()
    vault.create_patient_keys([row['key'] for row in ROWS['patient']])
    _store_photographs(vault, ImageStore(settings.data_dir / 'images'))
    chain = AuditChain(vault.derive(Label.AUDIT))
    older = Database(settings.data_dir / DATABASE_FILE, vault.derive(Label.DATABASE))
    with older.writing_engine.begin() as connection:
        config = database._alembic_config()
        config.attributes['connection'] = connection
        command.upgrade(config, '0001')
        for table, rows in ROWS.items():
            for row in rows:
                _insert(connection, table, row)
        last = _seal_the_trail(connection, chain)
    older.close()
    vault.close()
    Head(settings.keys, chain).create(last)
    return settings


def bring_to(settings: Settings, revision: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Bring a closed practice to a later schema that is still an older one, and let it hold these rows too."""
    older = Database(settings.data_dir / DATABASE_FILE, database_key(settings))
    with older.writing_engine.begin() as connection:
        config = database._alembic_config()
        config.attributes['connection'] = connection
        command.upgrade(config, revision)
        for table, added in rows.items():
            for row in added:
                _insert(connection, table, row)
    older.close()


def contents(path: Path, key: bytes) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table of a database file that nobody has open."""
    connection = sqlcipher.connect(str(path))
    try:
        connection.execute(f'PRAGMA key = "x\'{key.hex()}\'"')
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {table: _all_of(connection, table) for table, in tables}
    finally:
        connection.close()


def newest() -> str:
    """Return the version that the present program brings a database to."""
    return str(ScriptDirectory.from_config(database._alembic_config()).get_current_head())


def another_step(monkeypatch: pytest.MonkeyPatch, folder: Path, lines: Sequence[str] = ()) -> None:
    """Give the program one more migration, which runs these lines."""
    body = ['from alembic import op', f"revision, down_revision = '9998', '{newest()}'", 'def upgrade():', *lines, '    pass', '']
    (folder / '9998_more.py').write_text('\n'.join(body))
    config = database._alembic_config()
    config.set_main_option('path_separator', 'os')
    config.set_main_option('version_locations', f'{Path(database.__file__).parent}/migrations/versions:{folder}')
    monkeypatch.setattr(database, '_alembic_config', lambda: config)


def _all_of(connection: Any, table: str) -> list[dict[str, Any]]:
    found = connection.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in found.description]
    return sorted((dict(zip(names, row, strict=True)) for row in found), key=repr)


def _insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    names, places = ', '.join(f'"{name}"' for name in row), ', '.join('?' * len(row))
    connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) VALUES ({places})', tuple(row.values()))


def _seal_the_trail(connection: Connection, chain: AuditChain) -> Link:
    link = chain.genesis()
    for at, action, user, subject, patient, detail in EVENTS:
        payload = rfc8785.dumps({'action': action, 'address': '127.0.0.1', 'at': at, 'detail': detail, 'outcome': 'done',
                                 'patient': patient, 'session': '', 'subject': subject, 'user': user})
        link = chain.seal(link, payload)
        _insert(connection, 'audit_event', {'seq': link.seq, 'payload': payload.decode(), 'hash': link.hash, 'mac': link.mac})
    return link


def _store_photographs(vault: Vault, store: ImageStore) -> None:
    store.prepare()
    for image, content in PHOTOGRAPHS.items():
        patient, writers = _HOLDERS[image], []
        for rendition in Rendition:
            writer = store.begin(_BLOBS[image], vault.patient_key(patient), Binding(patient, image, rendition))
            writer.write(content)
            writer.finish()
            writers.append((rendition, writer))
        store.keep(_BLOBS[image], writers)
