"""The layer drawn over a photograph: what is stored of it, and that nothing else can be."""
import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clinic import Clinic
from data.annotations import MOST_CHARACTERS, MOST_POINTS, MOST_SHAPES, MOST_WORDS, Kind, Shape, dump, parse
from data.errors import ChangedMeanwhile, Invalid, NotPermitted
from data.models import Action
from data.repositories.audit import TrailView
from tests.cast import Cast
from tests.two_patients import Two, two_patients

ARROW = '[{"kind":"arrow","points":[[0.62,0.55],[0.51,0.48]],"text":"Darker edge, new"}]'
SHARES = st.floats(0, 1)
POINTS = st.tuples(SHARES, SHARES)
WORDS = st.text('aé<&"\u2019 ', max_size=20).map(lambda text: ' '.join(text.split()))
SHAPES = st.one_of(
    st.builds(Shape, st.sampled_from([Kind.ARROW, Kind.CIRCLE]), st.tuples(POINTS, POINTS), WORDS),
    st.builds(Shape, st.just(Kind.FREEHAND), st.lists(POINTS, min_size=2, max_size=30).map(tuple), WORDS),
    st.builds(Shape, st.just(Kind.TEXT), st.tuples(POINTS), WORDS.filter(bool)))


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    return two_patients(clinic, cast.jana)


def drawn(*shapes: dict[str, Any]) -> str:
    return json.dumps(shapes)


def a_shape(**given: Any) -> dict[str, Any]:
    return {'kind': 'arrow', 'points': [[0.1, 0.2], [0.3, 0.4]], **given}


@given(st.lists(SHAPES, max_size=8))
def test_what_is_stored_is_read_again_as_it_is_to_a_tenth_of_a_pixel(shapes: list[Shape]) -> None:
    stored = dump(shapes)
    again = parse(stored)
    assert [(shape.kind, shape.text) for shape in again] == [(shape.kind, shape.text) for shape in shapes]
    for shape, other in zip(shapes, again, strict=True):
        for (x, y), (u, v) in zip(shape.points, other.points, strict=True):
            assert max(abs(x - u), abs(y - v)) <= 0.00005
    assert dump(again) == stored


def test_no_shapes_are_no_text() -> None:
    assert (dump([]), parse(''), dump(parse('[]'))) == ('', (), '')


@pytest.mark.parametrize('text', [
    'x', '{}', '3', 'null', '"arrow"', '[1]', '[[]]', '[null]', '[' * 50_000, '[{"kind":"arrow"}]', '[' + '1' * 5_000 + ']',
    drawn(a_shape(kind='square')), drawn(a_shape(kind=['arrow'])), drawn(a_shape(text=7)), drawn(a_shape(text=None)),
    drawn(a_shape(colour='red')), drawn(a_shape(points=[[0.1, 0.2]])), drawn(a_shape(points=[[0.1, 0.2]] * 3)), drawn(a_shape(points={})),
    drawn(a_shape(kind='freehand', points=[[0, 0]])), drawn(a_shape(kind='text', points=[[0, 0]])),
    drawn(a_shape(kind='text', points=[[0, 0]], text=' \u200b')), drawn(a_shape(kind='text', points=[[0, 0], [0, 1]], text='Two'))])
def test_what_is_no_layer_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match='cannot be read'):
        parse(text)


@pytest.mark.parametrize(('number', 'place'), list(product(
    ['-0.0001', '1.0001', 'NaN', 'Infinity', '-Infinity', '1e999', 'true', '"0.5"', 'null', '[0.5]', '9' * 400], ['[%s,0.5]', '[0.5,%s]'])))
def test_a_point_lies_on_the_photo(number: str, place: str) -> None:
    with pytest.raises(Invalid, match='cannot be read'):
        parse(f'[{{"kind":"arrow","points":[[0.1,0.1],{place % number}]}}]')


@pytest.mark.parametrize('point', ['[]', '[0.5]', '[0.5,0.5,0.5]', '0.5', '{"x":0.5,"y":0.5}'])
def test_a_point_is_two_numbers(point: str) -> None:
    with pytest.raises(Invalid, match='cannot be read'):
        parse(f'[{{"kind":"arrow","points":[[0.1,0.1],{point}]}}]')


