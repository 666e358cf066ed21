"""Pictures for tests, made by the tests themselves."""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

CORNERS = {'top left': (200, 30, 30), 'top right': (30, 160, 30), 'bottom left': (30, 30, 200), 'bottom right': (220, 220, 40)}
# What a camera stores so that the given EXIF orientation shows the picture upright.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def four_corners(width_px: int = 480, height_px: int = 320) -> Image.Image:
    """Draw a picture that looks different in every orientation."""
    picture = Image.new('RGB', (width_px, height_px))
    half = (width_px // 2, height_px // 2)
    for place, colour in zip(((0, 0), (half[0], 0), (0, half[1]), half), CORNERS.values(), strict=True):
        picture.paste(colour, (*place, place[0] + half[0], place[1] + half[1]))
    return picture


def corners_of(picture: Image.Image) -> dict[str, str]:
    """Name what stands in each corner of a picture made by `four_corners`."""
    width, height = picture.size
    places = {'top left': (0.25, 0.25), 'top right': (0.75, 0.25), 'bottom left': (0.25, 0.75), 'bottom right': (0.75, 0.75)}
    seen = {place: picture.convert('RGB').getpixel((int(x * width), int(y * height))) for place, (x, y) in places.items()}
    return {place: min(CORNERS, key=lambda name: distance(colour, CORNERS[name])) for place, colour in seen.items()}


def distance(one: Any, other: Any) -> int:
    """Sum up how far two colours are apart."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def tell_tale_exif(orientation: int = 1) -> Image.Exif:
    """Make EXIF that says when, with what, by whom and where."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = 'Testcam', 'Testcam T-1'
    exif[ExifTags.Base.Artist] = 'Dr. Canary'
    shot = exif.get_ifd(ExifTags.IFD.Exif)
    shot[ExifTags.Base.DateTimeOriginal], shot[ExifTags.Base.OffsetTimeOriginal] = '2024:03:05 14:30:09', '+02:00'
    shot[ExifTags.Base.LensMake], shot[ExifTags.Base.LensModel] = 'Testlens', 'Macro 60mm f/2.8'
    shot[ExifTags.Base.BodySerialNumber] = 'SN-CANARY'
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = 'N', (48.0, 12.0, 30.0)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = 'E', (16.0, 22.0, 12.0)
    return exif


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Encode."""
    if kind == 'HEIF':
        pillow_heif.register_heif_opener()
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def jpeg(width_px: int = 480, height_px: int = 320, **options: Any) -> bytes:
    """Make a plain good photo; another size makes other bytes."""
    return saved(four_corners(width_px, height_px), 'JPEG', **options)


def oriented(orientation: int, kind: str = 'JPEG') -> bytes:
    """Make a 480 x 320 picture as a camera held that way stores it."""
    turn = STORED[orientation]
    picture = four_corners()
    return saved(picture if turn is None else picture.transpose(turn), kind, exif=tell_tale_exif(orientation).tobytes())


def with_a_comment() -> bytes:
    """Make a JPEG with EXIF, a comment and a resolution."""
    return jpeg(exif=tell_tale_exif(), comment=b'canary comment', dpi=(300, 300))


def animated(kind: str) -> bytes:
    """Make an animation whose first frame is the four corners."""
    return saved(four_corners(), kind, save_all=True, append_images=[Image.new('RGB', (480, 320), 'black')])


def several_in_one() -> bytes:
    """Make an MPO: the four corners first, a black picture second."""
    return saved(four_corners(), 'MPO', save_all=True, append_images=[Image.new('RGB', (480, 320), 'black')])


def palette_with_alpha() -> bytes:
    """Make a PNG with a palette whose left half is transparent and whose right half is red."""
    picture = Image.new('P', (480, 320), 0)
    picture.putpalette([0, 0, 0, 200, 30, 30])
    picture.paste(1, (240, 0, 480, 320))
    return saved(picture, 'PNG', transparency=0)


def sixteen_bit() -> bytes:
    """Make a grey PNG of 16 bits whose left half is 25 % and whose right half is 75 %."""
    row = struct.pack('<H', 16384) * 240 + struct.pack('<H', 49152) * 240
    return saved(Image.frombytes('I;16', (480, 320), row * 320), 'PNG')


def display_p3_profile() -> bytes:
    """Make a matrix profile with the wide primaries of telephones and the gamma of 2.2."""
    primaries = {b'rXYZ': (0.51512, 0.24120, -0.00105), b'gXYZ': (0.29198, 0.69225, 0.04189), b'bXYZ': (0.15710, 0.06657, 0.78407)}
    tags = {name: b'XYZ \0\0\0\0' + b''.join(_fixed(part) for part in xyz) for name, xyz in primaries.items()}
    tags[b'wtpt'] = b'XYZ \0\0\0\0' + _fixed(0.9642) + _fixed(1.0) + _fixed(0.82491)
    tags |= dict.fromkeys((b'rTRC', b'gTRC', b'bTRC'), b'curv\0\0\0\0' + struct.pack('>IH', 1, round(2.2 * 256)) + b'\0\0')
    tags[b'desc'] = b'desc\0\0\0\0' + struct.pack('>I', 8) + b'Wide P3\0' + bytes(78)
    table, body, offset = b'', b'', 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack('>II', offset + len(body), len(content))
        body += content
    head = struct.pack('>I4sI4s4s4s', 132 + len(table) + len(body), b'lcms', 0x02400000, b'mntr', b'RGB ', b'XYZ ')
    head = (head + struct.pack('>6H', 2024, 1, 1, 0, 0, 0) + b'acsp').ljust(68, b'\0') + _fixed(0.9642) + _fixed(1.0) + _fixed(0.82491)
    profile = head.ljust(128, b'\0') + struct.pack('>I', len(tags)) + table + body
    ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return profile


def _fixed(value: float) -> bytes:
    return struct.pack('>i', round(value * 65536))


def png_of(width_px: int, height_px: int, bits: int = 1, colour: int = 0) -> bytes:
    """Make a huge black PNG from raw chunks, in no time and without the memory for it."""
    channels = {0: 1, 2: 3, 6: 4}[colour]
    row = bytes(1 + (width_px * bits * channels + 7) // 8)
    packer = zlib.compressobj(1)
    pixels = b''.join(packer.compress(row * 100) for _ in range(height_px // 100)) + packer.compress(row * (height_px % 100))
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        (
            _chunk(b'IHDR', struct.pack('>IIBBBBB', width_px, height_px, bits, colour, 0, 0, 0)),
            _chunk(b'IDAT', pixels + packer.flush()),
            _chunk(b'IEND', b''),
        )
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack('>I', len(content)) + name + content + struct.pack('>I', zlib.crc32(name + content))


def png_with_late_orientation() -> bytes:
    """Make a PNG whose EXIF (orientation 6) stands behind its pixels, as some programs write it."""
    data = saved(four_corners().transpose(Image.Transpose.ROTATE_90), 'PNG')
    end = data.index(b'IEND') - 4
    exif = tell_tale_exif(6).tobytes().removeprefix(b'Exif\0\0')
    return data[:end] + _chunk(b'eXIf', exif) + data[end:]


def png_with_much_text() -> bytes:
    """Make a PNG with a compressed comment of 100 MB."""
    info = PngImagePlugin.PngInfo()
    info.add_text('bomb', ' ' * 100_000_000, zip=True)
    return saved(four_corners(), 'PNG', pnginfo=info)


def endless_animation(frames: int) -> bytes:
    """Make an animated PNG whose first frame is the four corners and whose other frames are one black pixel each."""
    data = saved(four_corners(), 'PNG')
    head, end = data.index(b'IDAT') - 4, data.index(b'IEND') - 4
    black = zlib.compress(b'\0\0\0\0')

    def control(number: int, width_px: int, height_px: int) -> bytes:
        return _chunk(b'fcTL', struct.pack('>IIIIIHHBB', number, width_px, height_px, 0, 0, 1, 100, 0, 0))
    later = b''.join(control(2 * frame - 1, 1, 1) + _chunk(b'fdAT', struct.pack('>I', 2 * frame) + black) for frame in range(1, frames))
    first = _chunk(b'acTL', struct.pack('>II', frames, 0)) + control(0, 480, 320)
    return data[:head] + first + data[head:end] + later + data[end:]


def many_scans(scans: int = 3000, edge_px: int = 2500) -> bytes:
    """Make a progressive JPEG of few bytes that asks the decoder to go over all its pixels again and again."""
    data = saved(Image.new('L', (edge_px, edge_px), 128), 'JPEG', progressive=True)
    last = data.rindex(b'\xff\xda')
    return data[:last] + data[last:-2] * scans + data[-2:]


def truncated(data: bytes, share: float = 0.6) -> bytes:
    """Cut the end off."""
    return data[: int(len(data) * share)]


def no_photos() -> dict[str, tuple[bytes, str]]:
    """Name files that are no photos, with the sentence that each is refused with."""
    return {
        'text.jpg': ('Psoriasis, Verlauf gut. Grüße.\n'.encode() * 200, 'text is not a photo'),
        'form.pdf': (b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n', 'PDF is not a photo'),
        'logo.svg': (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>', 'SVG is not a photo'),
        'all.zip': (b'PK\x03\x04' + bytes(200), 'ZIP is not a photo'),
        'clip.mov': (b'\0\0\0\x14ftypqt  ' + bytes(200), 'video is not a photo'),
        'noise.jpg': (bytes(range(256)) * 8, 'this is not a photo'),
        'raw.cr3': (b'\0\0\0\x18ftypcrx ' + bytes(200), 'camera raw cannot be shown, add the JPEG'),
        'old.bmp': (saved(four_corners(), 'BMP'), 'this kind of picture cannot be shown, add a JPEG'),
        'head only.jpg': (b'\xff\xd8\xff\xe0', 'the file is damaged'),
    }


def real_photos(folder: str) -> list[Path]:
    """List the real photographs that lie beside the project, where there are any."""
    here = Path(__file__).resolve().parent.parent.parent / 'shared' / 'photos' / folder
    found = sorted(here.glob('*')) if here.is_dir() else []
    if not found:
        print(f'No real photographs in shared/photos/{folder}: their cases are empty.')
    return found


def pieces(data: bytes, size: int = 256 * 1024) -> Iterator[bytes]:
    """Cut bytes as the image store hands them out."""
    for start in range(0, len(data), size):
        yield data[start : start + size]
