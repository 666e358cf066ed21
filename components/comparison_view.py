"""Comparisons: the images of a group side by side, baseline first, dates and the interval on them."""
from collections.abc import Awaitable, Callable
from datetime import date, tzinfo
from html import escape

from nicegui import ui

from components.autosave import Autosave
from components.controls import box, icon_button, text, text_field
from components.formatting import birth_line, interval, plural
from components.image_grid import day_of, day_words, describe, site_of
from components.left_marks import mark_html
from components.patient_banner import stage_patient
from components.picture import picture_html
from components.save_status import offline_html
from components.sensitive import VEILED, is_veiled, unveil, veil_html, veil_words
from data.columns import limit_of
from data.models import ComparisonGroup
from data.read_models import ImageTile, PatientHeader
from data.repositories.comparisons import GroupRecord

OnLarge = Callable[[GroupRecord], Awaitable[None]]
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


class ComparisonCard:
    """One group as a card. With `saving` its title can be edited, else it is a heading.

    `on_large` writes the events of its images and then calls `full_screen`.
    """

    def __init__(self, group: GroupRecord, saving: Autosave | None, *, zone: tzinfo, on_large: OnLarge) -> None:
        self._group = group
        many = len(group.images) + len(group.left) > _PAIR
        with box('df-pair-card', tag='article', aria_label=group_name(group)) as self.root:
            self._panes = Panes(group, zone, classes='df-pair df-pair--many' if many else 'df-pair')
            with box('df-pair-foot'):
                if saving is not None:
                    title = text_field('Title', value=group.title, placeholder=group_name(group), look='df-f--bare',
                                       limit=limit_of(ComparisonGroup, 'title'))
                    saving.add(title, lambda records: records.comparisons.arrange, group.key, 'title', revision=group.title_revision)
                else:
                    text(group_name(group), 'df-t3', tag='h3')
                icon_button('maximize-2', label=f'Full screen: {group_name(group)}', on_click=lambda: on_large(self._group))

    def show(self, group: GroupRecord) -> None:
        """Show the photographs and marks of now; the title is left to itself: someone may be typing it."""
        self._panes.show(group)
        self._group = group


def group_name(group: GroupRecord) -> str:
    """Return the title, or what the images say of themselves."""
    sites = dict.fromkeys(site_of(tile) for tile in group.images if tile.body_site)
    return group.title or '; '.join(sites) or 'Comparison'


def summary(groups: list[GroupRecord]) -> str:
    """Return the line that stands in for the closed section."""
    return '; '.join(group_name(group) for group in groups)


def full_screen(group: GroupRecord, patient: PatientHeader, *, zone: tzinfo, today: date) -> ui.dialog:
    """Fill the screen with a group, whose photos these are stands above them, and return the dialog."""
    with ui.dialog().props('maximized transition-show=fade transition-hide=fade') as dialog, ui.card().classes('df-stage-dialog df-stage'):
        dialog.props['aria-label'] = group_name(group)
        with box('df-stage-head'):
            stage_patient(patient, birth_line(patient.birth_on, today))
            text(group_name(group), 'df-t3 df-ell df-stage-words', tag='h2')
            ui.html(offline_html('Offline'), sanitize=False).classes('df-status')
            icon_button('x', label='Close', on_click=dialog.close)
        Panes(group, zone, classes='df-stage-pair')
    dialog.on('hide', dialog.delete)
    dialog.open()
    return dialog


def panes_html(group: GroupRecord, zone: tzinfo) -> str:
    """Return images and marks in order, each image with its date, and the interval between the first and the last. Every value is escaped.
    """
    panes = [_pane_html(tile, zone, hidden=is_veiled(tile)) for tile in group.images]
    for mark in group.left:
        panes.insert(mark.place, f'<span class="df-pane">{mark_html(mark, zone)}</span>')
    if len(group.images) < _PAIR:
        return ''.join(panes)
    apart = interval(day_of(group.images[0], zone), day_of(group.images[-1], zone))
    return f'{"".join(panes)}<span class="df-interval df-num">{escape(apart)}</span>'


def _pane_html(tile: ImageTile, zone: tzinfo, *, hidden: bool) -> str:
    picture = picture_html(tile.key, 'preview', alt=describe(tile, zone) + veil_words(tile, hidden=hidden), turn_deg=tile.turn_deg,
                           width_px=tile.width_px, height_px=tile.height_px)
    return (f'<span class="df-pane{" " + VEILED if hidden else ""}">{picture}{veil_html(tile)}'
            f'<span class="df-badge df-num">{escape(day_words(tile, zone))}</span></span>')
