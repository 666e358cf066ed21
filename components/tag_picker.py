"""The tags of a patient, an entry or an image: those put there itself, those that rose, and the way to add one. Data in, callbacks out.

    picker = TagPicker(tags, acts, on_open=show_where_from)      # in a section: chips with an x, a button, a list to choose from
    line = TagLine(header.tags, acts, on_open=show_where_from)   # in the banner: one quiet line, the same behind its button
    picker.show(records.tags.on_entry(key))                      # whenever they may have changed

Without `acts` the reader may only see.
"""
from collections.abc import Callable, Sequence

from nicegui import ui

from components.controls import box, button, symbol, text
from components.refusals import refusals_shown
from components.tag_chip import OnTag, tag_chip, tag_title
from components.tag_field import TagActs, TagField
from components.undo_notice import UndoNotice
from data.read_models import ShownTag

Tags = Sequence[ShownTag]
_IN_LINE = 6


def own_tags(tags: Tags) -> list[ShownTag]:
    """Return the tags that were put on the subject itself."""
    return [shown for shown in tags if shown.is_direct]


def risen_tags(tags: Tags) -> list[ShownTag]:
    """Return the tags that show because they rose."""
    return [shown for shown in tags if not shown.is_direct]


def summary(tags: Tags) -> str:
    """Return the line that stands in for tags where they are folded away."""
    return ', '.join(shown.tag.name for shown in tags)


class _Chips:
    """A row of chips that follows what is there; a chip that stays is not drawn again, and keeps the focus."""

    def __init__(self, make: Callable[[ShownTag], ui.element]) -> None:
        self._make = make
        self._made: dict[ShownTag, ui.element] = {}
        self.row = box('df-tags-in')

    def show(self, tags: Tags) -> None:
        """Show these, in this order."""
        if list(self._made) == list(tags):
            return
        for gone in self._made.keys() - set(tags):
            self._made.pop(gone).delete()
        with self.row:
            self._made = {shown: self._made.get(shown) or self._make(shown) for shown in tags}
        for place, chip in enumerate(self._made.values()):
            chip.move(self.row, target_index=place)


class _OwnTags:
    """The chips of what may be taken off, and the way back for the last that was."""

    def __init__(self, acts: TagActs | None) -> None:
        self._acts = acts
        self._chips = _Chips(lambda shown: tag_chip(shown, on_remove=self._remove if acts else None))
        self.row = self._chips.row

    def notice(self) -> None:
        """Make the place of the way back, and of what is refused, where the caller is."""
        self._notice = UndoNotice('df-undo-beside')

    def show(self, tags: Tags) -> None:
        """Show these."""
        self._chips.show(own_tags(tags))

    async def _remove(self, shown: ShownTag) -> None:
        if self._acts is None:
            return
        with refusals_shown(self._notice):
            await self._acts.unassign(shown.tag)
            if not self._notice.is_deleted:
                self._notice.say(f'{shown.tag.name} removed', lambda: self._put_back(shown), takes_focus=True,
                                 label=f'Undo: put {shown.tag.name} back')

    async def _put_back(self, shown: ShownTag) -> None:
        if self._acts is not None:
            with refusals_shown(self._notice):
                await self._acts.assign(shown.tag)


class _AddTag:
    """The button and the menu behind it, which is filled at its first opening; `above()` fills the place over the field."""

    def __init__(self, acts: TagActs, own: Callable[[], frozenset[str]], above: Callable[[], None] | None = None) -> None:
        self.button = button('Add tag', icon='plus', kind='ghost', size='small').classes('df-tags-add')
        self.button.props['aria-haspopup'] = 'dialog'
        with self.button, ui.menu().props('no-parent-event transition-show=fade transition-hide=fade') as self._menu:
            self._menu.classes('df-tagmenu').props['role'] = 'dialog'
            self._menu.props['aria-label'] = 'Add tag'
        self._acts, self._own, self._above = acts, own, above
        self._field: TagField | None = None
        self.button.on('click', lambda: self._menu.close() if self._menu.value else self.open(), [])

    async def open(self) -> None:
        """Open the list, as it is now; the focus goes into its field."""
        self._field = self._field or self._filled()
        await self._field.open()
        if not self._menu.is_deleted:
            self._menu.open()

    def _filled(self) -> TagField:
        with self._menu:
            if self._above:
                self._above()
            return TagField(self._acts, self._own)


