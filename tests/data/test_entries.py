"""Visits: opened, amended, laid out, remembered."""
from datetime import UTC, datetime, timedelta

import pytest

from app.clinic import Clinic
from data.errors import Conflict, Invalid, NotFound, NotPermitted
from data.models import Action, Section
from data.read_models import Cover, PatientHeader
from data.repositories.audit import TrailView
from data.repositories.entries import VisitBefore
from data.values import TEXT_LIMIT
from tests.cast import Cast
from tests.conftest import START, MovableClock
from tests.factories import a_patient, a_stored_image, an_entry


@pytest.fixture
def maria(clinic: Clinic, cast: Cast) -> PatientHeader:
    return a_patient(clinic, cast.jana)


def trail(clinic: Clinic, cast: Cast, action: Action) -> list[str]:
    with clinic.reading(cast.aino) as records:
        return [event.payload for event in records.audit.page(TrailView(action=action.value))]


def test_a_new_entry_is_of_now_and_numbered_per_patient(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    paul = a_patient(clinic, cast.jana, 'psr-2')
    entries = [an_entry(clinic, cast.jana, key) for key in (maria.key, maria.key, paul.key)]
    assert [entry.number for entry in entries] == [1, 2, 1]
    assert entries[0].appointment_at == START
    assert entries[0].clinician == 'Jana König'
    assert len(trail(clinic, cast, Action.ENTRY_OPEN)) == 3


def test_a_double_click_opens_one_entry(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    numbers = [clinic.change_now(cast.tom, lambda records: records.entries.open(maria.key, request_key='r1')) for _ in range(2)]
    assert numbers == [1, 1]
    assert len(trail(clinic, cast, Action.ENTRY_OPEN)) == 1


def test_an_entry_moves_the_patients_figures(clinic: Clinic, cast: Cast, maria: PatientHeader, clock: MovableClock) -> None:
    clock.move(hours=1)
    entry = an_entry(clinic, cast.jana, maria.key)
    clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, 'appointment_at', '2027-01-04T08:30'))
    with clinic.reading(cast.jana) as records:
        row = records.patients.row(maria.key)
        assert (row.entry_count, row.last_appointment, row.last_modified) == (1, datetime(2027, 1, 4, 8, 30, tzinfo=UTC), clock())


def test_a_typed_appointment_is_of_the_practices_zone(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    clinic.change_now(cast.ines, lambda records: records.settings.change('time_zone', 'Europe/Berlin'))
    entry = an_entry(clinic, cast.jana, maria.key)
    saved = clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, 'appointment_at', '2026-07-01 10:15'))
    assert saved.text == '2026-07-01T08:15:00+00:00'


@pytest.mark.parametrize(('zone', 'typed', 'second'), [
    ('Europe/Berlin', '2026-10-25T02:30', '2026-10-25T01:30:00+00:00'),
    ('America/New_York', '2026-11-01T01:30', '2026-11-01T06:30:00+00:00')])
def test_the_way_back_to_the_second_of_two_times_that_look_alike_leads_to_the_second(
        clinic: Clinic, cast: Cast, maria: PatientHeader, zone: str, typed: str, second: str) -> None:
    clinic.change_now(cast.ines, lambda records: records.settings.change('time_zone', zone))
    entry = an_entry(clinic, cast.jana, maria.key)

    def amend(text: str) -> str:
        return clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, 'appointment_at', text)).text
    first = (datetime.fromisoformat(second) - timedelta(hours=1)).isoformat()
    assert [amend(text) for text in (typed, second, typed, '2026-12-01T09:00', typed, first, typed)] == [
        first, second, second, amend('2026-12-01T09:00'), second, first, first]


