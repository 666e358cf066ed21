"""The audit page: sentences, filters in the address, pages, the state of the chain."""
import re

import pytest
from nicegui import ui
from nicegui.testing import User

from app.clinic import Clinic
from components.audit_table import audit_html
from data.models import Action
from data.repositories.audit import TrailView
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs


def shown(user: User) -> list[str]:
    """Return the sentences on the page, as a reader sees them."""
    fragments = [element.content for element in user.find(kind=ui.html).elements]
    rows = re.findall(r'class="df-log-what">(.*?)</span>', ''.join(fragments))
    return [re.sub(r'<[^>]+>', '', row) for row in rows]


def links(user: User) -> dict[str, str]:
    return {element.text: element.props['href'] for element in user.find(kind=ui.element).elements
            if element.tag == 'a' and 'href' in element.props and hasattr(element, 'text')}


async def test_an_administrator_finds_every_act_as_a_sentence(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    maria = a_patient(clinic, cast.jana)
    an_entry(clinic, cast.jana, maria.key, notes='better')
    user = user_as(cast.ines)
    await user.open('/audit')
    assert shown(user)[:4] == [
        'Dr Ines Weber looked at the audit trail', 'Jana König changed the notes of entry 1 for Maria Gonzalez (psr-20417)',
        'Jana König started entry 1 for Maria Gonzalez (psr-20417)', 'Jana König created the record of Maria Gonzalez (psr-20417)']


async def test_an_auditor_sees_unique_ids_only(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_patient(clinic, cast.jana, given_names='<img onerror=alert(1)>')
    user = user_as(cast.aino)
    await user.open('/audit')
    assert shown(user)[1] == 'Jana König created the record of psr-20417'


async def test_a_hostile_name_is_text(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_patient(clinic, cast.jana, given_names='<img onerror=alert(1)>', family_name='{{7*7}}')
    user = user_as(cast.ines)
    await user.open('/audit')
    fragment = ''.join(element.content for element in user.find(kind=ui.html).elements)
    assert '<img onerror' not in fragment
    assert '&lt;img onerror=alert(1)&gt; {{7*7}}' in fragment


@pytest.mark.parametrize('who', ['jana', 'tom', 'vera'])
async def test_others_do_not_see_the_page(clinic: Clinic, cast: Cast, user_as: OpenAs, who: str) -> None:
    answer = await user_as(getattr(cast, who)).http_client.get('/audit')
    assert answer.status_code == 403
    assert 'df-log' not in answer.text


async def test_opening_it_is_an_event(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    await user_as(cast.aino).open('/audit?action=chart:open')
    with clinic.reading(cast.aino) as records:
        newest = records.audit.page(TrailView())[0].read()
    assert (newest['action'], newest['user'], newest['detail']) == ('audit:view', cast.aino.user, {'by_action': 'chart:open'})


async def test_the_address_carries_the_filters(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    for actor, unique_id in ((cast.jana, 'psr-1'), (cast.tom, 'psr-2')):
        a_patient(clinic, actor, unique_id)
    user = user_as(cast.aino)
    await user.open(f'/audit?person={cast.tom.user}&action=patient:register')
    assert shown(user) == ['Tom Adeyemi created the record of psr-2']
    await user.open('/audit?patient=psr-1')
    assert shown(user) == ['Jana König created the record of psr-1']
    assert links(user)['Clear filters'] == '/audit'


async def test_choosing_a_person_leads_to_the_filtered_address(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_patient(clinic, cast.jana, 'psr-1')
    a_patient(clinic, cast.tom, 'psr-2')
    user = user_as(cast.aino)
    await user.open('/audit?action=patient:register&before=900')
    person = next(iter(user.find(kind=ui.select, marker='person').elements))
    with user:
        person.set_value(cast.tom.user)
    await user.should_not_see(content='Jana König</b> created', retries=20)
    assert user.back_history[-1] == f'/audit?person={cast.tom.user}&action=patient%3Aregister'


async def test_what_finds_nothing_says_so(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    user = user_as(cast.aino)
    await user.open('/audit?patient=nobody-here')
    await user.should_see('No events match.')
    assert shown(user) == []


async def test_pages_lead_to_older_and_newer_events(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    for number in range(60):
        clinic.change_now(cast.jana, lambda records, number=number: records.log(Action.CHART_OPEN, subject=f'{number:032x}'))
    user = user_as(cast.aino)
    await user.open('/audit?action=chart:open')
    assert 'Newer' not in links(user)
    await user.open(links(user)['Older'])
    assert len(shown(user)) == 10
    assert 'Older' not in links(user)
    assert links(user)['Newer'] == '/audit?action=chart%3Aopen'


@pytest.mark.parametrize(('query', 'status'), [
    ('before=abc', 404), ('before=9999999999999999999999999', 200), ('before=-1', 200), ('person=%00&action=%F0', 200)])
async def test_a_nonsense_address_is_no_error_of_ours(clinic: Clinic, cast: Cast, user_as: OpenAs, query: str, status: int) -> None:
    answer = await user_as(cast.aino).http_client.get(f'/audit?{query}', headers={'accept': 'text/html'})
    assert answer.status_code == status


async def test_verifying_shows_that_nothing_was_changed(clinic: Clinic, cast: Cast, user_as: OpenAs, clock: MovableClock) -> None:
    user = user_as(cast.aino)
    await user.open('/audit')
    await user.should_see('Not verified yet')
    events = clinic.head.read().seq
    clock.move(minutes=100)
    user.find('Verify audit trail').click()
    await user.should_see('Verified: nothing has been changed or removed', retries=20)
    await user.should_see(f'{events} events since 23 Nov 2026, checked today at 10:40. Each event seals the one before it.')


def test_an_empty_list_is_an_empty_fragment(clock: MovableClock) -> None:
    assert audit_html([], today=clock().date(), zone=clock().tzinfo) == ''
