"""A page that the server has forgotten: what its browser still holds is stored for the person whose page it was, and for nobody else."""
import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import socketio

from app.clinic import Clinic, open_clinic, utc_now
from data.actors import Actor, Role
from data.repositories.journal import Kept
from tests.cast import Cast, hire
from tests.conftest import settings_of
from tests.factories import a_patient, an_entry
from tests.hostile import Line, Tab, headers_of
from tests.serving import Server

PAGE, NOTES = '5e0f1c2a-0000-4000-8000-00000000cafe', 42
KNOWN, TYPED = 'Plaque on the left elbow.', 'Plaque on the left elbow. Stop the steroid.'


@dataclass
class Forgotten:
    """A practice in which Jana's page was open on an entry when the server was killed."""

    folder: Path
    cast: Cast
    entry: str
    server: Server

    def change(self, work: Callable[[Clinic], object]) -> None:
        """Do something before the server starts again."""
        opened = open_clinic(settings_of(self.folder))
        work(opened)
        opened.close()

    def stored(self) -> tuple[str, dict[tuple[str, str], Kept], int]:
        """Return the notes, what is kept of Jana, and how many fields of the page are still noted."""
        opened = open_clinic(settings_of(self.folder), exclusive=False)
        try:
            with opened.reading(self.cast.jana) as records:
                latest = records.fields.latest(self.entry, 'notes')
                return latest.text if latest else '', records.journal.kept(), len(records.journal.noted(PAGE))
        finally:
            opened.close()

    def headers(self, actor: Actor) -> dict[str, str]:
        return headers_of(self.server.address, self.cast.token(actor))

    @property
    def page(self) -> Tab:
        return Tab(self.server.address, f"'client_id': '{PAGE}' parseElements(String.raw`{{}}`)")


@pytest.fixture
def forgotten(tmp_path: Path) -> Iterator[Forgotten]:
    opened = open_clinic(settings_of(tmp_path), clock=utc_now)
    cast = hire(opened)
    entry = an_entry(opened, cast.jana, a_patient(opened, cast.jana).key, notes=KNOWN)
    opened.change_now(cast.jana, lambda records: records.journal.note(
        PAGE, NOTES, records.entries.amend, entry.key, 'notes', revision=entry.revisions['notes'], text=KNOWN))
    opened.close()
    server = Server(tmp_path)
    yield Forgotten(tmp_path, cast, entry.key, server)
    server.close()


async def come_back(forgotten: Forgotten, actor: Actor, *, shows: str = TYPED) -> None:
    """Come back with the page as a browser does, and answer until the page is told to load itself anew."""
    forgotten.server.start()
    async with forgotten.page.connected(forgotten.headers(actor), heard='17') as line:
        await answer(line, shows)


async def answer(line: Line, shows: str) -> None:
    async with asyncio.timeout(20):
        while 'history.go(0)' not in (asked := await line.asked.get())['code']:
            assert asked['code'] == f'return getComputedProp({NOTES}, "inputValue")'
            await line.say('javascript_response', {'client_id': PAGE, 'request_id': asked['request_id'], 'result': shows})


async def test_what_the_page_still_held_is_stored_and_the_page_loads_itself_anew(forgotten: Forgotten) -> None:
    await come_back(forgotten, forgotten.cast.jana)
    assert forgotten.stored() == (TYPED, {}, 0)


async def test_nothing_new_changes_nothing(forgotten: Forgotten) -> None:
    await come_back(forgotten, forgotten.cast.jana, shows=KNOWN)
    assert forgotten.stored() == (KNOWN, {}, 0)


async def test_a_key_that_came_after_the_answer_is_stored_and_nothing_of_another_element_is(forgotten: Forgotten) -> None:
    forgotten.server.start()
    async with forgotten.page.connected(forgotten.headers(forgotten.cast.jana)) as line:
        await answer(line, KNOWN)
        for element, told in ((NOTES, f'"{TYPED}"'), (NOTES, '{"key": "a"}'), (NOTES, '"cut'), (1_000_000_005, '"mine"'), (7, '"mine"')):
            await line.say('event', {'client_id': PAGE, 'id': element, 'listener_id': 'x', 'args': [told]})
        async with asyncio.timeout(20):
            while forgotten.stored()[0] == KNOWN:
                await asyncio.sleep(0.05)
    assert forgotten.stored()[:2] == (TYPED, {})


