"""What a power cut can take: nothing that was acknowledged, because files, names and rows become durable in the right order.

No machine is switched off here. The real calls to the operating system are written down while a photograph comes in, and the order is
judged: a file is made durable before it gets its name, the name before the row is committed. The control takes one call out.
"""
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import event

from app.clinic import Clinic, open_clinic
from data.durable import put_in_place, write_once
from data.vault import create_root_key
from tests import pictures
from tests.cast import Cast
from tests.conftest import AddPhoto, settings_of
from tests.data.older_practice import an_older_practice
from tests.factories import a_patient

Call = tuple[str, int]
"""What was done to what: the number of a file or folder on its disk, which stays when the file gets another name."""


@dataclass
class Calls:
    """The calls that make something durable, in their order."""

    made: list[Call] = field(default_factory=list)

    def where(self, act: str, path: Path) -> int:
        """Return when an act was first done to what is at `path` now; later than everything when it never was."""
        call = (act, path.stat().st_ino)
        return self.made.index(call) if call in self.made else len(self.made)

    def is_safe(self, stored: Path, top: Path, committed: int) -> bool:
        """Tell whether a file, its name and the folder that it lies in were durable, in this order, before the commit."""
        order = [self.where('sync', stored), self.where('rename', stored), self.where('sync', stored.parent), committed]
        return order == sorted(set(order)) and self.where('sync', top) < committed

    def without(self, number: int) -> 'Calls':
        """Return the same calls with one left out."""
        return Calls([*self.made[:number], *self.made[number + 1:]])


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Write down fsync and rename as they are called, and let them do their work."""
    written = Calls()
    sync, rename = os.fsync, os.rename

    def synced(descriptor: int) -> None:
        sync(descriptor)
        written.made.append(('sync', os.fstat(descriptor).st_ino))

    def renamed(source: str, target: str) -> None:
        rename(source, target)
        written.made.append(('rename', os.stat(target).st_ino))

    monkeypatch.setattr(os, 'fsync', synced)
    monkeypatch.setattr(os, 'rename', renamed)
    yield written


def noting_commits(clinic: Clinic, calls: Calls) -> None:
    """Write the commits of the writing connection down too."""
    event.listen(clinic.database.writing_engine, 'commit', lambda _connection: calls.made.append(('commit', 0)))


async def one_photo(clinic: Clinic, cast: Cast, add_photo: AddPhoto, calls: Calls) -> tuple[list[Path], Path]:
    """Bring one photograph in and return its three files and the folder of all files."""
    patient = a_patient(clinic, cast.jana).key
    noting_commits(clinic, calls)
    calls.made.clear()
    await add_photo(cast.tom, patient, pictures.jpeg())
    top = clinic.settings.data_dir / 'images'
    return sorted(path for path in top.glob('??/*')), top


def are_safe(calls: Calls, files: list[Path], top: Path) -> bool:
    committed = calls.made.index(('commit', 0)) if ('commit', 0) in calls.made else -1
    return all(calls.is_safe(path, top, committed) for path in files)


async def test_files_and_their_names_are_durable_before_the_row_is_committed(
        clinic: Clinic, cast: Cast, add_photo: AddPhoto, calls: Calls) -> None:
    files, top = await one_photo(clinic, cast, add_photo, calls)
    assert len(files) == 3
    assert are_safe(calls, files, top)


async def test_control_whatever_call_is_left_out_or_comes_late_is_missed(
        clinic: Clinic, cast: Cast, add_photo: AddPhoto, calls: Calls) -> None:
    files, top = await one_photo(clinic, cast, add_photo, calls)
    needed = calls.made[:calls.made.index(('commit', 0)) + 1]
    calls.made[:] = needed
    assert len(needed) == 3 + 3 + 2 + 1
    assert not any(are_safe(calls.without(number), files, top) for number in range(len(needed)))
    too_early = Calls([('commit', 0), *(call for call in needed if call != ('commit', 0))])
    assert not are_safe(too_early, files, top)


def keys_of(folder: Path) -> Path:
    create_root_key(folder)
    return folder / 'root.key'


def small_file(folder: Path) -> Path:
    write_once(folder / 'small', b'content')
    return folder / 'small'


def file_in_place_of_another(folder: Path) -> Path:
    (folder / 'copy').write_bytes(b'older')
    (folder / 'copy.part').write_bytes(b'content')
    put_in_place(folder / 'copy.part', folder / 'copy')
    return folder / 'copy'


@pytest.mark.parametrize('write', [keys_of, small_file, file_in_place_of_another])
def test_keys_and_small_files_are_durable_with_their_names(tmp_path: Path, calls: Calls, write: Callable[[Path], Path]) -> None:
    written = write(tmp_path)
    order = [calls.where('sync', written), calls.where('rename', written), calls.where('sync', tmp_path)]
    assert (order, len(calls.made)) == ([0, 1, 2], 3)


def test_the_copy_of_an_older_database_is_durable_before_the_program_goes_on(tmp_path: Path, calls: Calls) -> None:
    settings = an_older_practice(tmp_path)
    calls.made.clear()
    open_clinic(settings).close()
    copy, = settings.data_dir.glob('dermafolio-before-*.db')
    assert calls.made[:3] == [('sync', copy.stat().st_ino), ('rename', copy.stat().st_ino), ('sync', settings.data_dir.stat().st_ino)]


def test_the_head_is_durable_at_start_and_at_stop(tmp_path: Path, calls: Calls) -> None:
    settings = settings_of(tmp_path)
    open_clinic(settings).close()
    calls.made.clear()
    opened = open_clinic(settings)
    at_start = calls.where('sync', settings.keys / 'head')
    calls.made.clear()
    opened.close()
    assert (at_start, calls.where('sync', settings.keys / 'head')) == (0, 0)
    assert len(calls.made) == 1
