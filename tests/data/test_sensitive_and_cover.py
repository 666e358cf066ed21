"""What is sensitive, which photograph stands for a patient, and what is known of a file."""
import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.clinic import Clinic
from app.consistency import inconsistencies
from data.actors import Actor
from data.body_sites import coded
from data.errors import Invalid, NotFound, NotPermitted
from data.models import Action
from data.read_models import Cover, ImageTile
from data.repositories.audit import TrailView
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_patient, a_stored_image, an_entry

NIPPLE, SHIN = coded('Nipple'), coded('Shin')


def a_pool(clinic: Clinic, cast: Cast, *, images: int) -> tuple[str, list[str]]:
    """Return a patient and image keys, the oldest first."""
    patient = a_patient(clinic, cast.jana).key
    return patient, [a_stored_image(clinic, cast.jana, patient, captured_at=datetime(2026, 3, 5 + number, tzinfo=UTC))
                     for number in range(images)]


def describe(clinic: Clinic, actor: Actor, key: str, field: str, words: str) -> None:
    clinic.change_now(actor, lambda records: records.images.describe(key, field, words))


def use(clinic: Clinic, actor: Actor, key: str) -> None:
    clinic.change_now(actor, lambda records: records.images.use_as_cover(key))


def stop(clinic: Clinic, actor: Actor, key: str) -> None:
    clinic.change_now(actor, lambda records: records.images.stop_as_cover(key))


def covers(clinic: Clinic, cast: Cast, patient: str) -> tuple[str, ...]:
    """Return what a card of the list shows; the head of every page shows the first of them."""
    with clinic.reading(cast.jana) as records:
        [row] = records.patients.rows([patient])
        shown = tuple(cover.key for cover in row.covers)
        assert records.patients.header(patient).cover == (shown[0] if shown else None)
        return shown


def tile(clinic: Clinic, cast: Cast, key: str) -> ImageTile:
    with clinic.reading(cast.jana) as records:
        return records.images.one(key)


def test_a_photo_is_as_sensitive_as_its_site_until_someone_says_otherwise(clinic: Clinic, cast: Cast) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    seen = []
    for field, words in (('body_site', NIPPLE), ('is_sensitive', 'no'), ('is_sensitive', ''), ('body_site', SHIN), ('is_sensitive', 'yes')):
        describe(clinic, cast.tom, key, field, words)
        seen.append(tile(clinic, cast, key).is_sensitive)
    assert seen == [True, False, True, False, True]
    with pytest.raises(Invalid):
        describe(clinic, cast.tom, key, 'is_sensitive', 'perhaps')


def test_what_is_said_of_a_sensitive_photo_is_audited_and_versioned(clinic: Clinic, cast: Cast) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    describe(clinic, cast.tom, key, 'is_sensitive', 'yes')
    with clinic.reading(cast.ines) as records:
        event = records.audit.page(TrailView(action=Action.IMAGE_DESCRIBE.value))[0]
        assert event.read()['detail']['field'] == 'is_sensitive'
        assert [version.text for version in records.fields.history(key, 'is_sensitive')] == ['yes']


def test_a_sensitive_photo_is_never_a_cover_nor_a_small_picture_of_the_timeline(clinic: Clinic, cast: Cast) -> None:
    patient, [old, new] = a_pool(clinic, cast, images=2)
    an_entry(clinic, cast.jana, patient, images=(old, new))
    assert covers(clinic, cast, patient) == (new, old)
    describe(clinic, cast.tom, new, 'body_site', NIPPLE)
    assert covers(clinic, cast, patient) == (old,)
    describe(clinic, cast.tom, old, 'is_sensitive', 'yes')
    assert covers(clinic, cast, patient) == ()
    describe(clinic, cast.tom, new, 'is_sensitive', 'no')
    assert covers(clinic, cast, patient) == (new,)
    with clinic.reading(cast.jana) as records:
        [visit] = records.entries.of(patient)
        assert (visit.covers, visit.image_count) == ((Cover(new),), 2)


def test_the_chosen_cover_comes_first_and_taking_it_back_brings_the_one_before(clinic: Clinic, cast: Cast) -> None:
    patient, [first, second, third] = a_pool(clinic, cast, images=3)
    describe(clinic, cast.tom, third, 'view', 'overview')
    for key in (second, first):  # the clock stands still: the later choice counts all the same
        use(clinic, cast.tom, key)
        assert covers(clinic, cast, patient)[0] == key
    assert [tile(clinic, cast, key).is_cover for key in (first, second, third)] == [True, False, False]
    stop(clinic, cast.tom, first)
    assert covers(clinic, cast, patient)[0] == second
    stop(clinic, cast.tom, second)
    assert covers(clinic, cast, patient)[0] == third
    with clinic.reading(cast.jana) as records:
        assert not any(shown.is_cover for shown in records.images.of(patient))


