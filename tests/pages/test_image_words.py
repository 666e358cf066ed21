"""What stands beside a large photograph: whether it is sensitive, whether it is the cover, its details."""
import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from app.clinic import Clinic
from components.sensitive import VEILED
from data.actors import Role
from data.body_sites import coded, leaf
from data.errors import NotPermitted
from data.models import Scope
from data.read_models import ImageTile
from tests.cast import Cast
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry
from tests.pages.conftest import OpenAs
from tests.pages.test_images import ADDRESS, a_pool, click_tile, only, tiles
from tests.pages.waiting import sees, until

SHIN, NIPPLE = coded('Shin'), coded('Nipple')


def stored(clinic: Clinic, cast: Cast, key: str) -> ImageTile:
    with clinic.reading(cast.jana) as records:
        return records.images.one(key)


async def written(clinic: Clinic, cast: Cast, key: str, field: str, words: str) -> None:
    await clinic.change(cast.ines, lambda records: records.images.describe(key, field, words).text)


async def open_photo(user: User, key: str) -> None:
    await user.open(ADDRESS)
    click_tile(user, key)
    await sees(user, 'About this photo')


def choose(user: User, site: str) -> None:
    only(user, marker='body-site').set_value(leaf(site))


async def test_an_intimate_site_proposes_that_a_photo_is_sensitive_and_someone_decides(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await open_photo(user, key)
    switch = only(user, marker='sensitive')
    assert switch.value is False
    choose(user, NIPPLE)
    await sees(user, 'Proposed by the body site, Nipple.')
    assert switch.value is True
    await until(lambda: stored(clinic, cast, key).is_sensitive)
    assert stored(clinic, cast, key).said_sensitive is None
    switch.set_value(False)
    await until(lambda: stored(clinic, cast, key).said_sensitive is False)
    switch.set_value(True)
    await until(lambda: stored(clinic, cast, key).said_sensitive is None)
    choose(user, SHIN)
    await until(lambda: not stored(clinic, cast, key).is_sensitive)
    assert switch.value is False


async def test_a_photo_that_someone_marks_is_hidden_in_every_open_pool(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    assert VEILED not in tiles(vera)[0].classes
    await written(clinic, cast, key, 'is_sensitive', 'yes')
    await until(lambda: bool(tiles(vera)) and VEILED in tiles(vera)[0].classes)
    click_tile(vera, key)
    assert VEILED not in tiles(vera)[0].classes


async def test_the_next_photo_stays_hidden_in_the_viewer_until_it_is_asked_for(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [old, new] = a_pool(clinic, cast, images=2)
    await written(clinic, cast, old, 'is_sensitive', 'yes')
    await user.open(ADDRESS)
    click_tile(user, new)
    await sees(user, '1 of 2')
    await user.should_not_see('Show sensitive photo')
    user.find(marker='next-photo').click()
    await sees(user, 'Show sensitive photo')
    user.find('Show sensitive photo').click()
    await user.should_not_see('Show sensitive photo')


async def test_a_comparison_hides_a_sensitive_photo_live_and_shows_it_at_a_click(clinic: Clinic, cast: Cast, user: User) -> None:
    patient = a_patient(clinic, cast.jana).key
    keys = [a_stored_image(clinic, cast.jana, patient) for _ in range(2)]
    a_comparison(clinic, cast.jana, an_entry(clinic, cast.jana, patient, images=tuple(keys)).key, keys)
    await user.open('/patients/psr-20417/entries/1')

    def pair() -> ui.html:
        return next(element for element in user.find(kind=ui.html).elements if 'df-pair' in element.classes)
    assert VEILED not in pair().content
    await written(clinic, cast, keys[0], 'body_site', NIPPLE)
    await until(lambda: pair().content.count(VEILED) == 1)
    assert pair().props['aria-label'] == 'Show 1 sensitive photo, hidden'
    UserInteraction(user, {pair()}, None).click()
    assert VEILED not in pair().content
    assert 'role' not in pair().props


def cover(user: User) -> str:
    """Return the picture at the head of the page."""
    [shown] = [element.content for element in user.find(kind=ui.html).elements if element.content.startswith('<span class="df-cover">')]
    return shown


async def test_a_cover_is_chosen_in_the_viewer_shown_at_once_and_taken_back(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [old, new] = a_pool(clinic, cast, images=2)
    await open_photo(user, old)
    assert new in cover(user)
    user.find('Use as cover').click()
    await sees(user, 'This is the cover.')
    await sees(user, 'Cover changed.')
    await until(lambda: old in cover(user) and any('>Cover</span>' in tile.content and old in tile.content for tile in tiles(user)))
    UserInteraction(user, {button for button in user.find('Undo').elements if button.props.get('aria-label', '').endswith('from before')},
                    None).click()
    await until(lambda: new in cover(user) and not any('>Cover</span>' in tile.content for tile in tiles(user)))
    await sees(user, 'Use as cover')


@pytest.mark.parametrize('who', ['tom', 'vera'])
async def test_a_sensitive_photo_offers_no_cover_and_a_viewer_none_at_all(clinic: Clinic, cast: Cast, user_as: OpenAs, who: str) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    person = user_as(getattr(cast, who))
    await person.open(ADDRESS)
    click_tile(person, key)
    await sees(person, 'Details')
    if who == 'tom':
        await sees(person, 'Use as cover')
        await written(clinic, cast, key, 'is_sensitive', 'yes')
        await sees(person, 'A sensitive photo is never the cover.')
    await person.should_not_see('Use as cover')


async def test_the_details_say_what_file_and_arrival_say(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await open_photo(user, key)
    with clinic.reading(cast.jana) as records:
        details = records.images.details(key)
    for words in ('Testcam T-1', 'Testlens 60mm', '480 × 320', details.sha256,
                  '2026-03-05 10:00:00 +00:00', 'The camera’s clock, with its own time zone'):
        await user.should_see(words)


def kept_out(clinic: Clinic, cast: Cast, key: str) -> set[Scope]:
    with clinic.reading(cast.jana) as records:
        return set(records.disclosures.exceptions(key))


async def test_a_photo_is_kept_out_of_a_use_at_once_and_the_page_says_that_it_is_saved(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await open_photo(user, key)
    await sees(user, 'Keep out of')
    only(user, marker='keep-out-of-marketing').set_value(True)
    await until(lambda: kept_out(clinic, cast, key) == {Scope.MARKETING})
    await sees(user, content='Saved 09:00')
    only(user, marker='keep-out-of-marketing').set_value(False)
    await until(lambda: not kept_out(clinic, cast, key))


async def test_a_use_that_a_colleague_chooses_appears_and_stays_beside_ones_own(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await open_photo(user, key)
    await clinic.change(cast.tom, lambda records: records.disclosures.keep_out(key, {Scope.TEACHING}))
    await until(lambda: only(user, marker='keep-out-of-teaching').value is True)
    only(user, marker='keep-out-of-publication').set_value(True)
    await until(lambda: kept_out(clinic, cast, key) == {Scope.TEACHING, Scope.PUBLICATION})


async def test_a_choice_that_is_refused_does_not_stay_chosen(clinic: Clinic, cast: Cast, user: User) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    await open_photo(user, key)
    await clinic.change(cast.ines, lambda records: records.users.change_role(cast.jana.user, Role.VIEWER))
    only(user, marker='keep-out-of-teaching').set_value(True)
    await sees(user, NotPermitted.default)
    await until(lambda: only(user, marker='keep-out-of-teaching').value is False)
    assert not kept_out(clinic, cast, key)


async def test_who_may_not_record_consent_is_not_asked_what_a_photo_is_kept_out_of(clinic: Clinic, cast: Cast, user_as: OpenAs) -> None:
    _patient, [key] = a_pool(clinic, cast, images=1)
    vera = user_as(cast.vera)
    await vera.open(ADDRESS)
    click_tile(vera, key)
    await sees(vera, '1 of 1')
    await vera.should_not_see('Keep out of')
