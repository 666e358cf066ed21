"""The one autosave: its order, its words, its conflicts, and what it does when storing takes long, fails, or is refused."""
import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from nicegui import background_tasks, ui
from nicegui.testing import User

from app.clinic import Clinic
from components import saved_field
from components.field_history import FieldHistory
from components.field_marks import both
from data.database import StorageFailed
from data.models import Action
from data.repositories.audit import TrailView
from data.repositories.journal import Kept
from data.values import TEXT_LIMIT
from tests.cast import Cast
from tests.factories import a_patient, an_entry
from tests.pages.conftest import OpenAs, user_as

__all__ = ['user_as']
ADDRESS = '/patients/psr-20417/entries/1'


@dataclass
class Desk:
    """Jana at an entry's notes, and the way to make storing slow or broken."""

    clinic: Clinic
    cast: Cast
    user: User
    entry: str
    monkeypatch: pytest.MonkeyPatch

    @property
    def notes(self) -> ui.textarea:
        return next(iter(self.user.find(kind=ui.textarea, marker='notes').elements))

    @property
    def status(self) -> str:
        return next(iter(self.user.find(kind=ui.html, marker='save-status').elements)).content

    def write(self, content: str) -> None:
        """Let the field hold this text, as a key would."""
        with self.user:
            self.notes.set_value(content)

    def event(self, name: str) -> None:
        self.user.find(kind=ui.textarea, marker='notes').trigger(name)

    def stored(self) -> str:
        with self.clinic.reading(self.cast.jana) as records:
            held = records.fields.latest(self.entry, 'notes')
        return held.text if held else ''

    def by_ines(self, content: str) -> None:
        self.clinic.change_now(self.cast.ines, lambda records: records.entries.amend(self.entry, 'notes', content))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not condition():
                await asyncio.sleep(0.01)

    async def saved(self) -> None:
        await self.until(lambda: 'Saved 09:00' in self.status)

    def hold_saves(self) -> asyncio.Event:
        """Let every save wait for the event that is returned."""
        gate, change = asyncio.Event(), self.clinic.change

        async def slow(*arguments: Any) -> Any:
            await gate.wait()
            return await change(*arguments)
        self.monkeypatch.setattr(self.clinic, 'change', slow)
        return gate

    def break_saves(self, error: Exception, times: int) -> list[int]:
        """Let the next saves raise; the list that is returned counts all tries."""
        tries, change = [], self.clinic.change

        async def broken(*arguments: Any) -> Any:
            tries.append(1)
            if len(tries) <= times:
                raise error
            return await change(*arguments)
        self.monkeypatch.setattr(self.clinic, 'change', broken)
        return tries


