"""What narrows the pool: a chip for each filter, where there is little room one for all of them, and the menu behind each.

A choice applies at once and the counts beside the others follow; the menu stays until it is left.
"""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box, button, empty_state, text
from components.design import icon_svg
from components.pool_view import KINDS, Facet, PoolView, Tags, chip_words, facets, shown, value_words
from data.read_models import ImageTile

_ICONS = {'site': 'map-pin', 'view': 'eye', 'tag': 'tag'}
_ALL = 'all'
OnView = Callable[[PoolView], Any]


@dataclass
class Pool:
    """The photographs of a patient, their tags, and what of them is shown."""

    tiles: Sequence[ImageTile]
    tags: Tags
    view: PoolView = field(default_factory=PoolView)

    @property
    def shown(self) -> list[ImageTile]:
        """Return the photographs that belong to the view."""
        return shown(self.tiles, self.tags, self.view)

    @property
    def words(self) -> str:
        """Return '64 images', narrowed '37 of 64 images'."""
        everything = formatting.plural(len(self.tiles), 'image')
        return f'{formatting.count(len(self.shown))} of {everything}' if self.view.is_narrowed else everything


class PoolFilters:
    """The chips. `pool()` is what is there now, `on_view(view)` shows another view."""

    def __init__(self, pool: Callable[[], Pool], on_view: OnView) -> None:
        self._pool, self._on_view = pool, on_view
        self._chips: dict[str, _Chip] = {}
        self._menu: _Menu | None = None
        with box('df-filters df-pool-filters', role='group', aria_label='Filters'):
            for kind in (*KINDS, _ALL):
                self._chips[kind] = self._chip(kind)
            self._clear = text('Clear all', 'df-link df-filters-clear', tag='button', type='button')
            self._clear.on('click', lambda: on_view(self._pool().view.cleared()), args=[])

    def show(self) -> None:
        """Say what is on."""
        pool = self._pool()
        words = {kind: chip_words(kind, pool.view, pool.tags) for kind in KINDS}
        on = [said for said in words.values() if said]
        words[_ALL] = on[0] if len(on) == 1 else f'{len(on)} filters' if on else ''
        for kind, said in words.items():
            self._chips[kind].show(kind, said)
        self._clear.set_visibility(len(on) > 0)
        if self._menu is not None:
            self._menu.show()

    def _chip(self, kind: str) -> '_Chip':
        with box(f'df-chip df-filter {"df-pool-narrow" if kind == _ALL else "df-pool-wide"}', tag='span') as root:
            face = ui.html('', sanitize=False, tag='button').classes('df-filter-face').mark(f'filter-{kind}')
            face.props['type'], face.props['aria-haspopup'] = 'button', 'dialog'
            off = ui.html(icon_svg('x', 14), sanitize=False, tag='button').classes('df-filter-off').mark(f'filter-{kind}-off')
            off.props['type'] = 'button'
        face.on('click', lambda: self._open(kind, root), args=[])
        off.on('click', lambda: self._on_view(self._without(kind)), args=[])
        return _Chip(root, face, off)

    def _without(self, kind: str) -> PoolView:
        view = self._pool().view
        return view.cleared() if kind == _ALL else view.having(kind)

    def _open(self, kind: str, chip: ui.element) -> None:
        if self._menu is not None:
            return
        face = self._chips[kind].face
        with chip, ui.menu().props('no-parent-event transition-show=fade transition-hide=fade') as menu:
            # the focus is back at the chip by then; what fades out may go
            menu.classes('df-filter-menu df-pool-menu').on('before-hide', lambda: self._closed(menu, face), args=[])
            menu.props['role'] = 'dialog'
            menu.props['aria-label'] = f'Filter by {KINDS[kind].lower()}' if kind in KINDS else 'Filters'
            self._menu = _Menu(self._pool, self._on_view, list(KINDS) if kind == _ALL else [kind])
        face.props['aria-expanded'] = 'true'
        menu.open()

    def _closed(self, menu: ui.menu, face: ui.html) -> None:
        self._menu = None
        face.props['aria-expanded'] = 'false'
        menu.delete()


