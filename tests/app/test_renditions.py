import io
import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from app import renditions
from app.capture_time import captured
from app.colour import LAB, SRGB
from app.renditions import Refused, Renditions
from app.sniffing import kind_of
from tests import pictures
from tests.pictures import CORNERS, corners_of, distance, four_corners

MAX_PIXELS = 120_000_000
SAME = {place: place for place in CORNERS}
# What exiftool may say about a file: its structure, and nothing about where, when, by whom or with what it was made.
STRUCTURE = {
    'JFIFVersion', 'ResolutionUnit', 'XResolution', 'YResolution', 'ImageWidth', 'ImageHeight', 'EncodingProcess', 'BitsPerSample',
    'ColorComponents', 'YCbCrSubSampling', 'FileType', 'FileTypeExtension', 'MIMEType', 'FileSize', 'ImageSize', 'Megapixels',
}  # fmt: skip


@pytest.fixture(autouse=True, scope='module')
def _plugins():
    renditions.prepare()


def rendered(data: bytes) -> Renditions:
    return renditions.rendered(renditions.opened(data, MAX_PIXELS))


def shown(rendition: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(rendition), formats=('JPEG',))
    picture.load()
    assert picture.mode == 'RGB'
    return picture


def told_by_exiftool(*files: bytes, folder: Path) -> list[dict[str, object]]:
    for number, data in enumerate(files):
        (folder / f'{number}.jpg').write_bytes(data)
    told = subprocess.run(['exiftool', '-json', '-s', '-n', '-ee', '-U', '--System:all', '--ExifTool:all', folder], capture_output=True)
    return [{name: value for name, value in each.items() if name != 'SourceFile'} for each in json.loads(told.stdout)]


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP', 'AVIF', 'TIFF', 'HEIF'])
@pytest.mark.parametrize('orientation', range(1, 9))
def test_every_orientation_comes_out_upright_with_its_facts(kind, orientation):
    made = rendered(pictures.oriented(orientation, kind))
    assert corners_of(shown(made.preview)) == corners_of(shown(made.thumb)) == SAME
    assert (made.width_px, made.height_px) == (480, 320)
    assert made.format == ('HEIC' if kind == 'HEIF' else kind)
    assert (made.captured_local, made.captured_offset, made.camera) == ('2024-03-05T14:30:09', '+02:00', 'Testcam T-1')
    assert made.lens == 'Testlens Macro 60mm f/2.8'


def test_an_orientation_behind_the_pixels_counts_too():
    made = rendered(pictures.png_with_late_orientation())
    assert corners_of(shown(made.preview)) == SAME
    assert (made.width_px, made.height_px) == (480, 320)


@pytest.mark.parametrize('value', [0, 9, 65535])
def test_an_orientation_that_does_not_exist_means_upright(value):
    exif = Image.Exif()
    exif[274] = value
    assert corners_of(shown(rendered(pictures.jpeg(exif=exif)).preview)) == SAME


@pytest.mark.parametrize(('size', 'preview', 'thumb'), [
    ((6000, 4000), (1600, 1067), (400, 267)),
    ((1200, 3600), (533, 1600), (133, 400)),
    ((300, 200), (300, 200), (300, 200)),
    ((20_000, 2), (1600, 1), (400, 1)),
])  # fmt: skip
def test_renditions_fit_their_edges_and_never_grow(size, preview, thumb):
    made = rendered(pictures.jpeg(*size))
    assert shown(made.preview).size == preview
    assert shown(made.thumb).size == thumb
    assert (made.width_px, made.height_px) == size


def test_a_portrait_that_was_stored_lying_is_measured_upright():
    made = rendered(pictures.saved(four_corners(1800, 1200), 'JPEG', exif=pictures.tell_tale_exif(6)))
    assert (made.width_px, made.height_px) == (1200, 1800)
    assert shown(made.preview).size == (1067, 1600)


