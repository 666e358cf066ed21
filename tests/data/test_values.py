"""What people type, cleaned, folded and refused in one sentence."""
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import Invalid
from data.values import (
    clean_line,
    clean_text,
    fold,
    hides_characters,
    normal_unique_id,
    parse_birth_date,
    parse_moment,
    same_on_the_clock,
    search_words,
)

LETTERS = 'Use letters, digits, - or _.'
LENGTH = 'Use 2 to 32 characters.'
BERLIN = ZoneInfo('Europe/Berlin')


@pytest.mark.parametrize(('typed', 'sentence'), [
    ('', LENGTH), ('a', LENGTH), ('a' * 33, LENGTH), ('a b', LETTERS), ('a/b', LETTERS), ('../etc', LETTERS), ('zoë', LETTERS),
    ('é', LETTERS), ('😀😀', LETTERS),
    ('\u212a1', LETTERS), ('a\u200bb', LETTERS), ('a\nb', LETTERS), ('new', '“new” is reserved. Choose another ID.'),
    ('NEW', '“new” is reserved. Choose another ID.'),
])
def test_a_bad_unique_id_is_refused_in_one_sentence(typed: str, sentence: str):
    with pytest.raises(Invalid) as refused:
        normal_unique_id(typed)
    assert str(refused.value) == sentence
    assert refused.value.field == 'unique_id'


@pytest.mark.parametrize(('typed', 'stored'), [('PSR-20417', 'psr-20417'), (' ab ', 'ab'), ('a_-9' * 8, 'a_-9' * 8)])
def test_a_unique_id_is_stored_lowered(typed: str, stored: str):
    assert normal_unique_id(typed) == stored


@given(st.text(max_size=40))
def test_what_passes_as_a_unique_id_can_stand_in_an_address(typed: str):
    try:
        unique_id = normal_unique_id(typed)
    except Invalid:
        return
    assert set(unique_id) <= set('abcdefghijklmnopqrstuvwxyz0123456789_-')
    assert 2 <= len(unique_id) <= 32
    assert normal_unique_id(unique_id) == unique_id


@pytest.mark.parametrize('typed', ['14 Mar 1980', '14 March 1980', '14 mar 1980', '1980-03-14', '14.3.1980', '14/03/1980', ' 14 Mar 1980 '])
def test_a_date_of_birth_is_read_as_people_write_it(typed: str):
    assert parse_birth_date(typed) == date(1980, 3, 14)


@pytest.mark.parametrize(('typed', 'sentence'), [
    ('yesterday', 'Use a date like 14 Mar 1980.'), ('31 Feb 1980', 'Use a date like 14 Mar 1980.'),
    ('14.3.80', 'Use a date like 14 Mar 1980.'),
    ('1 Jan 1849', 'This date of birth cannot be right.'), ('24 Nov 2026', 'This date of birth cannot be right.'),
])
def test_a_date_of_birth_that_cannot_be_is_refused(typed: str, sentence: str):
    with pytest.raises(Invalid, match=sentence):
        parse_birth_date(typed, today=date(2026, 11, 23))


@pytest.mark.parametrize('typed', ['03/04/1980', '3/4/1980', '03-04-1980', '12/11/1980'])
def test_a_date_of_birth_that_is_two_days_is_refused(typed: str):
    with pytest.raises(Invalid, match=r'^Write the month as a word, for example 3 Apr 1980\.$'):
        parse_birth_date(typed)


@pytest.mark.parametrize(('typed', 'read'), [
    ('23/04/1980', date(1980, 4, 23)),
    ('23-4-1980', date(1980, 4, 23)), ('23.04.1980', date(1980, 4, 23)), ('03.04.1980', date(1980, 4, 3)),
    ('1980-04-03', date(1980, 4, 3)), ('1980/04/03', date(1980, 4, 3)), ('04/04/1980', date(1980, 4, 4)),
])
def test_a_date_of_birth_that_is_one_day_passes(typed: str, read: date):
    assert parse_birth_date(typed) == read


def test_no_date_of_birth_is_fine():
    assert parse_birth_date('  ') is None
    assert parse_birth_date('23 Nov 2026', today=date(2026, 11, 23)) == date(2026, 11, 23)