class TagPicker:
    """The tags of one subject in a section of a page or a panel. `title` heads its own tags, `below` those that rose."""

    def __init__(self, tags: Tags, acts: TagActs | None, *, on_open: OnTag | None = None, title: str = 'Tags',
                 below: str = 'From images') -> None:
        self._tags: Tags = ()
        with box('df-tagpicker', role='group', aria_label=title) as self._root:
            text(title, 'df-over', tag='h3')
            self._own = _OwnTags(acts)
            with box('df-tags df-tags--large') as row:
                self._none = None if acts else text('No tags.', 'df-muted df-f13')
                self._add = _AddTag(acts, lambda: frozenset(shown.tag.key for shown in own_tags(self._tags))) if acts else None
            self._own.row.move(row, target_index=0)
            self._own.notice()
            self._below = box('df-tagpicker-below')
        self._below_words, self._on_open = below, on_open
        self._risen: _Chips | None = None
        self.show(tags)

    @property
    def is_deleted(self) -> bool:
        """Tell whether it has left the page."""
        return self._root.is_deleted

    def show(self, tags: Tags) -> None:
        """Show these tags."""
        self._tags = tags
        self._own.show(tags)
        if self._none is not None:
            self._none.set_visibility(not own_tags(tags))
        self._show_risen(risen_tags(tags))

    def _show_risen(self, tags: Tags) -> None:
        if self._risen is None and tags:
            with self._below:
                text(self._below_words, 'df-over', tag='h3')
                with box('df-tags df-tags--large'):
                    self._risen = _Chips(lambda shown: tag_chip(shown, on_open=self._on_open))
        if self._risen is not None:
            self._risen.show(tags)
        self._below.set_visibility(bool(tags))

    async def open(self) -> None:
        """Open the list of tags, for who may add one."""
        if self._add is not None:
            await self._add.open()


class TagLine:
    """The tags of one subject in one line; what there is no room for stands behind "+2"."""

    def __init__(self, tags: Tags, acts: TagActs | None, *, on_open: OnTag | None = None) -> None:
        self._tags: Tags = ()
        self._shows_all = False
        with box('df-tags df-tags--line') as self._row:
            self._chips = _Chips(lambda shown: tag_chip(shown, on_open=on_open))
            with box('df-tag-more', tag='button', type='button').mark('more-tags') as self._more:
                self._number = text('', tag='span')
                symbol('chevron-down')
            self._more.on('click', self._show_all, [])
            self._own: _OwnTags | None = None
            self._add = _AddTag(acts, lambda: frozenset(shown.tag.key for shown in own_tags(self._tags)),
                                lambda: self._in_menu(acts)) if acts else None
        self.show(tags)

    def show(self, tags: Tags) -> None:
        """Show these tags."""
        self._tags = tags
        hidden = [] if self._shows_all or len(tags) <= _IN_LINE + 1 else tags[_IN_LINE:]
        self._chips.show(tags[:len(tags) - len(hidden)])
        self._number.set_text(f'+{len(hidden)}')
        self._more.set_visibility(bool(hidden))
        self._more.props['title'] = self._more.props['aria-label'] = f'+{len(hidden)}: ' + ', '.join(map(tag_title, hidden))
        if self._own is not None:
            self._own.show(tags)
        self._row.set_visibility(bool(tags) or self._add is not None)

    async def open(self) -> None:
        """Open the list of tags, for who may add one."""
        if self._add is not None:
            await self._add.open()

    def _in_menu(self, acts: TagActs) -> None:
        with box('df-tags df-tags--large df-tags--menu'):
            self._own = _OwnTags(acts)
        self._own.notice()
        self._own.show(self._tags)

    def _show_all(self) -> None:
        self._shows_all = True
        self.show(self._tags)
