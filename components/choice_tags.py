"""The tags of several photographs at once: what all bear is checked, what some bear says how many, the field finds others."""
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from nicegui import ui

from components.controls import box
from components.refusals import refusals_shown
from components.tag_chip import label_html
from components.tag_field import ManageActs, TagActs, TagField
from data.read_models import TagLabel
from data.repositories.tag_records import CategoryRow

Bearing = Sequence[tuple[TagLabel, frozenset[str]]]


@dataclass(frozen=True)
class ChoiceTags:
    """`number()` photographs are chosen, `bearing()` are their tags with who bears them; `set_tag(tag, is_on)` acts on all.

    `create(name, category)` and `restore(tag)` also put the tag on; they are None for who may not make tags.
    """

    number: Callable[[], int]
    bearing: Callable[[], Bearing]
    set_tag: Callable[[TagLabel, bool], Awaitable[Any]]
    vocabulary: Callable[[], Awaitable[Sequence[CategoryRow]]]
    manage: ManageActs | None = None


class ChoiceTagMenu:
    """What stands in the menu. After each act it shows what is so by then."""

    def __init__(self, acts: ChoiceTags) -> None:
        self._acts = acts
        self._rows = box('df-filter-tags df-choice-tags', role='group', aria_label='Tags of the selected photos')
        self._field = TagField(TagActs(lambda tag: self._set(tag, True), lambda tag: self._set(tag, False), acts.vocabulary,
                                       self._manage()), self._on_all)

    async def open(self) -> None:
        """Show the tags of this moment."""
        self._show()
        await self._field.open()

    def _on_all(self) -> frozenset[str]:
        return frozenset(tag.key for tag, on in self._acts.bearing() if len(on) == self._acts.number())

    def _manage(self) -> ManageActs | None:
        manage = self._acts.manage
        if manage is None:
            return None

        async def create(name: str, category: str) -> None:
            await manage.create(name, category)
            self._show()

        async def restore(tag: TagLabel) -> None:
            await manage.restore(tag)
            self._show()
        return ManageActs(create, restore)

    async def _set(self, tag: TagLabel, is_on: bool) -> None:
        await self._acts.set_tag(tag, is_on)
        if not self._rows.is_deleted:
            self._show()

    def _show(self) -> None:
        number, bearing = self._acts.number(), self._acts.bearing()
        self._rows.set_visibility(bool(bearing))
        self._rows.clear()
        with self._rows:
            for tag, on in bearing:
                self._row(tag, len(on), number)

    def _row(self, tag: TagLabel, on: int, number: int) -> None:
        row = ui.html(_row_html(tag, on, number), sanitize=False, tag='button').classes('df-filter-tag').mark(f'choice-{tag.slug}')
        row.props['type'], row.props['role'] = 'button', 'checkbox'
        row.props['aria-checked'] = 'true' if on == number else 'mixed'

        async def turn() -> None:
            with refusals_shown():
                await self._set(tag, on < number)
        row.on('click', turn, args=[])


def _row_html(tag: TagLabel, on: int, number: int) -> str:
    """Return the inside of a row, escaped: the tag, and on how many of them where it is not on all."""
    part = f'<span class="df-num df-end df-meta">{escape(f"{on:,} of {number:,}")}</span>' if on < number else ''
    return f'{label_html(tag)}{part}'
