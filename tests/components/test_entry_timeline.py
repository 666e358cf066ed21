"""The line of visits: intervals between them, what stands on a card, nothing unescaped."""
from dataclasses import replace
from datetime import UTC, date, datetime

from components.entry_timeline import THUMBS, shown_images, span_words, timeline_html
from data.read_models import Cover
from data.repositories.entries import EntrySummary

TODAY = date(2026, 11, 23)


def a_visit(number: int, *at: int, notes: str = '', images: int = 0, comparisons: int = 0, clinician: str = 'Ines Weber') -> EntrySummary:
    covers = tuple(Cover(f'k{index}') for index in range(images))
    return EntrySummary(f'e{number}', number, datetime(*at, tzinfo=UTC), clinician, notes, images, comparisons, covers)


def drawn(*entries: EntrySummary) -> str:
    return timeline_html(entries, 'psr-1', UTC, today=TODAY)


def test_intervals_stand_between_visits():
    shown = drawn(a_visit(4, 2026, 12, 7, 9), a_visit(3, 2026, 11, 23, 9), a_visit(2, 2026, 11, 23, 8), a_visit(1, 2026, 8, 31, 9))
    gaps = [part.split('<', 1)[0] for part in shown.split('<div class="df-visit-gap">')[1:]]
    assert gaps == ['2 weeks earlier', 'same day', '12 weeks earlier']
    assert '7 Dec 2026<small>09:00, planned</small>' in shown
    assert shown.count('planned') == 1


def test_a_card_shows_which_visit_by_whom_and_leads_there():
    shown = drawn(a_visit(3, 2026, 11, 23, 9, notes='Plaque flat.', comparisons=2))
    for part in ('3rd entry', 'Plaque flat.', '2 comparisons', 'Ines Weber', 'href="/patients/psr-1/entries/3"'):
        assert part in shown


def test_the_last_of_many_photographs_becomes_a_number():
    visit = a_visit(1, 2026, 11, 23, 9, images=THUMBS + 5)
    shown = drawn(visit)
    assert shown.count('<img') == THUMBS
    assert '+6' in shown
    assert shown_images([visit]) == [f'k{index}' for index in range(THUMBS)]


def test_what_people_wrote_is_text():
    shown = drawn(a_visit(1, 2026, 11, 23, 9, notes='<img src=x onerror=alert(1)>', clinician='{{7*7}}<b>'))
    assert '<img' not in shown
    assert '&lt;img src=x onerror=alert(1)&gt;' in shown
    assert '{{7*7}}&lt;b&gt;' in shown


def test_the_whole_span_in_words():
    assert span_words([a_visit(1, 2026, 11, 23, 9)], UTC) == '1 entry'
    assert span_words([a_visit(2, 2026, 11, 23, 9), a_visit(1, 2026, 8, 31, 9)], UTC) == '2 entries over 12 weeks'


def test_sensitive_photos_are_counted_and_not_shown():
    visit = replace(a_visit(1, 2026, 11, 23, 9, images=2), image_count=5)
    shown = drawn(visit)
    assert shown.count('<img ') == 2
    assert 'aria-label="3 sensitive photos, not shown here"' in shown
    assert 'sensitive' not in drawn(a_visit(1, 2026, 11, 23, 9, images=2))
