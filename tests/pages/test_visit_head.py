"""The head of a visit: the appointment is the title and is changed there, also on the nights on which the clocks change."""
from datetime import datetime

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from data.repositories.entries import EntryRecord
from tests.cast import Cast
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

ADDRESS = '/patients/psr-20417/entries/1'
NIGHTS = {'Europe/Berlin': ('2026-03-29T02:30', '2026-10-25T02:30', '2026-10-25T00:30Z', '2026-10-25T01:30Z'),
          'America/New_York': ('2026-03-08T02:30', '2026-11-01T01:30', '2026-11-01T05:30Z', '2026-11-01T06:30Z')}


def title(user: User) -> str:
    [heading] = [one for one in user.client.elements.values() if one.tag == 'h1']
    return ' '.join(one.text for one in heading.descendants() if getattr(one, 'text', ''))


def note(user: User) -> str:
    [place] = [one for one in user.client.elements.values() if 'df-when-note' in one.classes]
    return ' '.join(one.text for one in place.descendants() if getattr(one, 'text', '') and one.visible)


def field(user: User) -> ui.input:
    [found] = [one for one in user.find(kind=ui.input).elements if one.props['aria-label'] == 'Appointment']
    return found


def write(user: User, form: str) -> None:
    with user:
        field(user).set_value(form)


def stored(clinic: Clinic, cast: Cast, entry: EntryRecord) -> datetime:
    with clinic.reading(cast.jana) as records:
        return records.entries.record(entry.patient, entry.number).appointment_at


def a_visit(clinic: Clinic, cast: Cast, zone: str = 'UTC') -> EntryRecord:
    clinic.change_now(cast.ines, lambda records: records.settings.change('time_zone', zone))
    return an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)


async def test_the_title_is_the_appointment_and_follows_what_stands_in_its_field(clinic: Clinic, cast: Cast, user: User) -> None:
    entry = a_visit(clinic, cast, 'Europe/Berlin')
    await user.open(ADDRESS)
    assert (title(user), field(user).value) == ('Mon 23 Nov 2026, 10:00', '2026-11-23T10:00')
    await sees(user, '1st entry by Jana König')
    write(user, '2026-11-24T11:30')
    assert title(user) == 'Tue 24 Nov 2026, 11:30'
    await until(lambda: stored(clinic, cast, entry) == datetime.fromisoformat('2026-11-24T10:30Z'))
    assert note(user) == ''


async def test_who_may_not_change_it_has_the_same_title_and_it_follows(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    entry = a_visit(clinic, cast)
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    assert title(vera) == 'Mon 23 Nov 2026, 09:00'
    await vera.should_not_see(kind=ui.input)
    clinic.change_now(cast.ines, lambda records: records.entries.amend(entry.key, 'appointment_at', '2026-11-24 11:30'))
    await until(lambda: title(vera) == 'Tue 24 Nov 2026, 11:30')


@pytest.mark.parametrize('zone', list(NIGHTS))
async def test_a_time_that_the_clocks_skip_is_moved_on_and_said_in_words(clinic: Clinic, cast: Cast, user: User, zone: str) -> None:
    entry = a_visit(clinic, cast, zone)
    await user.open(ADDRESS)
    skipped = NIGHTS[zone][0]
    write(user, skipped)
    said = 'The clocks go forward that night: 02:30 does not exist. It became 03:30.'
    await until(lambda: field(user).value == f'{skipped[:11]}03:30')
    assert (title(user)[-5:], note(user)) == ('03:30', said)
    assert stored(clinic, cast, entry).isoformat()[11:16] == ('01:30' if zone == 'Europe/Berlin' else '07:30')
    write(user, '2026-11-24T11:30')
    assert note(user) == ''


@pytest.mark.parametrize('zone', list(NIGHTS))
async def test_of_a_time_that_comes_twice_the_first_is_stored_and_the_second_can_be_chosen(
        clinic: Clinic, cast: Cast, user: User, zone: str) -> None:
    entry = a_visit(clinic, cast, zone)
    _skipped, twice, first, second = NIGHTS[zone]
    await user.open(ADDRESS)
    write(user, twice)
    await sees(user, f'{twice[-5:]} comes twice that night. This is the first, before the clocks go back.')
    assert stored(clinic, cast, entry) == datetime.fromisoformat(first)
    user.find('It is the second').click()
    await sees(user, f'{twice[-5:]} comes twice that night. This is the second, after the clocks went back.')
    assert stored(clinic, cast, entry) == datetime.fromisoformat(second)
    assert (field(user).value, title(user)[-5:]) == (twice, twice[-5:])
    user.find('It is the first').click()
    await until(lambda: stored(clinic, cast, entry) == datetime.fromisoformat(first))


@pytest.mark.parametrize('form', ['1899-12-31T23:59', '2201-01-01T00:00', '2999-01-01T09:00', '0002-11-23T09:00'])
async def test_an_appointment_that_cannot_be_is_refused_in_words_and_the_stored_one_stays_the_title(
        clinic: Clinic, cast: Cast, user: User, form: str) -> None:
    entry = a_visit(clinic, cast)
    await user.open(ADDRESS)
    write(user, form)
    await sees(user, 'An appointment lies between 1900 and 2200.')
    assert (title(user), field(user).value, stored(clinic, cast, entry)) == ('Mon 23 Nov 2026, 09:00', form, entry.appointment_at)


@pytest.mark.parametrize(('zone', 'form', 'shown'), [
    ('America/New_York', '1900-01-01T00:00', 'Mon 1 Jan 1900, 00:00'), ('Europe/Berlin', '1900-01-01T00:00', 'Mon 1 Jan 1900, 00:00'),
    ('America/New_York', '2200-12-31T23:59', 'Wed 31 Dec 2200, 23:59')])
async def test_an_appointment_at_the_ends_of_what_is_taken_is_shown_everywhere_as_typed(
        clinic: Clinic, cast: Cast, user: User, zone: str, form: str, shown: str) -> None:
    a_visit(clinic, cast, zone)
    await user.open(ADDRESS)
    write(user, form)
    await until(lambda: user.client.title == f'{shown} · psr-20417 · Dermafolio')
    for address, words in (('/patients/psr-20417', shown[4:-7]), ('/patients', 'psr-20417')):
        await user.open(address)
        await sees(user, content=words)
    await user.open(ADDRESS)
    assert title(user) == shown


async def test_the_visit_before_stands_with_its_distance_and_follows(clinic: Clinic, cast: Cast, user: User) -> None:
    entry = a_visit(clinic, cast)
    await user.open(ADDRESS)
    await sees(user, 'None')
    other = an_entry(clinic, cast.jana, entry.patient)
    clinic.change_now(cast.ines, lambda records: records.entries.amend(other.key, 'appointment_at', '2026-10-12 09:00'))
    await sees(user, '12 Oct 2026')
    await sees(user, ', 6 weeks')
    clinic.change_now(cast.ines, lambda records: records.entries.amend(other.key, 'appointment_at', '2027-01-12 09:00'))
    await sees(user, 'None')
