"""What is asked before something is done to tags: a name for a new one, a category to move to."""
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from components.controls import Field, Handler, box, button, select_field, text, text_field
from components.hidden_characters import warn_of_hidden
from components.refusals import refusals_shown
from components.tag_categories import ColourChoice
from components.tag_words import names_words, where_words
from data.errors import TagTaken
from data.models import TagColour
from data.repositories.tag_records import CategoryRow, TagRow


class AskDialog:
    """A dialog with one action. Use it as the place of its content: `with AskDialog('New tag') as ask: ...; ask.foot('Add', act)`."""

    def __init__(self, title: str) -> None:
        self.dialog = ui.dialog().props('transition-show=fade transition-hide=fade')
        self.dialog.props['aria-label'] = title
        self.dialog.on('hide', self.dialog.delete)
        with self.dialog, ui.card().classes('df-dialog') as self._card, box('df-dialog-head'):
            text(title, 'df-t2', tag='h2')
        with self._card:
            self._body = box('df-dialog-body')

    def __enter__(self) -> 'AskDialog':
        self._body.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._body.__exit__(*error)

    def foot(self, action: str, act: Handler) -> None:
        """Show the buttons and open the dialog."""
        with self._card, box('df-dialog-foot'):
            button('Cancel', kind='ghost', on_click=self.dialog.close)
            button(action, kind='primary', on_click=act)
        self.dialog.open()


def ask_new_tag(categories: Sequence[CategoryRow], *, chosen: str, on_save: Callable[[str, str], Awaitable[Any]],
                on_restore: Callable[[str], Awaitable[Any]]) -> None:
    """Ask for the name and the category of a new tag. `on_save(name, category key)` may refuse; then the dialog stays.

    The name of a retired tag is refused with the offer to `on_restore(key)` that one.
    """
    with AskDialog('New tag') as ask:
        name = text_field('Name')
        with name.root:
            retired = box()
        category = select_field('Category', {known.key: known.name for known in categories}, value=chosen)

    async def save() -> None:
        retired.clear()
        try:
            await on_save(str(name.value or ''), str(category.value or ''))
        except TagTaken as taken:
            if taken.is_retired:
                with retired:
                    button('Offer it again', kind='ghost', size='small', on_click=partial(restore, taken.holder))
            raise

    async def restore(key: str) -> None:
        ask.dialog.close()
        await on_restore(key)
    _save_from(ask, name, 'Add tag', save)


def ask_new_category(*, free: TagColour, on_save: Callable[[str, TagColour], Awaitable[Any]]) -> None:
    """Ask for the name and the colour of a new category; `free` is the colour to begin with."""
    with AskDialog('New category') as ask:
        name = text_field('Name', placeholder='Condition, Treatment, Body site')
        with box('df-field'):
            with box('df-lab'):
                text('Colour', tag='span', aria_hidden='true')
            colours = ColourChoice(free)
    _save_from(ask, name, 'Add category', lambda: on_save(str(name.value or ''), colours.value))


def ask_where_to(tags: Sequence[TagRow], categories: Sequence[CategoryRow], *, on_move: Callable[[str], Awaitable[Any]]) -> None:
    """Ask for the category that tags move to, after saying what that changes."""
    with AskDialog(f'Move {names_words(tags)}') as ask:
        text(f'The colour changes {where_words(tags)}.', 'df-muted')
        category = select_field('Category', {known.key: known.name for known in categories}, value=categories[0].key)

    async def move() -> None:
        ask.dialog.close()
        await on_move(str(category.value))
    ask.foot('Move', move)


def _save_from(ask: AskDialog, name: Field, action: str, save: Callable[[], Awaitable[Any]]) -> None:
    """Save with Enter or the button; what is refused is said at the field. A double click is one request."""
    saving: list[bool] = []

    async def act() -> None:
        if saving:
            return
        saving.append(True)
        try:
            with refusals_shown(name):
                await save()
                ask.dialog.close()
        finally:
            saving.clear()
    warn_of_hidden(name)
    name.control.props('autofocus').on('keydown.enter', act, [])
    ask.foot(action, act)