@pytest.fixture
async def desk(clinic: Clinic, cast: Cast, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    user = user_as(cast.jana)
    await user.open(ADDRESS)
    yield Desk(clinic, cast, user, entry.key, monkeypatch)


async def test_saved_is_said_only_when_the_latest_text_is_stored(desk: Desk) -> None:
    gate = desk.hold_saves()
    desk.write('first')
    await desk.until(lambda: 'Saving…' in desk.status)
    desk.write('first and second')
    await asyncio.sleep(0)
    assert 'Saving…' in desk.status
    gate.set()
    await desk.saved()
    assert desk.stored() == 'first and second'


async def test_going_back_to_the_text_of_before_while_a_save_is_under_way_is_stored_too(desk: Desk) -> None:
    desk.write('ab')
    await desk.saved()
    gate = desk.hold_saves()
    desk.write('abc')
    await asyncio.sleep(0)
    desk.write('ab')
    gate.set()
    await desk.until(lambda: 'Saved' in desk.status)
    assert desk.stored() == 'ab'
    assert desk.notes.value == 'ab'


async def test_texts_cannot_overtake_each_other(desk: Desk) -> None:
    for length in range(1, 40):
        desk.write('x' * length)
        await asyncio.sleep(0)
    await desk.saved()
    assert desk.stored() == 'x' * 39


async def test_a_disk_that_refuses_is_tried_again_and_never_called_saved(desk: Desk) -> None:
    desk.monkeypatch.setattr(saved_field, 'RETRY_S', 0.01)
    gate = asyncio.Event()
    tries = desk.break_saves(StorageFailed(), times=3)
    desk.write('worth keeping')
    await desk.until(lambda: bool(tries))
    await desk.until(lambda: 'Not saved, retrying' in desk.status)
    assert 'Saved 09' not in desk.status
    gate.set()
    await desk.saved()
    assert (desk.stored(), len(tries)) == ('worth keeping', 4)


async def test_a_bug_is_said_with_a_reference_and_not_tried_for_ever(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    tries = desk.break_saves(ZeroDivisionError(), times=1_000)
    desk.write('CANARY words')
    await desk.user.should_see('Something went wrong', retries=50)
    await asyncio.sleep(0)
    assert len(tries) == 1
    assert 'Saved' not in desk.status
    assert 'CANARY' not in caplog.text
    caplog.clear()


async def test_a_refused_text_is_explained_and_the_page_does_not_claim_to_be_saved(desk: Desk) -> None:
    desk.write('short')
    await desk.saved()
    desk.write('x' * (TEXT_LIMIT + 1))
    await desk.user.should_see('Notes take at most 150,000 characters.', retries=50)
    await desk.until(lambda: 'Saving…' not in desk.status)
    assert 'Saved 09' not in desk.status
    assert desk.stored() == 'short'
    desk.write('short again')
    await desk.saved()
    assert desk.stored() == 'short again'


async def test_a_first_text_that_is_refused_leaves_no_saving_behind(desk: Desk) -> None:
    desk.write('x' * (TEXT_LIMIT + 1))
    await desk.user.should_see('Notes take at most 150,000 characters.', retries=50)
    await desk.until(lambda: 'Saving…' not in desk.status)


@pytest.mark.parametrize(('choice', 'kept'), [('Keep both', 'Base hers mine'), ('Keep mine', 'Base mine'), ('Keep theirs', 'Base hers')])
async def test_a_conflict_stores_what_the_person_chose(desk: Desk, choice: str, kept: str) -> None:
    desk.write('Base')
    await desk.saved()
    desk.event('focus')
    desk.by_ines('Base hers')
    desk.write('Base mine')
    await desk.until(lambda: 'Conflict, review' in desk.status)
    assert desk.stored() == 'Base hers'
    desk.user.find(kind=ui.button, content=choice).click()
    await desk.until(lambda: 'Conflict' not in desk.status and 'Saving' not in desk.status)
    assert (desk.stored(), desk.notes.value) == (kept, kept)


async def test_nothing_is_written_into_a_field_that_has_the_focus(desk: Desk) -> None:
    told: list[object] = []
    desk.clinic.hub.subscribe(desk.entry, told.append)
    desk.event('focus')
    desk.by_ines('from the other room')
    await desk.until(lambda: bool(told))
    for _ in range(5):
        await asyncio.sleep(0)
    assert desk.notes.value == ''
    desk.event('blur')
    await desk.until(lambda: desk.notes.value == 'from the other room')


async def test_undo_does_not_take_back_what_someone_else_wrote(desk: Desk) -> None:
    desk.write('mine')
    await desk.saved()
    desk.event('focus')
    desk.by_ines('hers')
    desk.user.find(kind=ui.button, content='Undo').click()
    await desk.user.should_see('Dr Ines Weber changed this since. Choose what stays.', retries=50)
    await desk.user.should_see('mine')
    await desk.user.should_see('hers')
    assert desk.stored() == 'hers'


async def test_leaving_the_field_ends_the_burst(desk: Desk) -> None:
    desk.event('focus')
    desk.write('one')
    await desk.saved()
    desk.event('blur')
    desk.write('one two')
    await desk.until(lambda: desk.stored() == 'one two')
    with desk.clinic.reading(desk.cast.ines) as records:
        assert [version.text for version in records.fields.history(desk.entry, 'notes')] == ['one two', 'one']
        assert len(records.audit.page(TrailView(action=Action.ENTRY_AMEND))) == 2


async def test_a_server_that_is_stopped_stores_what_it_was_told(desk: Desk) -> None:
    desk.write('a')
    desk.write('abcd')
    await background_tasks.teardown()
    assert desk.stored() == 'abcd'


async def test_a_cut_is_said_for_characters_that_count_twice(desk: Desk) -> None:
    desk.write('🙂' * (TEXT_LIMIT // 2))
    await desk.user.should_see('This is the limit: 150,000 characters.', retries=50)


def test_both_texts_together_keep_every_word() -> None:
    assert both('Base.', 'Base. Hers.', 'Base. Mine.') == 'Base. Hers. Mine.'
    assert both('Base.', 'Rewritten.', 'Base. Mine.') == 'Rewritten.\nBase. Mine.'
    assert both('', 'Hers', 'Mine') == 'Hers\nMine'


async def test_undo_works_again_after_it_failed_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.write('first')
    await desk.saved()
    take_back = FieldHistory.take_back
    desk.monkeypatch.setattr(FieldHistory, 'take_back', lambda _history: 1 / 0)
    desk.user.find('Undo').click()
    await desk.until(lambda: 'ZeroDivisionError' in caplog.text)
    caplog.clear()
    desk.monkeypatch.setattr(FieldHistory, 'take_back', take_back)
    desk.user.find('Undo').click()
    await desk.until(lambda: desk.notes.value == '')


async def collide(desk: Desk) -> None:
    """Let Jana's words meet words of Ines that were stored before them."""
    desk.write('Base')
    await desk.saved()
    desk.event('focus')
    desk.by_ines('Base hers')
    desk.write('Base mine')
    await desk.until(lambda: 'Conflict, review' in desk.status)


def kept(desk: Desk) -> list[Kept]:
    with desk.clinic.reading(desk.cast.jana) as records:
        return list(records.journal.kept().values())


@pytest.mark.parametrize(('choice', 'stored'), [('Keep both', 'Base hers mine'), ('Keep mine', 'Base mine'), ('Keep theirs', 'Base hers')])
async def test_a_text_that_still_collides_when_its_page_is_closed_is_asked_about_when_it_is_opened_again(
        desk: Desk, choice: str, stored: str) -> None:
    await collide(desk)
    await desk.until(lambda: kept(desk) == [Kept('Base', 'Base mine')])
    await desk.user.open(ADDRESS)
    await desk.user.should_see('Dr Ines Weber changed this meanwhile. Choose what stays.', retries=50)
    assert (desk.notes.value, desk.stored()) == ('Base mine', 'Base hers')
    assert 'Conflict, review' in desk.status
    desk.user.find(kind=ui.button, content=choice).click()
    await desk.until(lambda: desk.stored() == stored and not kept(desk))
    await desk.user.open(ADDRESS)
    await desk.user.should_not_see('Choose what stays.')
    assert desk.notes.value == stored


async def test_two_texts_of_one_person_that_collide_on_two_pages_are_both_asked_about(desk: Desk, user_as: OpenAs) -> None:
    desk.write('Base')
    await desk.saved()
    other = replace(desk, user=user_as(desk.cast.jana))
    await other.user.open(ADDRESS)
    desk.event('focus')
    other.event('focus')
    desk.by_ines('Base hers')
    for page, words in ((desk, 'Base mine'), (other, 'Base of the other room')):
        page.write(words)
        await page.until(lambda page=page: 'Conflict, review' in page.status)
        await page.until(lambda words=words: kept(desk) == [Kept('Base', words)])
    for words in ('Base of the other room', 'Base mine'):
        await desk.user.open(ADDRESS)
        await desk.user.should_see('Dr Ines Weber changed this meanwhile. Choose what stays.', retries=50)
        assert desk.notes.value == words
        desk.user.find(kind=ui.button, content='Keep theirs').click()
        await desk.until(lambda words=words: Kept('Base', words) not in kept(desk))
    assert kept(desk) == []


async def test_what_is_kept_of_one_person_is_shown_to_nobody_else(desk: Desk, user_as: OpenAs) -> None:
    await collide(desk)
    await desk.until(lambda: bool(kept(desk)))
    ines = user_as(desk.cast.ines)
    await ines.open(ADDRESS)
    await ines.should_not_see('Choose what stays.')
    await ines.should_not_see('Base mine')


async def test_keys_typed_on_in_somebodys_text_that_took_the_place_of_ones_own_are_added_to_ones_own(desk: Desk) -> None:
    """Over a stalled line theirs comes into the field while the first words are on their way: the browser goes on in theirs."""
    await collide(desk)
    for keys in (' and', ' and more'):
        desk.write(f'Base hers{keys}')
    await desk.user.should_see('Base mine and more', retries=50)
    desk.user.find(kind=ui.button, content='Keep both').click()
    await desk.until(lambda: desk.stored() == 'Base hers mine and more')


async def test_what_someone_took_out_comes_back_by_nobodys_keys_over_the_text_of_before(desk: Desk) -> None:
    """The keys were on their way when the shorter text came: that it stands in what they made proves nothing."""
    desk.by_ines('Dose 100 mg')
    await desk.user.open(ADDRESS)
    desk.monkeypatch.setattr(desk.notes, 'get_computed_prop', lambda *_args, **_more: asyncio.sleep(60))  # not shown there yet
    desk.by_ines('Dose 10')
    await desk.until(lambda: desk.notes.value == 'Dose 10')
    desk.write('Dose 100 mg daily')
    await desk.until(lambda: 'Conflict, review' in desk.status)
    assert desk.stored() == 'Dose 10'
    desk.user.find(kind=ui.button, content='Keep mine').click()
    await desk.until(lambda: desk.stored() == 'Dose 100 mg daily')


async def test_a_text_that_begins_like_the_other_one_keeps_its_beginning(desk: Desk) -> None:
    desk.write('.')
    await desk.saved()
    desk.event('focus')
    desk.by_ines('No')
    desk.write('N')
    await desk.until(lambda: 'Conflict, review' in desk.status)
    desk.write('No new lesions')
    await desk.until(lambda: kept(desk) == [Kept('.', 'No new lesions')])
    desk.user.find(kind=ui.button, content='Keep mine').click()
    await desk.until(lambda: desk.stored() == 'No new lesions')


async def test_a_field_is_noted_when_it_is_entered_and_moves_on_with_every_save(desk: Desk) -> None:
    def noted() -> list[tuple[str, str, int, str]]:
        with desk.clinic.reading(desk.cast.jana) as records:
            return [(one.act, one.field, one.revision, one.text) for one in records.journal.noted(desk.notes.client.id) if one.field]
    assert noted() == []
    desk.event('focus')
    await desk.until(lambda: noted() == [('entries.amend', 'notes', 0, '')])
    desk.write('first')
    await desk.saved()
    assert noted() == [('entries.amend', 'notes', 1, 'first')]
