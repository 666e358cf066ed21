"""The menus of the patient database, the cursor of the keyboard, and how much a page holds, through the simulated user."""
import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from components import patient_list
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.factories import a_patient, an_entry
from tests.pages.test_patients import a_worn_tag, fragments, looks
from tests.pages.waiting import sees, settled, until


async def open_menu(user: User, kind: str) -> None:
    """Open the menu behind a chip and wait for it."""
    user.find(marker=f'filter-{kind}').click()
    await until(lambda: any(isinstance(one, ui.menu) and one.props.get('role') == 'dialog' and one.value for one in elements(user)))
    await settled()


def elements(user: User) -> list[ui.element]:
    return list(user.client.elements.values())


def close_menu(user: User) -> None:
    """Say that the menu is gone, as the browser does."""
    menu, = (one for one in elements(user) if isinstance(one, ui.menu) and one.props.get('role') == 'dialog')
    UserInteraction(user, {menu}, None).trigger('beforeHide')


def face(user: User, kind: str) -> str:
    chip, = user.find(marker=f'filter-{kind}').elements
    return chip.content


def facets(user: User) -> dict[str, tuple[str, str]]:
    """Return what each line of the tags menu says: whether it is chosen, and its content."""
    marks = {mark: one for one in elements(user) for mark in one._markers if mark.startswith('facet-')}
    return {mark.removeprefix('facet-'): (one.props['aria-checked'], one.content) for mark, one in marks.items()}


def key_of_tag(clinic: Clinic, cast: Cast, slug: str) -> str:
    with clinic.reading(cast.ines) as records:
        return next(tag.label.key for category in records.tags.vocabulary() for tag in category.tags if tag.label.slug == slug)


@pytest.fixture
def three(clinic: Clinic, cast: Cast) -> None:
    """Three patients: two with Psoriasis, one of them with Face too; two visits of the first, one of the second."""
    first, second, third = (a_patient(clinic, cast.ines, f'psr-{number}', family_name=f'No{number}') for number in (1, 2, 3))
    a_worn_tag(clinic, cast, first, second)
    a_worn_tag(clinic, cast, first, name='Face')
    for patient in (first, first, second):
        an_entry(clinic, cast.ines, patient.key)
    assert third.entry_count == 0


@pytest.mark.usefixtures('three')
async def test_a_chosen_tag_acts_at_once_and_is_one_step_of_back(user: User, clinic: Clinic, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patient_list, 'SETTLED_S', 600)  # nobody looks so long at what stands between two clicks
    await user.open('/patients?sort=name')
    await open_menu(user, 'tags')
    assert '>2<' in facets(user)['psoriasis'][1]
    user.find(marker='facet-psoriasis').click()
    await until(lambda: 'Psoriasis' in face(user, 'tags') and facets(user)['psoriasis'][0] == 'true')
    await sees(user, content='1–2 of 2')
    user.find(marker='facet-face').click()
    await until(lambda: '2 tags' in face(user, 'tags'))
    assert user.back_history[-1] == '/patients?sort=name'
    close_menu(user)
    await until(lambda: user.back_history[-1] == '/patients?sort=name&tags=psoriasis,face')
    await sees(user, content='from 3 patients')
    assert [look.get('filters') for look in looks(clinic, cast)] == [None, ['tags']]


@pytest.mark.usefixtures('three')
async def test_a_menu_that_changed_nothing_leads_nowhere(user: User):
    await user.open('/patients')
    await open_menu(user, 'tags')
    close_menu(user)
    await open_menu(user, 'entries')
    assert not facets(user)
    assert user.back_history == ['/patients']


@pytest.mark.usefixtures('three')
async def test_tags_are_found_by_typing_and_enter_takes_the_first(user: User):
    await user.open('/patients')
    await open_menu(user, 'tags')
    user.find(kind=ui.input, marker='find-a-tag').type('FAC')
    await until(lambda: list(facets(user)) == ['face'])
    user.find(kind=ui.input, marker='find-a-tag').trigger('keydown.enter')
    await until(lambda: 'Face' in face(user, 'tags'))
    user.find(kind=ui.input, marker='find-a-tag').clear().type('zzz')
    await sees(user, 'No tag matches.')


