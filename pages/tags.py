"""The tags of the practice: categories and their colours, how much each tag is used, and everything that is done to the tags themselves."""
import asyncio
from functools import partial

from nicegui import APIRouter, ui

from app import tag_deeds
from app.clinic import clinic
from app.tag_deeds import Act, Deed
from components import formatting
from components.confirm import confirmed
from components.controls import box, button, empty_state, symbol, text, text_field
from components.layout import frame
from components.refusals import refusals_shown, tell
from components.retired_tags import retired_tags
from components.session import current_actor
from components.soon import Soon
from components.surroundings import Surroundings, surroundings
from components.tag_categories import CategoryActs, CategoryHead, categories_html, elsewhere_html
from components.tag_dialogs import ask_new_category, ask_new_tag, ask_where_to
from components.tag_merge import MergeDialog
from components.tag_table import RowActs, TagTable
from components.tag_words import category_address, names_words, where_words
from components.undo_notice import UndoNotice
from data.actors import Actor, Permission
from data.columns import new_key
from data.errors import ChangedMeanwhile
from data.models import TagColour
from data.repositories.tag_records import TAG_USE, VOCABULARY, CategoryRow, MergePreview, TagRow
from data.values import fold

router = APIRouter()
_ELSEWHERE = 8
_AT_ONCE = 25
"""So many rows are drawn at once: more is looked for rather than looked through, and each row is ten elements."""


@router.page('/tags')
async def tags_page(category: str = '', retired: str = '') -> None:
    """Show the tags of one category, or those that are no longer offered."""
    around = surroundings()
    page = TagsPage(around, await asyncio.to_thread(_read, around.actor), category, is_retired=bool(retired))
    page.build()
    if category and page.category.key != category:
        tell('There is no such category. This is the first one.', kind='info', stays=False)


def _read(actor: Actor) -> list[CategoryRow]:
    with clinic().reading(actor) as records:
        return records.tags.vocabulary()


