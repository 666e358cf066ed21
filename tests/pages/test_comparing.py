"""Comparisons on the entry page, through the simulated user and checked in the records: made, arranged by several, deleted, led to."""
from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from components import comparison_stage
from components.comparison_stage import ComparisonStage
from components.save_status import SaveStatus
from data.database import StorageFailed
from data.models import Layout
from data.repositories.comparisons import GroupRecord
from tests.cast import Cast
from tests.pages.conftest import OpenAs
from tests.pages.test_entry import is_open
from tests.pages.test_leaving import TICK, stage, written
from tests.pages.waiting import sees, until
from tests.two_patients import Two, two_patients

VISIT = '/patients/psr-20417/entries/1'


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    return two_patients(clinic, cast.jana)


def stored(clinic: Clinic, cast: Cast, two: Two) -> GroupRecord:
    with clinic.reading(cast.vera) as records:
        return records.comparisons.one(two.maria.first.group)


def named(user: User, start: str) -> list[ui.element]:
    return [one for one in user.client.elements.values() if str(one.props.get('aria-label', '')).startswith(start) and one._event_listeners]


def act(user: User, start: str, event: str = 'click') -> None:
    """Press what has a name that starts so."""
    UserInteraction(user, {named(user, start)[0]}, None).trigger(event)


def keyed(user: User, key: str) -> None:
    """Press a letter or a sign on the stage."""
    main = next(one for one in user.client.elements.values() if 'df-cmp-panes' in one.classes).parent_slot
    assert main is not None
    place = main.parent.parent_slot
    assert place is not None
    UserInteraction(user, {place.parent}, None).trigger('keydown', {'key': key, 'ctrlKey': False, 'metaKey': False, 'altKey': False})


async def enlarged(user: User) -> User:
    await user.open(VISIT)
    await until(lambda: bool(named(user, 'Full screen')))
    act(user, 'Full screen')
    await until(lambda: '/preview' in stage(user))
    return user


