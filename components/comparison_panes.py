"""The photographs of a comparison on the stage, laid out one way; zoom, place and opacity of all are one style on one element.

The wipe of the slider runs in the browser: two photographs of one size in a splitter.
"""
from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from components.comparison_look import Look
from components.comparison_photo import photo_html, when_html
from components.controls import box, symbol
from components.left_marks import mark_html
from components.pointer import Change, Pointer
from components.zoom import Zoom
from data.arrangement import Arrangement
from data.models import Layout
from data.read_models import ImageTile
from data.repositories.comparisons import GroupRecord


class ComparisonPanes:
    """Where the photographs lie. Wheel, drag and fingers ask `zoom()` and `change(act)`; `on_wiped(percent)` hears of a wipe let go."""

    def __init__(self, zone: tzinfo, *, zoom: Callable[[], Zoom], change: Change, on_measured: Callable[[float, float], Any],
                 on_wiped: Callable[[int], Any]) -> None:
        self._zone, self._zoom, self._change, self._on_measured, self._on_wiped = zone, zoom, change, on_measured, on_wiped
        self._splitter: ui.splitter | None = None
        self.root = box('df-cmp-panes')

    def show(self, look: Look) -> None:
        """Build the photographs anew."""
        self._splitter = None
        self.root.clear()
        self.root.props['data-layout'] = look.layout.name.lower()
        with self.root:
            if look.is_paired and look.beside is not None:
                self._pair(look, look.group.images[0], look.beside)
            else:
                self._each(look.group, look.lies)

    def lay(self, look: Look) -> None:
        """Write how they lie: one small message, however many they are."""
        lies = look.lies
        self.root.style(f'--z:{lies.size:.4f};--px:{lies.across:.5f};--py:{lies.down:.5f};--o:{look.opacity / 100:.2f}')
        for name, is_on in (('df-cmp-panes--large', not look.zoom.is_fit), ('df-cmp-panes--swapped', look.is_swapped)):
            if (name in self.root.classes) != is_on:
                self.root.classes(toggle=name)
        if self._splitter is not None and round(self._splitter.value or 0) != look.wipe:
            self._splitter.set_value(look.wipe)

    def clear(self) -> None:
        """Let go of the pictures."""
        self._splitter = None
        self.root.clear()

    def _each(self, group: GroupRecord, lies: Arrangement) -> None:
        fragments = [photo_html(tile, self._zone, lies.of(tile.key)) + when_html(tile, group.images[0], self._zone)
                     for tile in group.images]
        for place, fragment in enumerate(fragments):
            self._pane(fragment, is_measured=not place)
        for mark in group.left:
            with box('df-cmp-pane'):
                ui.html(mark_html(mark, self._zone), sanitize=False)

    def _pair(self, look: Look, baseline: ImageTile, beside: ImageTile) -> None:
        lies = look.lies
        below_html = photo_html(baseline, self._zone, lies.of(baseline.key))
        above_html = photo_html(beside, self._zone, lies.of(beside.key), classes='df-cmp-over')
        start_html = when_html(baseline, baseline, self._zone)
        end_html = when_html(beside, baseline, self._zone, classes='df-cmp-when--end')
        if look.layout is Layout.OVERLAY:
            self._pane(below_html + above_html + start_html + end_html, is_measured=True)
            return
        with ui.splitter(limits=(0, 100), value=look.wipe, on_change=lambda event: self._wiped(event.value)) as self._splitter:
            self._splitter.classes('df-cmp-wipe')
        with self._splitter.before:
            self._pane(below_html + start_html, is_measured=True)
        with self._splitter.after:
            self._pane(above_html + end_html)
        with self._splitter.separator, box('df-cmp-knob'):
            symbol('arrow-left-right')

    def _pane(self, fragment: str, *, is_measured: bool = False) -> None:
        with box('df-cmp-pane df-viewer-photo') as surface:
            if is_measured:
                ui.element('q-resize-observer').props('debounce=40').on('resize', self._measured)
            ui.html(fragment, sanitize=False).classes('df-cmp-inside')
            grip = box('df-viewer-grip')
        Pointer(surface, grip, zoom=self._zoom, change=self._change)

    def _measured(self, event: GenericEventArguments) -> None:
        self._on_measured(event.args['width'], event.args['height'])

    def _wiped(self, percent: float | None) -> None:
        self._on_wiped(round(percent or 0))
