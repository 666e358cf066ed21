"""Pixels in, pixels out: make the two pictures that are shown from the bytes that were received.

Runs only inside the decoder child: what it opens may be hostile. Nothing of the file but pixels reaches a rendition.
"""

import io
import warnings
from dataclasses import dataclass

import pillow_heif
from PIL import AvifImagePlugin, ExifTags, Image, UnidentifiedImageError

from app.capture_time import captured
from app.colour import in_srgb, profile_of, with_ink_as_ink
from app.sniffing import kind_of

THUMB_EDGE_PX = 400
PREVIEW_EDGE_PX = 1600
THUMB_QUALITY = 82
PREVIEW_QUALITY = 85
FORMATS = ('JPEG', 'PNG', 'WEBP', 'AVIF', 'TIFF', 'GIF', 'HEIF')
NAMES = {'MPO': 'JPEG', 'HEIF': 'HEIC'}
DNG_VERSION = 50706
REDUCED_RESOLUTION = 1
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Refused(Exception):
    """The bytes cannot be shown; `reason` is a key of `app.decoding.SENTENCES`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Renditions:
    """What is shown of a photo. Width and height are those of the upright original."""

    width_px: int
    height_px: int
    format: str
    captured_local: str
    captured_offset: str
    camera: str
    lens: str
    thumb: bytes
    preview: bytes


def prepare() -> None:
    """Load every plugin. An unknown file would otherwise import the rest of them where nothing can be opened."""
    Image.init()
    # An embedded thumbnail instead of the picture would be faster and would verify nothing.
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)
    # By default one thread per core; each reserves address space, which is limited.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 2


def opened(data: bytes, max_pixels: int) -> Image.Image:
    """Read the header. Refuse what is no photo, or has more pixels than allowed, before any pixel is decoded."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('error', Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Refused('pixels') from None
    except UnidentifiedImageError:
        raise Refused(kind_of(data)) from None
    if picture.width * picture.height > max_pixels:
        raise Refused('pixels')
    if _is_camera_raw(data, picture):
        raise Refused('raw')
    return picture


def _is_camera_raw(data: bytes, picture: Image.Image) -> bool:
    # Most camera raw files are TIFF whose first page is a thumbnail: it would be shown as if it were the photo.
    tags = getattr(picture, 'tag_v2', {}) if picture.format == 'TIFF' else {}
    kind = tags.get(ExifTags.Base.NewSubfileType, 0)
    return bool(tags) and (data[8:10] == b'CR' or DNG_VERSION in tags or bool(isinstance(kind, int) and kind & REDUCED_RESOLUTION))


def rendered(picture: Image.Image) -> Renditions:
    """Decode all of it, which is the verification too, and make both renditions from the one scaled decode."""
    kind = picture.format or ''
    size = _load(picture)
    # Only now: TIFF turns itself upright while it loads, and PNG may carry its orientation behind the pixels.
    orientation = _orientation(picture)
    turn = UPRIGHT.get(orientation)
    width_px, height_px = size if orientation < 5 else size[::-1]
    local, offset, camera, lens = _facts(picture)
    profile = profile_of(picture)
    picture = with_ink_as_ink(picture)
    preview = in_srgb(_on_white(_reduced(_with_channels(picture), _fitted(picture.size, PREVIEW_EDGE_PX))), profile)
    thumb = _reduced(preview, _fitted(preview.size, THUMB_EDGE_PX))
    return Renditions(
        width_px,
        height_px,
        NAMES.get(kind, kind),
        local,
        offset,
        camera,
        lens,
        thumb=_saved(thumb, turn, THUMB_QUALITY),
        preview=_saved(preview, turn, PREVIEW_QUALITY),
    )


def _load(picture: Image.Image) -> tuple[int, int]:
    """Decode and return the size of the original, which the scaled decode of a JPEG no longer tells."""
    if picture.format not in ('JPEG', 'MPO'):
        picture.load()
        return picture.size
    size = picture.size
    picture.draft(None, _fitted(size, PREVIEW_EDGE_PX))
    picture.load()
    return size


def _fitted(size: tuple[int, int], edge_px: int) -> tuple[int, int]:
    scale = min(1.0, edge_px / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _reduced(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    if picture.mode == 'RGBA':
        # Pillow does this too, but then forgets the gap, which makes a large picture three times as slow.
        return _reduced(picture.convert('RGBa'), size).convert('RGBA')
    # When a picture shrinks, HAMMING is as sharp as BICUBIC at two thirds of the time.
    return picture.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def _with_channels(picture: Image.Image) -> Image.Image:
    """Give every pixel 8 bits a channel: palettes and single bits cannot be scaled, and 16 bits would be cut, not rounded."""
    if picture.mode.startswith(('I', 'F')):
        return _eight_bit(picture)
    if picture.has_transparency_data:
        return picture if picture.mode == 'RGBA' else picture.convert('RGBA')
    if picture.mode == '1':
        return picture.convert('L')
    return picture if picture.mode in ('RGB', 'L', 'CMYK', 'LAB') else picture.convert('RGB')


def _eight_bit(picture: Image.Image) -> Image.Image:
    low, high = (float(end) if isinstance(end, int | float) else 0.0 for end in picture.getextrema())
    if picture.mode.startswith('I;16'):
        low, high = 0.0, 65535.0
    elif picture.mode == 'I' and low >= 0 and high <= 65535:
        # Whole numbers of 32 bits are mostly a smaller depth in a larger box.
        low, high = 0.0, 255.0 if high <= 255 else 65535.0
    scale = 255.0 / (high - low) if high > low else 0.0
    return picture.convert('F').point(lambda value: value * scale - low * scale).convert('L')


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != 'RGBA':
        return picture
    white = Image.new('RGB', picture.size, 'white')
    white.paste(picture, mask=picture.getchannel('A'))
    return white


def _saved(picture: Image.Image, turn: Image.Transpose | None, quality: int) -> bytes:
    upright = picture if turn is None else picture.transpose(turn)
    # Pillow would carry a comment over by itself.
    upright.info = {}
    target = io.BytesIO()
    upright.save(target, 'JPEG', quality=quality)
    return target.getvalue()


def _orientation(picture: Image.Image) -> int:
    try:
        value = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 whatever broken EXIF makes Pillow raise, the pixels are good
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _facts(picture: Image.Image) -> tuple[str, str, str, str]:
    """Return captured_local, captured_offset, camera, lens; never anything about the place."""
    try:
        exif = picture.getexif()
        shot = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # noqa: BLE001 as above
        return '', '', '', ''
    local, offset = captured(shot.get(ExifTags.Base.DateTimeOriginal), shot.get(ExifTags.Base.OffsetTimeOriginal))
    camera = _made_by(exif.get(ExifTags.Base.Make), exif.get(ExifTags.Base.Model))
    return local, offset, camera, _made_by(shot.get(ExifTags.Base.LensMake), shot.get(ExifTags.Base.LensModel))


def _made_by(maker: object, name: object) -> str:
    """Return what a thing is called, with its maker in front unless the name says it."""
    make, model = _words(maker), _words(name)
    return model if model.lower().startswith(make.lower()) else f'{make} {model}'.strip()[:80]


def _words(value: object) -> str:
    text = value if isinstance(value, str) else ''
    return ' '.join(''.join(sign if sign.isprintable() else ' ' for sign in text).split())[:80]
