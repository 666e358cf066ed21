"""What of a pool is shown, as an address and back, and what belongs to it. Pure: photographs in, photographs and counts out.

    /patients/psr-20417/images?site=Upper+extremity:Forearm/left&view=overview&view=close-up&tag=psoriasis&sort=oldest&size=L

Of sites and views any of the chosen will do, of tags a photograph bears all of them, as in the list of patients.
"""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from components.image_grid import Size
from data.body_sites import is_paired, leaf
from data.models import View
from data.read_models import ImageTile, ShownTag

NOT_SET = 'none'
KINDS = {'site': 'Body site', 'view': 'View', 'tag': 'Tag'}
SIZES: tuple[Size, ...] = ('S', 'M', 'L')
_OLDEST, _NEWEST = 'oldest', 'newest'
_MOST_VALUES = 40
_LEFT_OUT = 'It is left out.'
Tags = Mapping[str, tuple[ShownTag, ...]]


@dataclass(frozen=True)
class PoolView:
    """What is asked for. Without a `size` the photos are as large as the reader likes them."""

    site: tuple[str, ...] = ()
    view: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    is_newest_first: bool = True
    size: Size | None = None

    def chosen(self, kind: str) -> tuple[str, ...]:
        """Return the values of one filter."""
        return {'site': self.site, 'view': self.view, 'tag': self.tag}[kind]

    @property
    def is_narrowed(self) -> bool:
        """Tell whether any filter is on."""
        return any(self.chosen(kind) for kind in KINDS)

    def choosing(self, kind: str, value: str) -> 'PoolView':
        """Return the view with a value among the chosen ones, or without it."""
        chosen = self.chosen(kind)
        return self.having(kind, tuple(other for other in chosen if other != value) if value in chosen else (*chosen, value))

    def having(self, kind: str, values: tuple[str, ...] = ()) -> 'PoolView':
        """Return the view with these values of a filter; with none it is off."""
        return replace(self, site=values if kind == 'site' else self.site, view=values if kind == 'view' else self.view,
                       tag=values if kind == 'tag' else self.tag)

    def turned(self) -> 'PoolView':
        """Return the view with the days in the other order."""
        return replace(self, is_newest_first=not self.is_newest_first)

    def cleared(self) -> 'PoolView':
        """Return the view with all filters off."""
        return replace(self, site=(), view=(), tag=())


@dataclass(frozen=True)
class Facet:
    """One value of a filter: its words, and how many photographs have it within the other filters."""

    value: str
    words: str
    count: int


def read_size(text: str) -> Size:
    """Return the size that a text names, else the middle one."""
    sizes: dict[str, Size] = {name: name for name in SIZES}
    return sizes.get(text, 'M')


def read_view(query: Iterable[tuple[str, str]]) -> tuple[PoolView, list[str]]:
    """Return the view that an address names, and what of it cannot be, in words."""
    given: dict[str, list[str]] = {}
    for name, text in query:
        given.setdefault(name, []).append(text.strip())
    faults: list[str] = []
    views = tuple(dict.fromkeys(text for text in given.get('view', []) if text))
    known = {*View, NOT_SET}
    faults += [f'There is no view “{text[:40]}”. {_LEFT_OUT}' for text in views if text not in known]
    sort, size = (given.get(name, [''])[-1] for name in ('sort', 'size'))
    if sort not in ('', _OLDEST, _NEWEST):
        faults.append(f'Photos cannot be sorted by “{sort[:40]}”: the newest day comes first.')
    if size and size not in SIZES:
        faults.append(f'A photo size is S, M or L, not “{size[:40]}”.')
    return PoolView(_values(given, 'site'), tuple(text for text in views if text in known), _values(given, 'tag'), sort != _OLDEST,
                    read_size(size) if size in SIZES else None), faults


def view_address(address: str, view: PoolView) -> str:
    """Return the address of a view of the pool at `address`: it can be reloaded and shared."""
    named = [(kind, value) for kind in KINDS for value in view.chosen(kind)]
    named += [('sort', _OLDEST)] if not view.is_newest_first else []
    named += [('size', view.size)] if view.size else []
    return f'{address}?{urlencode(named, safe=":/")}' if named else address


def shown(tiles: Sequence[ImageTile], tags: Tags, view: PoolView) -> list[ImageTile]:
    """Return the photographs that belong to the view."""
    return [tile for tile in tiles if all(_fits(tile, tags, view, kind) for kind in KINDS)]


def facets(tiles: Sequence[ImageTile], tags: Tags, view: PoolView, kind: str) -> list[Facet]:
    """Return the values of a filter that this pool has, each with its count within the other filters; what is chosen is among them."""
    others = view if kind == 'tag' else view.having(kind)
    within = shown(tiles, tags, others)
    words = {value: words for tile in tiles for value, words in _values_of(tile, tags, kind).items()}
    if kind == 'view':
        words = {**{value.value: value.value.capitalize() for value in View}, NOT_SET: 'Not set'}
    words |= {value: value_words(kind, value) for value in view.chosen(kind) if value not in words}
    counts = {value: sum(value in _values_of(tile, tags, kind) for tile in within) for value in words}
    found = [Facet(value, words[value], counts[value]) for value in words]
    return found if kind == 'view' else sorted(found, key=lambda facet: (facet.value == NOT_SET, facet.words.casefold()))


def value_words(kind: str, value: str, tags: Tags | None = None) -> str:
    """Return 'Forearm, left', 'Close-up', the name of a tag; what nobody has is called as the address calls it."""
    if value == NOT_SET:
        return 'Not set'
    if kind == 'site':
        site, _slash, side = value.partition('/')
        return ', '.join(part for part in (leaf(site), side) if part)
    if kind == 'view':
        return value.capitalize()
    return next((each.tag.name for bearing in (tags or {}).values() for each in bearing if each.tag.slug == value), value)


def chip_words(kind: str, view: PoolView, tags: Tags) -> str:
    """Return what a chip says: one value itself, of several their number, nothing for a filter that is off."""
    chosen = view.chosen(kind)
    if len(chosen) < 2:
        words = value_words(kind, chosen[0], tags) if chosen else ''
        return f'{KINDS[kind]} not set' if words == 'Not set' else words
    return f'{len(chosen)} {KINDS[kind].lower()}s'


def _fits(tile: ImageTile, tags: Tags, view: PoolView, kind: str) -> bool:
    chosen, has = view.chosen(kind), _values_of(tile, tags, kind)
    return not chosen or (all if kind == 'tag' else any)(value in has for value in chosen)


def _values_of(tile: ImageTile, tags: Tags, kind: str) -> dict[str, str]:
    """Return what a photograph has of one kind, with its words."""
    if kind == 'tag':
        return {shown.tag.slug: shown.tag.name for shown in tags.get(tile.key, ())}
    value = tile.view or NOT_SET if kind == 'view' else site_value(tile)
    return {value: value_words(kind, value)}


def site_value(tile: ImageTile) -> str:
    """Return where a photograph was taken, side included, as an address names it."""
    side = tile.laterality if is_paired(tile.body_site) else ''
    return '/'.join(part for part in (tile.body_site, side) if part) if tile.body_site else NOT_SET


def _values(given: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[:200] for text in given.get(name, []) if text))[:_MOST_VALUES]
