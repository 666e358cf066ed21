"""What every test stands on: a practice of its own, copied from one that was migrated once, a clock that moves, and the cast."""
import gc
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from app.clinic import Clinic, install, open_clinic
from app.settings import Settings
from data.actors import Actor
from tests.cast import Cast, hire
from tests.factories import an_uploaded_image

hypothesis_settings.register_profile('house', deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile('house')

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AddPhoto = Callable[..., Awaitable[str]]


def pytest_collection_finish() -> None:
    """Take what is loaded out of every collection: NiceGUI collects before and after each simulation, a quarter of a second each time."""
    gc.collect()
    gc.freeze()


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        """Move on (`seconds=31`, `hours=-1`) and return the new time."""
        self.now += timedelta(**by)
        return self.now


@dataclass(frozen=True)
class Template:
    """A practice that was migrated once and staffed, to be copied."""

    folder: Path
    cast: Cast

    def copy(self, target: Path) -> Settings:
        """Copy data and keys below `target` and return the settings that open the copy."""
        for name in ('data', 'data-keys'):
            shutil.copytree(self.folder / name, target / name)
        return settings_of(target)


def settings_of(folder: Path, **given: object) -> Settings:
    """Return settings for `folder`/data, with keys beside it, whatever the environment says."""
    return Settings(data_dir=folder / 'data', key_dir=folder / 'data-keys', **given)


@pytest.fixture(scope='session')
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A closed practice with the cast in it."""
    folder = tmp_path_factory.mktemp('template')
    opened = open_clinic(settings_of(folder), clock=MovableClock())
    try:
        return Template(folder, hire(opened))
    finally:
        opened.close()


@pytest.fixture
def clock() -> MovableClock:
    """The clock of `clinic`; it starts on 23 November 2026, 09:00 UTC, when the cast signed in."""
    return MovableClock()


@pytest.fixture
def clinic(template: Template, tmp_path: Path, clock: MovableClock) -> Iterator[Clinic]:
    """An open and installed practice with the cast in it, in a folder of its own."""
    opened = install(open_clinic(template.copy(tmp_path), clock=clock))
    yield opened
    opened.close()


@pytest.fixture
def cast(template: Template, clinic: Clinic) -> Cast:
    """The people of the practice, signed in."""
    return template.cast


@pytest.fixture
async def add_photo(clinic: Clinic) -> AsyncIterator[AddPhoto]:
    """The way in with the real decoder: `await add_photo(actor, patient, data, name='a.jpg')` returns the image's key."""
    async def add(actor: Actor, patient: str, data: bytes, *, name: str = 'photo.jpg') -> str:
        return await an_uploaded_image(clinic, actor, patient, data, name=name)

    yield add
    await clinic.decoding.close()
