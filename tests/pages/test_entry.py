"""The entry page: notes, workspace, comparisons and sections, through the simulated user and checked in the records."""

from datetime import UTC, datetime
from typing import Any

import pytest
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from components.looking import Looking
from data.actors import Actor
from data.errors import NotFound
from data.models import Action, Section
from data.read_models import PatientHeader
from data.repositories.audit import TrailView
from data.repositories.entries import EntryRecord
from data.values import TEXT_LIMIT
from tests.cast import Cast
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import HeldChanges, sees, settled, until

ADDRESS = '/patients/psr-20417/entries/1'


def a_visit(clinic: Clinic, cast: Cast, *, images: int = 0, notes: str = '') -> tuple[PatientHeader, EntryRecord]:
    patient = a_patient(clinic, cast.jana)
    keys = tuple(a_stored_image(clinic, cast.jana, patient.key) for _ in range(images))
    return patient, an_entry(clinic, cast.jana, patient.key, notes=notes, images=keys)


def as_stored(clinic: Clinic, cast: Cast, patient: PatientHeader) -> EntryRecord:
    with clinic.reading(cast.jana) as records:
        return records.entries.record(patient.key, 1)


def looks(clinic: Clinic, cast: Cast, patient: PatientHeader, action: Action = Action.ENTRY_VIEW) -> list[list[str]]:
    """Return the images that each of these events names, oldest first."""
    with clinic.reading(cast.ines) as records:
        events = records.audit.page(TrailView(action=action, patient=patient.key))
    return [event.read()['detail']['images'] for event in reversed(events)]


def trail_of(clinic: Clinic, cast: Cast, action: Action) -> list[dict[str, Any]]:
    """Return these events, newest first."""
    with clinic.reading(cast.ines) as records:
        return [event.read() for event in records.audit.page(TrailView(action=action))]


def fragments(user: User) -> list[str]:
    return [element.content for element in user.find(kind=ui.html).elements]


def is_open(user: User, section: str) -> str:
    return next(iter(user.find(marker=f'section-{section}').elements)).props['aria-expanded']


def notes_of(user: User) -> ui.textarea:
    return next(iter(user.find(kind=ui.textarea, marker='notes').elements))


