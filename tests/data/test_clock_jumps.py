"""A server's clock that jumps an hour, backwards or forwards: order is that of the acts, never that of the clock."""
import pytest

from app.clinic import Clinic
from app.integrity import verify_trail
from data.models import Action
from data.repositories.audit import TrailView
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, an_entry


@pytest.mark.parametrize('hours', [-1, 1])
def test_history_and_trail_are_in_the_order_of_the_acts_and_the_chain_holds(
        clinic: Clinic, cast: Cast, clock: MovableClock, hours: int) -> None:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    for number, text in enumerate(('one', 'two', 'three')):
        clinic.change_now(cast.jana, lambda records, text=text, number=number: records.entries.amend(
            entry.key, 'notes', text, expected_revision=number, burst=text))
        clock.move(hours=hours)
    with clinic.reading(cast.ines) as records:
        assert [version.text for version in records.fields.history(entry.key, 'notes')] == ['three', 'two', 'one']
        latest = records.fields.latest(entry.key, 'notes')
        events = records.audit.page(TrailView(action=Action.ENTRY_AMEND.value))
    assert latest is not None
    assert (latest.text, latest.revision) == ('three', 3)
    assert [event.read()['detail']['version'] for event in events] == [3, 2, 1]
    assert verify_trail(clinic, cast.ines).count > 3


@pytest.mark.parametrize(('hours', 'versions'), [(-1, 1), (1, 2)])
def test_a_burst_goes_on_over_a_clock_that_goes_back_and_loses_no_word(
        clinic: Clinic, cast: Cast, clock: MovableClock, hours: int, versions: int) -> None:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    for text in ('one', 'one two'):
        clinic.change_now(cast.jana, lambda records, text=text: records.entries.amend(entry.key, 'notes', text, burst='b1'))
        clock.move(hours=hours)
    with clinic.reading(cast.ines) as records:
        history = records.fields.history(entry.key, 'notes')
        assert records.entries.record(entry.patient, 1).notes == 'one two'
    assert [version.text for version in history] == ['one two', 'one'][:versions]
