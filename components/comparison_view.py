"""Comparisons: the images of a group side by side, baseline first, dates and the interval on them."""
from collections.abc import Awaitable, Callable
from datetime import date, tzinfo
from html import escape

from nicegui import ui

from components.autosave import Autosave
from components.controls import box, icon_button, text, text_field
from components.formatting import birth_line, interval
from components.image_grid import day_of, day_words, describe, site_of
from components.left_marks import mark_html
from components.patient_banner import stage_patient
from components.save_status import offline_html
from data.columns import limit_of
from data.models import ComparisonGroup
from data.read_models import ImageTile, PatientHeader
from data.repositories.comparisons import GroupRecord

OnLarge = Callable[[GroupRecord], Awaitable[None]]
_PAIR = 2


class ComparisonCard:
    """One group as a card. With `saving` its title can be edited, else it is a heading.

    `on_large` writes the events of its images and then calls `full_screen`.
    """

    def __init__(self, group: GroupRecord, saving: Autosave | None, *, zone: tzinfo, on_large: OnLarge) -> None:
        self._group, self._zone = group, zone
        many = len(group.images) + len(group.left) > _PAIR
        with box('df-pair-card', tag='article', aria_label=group_name(group)) as self.root:
            self._panes = ui.html(panes_html(group, zone), sanitize=False).classes('df-pair df-pair--many' if many else 'df-pair')
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
        fragment = panes_html(group, self._zone)
        if fragment != self._panes.content:
            self._panes.set_content(fragment)
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
        ui.html(panes_html(group, zone), sanitize=False).classes('df-stage-pair')
    dialog.on('hide', dialog.delete)
    dialog.open()
    return dialog


def panes_html(group: GroupRecord, zone: tzinfo) -> str:
    """Return images and marks in order, each image with its date, and the interval between the first and the last. Every value is escaped.
    """
    panes = [_pane_html(tile, zone) for tile in group.images]
    for mark in group.left:
        panes.insert(mark.place, f'<span class="df-pane">{mark_html(mark, zone)}</span>')
    if len(group.images) < _PAIR:
        return ''.join(panes)
    apart = interval(day_of(group.images[0], zone), day_of(group.images[-1], zone))
    return f'{"".join(panes)}<span class="df-interval df-num">{escape(apart)}</span>'


def _pane_html(tile: ImageTile, zone: tzinfo) -> str:
    return (f'<span class="df-pane"><img src="/images/{escape(tile.key)}/preview" alt="{escape(describe(tile, zone))}" loading="lazy" '
            f'decoding="async" width="{tile.width_px}" height="{tile.height_px}">'
            f'<span class="df-badge df-num">{escape(day_words(tile, zone))}</span></span>')