async def test_notes_are_stored_as_they_are_typed_and_the_status_says_so(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, _entry = a_visit(clinic, cast)
    user = user_as(cast.jana)
    await user.open(ADDRESS)
    user.find(kind=ui.textarea, marker='notes').type('Plaque is flat.')
    await sees(user, content='Saved 09:00')
    assert as_stored(clinic, cast, patient).notes == 'Plaque is flat.'


async def test_a_page_is_not_read_again_for_what_is_typed_into_it(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, entry = a_visit(clinic, cast)
    await user.open(ADDRESS)
    read_again: list[str] = []
    again = Looking.again

    async def counted(looking: Looking, actor: Actor) -> object:
        read_again.append(looking.subject)
        return await again(looking, actor)
    monkeypatch.setattr(Looking, 'again', counted)
    for text in ('Flat.', 'Flat. No scale.'):
        user.find(kind=ui.textarea, marker='notes').type(text)
        await sees(user, content='Saved 09:00')
    await until(lambda: as_stored(clinic, cast, patient).notes.endswith('No scale.'))
    await settled()
    assert read_again == []
    an_entry(clinic, cast.ines, patient.key)
    await until(lambda: read_again == [entry.key])


async def test_what_one_person_types_stands_in_the_other_persons_page(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_visit(clinic, cast)
    writer, reader = user_as(cast.jana), user_as(cast.ines)
    await reader.open(ADDRESS)
    await writer.open(ADDRESS)
    writer.find(kind=ui.textarea, marker='notes').type('Elbow clear.')
    await sees(reader, content='Elbow clear.')


async def test_a_text_typed_over_someone_elses_is_a_conflict_that_shows_both(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, entry = a_visit(clinic, cast, notes='Base.')
    user = user_as(cast.jana)
    await user.open(ADDRESS)
    user.find(kind=ui.textarea, marker='notes').trigger('focus')
    clinic.change_now(cast.ines, lambda records: records.entries.amend(entry.key, 'notes', 'Base. Hers.'))
    user.find(kind=ui.textarea, marker='notes').type(' Mine.')
    await sees(user, content='Conflict, review')
    await sees(user, 'Base. Hers.')
    assert as_stored(clinic, cast, patient).notes == 'Base. Hers.'
    user.find('Keep both').click()
    await sees(user, content='Saved 09:00')
    assert as_stored(clinic, cast, patient).notes == 'Base. Hers. Mine.'


async def test_undo_takes_back_ones_own_last_burst(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, _entry = a_visit(clinic, cast, notes='Before.')
    user = user_as(cast.jana)
    await user.open(ADDRESS)
    user.find(kind=ui.textarea, marker='notes').type(' After.')
    await sees(user, 'Undo')
    user.find('Undo').click()
    await until(lambda: as_stored(clinic, cast, patient).notes == 'Before.')
    assert notes_of(user).value == 'Before.'


async def test_a_text_over_the_limit_is_refused_in_words_and_the_old_one_stays(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, _entry = a_visit(clinic, cast, notes='Before.')
    user = user_as(cast.jana)
    await user.open(ADDRESS)
    with user:
        notes_of(user).set_value('x' * (TEXT_LIMIT + 1))
    await sees(user, 'Notes take at most 150,000 characters. What was there before is kept.')
    assert as_stored(clinic, cast, patient).notes == 'Before.'


async def test_notes_are_not_shown_to_a_photographer(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_visit(clinic, cast, notes='Confidential words.')
    user = user_as(cast.tom)
    await user.open(ADDRESS)
    await sees(user, 'Your role does not show notes.')
    await user.should_not_see('Confidential words.')
    await user.should_not_see(content='Confidential words.')


async def test_a_viewer_reads_but_has_nothing_to_press(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    a_visit(clinic, cast, images=2, notes='Words to read.')
    user = user_as(cast.vera)
    await user.open(ADDRESS)
    await sees(user, 'Words to read.')
    assert [one.text for one in user.client.elements.values() if one.tag == 'h3' and one.text == 'Notes'] == ['Notes']
    for act in ('Add from pool', 'New comparison', 'Remove'):
        await user.should_not_see(act)


async def test_names_and_notes_are_shown_as_text_never_as_markup(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    hostile = '<img src=x onerror=alert(1)> {{7*7}}'
    patient = a_patient(clinic, cast.jana, family_name=hostile)
    an_entry(clinic, cast.jana, patient.key, notes=hostile)
    user = user_as(cast.vera)
    await user.open(ADDRESS)
    await sees(user, hostile)
    fragments = [element.content for element in user.find(kind=ui.html).elements]
    assert not any('<img src=x' in fragment for fragment in fragments)


async def test_two_chosen_images_become_a_comparison_with_its_interval(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, _entry = a_visit(clinic, cast, images=2)
    user = user_as(cast.jana)
    await user.open(ADDRESS)
    user.find('Select day').click()
    await sees(user, '2 selected')
    user.find(kind=ui.button, content='Compare').click()
    await until(lambda: [len(group.images) for group in as_stored(clinic, cast, patient).groups] == [2])
    await sees(user, kind=ui.html, content='df-interval')


@pytest.mark.parametrize('pressed', ['Compare', 'New comparison'])
async def test_a_double_click_makes_one_comparison(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch, pressed: str) -> None:
    patient, _entry = a_visit(clinic, cast, images=2)
    await user.open(ADDRESS)
    user.find('Select day').click()
    await sees(user, '2 selected')
    button = UserInteraction(user, {next(one for one in user.find(kind=ui.button).elements if one.text == pressed)}, None)
    held = HeldChanges(clinic, monkeypatch)
    button.click()
    button.click()
    await held.held()
    acts = {one.text: one.enabled for one in user.find(kind=ui.button).elements if one.text in {'Compare', 'Remove'}}
    assert acts == {'Compare': False, 'Remove': False}
    await held.let_go()
    await until(lambda: len(as_stored(clinic, cast, patient).groups) == 1)
    await user.should_not_see('2 selected')
    assert held.asked == 1


def section_of(user: User, name: str) -> ui.element:
    return next(one for one in user.client.elements.values() if one.tag == 'section' and one.props.get('aria-label') == name)


async def test_the_appointment_stays_when_tags_and_notes_are_closed_and_the_windows_title_follows_it(
        clinic: Clinic, cast: Cast, user: User) -> None:
    a_visit(clinic, cast)
    await user.open(ADDRESS)
    field = next(one for one in user.find(kind=ui.input).elements if one.props['aria-label'] == 'Appointment')
    assert field.id not in {one.id for one in section_of(user, 'Tags and notes').descendants()}
    with user:
        field.set_value('2026-11-24T11:30')
    await until(lambda: user.client.title == 'Tue 24 Nov 2026, 11:30 · psr-20417 · Dermafolio')


def words_of_dialog(user: User, name: str) -> list[str]:
    shown = [one for one in user.client.elements.values() if isinstance(one, ui.dialog) and one.props['aria-label'] == name]
    return [one.text for dialog in shown for one in dialog.descendants() if type(one) is TextElement]


async def test_a_full_screen_comparison_says_whose_it_is(clinic: Clinic, cast: Cast, user: User) -> None:
    patient = a_patient(clinic, cast.jana, birth_date='1980-03-14')
    images = [a_stored_image(clinic, cast.jana, patient.key) for _ in range(2)]
    a_comparison(clinic, cast.jana, an_entry(clinic, cast.jana, patient.key, images=tuple(images)).key, images)
    await user.open(ADDRESS)
    enlarge = next(one for one in user.client.elements.values() if one.props.get('aria-label', '').startswith('Full screen'))
    UserInteraction(user, {enlarge}, None).click()
    await until(lambda: words_of_dialog(user, 'Comparison') == ['Maria Gonzalez', 'psr-20417', '46 y, born 14 Mar 1980', 'Comparison'])


async def test_too_few_chosen_for_a_comparison_lead_to_the_pool_and_stay_chosen(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, _entry = a_visit(clinic, cast, images=1)
    await user.open(ADDRESS)
    user.find('Select day').click()
    await sees(user, '1 selected')
    user.find('New comparison').click()
    await sees(user, 'In this entry')
    [compare] = [one for one in user.find(kind=ui.button).elements if one.text == 'Compare'
                 and any('df-dialog' in above.classes for above in one.ancestors())]
    assert (compare.enabled, as_stored(clinic, cast, patient).groups) == (False, [])
    await sees(user, '1 selected')


async def test_removing_takes_an_image_out_of_the_workspace_and_the_pool_keeps_it(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, _entry = a_visit(clinic, cast, images=1)
    user = user_as(cast.jana)
    await user.open(ADDRESS)
    user.find('Select day').click()
    user.find(kind=ui.button, content='Remove').click()
    await sees(user, 'No photos in this entry yet.')
    with clinic.reading(cast.jana) as records:
        assert len(records.images.of(patient.key)) == 1
    assert as_stored(clinic, cast, patient).images == []


async def test_a_closed_section_is_closed_the_next_time_for_this_person_only(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, _entry = a_visit(clinic, cast)
    jana, ines = user_as(cast.jana), user_as(cast.ines)
    await jana.open(ADDRESS)
    assert is_open(jana, 'comparisons') == 'true'
    jana.find(marker='section-comparisons').click()
    await until(lambda: as_stored(clinic, cast, patient).open_sections == {Section.COMPARISONS: False})
    assert is_open(jana, 'comparisons') == 'false'
    for user, shown in ((jana, 'false'), (ines, 'true')):
        await user.open(ADDRESS)
        assert is_open(user, 'comparisons') == shown
    assert is_open(jana, 'workspace') == 'true'


async def test_opening_an_entry_is_one_event_that_names_every_image_shown(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    patient, entry = a_visit(clinic, cast, images=3)
    a_comparison(clinic, cast.jana, entry.key, [tile.key for tile in entry.images][:2])
    user = user_as(cast.vera)
    await user.open(ADDRESS)
    with clinic.reading(cast.ines) as records:
        events = records.audit.page(TrailView(action=Action.ENTRY_VIEW, patient=patient.key))
    assert [event.read()['detail'] for event in events] == [{'images': sorted(tile.key for tile in entry.images)}]


async def test_the_cover_of_the_page_is_named_though_it_is_not_in_the_entry(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, _entry = a_visit(clinic, cast)
    cover = a_stored_image(clinic, cast.jana, patient.key)
    await user.open(ADDRESS)
    assert looks(clinic, cast, patient) == [[cover]]
    assert any(f'/images/{cover}/thumb' in fragment for fragment in fragments(user))


async def test_a_photo_that_someone_lays_in_is_shown_after_an_event_that_names_it(
        clinic: Clinic, cast: Cast, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, entry = a_visit(clinic, cast, images=1)
    new = a_stored_image(clinic, cast.jana, patient.key, captured_at=datetime(2026, 1, 1, tzinfo=UTC))
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    held = HeldChanges(clinic, monkeypatch)
    clinic.change_now(cast.jana, lambda records: records.entries.place(entry.key, [new]))
    await held.held()
    assert not any(new in fragment for fragment in fragments(vera))
    await held.let_go()
    await until(lambda: any(new in fragment for fragment in fragments(vera)))
    assert looks(clinic, cast, patient) == [[entry.images[0].key], [new]]


async def test_a_changed_appointment_is_shown_without_another_event(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, entry = a_visit(clinic, cast)
    await user.open(ADDRESS)
    clinic.change_now(cast.ines, lambda records: records.entries.amend(entry.key, 'appointment_at', '2026-11-24 11:30'))
    await sees(user, '24 Nov 2026')
    assert looks(clinic, cast, patient) == [[]]


async def test_the_picker_shows_the_pool_after_an_event_that_names_it(
        clinic: Clinic, cast: Cast, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, _entry = a_visit(clinic, cast)
    cover, other = (a_stored_image(clinic, cast.jana, patient.key, captured_at=datetime(2026, month, 1, tzinfo=UTC)) for month in (2, 1))
    await user.open(ADDRESS)
    held = HeldChanges(clinic, monkeypatch)
    user.find('Add from pool').click()
    await held.held()
    assert not any(other in fragment for fragment in fragments(user))
    await held.let_go()
    await until(lambda: any(other in fragment for fragment in fragments(user)))
    assert looks(clinic, cast, patient, Action.GALLERY_VIEW) == [[cover, other]]


async def test_former_and_capital_ids_lead_to_the_present_address(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, _entry = a_visit(clinic, cast)
    clinic.change_now(cast.jana, lambda records: records.patients.correct(patient.key, 'unique_id', 'now-1').text)
    for address in ('psr-20417', 'PSR-20417', 'NOW-1'):
        answer = await user.http_client.get(f'/patients/{address}/entries/1')
        assert (answer.status_code, answer.headers['location']) == (307, '/patients/now-1/entries/1')
    assert looks(clinic, cast, patient) == []


def test_an_image_of_another_patient_cannot_be_laid_into_an_entry(clinic: Clinic, cast: Cast) -> None:
    _patient, entry = a_visit(clinic, cast)
    other = a_patient(clinic, cast.jana, 'acn-11802')
    foreign = a_stored_image(clinic, cast.jana, other.key)
    with pytest.raises(NotFound):
        clinic.change_now(cast.jana, lambda records: records.entries.place(entry.key, [foreign]))
    with pytest.raises(NotFound):
        clinic.change_now(cast.jana, lambda records: records.comparisons.group(entry.key, [foreign, foreign]))


@pytest.mark.parametrize('number', ['0', '-1', '2147483648', '9' * 23, '9' * 5000, 'x'])
async def test_a_number_that_no_visit_has_leads_nowhere(clinic: Clinic, cast: Cast, user: User, number: str) -> None:
    a_visit(clinic, cast)
    answer = await user.http_client.get(f'/patients/psr-20417/entries/{number}', headers={'accept': 'text/html'})
    assert answer.status_code == 404
    assert 'There is nothing here' in answer.text


def large_looks(clinic: Clinic, cast: Cast, patient: PatientHeader) -> list[str]:
    with clinic.reading(cast.ines) as records:
        return [event.read()['subject'] for event in records.audit.page(TrailView(action=Action.IMAGE_VIEW, patient=patient.key))][::-1]


async def test_a_photo_and_a_comparison_fill_the_screen_after_their_events(clinic: Clinic, cast: Cast, user: User) -> None:
    patient, entry = a_visit(clinic, cast, images=2)
    keys = [tile.key for tile in entry.images]
    a_comparison(clinic, cast.jana, entry.key, keys)
    await user.open(ADDRESS)
    enlarge = next(one for one in user.client.elements.values() if one.props.get('aria-label', '').startswith('Full screen'))
    UserInteraction(user, {enlarge}, None).click()
    await until(lambda: large_looks(clinic, cast, patient) == keys)
    tile = next(one for one in user.find(kind=ui.html).elements
                if keys[1] in one.content and 'df-tile' in one.classes)
    UserInteraction(user, {tile}, None).trigger('click', {'offsetX': 90, 'offsetY': 90})
    await sees(user, '2 of 2')
    assert large_looks(clinic, cast, patient) == [*keys, keys[1]]