def test_the_visit_before_is_the_last_one_by_appointment(clinic: Clinic, cast: Cast, maria: PatientHeader, clock: MovableClock) -> None:
    paul = a_patient(clinic, cast.jana, 'psr-2')
    entries = [an_entry(clinic, cast.jana, key) for key in (maria.key, maria.key, maria.key, paul.key)]
    for entry, day in zip(entries, ('2026-08-31', '2026-11-23', '2026-08-31', '2026-11-01'), strict=True):
        clinic.change_now(cast.jana, lambda records, key=entry.key, day=day: records.entries.amend(key, 'appointment_at', f'{day}T10:15'))
    with clinic.reading(cast.vera) as records:
        before = [records.entries.record(maria.key, number).before for number in (1, 2, 3)]
        assert records.entries.record(paul.key, 1).before is None
    august = datetime(2026, 8, 31, 10, 15, tzinfo=UTC)
    assert before == [None, VisitBefore(3, august), VisitBefore(1, august)]


@pytest.mark.parametrize(('field', 'text', 'sentence'), [
    ('notes', 'x' * (TEXT_LIMIT + 1), 'Notes take at most 150,000 characters. What was there before is kept.'),
    ('appointment_at', '', 'Use a date and time like 2026-11-23 10:15.'),
    ('appointment_at', 'soon', 'Use a date and time like 2026-11-23 10:15.'),
    ('appointment_at', '1066-10-14 09:00', 'An appointment lies between 1900 and 2200.'),
    ('appointment_at', '1899-12-31 23:59', 'An appointment lies between 1900 and 2200.'),
    ('appointment_at', '2999-01-01 09:00', 'An appointment lies between 1900 and 2200.'), ('clinician', 'x', 'There is no such field.'),
])
def test_what_cannot_be_is_refused_and_the_rest_is_kept(clinic: Clinic, cast: Cast, maria: PatientHeader, field, text, sentence) -> None:
    entry = an_entry(clinic, cast.jana, maria.key, notes='before')
    with pytest.raises(Invalid) as refused:
        clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, field, text))
    assert str(refused.value) == sentence
    with clinic.reading(cast.jana) as records:
        kept = records.entries.record(maria.key, entry.number)
    assert (kept.notes, kept.appointment_at) == ('before', START)


@pytest.mark.parametrize('text', ['', 'x' * TEXT_LIMIT, '<img onerror=alert(1)> {{7*7}}', '👩‍⚕️ 1\n2\tÄ'])
def test_notes_are_kept_as_typed(clinic: Clinic, cast: Cast, maria: PatientHeader, text: str) -> None:
    entry = an_entry(clinic, cast.jana, maria.key, notes='before')
    clinic.change_now(cast.jana, lambda records: records.entries.amend(entry.key, 'notes', text))
    with clinic.reading(cast.vera) as records:
        assert records.entries.record(maria.key, 1).notes == text


