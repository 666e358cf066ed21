"""What narrows the list, in words: a chip for each filter that is on, and what an empty result says.

    filters_on(view, labels, today)     # each with its words and the view without it
    FilterChips(…).show(view, labels)   # always four chips, in the same order: date, tags, entries, images
"""
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box
from components.design import icon_svg
from components.list_address import Address
from components.tag_chip import tag_dot_html
from data.patient_query import Counts, Days, ListView
from data.read_models import TagLabel

Labels = Mapping[str, TagLabel]
KINDS = {'date': 'Date', 'tags': 'Tags', 'entries': 'Entries', 'images': 'Images'}
_DOTS = 3
_NOTHING: dict[str, dict[str, Any]] = {
    'date': {'seen': Days(), 'modified': Days()}, 'tags': {'tags': ()}, 'entries': {'entries': Counts()}, 'images': {'images': Counts()},
}


@dataclass(frozen=True)
class FilterOn:
    """Something that narrows the list: its words, and the view without it."""

    words: str
    without: ListView


def without(view: ListView, kind: str = '') -> ListView:
    """Return the view without one kind of filter, or without all of them and the search; from its first page."""
    kinds = [kind] if kind else list(KINDS)
    cleared = {name: value for each in kinds for name, value in _NOTHING[each].items()}
    return replace(view, page=1, **cleared) if kind else replace(view, q='', page=1, **cleared)


def is_narrowed(view: ListView) -> bool:
    """Tell whether a search or a filter is on."""
    return replace(without(view), page=view.page) != replace(view, q=view.q.strip())


def filters_on(view: ListView, labels: Labels, today: date) -> list[FilterOn]:
    """Return everything that narrows the list, the search first, each tag for itself."""
    first = replace(view, page=1)
    found = [FilterOn(f'Search “{view.q.strip()}”', replace(first, q=''))] if view.q.strip() else []
    for kind, words in chip_words(view, labels, today).items():
        if kind == 'tags':
            found += [FilterOn(tag_name(slug, labels), replace(first, tags=tuple(other for other in view.tags if other != slug)))
                      for slug in view.tags]
        elif words:
            found.append(FilterOn(words, without(view, kind)))
    return found


def chip_words(view: ListView, labels: Labels, today: date) -> dict[str, str]:
    """Return what each chip says, empty for a filter that is off: 'Seen 1 Sep – 23 Nov', '3 tags', '3 or more entries'."""
    days = [days_words('Seen', view.seen, today), days_words('Changed', view.modified, today)]
    tags = tag_name(view.tags[0], labels) if len(view.tags) == 1 else formatting.plural(len(view.tags), 'tag')
    return {'date': ', '.join(words for words in days if words), 'tags': tags if view.tags else '',
            'entries': counts_words(view.entries, 'entry', 'entries'), 'images': counts_words(view.images, 'image', 'images')}


def tag_name(slug: str, labels: Labels) -> str:
    """Return the name of a tag as it is called now."""
    return labels[slug].name if slug in labels else slug


def days_words(lead: str, days: Days, today: date) -> str:
    """Return 'Seen 1 Sep – 23 Nov', 'Seen today', 'Changed since 1 Sep', 'Seen until 3 Dec 2025'; empty when it is off."""
    since, until = (_day(end, today) if end else '' for end in (days.since, days.until))
    if not since and not until:
        return ''
    if days.since == days.until:
        return f'{lead} {"today" if days.since == today else since}'
    if since and until:
        return f'{lead} {since} – {until}'
    return f'{lead} since {since}' if since else f'{lead} until {until}'


def counts_words(counts: Counts, one: str, many: str) -> str:
    """Return '3 or more entries', '2–10 images', 'at most 4 images', '1 entry', 'no images'; empty when it is off."""
    least, most = counts.least, counts.most
    if least is None and most is None:
        return ''
    if most is None:
        return f'{formatting.count(least or 0)} or more {many}'
    if least == most or most == 0:
        return formatting.plural(most, one, many) if most else f'no {many}'
    return f'{least:,}–{most:,} {many}' if least else f'at most {formatting.plural(most, one, many)}'


class FilterChips:
    """A chip for each kind and the way back from all of them. `on_open(kind, chip)` shows the menu of a chip."""

    def __init__(self, today: date, address: Address, on_open: Callable[[str, ui.element], Any], *, kinds: Collection[str] = KINDS) -> None:
        self._today, self._address, self._on_open = today, address, on_open
        self._chips: dict[str, _Chip] = {}
        with box('df-filters', role='group', aria_label='Filters') as self.root:
            for kind in kinds:
                self._chips[kind] = self._chip(kind)
            self._clear = ui.html('Clear all', sanitize=False, tag='a').classes('df-link df-filters-clear')

    def _chip(self, kind: str) -> '_Chip':
        with box('df-chip df-filter', tag='span') as root:
            face = ui.html('', sanitize=False, tag='button').classes('df-filter-face').mark(f'filter-{kind}')
            face.props['type'], face.props['aria-haspopup'] = 'button', 'dialog'
        face.on('click', lambda: self._on_open(kind, root), args=[])
        return _Chip(root, face)

    def show(self, view: ListView, labels: Labels) -> None:
        """Say what is on."""
        words_of = chip_words(view, labels, self._today)
        for kind, chip in self._chips.items():
            words = words_of[kind]
            chip.root.classes(add='df-chip--on' if words else '', remove='' if words else 'df-chip--on')
            chip.face.set_content(_face_html(kind, words, [labels[slug] for slug in view.tags if slug in labels]))
            chip.show_off(words, self._address(without(view, kind)))
        self._clear.set_visibility(is_narrowed(view))
        self._clear.props['href'] = self._address(without(view))

    def set_open(self, kind: str, *, is_open: bool) -> None:
        """Tell whether the menu of a chip is open."""
        self._chips[kind].face.props['aria-expanded'] = str(is_open).lower()


@dataclass
class _Chip:
    root: ui.element
    face: ui.html
    off: ui.html | None = None

    def show_off(self, words: str, address: str) -> None:
        """Show the way back from what is on. A filter that was never on has none."""
        if self.off is None and words:
            with self.root:
                self.off = ui.html(icon_svg('x', 14), sanitize=False, tag='a').classes('df-filter-off')
        if self.off is not None:
            self.off.set_visibility(bool(words))
            self.off.props['href'] = address
            self.off.props['aria-label'] = self.off.props['title'] = f'Remove {words}'


def nothing_html(found: list[FilterOn], address: Address, clear: ListView) -> str:
    """Return why there is no result: each filter with a link to the list without it. Escaped."""
    chips = ''.join(
        f'<a class="df-chip df-chip--on" href="{escape(address(each.without))}" aria-label="Remove {escape(each.words)}">'
        f'<span class="df-ell">{escape(each.words)}</span>{icon_svg("x", 14)}</a>' for each in found)
    return (f'<div class="df-nothing">{chips}</div>'
            f'<a class="df-link" href="{escape(address(clear))}">Clear all</a>')


def _face_html(kind: str, words: str, chosen: list[TagLabel]) -> str:
    if not words:
        return f'{icon_svg("plus", 15)}<span>{KINDS[kind]}</span>'
    dots = ''.join(tag_dot_html(label.colour) for label in chosen[:_DOTS])
    dotted = f'<span class="df-dots">{dots}</span>' if kind == 'tags' else ''
    return f'{icon_svg("calendar-days", 15) if kind == "date" else dotted}<span class="df-ell">{escape(words)}</span>'


def _day(value: date, today: date) -> str:
    return formatting.day(value).removesuffix(f' {today.year}')
