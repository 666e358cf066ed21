"""Tokens that can be read, one place for colours, assets that can be kept for ever."""
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from components import design
from data.models import TagColour

STYLE = Path(design.__file__).parent / 'style'
PACKAGE = STYLE.parent
TEXT_PAIRS = [
    ('text', 'surface'), ('text', 'bg'), ('text-2', 'surface'), ('text-2', 'bg'), ('text-3', 'surface'), ('text-3', 'bg'),
    ('text-3', 'sunken'), ('text-3', 'accent-soft'), ('accent', 'surface'), ('accent', 'accent-soft'), ('on-accent', 'accent'),
    ('on-bad', 'bad'), ('on-select', 'select'), ('stage-text', 'stage'), ('stage-text-2', 'stage'), ('on-bar', 'bar'),
    ('on-bar-accent', 'bar-accent'), ('bar-bad', 'bar'),
    *((kind, f'{kind}-soft') for kind in ('ok', 'warn', 'bad', 'info')),
]


def luminance(colour: str) -> float:
    parts = [int(colour[start:start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= .04045 else ((part + .055) / 1.055) ** 2.4 for part in parts)
    return .2126 * red + .7152 * green + .0722 * blue


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + .05) / (dark + .05)


@pytest.mark.parametrize('tokens', [design.LIGHT, design.LIGHT | design.DARK], ids=['light', 'dark'])
def test_every_text_can_be_read_on_its_ground(tokens):
    weak = {f'{text} on {ground}': round(contrast(tokens[text], tokens[ground]), 2)
            for text, ground in TEXT_PAIRS if contrast(tokens[text], tokens[ground]) < 4.5}
    assert not weak


def tinted(colour: str, ground: str) -> str:
    return '#' + ''.join(f'{round(int(colour[at:at + 2], 16) * .1 + int(ground[at:at + 2], 16) * .9):02X}' for at in (1, 3, 5))


@pytest.mark.parametrize('tokens', [design.LIGHT, design.LIGHT | design.DARK], ids=['light', 'dark'])
@pytest.mark.parametrize('colour', TagColour)
def test_a_tag_can_be_read_on_its_own_tint_and_without_one(colour, tokens):
    ink = tokens[f'tag-{colour}']
    assert contrast(ink, tinted(ink, tokens['surface'])) >= 4.5
    assert all(contrast(ink, tokens[ground]) >= 4.5 for ground in ('surface', 'bg', 'raised', 'hover', 'sunken', 'accent-soft'))


@pytest.mark.parametrize('tokens', [design.LIGHT, design.LIGHT | design.DARK], ids=['light', 'dark'])
def test_the_colours_of_tags_are_ten_different_ones(tokens):
    assert len({tokens[f'tag-{colour}'] for colour in TagColour}) == len(TagColour) == 10


@pytest.mark.parametrize('tokens', [design.LIGHT, design.LIGHT | design.DARK], ids=['light', 'dark'])
def test_the_outline_of_a_field_can_be_seen(tokens):
    assert contrast(tokens['ctl'], tokens['surface']) >= 3


def test_white_initials_can_be_read_on_every_avatar():
    assert min(contrast(colour, '#FFFFFF') for colour in design.AVATARS) >= 7


def test_dark_only_changes_what_light_knows():
    assert set(design.DARK) <= set(design.LIGHT)


def test_colours_stand_in_design_alone():
    found = [f'{path.name}: {match}' for path in [*STYLE.glob('*.css'), *PACKAGE.glob('*.py')] if path.name != 'design.py'
             for match in re.findall(r'#[0-9A-Fa-f]{6}\b|\brgba?\(', path.read_text(encoding='utf-8'))]
    assert not found


def test_every_token_that_a_rule_names_exists():
    known = set(re.findall(r'--([\w-]+):', design.stylesheet() + design.plain_stylesheet()))
    sources = [*STYLE.glob('*.css'), *PACKAGE.glob('*.py')]
    named = {name for path in sources for name in re.findall(r'var\(--([\w-]+)\)', path.read_text(encoding='utf-8'))}
    assert named - known == set()


def test_every_class_is_ours_and_prefixed():
    foreign = re.compile(r'\.(?!df-|q-|nicegui|body--|bg-|on-left|on-right|disabled|hidden|woff2)[a-zA-Z][\w-]*')
    written = ''.join(path.read_text(encoding='utf-8') for path in STYLE.glob('*.css'))
    rules = re.sub(r'/\*.*?\*/|"[^"]*"|url\([^)]*\)', '', written, flags=re.S)
    assert set(foreign.findall(rules)) == set()


def test_the_sheets_ask_nobody_else_for_anything():
    for sheet in (design.stylesheet(), design.plain_stylesheet()):
        assert '@import' not in sheet
        assert all((PACKAGE / 'static' / file).is_file() for file in re.findall(r'url\(([^)]*)\)', sheet))
        assert sheet.count('{') == sheet.count('}')


def test_every_symbol_that_is_named_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (PACKAGE / 'static' / 'icons.svg').read_text(encoding='utf-8')))
    folders = (PACKAGE, PACKAGE.parent / 'pages')
    code = ''.join(path.read_text(encoding='utf-8') for folder in folders for path in folder.glob('*.py'))
    named = set(re.findall(r"""(?:(?:icon_svg|symbol|icon_button|icon)\(|\bicon=)['"]([\w-]+)['"]""", code))
    assert named - sprite == set()


@pytest.fixture
async def web() -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    design.install(app)
    async with AsyncClient(transport=ASGITransport(app), base_url='http://clinic') as client:
        yield client


@pytest.mark.parametrize(('name', 'media_type'), [
    ('dermafolio.css', 'text/css'), ('icons.svg', 'image/svg+xml'), ('inter-latin-wght-normal.woff2', 'font/woff2')])
async def test_assets_are_kept_for_ever_under_their_version(web, name, media_type):
    answer = await web.get(design.asset(name))
    assert answer.status_code == 200
    assert answer.headers['content-type'].startswith(media_type)
    assert 'immutable' in answer.headers['cache-control']


async def test_a_page_from_before_an_update_gets_the_file_but_may_not_keep_it(web):
    answer = await web.get('/static/0123456789ab/icons.svg')
    assert (answer.status_code, answer.headers['cache-control']) == (200, 'no-cache')


@pytest.mark.parametrize('name', ['nothing.css', '..%2fdesign.py', '%2e%2e/design.py', '..%5cdesign.py', 'static'])
async def test_only_the_packages_assets_are_served(web, name):
    assert (await web.get(f'/static/{design.ASSET_VERSION}/{name}')).status_code == 404


def test_a_person_keeps_one_colour_and_a_tag_falls_back_to_a_known_one():
    assert design.avatar_colour('a' * 32) == design.avatar_colour('a' * 32) in design.AVATARS
    assert len({design.avatar_colour(f'{number:032x}') for number in range(60)}) == len(design.AVATARS)
