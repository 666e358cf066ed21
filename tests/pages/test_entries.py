"""A patient's visits: the timeline, the way to a new one, and who sees what."""
import json

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from data.models import Action, PatientDraft
from data.read_models import PatientHeader
from data.repositories.audit import TrailView
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

ADDRESS = '/patients/psr-20417'
EMPTY = 'No visits yet. Start one when the patient arrives.'
HIDDEN = 'This record doesn’t exist or you may not see it.'


def fragments(user: User) -> str:
    return ''.join(element.content for element in user.find(kind=ui.html).elements)


def events(clinic: Clinic, cast: Cast, action: Action) -> list[dict]:
    with clinic.reading(cast.ines) as records:
        return [json.loads(event.payload) for event in records.audit.page(TrailView(action=action))]


def two_visits(clinic: Clinic, cast: Cast, clock: MovableClock) -> PatientHeader:
    patient = a_patient(clinic, cast.jana)
    images = [a_stored_image(clinic, cast.jana, patient.key) for _ in range(3)]
    an_entry(clinic, cast.jana, patient.key, notes='Thick plaques.\nPASI 12.4', images=tuple(images[:1]))
    clock.move(days=42)
    entry = an_entry(clinic, cast.jana, patient.key, notes='Much thinner.', images=tuple(images[1:]))
    a_comparison(clinic, cast.jana, entry.key, images[1:])
    clock.move(days=-42)
    return patient


async def test_visits_stand_on_a_line_with_the_interval_between(clinic: Clinic, cast: Cast, clock: MovableClock, user: User):
    two_visits(clinic, cast, clock)
    await user.open(ADDRESS)
    await sees(user, '2 entries over 6 weeks')
    shown = fragments(user)
    for part in ('2nd entry', '1st entry', 'Much thinner.', 'Thick plaques.', '1 comparison', '6 weeks earlier', 'Jana König', 'planned'):
        assert part in shown
    assert 'PASI' not in shown
    assert shown.index('2nd entry') < shown.index('1st entry')


async def test_opening_a_chart_is_one_event_that_names_every_photograph(clinic: Clinic, cast: Cast, clock: MovableClock, user: User):
    patient = two_visits(clinic, cast, clock)
    await user.open(ADDRESS)
    event, = events(clinic, cast, Action.CHART_OPEN)
    with clinic.reading(cast.jana) as records:
        everything = sorted(tile.key for tile in records.images.of(patient.key))
    assert event['patient'] == patient.key
    assert event['detail'] == {'images': everything}
    assert all(f'/images/{key}/thumb' in fragments(user) for key in everything)