@pytest.mark.parametrize(('left', 'right'), [
    ('GONZÁLEZ', 'gonzalez'), ('Straße', 'strasse'), ('Łukasz', 'lukasz'), ('Ørsted', 'orsted'), ('O’Brien', "o'brien"), ('İnci', 'inci'),
    ('Anne–Marie', 'anne-marie'), ('Ǿ', 'o'), ('Jana  König', 'jana konig'),
])
def test_names_are_compared_without_case_and_accents(left: str, right: str):
    assert fold(left) == right


@given(st.text())
def test_folding_twice_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


def test_a_search_is_a_few_folded_words():
    assert search_words('  König\u200b  MARIA ') == ['konig', 'maria']
    assert len(search_words('a b ' * 10_000)) == 8


def test_hidden_characters_leave_a_name_and_can_be_told():
    typed = 'Mar\u202eia\u200b'
    assert clean_line(typed) == 'Maria'
    assert hides_characters(typed)
    assert not hides_characters('Zoë O’Brien')


def test_free_text_keeps_lines_and_emoji_but_no_controls():
    assert clean_text('a\r\nb\x00\u202e 👩\u200d⚕️') == 'a\nb 👩\u200d⚕️'


@pytest.mark.parametrize(('typed', 'utc'), [
    ('2026-11-23T10:15', '2026-11-23T09:15:00+00:00'), ('2026-07-01 10:15', '2026-07-01T08:15:00+00:00'),
    ('2026-10-25T02:30', '2026-10-25T00:30:00+00:00'), ('2026-11-23T10:15:00+05:00', '2026-11-23T05:15:00+00:00'),
])
def test_a_local_time_is_one_of_the_practice(typed: str, utc: str):
    assert parse_moment(typed, BERLIN) == datetime.fromisoformat(utc)


NEW_YORK = ZoneInfo('America/New_York')


@pytest.mark.parametrize(('zone', 'typed', 'utc'), [
    (BERLIN, '2026-03-29T02:30', '2026-03-29T01:30:00+00:00'), (NEW_YORK, '2026-03-08T02:30', '2026-03-08T07:30:00+00:00'),
    (BERLIN, '2026-10-25T02:30', '2026-10-25T00:30:00+00:00'), (NEW_YORK, '2026-11-01T01:30', '2026-11-01T05:30:00+00:00')])
def test_a_time_of_a_night_on_which_the_clocks_change_is_one_instant(zone: ZoneInfo, typed: str, utc: str):
    assert parse_moment(typed, zone) == datetime.fromisoformat(utc)


@pytest.mark.parametrize(('zone', 'first', 'second'), [
    (BERLIN, '2026-10-25T00:30+00:00', '2026-10-25T01:30+00:00'), (NEW_YORK, '2026-11-01T05:30+00:00', '2026-11-01T06:30+00:00')])
def test_each_of_two_instants_that_a_clock_shows_alike_knows_the_other(zone: ZoneInfo, first: str, second: str):
    one, other = datetime.fromisoformat(first), datetime.fromisoformat(second)
    assert (same_on_the_clock(one, zone), same_on_the_clock(other, zone)) == (other, one)
    assert same_on_the_clock(one - timedelta(hours=1), zone) is None


@pytest.mark.parametrize(('typed', 'zone'), [
    ('1900-01-01T00:00', BERLIN), ('1900-01-01T00:00', NEW_YORK), ('2200-12-31T23:59', BERLIN), ('2200-12-31T23:59', NEW_YORK)])
def test_an_appointment_at_the_ends_of_what_is_taken_comes_back_as_typed(typed: str, zone: ZoneInfo):
    assert parse_moment(typed, zone).astimezone(zone).strftime('%Y-%m-%dT%H:%M') == typed


@pytest.mark.parametrize('typed', ['', 'soon', '1899-12-31T23:59', '2201-01-01T00:00', '2999-01-01T10:00',
                                   '2026-13-01T10:00', '1777-01-01T10:00', '0001-01-01T00:00', '9999-12-31T23:59:59',
                                   '0001-01-01T00:00+14:00', '9999-12-31T23:59-12:00'])
def test_an_appointment_that_cannot_be_is_refused(typed: str):
    for zone in (BERLIN, ZoneInfo('America/New_York'), ZoneInfo('UTC')):
        with pytest.raises(Invalid):
            parse_moment(typed, zone)
