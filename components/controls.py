"""The small parts pages are put together from. Data in, callbacks out; accessible names are those of the product's contract.

Own labels stand above fields, so the field itself carries the name as `aria-label`: what tests and screen readers find it by.
"""
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from components import design
from components.motif import crop_marks

Handler = Callable[..., Any]
TEXT_LIMIT = 150_000  # one message of the live channel holds this much safely; more would never arrive


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


def symbol(name: str, classes: str = '') -> ui.icon:
    """Show one symbol of the sprite; decorative, so hidden from screen readers."""
    element = ui.icon(design.icon(name)).classes(f'df-icon {classes}')
    element.props['aria-hidden'] = 'true'
    return element


def button(content: str, *, icon: str = '', kind: str = '', on_click: Handler | None = None, label: str = '', enabled: bool = True,
           size: str = '') -> ui.button:
    """Show a button. `kind`: primary (one per view), ghost, danger; `size`: small, large; `label` when the name says more than the text."""
    element = ui.button(content, icon=design.icon(icon) if icon else None, color=None, on_click=on_click)
    element.props('unelevated no-caps :ripple="false"').classes('df-btn')
    element.classes(' '.join(f'df-btn--{part}' for part in (kind, size) if part))
    if label:
        element.props['aria-label'] = label
    element.set_enabled(enabled)
    return element


def icon_button(icon: str, *, label: str, kind: str = 'ghost', on_click: Handler | None = None, size: str = '') -> ui.button:
    """Show a button without text; `label` is its name, also shown as a tooltip."""
    element = button('', icon=icon, kind=kind, on_click=on_click, label=label, size=size).classes('df-btn--icon')
    with element:
        ui.tooltip(label).props('delay=400 transition-show=fade transition-hide=fade')
    return element


def link(content: str, address: str, classes: str = 'df-link') -> TextElement:
    """Show a real link."""
    return text(content, classes, tag='a', href=address)


def link_button(content: str, address: str, *, icon: str = '', kind: str = '', size: str = '') -> ui.button:
    """Show a link that looks like a button: it can be opened in a new tab."""
    element = button(content, icon=icon, kind=kind, size=size)
    element.props['href'] = address
    return element


@dataclass
class Field:
    """A labelled field: the input itself, the place right of the label (saved, undo, who edits), and the line below for a refusal."""

    control: Any
    state: ui.element
    error: TextElement
    root: ui.element

    @property
    def value(self) -> Any:
        """Return what stands in the field."""
        return self.control.value

    def refuse(self, sentence: str) -> None:
        """Show why the value was not accepted; the value stays. An empty sentence takes it back."""
        self.error.set_text(sentence)
        if sentence:
            self.control.props('error').props('no-error-icon')
            self.control.props['aria-describedby'] = f'c{self.error.id}'
        else:
            self.control.props(remove='error aria-describedby')


@contextmanager
def _labelled(label: str, hint: str, classes: str) -> Iterator[tuple[ui.element, ui.element]]:
    with box(f'df-field {classes}') as root:
        with box('df-lab'):
            caption = text(label, tag='span')
            caption.props['aria-hidden'] = 'true'
            if hint:
                text(hint, 'df-hint', tag='span')
            state = box('df-lab-state')
        yield root, state


def _field(control: ui.element, label: str, root: ui.element, state: ui.element) -> Field:
    control.props('outlined dense hide-bottom-space').classes('df-f').mark(label.lower().replace(' ', '-'))
    control.props['aria-label'] = label
    error = text('', 'df-error', role='alert')
    return Field(control=control, state=state, error=error, root=root)


def text_field(label: str, *, value: str = '', placeholder: str = '', hint: str = '', classes: str = '', look: str = '', limit: int = 0,
               on_change: Handler | None = None, required: bool = False) -> Field:
    """Show a one-line field. `classes` places it in a form (df-span-3), `look` is df-f--mono, --lower, --tall."""
    with _labelled(label, hint, classes) as (root, state):
        control = ui.input(value=value, placeholder=placeholder or None, on_change=on_change).classes(look)
        control.props('autocomplete=off')
        if limit:
            control.props(f'maxlength={limit}')
        if required:
            control.props['aria-required'] = 'true'
        return _field(control, label, root, state)


