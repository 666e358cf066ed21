"""Someone with the database's key but not its rules: writes past the program."""
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from app.settings import Settings
from data.vault import Label, Vault, read_root_key

DATABASE_FILE = 'dermafolio.db'


def database_key(settings: Settings) -> bytes:
    """Return the key of a practice's database."""
    return Vault(read_root_key(settings.keys), settings.data_dir / 'keystore.db').derive(Label.DATABASE)


@contextmanager
def directly(settings: Settings) -> Iterator[Any]:
    """Open the database of a closed practice without its triggers, and commit at the end."""
    connection = sqlcipher.connect(str(settings.data_dir / DATABASE_FILE), isolation_level=None)
    try:
        connection.execute(f'PRAGMA key = "x\'{database_key(settings).hex()}\'"')
        for trigger in ('audit_event_no_update', 'audit_event_no_delete'):
            connection.execute(f'DROP TRIGGER IF EXISTS {trigger}')
        connection.execute('BEGIN IMMEDIATE')
        yield connection
        connection.execute('COMMIT')
    finally:
        connection.close()