@pytest.mark.parametrize('data', [
    pytest.param(pictures.jpeg(progressive=True), id='progressive'),
    pytest.param(pictures.several_in_one(), id='MPO'),
    pytest.param(pictures.animated('GIF'), id='GIF'),
    pytest.param(pictures.animated('WEBP'), id='WEBP'),
    pytest.param(pictures.animated('PNG'), id='APNG'),
    pytest.param(pictures.saved(four_corners().convert('CMYK'), 'JPEG'), id='CMYK'),
    pytest.param(pictures.saved(four_corners().quantize(8), 'PNG'), id='palette'),
    pytest.param(pictures.saved(four_corners().convert('RGBA'), 'PNG'), id='RGBA'),
    pytest.param(pictures.saved(four_corners(), 'TIFF', compression='tiff_lzw'), id='LZW'),
    pytest.param(pictures.saved(ImageCms.profileToProfile(four_corners(), SRGB, LAB, outputMode='LAB'), 'TIFF'), id='LAB'),
])  # fmt: skip
def test_the_first_picture_is_shown_in_its_colours(data):
    made = rendered(data)
    assert corners_of(shown(made.preview)) == corners_of(shown(made.thumb)) == SAME
    assert distance(shown(made.preview).getpixel((100, 60)), CORNERS['top left']) < 25


def test_what_is_transparent_is_white():
    preview = shown(rendered(pictures.palette_with_alpha()).preview)
    assert distance(preview.getpixel((60, 160)), (255, 255, 255)) < 6
    assert distance(preview.getpixel((420, 160)), (200, 30, 30)) < 12


@pytest.mark.parametrize(('data', 'left', 'right'), [
    pytest.param(pictures.sixteen_bit(), 64, 191, id='16 bit'),
    pytest.param(pictures.saved(four_corners().convert('L').convert('I'), 'TIFF'), 81, 106, id='8 of 32 bit'),
    pytest.param(pictures.saved(four_corners().convert('1', dither=Image.Dither.NONE), 'PNG'), 0, 0, id='1 bit'),
    pytest.param(pictures.saved(four_corners().convert('LA'), 'PNG'), 81, 106, id='grey with alpha'),
])  # fmt: skip
def test_other_depths_are_rounded_and_not_cut(data, left, right):
    preview = shown(rendered(data).preview)
    assert preview.getpixel((60, 60))[0] == pytest.approx(left, abs=3)
    assert preview.getpixel((420, 60))[0] == pytest.approx(right, abs=3)


def test_floating_points_are_spread_over_what_a_screen_can_show():
    preview = shown(rendered(pictures.saved(four_corners().convert('L').convert('F'), 'TIFF')).preview)
    greys = [preview.getpixel(place)[0] for place in ((60, 60), (420, 60), (60, 260), (420, 260))]
    assert min(greys) < 5 and max(greys) > 250


def test_wide_colours_are_brought_into_srgb():
    wide = rendered(pictures.jpeg(icc_profile=pictures.display_p3_profile()))
    red = shown(wide.preview).getpixel((100, 60))
    # The same numbers are a stronger red with the wide primaries: shown as they stand they would look dull.
    assert red[0] > 210 and red[1] < 10
    assert shown(wide.preview).info.get('icc_profile') is None


@pytest.mark.parametrize('profile', [b'rubbish' * 50, b'\0'])
def test_a_broken_colour_profile_is_no_reason_to_refuse(profile):
    assert corners_of(shown(rendered(pictures.jpeg(icc_profile=profile)).preview)) == SAME


def test_a_colour_profile_for_other_channels_is_ignored():
    data = pictures.saved(four_corners().convert('CMYK'), 'JPEG', icc_profile=pictures.display_p3_profile())
    assert corners_of(shown(rendered(data).preview)) == SAME


def test_renditions_carry_no_metadata(tmp_path):
    originals = [pictures.with_a_comment(), *(pictures.oriented(6, kind) for kind in ('PNG', 'WEBP', 'TIFF', 'HEIF', 'AVIF'))]
    originals += [path.read_bytes() for folder in ('gps', 'camera') for path in pictures.real_photos(folder)]
    made = [rendered(data) for data in originals]
    told = told_by_exiftool(*(each.thumb for each in made), *(each.preview for each in made), folder=tmp_path)
    assert len(told) == 2 * len(originals)
    assert {name for each in told for name in each} <= STRUCTURE
    assert not any(b'anary' in each.thumb + each.preview or b'Exif' in each.thumb + each.preview for each in made)


