"""From whatever colours a photograph was stored in to those of a screen (sRGB)."""
import io
import struct

from PIL import ExifTags, Image, ImageChops, ImageCms

_CAMERA_ADOBE_RGB = 'R03'
"""What a camera that was set to Adobe RGB writes as its interoperability index (Exif 2.3, DCF optional file); many embed no profile."""
_D50 = (0.9642, 1.0, 0.82491)


def _adobe_rgb() -> bytes:
    """Make the profile of Adobe RGB (1998): its primaries, adapted to D50, and its gamma of 563/256."""
    parts = {b'rXYZ': (0.60974, 0.31111, 0.01947), b'gXYZ': (0.20528, 0.62567, 0.06087), b'bXYZ': (0.14919, 0.06322, 0.74457)}
    tags = {name: b'XYZ \0\0\0\0' + _fixed(xyz) for name, xyz in {**parts, b'wtpt': _D50}.items()}
    tags |= dict.fromkeys((b'rTRC', b'gTRC', b'bTRC'), b'curv\0\0\0\0' + struct.pack('>IH', 1, 563) + b'\0\0')
    tags[b'desc'] = b'desc\0\0\0\0' + struct.pack('>I', 6) + b'Adobe\0' + bytes(80)
    table, body, start = b'', b'', 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack('>II', start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack('>I4sI4s4s4s', start + len(body), b'lcms', 0x02400000, b'mntr', b'RGB ', b'XYZ ')
    head += struct.pack('>6H', 2024, 1, 1, 0, 0, 0) + b'acsp' + bytes(28) + _fixed(_D50)
    return head.ljust(128, b'\0') + struct.pack('>I', len(tags)) + table + body


def _fixed(xyz: tuple[float, ...]) -> bytes:
    return struct.pack('>iii', *(round(part * 65536) for part in xyz))


# Made here and not in the worker: after its limits are set nothing can be opened or imported any more.
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB'))
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile('LAB'))
_ADOBE_RGB = _adobe_rgb()


def profile_of(picture: Image.Image) -> bytes:
    """Return the colour profile of a loaded picture: its own, or the one that its camera only named; empty when it has none."""
    own = picture.info.get('icc_profile')
    if isinstance(own, bytes) and own:
        return own
    try:
        index = picture.getexif().get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex)
    except Exception:  # noqa: BLE001 whatever broken EXIF makes Pillow raise, the pixels are good
        return b''
    return _ADOBE_RGB if isinstance(index, str) and index.strip('\0 ') == _CAMERA_ADOBE_RGB else b''


def with_ink_as_ink(picture: Image.Image) -> Image.Image:
    """Turn round a JPEG of inks that was stored as it is: Adobe's programs invert and leave their mark, Pillow takes all for theirs."""
    is_plain = picture.mode == 'CMYK' and picture.format in ('JPEG', 'MPO') and 'adobe' not in picture.info
    return ImageChops.invert(picture) if is_plain else picture


def in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture in the colours of a screen, by its profile where it has one."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else None
        if source is None and picture.mode == 'LAB':
            source = LAB
        if source is not None and not (source.profile.profile_description or '').startswith('sRGB'):
            converted = ImageCms.profileToProfile(picture, source, SRGB, outputMode='RGB')
            return converted if converted is not None else picture.convert('RGB')
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile, or one for other channels, is no reason to refuse a photo.
        pass
    return picture if picture.mode == 'RGB' else picture.convert('RGB')
