"""A collapsible part of a page: its title, count and one-line summary stay when it is closed."""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from components.elements import box, symbol, text


@dataclass
class Section:
    """A collapsible part of a page. Put buttons into `tools`, the rest into `body`; title, count and summary stay when it is closed."""

    root: ui.element
    toggle: ui.element
    tools: ui.element
    body: ui.element
    _count: TextElement
    _summary: TextElement
    open: bool = field(default=True)

    def show(self, is_open: bool) -> None:
        """Open or close it without telling anyone."""
        self.open = is_open
        self.root.classes(remove='df-section--closed') if is_open else self.root.classes('df-section--closed')
        self.toggle.props['aria-expanded'] = str(is_open).lower()

    def bring_into_sight(self) -> None:
        """Open it without telling anyone, and let the page scroll to it."""
        self.show(True)
        self.root.run_method('scrollIntoView', {'block': 'start'})

    def set_count(self, number: str) -> None:
        """Write the number beside the title."""
        self._count.set_text(number)

    def set_summary(self, sentence: str) -> None:
        """Write the line that stands in for the body when it is closed."""
        self._summary.set_text(sentence)


@contextmanager
def section(title: str, *, count: str = '', summary: str = '', open: bool = True,
            on_toggle: Callable[[bool], Any] | None = None) -> Iterator[Section]:
    """Show a collapsible section and yield it, inside its body. `on_toggle(is_open)` remembers the choice."""
    with box('df-section', tag='section', aria_label=title) as root:
        with box('df-section-head'):
            with box('df-section-name'):
                with box('', tag='h2'), box('df-section-toggle', tag='button', type='button') as toggle:
                    symbol('chevron-down')
                    text(title, 'df-section-title', tag='span')
                    counted = text(count, 'df-meta df-num', tag='span')
                summed = text(summary, 'df-section-sum df-ell')
            tools = box('df-section-tools')
        body = box('df-section-body', id=f'section-{root.id}')
    toggle.props['aria-controls'] = f'section-{root.id}'
    toggle.mark('section-' + title.lower().replace(' ', '-'))
    made = Section(root=root, toggle=toggle, tools=tools, body=body, _count=counted, _summary=summed)
    made.show(open)

    def flip() -> Any:
        made.show(not made.open)
        return on_toggle(made.open) if on_toggle else None

    toggle.on('click', flip)
    with body:
        yield made