class TagsPage:
    """The page's parts, and what they do to the records."""

    def __init__(self, around: Surroundings, categories: list[CategoryRow], category: str, *, is_retired: bool) -> None:
        self.around, self.categories, self.is_retired = around, categories, is_retired
        self.chosen = next((known.key for known in categories if known.key == category), categories[0].key if categories else '')
        self.most = _AT_ONCE
        self.may_manage = around.actor.may(Permission.TAG_MANAGE)

    @property
    def category(self) -> CategoryRow:
        """Return the category that is shown; without any an empty one."""
        return next((known for known in self.categories if known.key == self.chosen), CategoryRow('', '', TagColour.PLUM))

    @property
    def tags(self) -> dict[str, TagRow]:
        """Return all tags by key."""
        return {tag.label.key: tag for category in self.categories for tag in category.tags}

    def build(self) -> None:
        """Show everything and begin to listen."""
        around = self.around
        with frame(title='Tags', actor=around.actor, practice_name=around.practice_name, current='Tags', padded=False) as self.slots:
            with self.slots.heading:
                self.count = text('', 'df-meta df-num', tag='span')
            if self.may_manage:
                self._build_actions()
            with box('df-tags-page'):
                with box('df-cats'):
                    text('Categories', 'df-over', tag='h2')
                    self.list = ui.html('', sanitize=False, tag='nav')
                    self.list.props['aria-label'] = 'Categories'
                with box('df-tags-main') as self.main:
                    self._build_main()
            self.notice = UndoNotice()
        self._show()
        refresh = Soon(self._refresh, name='live tags')
        ends = [clinic().hub.subscribe(VOCABULARY, refresh), clinic().hub.subscribe(TAG_USE, refresh), refresh.end]
        ui.context.client.on_delete(lambda: [end() for end in ends])

    def _build_actions(self) -> None:
        with self.slots.actions:
            button('New category', icon='tags', on_click=self._ask_new_category).classes('df-tags-new')
            self.new_tag = button('New tag', icon='plus', kind='primary', on_click=self._ask_new_tag)

    def _build_main(self) -> None:
        if self.is_retired:
            text('Retired', 'df-t2', tag='h2')
            self.retired = box('df-retired-place')
            return
        if not self.categories:
            with empty_state('No tags yet', 'A category has a name and a colour, and tags belong to one. Begin with a category.'):
                if self.may_manage:
                    button('New category', icon='tags', on_click=self._ask_new_category)
            return
        with box('df-tags-tools'):
            with box('df-tags-category'):
                self.head = CategoryHead(self.category, self._category_acts())
            self.find = text_field('Find a tag', placeholder='Find a tag', icon='search', bare=True, on_change=self._show)
        self.table = TagTable(self._tag_acts(), today=self.around.today, zone=self.around.zone)
        self.nothing = box('df-tags-nothing', role='status')
        self.elsewhere = ui.html('', sanitize=False).classes('df-tags df-tags-elsewhere')
        with box('df-tags-note'):
            symbol('info')
            text('Counts include tags that rise from images to their entries and patients.')

    def _category_acts(self) -> CategoryActs | None:
        return CategoryActs(rename=self._rename_category, recolour=self._recolour) if self.may_manage else None

    def _tag_acts(self) -> RowActs | None:
        acts = RowActs(rename=self._rename, merge=self._ask_merge, move=self._ask_move, retire=self._ask_retire)
        return acts if self.may_manage else None

    async def _refresh(self) -> None:
        """Read everything again and show it."""
        if self.slots.body.is_deleted:
            return
        with self.slots.body, refusals_shown():
            was_empty = not self.categories
            self.categories = await asyncio.to_thread(_read, current_actor())
            if was_empty and self.categories and not self.is_retired:
                self.chosen = self.categories[0].key
                self.main.clear()
                with self.main:
                    self._build_main()
            self._show()

    def _show(self) -> None:
        """Show what was read last."""
        offered = sum(len(category.offered) for category in self.categories)
        gone = [tag for tag in self.tags.values() if tag.retired_at or tag.merged_into]
        self.count.set_text(f'{formatting.count(offered)} in {formatting.plural(len(self.categories), "category", "categories")}')
        self.list.set_content(categories_html(self.categories, chosen='' if self.is_retired else self.chosen, retired=len(gone)))
        if self.may_manage:
            self.new_tag.set_enabled(bool(self.categories))
        if self.is_retired:
            self._show_retired(gone)
        elif self.categories:
            self.head.show(self.category)
            self._show_tags()

    async def _show_all(self) -> None:
        """Show the rest, piece by piece: whoever else is at work is served between two pieces."""
        first = self.most
        while self.most < len(self.category.offered) and not self.slots.body.is_deleted:
            self.most += _AT_ONCE
            self._show_tags()
            await asyncio.sleep(0)
        for tag in self._found()[first:first + 1]:
            self.table.focus(tag.label.key)  # the button that was pressed is gone

    def _show_retired(self, gone: list[TagRow]) -> None:
        self.retired.clear()
        with self.retired:
            retired_tags(gone, today=self.around.today, zone=self.around.zone, on_restore=self._restore if self.may_manage else None,
                         on_separate=self._separate if self.may_manage else None)

    def _found(self) -> list[TagRow]:
        asked = fold(str(self.find.value or ''))
        return [tag for tag in self.category.offered if asked in fold(tag.label.name)]

    def _show_tags(self) -> None:
        """Show the tags of the category that read like what is looked for, and name those of other categories."""
        asked, found = fold(str(self.find.value or '')), self._found()
        self.table.show(found[:self.most])
        self.nothing.clear()
        with self.nothing:
            if not self.category.offered:
                empty_state('No tags in this category yet')
            elif not found:
                text(f'No tag of {self.category.name} reads like “{self.find.value}”.', 'df-muted')
            if len(found) > self.most:
                button(f'Show all {formatting.plural(len(found), "tag")}', on_click=self._show_all)
        others = [(category, tag) for category in self.categories if category.key != self.chosen for tag in category.offered
                  if asked and asked in fold(tag.label.name)]
        self.elsewhere.set_content(elsewhere_html(others[:_ELSEWHERE]))

    async def _do(self, deed: Deed) -> None:
        """Do one thing, say it, and offer to take it back as a new act."""
        result = await clinic().change(current_actor(), deed.act)
        with self.slots.body:
            self.notice.say(deed.told(result), partial(self._undo, deed.undo(result)) if deed.undo else None)
            await self._refresh()

    async def _undo(self, act: Act) -> None:
        with self.slots.body, refusals_shown():
            try:
                await self._do(Deed(act, lambda _: 'Undone.'))
            except ChangedMeanwhile as changed:
                tell(f'{changed.who or "Someone else"} changed this since. It now reads: {changed.theirs}', kind='info')

    async def _say_and_do(self, deed: Deed) -> None:
        """Do what no field asks for: what is refused is said at the foot of the page."""
        with self.slots.body, refusals_shown():
            await self._do(deed)

    async def _add_category(self, request: str, name: str, colour: TagColour) -> None:
        key = await clinic().change(current_actor(), lambda records: records.tags.add_category(name, colour, request_key=request))
        ui.navigate.to(category_address(key))

    async def _add_tag(self, request: str, name: str, category: str) -> None:
        await self._do(tag_deeds.add(category, name, request))

    async def _rename(self, key: str, was: str, name: str, revision: int) -> None:
        await self._do(tag_deeds.rename(key, was, name, revision))

    async def _rename_category(self, was: str, name: str, revision: int) -> None:
        await self._do(tag_deeds.rename_category(self.chosen, was, name, revision))

    async def _recolour(self, colour: TagColour) -> None:
        await self._say_and_do(tag_deeds.recolour(self.chosen, self.category.name, colour))

    async def _ask_merge(self, keys: list[str]) -> None:
        """Show what a merge comes to. A tag that became another one stands for that one."""
        await self._refresh()  # whoever bears a name that was taken may have come a moment ago
        chosen = {tag.label.key: tag for tag in map(self._stands_for, keys)}
        with self.slots.body, refusals_shown():
            if len(chosen) < len(keys):
                tell('They are one tag already. Under Retired they can be separated again.', kind='info', stays=False)
                return
            others = [tag for category in self.categories for tag in category.offered]
            await MergeDialog(list(chosen.values()), others, preview=self._preview, merge=self._merge).open()

    def _stands_for(self, key: str) -> TagRow:
        tag = self.tags[key]
        return self._stands_for(tag.merged_into.key) if tag.merged_into else tag

    async def _preview(self, keep: str, gone: list[str]) -> MergePreview:
        return await asyncio.to_thread(_preview, current_actor(), keep, gone)

    async def _merge(self, keep: str, gone: list[str], expected: MergePreview) -> None:
        tags = self.tags
        names = names_words([tags[key] for key in gone])
        await self._do(tag_deeds.merge(keep, gone, names, tags[keep].label.name, expected))
        self.table.clear()
        if self.table.edited:
            self.table.leave()

    def _ask_move(self, keys: list[str]) -> None:
        tags = [self.tags[key] for key in keys]
        others = [category for category in self.categories if category.key != self.chosen]
        with self.slots.body:
            if others:
                ask_where_to(tags, others, on_move=partial(self._move, tags))
            else:
                tell('There is no other category yet.', kind='info', stays=False)

    async def _move(self, tags: list[TagRow], target: str) -> None:
        name = next(category.name for category in self.categories if category.key == target)
        await self._say_and_do(tag_deeds.move([tag.label.key for tag in tags], names_words(tags), self.chosen, target, name))

    async def _ask_retire(self, keys: list[str]) -> None:
        tags = [self.tags[key] for key in keys]
        with self.slots.body:
            if await confirmed(f'Retire {names_words(tags)}?', f'Kept {where_words(tags)}, no longer offered.', action='Retire'):
                await self._say_and_do(tag_deeds.retire(keys, names_words(tags)))

    async def _restore(self, tag: TagRow) -> None:
        await self._say_and_do(tag_deeds.restore(tag.label.key, tag.label.name))

    async def _offer_again(self, key: str) -> None:
        await self._refresh()  # it may have been added and retired a moment ago
        await self._restore(self.tags[key])

    async def _separate(self, tag: TagRow) -> None:
        if tag.merged_into is not None:
            await self._say_and_do(tag_deeds.separate(tag.label.key, tag.label.name, tag.merged_into.key, tag.merged_into.name))

    def _ask_new_category(self) -> None:
        used = {category.colour for category in self.categories}
        free = next((colour for colour in TagColour if colour not in used), TagColour.PLUM)
        with self.slots.body:
            ask_new_category(free=free, on_save=partial(self._add_category, new_key()))

    def _ask_new_tag(self) -> None:
        with self.slots.body:
            ask_new_tag(self.categories, chosen=self.chosen, on_save=partial(self._add_tag, new_key()), on_restore=self._offer_again)


def _preview(actor: Actor, keep: str, gone: list[str]) -> MergePreview:
    with clinic().reading(actor) as records:
        return records.tags.merge_preview(keep, gone)
