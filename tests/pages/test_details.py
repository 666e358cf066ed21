"""The details page: every field saves by itself, is live, and only what a role may change can be changed."""
import json
import re
from typing import Any

import pytest
from nicegui import ElementFilter, ui
from nicegui.testing import User

from app.clinic import Clinic
from components.patient_form import GROUPS
from data.errors import NotPermitted
from data.models import PATIENT_FIELDS, Action
from data.repositories.audit import TrailView
from data.repositories.patients import PatientRecord
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import HeldChanges, sees, until

ADDRESS = '/patients/psr-20417/details'
LABELS = (
    'Unique ID', 'Family name', 'Given names', 'Preferred name', 'Date of birth', 'Sex', 'Gender', 'Skin type', 'Phone', 'Email', 'Street',
    'City', 'Region', 'Postal code', 'Country', 'Medical record number', 'Insurance number', 'Notes')


def control(user: User, marker: str) -> Any:
    """Return the control of a field."""
    return next(element for element in user.find(marker=marker).elements)


def put(user: User, marker: str, value: str) -> None:
    """Replace what stands in a field and leave it."""
    with user:
        control(user, marker).set_value(value)
    user.find(marker=marker).trigger('blur')


def stored(clinic: Clinic, cast: Cast, unique_id: str = 'psr-20417') -> PatientRecord:
    with clinic.reading(cast.jana) as records:
        return records.patients.record(records.patients.key_of(unique_id))


def recognised(clinic: Clinic, cast: Cast) -> list[tuple[str, str]]:
    """Return who was shown whom as a possible duplicate: user and patient."""
    with clinic.reading(cast.ines) as records:
        events = [event.read() for event in records.audit.page(TrailView(action=Action.PATIENT_RECOGNISE))]
    return [(event['user'], event['patient']) for event in reversed(events)]


def test_every_field_of_a_patient_has_its_place_and_its_label():
    specs = [spec for group in GROUPS for spec in group.fields]
    assert sorted(spec.name for spec in specs) == sorted(PATIENT_FIELDS)
    assert sorted(spec.label for spec in specs) == sorted(LABELS)


async def test_every_field_is_shown_under_its_label(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana, birth_date='1980-03-14', sex='female', skin_type='III', notes='Allergic to tape.')
    await user.open(ADDRESS)
    shown = {control(user, label.lower().replace(' ', '-')).props['aria-label'] for label in LABELS}
    assert shown == set(LABELS)
    assert control(user, 'date-of-birth').value == '14 Mar 1980'
    assert (control(user, 'sex').value, control(user, 'skin-type').value) == ('female', 'III')


