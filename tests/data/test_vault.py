"""Keys: where they come from, what they are bound to, what happens without them."""
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from data.errors import KeyMissing, Refusal
from data.vault import KEY_BYTES, Label, Vault, create_root_key, has_root_key, read_root_key
from tests.data.tampering import sqlcipher

ROOT_KEY = bytes(range(32))
MARIA, PAUL = 'a' * 32, 'b' * 32


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    opened = Vault(ROOT_KEY, tmp_path / 'keystore.db')
    opened.prepare_keystore()
    return opened


def test_a_root_key_is_written_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    key = create_root_key(tmp_path)
    assert (len(key), read_root_key(tmp_path), has_root_key(tmp_path)) == (KEY_BYTES, key, True)
    assert stat.S_IMODE((tmp_path / 'root.key').stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        create_root_key(tmp_path)


@pytest.mark.parametrize('stored', [b'', b'not hex', b'abcd\n', ROOT_KEY.hex().encode() + b'00', b'\xff' * 64])
def test_what_is_no_root_key_is_refused(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / 'root.key').write_bytes(stored)
    with pytest.raises(KeyMissing):
        read_root_key(tmp_path)


def test_a_folder_without_a_key_is_refused(tmp_path: Path) -> None:
    assert not has_root_key(tmp_path)
    with pytest.raises(KeyMissing):
        read_root_key(tmp_path)


def test_every_label_derives_a_key_of_its_own_and_always_the_same(vault: Vault, tmp_path: Path) -> None:
    keys = [vault.derive(label) for label in Label]
    assert len(set(keys)) == len(Label)
    assert {len(key) for key in keys} == {KEY_BYTES}
    assert keys == [Vault(ROOT_KEY, tmp_path / 'other.db').derive(label) for label in Label]


def test_a_patients_key_is_random_and_stays(vault: Vault, tmp_path: Path) -> None:
    for patient in (MARIA, PAUL):
        vault.create_patient_key(patient)
    key = vault.patient_key(MARIA)
    vault.close()
    again = Vault(ROOT_KEY, tmp_path / 'keystore.db')
    assert again.patient_key(MARIA) == key != again.patient_key(PAUL)
    assert again.patient_keys() == {MARIA, PAUL}


def test_a_patient_without_a_key_is_said(vault: Vault) -> None:
    with pytest.raises(KeyMissing, match='missing'):
        vault.patient_key(MARIA)


def test_a_wrapped_key_serves_its_own_patient_only(vault: Vault, tmp_path: Path) -> None:
    for patient in (MARIA, PAUL):
        vault.create_patient_key(patient)
    vault.close()
    store = sqlcipher.connect(str(tmp_path / 'keystore.db'))
    store.execute(f'PRAGMA key = "x\'{Vault(ROOT_KEY, tmp_path).derive(Label.KEYSTORE).hex()}\'"')
    store.execute('UPDATE patient_key SET wrapped = (SELECT wrapped FROM patient_key WHERE patient = ?) WHERE patient = ?', (PAUL, MARIA))
    store.commit()
    store.close()
    swapped = Vault(ROOT_KEY, tmp_path / 'keystore.db')
    assert swapped.patient_key(PAUL)
    with pytest.raises(KeyMissing, match='damaged'):
        swapped.patient_key(MARIA)


def test_another_root_key_does_not_open_the_keystore(vault: Vault, tmp_path: Path) -> None:
    vault.create_patient_key(MARIA)
    vault.close()
    with pytest.raises(KeyMissing):
        Vault(bytes(32), tmp_path / 'keystore.db').patient_key(MARIA)


def test_a_keystore_that_cannot_be_opened_is_named_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=rf'The keystore {tmp_path}/gone/keystore\.db cannot be used: unable to open'):
        Vault(ROOT_KEY, tmp_path / 'gone' / 'keystore.db').prepare_keystore()


def test_no_key_lies_readable_in_the_keystore(vault: Vault, tmp_path: Path) -> None:
    vault.create_patient_key(MARIA)
    key = vault.patient_key(MARIA)
    vault.close()
    stored = (tmp_path / 'keystore.db').read_bytes()
    assert key not in stored
    assert MARIA.encode() not in stored


@contextmanager
def beside(tmp_path: Path) -> Iterator[Any]:
    """Another connection to the keystore, as a second program has it."""
    store = sqlcipher.connect(str(tmp_path / 'keystore.db'), isolation_level=None, timeout=0)
    store.execute(f'PRAGMA key = "x\'{Vault(ROOT_KEY, tmp_path).derive(Label.KEYSTORE).hex()}\'"')
    yield store
    store.close()


def test_a_key_is_read_while_another_program_writes(vault: Vault, tmp_path: Path) -> None:
    vault.create_patient_key(MARIA)
    with beside(tmp_path) as other:
        other.execute('BEGIN IMMEDIATE')
        assert vault.patient_key(MARIA)
        assert vault.patient_keys() == {MARIA}
        other.execute('ROLLBACK')


def test_who_reads_a_key_locks_nobody_out(vault: Vault, tmp_path: Path) -> None:
    vault.create_patient_key(MARIA)
    assert vault.patient_key(MARIA)
    with beside(tmp_path) as other:
        other.execute('BEGIN EXCLUSIVE')
        other.execute('ROLLBACK')


def test_a_full_disk_is_said_as_it_is_and_the_next_key_is_made(vault: Vault, tmp_path: Path) -> None:
    vault._with_keystore(lambda store: store.execute('PRAGMA max_page_count = 3').fetchone())
    with pytest.raises(sqlcipher.OperationalError, match='disk is full'):
        for number in range(1000):
            vault.create_patient_key(f'{number:032}')
    vault._with_keystore(lambda store: store.execute('PRAGMA max_page_count = 1000').fetchone())
    vault.create_patient_key(MARIA)
    assert vault.patient_key(MARIA)


def test_a_key_is_durable_when_it_is_handed_out(vault: Vault) -> None:
    assert vault._with_keystore(lambda store: store.execute('PRAGMA synchronous').fetchone()) == (2,)
    assert vault._with_keystore(lambda store: store.execute('PRAGMA journal_mode').fetchone()) == ('truncate',)


def test_the_same_patient_never_gets_a_second_key(vault: Vault) -> None:
    vault.create_patient_key(MARIA)
    key = vault.patient_key(MARIA)
    with pytest.raises(sqlcipher.IntegrityError):
        vault.create_patient_key(MARIA)
    assert vault.patient_key(MARIA) == key
