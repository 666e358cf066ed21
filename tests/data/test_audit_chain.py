"""The chain: whatever someone does who can write the data folder, but has no key folder, is found."""
import shutil
import struct
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest

from app.clinic import open_clinic
from app.integrity import verify_trail
from app.settings import Settings
from data.actors import console_actor
from data.audit_chain import GENESIS, AuditChain, Head, Link, Sealed
from data.errors import AuditChainBroken, Damage
from data.models import Action
from data.vault import Label, Vault, read_root_key
from tests.conftest import Template, settings_of
from tests.data.tampering import directly, sqlcipher
from tests.factories import a_patient, an_entry

ROWS = """SELECT seq, iif(typeof(payload) = 'text', CAST(payload AS BLOB), x''), iif(typeof(hash) = 'blob', hash, x''),
          iif(typeof(mac) = 'blob', mac, x'') FROM audit_event ORDER BY seq"""
HEAD = struct.Struct('>Q32s32s')
WEAKER_RULE = """DROP TRIGGER audit_event_no_update; CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event WHEN 0
                 BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"""
INSERT = 'INSERT INTO audit_event (seq, payload, hash, mac) VALUES (?, ?, ?, ?)'
CONSOLE = console_actor('tests')


@pytest.fixture
def settings(template: Template, tmp_path) -> Settings:
    """A closed practice with a trail of some length."""
    copied = template.copy(tmp_path)
    opened = open_clinic(copied)
    for number in range(6):
        patient = a_patient(opened, template.cast.jana, f'psr-{number}')
        an_entry(opened, template.cast.jana, patient.key, notes='better')
    opened.close()
    return copied


def chain_of(settings: Settings) -> AuditChain:
    return AuditChain(Vault(read_root_key(settings.keys), settings.data_dir / 'keystore.db').derive(Label.AUDIT))


def head_of(settings: Settings) -> Head:
    return Head(settings.keys, chain_of(settings))


def verify(settings: Settings) -> int:
    opened = open_clinic(settings, exclusive=False)
    try:
        return verify_trail(opened, CONSOLE).count
    finally:
        opened.close()


def edits(connection: Any, seq: int) -> None:
    connection.execute("UPDATE audit_event SET payload = replace(payload, '\"done\"', '\"fine\"') WHERE seq = ?", (seq,))


def rehashes(connection: Any, seq: int) -> None:
    """Edit an event and make the public hashes right again from there on; the macs need a key that is not here."""
    edits(connection, seq)
    previous = connection.execute('SELECT hash FROM audit_event WHERE seq = ?', (seq - 1,)).fetchone()
    link = previous[0] if previous else GENESIS
    for number, payload in connection.execute('SELECT seq, payload FROM audit_event WHERE seq >= ? ORDER BY seq', (seq,)).fetchall():
        link = sha256(link + sha256(payload.encode()).digest()).digest()
        connection.execute('UPDATE audit_event SET hash = ? WHERE seq = ?', (link, number))


def flips(column: str) -> Callable[[Any, int], None]:
    def tamper(connection: Any, seq: int) -> None:
        value = connection.execute(f'SELECT {column} FROM audit_event WHERE seq = ?', (seq,)).fetchone()[0]
        changed = bytes([value[0] ^ 1]) + value[1:]
        connection.execute(f'UPDATE audit_event SET {column} = ? WHERE seq = ?', (changed, seq))
    return tamper


def deletes(connection: Any, seq: int) -> None:
    connection.execute('DELETE FROM audit_event WHERE seq = ?', (seq,))


def deletes_and_closes_the_gap(connection: Any, seq: int) -> None:
    deletes(connection, seq)
    connection.execute('UPDATE audit_event SET seq = seq - 1 WHERE seq > ?', (seq,))


def doubles(connection: Any, seq: int) -> None:
    connection.execute('UPDATE audit_event SET seq = -seq WHERE seq > ?', (seq,))
    connection.execute('UPDATE audit_event SET seq = 1 - seq WHERE seq < 0')
    copied = connection.execute('SELECT seq + 1, payload, hash, mac FROM audit_event WHERE seq = ?', (seq,)).fetchone()
    connection.execute(INSERT, copied)


