"""How a comparison lies: what is stored of it, and that nothing else can be."""
import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.arrangement import LEAST_CROP, MOST_CHARACTERS, MOST_PHOTOS, WHOLE, Arrangement, Recipe, cropped, dump, parse
from data.columns import limit_of
from data.errors import Invalid
from data.models import ComparisonGroup

KEY = 'a' * 32
KEYS = st.text('0123456789abcdef', min_size=32, max_size=32)
SHARES = st.floats(0, 1)
CROPS = st.builds(cropped, SHARES, SHARES, SHARES, SHARES)
LIES = st.builds(Arrangement, st.floats(1, 8), st.floats(-8, 8), st.floats(-8, 8), st.integers(0, 100), st.integers(0, 100),
                 st.one_of(st.just(''), KEYS),
                 st.dictionaries(KEYS, st.builds(Recipe, st.sampled_from([0, 90, 180, 270]), CROPS), max_size=5))


@given(LIES)
def test_what_is_stored_is_read_again_as_it_is(lies: Arrangement) -> None:
    stored = dump(lies)
    again = parse(stored)
    rounded = replace(lies, size=round(lies.size, 4), across=round(lies.across, 4), down=round(lies.down, 4),
                      photos={key: made for key, made in lies.photos.items() if made != Recipe()})
    assert (again, dump(again)) == (rounded, stored)


def test_as_it_was_made_is_no_text() -> None:
    assert (dump(Arrangement()), parse(''), dump(Arrangement(photos={KEY: Recipe()}))) == ('', Arrangement(), '')


@pytest.mark.parametrize('text', [
    'x', '[]', '3', 'null', '"size"', '[' * 50_000, '{"zoom":2}', '{"size":2,"size2":2}', '{"photos":[]}', '{"beside":7}', '{"beside":"x"}',
    '{"beside":null}', json.dumps({'photos': {'x': {}}}), json.dumps({'photos': {KEY.upper(): {}}}), json.dumps({'photos': {KEY: []}}),
    json.dumps({'photos': {KEY: {'turn': 45}}}), json.dumps({'photos': {KEY: {'turn': 360}}}),
    json.dumps({'photos': {KEY: {'turn': True}}}),
    json.dumps({'photos': {KEY: {'turn': 90.0}}}), json.dumps({'photos': {KEY: {'zoom': 2}}}), '{' + '"size":1,' * 2_000 + '"wipe":1}'])
def test_what_is_no_arrangement_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match='cannot be read'):
        parse(text)


@pytest.mark.parametrize(('name', 'number'), [
    *product(['size', 'across', 'down', 'wipe', 'opacity'], [
        'NaN', 'Infinity', '-Infinity', '1e999', 'true', '"2"', 'null', '[2]', '9' * 400]),
    ('size', '0.99'), ('size', '8.01'), ('across', '8.01'), ('down', '-8.01'), ('wipe', '101'), ('wipe', '-1'), ('opacity', '50.5')])
def test_a_number_is_one_that_can_be_shown(name: str, number: str) -> None:
    with pytest.raises(Invalid, match='cannot be read'):
        parse(f'{{"{name}":{number}}}')


@pytest.mark.parametrize('crop', [
    [0, 0, 1], [0, 0, 1, 1, 1], {}, 'all', [0, 0, 1, None], [0.5, 0, 0.5, 1], [0.6, 0, 0.4, 1], [0, 0, 0.04, 1], [-0.1, 0, 1, 1],
    [0, 0, 1, 1.1]])
def test_a_crop_leaves_something_on_the_photo(crop: Any) -> None:
    with pytest.raises(Invalid, match='cannot be read'):
        parse(json.dumps({'photos': {KEY: {'crop': crop}}}))


@given(st.floats(-2, 3), st.floats(-2, 3), st.floats(-2, 3), st.floats(-2, 3))
def test_whatever_is_drawn_is_a_crop_that_can_be_stored(left: float, top: float, right: float, bottom: float) -> None:
    crop = cropped(left, top, right, bottom)
    assert parse(dump(Arrangement(photos={KEY: Recipe(0, crop)}))).of(KEY).crop == crop
    assert crop[2] - crop[0] >= LEAST_CROP - 0.0001 and crop[3] - crop[1] >= LEAST_CROP - 0.0001


def test_the_fullest_comparison_fits() -> None:
    worst = Recipe(270, (0.1234, 0.1234, 0.9876, 0.9876))
    lies = Arrangement(1.2345, -1.2345, -1.2345, 49, 49, KEY, {f'{number:032x}': worst for number in range(MOST_PHOTOS)})
    assert len(dump(lies)) <= MOST_CHARACTERS == limit_of(ComparisonGroup, 'arrangement')
    assert parse(dump(lies)) == lies
    with pytest.raises(Invalid):
        parse(dump(lies.recipe('f' * 32, worst)))


def test_only_some_photos_leaves_nothing_of_the_others() -> None:
    other = 'b' * 32
    lies = Arrangement(beside=other, photos={KEY: Recipe(90), other: Recipe(90)})
    assert lies.only({KEY}) == Arrangement(photos={KEY: Recipe(90)})
    assert lies.of('c' * 32).crop == WHOLE
