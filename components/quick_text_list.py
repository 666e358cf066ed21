"""The practice's quick texts where they are written: each saves as it is typed, can be moved, retired and offered again."""
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from components.autosave import Autosave
from components.controls import box, button, empty_state, icon_button, text, text_area, text_field
from data.columns import limit_of
from data.models import QuickText
from data.repositories.quick_texts import QuickTextRecord

OnKey = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class QuickTextActs:
    """What can be done: `move(key, steps)` goes up by -1 and down by 1."""

    move: Callable[[str, int], Awaitable[None]]
    retire: OnKey
    restore: OnKey


class QuickTextList:
    """Draws anew only when one comes, goes or moves: someone may be typing in the others, and fields hear for themselves."""

    def __init__(self, saving: Autosave, acts: QuickTextActs) -> None:
        self._saving, self._acts = saving, acts
        self._shown: list[tuple[str, bool]] = []
        self._place = box('df-quick-list')
        self.show([])

    def show(self, records: list[QuickTextRecord], *, focus: str = '') -> None:
        """Show these in their order, those that are offered no longer below. `focus` is one whose title is to be written now."""
        now = [(record.key, record.retired_at is None) for record in records]
        if now == self._shown and now:
            return
        self._shown = now
        self._place.clear()
        with self._place:
            offered = [record for record in records if record.retired_at is None]
            for place, record in enumerate(offered):
                self._card(record, is_first=place == 0, is_last=place == len(offered) - 1, has_focus=record.key == focus)
            if not offered:
                empty_state('No quick texts yet', 'Write what is written again and again. One press puts it at the end of a visit’s notes.')
            self._retired([record for record in records if record.retired_at is not None])

    def _card(self, record: QuickTextRecord, *, is_first: bool, is_last: bool, has_focus: bool) -> None:
        with box('df-quick-card', role='group', aria_label=record.title):
            title = text_field('Title', value=record.title, limit=limit_of(QuickText, 'title'))
            words = text_area('Text', value=record.text, limit=limit_of(QuickText, 'text'))
            for name, field in (('title', title), ('text', words)):
                self._saving.add(field, lambda records: records.quick_texts.amend, record.key, name,
                                 revision=record.revisions.get(name, 0))
            if has_focus:
                title.control.props('autofocus')
            with box('df-quick-acts'):
                up = icon_button('arrow-up', label=f'Move {record.title} up', on_click=partial(self._acts.move, record.key, -1))
                down = icon_button('arrow-down', label=f'Move {record.title} down', on_click=partial(self._acts.move, record.key, 1))
                up.set_enabled(not is_first)
                down.set_enabled(not is_last)
                button('Retire', kind='ghost', size='small', label=f'Retire {record.title}',
                       on_click=partial(self._acts.retire, record.key))

    def _retired(self, records: list[QuickTextRecord]) -> None:
        if not records:
            return
        text('No longer offered', 'df-over', tag='h3')
        for record in records:
            with box('df-quick-retired'):
                text(record.title, 'df-grow df-ell')
                button('Offer again', size='small', label=f'Offer again: {record.title}', on_click=partial(self._acts.restore, record.key))
