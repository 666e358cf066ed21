"""Versions of fields: bursts, revisions, conflicts, history."""
import pytest
from sqlmodel import col, select

from app.clinic import Clinic
from app.integrity import verify_trail
from data.actors import Actor
from data.errors import ChangedMeanwhile
from data.models import Action, AuditEvent, FieldVersion
from data.repositories.fields import Saved, Version
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry


class Notes:
    """The notes of one entry, typed into by several people."""

    def __init__(self, clinic: Clinic, cast: Cast) -> None:
        self.clinic, self.cast = clinic, cast
        self.patient = a_patient(clinic, cast.jana).key
        self.key = an_entry(clinic, cast.jana, self.patient).key

    def type(self, text: str, *, by: Actor | None = None, expect: int | None = None, burst: str = 'b1') -> Saved:
        return self.clinic.change_now(by or self.cast.jana, lambda records: records.entries.amend(
            self.key, 'notes', text, expected_revision=expect, burst=burst))

    def history(self) -> list[Version]:
        with self.clinic.reading(self.cast.jana) as records:
            return records.fields.history(self.key, 'notes')

    def events(self) -> list[str]:
        with self.clinic.reading(self.cast.jana) as records:
            return list(records.session.exec(select(AuditEvent.payload).where(AuditEvent.action == Action.ENTRY_AMEND.value)
                                             .order_by(col(AuditEvent.seq))))


@pytest.fixture
def notes(clinic: Clinic, cast: Cast) -> Notes:
    return Notes(clinic, cast)


def test_a_burst_is_one_version_and_one_event_however_many_saves(notes: Notes, clock: MovableClock) -> None:
    saves = []
    for text in ('b', 'be', 'bet', 'bett', 'better'):
        saves.append(notes.type(text, expect=len(saves)))
        clock.move(seconds=1)
    assert [(saved.version, saved.revision, saved.is_new_version) for saved in saves] == [
        (1, 1, True), (1, 2, False), (1, 3, False), (1, 4, False), (1, 5, False)]
    assert [version.text for version in notes.history()] == ['better']
    assert len(notes.events()) == 1
    assert '"field":"notes","version":1' in notes.events()[0]


def test_every_save_of_a_burst_is_what_a_reader_gets(notes: Notes) -> None:
    for text in ('b', 'be'):
        notes.type(text)
        with notes.clinic.reading(notes.cast.vera) as records:
            assert records.entries.record(notes.patient, 1).notes == text


def test_a_version_says_who_and_from_when_until_when(notes: Notes, clock: MovableClock) -> None:
    began = clock()
    notes.type('b')
    ended = clock.move(seconds=20)
    notes.type('be')
    version, = notes.history()
    assert (version.who, version.actor, version.from_at, version.until_at) == ('Jana König', notes.cast.jana.user, began, ended)


@pytest.mark.parametrize(('seconds', 'versions'), [(30, 1), (31, 2)])
def test_30_seconds_of_silence_end_a_burst(notes: Notes, clock: MovableClock, seconds: int, versions: int) -> None:
    notes.type('one')
    clock.move(seconds=seconds)
    notes.type('two')
    assert len(notes.history()) == versions


def test_five_minutes_end_a_burst_without_any_silence(notes: Notes, clock: MovableClock) -> None:
    for number in range(32):
        notes.type(f'text {number}')
        clock.move(seconds=10)
    assert [version.version for version in notes.history()] == [2, 1]


def test_leaving_the_field_ends_a_burst(notes: Notes) -> None:
    notes.type('one', burst='b1')
    notes.type('two', burst='b2')
    notes.type('three', burst='')
    notes.type('four', burst='')
    assert [version.text for version in notes.history()] == ['four', 'three', 'two', 'one']


@pytest.mark.parametrize(('before', 'text', 'versions'), [
    ('Plaque on the left elbow, scaly.', 'Something pasted over all of it, by mistake.', 2),
    ('Plaque on the left elbow, scaly.', '', 2),
    ('Plaque on the left elbow, scaly.', 'Plaque on the left elbow, scaly. Continue.', 1),
    ('Plaque on the left elbow, scaly.', 'Plaque on the right elbow, scaly.', 1),
    ('Plaque on the left elbow, scaly.', 'Old plaque on the left elbow, scaly.', 1),
    ('Plaque on the left elbow, scaly.', 'Plaque on the left', 1),
    ('Plaque', 'Scar', 1), ('x' * 150_000, 'y' * 150_000, 2)])
