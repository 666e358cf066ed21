"""The same file again: in another patient's pool it goes in and is said, withdrawn from this one it is refused with the way back."""
from collections.abc import AsyncIterator

import pytest

from app.clinic import Clinic
from app.door import open_door
from app.intake import Door, receive
from app.uploads import Upload, UploadState
from data.image_store import Rendition
from data.models import Action
from data.repositories.images import AdmittedImage
from tests import pictures
from tests.app.test_intake import events, files_of, form, pool, stored
from tests.cast import Cast
from tests.factories import a_patient, an_entry

SAID = 'already in this pool, withdrawn on 23 Nov 2026: put it back there'


@pytest.fixture
async def doors(clinic: Clinic, cast: Cast) -> AsyncIterator[list[Door]]:
    """Jana's doors to the pools of Maria and of Paul."""
    yield [open_door(clinic, cast.jana, a_patient(clinic, cast.jana, unique_id).key) for unique_id in ('psr-20417', 'psr-2')]
    await clinic.decoding.close()


async def sent(door: Door, data: bytes, *, name: str = 'a.jpg') -> Upload:
    [upload] = await receive(door, form((name, data)))
    return upload


async def test_a_file_that_another_pool_holds_goes_in_under_its_own_key_and_is_said(doors: list[Door], clinic: Clinic, cast: Cast) -> None:
    first, second = [await sent(door, pictures.jpeg()) for door in doors]
    assert [(one.state, one.has_twin) for one in (first, second)] == [(UploadState.ADDED, False), (UploadState.ADDED, True)]
    assert stored(doors[1], second.image, Rendition.ORIGINAL) == pictures.jpeg()
    assert len(files_of(clinic)) == 6
    assert [event['detail'].get('twin') for event in events(doors[0], Action.IMAGE_ADMIT, cast.ines)] == [True, None]


async def test_what_was_withdrawn_is_refused_in_words_and_nothing_is_stored(doors: list[Door], clinic: Clinic, cast: Cast) -> None:
    maria = doors[0]
    first = await sent(maria, pictures.jpeg())
    clinic.change_now(cast.tom, lambda records: records.images.withdraw([first.image], 'Blurred'))
    files = files_of(clinic)
    entry = an_entry(clinic, cast.jana, maria.patient).key
    for door in (maria, open_door(clinic, cast.jana, maria.patient, entry=entry)):
        again = await sent(door, pictures.jpeg())
        assert (again.state, again.sentence, again.image) == (UploadState.REFUSED, SAID, '')
    assert (pool(maria), files_of(clinic)) == ([], files)
    assert [event['detail']['cause'] for event in events(maria, Action.IMAGE_REFUSE, cast.ines)] == ['Conflict', 'Conflict']
    assert not (await sent(doors[1], pictures.jpeg())).has_twin  # what is in no pool is no twin


async def test_what_is_withdrawn_while_it_comes_again_is_refused_too(
        doors: list[Door], clinic: Clinic, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    admit = Door.admit

    async def overtaken(door: Door, image: AdmittedImage) -> bool:
        """Let the same file come in and be withdrawn before this one."""
        monkeypatch.setattr(Door, 'admit', admit)
        other = await sent(door, pictures.jpeg())
        clinic.change_now(cast.tom, lambda records: records.images.withdraw([other.image], 'Blurred'))
        return await admit(door, image)
    monkeypatch.setattr(Door, 'admit', overtaken)
    late = await sent(doors[0], pictures.jpeg())
    assert (late.state, late.sentence) == (UploadState.REFUSED, SAID)
    assert len(files_of(clinic)) == 3
