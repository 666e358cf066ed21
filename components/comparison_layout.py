"""The choice of how the photographs of a comparison are laid out."""
from collections.abc import Callable
from typing import Any

from nicegui import ui

from components import design
from data.models import Layout

LAYOUTS = {
    Layout.SIDE_BY_SIDE: ('Side by side', 'columns-2'), Layout.SLIDER: ('Slider', 'square-split-horizontal'),
    Layout.OVERLAY: ('Overlay', 'layers'), Layout.GRID: ('Grid', 'layout-grid')}
"""Their names and symbols, in the order of their keys 1 to 4."""


class LayoutChoice(ui.element):
    """The layouts side by side, one of them on: one element, so that a page of many comparisons stays light. `on_change(layout)`."""

    def __init__(self, value: Layout, on_change: Callable[[Layout], Any], *, has_words: bool = False) -> None:
        super().__init__('q-btn-toggle')
        self.classes('df-layouts')
        self.props('unelevated no-caps :ripple="false" toggle-color=on toggle-text-color=on')  # Quasar has no colour of that name
        self.props['role'], self.props['aria-label'] = 'group', 'Layout'
        self.props['options'] = [
            {'value': layout.value, 'icon': design.icon(symbol), **({'label': words} if has_words else {}),
             'attrs': {'aria-label': words, 'title': f'{words} ({key})' if has_words else words}}
            for key, (layout, (words, symbol)) in enumerate(LAYOUTS.items(), 1)]
        self.set_value(value)
        self.on('update:model-value', lambda event: self._chosen(event.args, on_change))

    def set_value(self, value: Layout) -> None:
        """Show another layout as chosen, without telling anyone."""
        self.props['model-value'] = value.value

    @staticmethod
    def _chosen(sent: Any, on_change: Callable[[Layout], Any]) -> Any:
        chosen = sent[0] if isinstance(sent, list) else sent
        return on_change(Layout(chosen)) if chosen in set(Layout) else None
