"""Patients in a list: one escaped fragment of real links."""
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from components.patient_card import fitting_tags_html, last_seen, patient_cards_html
from components.patient_table import patient_rows_html
from data.models import TagColour
from data.patient_query import Sort
from data.read_models import Cover, PatientRow, ShownTag, TagLabel, full_name

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)


def a_row(**given) -> PatientRow:
    row = PatientRow(key='k', unique_id='psr-20417', family_name='Oyelaran', given_names='Marguerite', birth_on=date(1980, 3, 14),
                     image_count=64, entry_count=1, last_appointment=NOW, last_modified=NOW, covers=tuple(map(Cover, 'abcd')))
    return replace(row, **given)


def test_a_card_is_a_link_with_three_photographs_and_the_counts():
    card = patient_cards_html([a_row()], UTC, today=TODAY)
    assert 'href="/patients/psr-20417"' in card
    assert [f'/images/{key}/thumb' in card for key in 'abcd'] == [True, True, True, False]
    assert card.count('loading="lazy"') == 3
    for words in ('Marguerite Oyelaran', '46 y', 'Today', '64', '1<span class="df-hidden-label"> entry</span>'):
        assert words in card


def test_names_stay_text():
    row = a_row(family_name='<img onerror=x>', given_names='{{7*7}} "Jo"', covers=(Cover('"><script>'),))
    fragment = patient_cards_html([row], UTC, today=TODAY)
    assert '&lt;img onerror=x&gt;' in fragment
    assert '<img onerror' not in fragment
    assert '<script>' not in fragment


def test_without_a_name_the_unique_id_is_the_name_once():
    card = patient_cards_html([a_row(family_name='', given_names='', birth_on=None)], UTC, today=TODAY)
    assert card.count('>psr-20417<') == 1
    assert 'No name recorded' in card


def test_the_name_prefers_what_the_patient_is_called():
    both = full_name(family_name='Oyelaran', given_names='Marguerite Adunni', preferred_name='Maggie', unique_id='x1')
    assert both == 'Marguerite Adunni “Maggie” Oyelaran'
    assert full_name(family_name='Oyelaran', given_names='Maggie', preferred_name='Maggie') == 'Maggie Oyelaran'
    assert full_name(given_names=' Marguerite ', unique_id='x1') == 'Marguerite'
    assert full_name(unique_id='x1') == 'x1'


def test_a_future_appointment_is_marked_as_planned():
    assert last_seen(a_row(last_appointment=NOW + timedelta(days=10)), UTC, today=TODAY) == '3 Dec, planned'
    assert last_seen(a_row(last_appointment=None), UTC, today=TODAY) == 'No visit yet'


def test_in_the_order_of_the_changes_a_card_says_when_it_was_changed_on_the_practices_clock():
    late = a_row(last_modified=datetime(2026, 11, 14, 23, 30, tzinfo=UTC))
    ahead = timezone(timedelta(hours=1))
    shown = [patient_cards_html([row], ahead, today=TODAY, sort=Sort.LAST_MODIFIED) for row in (late, a_row())]
    assert '<span class="df-card-when">changed 15 Nov</span>' in shown[0]
    assert '<span class="df-card-when">changed today</span>' in shown[1]


def test_a_card_and_a_row_say_by_which_former_id_they_were_found():
    shown = 'formerly <span class="df-mono">nur-0002</span>'
    for draw in (patient_cards_html, patient_rows_html):
        assert shown in draw([a_row(formerly='nur-0002')], UTC, today=TODAY)
        assert 'formerly' not in draw([a_row()], UTC, today=TODAY)


def test_only_as_many_tags_are_shown_as_can_be_read():
    short, long = (ShownTag(TagLabel(name, name, name, TagColour.PLUM), is_direct=is_direct)
                   for name, is_direct in (('Acne', True), ('Seborrhoeic keratosis', False)))
    shown = fitting_tags_html((long, short, long), 236)
    assert shown.index('Acne') < shown.index('+2')
    assert shown.count('df-tag--plum') == 1
    assert '+' not in fitting_tags_html((short, short, short), 236)
    assert 'Seborrhoeic' in fitting_tags_html((long,), 60)
    chosen = fitting_tags_html((short, long), 200, ('Seborrhoeic keratosis',))
    assert chosen.index('Seborrhoeic') < chosen.index('title="Acne"')
