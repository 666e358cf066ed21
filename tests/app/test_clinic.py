"""The two doors to the records, and what must hold before they open."""
import asyncio
import json
import os
import threading

import pytest
from sqlmodel import select

from app.clinic import Clinic, open_clinic
from app.live import EVERYTHING
from data.actors import Actor, Permission, console_actor
from data.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted, Refusal
from data.models import Action, AuditEvent, Patient
from data.records import Changed, Records
from data.repositories.audit import TrailView
from data.repositories.patients import SHOWN_FIGURES
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry

CONSOLE = console_actor('tests')


def newest(opened: Clinic, cast: Cast) -> dict:
    with opened.reading(cast.aino) as records:
        return records.audit.page(TrailView())[0].read()


def one_patient(records: Records) -> Patient:
    return records.session.exec(select(Patient)).one()


def test_the_installed_clinic_is_the_one(clinic: Clinic) -> None:
    from app.clinic import clinic as installed
    assert installed() is clinic


async def test_change_returns_plain_values_after_the_commit(clinic: Clinic, cast: Cast) -> None:
    stored = await clinic.change(cast.ines, lambda records: records.settings.change('practice_name', 'Larkfield'))
    assert stored == 'Larkfield'
    with clinic.reading(cast.vera) as records:
        assert records.settings.value('practice_name') == 'Larkfield'


@pytest.mark.parametrize('wrap', [lambda row: row, lambda row: [row], lambda row: (1, row)])
async def test_a_row_may_not_leave_its_block_and_nothing_is_stored(clinic: Clinic, cast: Cast, wrap) -> None:
    a_patient(clinic, cast.jana)

    def leak(records: Records) -> object:
        records.settings.change('practice_name', 'Elsewhere')
        return wrap(one_patient(records))

    with pytest.raises(TypeError, match='plain values'):
        await clinic.change(cast.ines, leak)
    with clinic.reading(cast.vera) as records:
        assert records.settings.value('practice_name') == 'Dermafolio'


@pytest.mark.parametrize('error', [Refusal, NotFound, ValueError, KeyboardInterrupt])
def test_whatever_a_block_raises_comes_out_and_nothing_is_stored(clinic: Clinic, cast: Cast, error: type[BaseException]) -> None:
    def fail(records: Records) -> None:
        records.settings.change('practice_name', 'Elsewhere')
        raise error

    head = clinic.head.read()
    with pytest.raises(error):
        clinic.change_now(cast.ines, fail)
    assert clinic.head.read() == head
    assert clinic.change_now(cast.ines, lambda records: records.settings.value('practice_name')) == 'Dermafolio'


async def test_open_pages_hear_of_a_change_after_the_commit_and_never_of_one_that_failed(clinic: Clinic, cast: Cast) -> None:
    clinic.loop = asyncio.get_running_loop()
    patient = a_patient(clinic, cast.jana).key
    heard: list[tuple[Changed, str]] = []

    def listen(change: Changed) -> None:
        with clinic.reading(cast.vera) as records:
            heard.append((change, records.patients.header(patient).given_names))

    unsubscribe = clinic.hub.subscribe(EVERYTHING, listen)
    await asyncio.sleep(0)
    heard.clear()
    await clinic.change(cast.jana, lambda records: records.patients.correct(patient, 'given_names', 'Marie', burst='b1').text)
    with pytest.raises(Invalid):
        await clinic.change(cast.jana, lambda records: records.patients.correct(patient, 'birth_date', 'never'))
    await asyncio.sleep(0)
    assert heard == [(Changed(patient, 'given_names', 1, cast.jana.user, 'b1'), 'Marie'),
                     (Changed(SHOWN_FIGURES, patient, 0, cast.jana.user), 'Marie')]
    unsubscribe()
    assert clinic.hub.count() == 0


