"""What a visit bears: hostile characters, thousands of changes, a second tab, a record that goes while it is open, a clock that jumps."""
from datetime import timedelta

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction
from sqlmodel import select

from app.clinic import Clinic
from components.save_status import SaveStatus
from data.models import SectionState
from data.records import Records
from data.repositories.entries import EntryRecord
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, settled, until

ADDRESS = '/patients/psr-20417/entries/1'


@pytest.fixture
def visit(clinic: Clinic, cast: Cast) -> EntryRecord:
    return an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)


def stored(clinic: Clinic, cast: Cast, visit: EntryRecord) -> str:
    with clinic.reading(cast.jana) as records:
        return records.entries.record(visit.patient, visit.number).notes


def notes(user: User) -> ui.textarea:
    return next(iter(user.find(kind=ui.textarea, marker='notes').elements))


def write(user: User, words: str) -> None:
    with user:
        notes(user).set_value(words)


def status(user: User) -> str:
    return next(iter(user.find(kind=SaveStatus).elements)).content


@pytest.mark.parametrize(('typed', 'kept'), [
    ('Flat.\x00\x07\x1b[2J Pale.', 'Flat.[2J Pale.'), ('👩🏽\u200d⚕️ 👨\u200d👩\u200d👧 🇩🇪', '👩🏽\u200d⚕️ 👨\u200d👩\u200d👧 🇩🇪'),
    ('جلد سليم، PASI 1.8', 'جلد سليم، PASI 1.8'), ('ab\u202edcba\u202c \u2066x\u2069', 'abdcba x'), ('\ud800half', 'half'),
    ('می\u200cخواهم', 'می\u200cخواهم')])
async def test_hostile_characters_are_taken_out_and_what_can_be_read_is_kept(
        clinic: Clinic, cast: Cast, user: User, visit: EntryRecord, typed: str, kept: str) -> None:
    await user.open(ADDRESS)
    write(user, typed)
    await until(lambda: stored(clinic, cast, visit) == kept and 'Saved' in status(user))
    assert notes(user).value == kept


async def test_every_field_of_text_runs_as_its_text_is_written(user: User, visit: EntryRecord) -> None:
    await user.open(ADDRESS)
    assert {field.props['dir'] for field in user.find(kind=ui.input).elements} == {'auto'}


async def test_five_thousand_changes_at_once_are_one_version_and_the_last_one_is_stored(
        clinic: Clinic, cast: Cast, user: User, visit: EntryRecord) -> None:
    await user.open(ADDRESS)
    for number in range(5000):
        write(user, f'Flat, {number} by now.')
        if number % 100 == 0:
            await settled()
    await until(lambda: 'Saved' in status(user) and stored(clinic, cast, visit) == 'Flat, 4999 by now.')
    with clinic.reading(cast.jana) as records:
        assert [version.text for version in records.fields.history(visit.key, 'notes')] == ['Flat, 4999 by now.']


async def test_two_tabs_of_one_person_never_write_over_each_other(
        clinic: Clinic, cast: Cast, user_as: OpenAs, visit: EntryRecord) -> None:
    one, other = user_as(cast.jana), user_as(cast.jana)
    await one.open(ADDRESS)
    await other.open(ADDRESS)
    other.find(kind=ui.textarea, marker='notes').trigger('focus')
    write(one, 'Flat.')
    await until(lambda: stored(clinic, cast, visit) == 'Flat.')
    write(other, 'Pale.')
    await sees(other, content='Conflict, review')
    await sees(other, 'Flat.')
    assert stored(clinic, cast, visit) == 'Flat.'
    other.find('Keep both').click()
    await until(lambda: stored(clinic, cast, visit) == 'Flat.\nPale.')
    await until(lambda: notes(one).value == 'Flat.\nPale.')


def take_away(records: Records, visit: EntryRecord) -> None:
    """Take the rows of an entry out of the database: no act of the product does, and a page has to bear it."""
    row = records.entries.row(visit.key)[0]
    for state in records.session.exec(select(SectionState).where(SectionState.entry_id == row.id)):
        records.session.delete(state)
    records.session.delete(row)
    records.tell(visit.key, 'workspace')


async def test_words_typed_into_an_entry_that_is_gone_stay_and_the_page_says_so(
        clinic: Clinic, cast: Cast, user: User, visit: EntryRecord) -> None:
    await user.open(ADDRESS)
    write(user, 'Flat.')
    await until(lambda: stored(clinic, cast, visit) == 'Flat.')
    clinic.change_now(cast.ines, lambda records: take_away(records, visit))
    write(user, 'Flat. Not to be lost.')
    gone = 'This record doesn’t exist or you may not see it.'
    await until(lambda: any(getattr(one, 'text', '') == gone for one in user.client.elements.values()))
    assert notes(user).value == 'Flat. Not to be lost.'
    await until(lambda: 'Sav' not in status(user))
    await until(lambda: gone in user.notify.messages)
    await user.open('/patients/psr-20417')
    await sees(user, 'No visits yet')


@pytest.mark.parametrize('is_large', [False, True])
async def test_a_photo_that_is_withdrawn_while_it_is_compared_leaves_the_screen(
        clinic: Clinic, cast: Cast, user_as: OpenAs, visit: EntryRecord, is_large: bool) -> None:
    keys = [a_stored_image(clinic, cast.jana, visit.patient) for _ in range(2)]
    a_comparison(clinic, cast.jana, visit.key, keys)
    vera = user_as(cast.vera)

    def shown() -> bool:
        return any(f'/images/{keys[0]}' in str(getattr(one, 'content', '')) + str(one.props.get('src', ''))
                   for one in vera.client.elements.values() if not one.is_deleted and 'df-cover' not in getattr(one, 'content', ''))
    await vera.open(ADDRESS)
    if is_large:
        enlarge = next(one for one in vera.client.elements.values() if one.props.get('aria-label', '').startswith('Full screen'))
        UserInteraction(vera, {enlarge}, None).click()
    await until(shown)
    clinic.change_now(cast.tom, lambda records: records.images.withdraw([keys[0]], 'Blurred'))
    await until(lambda: not shown())


@pytest.mark.parametrize('hours', [-1, 1])
async def test_a_clock_that_jumps_changes_no_order_and_the_page_goes_on_saving(
        clinic: Clinic, cast: Cast, user: User, visit: EntryRecord, clock: MovableClock, hours: int) -> None:
    await user.open(ADDRESS)
    write(user, 'Before.')
    await sees(user, content='Saved 09:00')
    clock.move(hours=hours)
    for words in ('Before. After.', 'Before. After. Later.'):
        write(user, words)
        await until(lambda words=words: stored(clinic, cast, visit) == words)
    await sees(user, content=f'Saved {9 + hours:02d}:00')
    with clinic.reading(cast.ines) as records:
        newest = records.fields.history(visit.key, 'notes')[0]
        assert (newest.text, newest.until_at - clock()) == ('Before. After. Later.', timedelta(0))