def test_images_are_laid_out_once_and_taken_out_again(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    first, second = (a_stored_image(clinic, cast.tom, maria.key) for _ in range(2))
    entry = an_entry(clinic, cast.tom, maria.key)

    def workspace() -> set[str]:
        with clinic.reading(cast.tom) as records:
            return {image.key for image in records.entries.record(maria.key, 1).images}

    assert clinic.change_now(cast.tom, lambda records: records.entries.place(entry.key, [first, second])) == 2
    assert clinic.change_now(cast.tom, lambda records: records.entries.place(entry.key, [second, first])) == 0
    assert workspace() == {first, second}
    clinic.change_now(cast.tom, lambda records: records.entries.remove(entry.key, [first]))
    assert workspace() == {second}
    assert len(trail(clinic, cast, Action.ENTRY_PLACE)) == len(trail(clinic, cast, Action.ENTRY_REMOVE)) == 1
    with pytest.raises(NotFound):
        clinic.change_now(cast.tom, lambda records: records.entries.remove(entry.key, [first]))
    with clinic.reading(cast.tom) as records:
        assert {image.key for image in records.images.of(maria.key)} == {first, second}


def test_another_patients_image_is_refused_and_nothing_is_laid_out(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    paul = a_patient(clinic, cast.jana, 'psr-2')
    own, foreign = a_stored_image(clinic, cast.tom, maria.key), a_stored_image(clinic, cast.tom, paul.key)
    entry = an_entry(clinic, cast.tom, maria.key)
    with pytest.raises(NotFound):
        clinic.change_now(cast.tom, lambda records: records.entries.place(entry.key, [own, foreign]))
    with clinic.reading(cast.tom) as records:
        assert records.entries.record(maria.key, 1).images == []


def test_a_timeline_is_latest_first_with_covers_and_the_start_of_the_notes(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    image = a_stored_image(clinic, cast.tom, maria.key)
    an_entry(clinic, cast.jana, maria.key, notes='\nfirst line\nsecond line', images=(image,))
    later = an_entry(clinic, cast.jana, maria.key)
    clinic.change_now(cast.jana, lambda records: records.entries.amend(later.key, 'appointment_at', '2027-01-04T08:30'))
    with clinic.reading(cast.jana) as records:
        planned, visit = records.entries.of(maria.key)
    assert (planned.number, visit.number) == (2, 1)
    assert (visit.notes_start, visit.covers, visit.image_count, visit.comparison_count) == ('first line', (Cover(image),), 1, 0)


def test_who_may_not_read_notes_gets_none(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    entry = an_entry(clinic, cast.jana, maria.key, notes='confidential')
    with clinic.reading(cast.tom) as records:
        assert [summary.notes_start for summary in records.entries.of(maria.key)] == ['']
        seen = records.entries.record(maria.key, 1)
    assert (seen.notes, seen.may_read_notes) == ('', False)
    with pytest.raises(NotPermitted):
        clinic.change_now(cast.tom, lambda records: records.entries.amend(entry.key, 'notes', ''))


@pytest.mark.parametrize('who', ['vera', 'aino'])
def test_who_may_not_write_entries_changes_nothing(clinic: Clinic, cast: Cast, maria: PatientHeader, who: str) -> None:
    actor, entry = getattr(cast, who), an_entry(clinic, cast.jana, maria.key)
    for work in (lambda r: r.entries.open(maria.key), lambda r: r.entries.amend(entry.key, 'appointment_at', '2027-01-04T08:30'),
                 lambda r: r.entries.amend(entry.key, 'notes', 'x'), lambda r: r.entries.place(entry.key, []),
                 lambda r: r.entries.remove(entry.key, [])):
        with pytest.raises(NotPermitted):
            clinic.change_now(actor, work)
    assert len(trail(clinic, cast, Action.ACCESS_REFUSE)) == 5


def test_an_auditor_does_not_read_entries(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    an_entry(clinic, cast.jana, maria.key)
    for look in (lambda r: r.entries.of(maria.key), lambda r: r.entries.record(maria.key, 1)):
        with pytest.raises(NotPermitted), clinic.reading(cast.aino) as records:
            look(records)


def test_who_may_not_read_patients_remembers_nothing_of_them(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    entry = an_entry(clinic, cast.jana, maria.key)
    with pytest.raises(NotPermitted):
        clinic.change_now(cast.aino, lambda records: records.entries.remember_section(entry.key, Section.NOTES, is_open=False))


def test_an_entry_that_is_not_there_is_not_found(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    with pytest.raises(NotFound), clinic.reading(cast.jana) as records:
        records.entries.record(maria.key, 1)
    with pytest.raises(NotFound):
        clinic.change_now(cast.jana, lambda records: records.entries.amend('f' * 32, 'notes', 'x'))


def test_each_reader_finds_the_sections_as_they_left_them(clinic: Clinic, cast: Cast, maria: PatientHeader) -> None:
    entry = an_entry(clinic, cast.jana, maria.key)
    for choice in (True, False):
        clinic.change_now(cast.vera, lambda r, choice=choice: r.entries.remember_section(entry.key, Section.NOTES, is_open=choice))
    for actor, remembered in ((cast.vera, {Section.NOTES: False}), (cast.jana, {})):
        with clinic.reading(actor) as records:
            assert records.entries.record(maria.key, 1).open_sections == remembered


@pytest.fixture
def laid_out(clinic: Clinic, cast: Cast, maria: PatientHeader) -> tuple[str, list[str]]:
    """An entry with four images, as they were laid in."""
    images = [a_stored_image(clinic, cast.tom, maria.key) for _ in range(4)]
    return an_entry(clinic, cast.tom, maria.key, images=tuple(images)).key, images


def order(clinic: Clinic, cast: Cast, maria: PatientHeader) -> list[str]:
    with clinic.reading(cast.tom) as records:
        return [image.key for image in records.entries.record(maria.key, 1).images]


def test_some_of_the_images_change_places_among_themselves(
        clinic: Clinic, cast: Cast, maria: PatientHeader, laid_out: tuple[str, list[str]]) -> None:
    entry, (first, second, third, fourth) = laid_out
    clinic.change_now(cast.tom, lambda records: records.entries.arrange(entry, [fourth, first], seen=[first, fourth]))
    assert order(clinic, cast, maria) == [fourth, second, third, first]
    with clinic.reading(cast.tom) as records:
        assert [cover.key for cover in records.entries.of(maria.key)[0].covers] == [fourth, second, third, first]
    assert len(trail(clinic, cast, Action.ENTRY_ARRANGE)) == 1
    clinic.change_now(cast.tom, lambda records: records.entries.arrange(entry, [fourth, first], seen=[fourth, first]))
    assert len(trail(clinic, cast, Action.ENTRY_ARRANGE)) == 1


def test_an_order_that_someone_changed_meanwhile_is_not_written_over(
        clinic: Clinic, cast: Cast, maria: PatientHeader, laid_out: tuple[str, list[str]]) -> None:
    entry, seen = laid_out
    clinic.change_now(cast.jana, lambda records: records.entries.arrange(entry, seen[::-1], seen=seen))
    with pytest.raises(Conflict):
        clinic.change_now(cast.tom, lambda records: records.entries.arrange(entry, [*seen[1:], seen[0]], seen=seen))
    assert order(clinic, cast, maria) == seen[::-1]


def test_the_order_of_others_is_free_while_someone_changes_some(
        clinic: Clinic, cast: Cast, maria: PatientHeader, laid_out: tuple[str, list[str]]) -> None:
    entry, (first, second, third, fourth) = laid_out
    clinic.change_now(cast.jana, lambda records: records.entries.arrange(entry, [second, first], seen=[first, second]))
    clinic.change_now(cast.tom, lambda records: records.entries.arrange(entry, [fourth, third], seen=[third, fourth]))
    assert order(clinic, cast, maria) == [second, first, fourth, third]


@pytest.mark.parametrize('lost', ['removed', 'withdrawn'])
def test_what_left_the_workspace_is_put_nowhere(
        clinic: Clinic, cast: Cast, maria: PatientHeader, laid_out: tuple[str, list[str]], lost: str) -> None:
    entry, seen = laid_out
    clinic.change_now(cast.jana, lambda records: records.entries.remove(entry, seen[:1]) if lost == 'removed'
                      else records.images.withdraw(seen[:1], 'Blurred'))
    with pytest.raises(Conflict):
        clinic.change_now(cast.tom, lambda records: records.entries.arrange(entry, seen[::-1], seen=seen))
    assert order(clinic, cast, maria) == seen[1:]


def test_an_order_holds_the_same_images_and_none_from_elsewhere(
        clinic: Clinic, cast: Cast, maria: PatientHeader, laid_out: tuple[str, list[str]]) -> None:
    entry, seen = laid_out
    foreign = a_stored_image(clinic, cast.tom, a_patient(clinic, cast.jana, 'psr-2').key)
    for images, of in ((seen[:3], seen), ([*seen, seen[0]], [*seen, seen[0]]), ([foreign, *seen[1:]], seen)):
        with pytest.raises(Invalid):
            clinic.change_now(cast.tom, lambda records, images=images, of=of: records.entries.arrange(entry, images, seen=of))
    with pytest.raises(Conflict):
        clinic.change_now(cast.tom, lambda records: records.entries.arrange(entry, [foreign, seen[0]], seen=[seen[0], foreign]))
    assert order(clinic, cast, maria) == seen