def swaps(connection: Any, seq: int) -> None:
    last = connection.execute('SELECT max(seq) FROM audit_event').fetchone()[0]
    other = seq + 1 if seq < last else seq - 1
    connection.execute('UPDATE audit_event SET seq = -? WHERE seq = ?', (seq, seq))
    connection.execute('UPDATE audit_event SET seq = ? WHERE seq = ?', (seq, other))
    connection.execute('UPDATE audit_event SET seq = ? WHERE seq = -?', (other, seq))


def stores_as(kind: str, column: str) -> Callable[[Any, int], None]:
    def tamper(connection: Any, seq: int) -> None:
        connection.execute(f'UPDATE audit_event SET {column} = CAST({column} AS {kind}) WHERE seq = ?', (seq,))
    return tamper


def inserts_at(number: int) -> Callable[[Any, int], None]:
    def tamper(connection: Any, seq: int) -> None:
        connection.execute('INSERT INTO audit_event (seq, payload, hash, mac) SELECT ?, payload, hash, mac FROM audit_event WHERE seq = ?',
                           (number, seq))
    return tamper


def cuts(connection: Any, seq: int) -> None:
    connection.execute('DELETE FROM audit_event WHERE seq >= ?', (seq,))


TAMPERINGS = {
    'edit': edits, 'edit and rehash': rehashes, 'flip a bit of the hash': flips('hash'), 'flip a bit of the mac': flips('mac'),
    'delete': deletes, 'delete, close the gap': deletes_and_closes_the_gap,
    'store the payload as bytes': stores_as('BLOB', 'payload'), 'store the hash as text': stores_as('TEXT', 'hash'),
    'store the mac as text': stores_as('TEXT', 'mac'), 'insert a row before the first': inserts_at(0),
    'insert a row far before the first': inserts_at(-(2**63)), 'insert a row far after the last': inserts_at(2**63 - 1),
    'insert a copy': doubles, 'swap two': swaps, 'cut the tail': cuts,
}


def tampered(settings: Settings, tamper: Callable[[Any, int], None]) -> Iterator[list[Sealed]]:
    """Yield the whole trail after one act of tampering at each event, each time from the untouched trail."""
    with directly(settings) as connection:
        for seq, in connection.execute('SELECT seq FROM audit_event ORDER BY seq').fetchall():
            connection.execute('SAVEPOINT untouched')
            tamper(connection, seq)
            yield connection.execute(ROWS).fetchall()
            connection.execute('ROLLBACK TO untouched')


def found(chain: AuditChain, rows: list[Sealed], head: Link) -> bool:
    try:
        chain.verify(rows, head)
    except AuditChainBroken as broken:
        return 0 < broken.seq <= head.seq + 1
    return False


@pytest.mark.parametrize('name', TAMPERINGS)
def test_every_single_act_of_tampering_is_found(settings: Settings, name: str) -> None:
    chain, head = chain_of(settings), head_of(settings).read()
    results = [found(chain, rows, head) for rows in tampered(settings, TAMPERINGS[name])]
    print(f'{name}: {sum(results)} of {len(results)} found')
    assert len(results) == head.seq > 20
    assert all(results)


def test_an_untouched_trail_is_intact(settings: Settings) -> None:
    assert verify(settings) == head_of(settings).read().seq


def test_control_without_the_mac_a_rehashed_trail_passes(settings: Settings) -> None:
    forged = next(rows for rows in tampered(settings, rehashes))
    chain, link, sealed = chain_of(settings), chain_of(settings).genesis(), []
    for _seq, payload, _hash, _mac in forged:
        link = chain.seal(link, payload)
        sealed.append((link.seq, payload, link.hash, link.mac))
    assert [row[2] for row in sealed] == [row[2] for row in forged]
    assert chain.verify(sealed, link).count == len(forged)


def test_control_without_the_head_a_cut_trail_passes(settings: Settings) -> None:
    *_, cut = tampered(settings, cuts)
    seq, _payload, digest, mac = cut[-1]
    assert chain_of(settings).verify(cut, Link(seq, digest, mac)).count == seq
    with pytest.raises(AuditChainBroken, match='cut off'):
        chain_of(settings).verify(cut, head_of(settings).read())


