"""Right colours, measured: however a picture stores them, what is shown is what was meant, to a few steps of 255."""
import io

import pytest
from PIL import Image

from app import renditions
from tests import pictures
from tests.colours import (
    INKS,
    adobe_rgb_of_a_camera,
    cmyk_jpeg,
    grey_profile,
    in_srgb,
    press_profile,
    printed,
    sixteen_bit_png,
    sixteen_bit_tiff,
)
from tests.pictures import CORNERS, display_p3_profile, distance, four_corners, saved

PLACES = {'top left': (0.25, 0.25), 'top right': (0.75, 0.25), 'bottom left': (0.25, 0.75), 'bottom right': (0.75, 0.75)}
WIDE = {'top left': (220, 0, 0), 'top right': (0, 164, 0), 'bottom left': (24, 24, 210), 'bottom right': (221, 221, 0)}
"""The colours of the corners when their numbers are meant in Display P3: stronger than sRGB has them."""
ADOBE = {'top left': (233, 24, 24), 'top right': (0, 161, 0), 'bottom left': (24, 24, 205), 'bottom right': (221, 221, 0)}
"""The same when they are meant in Adobe RGB, by its matrix and gamma."""
PRESS = {'cyan': (255, 0, 0, 0), 'magenta': (0, 255, 0, 0), 'yellow': (0, 0, 255, 0), 'magenta and yellow': (0, 255, 255, 0)}


@pytest.fixture(autouse=True, scope='module')
def _plugins() -> None:
    renditions.prepare()


def shown(data: bytes) -> list[Image.Image]:
    made = renditions.rendered(renditions.opened(data, 120_000_000))
    return [Image.open(io.BytesIO(each), formats=('JPEG',)) for each in (made.preview, made.thumb)]


def furthest(data: bytes, expected: dict[str, tuple[int, ...]]) -> int:
    """Return how far the worst corner of either rendition is from what is expected, all channels summed up."""
    return max(distance(picture.getpixel((int(x * picture.width), int(y * picture.height))), expected[name])
               for picture in shown(data) for name, (x, y) in PLACES.items())


@pytest.mark.parametrize('data', [
    pytest.param(pictures.jpeg(), id='JPEG'), pytest.param(pictures.jpeg(progressive=True), id='progressive'),
    pytest.param(pictures.several_in_one(), id='MPO'),
    *(pytest.param(saved(four_corners(), kind), id=kind) for kind in ('PNG', 'WEBP', 'AVIF', 'TIFF', 'GIF', 'HEIF')),
    pytest.param(cmyk_jpeg(), id='CMYK inverted'), pytest.param(cmyk_jpeg(is_inverted=False), id='CMYK plain'),
    pytest.param(saved(four_corners().convert('CMYK'), 'TIFF'), id='CMYK TIFF'),
    pytest.param(saved(four_corners().convert('YCbCr'), 'TIFF'), id='YCbCr TIFF'),
    pytest.param(saved(four_corners(), 'TIFF', compression='jpeg'), id='JPEG in TIFF'),
    pytest.param(sixteen_bit_png(), id='16 bit PNG'), pytest.param(sixteen_bit_png(alpha=True), id='16 bit PNG with alpha'),
    pytest.param(sixteen_bit_tiff('<'), id='16 bit TIFF'), pytest.param(sixteen_bit_tiff('>'), id='16 bit TIFF, other order'),
    pytest.param(saved(four_corners().quantize(8), 'PNG'), id='palette')])
def test_colours_come_out_as_they_were_meant(data: bytes) -> None:
    assert furthest(data, CORNERS) <= 9


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP', 'AVIF', 'TIFF', 'HEIF'])
def test_wide_colours_are_brought_into_srgb_in_every_format(kind: str) -> None:
    assert furthest(saved(four_corners(), kind, icc_profile=display_p3_profile()), WIDE) <= 12


@pytest.mark.parametrize('mode', ['P', 'RGBA'])
def test_wide_colours_count_in_a_palette_and_with_alpha_too(mode: str) -> None:
    picture = four_corners().quantize(8) if mode == 'P' else four_corners().convert(mode)
    assert furthest(saved(picture, 'PNG', icc_profile=display_p3_profile()), WIDE) <= 12


def test_a_camera_that_was_set_to_adobe_rgb_is_believed_without_a_profile() -> None:
    assert furthest(adobe_rgb_of_a_camera(), ADOBE) <= 9
    assert furthest(adobe_rgb_of_a_camera(b'R98'), CORNERS) <= 9


@pytest.mark.parametrize('ink', PRESS)
@pytest.mark.parametrize('stored', ['inverted', 'plain', 'TIFF'])
def test_ink_is_shown_as_its_press_prints_it(ink: str, stored: str) -> None:
    paper, profile = printed(*PRESS[ink]), press_profile()
    data = saved(paper, 'TIFF', icc_profile=profile) if stored == 'TIFF' else cmyk_jpeg(
        picture=paper, profile=profile, is_inverted=stored == 'inverted')
    assert furthest(data, dict.fromkeys(PLACES, in_srgb(INKS[ink]))) <= 12


@pytest.mark.parametrize('data', [
    pytest.param(saved(Image.new('L', (480, 320), 55), 'JPEG', icc_profile=grey_profile()), id='JPEG'),
    pytest.param(saved(Image.new('L', (480, 320), 55), 'PNG', icc_profile=grey_profile()), id='PNG'),
    pytest.param(saved(Image.new('I;16', (480, 320), 55 * 257), 'PNG', icc_profile=grey_profile()), id='16 bit')])
def test_grey_is_as_bright_as_its_profile_says(data: bytes) -> None:
    assert furthest(data, dict.fromkeys(PLACES, (128, 128, 128))) <= 6
