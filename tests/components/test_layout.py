"""The frame and the small parts: slots, names, states."""
from datetime import UTC, date, datetime

import pytest
from nicegui import ui
from nicegui.testing import User

from components import controls
from components.layout import OFFLINE, frame
from components.save_status import SaveState, SaveStatus, status_html
from components.section import section
from data.actors import ROLE_PERMISSIONS, Actor, Role
from data.read_models import PatientHeader

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)
INES = Actor(user='a' * 32, name='Dr Ines Marlowe', role=Role.CLINICIAN, permissions=ROLE_PERMISSIONS[Role.CLINICIAN])
MARGUERITE = PatientHeader(key='k', unique_id='psr-20417', family_name='Oyelaran', given_names='Marguerite', birth_on=date(1980, 3, 14))


async def open_frame(user: User, **given) -> list:
    kept: list = []

    @ui.page('/framed')
    def page():
        with frame(actor=INES, practice_name='Larkfield', current='Patients', today=TODAY, **given) as slots:
            ui.label('in the body')
            with slots.actions:
                controls.button('New entry', kind='primary')
            kept.extend([slots, ui.context.client])

    await user.open('/framed')
    return kept


async def test_a_page_of_a_patient_has_the_banner_and_one_heading(user: User):
    slots, client = await open_frame(user, title='Images', patient=MARGUERITE, tab='images')
    await user.should_see('in the body')
    await user.should_see(OFFLINE)
    headings = ''.join(str(element.props.get('innerHTML', '')) for element in client.elements.values()).count('<h1')
    assert (headings, [element for element in client.elements.values() if element.tag == 'h1']) == (1, [])
    assert slots.body.default_slot.children[0].text == 'in the body'


async def test_the_windows_title_names_the_id_and_never_the_person(user: User):
    _, client = await open_frame(user, title='Images', patient=MARGUERITE, tab='images')
    assert client.title == 'Images · psr-20417 · Dermafolio'


async def test_a_page_inside_a_patient_keeps_its_own_title(user: User):
    _, client = await open_frame(user, title='Mon 23 Nov 2026, 10:15', patient=MARGUERITE)
    assert [element.text for element in client.elements.values() if element.tag == 'h1'] == ['Mon 23 Nov 2026, 10:15']
    await user.should_see('psr-20417')


@pytest.mark.parametrize(('state', 'words'), [
    (SaveState.SAVED, 'Saved 10:42'), (SaveState.SAVING, 'Saving…'), (SaveState.RETRYING, 'Not saved, retrying'),
    (SaveState.CONFLICT, 'Conflict, review'), (SaveState.IDLE, '')])
def test_the_status_says_the_words_of_the_contract(state, words):
    fragment = status_html(state, NOW, zone=UTC, now=NOW)
    assert f'<span>{words}</span>' in fragment or not words
    assert fragment.count('Offline, will save') == 1


async def test_only_a_change_of_kind_is_announced(user: User):
    kept: list[SaveStatus] = []

    @ui.page('/status')
    def page():
        kept.append(SaveStatus(zone=UTC))

    await user.open('/status')
    steps = (SaveState.SAVING, SaveState.SAVED, SaveState.RETRYING, SaveState.SAVED, SaveState.SAVING, SaveState.CONFLICT, SaveState.SAVED)
    assert [kept[0].show(state, NOW).props['aria-live'] for state in steps] == [
        'off', 'off', 'polite', 'polite', 'off', 'assertive', 'polite']
    assert kept[0].props['role'] == 'status'


async def test_fields_are_named_by_their_label_and_say_why_they_refuse(user: User):
    kept: list[controls.Field] = []

    @ui.page('/fields')
    def page():
        kept.extend([controls.text_field('Unique ID', required=True, limit=32), controls.text_area('Notes'),
                     controls.select_field('Sex', {'female': 'Female'}, placeholder='Not recorded')])

    await user.open('/fields')
    assert [field.control.props['aria-label'] for field in kept] == ['Unique ID', 'Notes', 'Sex']
    assert kept[2].value == ''
    kept[0].refuse('Use letters, digits, - or _.')
    await user.should_see('Use letters, digits, - or _.')
    assert kept[0].control.props['error']
    kept[0].refuse('')
    assert 'error' not in kept[0].control.props


async def test_a_section_remembers_what_was_chosen(user: User):
    told, kept = [], []

    @ui.page('/section')
    def page():
        with section('Comparisons', count='2', summary='Forearm, left', open=False, on_toggle=told.append) as made:
            kept.append(made)

    await user.open('/section')
    toggle = user.find(marker='section-comparisons')
    assert kept[0].toggle.props['aria-expanded'] == 'false'
    toggle.click()
    assert (told, kept[0].toggle.props['aria-expanded']) == ([True], 'true')
    toggle.click()
    assert (told, kept[0].open) == ([True, False], False)


async def test_one_segment_is_on_and_choosing_it_again_says_nothing(user: User):
    told, kept = [], []

    @ui.page('/segments')
    def page():
        kept.append(controls.segmented({'S': 'Small', 'M': 'Medium'}, label='Size', value='M', on_change=told.append))

    await user.open('/segments')
    small, medium = kept[0].root.default_slot.children
    for option in (medium, small, small):
        option.mark('pressed')
        user.find(marker='pressed').click()
        option.mark('')
    assert (told, kept[0].value) == (['S'], 'S')
    assert [option.props['aria-pressed'] for option in (small, medium)] == ['true', 'false']