async def test_a_field_is_stored_as_it_is_typed_and_says_so(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    user.find(marker='phone').type('+49 30 12345')
    await sees(user, content='Saved 09:00')
    await until(lambda: stored(clinic, cast).values['phone'] == '+49 30 12345')
    with clinic.reading(cast.ines) as records:
        event, = records.audit.page(TrailView(action=Action.PATIENT_CORRECT))
    assert json.loads(event.payload)['detail'] == {'field': 'phone', 'version': 1}


@pytest.mark.parametrize(('marker', 'typed', 'field', 'kept', 'shown'), [
    ('date-of-birth', '4.4.1977', 'birth_date', '1977-04-04', '4 Apr 1977'), ('sex', 'male', 'sex', 'male', 'male'),
    ('sex', '', 'sex', '', ''), ('notes', 'Two\nlines', 'notes', 'Two\nlines', 'Two\nlines'), ('city', ' Köln ', 'city', 'Köln', 'Köln'),
])
async def test_each_kind_of_field_is_stored_and_shown_as_stored(
        clinic: Clinic, cast: Cast, user: User, marker: str, typed: str, field: str, kept: str, shown: str):
    a_patient(clinic, cast.jana, sex='female')
    await user.open(ADDRESS)
    put(user, marker, typed)
    await until(lambda: stored(clinic, cast).values[field] == kept)
    await until(lambda: control(user, marker).value == shown)


async def test_a_date_that_cannot_be_is_one_sentence_and_the_old_one_stays(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana, birth_date='1980-03-14')
    await user.open(ADDRESS)
    put(user, 'date-of-birth', '31 Feb 1980')
    await sees(user, 'Use a date like 14 Mar 1980.')
    assert stored(clinic, cast).values['birth_date'] == '1980-03-14'


async def test_the_same_date_in_other_words_is_tidied_and_no_change(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana, birth_date='1980-03-14')
    await user.open(ADDRESS)
    put(user, 'date-of-birth', '14 march 1980')
    await until(lambda: control(user, 'date-of-birth').value == '14 Mar 1980')
    await user.should_not_see('Undo')
    await user.should_not_see(content='Saved 09:00')
    assert 'birth_date' not in stored(clinic, cast).revisions


async def test_the_age_stands_beside_the_date_of_birth_and_follows_it(clinic: Clinic, cast: Cast, user: User):
    made = a_patient(clinic, cast.jana, birth_date='1980-03-14')
    await user.open(ADDRESS)
    await user.should_see('46 y')
    put(user, 'date-of-birth', '23 Nov 2016')
    await sees(user, '10 y')
    clinic.change_now(cast.ines, lambda records: records.patients.correct(made.key, 'birth_date', '24 Nov 2016'))
    await sees(user, '9 y')
    put(user, 'date-of-birth', '')
    await until(lambda: not any(getattr(element, 'text', '') == '9 y' for element in user.find(kind=ui.element).elements))


async def test_a_day_that_is_chosen_in_the_calendar_is_stored(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana, birth_date='2026-11-02')
    await user.open(ADDRESS)
    calendar = await opened_calendar(user)
    assert calendar.props['options'] == [f'2026/11/{day:02}' for day in range(1, 24)]
    with user:
        calendar.set_value('2026-11-05')
    await until(lambda: stored(clinic, cast).values['birth_date'] == '2026-11-05')
    assert control(user, 'date-of-birth').value == '5 Nov 2026'


async def test_only_the_present_month_has_days_that_are_not_offered(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    calendar = await opened_calendar(user)
    assert (calendar.value, calendar.props.get('options')) == (None, None)
    assert (calendar.props['navigation-max-year-month'], calendar.props['default-view']) == ('2026/11', 'Years')
    for month, offered in ((11, 23), (10, 0)):
        user.find(kind=ui.date).trigger('navigation', {'year': 2026, 'month': month})
        await until(lambda offered=offered: len(calendar.props.get('options') or ()) == offered)


async def opened_calendar(user: User) -> ui.date:
    icon = next(element for element in user.find(kind=ui.button).elements if element.props.get('aria-label') == 'Open calendar')
    with user:
        icon._handle_event({'listener_id': next(iter(icon._event_listeners)), 'args': {}})
    await sees(user, kind=ui.date)
    return next(iter(user.find(kind=ui.date).elements))


async def test_a_former_unique_id_is_taken_back_from_its_history(clinic: Clinic, cast: Cast, user: User):
    made = a_patient(clinic, cast.jana)
    clinic.change_now(cast.jana, lambda records: records.patients.correct(made.key, 'unique_id', 'psr-9'))
    await user.open('/patients/psr-9/details')
    history = next(element for element in user.find(kind=ui.button).elements if element.props.get('aria-label') == 'History')
    with user:
        history._handle_event({'listener_id': next(iter(history._event_listeners)), 'args': {}})
    await sees(user, '2 versions')
    user.find('Use this').click()
    await sees(user, 'Change psr-9 to psr-20417?')
    user.find('Change ID').click()
    await until(lambda: user.back_history[-1] == ADDRESS)
    assert stored(clinic, cast).header.unique_id == 'psr-20417'


async def test_what_one_person_types_stands_in_the_other_persons_fields_and_banner(clinic: Clinic, cast: Cast, user_as: OpenAs):
    a_patient(clinic, cast.jana)
    writer, reader = user_as(cast.jana), user_as(cast.vera)
    await reader.open(ADDRESS)
    await writer.open(ADDRESS)
    put(writer, 'given-names', 'Chidi')
    await until(lambda: control(reader, 'given-names').value == 'Chidi')
    await sees(reader, content='Chidi Gonzalez')


async def test_undo_takes_back_ones_own_change_of_a_field(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    put(user, 'family-name', 'Wrong')
    await sees(user, 'Undo')
    user.find('Undo').click()
    await until(lambda: stored(clinic, cast).values['family_name'] == 'Gonzalez')
    assert control(user, 'family-name').value == 'Gonzalez'


async def test_a_changed_unique_id_is_asked_for_once_and_leads_to_the_new_address(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    put(user, 'unique-id', 'PSR-9')
    await sees(user, 'Change psr-20417 to psr-9?')
    await sees(user, 'The old ID keeps leading here and is given to nobody else.')
    assert stored(clinic, cast).header.unique_id == 'psr-20417'
    user.find('Change ID').click()
    await until(lambda: user.back_history[-1] == '/patients/psr-9/details')
    assert stored(clinic, cast).header.unique_id == 'psr-9'


async def test_a_changed_unique_id_is_taken_back_where_it_led_to(clinic: Clinic, cast: Cast, user: User):
    patient, other = a_patient(clinic, cast.jana), a_patient(clinic, cast.jana, 'psr-1', family_name='Okafor')
    for key, unique_id in ((patient.key, 'psr-9'), (other.key, 'psr-2')):
        clinic.change_now(cast.jana, lambda records, key=key, text=unique_id: records.patients.correct(key, 'unique_id', text))
    await user.open('/patients/psr-9/details')
    await sees(user, 'Changed psr-20417 to psr-9.')
    user.find('Undo').click()
    await sees(user, 'Change psr-9 to psr-20417?')
    user.find('Change ID').click()

    def unique_id() -> str:
        with clinic.reading(cast.jana) as records:
            return records.patients.header(patient.key).unique_id
    await until(lambda: unique_id() == 'psr-20417')
    await until(lambda: user.back_history[-1] == '/patients/psr-20417/details')


async def test_someone_elses_change_of_the_unique_id_is_not_offered_back(clinic: Clinic, cast: Cast, user_as: OpenAs):
    patient = a_patient(clinic, cast.jana)
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient.key, 'unique_id', 'psr-9'))
    ines = user_as(cast.ines)
    await ines.open('/patients/psr-9/details')
    await ines.should_not_see('Undo')


async def test_an_old_change_of_the_unique_id_is_no_longer_news(clinic: Clinic, cast: Cast, user: User, clock: MovableClock):
    patient = a_patient(clinic, cast.jana)
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient.key, 'unique_id', 'psr-9'))
    clock.move(minutes=1)
    await user.open('/patients/psr-9/details')
    await user.should_not_see('Changed psr-20417 to psr-9.')


