"""Patients as rows of a table."""
from datetime import UTC, date

from components.list_address import list_address
from components.patient_sorting import direction_words, sorted_by
from components.patient_table import patient_heads_html, patient_rows_html
from data.models import TagColour
from data.patient_query import ListView, Sort
from data.read_models import ShownTag, TagLabel
from tests.components.test_patient_card import a_row

TODAY = date(2026, 11, 23)


def test_a_row_says_everything_of_a_patient_and_its_name_is_the_link():
    tag = ShownTag(TagLabel('k', 'x', '<Acne>', TagColour.PLUM), is_direct=True)
    row = patient_rows_html([a_row(tags=(tag,))], UTC, today=TODAY, first=7)
    assert '<a class="df-pt-link" href="/patients/psr-20417">Marguerite Oyelaran</a>' in row
    for words in ('psr-20417</span>', '46 y', '>64<', '>1<', 'Today', '&lt;Acne&gt;', 'anchor-name:--patient-7"'):
        assert words in row
    assert row.count('loading="lazy"') == 3
    assert '<Acne>' not in row


def test_without_a_name_the_link_is_still_told_apart():
    row = patient_rows_html([a_row(family_name='', given_names='')], UTC, today=TODAY)
    assert 'aria-label="psr-20417, no name recorded">No name recorded</a>' in row


def test_headings_sort_and_the_one_in_force_turns_round():
    heads = patient_heads_html(ListView(sort=Sort.NAME, is_descending=False, q='a&b', page=3), list_address)
    assert 'aria-sort="ascending"><a href="/patients?q=a%26b&amp;sort=-name">Patient' in heads
    assert '<a href="/patients?q=a%26b&amp;sort=unique_id">Unique ID' in heads
    assert '<a href="/patients?q=a%26b&amp;sort=-last_appointment">Last appointment' in heads
    assert '<th scope="col" class="df-pt-count">Entries</th>' in heads
    assert heads.count('aria-sort') == 1


def test_in_the_order_of_the_changes_the_last_column_is_the_change():
    heads = patient_heads_html(ListView(), list_address)
    assert 'aria-sort="descending"><a href="/patients?sort=last_modified">Last modified' in heads
    assert 'Last appointment' not in heads
    row = patient_rows_html([a_row(last_appointment=None)], UTC, today=TODAY, sort=Sort.LAST_MODIFIED)
    assert '<span class="df-pt-day">Today</span><span class="df-pt-words">changed today</span>' in row


def test_a_sort_begins_as_one_expects_it():
    view = ListView(page=3)
    assert [sorted_by(view, sort).is_descending for sort in Sort] == [False, True, False, False]
    assert sorted_by(view, Sort.NAME).page == 1
    assert [direction_words(sort, is_descending=True) for sort in (Sort.LAST_MODIFIED, Sort.NAME)] == ['Newest first', 'Z to A']
    assert [direction_words(sort, is_descending=False) for sort in (Sort.LAST_MODIFIED, Sort.NAME)] == ['Oldest first', 'A to Z']


def test_in_the_narrowest_column_tags_are_left_out_rather_than_cut():
    names = ('Contact dermatitis', 'Face', 'Recall due')
    tags = tuple(ShownTag(TagLabel(name, name, name, TagColour.PLUM), is_direct=True) for name in names)
    row = patient_rows_html([a_row(tags=tags)], UTC, today=TODAY)
    assert 'Face</span>' in row
    assert 'title="Recall due"' in row
