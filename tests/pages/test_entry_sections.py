"""The sections of a visit: which are open is each person's own and lasts; an address leads to one without being a choice."""
from urllib.parse import quote

import pytest
from nicegui.testing import User

from app.clinic import Clinic
from data.actors import Actor
from data.models import Section
from tests.cast import Cast, sign_in_again
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.test_entry import is_open
from tests.pages.waiting import until

NO_SECTION = 'An entry has no such section: there are workspace, comparisons and notes.'
ADDRESS = '/patients/psr-20417/entries/1'
PARTS = {'workspace': 'workspace', 'comparisons': 'comparisons', 'notes': 'tags-and-notes'}


def remembered(clinic: Clinic, actor: Actor, number: int = 1) -> dict[Section, bool]:
    with clinic.reading(actor) as records:
        return records.entries.record(records.patients.key_of('psr-20417'), number).open_sections


async def test_what_is_closed_stays_closed_in_the_next_session_of_this_person_in_this_visit_only(
        clinic: Clinic, cast: Cast, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = a_patient(clinic, cast.jana)
    for _ in range(2):
        an_entry(clinic, cast.jana, patient.key)
    jana = user_as(cast.jana)
    await jana.open(ADDRESS)
    jana.find(marker='section-tags-and-notes').click()
    await until(lambda: remembered(clinic, cast.jana) == {Section.NOTES: False})
    clinic.change_now(cast.jana, lambda records: records.sessions.end(cast.jana.session))
    later, token = sign_in_again(clinic, cast.jana)
    monkeypatch.setitem(cast.tokens, later.user, token)
    assert later.session != cast.jana.session
    again, vera = user_as(later), user_as(cast.vera)
    await again.open(ADDRESS)
    assert {part: is_open(again, marker) for part, marker in PARTS.items()} == {
        'workspace': 'true', 'comparisons': 'true', 'notes': 'false'}
    await again.open('/patients/psr-20417/entries/2')
    assert is_open(again, 'tags-and-notes') == 'true'
    await vera.open(ADDRESS)
    assert is_open(vera, 'tags-and-notes') == 'true'
    vera.find(marker='section-workspace').click()
    await until(lambda: remembered(clinic, cast.vera) == {Section.WORKSPACE: False})
    assert remembered(clinic, later) == {Section.NOTES: False}


@pytest.mark.parametrize('part', PARTS)
async def test_an_address_opens_a_section_and_is_no_choice(clinic: Clinic, cast: Cast, user: User, part: str) -> None:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    clinic.change_now(cast.jana, lambda records: records.entries.remember_section(entry.key, Section(part), is_open=False))
    await user.open(f'{ADDRESS}?section={part}')
    assert is_open(user, PARTS[part]) == 'true'
    assert remembered(clinic, cast.jana) == {Section(part): False}
    await user.open(ADDRESS)
    assert is_open(user, PARTS[part]) == 'false'
    assert user.notify.messages == []


@pytest.mark.parametrize('part', ['history', '<img src=x onerror=alert(1)>', 'x' * 3000])
async def test_a_section_that_is_none_is_said_in_words(clinic: Clinic, cast: Cast, user: User, part: str) -> None:
    an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    await user.open(f'{ADDRESS}?section={quote(part)}')
    assert user.notify.messages == [NO_SECTION]


async def test_a_former_id_leads_to_the_section_too(clinic: Clinic, cast: Cast, user: User) -> None:
    patient = a_patient(clinic, cast.jana)
    an_entry(clinic, cast.jana, patient.key)
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient.key, 'unique_id', 'now-1').text)
    answer = await user.http_client.get(f'{ADDRESS}?section=notes')
    assert (answer.status_code, answer.headers['location']) == (307, '/patients/now-1/entries/1?section=notes')