async def test_a_cancelled_page_does_not_cancel_its_queued_write(clinic: Clinic, cast: Cast) -> None:
    go_on = threading.Event()
    blocking = asyncio.create_task(clinic.change(CONSOLE, lambda records: go_on.wait(10)))
    queued = asyncio.create_task(clinic.change(cast.ines, lambda records: records.settings.change('practice_name', 'Larkfield')))
    await asyncio.sleep(0)
    queued.cancel()
    with pytest.raises(asyncio.CancelledError):
        await queued
    go_on.set()
    await blocking
    assert await clinic.change(CONSOLE, lambda records: records.settings.value('practice_name')) == 'Larkfield'


async def test_writes_stay_in_the_order_they_were_asked_for(clinic: Clinic, cast: Cast) -> None:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    saves = [clinic.change(cast.jana, lambda records, text=text: records.entries.amend(entry.key, 'notes', text, burst='b1').revision)
             for text in map(str, range(50))]
    assert await asyncio.gather(*saves) == list(range(1, 51))
    with clinic.reading(cast.jana) as records:
        assert records.entries.record(entry.patient, 1).notes == '49'


@pytest.mark.parametrize('door', ['change', 'reading', 'looked'])
async def test_a_refused_attempt_is_audited_on_its_own(clinic: Clinic, cast: Cast, door: str) -> None:
    patient = a_patient(clinic, cast.jana).key
    with pytest.raises(NotPermitted):
        if door == 'change':
            await clinic.change(cast.aino, lambda records: records.patients.correct(patient, 'city', 'Graz'))
        elif door == 'looked':
            await clinic.looked(cast.aino, Action.CHART_OPEN, patient=patient)
        else:
            with clinic.reading(cast.aino) as records:
                records.patients.header(patient)
    clinic.change_now(CONSOLE, lambda records: None)  # the refusal of a reader is written without waiting for it
    event = newest(clinic, cast)
    assert (event['action'], event['outcome'], event['subject'], event['user']) == ('access:refuse', 'refused', patient, cast.aino.user)
    wanted = Permission.PATIENT_WRITE if door == 'change' else Permission.PATIENT_READ
    assert event['detail'] == {'cause': 'NotPermitted', 'permission': wanted.value}


async def test_a_refusal_inside_a_half_done_block_keeps_its_event_and_nothing_else(clinic: Clinic, cast: Cast) -> None:
    def half(records: Records) -> None:
        records.log(Action.AUDIT_VIEW)
        records.actor.require(Permission.MANAGE)

    with pytest.raises(NotPermitted):
        await clinic.change(cast.tom, half)
    with clinic.reading(cast.aino) as records:
        assert records.audit.page(TrailView(user=cast.tom.user))[0].read()['action'] == 'access:refuse'
        assert not records.audit.page(TrailView(action='audit:view'))