async def test_new_entry_opens_one_visit_however_often_it_is_pressed(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    await sees(user, EMPTY)
    user.find('New entry').click()
    user.find('New entry').click()
    await sees(user, 'Workspace')
    assert user.back_history[-1] == f'{ADDRESS}/entries/1'
    with clinic.reading(cast.jana) as records:
        assert [entry.number for entry in records.entries.of(patient.key)] == [1]


async def test_someone_elses_visit_appears_without_a_reload(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    await sees(user, EMPTY)
    entry = an_entry(clinic, cast.ines, patient.key)
    await sees(user, content='1st entry')
    image = a_stored_image(clinic, cast.ines, patient.key)
    clinic.change_now(cast.ines, lambda records: records.entries.place(entry.key, [image]))
    an_entry(clinic, cast.ines, patient.key)
    await sees(user, content=f'/images/{image}/thumb')
    assert [event['detail'] for event in events(clinic, cast, Action.CHART_OPEN)] == [{'images': [image]}, {'images': []}]


def visits(user: User) -> str:
    return next(element.content for element in user.find(kind=ui.html).elements if 'df-visit' in element.content)


async def test_the_timeline_follows_what_is_done_to_a_visit_elsewhere(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.jana)
    images = [a_stored_image(clinic, cast.jana, patient.key) for _ in range(2)]
    entry = an_entry(clinic, cast.jana, patient.key)
    await user.open(ADDRESS)
    clinic.change_now(cast.ines, lambda records: records.entries.amend(entry.key, 'notes', 'Thick plaques.'))
    await sees(user, content='Thick plaques.')
    clinic.change_now(cast.ines, lambda records: records.entries.amend(entry.key, 'appointment_at', '2026-01-05T10:30'))
    await sees(user, content='5 Jan 2026')
    clinic.change_now(cast.ines, lambda records: records.entries.place(entry.key, images))
    await sees(user, content=f'/images/{images[1]}/thumb')
    a_comparison(clinic, cast.ines, entry.key, images)
    await sees(user, content='1 comparison')
    clinic.change_now(cast.ines, lambda records: records.entries.remove(entry.key, images[:1]))
    await until(lambda: f'/images/{images[0]}/thumb' not in visits(user))


async def test_a_viewer_reads_and_a_photographer_sees_no_notes(clinic: Clinic, cast: Cast, clock: MovableClock, user_as: OpenAs):
    two_visits(clinic, cast, clock)
    viewer, photographer = user_as(cast.vera), user_as(cast.tom)
    await viewer.open(ADDRESS)
    await sees(viewer, content='Much thinner.')
    await viewer.should_not_see('New entry')
    await photographer.open(ADDRESS)
    await sees(photographer, 'New entry')
    assert 'Much thinner.' not in fragments(photographer)


@pytest.mark.parametrize('tail', ['', '/details'])
async def test_former_and_capital_ids_lead_to_the_present_address(clinic: Clinic, cast: Cast, user: User, tail: str):
    patient = a_patient(clinic, cast.jana, 'old-1')
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient.key, 'unique_id', 'now-1').text)
    for address in ('old-1', 'OLD-1', 'NOW-1'):
        answer = await user.http_client.get(f'/patients/{address}{tail}')
        assert (answer.status_code, answer.headers['location']) == (307, f'/patients/now-1{tail}')
    assert not events(clinic, cast, Action.CHART_OPEN)


async def test_a_patient_one_may_not_see_looks_like_none(clinic: Clinic, cast: Cast, user_as: OpenAs):
    a_patient(clinic, cast.jana)
    auditor = user_as(cast.aino)
    answers = [await auditor.http_client.get(address, headers={'Accept': 'text/html'}) for address in (ADDRESS, '/patients/nobody')]
    assert answers[0].status_code == answers[1].status_code == 404
    assert answers[0].text == answers[1].text
    assert HIDDEN in answers[0].text
    clinic.change_now(cast.ines, lambda records: None)  # refused looks are written in their turn: this waits for them
    assert len(events(clinic, cast, Action.ACCESS_REFUSE)) == 2


async def test_names_and_notes_are_text_on_the_timeline(clinic: Clinic, cast: Cast, user: User):
    hostile = '<img src=x onerror=alert(1)> {{7*7}}'
    patient = a_patient(clinic, cast.jana, family_name=hostile)
    an_entry(clinic, cast.jana, patient.key, notes=hostile)
    await user.open(ADDRESS)
    await sees(user, hostile)
    assert '<img src=x' not in fragments(user)
    assert fragments(user).count('&lt;img src=x onerror=alert(1)&gt; {{7*7}}') >= 2


async def test_the_notice_of_a_new_record_is_shown_once(clinic: Clinic, cast: Cast, user: User):
    asked = 'a' * 32
    clinic.change_now(cast.jana, lambda records: records.patients.register(
        PatientDraft(unique_id='psr-20417', given_names='Maria', family_name='Gonzalez'), request_key=asked))
    await user.open(f'{ADDRESS}?created={asked}')
    assert user.notify.messages == ['Patient created: Maria Gonzalez, psr-20417']
    await user.open(ADDRESS)
    assert len(user.notify.messages) == 1


@pytest.mark.parametrize('created', ['1', 'cleaned', 'a' * 32, 'x' * 5000])
async def test_a_link_cannot_say_that_a_record_is_new(clinic: Clinic, cast: Cast, user: User, created: str):
    clinic.change_now(cast.jana, lambda records: records.patients.register(PatientDraft(unique_id='psr-2'), request_key='a' * 32))
    a_patient(clinic, cast.jana)
    await user.open(f'{ADDRESS}?created={created}&cleaned=1')
    assert user.notify.messages == []