async def test_a_change_of_the_unique_id_that_is_not_confirmed_is_none(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    put(user, 'unique-id', 'psr-9')
    await sees(user, 'Change psr-20417 to psr-9?')
    user.find('Cancel').click()
    await until(lambda: control(user, 'unique-id').value == 'psr-20417')
    assert stored(clinic, cast).header.unique_id == 'psr-20417'


@pytest.mark.parametrize(('typed', 'sentence'), [('a', 'Use 2 to 32 characters.'), ('a b', 'Use letters, digits, - or _.')])
async def test_a_bad_unique_id_is_refused_before_anyone_is_asked(clinic: Clinic, cast: Cast, user: User, typed: str, sentence: str):
    a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    put(user, 'unique-id', typed)
    await sees(user, sentence)
    await user.should_not_see('Change ID')


async def test_a_taken_unique_id_links_to_its_holder(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana)
    holder = a_patient(clinic, cast.jana, 'psr-9', family_name='Nwachukwu', given_names='Emeka')
    await user.open(ADDRESS)
    put(user, 'unique-id', 'psr-9')
    await sees(user, 'This ID is taken by Emeka Nwachukwu.')
    await user.should_not_see('Change ID')
    assert recognised(clinic, cast) == [(cast.jana.user, holder.key)]
    assert control(user, 'unique-id').value == 'psr-9'
    assert stored(clinic, cast).header.unique_id == 'psr-20417'


async def test_the_same_name_and_birth_date_warn_on_the_page(clinic: Clinic, cast: Cast, user: User):
    a_patient(clinic, cast.jana, birth_date='1980-03-14')
    a_patient(clinic, cast.jana, 'psr-9', birth_date='1980-03-15')
    await user.open(ADDRESS)
    await user.should_not_see('Another patient has this name and birth date')
    put(user, 'date-of-birth', '15 Mar 1980')
    await sees(user, 'Another patient has this name and birth date')


async def test_a_lookalike_is_named_after_an_event_of_it(clinic: Clinic, cast: Cast, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch):
    mine = a_patient(clinic, cast.jana)
    other = a_patient(clinic, cast.jana, 'psr-9', birth_date='1980-03-15')
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    held = HeldChanges(clinic, monkeypatch)
    clinic.change_now(cast.jana, lambda records: records.patients.correct(mine.key, 'birth_date', '15 Mar 1980'))
    await held.held()
    await vera.should_not_see('Another patient has this name and birth date')
    await held.let_go()
    await sees(vera, 'Another patient has this name and birth date')
    assert recognised(clinic, cast) == [(cast.vera.user, other.key)]


@pytest.mark.parametrize(('who', 'open_fields'), [
    ('jana', set(LABELS)), ('tom', {'Unique ID', 'Family name', 'Given names', 'Preferred name'}), ('vera', set()),
])
async def test_a_role_may_change_what_is_its_own(clinic: Clinic, cast: Cast, user_as: OpenAs, who: str, open_fields: set[str]):
    a_patient(clinic, cast.jana, notes='Allergic to tape.')
    user = user_as(getattr(cast, who))
    await user.open(ADDRESS)
    with user:
        fields = [element for kind in (ui.input, ui.select, ui.textarea) for element in ElementFilter(kind=kind)]
    assert {field.props['aria-label'] for field in fields if not field.props.get('readonly')} - {'Find a tag'} == open_fields
    assert ('Notes' in {field.props['aria-label'] for field in fields}) == (who != 'tom')


async def test_a_field_that_a_role_may_not_change_is_refused_even_when_it_is_sent(clinic: Clinic, cast: Cast, user_as: OpenAs):
    a_patient(clinic, cast.jana)
    viewer = user_as(cast.vera)
    await viewer.open(ADDRESS)
    put(viewer, 'phone', '1')
    await sees(viewer, NotPermitted.default)
    assert stored(clinic, cast).values['phone'] == ''
    with clinic.reading(cast.ines) as records:
        assert records.audit.page(TrailView(action=Action.ACCESS_REFUSE))


async def test_opening_the_details_is_an_event(clinic: Clinic, cast: Cast, user: User):
    made = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    with clinic.reading(cast.ines) as records:
        event, = records.audit.page(TrailView(action=Action.CHART_OPEN))
    assert json.loads(event.payload)['patient'] == made.key


async def test_a_new_cover_in_the_banner_is_named_by_an_event(clinic: Clinic, cast: Cast, user: User):
    made = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    cover = a_stored_image(clinic, cast.jana, made.key)
    clinic.change_now(cast.ines, lambda records: records.patients.correct(made.key, 'given_names', 'Chidi'))
    await sees(user, content='Chidi Gonzalez')
    assert any(f'/images/{cover}/thumb' in element.content for element in user.find(kind=ui.html).elements)
    with clinic.reading(cast.ines) as records:
        events = records.audit.page(TrailView(action=Action.CHART_OPEN))
    assert [event.read()['detail']['images'] for event in events] == [[cover], []]


async def test_the_tabs_count_visits_and_photographs_that_others_add(clinic: Clinic, cast: Cast, user: User):
    made = a_patient(clinic, cast.jana)
    await user.open(ADDRESS)
    assert counts(user) == ['0', '0']
    an_entry(clinic, cast.ines, made.key)
    await until(lambda: counts(user) == ['1', '0'])
    a_stored_image(clinic, cast.ines, made.key)
    await until(lambda: counts(user) == ['1', '1'])


def counts(user: User) -> list[str]:
    """Return the numbers that stand on the tabs."""
    tabs = next(element.content for element in user.find(kind=ui.html).elements if 'class="df-tab"' in element.content)
    return re.findall(r'class="df-num">([0-9]+)<', tabs)
