"""Comparisons as cards: the images of a group side by side, baseline first, dates and the interval on them."""
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import tzinfo
from html import escape
from typing import Any

from nicegui import ui

from components.autosave import Autosave
from components.comparison_acts import ComparisonActs
from components.comparison_layout import LayoutChoice
from components.comparison_photo import distance, photo_html
from components.comparison_words import group_name
from components.controls import box, icon_button, link, link_button, text_field
from components.formatting import plural
from components.image_grid import day_words, describe
from components.left_marks import mark_html
from components.picture import picture_html
from components.refusals import refusals_shown
from components.sensitive import VEILED, is_veiled, unveil, veil_html, veil_words
from data.arrangement import Recipe
from data.columns import limit_of
from data.models import ComparisonGroup, Layout
from data.read_models import ImageTile
from data.repositories.comparisons import GroupRecord

OnLarge = Callable[[GroupRecord], Awaitable[Any]]
_PAIR = 2


class Panes(ui.html):
    """The images of a group, and the marks of those that left. Sensitive ones are hidden until someone clicks, or presses Enter."""

    def __init__(self, group: GroupRecord, zone: tzinfo, *, classes: str) -> None:
        super().__init__('', sanitize=False)
        self._zone = zone
        self.classes(classes)
        for key in ('click', 'keydown.enter', 'keydown.space.prevent'):
            self.on(key, self._unveil, [])
        self.show(group)

    def show(self, group: GroupRecord) -> None:
        """Show what is in the group now."""
        self._group = group
        fragment = panes_html(group, self._zone)
        if fragment != self.content:
            self.set_content(fragment)
        hidden = sum(map(is_veiled, group.images))
        if hidden:
            self.props.update({'role': 'button', 'tabindex': '0', 'aria-label': f'Show {plural(hidden, "sensitive photo")}, hidden'})
        else:
            for name in ('role', 'tabindex', 'aria-label'):
                self.props.pop(name, None)
            self.update()

    def _unveil(self) -> None:
        if any(map(is_veiled, self._group.images)):
            unveil(*(tile.key for tile in self._group.images))
            self.show(self._group)


@dataclass(frozen=True)
class CardActs:
    """What who may arrange can do from a card: its title is saved as it is typed, the rest are acts on the group."""

    saving: Autosave
    group: ComparisonActs


class ComparisonCard:
    """One group as a card. With `acts` its title and layout can be changed, else the title is a heading; either leads to `address`.

    `on_large` writes the events of its images and then fills the screen.
    """

    def __init__(self, group: GroupRecord, acts: CardActs | None, *, zone: tzinfo, address: str, on_large: OnLarge) -> None:
        self._group, self._acts = group, acts
        with box('df-pair-card', tag='article', aria_label=group_name(group), tabindex='-1') as self.root:
            self._panes = Panes(group, zone, classes=_look(group))
            with box('df-pair-foot'):
                if acts is not None:
                    self._tools(group, acts, address)
                else:
                    with box('', tag='h3'):
                        self._heading = link(group_name(group), address, 'df-t3 df-plain-link')
                icon_button('maximize-2', label=f'Full screen: {group_name(group)}', on_click=lambda: on_large(self._group))

    def show(self, group: GroupRecord) -> None:
        """Show the photographs and marks of now; the title is left to itself: someone may be typing it."""
        self._panes.show(group)
        self._panes.classes(replace=_look(group))
        self._group = group
        if self._acts is not None:
            self._acts.group.follow(group)
            self._layouts.set_value(self._acts.group.layout)
        else:
            self._heading.set_text(group_name(group))

    def _tools(self, group: GroupRecord, acts: CardActs, address: str) -> None:
        title = text_field('Title', value=group.title, placeholder=group_name(group), look='df-f--bare',
                           limit=limit_of(ComparisonGroup, 'title'))
        acts.saving.add(title, lambda records: records.comparisons.arrange, group.key, 'title', revision=group.title_revision)
        self._layouts = LayoutChoice(group.layout, self._lay_out)
        leads = link_button('', address, icon='link-2', kind='ghost').classes('df-btn--icon')
        leads.props['aria-label'] = leads.props['title'] = f'Link to this comparison: {group_name(group)}'
        delete = icon_button('trash-2', label=f'Delete comparison: {group_name(group)}')
        delete.on('click', lambda: acts.group.remove(self._group), [])

    async def _lay_out(self, layout: Layout) -> None:
        assert self._acts is not None
        with refusals_shown():
            try:
                await self._acts.group.lay_out(layout)
            finally:
                self._layouts.set_value(self._acts.group.layout)


def panes_html(group: GroupRecord, zone: tzinfo) -> str:
    """Return images and marks in order, each image with its date, and the interval between the first and the last. Every value is escaped.
    """
    panes = [_pane_html(tile, zone, group.arrangement.of(tile.key)) for tile in group.images]
    for mark in group.left:
        panes.insert(mark.place, f'<span class="df-pane">{mark_html(mark, zone)}</span>')
    if len(group.images) < _PAIR:
        return ''.join(panes)
    apart = distance(group.images[-1], group.images[0], zone)
    return f'{"".join(panes)}<span class="df-interval df-num">{escape(apart)}</span>'


def _look(group: GroupRecord) -> str:
    return 'df-pair df-pair--many' if len(group.images) + len(group.left) > _PAIR else 'df-pair'


def _pane_html(tile: ImageTile, zone: tzinfo, recipe: Recipe) -> str:
    badge = f'<span class="df-badge df-num">{escape(day_words(tile, zone))}</span>'
    if recipe != Recipe():
        return f'<span class="df-pane">{photo_html(tile, zone, recipe, classes="df-cmp-fill")}{badge}</span>'
    hidden = is_veiled(tile)
    picture = picture_html(tile.key, 'preview', alt=describe(tile, zone) + veil_words(tile, hidden=hidden), turn_deg=tile.turn_deg,
                           width_px=tile.width_px, height_px=tile.height_px)
    return f'<span class="df-pane{" " + VEILED if hidden else ""}">{picture}{veil_html(tile)}{badge}</span>'