async def test_a_look_is_an_event_with_the_images_before_anything_is_shown(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    assert not clinic.viewings.covers(cast.vera.session, patient)
    await clinic.looked(cast.vera, Action.GALLERY_VIEW, patient=patient, images=['a' * 32])
    event = newest(clinic, cast)
    assert (event['action'], event['patient'], event['detail'], event['session']) == (
        'gallery:view', patient, {'images': ['a' * 32]}, cast.vera.session)
    assert clinic.viewings.covers(cast.vera.session, patient)
    assert not clinic.viewings.covers(cast.tom.session, patient)


async def test_a_patients_note_covers_the_images_and_nothing_grows_with_them(clinic: Clinic, cast: Cast) -> None:
    patient, keys = a_patient(clinic, cast.jana).key, [f'{number:032x}' for number in range(300)]
    await clinic.looked(cast.vera, Action.GALLERY_VIEW, patient=patient, images=keys)
    assert clinic.viewings.count() == 1
    await clinic.looked(cast.vera, Action.PATIENT_LIST, images=keys[:2])
    assert [clinic.viewings.covers(cast.vera.session, key) for key in keys[:3]] == [True, True, False]


async def test_notes_that_ran_out_are_forgotten(clinic: Clinic, clock: MovableClock) -> None:
    clinic.viewings.note('one', 'a')
    clock.move(minutes=15)
    clinic.viewings.note('two', 'b')
    assert clinic.viewings.count() == 1
    clock.move(seconds=59)
    clinic.viewings.note('three', 'c')
    assert [clinic.viewings.covers(*note) for note in (('one', 'a'), ('two', 'b'), ('three', 'c'))] == [False, True, True]


async def test_the_essential_level_keeps_changes_and_leaves_looks_out(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    clinic.change_now(cast.ines, lambda records: records.settings.change('audit_level', 'essential'))
    before = clinic.head.read().seq
    await clinic.looked(cast.vera, Action.CHART_OPEN, patient=patient)
    assert clinic.head.read().seq == before
    await clinic.change(cast.jana, lambda records: records.patients.correct(patient, 'city', 'Graz').text)
    assert clinic.head.read().seq == before + 1


async def test_a_conflict_is_no_attempt_against_the_rules(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana).key
    before = clinic.head.read().seq
    with pytest.raises(ChangedMeanwhile):
        await clinic.change(cast.jana, lambda records: records.patients.correct(patient, 'city', 'Graz', expected_revision=4).text)
    assert clinic.head.read().seq == before


def test_payloads_are_canonical_and_hold_keys_only(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana, family_name='Canaryname', notes='canarytext')
    an_entry(clinic, cast.jana, patient.key, notes='canarytext')
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient.key, 'unique_id', 'canary-id'))
    with clinic.reading(cast.aino) as records:
        payloads = records.session.exec(select(AuditEvent.payload)).all()
    for payload in payloads:
        assert json.dumps(json.loads(payload), sort_keys=True, separators=(',', ':'), ensure_ascii=False) == payload
        assert not any(word in payload.lower() for word in ('canary', 'psr-20417', 'jana', 'könig'))


def test_a_head_that_cannot_be_written_fails_no_save_and_is_tried_again(clinic: Clinic, cast: Cast, caplog) -> None:
    before = clinic.head.read()
    clinic.head._let_go()
    clinic.head._descriptor = os.open(clinic.settings.keys / 'head', os.O_RDONLY)
    assert a_patient(clinic, cast.jana, 'psr-1').unique_id == 'psr-1'
    assert clinic.head.read() == before
    assert 'the head of the audit trail stays behind event' in caplog.text
    a_patient(clinic, cast.jana, 'psr-2')
    assert clinic.head.read().seq == before.seq + 2


def test_a_save_is_done_although_nobody_can_be_told(clinic: Clinic, cast: Cast, caplog) -> None:
    class Closing:
        def is_closed(self) -> bool:
            return False

        def call_soon_threadsafe(self, *_: object) -> None:
            raise RuntimeError('Event loop is closed')

    clinic.loop = Closing()
    assert a_patient(clinic, cast.jana).unique_id == 'psr-20417'
    assert 'stored, but not told' in caplog.text


def test_a_refused_look_that_cannot_be_audited_is_logged(clinic: Clinic, cast: Cast, caplog) -> None:
    patient = a_patient(clinic, cast.jana).key
    clinic.change_now(CONSOLE, lambda records: records.session.connection().exec_driver_sql('PRAGMA max_page_count = 1').scalar())
    for _ in range(50):  # what room is left in the last page is used up soon
        with pytest.raises(NotPermitted), clinic.reading(cast.aino) as records:
            records.patients.header(patient)
    clinic.change_now(CONSOLE, lambda records: None)
    assert 'a refused attempt could not be written: StorageFailed' in caplog.text


def test_closing_finishes_what_was_queued(clinic: Clinic, cast: Cast) -> None:
    futures = [clinic._submit(cast.jana, lambda records: records.log(Action.AUDIT_VIEW)) for _ in range(20)]
    clinic.close()
    assert all(future.done() and future.result() for future in futures)
    again = open_clinic(clinic.settings)
    assert again.head.read().seq == futures[-1].result()
    again.close()


def test_an_actor_without_permissions_does_nothing(clinic: Clinic) -> None:
    for work in (lambda r: r.patients.key_of('x'), lambda r: r.audit.summary(), lambda r: r.settings.change('practice_name', 'x')):
        with pytest.raises(NotPermitted):
            clinic.change_now(Actor(user='nobody'), work)
