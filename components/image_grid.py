"""Photographs by day of capture. Each tile is one element whose key is bound on the server; nothing lies over a photo but its tick."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from html import escape
from itertools import groupby
from typing import Any, Literal

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from components import formatting
from components.controls import Segmented, box, empty_state, segmented, text
from components.picture import picture_html
from components.sensitive import VEILED, is_veiled, unveil, veil_html, veil_words
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


def by_day(tiles: Iterable[ImageTile], zone: tzinfo, *, newest_first: bool = True) -> list[tuple[date, list[ImageTile]]]:
    """Return the photos grouped by day; within a day always in the order they were taken."""
    ordered = sorted(tiles, key=lambda tile: (day_of(tile, zone), time_of(tile, zone), tile.received_at))
    groups = [(on, list(photos)) for on, photos in groupby(ordered, key=lambda tile: day_of(tile, zone))]
    return groups[::-1] if newest_first else groups


def photo_html(tile: ImageTile, *, alt: str = '', kind: Literal['thumb', 'preview'] = 'thumb', is_lazy: bool = True) -> str:
    """Return the photo in its box of 4:3, so that nothing moves when it arrives."""
    picture = picture_html(tile.key, kind, alt=alt, turn_deg=tile.turn_deg, width_px=tile.width_px, height_px=tile.height_px,
                           is_lazy=is_lazy)
    return f'<span class="df-photo">{picture}</span>'


def tile_html(tile: ImageTile, zone: tzinfo, *, badge: str = '', alt: str = '', when: str = '', asks_site: bool = False,
              is_lazy: bool = True) -> str:
    """Return one tile: photo and up to three caption lines, every value escaped. Few elements: there may be hundreds of tiles.

    `when` stands in for the time where no day stands above. `asks_site` invites to say the body site that is not set.
    """
    site = site_of(tile)
    unset = '<b class="df-asked">Set body site</b>' if asks_site else '<b class="df-unset">Body site not set</b>'
    first = f'<b>{escape(site)}</b>' if site else unset
    marked = f'<span class="df-badge">{escape(badge)}</span>' if badge else ''
    view = escape(tile.view.capitalize() or 'View not set')
    caption = f'<span class="df-tile-caption">{escape(tile.caption)}</span>' if tile.caption else ''
    photo = photo_html(tile, alt=alt, is_lazy=is_lazy)
    return (f'{photo}{veil_html(tile)}{marked}{first}<time>{escape(when or time_words(tile, zone))}</time>'
            f'<span class="df-tile-view">{view}</span>{caption}')


@dataclass(frozen=True)
class _WholeDay:
    """The button that chooses all photos of a day, or takes them back when all are chosen."""

    button: TextElement
    day: str
    keys: list[str]

    def show(self, selected: set[str]) -> None:
        words = 'Clear day' if selected.issuperset(self.keys) else 'Select day'
        if self.button.text != words:
            self.button.set_text(words)
            self.button.props['aria-label'] = f'{words} {self.day}'


class ImageGrid:
    """The grid. `selected` is the page's own set and is kept up to date; after each change `on_toggle(key)` is told.

    With `on_toggle` a tile is a checkbox (click, Space); with `on_open` Enter and a double click open it, and without `on_toggle`
    a single click does. `badges` writes a word on photos ("3 entries"). `gone` are shown faded and cannot be chosen.
    Days are counted from `today`; with `visit`, from the day of that visit.
    """

    def __init__(self, tiles: Iterable[ImageTile], *, today: date, zone: tzinfo, selected: set[str] | None = None,
                 on_toggle: OnKey | None = None, on_open: OnKey | None = None, size: Size = 'M', newest_first: bool = True,
                 empty: tuple[str, str] = ('No photos yet.', ''), badges: dict[str, str] | None = None,
                 gone: frozenset[str] = frozenset(), visit: date | None = None) -> None:
        self._today, self._zone, self._visit = today, zone, visit
        self.selected = selected if selected is not None else set()
        self._on_toggle, self._on_open = on_toggle, on_open
        self._badges, self._gone = badges or {}, gone
        self._elements: dict[str, ui.html] = {}
        self._whole_days: list[_WholeDay] = []
        groups = by_day(tiles, zone, newest_first=newest_first)
        with box('df-grid-root') as self.root:
            for on, photos in groups:
                self._day(on, photos)
            if not groups:
                empty_state(*empty)
        self.set_size(size)
        self._mark_choosing()

    def set_size(self, size: Size) -> None:
        """Change how large the photos are shown, without drawing them again."""
        self.root.props['data-size'] = size

    def toggle(self, key: str) -> Any:
        """Choose a photo, or take it back, and tell the page."""
        self.selected.symmetric_difference_update({key})
        self._show(key)
        return self._on_toggle(key) if self._on_toggle else None

    def clear(self) -> None:
        """Take back the whole choice, without telling the page."""
        chosen = list(self.selected)
        self.selected.clear()
        for key in chosen:
            self._show(key)

    def _day(self, on: date, photos: list[ImageTile]) -> None:
        with box('df-day'):
            text(self._distance(on), tag='h3')
            text(formatting.day(on), 'df-day-date df-num', tag='span')
            with box('df-day-end', tag='span'):
                text(formatting.plural(len(photos), 'image'), 'df-num', tag='span')
                choosable = [tile.key for tile in photos if tile.key not in self._gone]
                if self._on_toggle and choosable:
                    words = text('', 'df-link', tag='button', type='button').mark(f'day-{on}')
                    words.on('click', lambda keys=choosable: self.toggle_all(keys), args=[])
                    self._whole_days.append(_WholeDay(words, formatting.day(on), choosable))
        with box('df-grid'):
            for tile in photos:
                self._tile(tile)

    def _distance(self, on: date) -> str:
        return formatting.visit_day(on, visit=self._visit) if self._visit else formatting.relative_day(on, today=self._today)

    def _tile(self, tile: ImageTile) -> None:
        chosen = bool(self._on_toggle) and tile.key not in self._gone
        is_hidden = is_veiled(tile)
        name = describe(tile, self._zone) + veil_words(tile, hidden=is_hidden)
        acts = chosen or (self._on_open is not None and tile.key not in self._gone)
        fragment = tile_html(tile, self._zone, badge=self._badges.get(tile.key, ''), alt='' if acts else name)
        element = ui.html(fragment, sanitize=False).classes('df-tile').mark(f'tile-{tile.key}')
        self._elements[tile.key] = element
        if is_hidden:
            element.classes(VEILED)
        if not acts:
            element.classes('df-tile--still' if tile.key not in self._gone else 'df-tile--gone')
            return
        element.props['tabindex'] = '0'
        element.props['aria-label'] = name
        element.props['role'] = 'checkbox' if chosen else 'button'
        self._listen(element, tile, chosen)
        if chosen:
            element.props['aria-checked'] = str(tile.key in self.selected).lower()

    def _listen(self, element: ui.html, tile: ImageTile, chosen: bool) -> None:
        def first_show(act: OnKey) -> Callable[[], Any]:
            return lambda: None if self._unveils(tile) else act(tile.key)
        if chosen:
            element.on('click', first_show(self.toggle), args=[])
            element.on('keydown.space.prevent', first_show(self.toggle), args=[])
        if self._on_open is not None:
            element.on('dblclick' if chosen else 'click', first_show(self._on_open), args=[])
            element.on('keydown.enter', first_show(self._on_open), args=[])
        elif chosen:
            element.on('keydown.enter', first_show(lambda _key: None), args=[])

    def _unveils(self, tile: ImageTile) -> bool:
        """Show a sensitive photograph that is hidden, and tell whether that was it: the first click or key does nothing else."""
        element = self._elements[tile.key]
        if VEILED not in element.classes:
            return False
        unveil(tile.key)
        element.classes(remove=VEILED)
        element.props['aria-label'] = describe(tile, self._zone) + veil_words(tile, hidden=False)
        return True

    def toggle_all(self, keys: list[str]) -> None:
        """Choose all of these; when all are chosen already, take them back."""
        wanted = not self.selected.issuperset(keys)
        for key in keys:
            if (key in self.selected) is not wanted:
                self.toggle(key)

    def _show(self, key: str) -> None:
        element = self._elements.get(key)
        if element is not None:
            element.props['aria-checked'] = str(key in self.selected).lower()
        self._mark_choosing()

    def _mark_choosing(self) -> None:
        # while a choice is being made every tick shows, not only the one under the mouse
        if self.selected:
            self.root.classes('df-choosing')
        else:
            self.root.classes(remove='df-choosing')
        for day in self._whole_days:
            day.show(self.selected)


def image_grid(tiles: Iterable[ImageTile], *, today: date, zone: tzinfo, selected: set[str] | None = None, on_toggle: OnKey | None = None,
               on_open: OnKey | None = None, size: Size = 'M', **more: Any) -> ImageGrid:
    """Show photographs by day of capture. See ImageGrid for what can be asked of it."""
    return ImageGrid(tiles, today=today, zone=zone, selected=selected, on_toggle=on_toggle, on_open=on_open, size=size, **more)


def size_choice(on_change: Callable[[Any], Any], *, value: Size = 'M') -> Segmented:
    """Show the choice of how large photos are; `on_change` gets the Size."""
    return segmented(SIZES, label='Photo size', value=value, icons=_SIZE_ICONS, on_change=on_change)