async def test_what_met_a_newer_text_is_kept_for_its_writer_and_overwrites_nothing(forgotten: Forgotten) -> None:
    forgotten.change(lambda opened: opened.change_now(
        forgotten.cast.ines, lambda records: records.entries.amend(forgotten.entry, 'notes', 'ALLERGIC to lidocaine.')))
    await come_back(forgotten, forgotten.cast.jana)
    kept = {(forgotten.entry, 'notes'): Kept(KNOWN, TYPED)}
    assert forgotten.stored() == ('ALLERGIC to lidocaine.', kept, 0)


async def test_someone_elses_page_is_not_revived(forgotten: Forgotten) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await come_back(forgotten, forgotten.cast.ines)
    assert forgotten.stored() == (KNOWN, {}, 1)


async def test_who_was_deactivated_meanwhile_stores_nothing(forgotten: Forgotten) -> None:
    jana = forgotten.cast.jana
    forgotten.change(lambda opened: opened.change_now(forgotten.cast.ines, lambda records: records.users.deactivate(jana.user)))
    with pytest.raises(socketio.exceptions.ConnectionError):
        await come_back(forgotten, jana)
    assert forgotten.stored() == (KNOWN, {}, 1)


async def test_who_may_not_write_notes_any_more_stores_and_keeps_nothing(forgotten: Forgotten) -> None:
    jana = forgotten.cast.jana
    forgotten.change(lambda opened: opened.change_now(
        forgotten.cast.ines, lambda records: records.users.change_role(jana.user, Role.VIEWER)))
    await come_back(forgotten, jana)
    assert forgotten.stored()[:2] == (KNOWN, {})


async def test_a_text_beyond_the_limit_is_neither_stored_nor_kept(forgotten: Forgotten) -> None:
    await come_back(forgotten, forgotten.cast.jana, shows='x' * 150_001)
    assert forgotten.stored() == (KNOWN, {}, 0)


async def test_a_page_that_does_not_say_what_it_heard_is_told_to_ask_again(forgotten: Forgotten) -> None:
    forgotten.server.start()
    for heard in ('', '-1', 'x', '١', '9' * 13):
        with pytest.raises(socketio.exceptions.ConnectionError):
            async with forgotten.page.connected(forgotten.headers(forgotten.cast.jana), heard=heard):
                pass
    assert forgotten.stored() == (KNOWN, {}, 1)


async def test_a_page_of_the_day_before_yesterday_is_not_known(forgotten: Forgotten) -> None:
    def age(opened: Clinic) -> None:
        opened.clock = lambda: utc_now() - timedelta(days=1, minutes=1)
        opened.change_now(forgotten.cast.jana, lambda records: records.journal.note(
            PAGE, NOTES, records.entries.amend, forgotten.entry, 'notes', revision=1, text=KNOWN))
    forgotten.change(age)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await come_back(forgotten, forgotten.cast.jana)
    assert forgotten.stored() == (KNOWN, {}, 0)


async def test_a_text_that_comes_late_over_a_line_that_was_left_takes_nothing_back(forgotten: Forgotten) -> None:
    """After a stall the bytes of the old line may arrive behind those of the new one."""
    forgotten.server.start()
    headers = forgotten.headers(forgotten.cast.jana)
    answered = httpx.get(f'{forgotten.server.address}/patients/psr-20417/entries/1', headers=headers, timeout=20)
    page = Tab(forgotten.server.address, answered.text)
    async with page.connected(headers) as left, page.connected(headers) as line:
        await line.say('event', page.message('update:value', TYPED, aria_label='Notes'))
        await left.say('event', page.message('update:value', TYPED[:-6], aria_label='Notes'))
    forgotten.server.stop()
    assert forgotten.stored()[0] == TYPED
