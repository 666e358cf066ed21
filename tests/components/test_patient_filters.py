"""What narrows the list, in words."""
from datetime import date

import pytest

from components.list_address import list_address
from components.patient_filters import chip_words, counts_words, days_words, filters_on, is_narrowed, nothing_html, without
from data.models import TagColour
from data.patient_query import Counts, Days, ListView, Sort
from data.read_models import TagLabel

TODAY = date(2026, 11, 23)
LABELS = {'face': TagLabel('k', 'face', '<Face>', TagColour.MOSS)}


@pytest.mark.parametrize(('days', 'words'), [
    (Days(), ''), (Days(date(2026, 9, 1), TODAY), 'Seen 1 Sep – 23 Nov'),
    (Days(date(2025, 9, 1), date(2025, 9, 2)), 'Seen 1 Sep 2025 – 2 Sep 2025'),
    (Days(date(2026, 9, 1)), 'Seen since 1 Sep'), (Days(until=date(2027, 1, 2)), 'Seen until 2 Jan 2027'),
    (Days(TODAY, TODAY), 'Seen today'),
    (Days(date(2026, 9, 1), date(2026, 9, 1)), 'Seen 1 Sep'),
])
def test_days_read_as_people_say_them(days: Days, words: str):
    assert days_words('Seen', days, TODAY) == words


@pytest.mark.parametrize(('counts', 'words'), [
    (Counts(), ''), (Counts(3), '3 or more entries'), (Counts(2, 1000), '2–1,000 entries'), (Counts(most=1), 'at most 1 entry'),
    (Counts(1, 1), '1 entry'), (Counts(0, 0), 'no entries'), (Counts(most=0), 'no entries'), (Counts(0, 4), 'at most 4 entries'),
    (Counts(0), '0 or more entries'),
])
def test_counts_read_as_people_say_them(counts: Counts, words: str):
    assert counts_words(counts, 'entry', 'entries') == words


def test_several_tags_are_a_number_and_one_is_its_name():
    assert chip_words(ListView(tags=('face',)), LABELS, TODAY)['tags'] == '<Face>'
    assert chip_words(ListView(tags=('face', 'b', 'c')), LABELS, TODAY)['tags'] == '3 tags'
    both = ListView(seen=Days(TODAY, TODAY), modified=Days(until=TODAY))
    assert chip_words(both, {}, TODAY)['date'] == 'Seen today, Changed until 23 Nov'


def test_a_view_without_a_filter_keeps_its_order_and_begins_anew():
    view = ListView('q', Sort.NAME, False, tags=('face',), entries=Counts(1), page=4, per_page=50)
    assert without(view, 'tags') == ListView('q', Sort.NAME, False, entries=Counts(1), per_page=50)
    assert without(view) == ListView(sort=Sort.NAME, is_descending=False, per_page=50)
    assert is_narrowed(view)
    assert not is_narrowed(ListView('  ', Sort.NAME, False, page=4, per_page=50))


def test_every_reason_for_an_empty_list_can_be_taken_away_alone():
    view = ListView('<b>', tags=('face', 'x'), images=Counts(2))
    found = filters_on(view, LABELS, TODAY)
    assert [each.words for each in found] == ['Search “<b>”', '<Face>', 'x', '2 or more images']
    shown = nothing_html(found, list_address, without(view))
    assert 'href="/patients?q=%3Cb%3E&amp;tags=face&amp;images=2-" aria-label="Remove x"' in shown
    assert '<b>' not in shown
    assert '<Face>' not in shown
