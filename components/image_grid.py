"""Photographs by day of capture, and how each is named and drawn. Nothing lies over a photo but its tick."""
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from html import escape
from itertools import groupby
from typing import Any, Literal

from components import formatting
from components.controls import Segmented, segmented
from components.picture import picture_html
from components.sensitive import veil_html
from data.body_sites import is_paired, leaf
from data.read_models import ImageTile

Size = Literal['S', 'M', 'L']
SIZES = {'S': 'Small photos', 'M': 'Medium photos', 'L': 'Large photos'}
_SIZE_ICONS = {'S': 'grid-3x3', 'M': 'grid-2x2', 'L': 'image'}
OnKey = Callable[[str], Any]


def day_of(tile: ImageTile, zone: tzinfo) -> date:
    """Return the day a photo belongs to: of capture when the camera said so, else of arrival."""
    return tile.captured_on or formatting.local(tile.received_at, zone).date()


def time_of(tile: ImageTile, zone: tzinfo) -> str:
    """Return the camera's own clock, else the time of arrival. The camera's time is never moved to another zone."""
    try:
        return datetime.fromisoformat(tile.captured_local).strftime('%H:%M')
    except ValueError:
        return formatting.clock(tile.received_at, zone)


def is_dated(tile: ImageTile) -> bool:
    """Tell whether it is known when the photo was taken; else only when it arrived."""
    return tile.is_capture_known and bool(tile.captured_local or tile.captured_on)


def time_words(tile: ImageTile, zone: tzinfo) -> str:
    """Return '10:21', or 'received 10:42': a time of arrival is never shown as a time of capture."""
    return time_of(tile, zone) if is_dated(tile) else f'received {time_of(tile, zone)}'


def day_words(tile: ImageTile, zone: tzinfo) -> str:
    """Return '23 Nov 2026', or 'received 23 Nov 2026'."""
    on = formatting.day(day_of(tile, zone))
    return on if is_dated(tile) else f'received {on}'


def moment_words(tile: ImageTile, zone: tzinfo) -> str:
    """Return '23 Nov 2026, 10:21', or 'Received 23 Nov 2026, 10:42, capture time unknown'."""
    at = f'{formatting.day(day_of(tile, zone))}, {time_of(tile, zone)}'
    return at if is_dated(tile) else f'Received {at}, capture time unknown'


def site_of(tile: ImageTile) -> str:
    """Return 'Forearm, left'; empty when the site is not set: a side alone says nothing, nor does one of a site that has none."""
    side = tile.laterality if is_paired(tile.body_site) else ''
    return ', '.join(part for part in (leaf(tile.body_site), side) if part)


def describe(tile: ImageTile, zone: tzinfo) -> str:
    """Return what a screen reader says: site, date, time, caption. Never what the photo might show."""
    parts = (site_of(tile) or 'Photo', day_words(tile, zone), time_of(tile, zone), tile.caption)
    return ', '.join(part for part in parts if part)


def by_day(tiles: Iterable[ImageTile], zone: tzinfo, *, newest_first: bool = True,
           is_laid_out: bool = False) -> list[tuple[date, list[ImageTile]]]:
    """Return the photos grouped by day; within a day always in the order they were taken, or as they are given, `is_laid_out`."""
    taken = tiles if is_laid_out else sorted(tiles, key=lambda tile: (time_of(tile, zone), tile.received_at))
    ordered = sorted(taken, key=lambda tile: day_of(tile, zone))
    groups = [(on, list(photos)) for on, photos in groupby(ordered, key=lambda tile: day_of(tile, zone))]
    return groups[::-1] if newest_first else groups


def photo_html(tile: ImageTile, *, alt: str = '', kind: Literal['thumb', 'preview'] = 'thumb', is_lazy: bool = True) -> str:
    """Return the photo in its box of 4:3, so that nothing moves when it arrives."""
    picture = picture_html(tile.key, kind, alt=alt, turn_deg=tile.turn_deg, width_px=tile.width_px, height_px=tile.height_px,
                           is_lazy=is_lazy)
    return f'<span class="df-photo">{picture}</span>'


def tile_html(tile: ImageTile, zone: tzinfo, *, badge: str = '', alt: str = '', when: str = '', asks_site: bool = False,
              asks_caption: bool = False, is_lazy: bool = True) -> str:
    """Return one tile: photo and up to three caption lines, every value escaped. Few elements: there may be hundreds of tiles.

    `when` stands in for the time where no day stands above. `asks_site` invites to say the body site that is not set,
    `asks_caption` to write the caption that is not there.
    """
    site = site_of(tile)
    unset = '<b class="df-asked">Set body site</b>' if asks_site else '<b class="df-unset">Body site not set</b>'
    first = f'<b>{escape(site)}</b>' if site else unset
    marked = f'<span class="df-badge">{escape(badge)}</span>' if badge else ''
    view = escape(tile.view.capitalize() or 'View not set')
    caption = f'<span class="df-tile-caption">{escape(tile.caption)}</span>' if tile.caption else ''
    if asks_caption and not tile.caption:
        caption = '<span class="df-tile-caption df-tile-ask">Add a caption</span>'
    photo = photo_html(tile, alt=alt, is_lazy=is_lazy)
    return (f'{photo}{veil_html(tile)}{marked}{first}<time>{escape(when or time_words(tile, zone))}</time>'
            f'<span class="df-tile-view">{view}</span>{caption}')


def apart(tiles: Iterable[ImageTile], zone: tzinfo) -> str:
    """Return '12 weeks apart', from the first to the last; empty when they are of one day."""
    days = {day_of(tile, zone) for tile in tiles}
    return f'{formatting.interval(min(days), max(days))} apart' if len(days) > 1 else ''


def size_choice(on_change: Callable[[Any], Any], *, value: Size = 'M', sizes: Mapping[str, str] = SIZES) -> Segmented:
    """Show the choice of how large photos are; `on_change` gets the Size."""
    return segmented(sizes, label='Photo size', value=value, icons=_SIZE_ICONS, on_change=on_change)