def test_the_limits_are_what_fits_and_no_more() -> None:
    line = Shape(Kind.FREEHAND, ((0.1234, 0.5678),) * MOST_POINTS)
    assert parse(dump([line])) == (line,)
    many = [Shape(Kind.CIRCLE, ((0.1, 0.1), (0.2, 0.2)))] * MOST_SHAPES
    assert len(parse(dump(many))) == MOST_SHAPES
    wordy = [Shape(Kind.ARROW, ((0.1, 0.1), (0.2, 0.2)), 'x' * MOST_WORDS)] * MOST_SHAPES
    for shapes in ([line, many[0]], [*many, many[0]], [*many[:-1], *wordy, *wordy], wordy + many[:1]):
        with pytest.raises(Invalid, match='too many'):
            dump(shapes)
    for text in (drawn(*[a_shape()] * (MOST_SHAPES + 1)), f'[{" " * MOST_CHARACTERS}]',
                 drawn(*[a_shape(kind='freehand', points=[[0, 0]] * 1_001)] * 2)):
        with pytest.raises(Invalid, match='too many'):
            parse(text)


def test_words_are_cleaned_and_short() -> None:
    [shape] = parse(drawn(a_shape(text='  New,\n\u202ewatch\ud800 ')))
    assert shape.text == 'New, watch'
    with pytest.raises(Invalid, match='at most 200'):
        parse(drawn(a_shape(text='x' * 201)))


def test_a_layer_is_a_field_of_the_photo_with_versions_an_event_and_no_words_in_it(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    clinic.change_now(cast.tom, lambda records: records.images.describe(key, 'annotations', ARROW, expected_revision=0))
    with clinic.reading(cast.ines) as records:
        latest = records.fields.latest(key, 'annotations')
        assert latest is not None
        assert (latest.text, latest.revision) == (ARROW, 1)
        event = records.audit.page(TrailView(action=Action.IMAGE_DESCRIBE.value))[0].read()
        assert (event['subject'], event['detail']) == (key, {'field': 'annotations', 'version': 1})


def test_who_drew_on_a_layer_of_before_is_refused_and_nothing_is_overwritten(clinic: Clinic, cast: Cast, two: Two) -> None:
    key, other = two.maria.first.image, '[{"kind":"text","points":[[0.5,0.5]],"text":"Mine"}]'
    clinic.change_now(cast.tom, lambda records: records.images.describe(key, 'annotations', ARROW, expected_revision=0))
    with pytest.raises(ChangedMeanwhile) as refused:
        clinic.change_now(cast.jana, lambda records: records.images.describe(key, 'annotations', other, expected_revision=0))
    assert refused.value.who == 'Tom Adeyemi'
    with clinic.reading(cast.ines) as records:
        assert [version.text for version in records.fields.history(key, 'annotations')] == [ARROW]


@pytest.mark.parametrize(('field', 'text'), [('annotations', ARROW), ('rotation_deg', '90')])
def test_who_may_not_add_photos_neither_draws_nor_turns(clinic: Clinic, cast: Cast, two: Two, field: str, text: str) -> None:
    for actor in (cast.vera, cast.aino):
        with pytest.raises(NotPermitted):
            clinic.change_now(actor, lambda records: records.images.describe(two.maria.first.image, field, text))
    with clinic.reading(cast.ines) as records:
        assert records.fields.history(two.maria.first.image, field) == []


@pytest.mark.parametrize('text', ['', '45', '-90', '360', '90.0', ' 90', '９0'])
def test_a_photo_is_turned_by_quarters(clinic: Clinic, cast: Cast, two: Two, text: str) -> None:
    key = two.maria.first.image
    clinic.change_now(cast.tom, lambda records: records.images.describe(key, 'rotation_deg', '270'))
    with pytest.raises(Invalid, match='by quarters'):
        clinic.change_now(cast.tom, lambda records: records.images.describe(key, 'rotation_deg', text))
    with clinic.reading(cast.vera) as records:
        assert (records.images.one(key).turn_deg, records.images.one(two.paul.first.image).turn_deg) == (270, 0)


def test_a_turned_photo_is_turned_wherever_it_stands(clinic: Clinic, cast: Cast, two: Two) -> None:
    for image in (two.maria.first.image, two.maria.second.image):
        clinic.change_now(cast.tom, lambda records, image=image: records.images.describe(image, 'rotation_deg', '90'))
    with clinic.reading(cast.vera) as records:
        [row] = records.patients.rows([two.maria.key])
        shown = [cover.turn_deg for cover in row.covers]
        shown += [cover.turn_deg for visit in records.entries.of(two.maria.key) for cover in visit.covers]
        shown += [tile.turn_deg for tile in records.entries.record(two.maria.key, 1).images]
        assert (set(shown), records.patients.header(two.maria.key).cover_turn_deg) == ({90}, 90)
        assert records.patients.header(two.paul.key).cover_turn_deg == 0
