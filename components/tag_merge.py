"""Two or more tags become one: which name stays, what changes, and what it comes to, before it is done."""
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import banner, box, button, link, select_field, symbol, text
from components.refusals import refusals_shown
from components.tag_chip import label_html
from components.tag_words import labels_html, patients_address, reach_words
from data.errors import MergeChanged
from data.repositories.tag_records import MergePreview, Reach, TagRow

Preview = Callable[[str, list[str]], Awaitable[MergePreview]]
Merge = Callable[[str, list[str], MergePreview], Awaitable[Any]]


class MergeDialog:
    """The dialog. `others` are the tags that a single one may be merged with.

    The numbers are those of now; when they are others at the end, the dialog says so, shows them, and asks again.
    """

    def __init__(self, tags: Sequence[TagRow], others: Sequence[TagRow], *, preview: Preview, merge: Merge) -> None:
        self._tags, self._others = list(tags), {tag.label.key: tag for tag in others if tag not in tags}
        self._preview, self._merge = preview, merge
        self._first = self._tags[0]
        self._keep, self._expected, self._asked = '', MergePreview(Reach(), Reach(), Reach()), 0
        with ui.dialog().props('transition-show=fade transition-hide=fade') as self.dialog:
            self._card = ui.card().classes('df-dialog df-dialog--merge')
        self.dialog.on('hide', self.dialog.delete)

    def refuse(self, sentence: str) -> None:
        """Show why they are not merged, above the numbers. An empty sentence takes it back."""
        self._changed.clear()
        if sentence:
            with self._changed:
                banner('warn', sentence)

    async def open(self) -> None:
        """Show the dialog, with the numbers of this moment."""
        with self._card:
            with box('df-dialog-head'), box():
                self._title = text('', 'df-t2', tag='h2')
                self._line = text('', 'df-muted')
            with box('df-dialog-body'):
                if len(self._tags) == 1:
                    self._with_whom()
                self._choice, self._changed, self._change = box('df-merge-part'), box(), box('df-merge-part')
                self._change.props['aria-live'] = 'polite'
            self._foot()
        self.dialog.open()
        await self._show_choice()

    def _with_whom(self) -> None:
        options = {key: f'{tag.label.name} ({tag.label.category})' for key, tag in self._others.items()}
        chosen = select_field('Merge with', options, placeholder='Choose a tag', on_change=lambda event: self._chosen(event.value))
        chosen.control.props('autofocus')

    async def _chosen(self, key: str) -> None:
        other = self._others.get(key)
        self._tags = [self._first, other] if other else [self._first]
        await self._show_choice()

    def _foot(self) -> None:
        with box('df-dialog-foot'):
            with box('df-merge-note'):
                symbol('history')
                text('Written to the audit trail, with the list of records.')
            button('Cancel', kind='ghost', on_click=self.dialog.close)
            self._button = button('Merge tags', icon='merge', kind='primary', on_click=self._do, enabled=False)

    async def _show_choice(self) -> None:
        """Offer the names; of those that are still offered the one that is used most stays, until another is chosen."""
        number = len(self._tags)
        title = f'Merge {number} tags' if number > 1 else f'Merge {self._first.label.name}'
        self._title.set_text(title)
        self.dialog.props['aria-label'] = title
        self._line.set_text('One name stays; the other becomes it everywhere, then disappears.' if number < 3 else
                            'One name stays; the others become it everywhere, then disappear.')
        self._choice.clear()
        self._change.clear()
        self._button.set_enabled(False)
        if number > 1:
            self._keep = max(self._tags, key=lambda tag: (tag.retired_at is None, tag.reach.records)).label.key
            with self._choice:
                self._options()
            await self._compute()

    def _options(self) -> None:
        text('Which name stays?', 'df-lab', id=f'stays-{self.dialog.id}')
        with box('df-merge-options', role='radiogroup', aria_labelledby=f'stays-{self.dialog.id}'):
            for tag in self._tags:
                with box('df-merge-option', tag='label'):
                    radio = box(tag='input', type='radio', name=f'keep-{self.dialog.id}', aria_label=tag.label.name)
                    radio.on('change', lambda key=tag.label.key: self._keeps(key), args=[])
                    if tag.label.key == self._keep:
                        radio.props['checked'] = True
                    with box():
                        ui.html(label_html(tag.label), sanitize=False)
                        retired = ', retired' if tag.retired_at else ''
                        text(f'{reach_words(tag.reach)}{retired}', 'df-f12 df-meta')

    async def _keeps(self, key: str) -> None:
        self._keep = key
        await self._compute()

    def _gone(self) -> list[TagRow]:
        return [tag for tag in self._tags if tag.label.key != self._keep]

    async def _compute(self) -> None:
        """Count anew; an answer that was overtaken is dropped."""
        self._asked += 1
        mine = self._asked
        self._button.set_enabled(False)
        with refusals_shown(self):
            found = await self._preview(self._keep, [tag.label.key for tag in self._gone()])
            if mine == self._asked and not self.dialog.is_deleted:
                self._expected = found
                self._show_change(found)
                self._button.set_enabled(True)

    def _show_change(self, found: MergePreview) -> None:
        self._change.clear()
        gone, stays = self._gone(), next(tag for tag in self._tags if tag.label.key == self._keep)
        with self._change:
            with box('df-lab'):
                text('What changes', tag='span')
                with box('df-lab-state'):
                    for tag in gone if found.changing.records else ():
                        words = 'See the records' if len(gone) == 1 else f'See {tag.label.name}'
                        link(words, patients_address(tag.label)).props('target=_blank')
            with box('df-merge-numbers'):
                _number(found.changing, 'record changes', 'records change')
                _number(found.both, 'already carries both', 'already carry both', '; they keep one')
            with box('df-merge-result'):
                ui.html(labels_html(gone), sanitize=False).classes('df-tags')
                symbol('arrow-right')
                ui.html(label_html(stays.label), sanitize=False)
                text(f'then on {reach_words(found.afterwards)}', tag='span')

    async def _do(self) -> None:
        """Merge when the numbers are still those that were shown."""
        self._button.set_enabled(False)
        try:
            with self._card, refusals_shown(self):
                await self._merge_or_ask_again()
        finally:
            if self.dialog.value and not self.dialog.is_deleted:
                self._button.set_enabled(True)

    async def _merge_or_ask_again(self) -> None:
        try:
            await self._merge(self._keep, [tag.label.key for tag in self._gone()], self._expected)
            self.dialog.close()
        except MergeChanged as changed:
            await self._compute()
            with self._changed:
                banner('warn', 'These tags changed meanwhile', str(changed))


def _number(reach: Reach, one: str, many: str, tail: str = '') -> None:
    with box():
        text(formatting.count(reach.records), 'df-merge-number df-num')
        text(one if reach.records == 1 else many, 'df-bold')
        text(f'{reach_words(reach)}{tail}' if reach.records else 'none', 'df-f12 df-meta')
