"""What a field held before: an icon in its label line, and every version with who wrote it and when, loaded when it is opened.

The autosave offers it for every field that was ever changed; `offer` is for a field that is stored in another way.
"""
import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from nicegui import ui

from app.clinic import clinic
from components import formatting
from components.controls import Field, box, button, symbol, text
from components.design import avatar_colour
from components.refusals import refusals_shown
from components.session import current_actor
from components.soon import Soon
from data.actors import CONSOLE, Actor, Permission
from data.repositories.fields import Version

AT_FIRST = 20
_CLIPPED = 200
_LINES = 4
_NOTHING = 0


@dataclass
class FieldHistory:
    """The versions of one field. `use` writes one of them as a new change; without it the history is only read.

    `reads` is what a reader needs to be shown the texts, `to_words` returns a stored text as the field shows it.
    """

    shown: Field
    key: str
    name: str
    zone: tzinfo
    use: Callable[[str], Any] | None = None
    reads: Permission = Permission.PATIENT_READ
    to_words: Callable[[str], str] = lambda stored: stored
    _icon: ui.button | None = None
    _menu: ui.menu | None = None
    _many: int = field(default=AT_FIRST, init=False)
    _sentence: str = ''

    def __post_init__(self) -> None:
        self._again = Soon(self._load_again, place=self.shown.root, name=f'history {self.name}')

    def offer(self) -> None:
        """Show the icon, while the field or its label line is hovered or has the focus."""
        if self._icon is None and not self.shown.root.is_deleted:
            with self.shown.state:
                # its name is the same at every field: the label describes it, so that a field is found by its label alone
                self._icon = button('', icon='history', kind='ghost', size='small', label='History', on_click=self._toggle)
                self._icon.classes('df-history').props['title'] = 'History'  # a tooltip would cover what it opens
                self._icon.props['aria-haspopup'], self._icon.props['aria-expanded'] = 'dialog', 'false'
                self._icon.props['aria-describedby'] = f'c{self.shown.label.id}'

    def heard(self) -> None:
        """Follow a change of the field: offer the history, and bring one that is open up to date."""
        self.offer()
        if self._menu is not None and self._menu.value:
            self._again()

    async def take_back(self) -> None:
        """Write what was there before one's own last burst. When someone else changed the field since, show all texts instead."""
        with refusals_shown():
            versions = await self._load()
            if versions and versions[0].actor != current_actor().user:
                await self.open(f'{versions[0].who or "Someone else"} changed this since. Choose what stays.')
            elif versions and self.use is not None:
                self.use(versions[1].text if len(versions) > 1 else '')

    async def open(self, sentence: str = '') -> None:
        """Load the versions and show them below the icon, `sentence` above them."""
        self._sentence, self._many = sentence, AT_FIRST
        with refusals_shown():
            versions = await self._load()
            self.offer()
            self._menu = self._menu or self._make_menu()
            self._show(versions)
            self._menu.open()

    async def _toggle(self) -> None:
        if self._menu is not None and self._menu.value:
            self._menu.close()
        else:
            await self.open()

    def _make_menu(self) -> ui.menu:
        assert self._icon is not None
        with self._icon, ui.menu() as menu:
            self._content = box('df-history-list')
        menu.on_value_change(lambda event: self._turned(is_open=event.value))
        menu.props('no-parent-event anchor="bottom middle" self="top middle" :offset="[0, 46]" transition-show=fade transition-hide=fade')
        menu.props['role'], menu.props['aria-label'] = 'dialog', 'History'
        return menu.classes('df-history-menu')

    def _turned(self, *, is_open: bool) -> None:
        assert self._icon is not None
        self._icon.props['aria-expanded'] = str(is_open).lower()

    async def _load(self) -> list[Version]:
        actor = current_actor()
        return await asyncio.to_thread(self._read, actor)

    def _read(self, actor: Actor) -> list[Version]:
        with clinic().reading(actor) as records:
            actor.require(self.reads, subject=self.key)
            return records.fields.history(self.key, self.name)

    async def _load_again(self) -> None:
        self._show(await self._load())

    def _show(self, versions: list[Version]) -> None:
        rows = [*versions, *_nothing_before(versions)]
        self._content.clear()
        with self._content:
            with box('df-history-head'):
                text(self.shown.label.text, 'df-t3', tag='h3')
                text(formatting.plural(len(versions), 'version'), 'df-history-count df-num', tag='span')
            if self._sentence:
                text(self._sentence, 'df-history-said', role='status')
            with box(role='list'):
                for position, version in enumerate(rows[:self._many]):
                    self._row(version, is_now=position == 0)
            if rest := rows[self._many:]:
                button(f'Show {formatting.count(len(rest))} earlier', kind='ghost', size='small', on_click=lambda: self._show_all(versions))

    def _show_all(self, versions: list[Version]) -> None:
        self._many = len(versions) + 1
        self._show(versions)

    def _row(self, version: Version, *, is_now: bool) -> None:
        with box('df-version', role='listitem'):
            _avatar(version)
            with box('df-version-text'):
                value = _value(self.to_words(version.text) if version.text else '')
                text(self._whose(version), 'df-version-whose df-num')
            if is_now:
                text('Now', 'df-version-now', tag='span')
            elif self.use is not None:
                chosen = button('Use this', kind='ghost', size='small', on_click=lambda: self._use(version.text)).classes('df-undo')
                chosen.props['aria-describedby'] = f'c{value}'

    def _use(self, content: str) -> Any:
        assert self._menu is not None and self.use is not None
        self._menu.close()
        return self.use(content)

    def _whose(self, version: Version) -> str:
        at = formatting.moment(version.until_at, self.zone)
        if version.version == _NOTHING:
            return f'Before {at}'
        if not version.actor:
            return f'Recorded before {at}'
        who = version.who or ('the console' if version.actor == CONSOLE else 'someone')
        return f'Changed by {who} on {at}'


def as_shown(shown: Field, value: Any) -> str:
    """Return a field's value in words: the label of a choice; nothing is no words."""
    choices = getattr(shown.control, 'options', None)
    return str(choices.get(value, value)) if isinstance(choices, dict) and value else str(value or '')


def _nothing_before(versions: list[Version]) -> list[Version]:
    """Return the emptiness that a field began with: a text from before the first change would be a version of nobody."""
    return [Version(_NOTHING, '', '', '', first.from_at, first.from_at) for first in versions[-1:] if first.actor and first.text]


def _avatar(version: Version) -> None:
    with box('df-avatar', aria_hidden='true') as avatar:
        if version.who:
            text(formatting.initials(version.who), tag='span')
            avatar.style(f'--own:{avatar_colour(version.actor)}')
        else:
            avatar.classes('df-avatar--nobody')
            symbol('clock')


def _value(words: str) -> int:
    """Show a text of any length in a few lines, with a way to see all of it. Return the element's id."""
    if not words:
        return text('empty', 'df-version-value df-version-value--empty').id
    short = '\n'.join(words.split('\n')[:_LINES])[:_CLIPPED]
    if short == words:
        return text(words, 'df-version-value').id
    shown = text(f'{short}…', 'df-version-value')
    more = button('Show all', kind='ghost', size='small').classes('df-undo')
    more.on_click(lambda: shown.set_text(words)).on_click(more.delete)
    return shown.id
