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
def directly(settings: Settings, *, cover_up: str = '') -> Iterator[Any]:
    """Open the database of a closed practice without its rules, commit at the end, and put them back to cover it up."""
    connection = sqlcipher.connect(str(settings.data_dir / DATABASE_FILE), isolation_level=None)
    try:
        connection.execute(f'PRAGMA key = "x\'{database_key(settings).hex()}\'"')
        connection.execute('PRAGMA ignore_check_constraints = ON')
        connection.execute('BEGIN IMMEDIATE')
        rules = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for trigger, _rule in rules:
            connection.execute(f'DROP TRIGGER {trigger}')
        yield connection
        for _trigger, rule in rules:
            connection.execute(rule)
        connection.execute('COMMIT')
        connection.executescript(cover_up)
    finally:
        connection.close()
