"""Pictures whose colours are stored in unusual ways, made by the tests themselves. All show the four corners of `tests.pictures`."""
import io
import struct
import zlib
from itertools import product

from PIL import Image, ImageChops, ImageCms

from tests.pictures import CORNERS, four_corners, saved

WIDTH_PX, HEIGHT_PX = 480, 320
INKS = {'cyan': (55, -37, -50), 'magenta': (48, 74, -3), 'yellow': (89, -5, 93), 'magenta and yellow': (47, 68, 48)}
"""What the press of `press_profile` prints, as L*a*b* under D50: no ink is the screen's own colour."""


def cmyk_jpeg(*, is_inverted: bool = True, picture: Image.Image | None = None, profile: bytes = b'') -> bytes:
    """Make a JPEG for the press: inverted and with Adobe's mark, as nearly all of them are, or plain and without it."""
    inks = four_corners().convert('CMYK') if picture is None else picture
    if is_inverted:
        return saved(inks, 'JPEG', icc_profile=profile)
    data = saved(ImageChops.invert(inks), 'JPEG', icc_profile=profile)  # Pillow inverts on its own
    mark = data.index(b'\xff\xee')
    return data[:mark] + data[mark + 2 + int.from_bytes(data[mark + 2:mark + 4], 'big'):]


def printed(*inks: int) -> Image.Image:
    """Return paper that is printed all over with so much cyan, magenta, yellow and black."""
    return Image.new('CMYK', (WIDTH_PX, HEIGHT_PX), inks)


def press_profile() -> bytes:
    """Make the profile of a press with the inks of `INKS`; all other mixtures are black."""
    mixed = {(1, 0, 0, 0): INKS['cyan'], (0, 1, 0, 0): INKS['magenta'], (0, 0, 1, 0): INKS['yellow'],
             (0, 1, 1, 0): INKS['magenta and yellow'], (0, 0, 0, 0): (100, 0, 0)}
    labs = (mixed.get(inks, (0, 0, 0)) for inks in product((0, 1), repeat=4))
    colours = b''.join(bytes((round(light * 2.55), a + 128, b + 128)) for light, a, b in labs)
    identity = b''.join(struct.pack('>i', 65536 * (place % 4 == 0)) for place in range(9))
    ramp = bytes(range(256))
    table = b'mft1\0\0\0\0' + bytes((4, 3, 2, 0)) + identity + 4 * ramp + colours + 3 * ramp
    return _profile(b'prtr', b'CMYK', b'Lab ', {b'A2B0': table, b'desc': _described(b'A press')})


def grey_profile(gamma: float = 1.0) -> bytes:
    """Make the profile of a grey scanner that stores light as it is, which looks much too dark where it is not read."""
    curve = b'curv\0\0\0\0' + struct.pack('>IH', 1, round(gamma * 256)) + b'\0\0'
    white = b'XYZ \0\0\0\0' + struct.pack('>iii', *(round(part * 65536) for part in (0.9642, 1.0, 0.82491)))
    return _profile(b'scnr', b'GRAY', b'XYZ ', {b'kTRC': curve, b'wtpt': white, b'desc': _described(b'A scanner')})


def adobe_rgb_of_a_camera(index: bytes = b'R03') -> bytes:
    """Make a JPEG of a camera that was set to Adobe RGB and says so in EXIF alone."""
    def field(tag: int, kind: int, many: int, value: bytes) -> bytes:
        return struct.pack('<HHI', tag, kind, many) + value.ljust(4, b'\0')

    def directory(*fields: bytes) -> bytes:
        return struct.pack('<H', len(fields)) + b''.join(fields) + bytes(4)
    first, shot = 8, 8 + 2 + 12 + 4
    named = shot + 2 + 2 * 12 + 4
    exif = b'II*\0' + struct.pack('<I', first) + directory(field(0x8769, 4, 1, struct.pack('<I', shot)))
    exif += directory(field(0xA001, 3, 1, b'\xff\xff'), field(0xA005, 4, 1, struct.pack('<I', named)))
    return saved(four_corners(), 'JPEG', exif=b'Exif\0\0' + exif + directory(field(1, 2, len(index) + 1, index)))


def sixteen_bit_png(*, alpha: bool = False) -> bytes:
    """Make a PNG with 16 bits for each of its three or four channels."""
    rows = b''.join(b'\0' + row for row in _rows_of_16_bits('>', alpha=alpha))
    head = struct.pack('>IIBBBBB', WIDTH_PX, HEIGHT_PX, 16, 6 if alpha else 2, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(content)) + name + content + struct.pack('>I', zlib.crc32(name + content))
        for name, content in ((b'IHDR', head), (b'IDAT', zlib.compress(rows)), (b'IEND', b'')))


def sixteen_bit_tiff(order: str) -> bytes:
    """Make a TIFF with 16 bits for each of its three channels; `order` of the bytes is '<' or '>'."""
    pixels, end = b''.join(_rows_of_16_bits(order)), 8 + 2 + 12 * 9 + 4
    fields = ((256, 3, 1, WIDTH_PX), (257, 3, 1, HEIGHT_PX), (258, 3, 3, end), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, end + 6),
              (277, 3, 1, 3), (278, 3, 1, HEIGHT_PX), (279, 4, 1, len(pixels)))
    table = b''.join(struct.pack(f'{order}HHI{"I" if kind == 4 or many > 1 else "HH"}', tag, kind, many, value,
                                 *(() if kind == 4 or many > 1 else (0,))) for tag, kind, many, value in fields)
    start = (b'II*\0' if order == '<' else b'MM\0*') + struct.pack(f'{order}IH', 8, len(fields))
    return start + table + struct.pack(f'{order}I3H', 0, 16, 16, 16) + pixels


def in_srgb(lab: tuple[int, int, int]) -> tuple[int, ...]:
    """Return the colour of a screen for L*a*b* under D50, by the colour engine but not by way of any file."""
    light, a, b = lab
    patch = Image.frombytes('LAB', (1, 1), bytes((round(light * 2.55), a & 255, b & 255)))
    to_srgb = ImageCms.buildTransform(ImageCms.createProfile('LAB'), ImageCms.createProfile('sRGB'), 'LAB', 'RGB')
    shown = ImageCms.applyTransform(patch, to_srgb)
    assert shown is not None
    return tuple(shown.tobytes())


def _rows_of_16_bits(order: str, *, alpha: bool = False) -> list[bytes]:
    colours = [struct.pack(f'{order}{3 + alpha}H', *(257 * part for part in (*colour, *((255,) if alpha else ()))))
               for colour in CORNERS.values()]
    half = WIDTH_PX // 2
    above, below = (colours[first] * half + colours[first + 1] * half for first in (0, 2))
    return [above] * (HEIGHT_PX // 2) + [below] * (HEIGHT_PX // 2)


def _described(words: bytes) -> bytes:
    return b'desc\0\0\0\0' + struct.pack('>I', len(words) + 1) + words + bytes(79)


def _profile(kind: bytes, channels: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    body, table, start = b'', b'', 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack('>II', start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack('>I4sI4s4s4s', start + len(body), b'lcms', 0x02400000, kind, channels, connection)
    head = (head + struct.pack('>6H', 2024, 1, 1, 0, 0, 0) + b'acsp').ljust(68, b'\0')
    head += struct.pack('>iii', *(round(part * 65536) for part in (0.9642, 1.0, 0.82491)))
    profile = head.ljust(128, b'\0') + struct.pack('>I', len(tags)) + table + body
    ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return profile
