"""The categories of tags: the list to choose from, one category's head with its name and colour, and the choice of a colour."""
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from components import formatting
from components.controls import box, button, symbol, text
from components.design import icon_svg
from components.inline_name import InlineName, Rename
from components.tag_chip import label_html, tag_dot_html
from components.tag_words import category_address, places_words
from data.models import TagColour
from data.repositories.tag_records import CategoryRow, TagRow

RETIRED_ADDRESS = '/tags?retired=1'


def categories_html(categories: Sequence[CategoryRow], *, chosen: str, retired: int) -> str:
    """Return the categories as links with their numbers, the retired tags last. `chosen` is a key, empty for the retired ones."""
    links = [
        f'<a class="df-cat" href="{escape(category_address(category.key))}"{_current(category.key == chosen)}>'
        f'{tag_dot_html(category.colour)}<span class="df-cat-name">{escape(category.name)}</span>'
        f'<span class="df-num">{formatting.count(len(category.offered))}</span></a>' for category in categories]
    links.append(f'<a class="df-cat df-cat--retired" href="{RETIRED_ADDRESS}"{_current(not chosen)}>{icon_svg("archive", 17)}'
                 f'<span class="df-cat-name">Retired</span><span class="df-num">{formatting.count(retired)}</span></a>')
    return ''.join(links)


def elsewhere_html(found: Sequence[tuple[CategoryRow, TagRow]]) -> str:
    """Return tags of other categories as links to where they stand; empty when there are none."""
    links = ''.join(f'<a href="{escape(category_address(category.key))}">{label_html(tag.label)}</a>' for category, tag in found)
    return f'<span class="df-meta">In other categories</span>{links}' if links else ''


def _current(is_chosen: bool) -> str:
    return ' aria-current="page"' if is_chosen else ''


class ColourChoice:
    """Ten dots, one of them with a ring: real radio buttons, so the arrow keys move among them."""

    def __init__(self, value: TagColour, *, on_change: Callable[[TagColour], Any] | None = None) -> None:
        self.value = value
        self._on_change = on_change
        with box('df-colours', role='radiogroup', aria_label='Colour') as self.root:
            self._build()

    def set_value(self, value: TagColour) -> None:
        """Show another colour as chosen, without telling anyone."""
        self.value = value
        self.root.clear()
        with self.root:
            self._build()

    def _build(self) -> None:
        for colour in TagColour:
            dot = box(f'df-colour df-tag--{colour}', tag='input', type='radio', name=f'colour-{self.root.id}', title=colour.capitalize(),
                      aria_label=colour.capitalize())
            dot.mark(f'colour-{colour}').on('change', lambda colour=colour: self._choose(colour), args=[])
            if colour is self.value:
                dot.props['checked'] = True

    def _choose(self, colour: TagColour) -> Any:
        self.value = colour
        return self._on_change(colour) if self._on_change else None


@dataclass(frozen=True)
class CategoryActs:
    """What may be done to the category that is shown."""

    rename: Rename
    recolour: Callable[[TagColour], Awaitable[Any]]


class CategoryHead:
    """Name, pencil and colours of one category. Without `acts` it is only read. While its name is changed it is left alone."""

    def __init__(self, category: CategoryRow, acts: CategoryActs | None) -> None:
        self._category, self._acts = category, acts
        self._is_editing = False
        with box('df-cat-head'):
            self._place = box('df-cat-title')
            if acts is not None:
                self._colours = ColourChoice(category.colour, on_change=self._preview)
        self._preview_place = box('df-recolour', role='status')
        self._show_name()

    def show(self, category: CategoryRow) -> None:
        """Show the category as it is now."""
        before, self._category = self._category, category
        if not self._is_editing:
            self._show_name()
        if self._acts is not None and before.colour is not category.colour:
            self._keep_colour()

    def _show_name(self) -> None:
        self._place.clear()
        with self._place:
            text(self._category.name, 'df-t2 df-ell', tag='h2')
            if self._acts is not None:
                name = 'Rename category'
                with box('df-cat-pencil', tag='button', type='button', title=name, aria_label=name) as self._pencil:
                    symbol('pencil')
                self._pencil.on('click', self._edit, args=[])

    def _edit(self) -> None:
        if self._acts is None:
            return
        self._is_editing = True
        self._place.clear()
        with self._place:
            name = InlineName('Category name', self._category.name, self._category.revision, act=self._acts.rename, on_end=self._leave,
                              reach=('with', formatting.plural(len(self._tags()), 'tag'), ''))
            with box('df-row df-rename-buttons'):
                name.buttons()

    def _tags(self) -> list[TagRow]:
        """Return the tags that change with the category: retired ones too, for they still show."""
        return [tag for tag in self._category.tags if tag.merged_into is None]

    def _leave(self) -> None:
        self._is_editing = False
        self._show_name()
        self._pencil.run_method('focus')

    def _preview(self, colour: TagColour) -> None:
        """Say what the colour changes before it does."""
        tags = self._tags()
        self._preview_place.clear()
        if colour is self._category.colour:
            return
        with self._preview_place, box('df-recolour-line'):
            text(f'{formatting.plural(len(tags), "tag")} would turn {colour}, {places_words(tags)}.', tag='span')
            button('Recolour', kind='primary', size='small', on_click=self._recolour)
            button('Cancel', kind='ghost', size='small', on_click=self._keep_colour)

    async def _recolour(self) -> None:
        colour = self._colours.value
        self._preview_place.clear()
        if self._acts is not None:
            await self._acts.recolour(colour)

    def _keep_colour(self) -> None:
        self._preview_place.clear()
        self._colours.set_value(self._category.colour)