@pytest.mark.parametrize('name', TAMPERINGS)
def test_tampering_in_the_file_is_found_by_the_program(settings: Settings, name: str) -> None:
    with directly(settings) as connection:
        TAMPERINGS[name](connection, 15)
    with pytest.raises(AuditChainBroken, match='Not verified'):
        verify(settings)


def test_the_first_bad_event_is_named(settings: Settings) -> None:
    with directly(settings) as connection:
        edits(connection, 12)
        edits(connection, 17)
    with pytest.raises(AuditChainBroken, match='event 12 does not match its seal') as broken:
        verify(settings)
    assert broken.value.seq == 12


def test_an_older_database_is_found_at_the_start_and_by_verify(settings: Settings, template: Template, tmp_path) -> None:
    shutil.copytree(settings.data_dir, tmp_path / 'older')
    opened = open_clinic(settings)
    a_patient(opened, template.cast.jana, 'psr-later')
    opened.close()
    shutil.rmtree(settings.data_dir)
    (tmp_path / 'older').rename(settings.data_dir)
    with pytest.raises(AuditChainBroken, match='older'):
        verify(settings)
    with pytest.raises(AuditChainBroken, match='older'):
        open_clinic(settings)


def test_another_practice_under_the_same_head_is_found(settings: Settings, template: Template, tmp_path) -> None:
    other = template.copy(tmp_path / 'other')
    opened = open_clinic(other)
    for number in range(20):
        a_patient(opened, template.cast.jana, f'other-{number}')
    opened.close()
    for file in settings.data_dir.glob('dermafolio.db*'):
        file.unlink()
    shutil.copy(other.data_dir / 'dermafolio.db', settings.data_dir)
    with pytest.raises(AuditChainBroken, match='another database'):
        open_clinic(settings)
    with pytest.raises(AuditChainBroken):
        verify(settings)


def test_a_trail_ahead_of_the_head_is_normal_after_a_power_cut_and_the_head_moves_up(settings: Settings) -> None:
    end = head_of(settings).read()
    rows = _rows(settings)
    seq, _payload, digest, mac = rows[end.seq - 4]
    behind = head_of(settings)
    behind.write(Link(seq, digest, mac))
    behind.close()
    assert verify(settings) == end.seq
    assert head_of(settings).read().seq == seq
    open_clinic(settings).close()
    assert head_of(settings).read() == end


def test_forged_events_beyond_the_head_are_found_at_the_start(settings: Settings) -> None:
    head = head_of(settings).read()
    with directly(settings) as connection:
        payload = connection.execute('SELECT payload FROM audit_event WHERE seq = ?', (head.seq,)).fetchone()[0]
        digest = sha256(head.hash + sha256(payload.encode()).digest()).digest()
        connection.execute(INSERT, (head.seq + 1, payload, digest, head.mac))
    with pytest.raises(AuditChainBroken) as broken:
        open_clinic(settings)
    assert broken.value.seq == head.seq + 1


@pytest.mark.parametrize('stored', [None, b'', b'\0' * 72, b'x' * 71])
def test_a_key_folder_that_lost_its_head_is_damage_not_a_new_start(settings: Settings, stored: bytes | None) -> None:
    head = settings.keys / 'head'
    head.unlink() if stored is None else head.write_bytes(stored)
    for way in (verify, open_clinic):
        with pytest.raises(Damage):
            way(settings)
    assert head.exists() == (stored is not None)


def test_a_data_folder_that_lost_its_database_is_damage_not_a_new_start(settings: Settings) -> None:
    for file in settings.data_dir.glob('dermafolio.db*'):
        file.unlink()
    with pytest.raises(Damage, match='has seen 28 events'):
        open_clinic(settings)
    assert not (settings.data_dir / 'dermafolio.db').exists()


def test_a_first_start_that_was_cut_off_is_gone_on_with(tmp_path) -> None:
    settings = settings_of(tmp_path)
    open_clinic(settings).close()
    shutil.rmtree(settings.data_dir)
    open_clinic(settings).close()
    assert verify(settings) == 0