async def test_what_one_arranges_is_stored_and_shown_to_the_other(clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    jana, vera = await enlarged(user_as(cast.jana)), await enlarged(user_as(cast.vera))
    keyed(jana, 'r')
    keyed(jana, '3')
    await until(lambda: stored(clinic, cast, two).layout is Layout.OVERLAY)
    await until(lambda: '--turn:90deg' in stage(vera) and 'df-cmp-over' in stage(vera))
    turned = stored(clinic, cast, two)
    assert [made.turn_deg for made in turned.arrangement.photos.values()] == [90]
    with clinic.reading(cast.vera) as records:
        assert {tile.turn_deg for tile in records.images.of(two.maria.key)} == {0}  # the photographs are as they were


def saved_words(user: User) -> str:
    return next(one.content for one in user.client.elements.values() if isinstance(one, SaveStatus))


async def test_an_arrangement_that_the_disk_refuses_is_tried_again_and_not_called_saved_before(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    jana = await enlarged(user_as(cast.jana))
    monkeypatch.setattr(comparison_stage, 'RETRY_S', 0.01)
    change, said = clinic.change, list[str]()

    async def refusing(*arguments: Any) -> Any:
        said.append(saved_words(jana))
        if len(said) <= 2:
            raise StorageFailed
        return await change(*arguments)
    monkeypatch.setattr(clinic, 'change', refusing)
    keyed(jana, 'r')
    await until(lambda: 'Saved' in saved_words(jana))
    assert ['Saving' in words for words in said] == [True, False, False]
    assert ['retrying' in words for words in said] == [False, True, True]
    assert [made.turn_deg for made in stored(clinic, cast, two).arrangement.photos.values()] == [90]
    covering = [one.content for one in jana.client.elements.values() if isinstance(one, ui.html) and one.props.get('aria-hidden')]
    assert saved_words(jana) in covering  # said on the stage too, which covers the page's head


async def test_who_may_only_look_turns_and_stores_nothing(clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    vera = await enlarged(user_as(cast.vera))
    before = stored(clinic, cast, two)
    for key in 'r2+s':
        keyed(vera, key)
    await until(lambda: 'df-cmp-over' in stage(vera))
    assert (stored(clinic, cast, two), named(vera, 'Crop'), named(vera, 'Delete comparison')) == (before, [], [])


async def test_an_arrangement_that_is_old_is_refused_in_words_and_theirs_is_shown(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    jana = await enlarged(user_as(cast.jana))
    with monkeypatch.context() as patch:  # a line on which nothing is heard of what others do
        patch.setattr(ComparisonStage, 'follow', lambda _stage, _group: None)
        patch.setattr('components.comparison_acts.ComparisonActs.follow', lambda _acts, _group: None)
        await clinic.change(cast.tom, lambda records: records.comparisons.arrange(two.maria.first.group, 'arrangement', '{"size":2}'))
        keyed(jana, 'r')
        await sees(jana, 'Tom Adeyemi changed how this comparison lies meanwhile. Nothing was overwritten: do yours again.')
    assert (stored(clinic, cast, two).arrangement.size, stored(clinic, cast, two).arrangement.photos) == (2, {})
    await until(lambda: '--turn:90deg' not in stage(jana))


async def test_a_photo_that_becomes_sensitive_is_veiled_where_it_is_compared(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    vera = await enlarged(user_as(cast.vera))
    assert 'df-veiled' not in stage(vera)
    await clinic.change(cast.jana, lambda records: records.images.describe(two.maria.first.image, 'is_sensitive', 'yes'))
    await until(lambda: 'df-veiled' in stage(vera))
    await sees(vera, 'Show 1 sensitive photo')


async def test_a_deleted_comparison_leaves_every_page_and_comes_back_by_undo(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    jana, vera = user_as(cast.jana), await enlarged(user_as(cast.vera))
    await jana.open(VISIT)
    await until(lambda: bool(named(jana, 'Delete comparison')))
    act(jana, 'Delete comparison')
    await sees(jana, 'Deleted the comparison “Maria compared”.')
    await sees(vera, 'No comparisons yet.')
    await until(lambda: '/preview' not in stage(vera))
    UserInteraction(jana, {one for one in jana.client.elements.values() if 'df-undo-act' in one.classes}, None).click()
    await until(lambda: bool(named(vera, 'Full screen: Maria compared')))


async def test_photos_of_the_whole_pool_are_compared_those_of_this_visit_first(
        clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    jana = user_as(cast.jana)
    await jana.open(VISIT)
    jana.find('New comparison').click()
    await sees(jana, 'In this entry')
    await sees(jana, 'More in the pool')
    assert two.paul.first.image not in written(jana)
    for key in two.maria.captions:
        [tile] = [one for one in jana.find(marker=f'tile-{key}').elements
                  if any('df-dialog' in above.classes for above in one.ancestors())]
        UserInteraction(jana, {tile}, None).trigger('click', TICK)
    [compare] = [one for one in jana.find(kind=ui.button, content='Compare').elements if 'df-btn--primary' in one.classes and one.enabled]
    UserInteraction(jana, {compare}, None).click()
    await until(lambda: len(named(jana, 'Full screen')) == 2)
    with clinic.reading(cast.vera) as records:
        made = records.entries.record(two.maria.key, 1).groups[-1]
    assert {tile.key for tile in made.images} == set(two.maria.captions)


async def test_an_address_opens_the_section_for_this_time_only(clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs) -> None:
    vera = user_as(cast.vera)
    await vera.open(VISIT)
    vera.find(marker='section-comparisons').click()
    await until(lambda: is_open(vera, 'comparisons') == 'false')
    await vera.open(f'{VISIT}?comparison={two.maria.first.group}')
    assert is_open(vera, 'comparisons') == 'true'
    assert [one.props['aria-label'] for one in vera.client.elements.values() if 'df-pair-card--led' in one.classes] == ['Maria compared']
    await vera.open(VISIT)
    assert is_open(vera, 'comparisons') == 'false'


@pytest.mark.parametrize('key', ['0' * 32, '<b>x</b>', 'paul'])
async def test_an_address_of_a_comparison_that_is_not_here_says_so(clinic: Clinic, cast: Cast, two: Two, user_as: OpenAs, key: str) -> None:
    vera = user_as(cast.vera)
    await vera.open(f'{VISIT}?comparison={two.paul.first.group if key == "paul" else key}')
    await sees(vera, 'This comparison is not in this entry any more.')
