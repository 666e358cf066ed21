"""The tags of a category as a table: how much each is used, renamed in its row, chosen for what is done to several at once."""
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from html import escape
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box, button, icon_button, symbol, text
from components.design import icon_svg
from components.inline_name import InlineName
from components.tag_chip import label_html
from components.tag_words import patients_address, reach_words, records_words
from data.repositories.tag_records import TagRow

_HEAD = ('<span role="columnheader">Tag</span><span role="columnheader" class="df-tags-num">Patients</span>'
         '<span role="columnheader" class="df-tags-num">Entries</span><span role="columnheader" class="df-tags-num">Images</span>'
         '<span role="columnheader" class="df-tags-num">Last used</span>')
OnTags = Callable[[list[str]], Any]


@dataclass(frozen=True)
class RowActs:
    """What may be done to tags, by key. `rename` gets what the name was, what it becomes, and the revision that the person saw."""

    rename: Callable[[str, str, str, int], Awaitable[None]]
    merge: OnTags
    move: OnTags
    retire: OnTags


def cells_html(tag: TagRow, *, today: date, zone: tzinfo, with_name: bool = True) -> str:
    """Return the cells of a row, escaped. Every number leads to the patients who bear the tag."""
    reach = tag.reach
    numbers = ((reach.patients, 'patient', 'patients'), (reach.entries, 'entry', 'entries'), (reach.images, 'image', 'images'))
    name = (f'<span role="cell" class="df-tags-name">{label_html(tag.label)}'
            f'<span class="df-tags-brief">{escape(reach_words(reach))}</span></span>') if with_name else ''
    used = formatting.day_short(formatting.local(tag.last_used_at, zone).date(), today=today) if tag.last_used_at else 'Never'
    return (f'{name}{"".join(_number_html(tag, *number) for number in numbers)}'
            f'<span role="cell" class="df-tags-num df-meta">{used}</span>')


def _number_html(tag: TagRow, number: int, one: str, many: str) -> str:
    shown = formatting.count(number)
    if number:
        name = f'{formatting.plural(number, one, many)} with {tag.label.name}'
        shown = f'<a href="{escape(patients_address(tag.label))}" aria-label="{escape(name)}">{shown}</a>'
    return f'<span role="cell" class="df-tags-num df-num">{shown}</span>'


class TagTable:
    """The table. `chosen` are the keys of the tags that are selected. Without `acts` it is only read.

    While a name is being changed no row comes, goes or moves, however the tags change elsewhere: only what stands in the other rows
    is brought up to date. The rest is shown when the field is closed.
    """

    def __init__(self, acts: RowActs | None, *, today: date, zone: tzinfo) -> None:
        self.acts, self.today, self.zone = acts, today, zone
        self.chosen: list[str] = []
        self._rows: dict[str, _Row] = {}
        self._latest: list[TagRow] = []
        self._edited = ''
        with box('df-selbar df-tags-bar', role='toolbar', aria_label='Selected tags') as self._bar:
            self._number = text('', 'df-selbar-count df-num', role='status')
            if acts is not None:
                self._build_bar(acts)
        with box('df-tags-table' if acts else 'df-tags-table df-tags-table--still', role='table', aria_label='Tags') as self.root:
            with box('df-tags-head', role='row'):
                if acts is not None:
                    text('Select', 'df-tags-corner', tag='span', role='columnheader')
                ui.html(_HEAD, sanitize=False).classes('df-contents').props['role'] = 'presentation'
                if acts is not None:
                    text('Actions', 'df-tags-corner', tag='span', role='columnheader')
            self._body = box('df-contents', role='rowgroup')
        self._show_chosen()

    @property
    def edited(self) -> str:
        """Return the key of the tag whose name is being changed; empty when none is."""
        return self._edited

    def show(self, tags: Sequence[TagRow]) -> None:
        """Show these tags in this order."""
        self._latest = list(tags)
        if self._edited:
            self._bring_up_to_date()
            return
        wanted = {tag.label.key for tag in tags}
        for key in self._rows.keys() - wanted:
            self._rows.pop(key).root.delete()
        self._bring_up_to_date()
        for place, tag in enumerate(tags):
            key = tag.label.key
            if key not in self._rows:
                with self._body:
                    self._rows[key] = _Row(self, tag)
            if self._body.default_slot.children[place] is not self._rows[key].root:
                self._rows[key].root.move(target_index=place)
        self.root.set_visibility(bool(tags))
        self._show_chosen()

    def edit(self, key: str) -> None:
        """Change the name of a tag where it stands."""
        if self._edited:
            self.leave()
        if key in self._rows and self.acts is not None:
            self._edited = key
            self._rows[key].edit(self.acts)

    def focus(self, key: str) -> None:
        """Give the focus to the row of a tag."""
        if key in self._rows and self.acts is not None:
            self._rows[key].focus()

    def leave(self) -> None:
        """Close the field, and show what changed meanwhile."""
        key, self._edited = self._edited, ''
        if key in self._rows:
            self._rows[key].draw()
            self.focus(key)
        self.show(self._latest)

    def toggle(self, key: str, *, is_chosen: bool) -> None:
        """Choose a tag, or take it back."""
        self.chosen = [*(known for known in self.chosen if known != key), *([key] if is_chosen else [])]
        self._show_chosen()

    def clear(self) -> None:
        """Take back the whole choice."""
        for key in self.chosen:
            if key in self._rows:
                self._rows[key].untick()
        self.chosen = []
        self._show_chosen()

    def _bring_up_to_date(self) -> None:
        for tag in self._latest:
            if tag.label.key in self._rows:
                self._rows[tag.label.key].show(tag, is_edited=tag.label.key == self._edited)

    def _show_chosen(self) -> None:
        self.chosen = [key for key in self.chosen if key in self._rows]
        self._bar.set_visibility(bool(self.chosen))
        self._number.set_text(f'{len(self.chosen)} selected')

    def _build_bar(self, acts: RowActs) -> None:
        """Build what is done to several, once: a button that came anew with every tick could be gone when it is pressed."""
        icon_button('x', label='Clear selection', on_click=self.clear).move(target_index=0)
        button('Merge', icon='merge', kind='primary', on_click=lambda: acts.merge(list(self.chosen)))
        button('Move to category', icon='folder-plus', on_click=lambda: acts.move(list(self.chosen)))
        button('Retire', icon='archive', on_click=lambda: acts.retire(list(self.chosen)))


