"""The list planner: every view is what asking each patient would find, whatever drives it, and the plans are those that were meant."""
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clinic import Clinic, open_clinic
from data.actors import Actor
from data.patient_query import Counts, Days, ListView, PatientQuery, Sort
from data.patient_statements import SEARCH, TAG, Shape, bound, counting, counting_first, paging, shape_of, tagging
from data.repositories.patient_list import COVERS
from tests.conftest import MovableClock, Template
from tests.data.listed_practice import MOMENTS, Person, everyone, fill, fitting
from tests.rounds import rounds

STANDS_FOR = {'psoriasis': 'psoriasis', 'acne': 'acne', 'face': 'face', 'hand': 'hand', 'rare': 'rare', 'unused': 'unused', 'spots': 'acne',
              'blemish': 'acne'}
MERGED, RETIRED = {'spots', 'blemish'}, {'hand'}
DAYS = st.one_of(st.none(), st.sampled_from([date.fromisoformat(moment[:10]) for moment in MOMENTS]), st.dates())
NUMBERS = st.one_of(st.none(), st.integers(-1, 6), st.sampled_from([10 ** 30, -10 ** 30]))
WORDS = st.sampled_from(['ann', 'anna', 'an', 'a', 'strasse', 'STRASSE', 'ß', 'psr-0', 'new_', '_', '%', "o'neill", "'", '"', 'qqq',
                         'i\u0307pek', 'ök'])
VIEWS = st.builds(
    ListView, q=st.lists(WORDS, max_size=2).map(' '.join), sort=st.sampled_from(Sort), is_descending=st.booleans(),
    seen=st.one_of(st.just(Days()), st.builds(Days, DAYS, DAYS)), modified=st.one_of(st.just(Days()), st.builds(Days, DAYS, DAYS)),
    tags=st.lists(st.sampled_from([*STANDS_FOR, 'nothing', "'; --"]), max_size=3).map(tuple),
    entries=st.one_of(st.just(Counts()), st.builds(Counts, NUMBERS, NUMBERS)),
    images=st.one_of(st.just(Counts()), st.builds(Counts, NUMBERS, NUMBERS)),
    page=st.sampled_from([-1, 0, 1, 2, 3, 10 ** 9, 10 ** 30]), per_page=st.sampled_from([3, 10, 100]))