def test_the_witness_does_find_metadata_in_what_was_received(tmp_path):
    names = set(told_by_exiftool(pictures.with_a_comment(), folder=tmp_path)[0])
    assert {'GPSLatitude', 'SerialNumber', 'Artist', 'DateTimeOriginal', 'Make', 'Comment'} <= names


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP', 'AVIF', 'TIFF', 'GIF', 'HEIF'])
@pytest.mark.parametrize('share', [0.2, 0.6, 0.95])
def test_a_truncated_file_is_never_shown(kind, share):
    with pytest.raises(Exception) as error:
        rendered(pictures.truncated(pictures.saved(four_corners(), kind), share))
    assert not isinstance(error.value, Refused) or error.value.reason == 'damaged'


@pytest.mark.parametrize('data', [pictures.jpeg()[:-2], pictures.jpeg(progressive=True)[:-40], pictures.jpeg(2400, 1600)[:-10]])
def test_a_jpeg_that_lacks_its_last_bytes_is_never_shown(data):
    with pytest.raises(OSError, match='truncated'):
        rendered(data)


@pytest.mark.parametrize(('size', 'limit'), [((30_000, 30_000), MAX_PIXELS), ((1001, 1000), 1_000_000), ((15_000, 10_000), MAX_PIXELS)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size, limit):
    with pytest.raises(Refused) as refused:
        renditions.opened(pictures.png_of(*size), limit)
    assert refused.value.reason == 'pixels'


def test_the_thumbnail_inside_a_camera_raw_file_is_not_taken_for_the_photo():
    page = pictures.saved(four_corners(), 'TIFF', tiffinfo={254: 1})
    with pytest.raises(Refused) as refused:
        renditions.opened(page, MAX_PIXELS)
    assert refused.value.reason == 'raw'


@pytest.mark.parametrize(('data', 'kind'), [
    (b'', 'empty'),
    (b'  \n<svg viewBox="0 0 1 1">', 'svg'),
    (b'junk before %PDF-1.4', 'pdf'),
    (b'RIFF\0\0\0\0AVI LIST', 'video'),
    (b'RIFF\0\0\0\0WAVEfmt ', 'other'),
    (b'RIFF\0\0\0\0WEBPVP8 ', 'damaged'),
    (b'\0\0\0\x18ftypheic', 'damaged'),
    (b'II*\0\x10\0\0\0CR\x02\0', 'raw'),
    ('ä'.encode() * 3000, 'text'),
    (b'a' + 'ä'.encode() * 3000, 'text'),
    (b'\0' * 100, 'other'),
])  # fmt: skip
def test_a_file_is_named_by_its_first_bytes(data, kind):
    assert kind_of(data) == kind


@pytest.mark.parametrize(('moment', 'offset', 'expected'), [
    ('2024:03:05 14:30:09', '+02:00', ('2024-03-05T14:30:09', '+02:00')),
    ('2024-03-05T14:30:09', '-0330', ('2024-03-05T14:30:09', '-03:30')),
    ('2024:03:05 14:30:09\0', 'Z', ('2024-03-05T14:30:09', '+00:00')),
    (b'2024:03:05 14:30:09', None, ('2024-03-05T14:30:09', '')),
    ('2024:03:05 14:30:09', '+99:00', ('2024-03-05T14:30:09', '')),
    ('2024:03:05 14:30:09', 'summer', ('2024-03-05T14:30:09', '')),
    ('1980:01:01 00:00:00', '+02:00', ('', '')),
    ('0000:00:00 00:00:00', '+02:00', ('', '')),
    ('    :  :     :  :  ', '', ('', '')),
    ('2024:02:30 10:00:00', '', ('', '')),
    ('2024:03:05 24:30:09', '', ('', '')),
    ('yesterday', '+02:00', ('', '')),
    (None, '+02:00', ('', '')),
    ((1, 2), 7, ('', '')),
])  # fmt: skip
def test_the_time_of_capture_is_what_the_camera_said_or_nothing(moment, offset, expected):
    assert captured(moment, offset) == expected


def test_a_camera_is_named_once_in_printable_words():
    exif = Image.Exif()
    exif[271], exif[272] = 'Make\0\x1b[31m', 'Model \n 1'
    assert rendered(pictures.jpeg(exif=exif)).camera == 'Make [31m Model 1'


@pytest.mark.filterwarnings('ignore:Tag data larger than file')
def test_broken_exif_hides_no_photo():
    exif = pictures.tell_tale_exif().tobytes()
    made = rendered(pictures.jpeg(exif=exif[:20] + bytes(b ^ 0xFF for b in exif[20:])))
    assert corners_of(shown(made.preview)) == SAME
