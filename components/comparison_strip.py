"""The photographs of a comparison in a row at its foot, one of them chosen, and what can be done with that one."""
from collections.abc import Callable, Mapping
from datetime import tzinfo
from html import escape
from typing import Any

from nicegui import ui

from components.comparison_look import Look
from components.comparison_photo import distance
from components.controls import box, button, icon_button
from components.elements import FocusableHtml
from components.image_grid import day_words, describe
from components.picture import picture_html
from components.sensitive import VEILED, is_veiled, veil_words
from data.read_models import ImageTile

Acts = Mapping[str, Callable[[], Any]]
_TOOLS = {
    'baseline': ('flag', 'Use as baseline'), 'earlier': ('chevron-left', 'Move to the left'),
    'later': ('chevron-right', 'Move to the right'), 'turn_right': ('rotate-cw', 'Turn right (R)'),
    'turn_left': ('rotate-ccw', 'Turn left (Shift+R)'), 'crop': ('crop', 'Crop'),
    'take_out': ('x', 'Take out of this comparison')}


class ComparisonStrip:
    """The row. `on_select(key)`; with `acts` there are tools, each by its name, and `add`."""

    def __init__(self, zone: tzinfo, on_select: Callable[[str], Any], acts: Acts | None) -> None:
        self._zone, self._on_select, self._acts = zone, on_select, acts
        self._tools: dict[str, ui.button] = {}
        self._thumbs: dict[str, FocusableHtml] = {}
        with box('df-cmp-foot') as self.root:
            self._row = box('df-cmp-strip', role='group', aria_label='Photos of this comparison')
            if acts is not None:
                with box('df-cmp-tools', role='toolbar', aria_label='Selected photo'):
                    for name, (symbol, words) in _TOOLS.items():
                        self._tools[name] = icon_button(symbol, label=words, on_click=acts[name])
                    button('Add photos', icon='plus', on_click=acts['add'], kind='ghost')

    def show(self, look: Look) -> None:
        """Show the photographs of now. Those that are there stay: one of them may have the focus."""
        if list(self._thumbs) != look.keys:
            self._row.clear()
            with self._row:
                self._thumbs = {key: self._thumb(key) for key in look.keys}
        for tile in look.group.images:
            element, fragment = self._thumbs[tile.key], strip_html(tile, look, self._zone)
            element.set_content(fragment)
            element.props['aria-pressed'] = str(look.chosen is not None and tile.key == look.chosen.key).lower()
            element.props['aria-label'] = (f'{describe(tile, self._zone)}{veil_words(tile, hidden=is_veiled(tile))}, '
                                           f'{distance(tile, look.group.images[0], self._zone)}')
        self._enable(look)

    def _thumb(self, key: str) -> FocusableHtml:
        element = FocusableHtml('', sanitize=False).classes('df-cmp-thumb')
        element.props['role'], element.props['tabindex'] = 'button', '0'
        for happens in ('click', 'keydown.enter.prevent', 'keydown.space.prevent'):
            element.on(happens, lambda: self._on_select(key), [])
        return element

    def _enable(self, look: Look) -> None:
        if not self._tools or look.chosen is None:
            return
        place, last = look.keys.index(look.chosen.key), len(look.keys) - 1
        can = {'baseline': place > 0, 'earlier': place > 0, 'later': place < last, 'take_out': last > 1,
               'crop': not is_veiled(look.chosen)}
        for name, tool in self._tools.items():
            tool.set_enabled(can.get(name, True))


def strip_html(tile: ImageTile, look: Look, zone: tzinfo) -> str:
    """Return one photograph of the row with its day and its distance from the baseline. Every value is escaped."""
    baseline, beside = look.group.images[0], look.beside
    mark = 'A' if tile.key == baseline.key else 'B' if look.is_paired and beside is not None and tile.key == beside.key else ''
    letter = f'<b class="df-cmp-letter">{escape(mark)}</b>' if mark else ''
    veil = f' {VEILED}' if is_veiled(tile) else ''
    picture = picture_html(tile.key, turn_deg=tile.turn_deg)
    return (f'<span class="df-photo{veil}" aria-hidden="true">{picture}</span>{letter}<span class="df-cmp-day df-num" aria-hidden="true">'
            f'<b>{escape(day_words(tile, zone))}</b> {escape(distance(tile, baseline, zone))}</span>')
