"""Tags that are no longer offered: those that were retired, and those that became another one; each with the way back."""
from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from html import escape
from typing import Any

from nicegui import ui

from components import formatting
from components.controls import box, button, empty_state
from components.tag_chip import label_html
from components.tag_words import patients_address, records_words
from data.repositories.tag_records import TagRow

OnTag = Callable[[TagRow], Any]


def retired_tags(tags: Sequence[TagRow], *, today: date, zone: tzinfo, on_restore: OnTag | None, on_separate: OnTag | None) -> None:
    """Show these tags. Without the callbacks they are only read."""
    if not tags:
        empty_state('No retired tags', 'A tag that is retired or merged into another one is found here.')
        return
    with box('df-retired', role='list', aria_label='Retired tags'):
        for tag in tags:
            with box('df-retired-row', role='listitem'):
                ui.html(retired_html(tag, today=today, zone=zone), sanitize=False).classes('df-retired-what')
                _way_back(tag, on_separate if tag.merged_into else on_restore)


def retired_html(tag: TagRow, *, today: date, zone: tzinfo) -> str:
    """Return what became of a tag, escaped."""
    category = f'<span class="df-meta">{escape(tag.label.category)}</span>'
    if tag.merged_into is not None:
        return f'{label_html(tag.label)}<span>merged into</span>{label_html(tag.merged_into)}{category}'
    on = formatting.local(tag.retired_at, zone).date() if tag.retired_at else today
    since = 'today' if on == today else formatting.day_short(on, today=today)
    kept = escape(f'kept on {records_words(tag.reach)}')
    if tag.reach.records:
        kept = f'<a class="df-link" href="{escape(patients_address(tag.label))}">{kept}</a>'
    return f'{label_html(tag.label)}<span>retired {escape(since)}</span><span>{kept}</span>{category}'


def _way_back(tag: TagRow, act: OnTag | None) -> None:
    if act is None:
        return
    words = 'Separate again' if tag.merged_into else 'Offer again'
    button(words, size='small', on_click=lambda: act(tag), label=f'{words}: {tag.label.name}')
