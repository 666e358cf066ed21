"""The keys: one root key outside the data folder, labels derived from it, and one random key per patient.

The root key lies in the key folder (0600 in 0700). Everything else is derived with HKDF-SHA256 under a label, except the patients'
keys: those are random, wrapped with AES-256-GCM, and live in their own small encrypted database, so that destroying one row
makes a patient's photographs unreadable wherever copies of them are.
"""
import secrets
import threading
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlcipher
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from data.durable import write_once
from data.errors import KeyMissing, Refusal

T = TypeVar('T')
KEY_BYTES = 32
_NONCE_BYTES = 12
ROOT_FILE = 'root.key'
_KEEP_KEY = 'INSERT INTO patient_key (patient, wrapped) VALUES (?, ?)'


class Label(StrEnum):
    """What a derived key is for. A label is never reused for something else."""

    DATABASE = 'dermafolio/database/1'
    KEYSTORE = 'dermafolio/keystore/1'
    WRAPPING = 'dermafolio/patient-key-wrapping/1'
    AUDIT = 'dermafolio/audit-mac/1'


class Vault:
    """Hands out keys; holds the only copy of the root key in memory."""

    def __init__(self, root_key: bytes, keystore_path: Path) -> None:
        self._root = root_key
        self._wrapping = AESGCM(self.derive(Label.WRAPPING))
        self._keystore_path = keystore_path
        self._lock = threading.Lock()
        self._connection: Any = None

    def derive(self, label: Label) -> bytes:
        """Return the 32-byte key for one purpose."""
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=label.encode()).derive(self._root)

    def has_keystore(self) -> bool:
        """Tell whether there is a keystore with something in it."""
        return self._keystore_path.is_file() and self._keystore_path.stat().st_size > 0

    def create_patient_key(self, patient: str) -> None:
        """Make and commit a patient's random key. A key whose patient row never follows is harmless."""
        self._with_keystore(lambda store: store.execute(_KEEP_KEY, (patient, self._new_wrapped(patient))))

    def create_patient_keys(self, patients: Sequence[str]) -> None:
        """Make and commit the keys of many patients at once."""
        rows = [(patient, self._new_wrapped(patient)) for patient in patients]

        def keep(store: Any) -> None:
            store.execute('BEGIN IMMEDIATE')
            try:
                store.executemany(_KEEP_KEY, rows)
                store.execute('COMMIT')
            except BaseException:
                store.execute('ROLLBACK')
                raise
        self._with_keystore(keep)

    def patient_key(self, patient: str) -> bytes:
        """Return a patient's key. Raise KeyMissing when it was destroyed or never was."""
        row = self._with_keystore(lambda store: store.execute('SELECT wrapped FROM patient_key WHERE patient = ?', (patient,)).fetchone())
        if row is None:
            raise KeyMissing('The key of this patient’s images is missing.')
        try:
            return self._wrapping.decrypt(row[0][:_NONCE_BYTES], row[0][_NONCE_BYTES:], patient.encode())
        except InvalidTag:
            raise KeyMissing('The key of this patient’s images is damaged.') from None

    def patient_keys(self) -> frozenset[str]:
        """Return the subject keys of all patients that have a key here."""
        return frozenset(row[0] for row in self._with_keystore(lambda store: store.execute('SELECT patient FROM patient_key').fetchall()))

    def prepare_keystore(self) -> None:
        """Create the keystore when missing, and prove that it opens."""
        def create(store: Any) -> None:
            store.execute('CREATE TABLE IF NOT EXISTS patient_key (patient TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID')
        self._with_keystore(create)

    def close(self) -> None:
        """Let go of the keystore."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _new_wrapped(self, patient: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, secrets.token_bytes(KEY_BYTES), patient.encode())

    def _with_keystore(self, work: Callable[[Any], T]) -> T:
        """Run one statement on the one connection to the keystore. It is its own transaction: what is only read waits for no writer."""
        with self._lock:
            if self._connection is None:
                self._connection = self._open_keystore()
            return work(self._connection)

    def _open_keystore(self) -> Any:
        try:
            store = sqlcipher.connect(str(self._keystore_path), isolation_level=None, check_same_thread=False, timeout=5)
            store.execute(f'PRAGMA key = "x\'{self.derive(Label.KEYSTORE).hex()}\'"')
            store.execute('PRAGMA cipher_log_level = NONE')  # what is wrong is said in a sentence, not on the console
            store.execute('SELECT count(*) FROM sqlite_master')
        except sqlcipher.OperationalError as error:
            raise Refusal(f'The keystore {self._keystore_path} cannot be used: {error}.') from None
        except sqlcipher.DatabaseError:
            raise KeyMissing from None
        for pragma in ('journal_mode=TRUNCATE', 'synchronous=FULL', 'secure_delete=ON', 'trusted_schema=OFF'):
            store.execute(f'PRAGMA {pragma}')
        return store


def create_root_key(key_dir: Path) -> bytes:
    """Write a new root key into an empty key folder, durably, and return it."""
    key = secrets.token_bytes(KEY_BYTES)
    write_once(key_dir / ROOT_FILE, key.hex().encode() + b'\n')
    return key


def has_root_key(key_dir: Path) -> bool:
    """Tell whether a key folder holds a root key."""
    return (key_dir / ROOT_FILE).is_file()


def read_root_key(key_dir: Path) -> bytes:
    """Return the root key of a key folder. Raise KeyMissing when there is none or it is not one."""
    try:
        key = bytes.fromhex((key_dir / ROOT_FILE).read_text().strip())
    except (OSError, ValueError):
        raise KeyMissing from None
    if len(key) != KEY_BYTES:
        raise KeyMissing
    return key