@pytest.fixture(scope='module')
def practice(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A made-up practice that only is read."""
    clock = MovableClock()
    opened = open_clinic(template.copy(Path(tmp_path_factory.mktemp('listed'))), clock=clock)
    fill(opened, template.cast.ines, clock)
    yield opened
    opened.close()


@pytest.fixture(scope='module')
def reader(template: Template) -> Actor:
    """Who reads it."""
    return template.cast.vera


@pytest.fixture(scope='module')
def people(practice: Clinic, reader: Actor) -> list[Person]:
    """Every patient of it."""
    with practice.reading(reader) as records:
        return everyone(records)


@settings(max_examples=rounds(4_000))
@given(view=VIEWS)
def test_a_page_is_what_asking_every_patient_finds(practice: Clinic, reader: Actor, people: list[Person], view: ListView) -> None:
    found = fitting(people, view, STANDS_FOR)
    with practice.reading(reader) as records:
        page = records.patients.page(view)
    last = max(1, -(-len(found) // view.per_page))
    shown = min(max(1, view.page), last)
    expected = found[(shown - 1) * view.per_page:shown * view.per_page]
    assert [row.unique_id for row in page.rows] == [person.row.unique_id for person in expected]
    assert [{shown.tag.slug for shown in row.tags} for row in page.rows] == [person.tags for person in expected]
    assert (page.total, page.everyone, page.page) == (len(found), len(people), shown)
    assert page.unknown_tags == tuple(dict.fromkeys(slug for slug in view.tags if slug not in STANDS_FOR))


@settings(max_examples=rounds(2_000))
@given(view=VIEWS)
def test_the_answer_is_the_same_whatever_drives(practice: Clinic, reader: Actor, people: list[Person], view: ListView) -> None:
    found = [person.row.id for person in fitting(people, view, STANDS_FOR)]
    with practice.reading(reader) as records:
        wanted, _unknown = records.patients._wanted(view)
        connection = records.session.connection()
        for driver in PatientQuery(connection, wanted)._drivers:
            shape, ordered = shape_of(wanted, driver), paging(shape_of(wanted, driver), wanted.sort, wanted.is_descending)
            assert connection.execute(counting(shape), bound(wanted, driver)).scalar_one() == len(found)
            assert connection.execute(ordered, bound(wanted, driver, skipped=1, most=9)).scalars().all() == found[1:10]
            backward = paging(shape, wanted.sort, wanted.is_descending, is_backward=True)
            assert connection.execute(backward, bound(wanted, driver, skipped=1, most=9)).scalars().all() == found[::-1][1:10]
            counts = [{tuple(row) for row in connection.execute(tagging(shape, has_many), bound(wanted, driver))} for has_many in (0, 1)]
            assert counts[0] == counts[1]


@settings(max_examples=rounds(1_000))
@given(view=VIEWS)
def test_the_counts_beside_the_tags_are_those_of_the_view(practice: Clinic, reader: Actor, people: list[Person], view: ListView) -> None:
    with practice.reading(reader) as records:
        facets = {facet.tag.slug: facet.count for facet in records.patients.facets(view)}
    chosen = {STANDS_FOR[slug] for slug in view.tags if slug in STANDS_FOR}
    found = fitting(people, view, STANDS_FOR)
    assert facets == {slug: sum(slug in person.tags for person in found) for slug in (STANDS_FOR.keys() - MERGED - RETIRED) | chosen}
    for slug, count in facets.items():
        assert count == len(fitting(people, replace(view, tags=(*view.tags, slug)), STANDS_FOR))


@pytest.mark.parametrize('q', [
    "'", '"', '%', '_', '*', 'NEAR(', 'NEAR(ann str, 2)', 'ann OR str', 'ann NOT str', 'search:ann', '"ann', 'ann"', '^ann', 'ann*',
    '{ann}', '-ann', 'x' * 10_000, '🦋', '🦋🦋🦋', '\0', '\ud800', 'ann\0str', '); DROP TABLE patient; --', '\\', '\u202eanna'])
def test_a_search_takes_every_character_as_itself(practice: Clinic, reader: Actor, people: list[Person], q: str) -> None:
    expected = fitting(people, ListView(q=q), STANDS_FOR)
    with practice.reading(reader) as records:
        assert records.patients.page(ListView(q=q)).total == len(expected)


@pytest.mark.parametrize(('q', 'same'), [('ÄNNE', 'anne'), ('A\u0308nne', 'anne'), ('strasse', 'straße'), ('İPEK', 'ipek'),
                                         ('ıpek', 'ipek'), ('Ｋönig', 'konig'), ("o'neill", 'o’neill'), ('öystein', 'ØYSTEIN')])
def test_a_search_reads_letters_as_people_write_them(practice: Clinic, reader: Actor, q: str, same: str) -> None:
    with practice.reading(reader) as records:
        found, again = (records.patients.page(ListView(q=asked)) for asked in (q, same))
    assert found.total > 0
    assert found == again


def test_rows_come_in_the_order_asked_for_without_those_that_are_gone(practice: Clinic, reader: Actor) -> None:
    with practice.reading(reader) as records:
        rows = records.patients.page(ListView()).rows
        keys = [row.key for row in rows]
        assert records.patients.rows([keys[3], 'gone', keys[0], keys[7]]) == [rows[3], rows[0], rows[7]]
        assert records.patients.rows([]) == []


def test_a_row_shows_the_tags_of_its_patient_the_own_ones_first(practice: Clinic, reader: Actor) -> None:
    with practice.reading(reader) as records:
        for row in records.patients.page(ListView(per_page=100)).rows:
            assert set(row.tags) == set(records.tags.on_patient(row.key))
            assert sorted(row.tags, key=lambda shown: not shown.is_direct) == list(row.tags)
            assert records.patients.header(row.key).tags == records.tags.on_patient(row.key)


SEEN, VISITS, IMAGES = ('last_appointment', True, True), ('entry_count', True, False), ('image_count', False, True)
_EACH, _SORTED = 'SEARCH patient USING INTEGER PRIMARY KEY (rowid=?)', 'USE TEMP B-TREE FOR ORDER BY'
_LETTERS = 'SCAN patient_search VIRTUAL TABLE INDEX 0:M0'
_TAGGED = 'SEARCH patient_effective_tag USING PRIMARY KEY (tag_id=?)'
_PROBED = 'SEARCH also_1 USING PRIMARY KEY (tag_id=? AND patient_id=?)'
_WITHIN = ' (last_appointment>? AND last_appointment<?)'
PLANS = [
    *(('the order is walked', paging(Shape(sort), sort, way), [f'SCAN patient USING COVERING INDEX {index}'])
      for sort, index in (('last_modified', 'ix_patient_by_last_modified'), ('last_appointment', 'ix_patient_by_last_appointment'),
                          ('unique_id', 'ix_patient_unique_id'), ('name_sort', 'ix_patient_by_name_sort')) for way in (True, False)),
    *(('every filter is answered on the walk', paging(Shape(sort, (SEEN, VISITS, IMAGES), 2), sort, True),
       [f'{how} patient USING COVERING INDEX ix_patient_by_{sort}{_WITHIN if how == "SEARCH" else ""}', _PROBED.replace('1', '0'), _PROBED])
      for sort, how in (('last_modified', 'SCAN'), ('last_appointment', 'SEARCH'), ('unique_id', 'SCAN'), ('name_sort', 'SCAN'))),
    ('the rarest tag drives', paging(Shape(TAG, (SEEN,), 2), 'name_sort', True), [_TAGGED, _PROBED, _EACH, _SORTED]),
    ('a range drives', paging(Shape('last_appointment', (SEEN, VISITS)), 'name_sort', True),
     [f'SEARCH patient USING INDEX ix_patient_by_last_appointment{_WITHIN}', _SORTED]),
    ('the letters drive', paging(Shape(SEARCH, (SEEN,), has_letters=True), 'last_modified', True), [_EACH, _LETTERS, _SORTED]),
    ('hits are counted by letters alone', counting(Shape(SEARCH, has_letters=True)), [_LETTERS]),
    ('shorter words are read for', counting(Shape(SEARCH, words=1)), ['SCAN patient_search_content']),
    ('the end is walked to from the end', paging(Shape('last_appointment'), 'last_appointment', True, True),
     ['SCAN patient USING COVERING INDEX ix_patient_by_last_appointment']),
    ('tags are counted without patients', counting(Shape(TAG, (), 2)), [_TAGGED, _PROBED]),
    ('tags and ranges are counted with them', counting(Shape(TAG, (VISITS,), 1)), [_TAGGED, _EACH]),
    ('a range is counted in its index', counting(Shape('last_appointment', (SEEN, VISITS, IMAGES))),
     [f'SEARCH patient USING COVERING INDEX ix_patient_by_last_appointment{_WITHIN}']),
    ('visits are counted in their index', counting(Shape('entry_count', (VISITS, IMAGES))),
     ['SEARCH patient USING COVERING INDEX ix_patient_by_entry_count (entry_count>?)']),
    ('images are counted in their index', counting(Shape('image_count', (VISITS, IMAGES))),
     ['SEARCH patient USING COVERING INDEX ix_patient_by_image_count (image_count<?)']),
    ('covers are found patient by patient', COVERS, [
        'CO-ROUTINE anon_1', 'CO-ROUTINE (subquery-5)', 'SEARCH image USING INDEX ix_image_patient_id (patient_id=?)',
        'SCAN anon_2 VIRTUAL TABLE INDEX 1:', 'SCAN anon_3 VIRTUAL TABLE INDEX 1:', 'CREATE BLOOM FILTER',
        'USE TEMP B-TREE FOR LAST 4 TERMS OF ORDER BY', 'SCAN (subquery-5)', 'SCAN anon_1', 'USE TEMP B-TREE FOR ORDER BY']),
    ('a narrow range is found out', counting_first(SEEN),
     ['CO-ROUTINE anon_1', f'SEARCH patient USING COVERING INDEX ix_patient_by_last_appointment{_WITHIN}', 'SCAN anon_1']),
    ('tags of a few are read patient by patient', tagging(Shape('last_appointment', (SEEN,)), has_many=False),
     ['SEARCH patient_effective_tag USING COVERING INDEX ix_patient_effective_tag_patient (patient_id=?)',
      f'SEARCH patient USING COVERING INDEX ix_patient_by_last_appointment{_WITHIN}', 'USE TEMP B-TREE FOR GROUP BY']),
    ('tags of many are read tag by tag', tagging(Shape('last_appointment', (SEEN,)), has_many=True),
     ['SCAN patient_effective_tag', f'SEARCH patient USING COVERING INDEX ix_patient_by_last_appointment{_WITHIN}', 'CREATE BLOOM FILTER']),
]


@pytest.mark.parametrize(('meant', 'statement', 'steps'), PLANS, ids=[f'{number} {meant}' for number, (meant, *_) in enumerate(PLANS)])
def test_sqlite_goes_the_way_that_was_meant(practice: Clinic, reader: Actor, meant: str, statement: Any, steps: list[str]) -> None:
    with practice.reading(reader) as records:
        connection = records.session.connection()
        compiled = statement.compile(dialect=connection.dialect)
        found = connection.exec_driver_sql(f'EXPLAIN QUERY PLAN {compiled}', tuple(1 for _ in compiled.positiontup or ()))
        assert [step[3] for step in found if 'SUBQUERY' not in step[3]] == steps, meant
