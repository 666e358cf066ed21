"""Ten people save the same notes at once, again and again: each save is stored or asks, and none goes over one that was not seen."""
import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from app.clinic import Clinic, open_clinic
from data.actors import Actor
from data.columns import new_key
from data.errors import ChangedMeanwhile
from data.repositories.fields import Version
from tests.cast import Cast, sign_in_again
from tests.conftest import Template, settings_of
from tests.factories import a_patient, an_entry
from tests.rounds import rounds
from tests.serving import Server
from tests.visitors import OpenPage, Visitor

PEOPLE = 10
SAVES = rounds(1000)
ENTRY = '/patients/psr-20417/entries/1'


def history(clinic: Clinic, actor: Actor, entry: str) -> list[Version]:
    """Return the versions of the notes, oldest first."""
    with clinic.reading(actor) as records:
        return records.fields.history(entry, 'notes')[::-1]


def words_lost(versions: list[Version]) -> list[str]:
    """Return what stood in a version and is missing in the next one, and numbers that were left out."""
    texts = [set(version.text.split()) for version in versions]
    gaps = [f'{before.version} {after.version}' for before, after in pairwise(versions) if after.version != before.version + 1]
    return gaps + [word for before, after in pairwise(texts) for word in before - after]


@dataclass
class Race:
    """Ten writers on the writer thread; each reads, all wait for each other, and each saves its own word on what it read."""

    clinic: Clinic
    entry: str
    committed: dict[int, str] = field(default_factory=dict)
    refused: int = 0
    line: threading.Barrier = field(default_factory=lambda: threading.Barrier(PEOPLE))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, actor: Actor, words: list[str]) -> None:
        for word in words:
            with self.clinic.reading(actor) as records:
                seen = records.fields.latest(self.entry, 'notes')
            self.line.wait(60)
            text, revision = (f'{seen.text} {word}', seen.revision) if seen else (word, 0)
            try:
                saved = self.clinic.change_now(actor, lambda records, text=text, revision=revision: records.entries.amend(
                    self.entry, 'notes', text, expected_revision=revision, burst=new_key()))
            except ChangedMeanwhile as conflict:
                with self.lock:
                    self.refused += conflict.mine == text and conflict.revision > revision
            else:
                with self.lock:
                    assert saved.revision not in self.committed
                    self.committed[saved.revision] = text
            self.line.wait(60)


def test_of_ten_saves_on_one_revision_one_is_stored_and_nine_ask(clinic: Clinic, cast: Cast) -> None:
    entry = an_entry(clinic, cast.jana, a_patient(clinic, cast.jana).key).key
    people = [(cast.jana, cast.ines)[number % 2] for number in range(PEOPLE)]
    race = Race(clinic, entry)
    with ThreadPoolExecutor(PEOPLE) as threads:
        running = [threads.submit(race.run, actor, [f'word-{number}-{turn}' for turn in range(SAVES // PEOPLE)])
                   for number, actor in enumerate(people)]
        for one in running:
            one.result()
    versions = history(clinic, cast.jana, entry)
    assert len(race.committed) + race.refused == SAVES
    assert sorted(race.committed) == list(range(1, SAVES // PEOPLE + 1))
    assert [version.text for version in versions] == [text for _revision, text in sorted(race.committed.items())]
    assert words_lost(versions) == []


@dataclass(frozen=True)
class Table:
    """A served practice with one visit, read from here as well, and ten signed-in browsers."""

    server: Server
    clinic: Clinic
    jana: Actor
    entry: str
    tokens: list[str]

    def versions(self) -> list[Version]:
        return history(self.clinic, self.jana, self.entry)


@pytest.fixture
def table(template: Template, tmp_path: Path) -> Iterator[Table]:
    opened = open_clinic(template.copy(tmp_path))
    jana = template.cast.jana
    entry = an_entry(opened, jana, a_patient(opened, jana).key).key
    tokens = [sign_in_again(opened, (jana, template.cast.ines)[number % 2])[1] for number in range(PEOPLE)]
    opened.close()
    with Server(tmp_path) as server:
        beside = open_clinic(settings_of(tmp_path), exclusive=False)
        yield Table(server, beside, jana, entry, tokens)
        beside.close()


async def say_both(page: OpenPage) -> int:
    """Decide for both texts until they are stored; return how many saves that took."""
    saves = 0
    while page.is_in_conflict:
        saves += 1
        await page.decides('Keep both')
    return saves


async def one_round(pages: list[OpenPage], turn: int) -> int:
    """Let everyone add a word to what they see, at once; return how many saves that took."""
    await asyncio.gather(*(page.saves('Notes', f'{page.text("Notes")} word-{number}-{turn}'.strip()) for number, page in enumerate(pages)))
    return len(pages) + sum(await asyncio.gather(*(say_both(page) for page in pages)))


async def test_ten_browsers_that_save_at_once_lose_no_word(table: Table) -> None:
    people = [Visitor(table.server.address, token) for token in table.tokens]
    saves = turn = 0
    async with AsyncExitStack() as open_pages:
        pages = [await open_pages.enter_async_context(one.at(ENTRY)) for one in people]
        while saves < SAVES:
            saves += await one_round(pages, turn)
            turn += 1
            latest = table.versions()[-1].text
            for page in pages:
                await page.until(lambda page=page, latest=latest: page.text('Notes') == latest, 'one does not see what is stored')
    for one in people:
        await one.leaves()
    versions = table.versions()
    assert sorted(versions[-1].text.split()) == sorted(f'word-{number}-{past}' for number in range(PEOPLE) for past in range(turn))
    assert words_lost(versions) == []


async def test_a_text_on_a_stale_version_sent_by_hand_asks_and_overwrites_nothing(table: Table) -> None:
    """The browser of the second never says that it shows what the first wrote: the server takes its keys for keys over the old text."""
    jana, ines = (Visitor(table.server.address, token) for token in table.tokens[:2])
    async with jana.at(ENTRY) as first, ines.at(ENTRY, is_attentive=False) as second:
        await first.saves('Notes', 'ALLERGIC to lidocaine.')
        await second.until(lambda: second.text('Notes') == 'ALLERGIC to lidocaine.', 'not told')
        for text in ('Stop the steroid.', 'Stop the steroid now.'):
            await second.type('Notes', text)
        await second.until(lambda: second.is_in_conflict, 'no conflict')
        await first.saves('Notes', 'ALLERGIC to lidocaine. Really.')
        assert [version.text for version in table.versions()] == ['ALLERGIC to lidocaine. Really.']
        await second.decides('Keep both')
        await say_both(second)
    assert table.versions()[-1].text == 'ALLERGIC to lidocaine. Really.\nStop the steroid now.'
    for one in (jana, ines):
        await one.leaves()