@pytest.mark.usefixtures('three')
async def test_counts_are_typed(user: User):
    await user.open('/patients')
    await open_menu(user, 'entries')
    user.find(kind=ui.input, marker='at-least').type('2')
    await sees(user, content='1–1 of 1')
    assert '2 or more entries' in face(user, 'entries')
    user.find(kind=ui.input, marker='at-most').type('1')
    await sees(user, 'Below the least.')
    user.find(kind=ui.input, marker='at-most').clear().type('x')
    await sees(user, 'Use a whole number.')
    close_menu(user)
    await until(lambda: user.back_history[-1] == '/patients?entries=2-')


@pytest.mark.usefixtures('three')
async def test_days_are_typed_for_either_date(user: User):
    await user.open('/patients')
    await open_menu(user, 'date')
    user.find(kind=ui.input, marker='from').type('2026-11-23')
    await until(lambda: 'Seen since 23 Nov' in face(user, 'date'))
    await sees(user, content='1–2 of 2')
    user.find(kind=ui.input, marker='to').type('0002-11-23')
    await settled()
    assert 'Seen since 23 Nov' in face(user, 'date')
    user.find('Last modification').click()
    await until(lambda: 'Changed since 23 Nov' in face(user, 'date'))
    await sees(user, content='1–3 of 3')
    assert 'href="/patients?modified=2026-11-17..2026-11-23">Last 7 days' in fragments(user)
    close_menu(user)
    await until(lambda: user.back_history[-1] == '/patients?modified=2026-11-23..')


@pytest.mark.usefixtures('three')
async def test_a_day_that_no_practice_has_seen_is_said_at_its_field(user: User):
    await user.open('/patients')
    await open_menu(user, 'date')
    for marker, day in (('to', '9999-12-31'), ('from', '1812-01-01')):
        user.find(kind=ui.input, marker=marker).type(day)
        await sees(user, 'Use a year from 1900 to 2199.')
        user.find(kind=ui.input, marker=marker).clear()
        await user.should_not_see('Use a year from 1900 to 2199.')
    assert 'Seen' not in face(user, 'date')


@pytest.mark.usefixtures('three')
async def test_a_search_just_after_a_rename_keeps_its_tag_though_another_has_its_name(clinic: Clinic, cast: Cast, user: User):
    await user.open('/patients?tags=face')
    face_key, other = (key_of_tag(clinic, cast, slug) for slug in ('face', 'psoriasis'))
    user.find(kind=ui.input, marker='search').type('no')
    clinic.change_now(cast.ines, lambda records: records.tags.rename(face_key, 'Visage'))
    clinic.change_now(cast.ines, lambda records: records.tags.rename(other, 'Face'))
    await until(lambda: looks_settled(user))
    assert 'Visage' in face(user, 'tags')
    await sees(user, content='1–1 of 1')


def looks_settled(user: User) -> bool:
    """Tell whether the search is answered."""
    return any('q=no' in one.props.get('href', '') for one in elements(user))


@pytest.mark.usefixtures('three')
async def test_a_renamed_tag_is_called_by_its_new_name_at_once(clinic: Clinic, cast: Cast, user: User):
    await user.open('/patients?tags=face')
    assert 'Face' in face(user, 'tags')
    key = key_of_tag(clinic, cast, 'face')
    clinic.change_now(cast.ines, lambda records: records.tags.rename(key, 'Visage'))
    await until(lambda: 'Visage' in face(user, 'tags') and 'Visage' in fragments(user))


async def test_a_merged_tag_still_leads_to_its_patients(clinic: Clinic, cast: Cast, user: User):
    patient = a_patient(clinic, cast.ines)
    keep, gone = (a_worn_tag(clinic, cast, patient, name=name) for name in ('Psoriasis', 'Plaques'))
    clinic.change_now(cast.ines, lambda records: records.tags.merge(keep.key, [gone.key]))
    await user.open('/patients?tags=plaques')
    await sees(user, content='1–1 of 1')
    assert 'Psoriasis' in face(user, 'tags')
    assert looks(clinic, cast)[-1]['tags'] == [keep.key]