@dataclass
class _Chip:
    root: ui.element
    face: ui.html
    off: ui.html

    def show(self, kind: str, words: str) -> None:
        """Say what is on; without words the filter is off."""
        self.root.classes(add='df-chip--on' if words else '', remove='' if words else 'df-chip--on')
        self.face.set_content(_face_html(kind, words))
        self.off.set_visibility(bool(words))
        self.off.props['aria-label'] = self.off.props['title'] = f'Remove {words}'


class _Menu:
    """The values of one filter or of all, each with how many photographs it leaves."""

    def __init__(self, pool: Callable[[], Pool], on_view: OnView, kinds: Sequence[str]) -> None:
        self._pool, self._on_view, self._kinds = pool, on_view, kinds
        self._rows: dict[tuple[str, str], ui.html] = {}
        with box('df-pool-values'):
            for kind in kinds:
                with box('df-col', role='group', aria_label=KINDS[kind]):
                    if len(kinds) > 1:
                        text(KINDS[kind], 'df-over', tag='h2')
                    self._list(kind)
        with box('df-pool-foot'):
            clear = text('Clear', 'df-link', tag='button', type='button')
            clear.on('click', self._clear, args=[])
            self._total = text('', 'df-meta df-num', role='status')
        self.show()

    def show(self) -> None:
        """Show what is chosen and how many each leaves, in the rows that are there: nothing moves."""
        pool = self._pool()
        known = {(kind, facet.value): facet for kind in self._kinds for facet in facets(pool.tiles, pool.tags, pool.view, kind)}
        for (kind, value), row in self._rows.items():
            facet = known.get((kind, value), Facet(value, value_words(kind, value, pool.tags), 0))
            row.props['aria-checked'] = str(value in pool.view.chosen(kind)).lower()
            row.set_content(_facet_html(facet))
        self._total.set_text(pool.words)

    def _list(self, kind: str) -> None:
        pool = self._pool()
        found = facets(pool.tiles, pool.tags, pool.view, kind)
        for facet in found:
            row = ui.html('', sanitize=False, tag='button').classes('df-filter-tag').mark(f'facet-{facet.value}')
            row.props['type'], row.props['role'] = 'button', 'checkbox'
            row.on('click', lambda value=facet.value: self._on_view(self._pool().view.choosing(kind, value)), args=[])
            self._rows[kind, facet.value] = row
        if not found:
            text('No photo has a tag.' if kind == 'tag' else 'No photos yet.', 'df-meta df-f13 df-pool-none')

    def _clear(self) -> None:
        view = self._pool().view
        for kind in self._kinds:
            view = view.having(kind)
        self._on_view(view)


def nothing(pool: Pool, empty: tuple[str, str], on_view: OnView) -> None:
    """Say why there is no photograph: none is in the pool, or which filters leave none, each with the way out of it."""
    if not pool.view.is_narrowed or not pool.tiles:
        empty_state(*empty)
        return
    with empty_state('No images match.', 'Each photo is left out by at least one of these filters.'):
        with box('df-nothing'):
            for kind in KINDS:
                for value in pool.view.chosen(kind):
                    _way_out(kind, value, pool, on_view)
        button('Clear all', on_click=lambda: on_view(pool.view.cleared()))


def _way_out(kind: str, value: str, pool: Pool, on_view: OnView) -> None:
    words = chip_words(kind, PoolView().having(kind, (value,)), pool.tags)
    chip = ui.html(f'<span class="df-ell">{escape(words)}</span>{icon_svg("x", 14)}', sanitize=False, tag='button')
    chip.classes('df-chip df-chip--on').props['type'] = 'button'
    chip.props['aria-label'] = f'Remove {words}'
    chip.on('click', lambda: on_view(pool.view.choosing(kind, value)), args=[])


def _face_html(kind: str, words: str) -> str:
    """Return the inside of a chip, escaped."""
    if not words:
        return f'{icon_svg("sliders-horizontal" if kind == _ALL else "plus", 15)}<span>{escape(KINDS.get(kind, "Filter"))}</span>'
    return f'{icon_svg(_ICONS.get(kind, "sliders-horizontal"), 15)}<span class="df-ell">{escape(words)}</span>'


def _facet_html(facet: Facet) -> str:
    """Return the inside of a row of the menu, escaped."""
    images = 'image' if facet.count == 1 else 'images'
    return (f'<span class="df-ell">{escape(facet.words)}</span><span class="df-num df-end">{formatting.count(facet.count)}'
            f'<span class="df-hidden-label"> {images}</span></span>')
