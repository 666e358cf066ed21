"""What lies over the photographs of a comparison: zoom, opacity, flicker, and the button that shows sensitive ones."""
from collections.abc import Callable
from datetime import tzinfo
from html import escape
from typing import Any, Protocol

from nicegui import ui

from components import formatting
from components.comparison_look import Look
from components.controls import box, button, icon_button
from components.image_grid import day_of
from data.models import Layout


class Stage(Protocol):
    """What its buttons do."""

    def step_zoom(self, by: int) -> None:
        """Zoom in or out by a step, 0: show all."""

    def swap(self) -> None:
        """Flicker."""

    def toggle_lines(self) -> None:
        """Lay grid lines over the photographs, or take them away."""


class ComparisonBars:
    """The bars. `on_opacity(percent)` while the slider is moved, `on_unveil()` when hidden photographs shall show."""

    def __init__(self, stage: Stage, *, zone: tzinfo, on_opacity: Callable[[int], Any], on_unveil: Callable[[], Any]) -> None:
        with box('df-viewer-zoom df-cmp-zoom', role='group', aria_label='Zoom'):
            icon_button('zoom-out', label='Zoom out (−)', on_click=lambda: stage.step_zoom(-1), size='small')
            self._percent = button('100 %', label='Show all of it (0): 100 %', kind='ghost', size='small',
                                   on_click=lambda: stage.step_zoom(0))
            icon_button('zoom-in', label='Zoom in (+)', on_click=lambda: stage.step_zoom(1), size='small')
        with box('df-viewer-zoom df-cmp-opacity') as self._opacity_bar:
            self._from = ui.html('', sanitize=False)
            self._slider = ui.slider(min=0, max=100, step=1, value=50, on_change=lambda event: on_opacity(round(event.value or 0)))
            self._slider.props['aria-label'] = 'Opacity'
            for key in ('left', 'right'):  # the slider hears these itself
                self._slider.on(f'keydown.{key}.stop', lambda: None, [])
            self._to = ui.html('', sanitize=False)
        with box('df-viewer-zoom df-cmp-flicker'):
            self._lines = icon_button('grid-3x3', label='Grid lines (G)', on_click=stage.toggle_lines, size='small')
            self.lines_are_on(is_on=False)
            self._flicker = icon_button('arrow-left-right', label='Flicker (S)', on_click=stage.swap, size='small')
        self._veil = box('df-viewer-veil')
        self._zone, self._on_unveil = zone, on_unveil

    def show(self, look: Look, hidden: str) -> None:
        """Show what this layout has; `hidden` are the words of the button that shows sensitive photographs."""
        self._opacity_bar.set_visibility(look.layout is Layout.OVERLAY)
        if look.layout is Layout.OVERLAY and look.beside is not None:
            start_html, end_html = (escape(formatting.day(day_of(tile, self._zone))) for tile in (look.group.images[0], look.beside))
            self._from.set_content(start_html)
            self._to.set_content(end_html)
        self._flicker.set_enabled(look.beside is not None)
        self._veil.clear()
        if hidden:
            with self._veil:
                button(hidden, icon='eye', on_click=self._on_unveil)

    def lines_are_on(self, *, is_on: bool) -> None:
        """Tell whether grid lines lie over the photographs."""
        self._lines.props['aria-pressed'] = str(is_on).lower()

    def lay(self, look: Look) -> None:
        """Show how large the photographs are and how much of the upper one shows."""
        percent = f'{round(look.lies.size * 100)} %'
        if self._percent.text != percent:
            self._percent.set_text(percent)
            self._percent.props['aria-label'] = f'Show all of it (0): {percent}'
        if look.layout is Layout.OVERLAY and round(self._slider.value or 0) != look.opacity:
            self._slider.set_value(look.opacity)
        pressed = str(look.flicker is not None).lower()
        if self._flicker.props.get('aria-pressed') != pressed:
            self._flicker.props['aria-pressed'] = pressed