class _Row:
    """One tag. Few elements: the cells are one fragment."""

    def __init__(self, table: TagTable, tag: TagRow) -> None:
        self._table, self._tag = table, tag
        self._menu: ui.menu | None = None
        self.root = box('df-tags-row', role='row')
        self.draw()

    def show(self, tag: TagRow, *, is_edited: bool) -> None:
        """Show the tag as it is now; of a row whose name is being changed, nothing: it is the editor's."""
        before, self._tag = self._tag, tag
        if before == tag or is_edited:
            return
        if before.label.name != tag.label.name:
            self.draw()
        else:  # the tick box stays: it may be ticked at this moment
            self._cells.set_content(cells_html(tag, today=self._table.today, zone=self._table.zone))

    def draw(self) -> None:
        """Show the row to be read."""
        self._menu = None
        self.root.classes(remove='df-tags-row--edit')
        self.root.clear()
        with self.root:
            if self._table.acts is not None:
                self._tick_box()
            self._cells = _cells(self._tag, self._table)
            if self._table.acts is not None:
                self._buttons(self._table.acts)

    def edit(self, acts: RowActs) -> None:
        """Show the field in place of the tag."""
        key = self._tag.label.key
        address = patients_address(self._tag.label) if self._tag.reach.records else ''
        self.root.classes('df-tags-row--edit')
        self.root.clear()
        with self.root:
            self._tick_box()
            with box('df-tags-name', role='cell'):
                name = InlineName('Tag name', self._tag.label.name, self._tag.revision, on_end=self._table.leave,
                                  reach=('on', records_words(self._tag.reach), address), on_merge=lambda holder: acts.merge([key, holder]),
                                  act=lambda was, typed, revision: acts.rename(key, was, typed, revision))
            _cells(self._tag, self._table, with_name=False)
            with box('df-tags-acts df-rename-buttons', role='cell'):
                name.buttons()

    def focus(self) -> None:
        """Give the focus to the way into the field, from where it came."""
        self._pencil.run_method('focus')

    def untick(self) -> None:
        """Show that the tag is no longer chosen."""
        self._tick.set_value(False)

    def _tick_box(self) -> None:
        key = self._tag.label.key
        with box('df-tags-tick', role='cell'):
            self._tick = ui.checkbox(value=key in self._table.chosen, on_change=lambda event: self._toggled(bool(event.value)))
        self._tick.props('dense')
        self._tick.props['aria-label'] = f'Select {self._tag.label.name}'

    def _toggled(self, is_chosen: bool) -> None:
        if is_chosen is not (self._tag.label.key in self._table.chosen):
            self._table.toggle(self._tag.label.key, is_chosen=is_chosen)

    def _buttons(self, acts: RowActs) -> None:
        key, name = self._tag.label.key, self._tag.label.name
        with box('df-tags-acts', role='cell') as self._acts:
            self._pencil = box(tag='button')  # not a fragment like the others: it is given the focus
            with self._pencil:
                symbol('pencil')
            _button(self._pencil, f'Rename {name}', lambda: self._table.edit(key))
            _button(_drawn('merge'), f'Merge {name}', lambda: acts.merge([key]))
            _button(_drawn('archive'), f'Retire {name}', lambda: acts.retire([key]))
            _button(_drawn('ellipsis'), f'More for {name}', lambda: self._open_menu(acts)).classes('df-tags-dots')

    def _open_menu(self, acts: RowActs) -> None:
        """Show the menu of a touch screen, made when it is asked for."""
        key = self._tag.label.key
        if self._menu is None:
            with self._acts, ui.menu().props('no-parent-event').classes('df-tags-menu') as self._menu:
                ui.menu_item('Rename', lambda: self._table.edit(key))
                ui.menu_item('Merge', lambda: acts.merge([key]))
                ui.menu_item('Move to category', lambda: acts.move([key]))
                ui.menu_item('Retire', lambda: acts.retire([key]))
        self._menu.open()


def _cells(tag: TagRow, table: TagTable, *, with_name: bool = True) -> ui.html:
    element = ui.html(cells_html(tag, today=table.today, zone=table.zone, with_name=with_name), sanitize=False).classes('df-contents')
    element.props['role'] = 'presentation'
    return element


def _drawn(name: str) -> ui.element:
    """Return a button that is one element, its symbol included: there may be hundreds of rows."""
    return ui.html(icon_svg(name, 17), sanitize=False, tag='button')


def _button(element: ui.element, name: str, on_click: Callable[[], Any]) -> ui.element:
    element.classes('df-tags-act').props('type=button')
    element.props['title'] = element.props['aria-label'] = name
    return element.on('click', on_click, args=[])
