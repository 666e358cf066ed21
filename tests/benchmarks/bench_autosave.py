"""What a save of typed text costs against the same statements sent by hand through the driver, both with full durability."""
import statistics
from datetime import UTC, datetime
from itertools import count
from typing import Any

import rfc8785
import sqlcipher3.dbapi2 as sqlcipher

from app.clinic import Clinic
from data.actors import Actor
from data.audit_chain import Link
from data.repositories.entries import EntryRecord
from tests.benchmarks.measuring import Row, a_practice, interleaved, milliseconds, ratio_of
from tests.cast import Cast
from tests.data.tampering import database_key
from tests.factories import a_patient, a_stored_image, an_entry

SAVES = 100
ROUNDS = 15
TARGET = 2.5
NOTES = 'Plaque on the left elbow is flatter, scale is gone, no new lesions. '
_texts = (f'{NOTES * 6}{number}' for number in count())


def rows() -> list[Row]:
    """Measure and return the table's rows."""
    with a_practice() as (clinic, cast), a_practice() as (other, other_cast):
        entry, by_hand = _a_visit(clinic, cast), ByHand(other, other_cast.jana, _a_visit(other, other_cast))
        found = []
        for case, is_first in (('autosave, first of a burst, with its event', True), ('autosave inside a burst', False)):
            ours, rival = interleaved(
                ROUNDS, lambda first=is_first: _ours(clinic, cast.jana, entry, first), lambda first=is_first: by_hand.save(first))
            ratio = ratio_of(ours, rival)
            mine, theirs = (milliseconds(statistics.median(times) / SAVES) for times in (ours, rival))
            found.append(Row(case, mine, f'{theirs} (same SQL by hand)', f'{ratio:.2f}', f'<= {TARGET}', ratio <= TARGET))
        by_hand.connection.close()
    return found


def _a_visit(clinic: Clinic, cast: Cast) -> EntryRecord:
    patient = a_patient(clinic, cast.jana).key
    images = tuple(a_stored_image(clinic, cast.tom, patient) for _ in range(5))
    return an_entry(clinic, cast.jana, patient, images=images, notes=NOTES)


def _ours(clinic: Clinic, actor: Actor, entry: EntryRecord, is_first: bool) -> None:
    """Save on the writer thread, where saves of all pages are run one after the other."""
    def work(text: str, burst: str) -> None:
        clinic._change(actor, lambda records: records.entries.amend(entry.key, 'notes', text, burst=burst))

    def many() -> None:
        for number in range(SAVES):
            work(next(_texts), f'burst {number}' if is_first else 'one burst')
    clinic.database.run(many).result()


class ByHand:
    """The statements of a save, written out for the driver, on a connection of its own with the same settings."""

    def __init__(self, clinic: Clinic, actor: Actor, entry: EntryRecord) -> None:
        self.clinic, self.actor, self.entry = clinic, actor, entry
        self.connection: Any = sqlcipher.connect(str(clinic.database.path), isolation_level=None)
        self.connection.execute(f'PRAGMA key = "x\'{database_key(clinic.settings).hex()}\'"')
        for pragma in ('synchronous = FULL', 'foreign_keys = ON', 'secure_delete = ON', 'cache_size = -65536'):
            self.connection.execute(f'PRAGMA {pragma}')

    def save(self, is_first: bool) -> None:
        """Save many times."""
        for _ in range(SAVES):
            self.connection.execute('BEGIN IMMEDIATE')
            self._statements(next(_texts), is_first)
            self.connection.execute('COMMIT')

    def _statements(self, text: str, is_first: bool) -> None:
        run, now = self.connection.execute, datetime.now(UTC).replace(tzinfo=None).isoformat(' ')
        entry, patient, *_ = run('SELECT entry.id, patient.id, entry.*, patient.* FROM entry JOIN patient ON patient.id = entry.patient_id '
                                 'WHERE entry.key = ?', (self.entry.key,)).fetchone()
        row, version, revision, *_ = run(
            'SELECT id, version, revision, burst, actor, from_at, until_at FROM field_version WHERE subject = ? AND field = ? '
            'ORDER BY version DESC LIMIT 1', (self.entry.key, 'notes')).fetchone()
        if is_first:
            run('INSERT INTO field_version (subject, field, version, revision, text, burst, actor, from_at, until_at) '
                'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
                (self.entry.key, 'notes', version + 1, revision + 1, text, 'b', self.actor.user, now, now))
        else:
            run('UPDATE field_version SET text = ?, until_at = ?, revision = ? WHERE id = ?', (text, now, revision + 1, row))
        run('UPDATE entry SET notes = ? WHERE id = ?', (text, entry))
        run('UPDATE patient SET last_modified = ?, entry_count = (SELECT count(*) FROM entry WHERE patient_id = ?), '
            'last_appointment = (SELECT max(appointment_at) FROM entry WHERE patient_id = ?), '
            'image_count = (SELECT count(*) FROM image WHERE patient_id = ?) WHERE id = ?', (now, patient, patient, patient, patient))
        if is_first:
            self._event(version + 1)

    def _event(self, version: int) -> None:
        previous = Link(*self.connection.execute('SELECT seq, hash, mac FROM audit_event ORDER BY seq DESC LIMIT 1').fetchone())
        payload = rfc8785.dumps({
            'action': 'entry:amend', 'address': '127.0.0.1', 'at': '2026-11-23T09:00:00.000Z', 'outcome': 'done',
            'detail': {'field': 'notes', 'version': version}, 'patient': self.entry.patient, 'session': self.actor.session,
            'subject': self.entry.key, 'user': self.actor.user})
        link = self.clinic.chain.seal(previous, payload)
        self.connection.execute('INSERT INTO audit_event (seq, payload, hash, mac) VALUES (?, ?, ?, ?)',
                                (link.seq, payload.decode(), link.hash, link.mac))