def test_a_chosen_cover_that_becomes_sensitive_steps_back(clinic: Clinic, cast: Cast) -> None:
    patient, [first, second] = a_pool(clinic, cast, images=2)
    use(clinic, cast.tom, first)
    describe(clinic, cast.tom, first, 'is_sensitive', 'yes')
    assert covers(clinic, cast, patient) == (second,)
    assert not tile(clinic, cast, first).is_cover


def test_a_sensitive_photo_and_a_viewer_choose_no_cover(clinic: Clinic, cast: Cast) -> None:
    patient, [first, second] = a_pool(clinic, cast, images=2)
    describe(clinic, cast.tom, first, 'body_site', NIPPLE)
    with pytest.raises(Invalid, match='A sensitive photo is never the cover'):
        use(clinic, cast.tom, first)
    for act in (use, stop):
        with pytest.raises(NotPermitted):
            act(clinic, cast.vera, second)
    assert covers(clinic, cast, patient) == (second,)


def test_choosing_a_cover_is_an_event_of_its_own_and_choosing_it_again_is_none(clinic: Clinic, cast: Cast) -> None:
    patient, [first, _second] = a_pool(clinic, cast, images=2)
    for act in (use, use, stop, stop):
        act(clinic, cast.tom, first)
    with clinic.reading(cast.ines) as records:
        events = [records.audit.page(TrailView(action=action.value)) for action in (Action.IMAGE_COVER, Action.IMAGE_UNCOVER)]
        assert [[(event.read()['subject'], event.read()['patient']) for event in each] for each in events] == [[(first, patient)]] * 2


@pytest.mark.parametrize('act', [use, stop])
def test_a_cover_chosen_or_taken_back_modifies_the_record(
        clinic: Clinic, cast: Cast, clock: MovableClock, act: Callable[..., None]) -> None:
    patient, [key] = a_pool(clinic, cast, images=1)
    if act is stop:
        use(clinic, cast.tom, key)
    clock.move(minutes=5)
    act(clinic, cast.tom, key)
    with clinic.reading(cast.jana) as records:
        [row] = records.patients.rows([patient])
        assert row.last_modified == clock()
        assert list(inconsistencies(records)) == []


async def test_lists_and_heads_hear_of_a_cover_and_of_what_may_be_none(clinic: Clinic, cast: Cast) -> None:
    patient, [first] = a_pool(clinic, cast, images=1)
    heard: list[str] = []
    clinic.loop = asyncio.get_running_loop()
    clinic.hub.subscribe(patient, lambda change: heard.append(change.field))
    clinic.hub.subscribe('shown figures', lambda change: heard.append(change.field))
    for act in (lambda records: records.images.use_as_cover(first), lambda records: records.images.stop_as_cover(first),
                lambda records: records.images.describe(first, 'is_sensitive', 'yes').text):
        heard.clear()
        await clinic.change(cast.tom, act)
        assert heard == ['images', patient]


def test_the_details_of_a_photo_are_those_of_its_file(clinic: Clinic, cast: Cast) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    with clinic.reading(cast.vera) as records:
        details = records.images.details(key)
    assert (details.camera, details.lens, details.format) == ('Testcam T-1', 'Testlens 60mm', 'JPEG')
    assert (details.width_px, details.height_px) == (480, 320)
    assert len(details.sha256) == 64
    with clinic.reading(cast.aino) as records, pytest.raises(NotPermitted):
        records.images.details(key)


def test_beside_the_photograph_that_is_the_cover_stands_so_while_a_later_choice_is_withdrawn(clinic: Clinic, cast: Cast) -> None:
    patient, (first, second) = a_pool(clinic, cast, images=2)
    use(clinic, cast.jana, first)
    use(clinic, cast.jana, second)
    clinic.change_now(cast.jana, lambda records: records.images.withdraw([second], 'Blurred'))
    assert covers(clinic, cast, patient)[0] == first
    with clinic.reading(cast.jana) as records:
        assert records.images.one(first).is_cover
    clinic.change_now(cast.jana, lambda records: records.images.put_back([second]))
    with clinic.reading(cast.jana) as records:
        assert (records.images.one(first).is_cover, records.images.one(second).is_cover) == (False, True)


def test_a_withdrawn_photograph_is_not_chosen_as_the_cover(clinic: Clinic, cast: Cast) -> None:
    _patient, (key,) = a_pool(clinic, cast, images=1)
    clinic.change_now(cast.jana, lambda records: records.images.withdraw([key], 'Blurred'))
    with pytest.raises(NotFound):
        use(clinic, cast.jana, key)