FORGED_HEADS: dict[str, Callable[[list[Sealed]], bytes]] = {
    'a mac of zeros': lambda rows: HEAD.pack(10, rows[9][2], bytes(32)),
    'an event with its own mac': lambda rows: HEAD.pack(10, rows[9][2], rows[9][3]),
    'nothing yet, with the mac of an event': lambda rows: HEAD.pack(0, rows[9][2], rows[9][3]),
    'nothing yet, made up': lambda _rows: HEAD.pack(0, GENESIS, bytes(32)),
    'a number that no database can hold': lambda rows: HEAD.pack(2**63 + 5, rows[9][2], rows[9][3]),
}


@pytest.mark.parametrize('name', FORGED_HEADS)
def test_a_head_that_someone_made_up_is_not_one_of_ours(settings: Settings, name: str) -> None:
    (settings.keys / 'head').write_bytes(FORGED_HEADS[name](_rows(settings)))
    with pytest.raises(AuditChainBroken, match='not one of ours'):
        verify(settings)
    with pytest.raises(AuditChainBroken, match='not one of ours'):
        open_clinic(settings)


def test_the_seal_of_a_head_covers_its_number(settings: Settings) -> None:
    stored = (settings.keys / 'head').read_bytes()
    seq, digest, seal = HEAD.unpack(stored)
    for number in (0, seq - 1, seq + 1, 2**64 - 1):
        (settings.keys / 'head').write_bytes(HEAD.pack(number, digest, seal))
        with pytest.raises(AuditChainBroken, match='not one of ours'):
            verify(settings)
    (settings.keys / 'head').write_bytes(stored)
    assert verify(settings) == seq


@pytest.mark.parametrize('act', ['DROP TRIGGER audit_event_no_update', 'DROP TRIGGER audit_event_no_delete', WEAKER_RULE])
def test_a_rule_of_the_trail_that_was_taken_out_is_found_by_verify_and_at_the_start(settings: Settings, act: str) -> None:
    with directly(settings, cover_up=act) as connection:
        connection.execute('SELECT 1')
    for way in (verify, open_clinic):
        with pytest.raises(AuditChainBroken, match='append-only are not those of the program'):
            way(settings)


def test_the_database_takes_no_event_without_a_number(settings: Settings) -> None:
    with directly(settings) as connection:
        connection.execute('PRAGMA ignore_check_constraints = OFF')
        for seq in (0, -1):
            with pytest.raises(sqlcipher.IntegrityError, match='CHECK'):
                connection.execute(INSERT, (seq, '{}', bytes(32), bytes(32)))


@pytest.mark.parametrize('name', [name for name in TAMPERINGS if name.startswith('store') or 'row' in name])
def test_a_last_event_that_is_of_another_kind_is_found(settings: Settings, name: str) -> None:
    with directly(settings) as connection:
        TAMPERINGS[name](connection, head_of(settings).read().seq)
    with pytest.raises(AuditChainBroken, match='Not verified'):
        verify(settings)


def test_the_head_follows_every_commit(settings: Settings) -> None:
    opened = open_clinic(settings)
    for _ in range(3):
        seq = opened.change_now(CONSOLE, lambda records: records.log(Action.AUDIT_VIEW))
        assert opened.head.read().seq == seq
    opened.close()


@pytest.mark.parametrize('at_once', [1, 12])
def test_a_trail_that_is_cut_while_the_server_runs_is_found_although_it_goes_on(settings: Settings, at_once: int) -> None:
    opened = open_clinic(settings)
    with directly(settings) as connection:
        cuts(connection, 20)
    for _ in range(12):
        opened.change_now(CONSOLE, lambda records: [records.log(Action.AUDIT_VIEW) for _ in range(at_once)])
    with pytest.raises(AuditChainBroken, match='is not the one that was written'):
        verify_trail(opened, CONSOLE)
    opened.close()
    with pytest.raises(AuditChainBroken):
        open_clinic(settings)


def test_several_events_of_one_block_are_one_chain(settings: Settings) -> None:
    opened = open_clinic(settings)
    seqs = opened.change_now(CONSOLE, lambda records: [records.log(Action.AUDIT_VIEW) for _ in range(5)])
    assert seqs == list(range(seqs[0], seqs[0] + 5))
    assert verify_trail(opened, CONSOLE).count == seqs[-1]
    opened.close()


def _rows(settings: Settings) -> list[Sealed]:
    with directly(settings) as connection:
        return connection.execute(ROWS).fetchall()
