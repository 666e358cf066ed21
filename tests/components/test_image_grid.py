"""Photographs by day of capture, and how each is named."""
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from components.image_grid import by_day, day_words, describe, moment_words, site_of, tile_html
from data.body_sites import coded
from data.read_models import ImageTile

SHIN, CHIN = coded('Shin'), coded('Chin')
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)


def a_tile(key: str = 'a', **given) -> ImageTile:
    tile = ImageTile(key=key, caption='', body_site='Upper extremity:Forearm', laterality='left', view='Overview',
                     captured_local='2026-11-23T10:21:00', captured_on=TODAY, received_at=NOW, width_px=900, height_px=675)
    return replace(tile, **given)


def test_a_photo_is_named_by_site_date_and_time():
    assert describe(a_tile(), UTC) == 'Forearm, left, 23 Nov 2026, 10:21'
    assert describe(a_tile(caption='Before cream'), UTC) == 'Forearm, left, 23 Nov 2026, 10:21, Before cream'
    assert describe(a_tile(body_site=''), UTC) == 'Photo, 23 Nov 2026, 10:21'


@pytest.mark.parametrize(('site', 'shown'), [
    ('Upper extremity:Forearm:Volar forearm', 'Volar forearm, left'), ('Head and neck:Head:Face:Chin', 'Chin'),
    ('Unterarm', 'Unterarm, left'), ('', '')])
def test_a_side_is_named_where_there_are_two_and_with_the_words_of_before(site: str, shown: str):
    assert site_of(a_tile(body_site=site)) == shown


def test_a_photo_without_the_cameras_time_stands_where_it_arrived():
    tile = a_tile(captured_local='', captured_on=None)
    assert describe(tile, UTC).endswith('23 Nov 2026, 10:42')


def test_an_arrival_is_never_shown_as_a_capture():
    tile = a_tile(captured_local='2026-11-23T10:42:00', is_capture_known=False)
    assert '<time>received 10:42</time>' in tile_html(tile, UTC)
    assert moment_words(tile, UTC) == 'Received 23 Nov 2026, 10:42, capture time unknown'
    assert day_words(tile, UTC) == 'received 23 Nov 2026'
    assert describe(tile, UTC) == 'Forearm, left, received 23 Nov 2026, 10:42'
    assert moment_words(a_tile(), UTC) == '23 Nov 2026, 10:21'


def test_days_come_newest_first_and_photos_in_the_order_they_were_taken():
    tiles = [a_tile('late', captured_local='2026-11-23T11:00:00'), a_tile('early', captured_local='2026-11-23T09:00:00'),
             a_tile('old', captured_on=TODAY - timedelta(days=42))]
    assert [[tile.key for tile in photos] for _, photos in by_day(tiles, UTC)] == [['early', 'late'], ['old']]
    assert [on for on, _ in by_day(tiles, UTC, newest_first=False)] == [TODAY - timedelta(days=42), TODAY]


def test_what_people_wrote_stays_text():
    nasty = '<img onerror=x>"'
    fragment = tile_html(a_tile(caption=nasty, body_site=nasty, laterality=nasty, view=nasty), UTC, badge=nasty, alt=nasty)
    assert fragment.count('<img ') == 1
    assert fragment.count('&lt;img onerror=x&gt;&quot;') == 6


def test_what_is_not_set_is_said_and_never_guessed():
    fragment = tile_html(a_tile(body_site='', view=''), UTC)
    assert 'Body site not set' in fragment
    assert 'View not set' in fragment
    assert 'left' not in fragment


def test_the_side_stands_in_words_only_where_there_are_two():
    assert describe(a_tile(body_site=SHIN), UTC).startswith('Shin, left, ')
    assert describe(a_tile(body_site=CHIN), UTC).startswith('Chin, 23 ')
