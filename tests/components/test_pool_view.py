"""What of a pool is shown: the address, what belongs to a view, and how many photographs each value leaves."""
from dataclasses import replace
from datetime import UTC, date, datetime

from components.pool_view import PoolView, chip_words, facets, read_size, read_view, shown, view_address
from components.upload_question import Place, recent_places
from data.models import TagColour
from data.read_models import ImageTile, ShownTag, TagLabel

FOREARM, ELBOW, CHIN = 'Upper extremity:Forearm', 'Upper extremity:Elbow', 'Head and neck:Head:Face:Chin'
POOL = '/patients/psr-20417/images'
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def tile(key: str, site: str = '', side: str = '', view: str = '') -> ImageTile:
    return ImageTile(key, '', site, side, view, '2026-11-23T09:00:00', date(2026, 11, 23), AT, 4, 3)


def tag(name: str) -> ShownTag:
    return ShownTag(TagLabel(name, name.lower(), name, TagColour.TEAL), is_direct=True)


TILES = [tile('a', FOREARM, 'left', 'overview'), tile('b', FOREARM, 'left', 'close-up'), tile('c', FOREARM, 'right', 'overview'),
         tile('d', CHIN, 'right', 'dermoscopic'), tile('e')]
TAGS = {'a': (tag('Psoriasis'), tag('Watch')), 'b': (tag('Psoriasis'),)}


def keys(view: PoolView) -> str:
    return ''.join(each.key for each in shown(TILES, TAGS, view))


def counts(view: PoolView, kind: str) -> dict[str, int]:
    return {facet.words: facet.count for facet in facets(TILES, TAGS, view, kind)}


def test_of_sites_and_views_any_will_do_and_of_tags_a_photo_bears_all() -> None:
    left = f'{FOREARM}/left'
    assert keys(PoolView()) == 'abcde'
    assert keys(PoolView(site=(left,))) == 'ab'
    assert keys(PoolView(site=(left, 'none'))) == 'abe'
    assert keys(PoolView(site=(left, f'{FOREARM}/right'), view=('overview',))) == 'ac'
    assert keys(PoolView(tag=('psoriasis',))) == 'ab'
    assert keys(PoolView(tag=('psoriasis', 'watch'))) == 'a'
    assert keys(PoolView(view=('none',))) == 'e'


def test_each_value_says_how_many_it_leaves_within_the_other_filters() -> None:
    assert counts(PoolView(), 'site') == {'Chin': 1, 'Forearm, left': 2, 'Forearm, right': 1, 'Not set': 1}
    assert counts(PoolView(view=('overview',)), 'site') == {'Chin': 0, 'Forearm, left': 1, 'Forearm, right': 1, 'Not set': 0}
    assert counts(PoolView(site=(f'{FOREARM}/left',), view=('overview',)), 'view') == {
        'Overview': 1, 'Close-up': 1, 'Dermoscopic': 0, 'Not set': 0}
    assert counts(PoolView(tag=('psoriasis',)), 'tag') == {'Psoriasis': 2, 'Watch': 1}


def test_a_stored_side_of_a_site_that_has_none_narrows_nothing() -> None:
    assert keys(PoolView(site=(CHIN,))) == 'd'
    assert keys(PoolView(site=(f'{CHIN}/right',))) == ''


def test_a_chip_names_one_value_and_counts_several() -> None:
    view = PoolView(site=(f'{FOREARM}/left',), view=('overview', 'none'), tag=('psoriasis',))
    assert [chip_words(kind, view, TAGS) for kind in ('site', 'view', 'tag')] == ['Forearm, left', '2 views', 'Psoriasis']
    assert chip_words('site', PoolView(site=('none',)), TAGS) == 'Body site not set'
    assert chip_words('tag', PoolView(), TAGS) == ''


def test_an_address_says_the_view_and_is_read_as_it_was_written() -> None:
    view = PoolView((f'{FOREARM}/left', 'none'), ('overview', 'close-up'), ('psoriasis',), False, 'L')
    address = view_address(POOL, view)
    assert address == (f'{POOL}?site=Upper+extremity:Forearm/left&site=none&view=overview&view=close-up&tag=psoriasis&sort=oldest&size=L')
    query = [tuple(part.replace('+', ' ').split('=')) for part in address.partition('?')[2].split('&')]
    assert read_view(query) == (view, [])  # type: ignore[arg-type]
    assert view_address(POOL, PoolView()) == POOL


def test_what_an_address_asks_for_and_cannot_be_is_said_and_left_out() -> None:
    view, faults = read_view([('view', 'x-ray'), ('view', 'overview'), ('sort', 'up'), ('size', 'XL'), ('q', 'unknown')])
    assert view == PoolView(view=('overview',))
    assert [fault.split(':')[0] for fault in faults] == [
        'There is no view “x-ray”. It is left out.', 'Photos cannot be sorted by “up”', 'A photo size is S, M or L, not “XL”.']
    many, _faults = read_view([('site', f'{number}' * 500) for number in range(100)])
    assert (len(many.site), max(map(len, many.site))) == (40, 200)
    assert read_size('XL') == 'M'


def test_a_value_is_chosen_and_taken_back() -> None:
    view = PoolView().choosing('view', 'overview').choosing('tag', 'watch')
    assert (view.view, view.tag, view.is_narrowed) == (('overview',), ('watch',), True)
    assert view.choosing('view', 'overview') == view.having('view')
    assert replace(view, size='S').cleared() == PoolView(size='S')


def test_the_places_that_are_proposed_are_this_patients_latest_with_their_side() -> None:
    unpaired = replace(TILES[3], laterality='right')
    places = recent_places([tile('x', 'Unterarm'), TILES[1], unpaired, TILES[0], TILES[2], tile('y', ELBOW), tile('z', CHIN)])
    assert [place.words for place in places] == ['Forearm, left', 'Chin', 'Forearm, right', 'Elbow']
    assert places[0].values == {'body_site': FOREARM, 'laterality': 'left'}
    assert places[3].values == {'body_site': ELBOW, 'laterality': ''}
    assert Place('Chin', CHIN).values == {'body_site': CHIN}
