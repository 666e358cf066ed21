"""A view of the list as an address and back: what comes back is what was meant, what cannot be is said and left out."""
from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.list_address import clean_search, list_address, no_such_tag, read_view
from data.patient_query import Counts, Days, ListView, Sort
from data.repositories.patient_list import PAGE_SIZES

_days = st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31))
_numbers = st.none() | st.integers(0, 999_999)


def in_order(pair: tuple) -> bool:
    return None in pair or pair[0] <= pair[1]


_ranges = st.tuples(_days, _days).filter(in_order).map(lambda ends: Days(*ends))
_counts = st.tuples(_numbers, _numbers).filter(in_order).map(lambda ends: Counts(*ends))
_slugs = st.lists(st.from_regex('[a-z0-9]+(-[a-z0-9]+)*', fullmatch=True), max_size=4, unique=True).map(tuple)
_views = st.builds(
    ListView, q=st.text(max_size=60).map(clean_search), sort=st.sampled_from(Sort), is_descending=st.booleans(), seen=_ranges,
    modified=_ranges, tags=_slugs, entries=_counts, images=_counts, page=st.integers(1, 10 ** 9), per_page=st.sampled_from(PAGE_SIZES))


def query_of(address: str) -> list[tuple[str, str]]:
    return parse_qsl(address.partition('?')[2], keep_blank_values=True, encoding='utf-8', errors='surrogatepass')


@given(_views, st.sampled_from(PAGE_SIZES))
def test_an_address_leads_back_to_its_view(view: ListView, preferred: int):
    asked = read_view(query_of(list_address(view, preferred=preferred)), preferred=preferred)
    assert (asked.view, asked.faults) == (view, ())


@given(st.lists(st.tuples(
    st.sampled_from(['q', 'sort', 'seen', 'modified', 'tags', 'entries', 'images', 'page', 'per_page']), st.text())))
def test_whatever_stands_in_an_address_is_some_view(query: list[tuple[str, str]]):
    view = read_view(query).view
    assert read_view(query_of(list_address(view))).faults == ()


def test_a_plain_view_has_a_plain_address():
    assert list_address(ListView()) == '/patients'
    assert list_address(ListView(per_page=50), preferred=50) == '/patients'
    everything = ListView('gon', Sort.LAST_APPOINTMENT, True, Days(date(2026, 9, 1)), Days(), ('psoriasis', 'face'), Counts(2, 10),
                          Counts(3, 3), 3)
    assert list_address(everything) == ('/patients?q=gon&sort=-last_appointment&seen=2026-09-01..&tags=psoriasis,face&entries=2-10'
                                        '&images=3&page=3&per_page=25')


@pytest.mark.parametrize(('query', 'fault'), [
    ({'page': '-1'}, 'There is no page “-1”: this is the first one.'), ({'page': '²'}, 'There is no page “²”: this is the first one.'),
    ({'page': '1.5'}, 'There is no page “1.5”: this is the first one.'),
    ({'per_page': '025'}, 'A page shows 10, 25, 50 or 100 patients, not “025”.'),
    ({'seen': '0001-01-01..'},
     'Last appointment: “0001-01-01..” is no range of days like 2026-09-01..2026-11-23. This filter is left out.'),
    ({'entries': '-'}, 'Entries: “-” is no number and no range like 2-10. This filter is left out.'),
    ({'entries': '-5-3'}, 'Entries: “-5-3” is no number and no range like 2-10. This filter is left out.'),
    ({'images': '9' * 5000}, f'Images: “{"9" * 39}…” is no number and no range like 2-10. This filter is left out.'),
    ({'tags': ','.join(map(str, range(30)))}, 'At most 20 tags can be asked for at once. The first 20 are used.'),
    ({'q': 'x' * 201}, 'The search is longer than 200 characters. Its beginning is used.'),
])
def test_what_cannot_be_is_said_in_words(query: dict[str, str], fault: str):
    assert read_view(query.items()).faults == (fault,)


def test_what_is_quoted_hides_no_characters():
    assert no_such_tag('a\u202eb\u200bc') == 'There is no tag “abc”. This filter is left out.'


def test_tags_given_several_times_are_all_asked_for():
    asked = read_view([('tags', 'face'), ('tags', 'psoriasis,face')])
    assert (asked.view.tags, asked.faults) == (('face', 'psoriasis'), ())


def test_of_anything_else_given_several_times_the_last_one_counts_and_that_is_said():
    asked = read_view([('page', '2'), ('entries', '3'), ('page', '4'), ('entries', '3')])
    assert (asked.view.page, asked.view.entries) == (4, Counts(3, 3))
    assert asked.faults == ('The address says “page” more than once. The last one counts.',)


def test_a_search_of_characters_that_nobody_sees_is_no_search():
    assert read_view([('q', '\u200b\u202e \u00ad')]).view == ListView()
    assert read_view([('q', ' e\u0301le\u200bna ')]).view.q == 'élena'
