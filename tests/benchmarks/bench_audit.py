"""How fast the whole trail is verified: hash and mac of every event, read from the encrypted database."""
import hmac
import statistics
import time
from hashlib import sha256

import rfc8785

from app.clinic import Clinic
from app.integrity import verify_trail
from data.actors import console_actor
from data.audit_chain import GENESIS
from data.models import Action
from data.records import Records
from data.vault import Label
from tests.benchmarks.measuring import Row, a_practice, interleaved, ratio_of

EVENTS = 100_000
ROUNDS = 5
TARGET_PER_S = 400_000
CONSOLE = console_actor('benchmark')


def rows() -> list[Row]:
    """Measure and return the table's rows."""
    with a_practice() as (clinic, _cast):
        _fill(clinic)
        ours, floor = interleaved(ROUNDS, lambda: verify_trail(clinic, CONSOLE), lambda: _floor(clinic), clock=time.process_time)
        rates = [EVENTS / statistics.median(times) for times in (ours, floor)]
    return [Row('audit verification, hash and mac, CPU', f'{rates[0]:,.0f}/s', f'{rates[1]:,.0f}/s (driver, hashlib, hmac)',
                f'{ratio_of(ours, floor):.2f}', f'>= {TARGET_PER_S:,}/s', rates[0] >= TARGET_PER_S)]


def _fill(clinic: Clinic) -> None:
    """Write a trail of events like those of a working day, sealed by the chain itself, through the driver."""
    def work(records: Records) -> None:
        link, sealed = records.last_link(), []
        for number in range(EVENTS - link.seq):
            payload = rfc8785.dumps({
                'action': Action.CHART_OPEN.value, 'address': '192.168.4.21', 'at': f'2026-11-23T09:{number % 60:02}:00.000Z', 'detail': {},
                'outcome': 'done', 'patient': f'{number % 999:032x}', 'session': f'{number % 7:032x}', 'subject': f'{number % 999:032x}',
                'user': f'{number % 5:032x}'})
            link = clinic.chain.seal(link, payload)
            sealed.append((link.seq, payload.decode(), link.hash, link.mac))
        records.session.connection().connection.driver_connection.executemany(
            'INSERT INTO audit_event (seq, payload, hash, mac) VALUES (?, ?, ?, ?)', sealed)
    clinic.change_now(CONSOLE, work)


def _floor(clinic: Clinic) -> None:
    """Do the least that verification is: fetch by the driver, three digests an event, compare."""
    key, link = clinic.vault.derive(Label.AUDIT), GENESIS
    with clinic.reading(CONSOLE) as records:
        driver = records.session.connection().connection.driver_connection
        for payload, digest, mac in driver.execute('SELECT payload, hash, mac FROM audit_event ORDER BY seq'):
            link = sha256(link + sha256(payload.encode()).digest()).digest()
            if link != digest or hmac.digest(key, link, 'sha256') != mac:
                raise AssertionError('the trail is broken')