@pytest.mark.usefixtures('three')
async def test_the_cursor_goes_from_patient_to_patient_and_stays_with_one(clinic: Clinic, cast: Cast, user: User):
    await user.open('/patients?sort=name')
    cursor, = (one for one in elements(user) if 'df-cursor' in one.classes)
    assert not cursor.visible
    press_key(user, 'j')
    press_key(user, 'j')
    assert (cursor.visible, cursor.props['href'], cursor.props['aria-label']) == (True, '/patients/psr-2', 'Maria No2')
    press_key(user, 'k')
    press_key(user, 'k')
    assert cursor.props['href'] == '/patients/psr-1'
    press_key(user, 'ArrowRight')
    press_key(user, 'ArrowRight')
    press_key(user, 'ArrowLeft')
    assert cursor.props['href'] == '/patients/psr-2'
    press_key(user, 'ArrowUp')
    press_key(user, 'ArrowDown')
    key = key_of_tag(clinic, cast, 'face')
    clinic.change_now(cast.ines, lambda records: records.tags.assign(
        key, Tagged.PATIENT, [records.patients.key_of('psr-3')]))
    await settled()
    assert cursor.props['href'] == '/patients/psr-2'
    press_key(user, 'Enter')
    await until(lambda: user.back_history[-1] == '/patients/psr-2')


def press_key(user: User, key: str) -> None:
    """Press one key on the page."""
    told = {'action': 'keydown', 'key': key, 'code': '', 'location': 0, 'repeat': False}
    user.find(kind=ui.keyboard).trigger('key', told | dict.fromkeys(('altKey', 'ctrlKey', 'metaKey', 'shiftKey'), False))


async def test_a_page_of_a_hundred_holds_few_elements(clinic: Clinic, cast: Cast, user: User):
    for number in range(101):
        a_patient(clinic, cast.ines, f'psr-{number:03}')
    await user.open('/patients?per_page=100&sort=unique_id')
    await sees(user, content='1–100 of 101')
    assert len(elements(user)) <= 150
    assert fragments(user).count('class="df-card"') == 100
    assert 'anchor-name:--patient-99"' in fragments(user)


@pytest.mark.usefixtures('three')
async def test_only_the_chip_of_tags_has_their_dots(user: User):
    await user.open('/patients?tags=psoriasis&entries=2-&images=0-&seen=2026-01-01..')
    assert [kind for kind in ('date', 'tags', 'entries', 'images') if 'df-dot' in face(user, kind)] == ['tags']
    assert '2 or more entries' in face(user, 'entries')


@pytest.mark.usefixtures('three')
async def test_enter_takes_the_tag_that_begins_so(clinic: Clinic, cast: Cast, user: User):
    with clinic.reading(cast.ines) as records:
        everyone = [records.patients.header(records.patients.key_of(f'psr-{number}')) for number in (1, 2, 3)]
    a_worn_tag(clinic, cast, *everyone, name='Nail psoriasis')
    await user.open('/patients')
    await open_menu(user, 'tags')
    find = user.find(kind=ui.input, marker='find-a-tag')
    find.type('psor').trigger('keydown.enter')
    await until(lambda: 'Psoriasis' in face(user, 'tags'))


@pytest.mark.usefixtures('three')
async def test_the_search_is_emptied_by_escape_and_left_downwards(user: User):
    await user.open('/patients?q=no2&sort=name')
    search = user.find(kind=ui.input, marker='search')
    search.trigger('keydown.escape')
    await sees(user, content='1–3 of 3')
    search.trigger('keydown.down.prevent')
    cursor, = (one for one in elements(user) if 'df-cursor' in one.classes)
    assert (cursor.visible, cursor.props['href']) == (True, '/patients/psr-1')