def text_area(label: str, *, value: str = '', placeholder: str = '', hint: str = '', classes: str = '', limit: int = TEXT_LIMIT,
              on_change: Handler | None = None) -> Field:
    """Show a field of several lines that grows with its text."""
    with _labelled(label, hint, classes) as (root, state):
        control = ui.textarea(value=value, placeholder=placeholder or None, on_change=on_change).classes('df-f--area')
        control.props(f'autogrow maxlength={limit}')
        return _field(control, label, root, state)


def select_field(label: str, options: Mapping[str, str] | Sequence[str], *, value: str = '', hint: str = '', classes: str = '',
                 placeholder: str = '', on_change: Handler | None = None) -> Field:
    """Show a choice of one. With a mapping the keys are the values and the words are shown."""
    with _labelled(label, hint, classes) as (root, state):
        choices: Any = dict(options) if isinstance(options, Mapping) else list(options)
        control = ui.select(choices, value=value if value in choices else None, on_change=on_change)
        control.props(f'options-dense behavior=menu transition-show=fade transition-hide=fade dropdown-icon="{design.icon("chevron-down")}"')
        if placeholder:
            control.props['placeholder'] = placeholder
        return _field(control, label, root, state)


def segmented(options: Mapping[str, str], *, label: str, value: str, on_change: Handler | None = None,
              icons: Mapping[str, str] | None = None) -> ui.toggle:
    """Show a few options side by side, one of them on. With `icons` only symbols are shown and the words become names."""
    element = ui.toggle(dict(options), value=value, on_change=on_change).classes('df-seg')
    element.props('unelevated no-caps :ripple="false" toggle-color=none toggle-text-color=none')
    element.props['aria-label'] = label
    element.props['role'] = 'group'
    if icons:
        element.props['options'] = [
            shown | {'label': None, 'icon': design.icon(icons[key]), 'attrs': {'aria-label': options[key], 'title': options[key]}}
            for shown, key in zip(element.props['options'], options, strict=True)]
    return element


def chip(content: str, *, on: bool = False, icon: str = '', on_click: Handler | None = None) -> ui.element:
    """Show a filter chip: off with a plus, on with a cross."""
    element = box('df-chip' + (' df-chip--on' if on else ''), tag='button', type='button', aria_pressed=str(on).lower())
    with element:
        symbol(icon or ('x' if on else 'plus'))
        text(content, tag='span')
    return element.on('click', on_click) if on_click else element


def tag(content: str, colour: str) -> ui.element:
    """Show a tag; `colour` comes from `design.tag_colour`."""
    return text(content, 'df-tag df-ell', tag='span').style(f'--c:{colour}')


def pill(content: str, *, kind: str, icon: str) -> ui.element:
    """Show a state with symbol and word. `kind`: ok, warn, bad, info, neutral, plain."""
    with box(f'df-pill df-pill--{kind}', tag='span') as element:
        symbol(icon)
        text(content, tag='span')
    return element


def avatar(name: str, colour: str, *, initials: str, ring: bool = False) -> ui.element:
    """Show a person as initials; the ring says here now."""
    element = text(initials, 'df-avatar' + (' df-avatar--ring' if ring else ''), tag='span', role='img', aria_label=name, title=name)
    return element.style(f'--own:{colour}')


def empty_state(title: str, line: str = '') -> ui.element:
    """Show that nothing is here yet, and what to do. Actions go into the returned element."""
    with box('df-empty') as element:
        ui.html(crop_marks(), sanitize=False, tag='span').classes('df-empty-art')  # own drawing, no value in it
        text(title, 'df-empty-title')
        if line:
            text(line)
    return element


_BANNER_ICONS = {'ok': 'circle-check', 'info': 'info', 'warn': 'triangle-alert', 'bad': 'circle-alert'}


def banner(kind: str, title: str, line: str = '', *, action: str = '', on_click: Handler | None = None, icon: str = '') -> ui.element:
    """Show one bold line, one plain line and at most one action. `kind`: ok, info, warn, bad; the last two are announced."""
    with box(f'df-banner df-banner--{kind}', role='alert' if kind in ('warn', 'bad') else 'note') as element:
        symbol(icon or _BANNER_ICONS[kind])
        with box('df-banner-text'):
            text(title, 'df-banner-title')
            if line:
                text(line, 'df-banner-line')
        if action:
            button(action, on_click=on_click, size='small')
    return element


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
    made = Section(root=root, toggle=toggle, tools=tools, body=body, _count=counted, _summary=summed)
    made.show(open)

    def flip() -> Any:
        made.show(not made.open)
        return on_toggle(made.open) if on_toggle else None

    toggle.on('click', flip)
    with body:
        yield made
