"""How dates, ages, intervals and numbers are written."""
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import formatting

TODAY = date(2026, 11, 23)
LONDON, BERLIN, AUCKLAND = ZoneInfo('Europe/London'), ZoneInfo('Europe/Berlin'), ZoneInfo('Pacific/Auckland')
MORNING = datetime(2026, 11, 23, 10, 15, 7, tzinfo=UTC)


def test_a_day_is_written_with_its_month_in_letters():
    assert formatting.day(TODAY) == '23 Nov 2026'
    assert formatting.day(date(2024, 2, 1)) == '1 Feb 2024'


def test_an_appointment_stands_on_the_clock_of_the_practice():
    assert formatting.appointment(MORNING, LONDON) == 'Mon 23 Nov 2026, 10:15'
    assert formatting.appointment(MORNING, BERLIN) == 'Mon 23 Nov 2026, 11:15'
    assert formatting.appointment(MORNING, AUCKLAND) == 'Mon 23 Nov 2026, 23:15'
    assert formatting.clock(MORNING, LONDON, seconds=True) == '10:15:07'


def test_summer_time_is_the_zones_business():
    before, after = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert formatting.clock(before, LONDON) == formatting.clock(after, LONDON) == '01:30'


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match='without a zone'):
        formatting.clock(datetime(2026, 11, 23, 10, 15), LONDON)


@pytest.mark.parametrize(('on', 'shown'), [
    (TODAY, 'Today'), (date(2026, 11, 20), '20 Nov'), (date(2025, 11, 23), '23 Nov 2025'), (date(2026, 12, 3), '3 Dec')])
def test_a_short_day_leaves_the_year_out_only_within_it(on, shown):
    assert formatting.day_short(on, today=TODAY) == shown


def test_saved_says_the_time_today_and_the_date_on_another_day():
    assert formatting.saved(MORNING, LONDON, today=TODAY) == 'Saved 10:15'
    assert formatting.saved(MORNING - timedelta(days=3), LONDON, today=TODAY) == 'Saved 20 Nov'
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert formatting.saved(late, BERLIN, today=TODAY) == 'Saved 00:30'


@pytest.mark.parametrize(('born', 'shown'), [
    (date(1980, 3, 14), '46 y'), (date(1980, 11, 23), '46 y'), (date(1980, 11, 24), '45 y'), (date(2024, 11, 23), '2 y'),
    (date(2024, 11, 24), '23 mo'), (date(2026, 10, 23), '1 mo'), (date(2026, 10, 24), '30 d'), (TODAY, '0 d'), (date(2027, 1, 1), ''),
    (date(1904, 2, 29), '122 y')])
def test_an_age_is_in_years_and_under_two_in_months(born, shown):
    assert formatting.age(born, TODAY) == shown


def test_someone_born_on_a_leap_day_grows_older_on_the_first_of_march():
    born = date(2000, 2, 29)
    assert [formatting.age(born, date(2027, *day)) for day in ((2, 28), (3, 1))] == ['26 y', '27 y']


def test_the_birth_line_names_age_and_date_and_is_empty_when_unknown():
    assert formatting.birth_line(date(1980, 3, 14), TODAY) == '46 y, born 14 Mar 1980'
    assert formatting.birth_line(None, TODAY) == ''
    assert formatting.birth_line(date(2027, 1, 1), TODAY) == 'born 1 Jan 2027'


@pytest.mark.parametrize(('days', 'shown'), [
    (0, 'same day'), (1, '1 day'), (13, '13 days'), (14, '2 weeks'), (40, '6 weeks'), (42, '6 weeks'), (84, '12 weeks'), (181, '26 weeks'),
    (182, '6 months'), (243, '8 months'), (365, '12 months'), (700, '23 months'), (730, '2 years'), (731, '2 years'), (1095, '3 years'),
    (3653, '10 years')])
def test_an_interval_is_in_the_unit_that_visits_are_planned_in(days, shown):
    assert formatting.interval(TODAY - timedelta(days=days), TODAY) == shown


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_an_interval_is_the_same_both_ways_and_never_nothing(first, second):
    assert formatting.interval(first, second) == formatting.interval(second, first)
    assert formatting.interval(first, second).startswith('same') == (first == second)
    assert not formatting.interval(first, second).startswith('0 ')


def test_a_day_is_named_by_its_distance_from_today():
    assert formatting.relative_day(TODAY, today=TODAY) == 'Today'
    assert formatting.relative_day(TODAY - timedelta(days=84), today=TODAY) == '12 weeks earlier'
    assert formatting.relative_day(TODAY + timedelta(days=14), today=TODAY) == 'in 2 weeks'


def test_inside_a_visit_a_day_is_named_by_its_distance_from_it():
    assert formatting.visit_day(TODAY, visit=TODAY) == 'This visit'
    assert formatting.visit_day(TODAY - timedelta(days=84), visit=TODAY) == '12 weeks earlier'
    assert formatting.visit_day(TODAY + timedelta(days=9), visit=TODAY) == '9 days later'


def test_counts_and_plurals():
    assert formatting.count(1284) == '1,284'
    assert [formatting.plural(number, 'image') for number in (0, 1, 4, 1284)] == ['0 images', '1 image', '4 images', '1,284 images']
    assert formatting.plural(2, 'entry', 'entries') == '2 entries'
    assert [formatting.ordinal(number) for number in (1, 2, 3, 4, 9, 11, 12, 13, 21, 112)] == [
        '1st', '2nd', '3rd', '4th', '9th', '11th', '12th', '13th', '21st', '112th']


@pytest.mark.parametrize(('number', 'shown'), [
    (0, '0 kB'), (1, '1 kB'), (1000, '1 kB'), (1001, '2 kB'), (99_999, '100 kB'), (100_000, '0.1 MB'), (8_400_000, '8.4 MB'),
    (64_000_000, '64.0 MB'), (120_000_000, '120 MB')])
def test_a_size_is_never_zero_while_there_is_something(number, shown):
    assert formatting.size(number) == shown


def test_progress_prints_the_unit_once_when_it_is_the_same():
    assert formatting.progress(5_200_000, 8_400_000) == '5.2 of 8.4 MB'
    assert formatting.progress(20_000, 8_400_000) == '20 kB of 8.4 MB'


@pytest.mark.parametrize(('name', 'shown'), [
    ('Dr Ines Marlowe', 'IM'), ('Tom Adeyemi', 'TA'), ('Anna Maria van der Berg', 'AB'), ('ines', 'I'), ('', '?'), ('  ', '?'),
    ('Dr', 'D'), ('(temp) Élodie', 'É')])
def test_initials_skip_titles(name, shown):
    assert formatting.initials(name) == shown