def test_what_replaces_most_of_a_text_at_once_ends_a_burst(notes: Notes, before: str, text: str, versions: int) -> None:
    notes.type(before)
    notes.type(text)
    assert [version.text for version in notes.history()] == [text, before][:versions]


def test_someone_elses_change_ends_a_burst(notes: Notes) -> None:
    notes.type('mine', burst='b1')
    notes.type('theirs', by=notes.cast.ines, burst='b9')
    notes.type('mine again', burst='b1')
    assert [(version.who, version.text) for version in notes.history()] == [
        ('Jana König', 'mine again'), ('Dr Ines Weber', 'theirs'), ('Jana König', 'mine')]


def test_another_person_does_not_get_into_a_burst_by_its_name(notes: Notes) -> None:
    notes.type('mine', burst='b1')
    assert notes.type('theirs', by=notes.cast.ines, burst='b1').is_new_version


def test_a_stale_revision_is_refused_with_both_texts_and_stores_nothing(notes: Notes) -> None:
    notes.type('first', expect=0)
    notes.type('second', by=notes.cast.ines, expect=1)
    events = len(notes.events())
    with pytest.raises(ChangedMeanwhile) as conflict:
        notes.type('third', expect=1)
    told = conflict.value
    assert (told.mine, told.theirs, told.revision, told.who) == ('third', 'second', 2, 'Dr Ines Weber')
    assert [version.text for version in notes.history()] == ['second', 'first']
    assert len(notes.events()) == events


def test_a_revision_from_the_future_is_refused_too(notes: Notes) -> None:
    with pytest.raises(ChangedMeanwhile):
        notes.type('text', expect=7)


def test_the_same_text_again_is_no_change(notes: Notes, clock: MovableClock) -> None:
    first = notes.type('same', expect=0)
    clock.move(minutes=10)
    again = notes.type('same', expect=1, burst='b2')
    assert (again.version, again.revision, again.is_new_version, again.at) == (first.version, first.revision, False, first.at)
    assert len(notes.events()) == len(notes.history()) == 1


def test_what_stood_there_before_the_first_change_is_the_first_version(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana, given_names='Maria').key
    saved = clinic.change_now(cast.jana, lambda records: records.patients.correct(patient, 'given_names', 'Marie', expected_revision=0))
    with clinic.reading(cast.jana) as records:
        history = records.fields.history(patient, 'given_names')
    assert [(version.version, version.text) for version in history] == [(2, 'Marie'), (1, 'Maria')]
    assert (saved.version, saved.revision, saved.is_new_version) == (2, 1, True)


def test_revisions_count_per_field(notes: Notes) -> None:
    notes.type('one')
    notes.type('two')
    notes.clinic.change_now(notes.cast.jana, lambda records: records.entries.amend(notes.key, 'appointment_at', '2026-11-24T10:15'))
    with notes.clinic.reading(notes.cast.jana) as records:
        assert records.fields.revisions(notes.key) == {'notes': 2, 'appointment_at': 1}
        assert records.fields.revisions('f' * 32) == {}


def test_going_back_to_an_earlier_text_is_a_version_like_any_other(notes: Notes) -> None:
    for number, text in enumerate(('one', 'two', 'one')):
        notes.type(text, expect=number, burst=f'b{number}')
    assert [version.text for version in notes.history()] == ['one', 'two', 'one']


def test_of_two_who_save_at_once_one_wins_and_none_is_lost(notes: Notes) -> None:
    queued = [notes.clinic._submit(notes.cast.jana, lambda records, text=text: records.entries.amend(
        notes.key, 'notes', text, expected_revision=0, burst=text)) for text in ('one', 'two')]
    assert queued[0].result().revision == 1
    with pytest.raises(ChangedMeanwhile) as conflict:
        queued[1].result()
    assert (conflict.value.mine, conflict.value.theirs) == ('two', 'one')


def test_no_text_enters_the_trail(notes: Notes) -> None:
    notes.type('canaryword')
    with notes.clinic.reading(notes.cast.jana) as records:
        assert not [payload for payload in records.session.exec(select(AuditEvent.payload)) if 'canary' in payload]
        assert records.session.exec(select(FieldVersion.text)).all() == ['canaryword']
    assert verify_trail(notes.clinic, notes.cast.ines).count > 0
