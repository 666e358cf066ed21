"""The three plain things everything shown is made of: a box, a text, a symbol."""
from collections.abc import Mapping

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from components import design


def box(classes: str = '', *, tag: str = 'div', **attributes: str) -> ui.element:
    """Show a plain element to put others into. Underscores in attribute names become hyphens (`aria_label`)."""
    element = ui.element(tag).classes(classes)
    _set(element, attributes)
    return element


def text(content: str, classes: str = '', *, tag: str = 'div', **attributes: str) -> TextElement:
    """Show text, escaped by nature; `tag` makes it a heading or a label."""
    element = TextElement(tag=tag, text=content).classes(classes)
    _set(element, attributes)
    return element


def _set(element: ui.element, attributes: Mapping[str, str]) -> None:
    # never through .props('a=b'): that parser would read a person's text as syntax
    for name, value in attributes.items():
        element.props[name.rstrip('_').replace('_', '-')] = value


class FocusableHtml(ui.html):
    """A fragment that can be given the focus from here: a plain element, where `ui.html` is a component that knows no focus."""

    def __init__(self, fragment: str, *, sanitize: bool) -> None:
        super().__init__(fragment, sanitize=sanitize)
        self.tag = 'div'
        with self.props.suspend_updates():
            del self.props['tag'], self.props['sanitize']


def symbol(name: str, classes: str = '') -> ui.icon:
    """Show one symbol of the sprite; decorative, so hidden from screen readers."""
    element = ui.icon(design.icon(name)).classes(f'df-icon {classes}')
    element.props['aria-hidden'] = 'true'
    return element
