"""Which visits of a patient are shown: by tag and by day, in the address, with numbers and a way back from each."""
from urllib.parse import unquote

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from data.read_models import PatientHeader, TagLabel
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.factories import a_patient, a_stored_image, an_entry
from tests.pages.test_entries import visits
from tests.pages.waiting import sees, until

ADDRESS = '/patients/psr-20417'
Visits = tuple[PatientHeader, TagLabel]


@pytest.fixture
def three(clinic: Clinic, cast: Cast) -> Visits:
    """Three visits, in January, March and May; the first bears a tag, the second through an image."""
    patient = a_patient(clinic, cast.jana)
    with clinic.reading(cast.jana) as records:
        category = records.tags.vocabulary()[0].key
    tag = clinic.change_now(cast.jana, lambda records: records.tags.add(category, 'Acne'))
    image = a_stored_image(clinic, cast.jana, patient.key)
    clinic.change_now(cast.jana, lambda records: records.tags.assign(tag.key, Tagged.IMAGE, [image]))
    for month, images in ((1, ()), (3, (image,)), (5, ())):
        entry = an_entry(clinic, cast.jana, patient.key, images=images)
        at = f'2026-0{month}-10T09:00'
        clinic.change_now(cast.jana, lambda records, entry=entry, at=at: records.entries.amend(entry.key, 'appointment_at', at))
        if month == 1:
            clinic.change_now(cast.jana, lambda records, entry=entry: records.tags.assign(tag.key, Tagged.ENTRY, [entry.key]))
    return patient, tag


def named(user: User) -> list[str]:
    return [name for name in ('3rd', '2nd', '1st') if f'{name} entry' in visits(user)]


def press(user: User, marker: str) -> None:
    UserInteraction(user, {next(iter(user.find(marker=marker).elements))}, None).click()


def links(user: User, start: str) -> list[str]:
    return [unquote(one.props['href']) for one in user.client.elements.values() if one.props.get('aria-label', '').startswith(start)]


@pytest.mark.parametrize(('query', 'left'), [
    ('', ['3rd', '2nd', '1st']), ('tags=acne', ['2nd', '1st']), ('seen=2026-03-10..', ['3rd', '2nd']),
    ('seen=..2026-03-10', ['2nd', '1st']), ('seen=2026-03-10', ['2nd']), ('tags=acne&seen=2026-02-01..', ['2nd']),
])
async def test_an_address_says_which_visits_are_shown(
        clinic: Clinic, cast: Cast, user: User, three: Visits, query: str, left: list[str]) -> None:
    await user.open(f'{ADDRESS}?{query}')
    assert named(user) == left
    await user.should_see(f'{len(left)} of 3 entries' if query else '3 entries over 17 weeks')


async def test_the_menu_of_tags_counts_visits_and_leads_to_an_address(clinic: Clinic, cast: Cast, user: User, three: Visits) -> None:
    await user.open(ADDRESS)
    press(user, 'filter-tags')
    await sees(user, content='> visits</span>')
    assert '<span class="df-num df-end">2<' in next(iter(user.find(marker='facet-acne').elements)).content
    press(user, 'facet-acne')
    await until(lambda: named(user) == ['2nd', '1st'])
    await user.should_see('2 of 3 entries')
    assert links(user, 'Remove Acne') == [ADDRESS]


async def test_days_are_typed_and_applied_at_once(clinic: Clinic, cast: Cast, user: User, three: Visits) -> None:
    await user.open(ADDRESS)
    press(user, 'filter-date')
    await sees(user, kind=ui.input, marker='from')
    with user:
        next(iter(user.find(kind=ui.input, marker='from').elements)).set_value('2026-04-01')
    await until(lambda: named(user) == ['3rd'])
    await user.should_not_see('Last modification')


async def test_when_nothing_is_left_each_filter_has_its_way_out(clinic: Clinic, cast: Cast, user: User, three: Visits) -> None:
    await user.open(f'{ADDRESS}?tags=acne&seen=2026-04-01..')
    await user.should_see('No entries match.')
    shown = next(one.content for one in user.find(kind=ui.html).elements if 'df-nothing' in one.content)
    for address in (f'{ADDRESS}?tags=acne', f'{ADDRESS}?seen=2026-04-01..', ADDRESS):
        assert f'href="{address}"' in unquote(shown)


async def test_what_an_address_asks_for_and_cannot_be_is_left_out_and_said(clinic: Clinic, cast: Cast, user: User, three: Visits) -> None:
    await user.open(f'{ADDRESS}?tags=nothing,acne&seen=soon')
    await user.should_see('Not everything in this address can be shown')
    await user.should_see('Appointment: “soon” is no range of days like 2026-09-01..2026-11-23. This filter is left out. '
                          'There is no tag “nothing”. This filter is left out.')
    assert named(user) == ['2nd', '1st']


async def test_a_patient_without_visits_is_asked_for_no_filter(clinic: Clinic, cast: Cast, user: User) -> None:
    a_patient(clinic, cast.jana)
    await user.open(f'{ADDRESS}?tags=x')
    await user.should_see('No visits yet. Start one when the patient arrives.')
    await user.should_not_see(marker='filter-tags')


async def test_a_filter_follows_its_tag_to_another_name_and_what_comes_to_belong_appears(
        clinic: Clinic, cast: Cast, user: User, three: Visits) -> None:
    patient, tag = three
    await user.open(f'{ADDRESS}?tags=acne')
    clinic.change_now(cast.ines, lambda records: records.tags.rename(tag.key, 'Spots'))
    await until(lambda: links(user, 'Remove Spots') == [ADDRESS])
    assert named(user) == ['2nd', '1st']
    with clinic.reading(cast.ines) as records:
        third = records.entries.record(patient.key, 3).key
    clinic.change_now(cast.ines, lambda records: records.tags.assign(tag.key, Tagged.ENTRY, [third]))
    await until(lambda: named(user) == ['3rd', '2nd', '1st'])
