"""The small parts pages are put together from. Data in, callbacks out; accessible names are those of the product's contract.

Own labels stand above fields, so the field itself carries the name as `aria-label`: what tests and screen readers find it by.
"""
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from components import design
from components.elements import box as box
from components.elements import symbol as symbol
from components.elements import text as text
from components.motif import crop_marks_svg
from data.values import TEXT_LIMIT

Handler = Callable[..., Any]


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
    """A labelled field: the input itself, its label, the place right of that (saved, undo, who edits), and the line below for a refusal."""

    control: Any
    label: TextElement
    state: ui.element
    error: TextElement
    root: ui.element

    @property
    def value(self) -> Any:
        """Return what stands in the field."""
        return self.control.value

    def refuse(self, sentence: str) -> None:
        """Show why the value was not accepted; the value stays. An empty sentence takes it back."""
        if sentence == self.error.text:
            return  # props are sent with the whole element, its value included: never while someone types, without need
        self.error.set_text(sentence)
        if sentence:
            self.control.props('error').props('no-error-icon')
            self.control.props['aria-describedby'] = f'c{self.error.id}'
            self.control.props['aria-invalid'] = 'true'
        else:
            self.control.props(remove='error aria-describedby aria-invalid')


@contextmanager
def _labelled(label: str, hint: str, classes: str, *, bare: bool = False) -> Iterator[tuple[ui.element, TextElement, ui.element]]:
    with box(f'df-field {classes}') as root:
        with box('df-lab df-lab--bare' if bare else 'df-lab'):
            words = text(label, tag='span', aria_hidden='true')  # the field carries the name itself
            if hint:
                text(hint, 'df-hint', tag='span')
            state = box('df-lab-state')
        yield root, words, state


def _field(control: ui.element, label: str, root: ui.element, words: TextElement, state: ui.element) -> Field:
    control.props('outlined dense hide-bottom-space').classes('df-f').mark(label.lower().replace(' ', '-'))
    control.props['aria-label'] = label
    control.props['dir'] = 'auto'  # a text runs as it is written, whatever its neighbours do
    error = text('', 'df-error', role='alert')
    return Field(control=control, label=words, state=state, error=error, root=root)


def text_field(label: str, *, value: str = '', placeholder: str = '', hint: str = '', classes: str = '', look: str = '', limit: int = 0,
               icon: str = '', bare: bool = False, on_change: Handler | None = None, required: bool = False) -> Field:
    """Show a one-line field. `classes` places it in a form (df-span-3), `look` is df-f--mono, --lower.

    `bare` shows no label line (the name stays), `icon` stands before the text: both for a search field.
    """
    with _labelled(label, hint, classes, bare=bare) as place:
        control = ui.input(value=value, placeholder=placeholder or None, on_change=on_change).classes(look)
        control.props('autocomplete=off' + (f' maxlength={limit}' if limit else ''))
        if icon:
            with control.add_slot('prepend'):
                symbol(icon)
        if required:
            control.props['aria-required'] = 'true'
        return _field(control, label, *place)


def text_area(label: str, *, value: str = '', placeholder: str = '', hint: str = '', classes: str = '', limit: int = TEXT_LIMIT,
              on_change: Handler | None = None) -> Field:
    """Show a field of several lines that grows with its text."""
    with _labelled(label, hint, classes) as place:
        control = ui.textarea(value=value, placeholder=placeholder or None, on_change=on_change).classes('df-f--area')
        control.props(f'autogrow maxlength={limit}')
        return _field(control, label, *place)


def select_field(label: str, options: Mapping[str, str] | Sequence[str], *, value: str = '', hint: str = '', classes: str = '',
                 placeholder: str = '', on_change: Handler | None = None) -> Field:
    """Show a choice of one. With a mapping the keys are the values and the words are shown; `placeholder` is the choice of none ('')."""
    with _labelled(label, hint, classes) as place:
        choices = dict(options) if isinstance(options, Mapping) else {option: option for option in options}
        if placeholder:
            choices = {'': placeholder} | choices
        control = ui.select(choices, value=value if value in choices else None, on_change=on_change)
        control.props('options-dense behavior=menu transition-show=fade transition-hide=fade')
        control.props['dropdown-icon'] = design.icon('chevron-down')
        return _field(control, label, *place)


def own_field(label: str, make: Callable[[], Any], *, classes: str = '') -> Field:
    """Show a control of one's own with all that a field has around it; `make()` returns the control, which holds the value."""
    with _labelled(label, '', classes) as (root, words, state):
        control = make().mark(label.lower().replace(' ', '-'))
        control.props['aria-label'] = label
        return Field(control=control, label=words, state=state, error=text('', 'df-error', role='alert'), root=root)


class Segmented:
    """A few options side by side, one of them on."""

    def __init__(self, options: Mapping[str, str], *, label: str, value: str, on_change: Handler | None, icons: Mapping[str, str]) -> None:
        self.value = value
        self._on_change = on_change
        self._buttons: dict[str, ui.element] = {}
        with box('df-seg', role='group', aria_label=label) as self.root:
            for key, words in options.items():
                self._buttons[key] = self._option(key, words, icons.get(key, ''))

    def _option(self, key: str, words: str, drawn: str) -> ui.element:
        element = ui.html(design.icon_svg(drawn, 16), sanitize=False, tag='button') if drawn else text(words, tag='button')
        element.classes('df-seg-option')
        element.props.update({'type': 'button', 'aria-pressed': str(key == self.value).lower()})
        if drawn:
            element.props['aria-label'] = element.props['title'] = words
        return element.on('click', lambda: self.choose(key), args=[])

    def set_value(self, value: str) -> None:
        """Show another option as chosen, without telling anyone."""
        self.value = value
        for key, element in self._buttons.items():
            element.props['aria-pressed'] = str(key == value).lower()

    def choose(self, key: str) -> Any:
        """Choose an option, as a click on it does."""
        if key == self.value:
            return None
        self.set_value(key)
        return self._on_change(key) if self._on_change else None


def segmented(options: Mapping[str, str], *, label: str, value: str, on_change: Handler | None = None,
              icons: Mapping[str, str] | None = None) -> Segmented:
    """Show a few options side by side, one of them on. `on_change(key)`. With `icons` the words become names of symbols."""
    return Segmented(options, label=label, value=value, on_change=on_change, icons=icons or {})


def empty_state(title: str, line: str = '') -> ui.element:
    """Show that nothing is here yet, and what to do. Actions go into the returned element."""
    with box('df-empty') as element:
        ui.html(crop_marks_svg(), sanitize=False, tag='span').classes('df-empty-art')
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
