"""Drawn photographs for a made-up practice: skin with a patch that heals from visit to visit. No person is shown."""
import io
import random
from datetime import datetime

from PIL import ExifTags, Image, ImageChops, ImageDraw, ImageFilter, ImageOps

WIDTH_PX, HEIGHT_PX = 960, 720
_SIZE = (WIDTH_PX, HEIGHT_PX)
_QUALITY = 86
_TONES = ((240, 205, 188), (232, 190, 166), (216, 168, 138), (190, 138, 104), (148, 98, 70), (104, 66, 48))
_RED, _BROWN, _SCALE = (228, 148, 138), (150, 112, 94), (246, 236, 226)


def photograph(story: int, tone: int, *, strength: float, is_close: bool, taken_at: datetime) -> bytes:
    """Return a JPEG as a camera writes it, taken at that moment (UTC).

    `story` chooses the place and the patch, `tone` (0 to 5) the skin, `strength` (1 to 0) how much of the patch is left.
    """
    dice = random.Random(story)
    skin = _skin(dice, _TONES[tone])
    patch = _patch(dice)
    look = _BROWN if story % 4 == 3 else _RED
    changed = ImageChops.multiply(skin, Image.new('RGB', _SIZE, look))
    shown = Image.composite(changed, skin, patch.point(lambda v: round(v * strength ** 0.5)))
    if story % 4 == 0:  # scale, as on a plaque
        flakes = ImageChops.multiply(patch, _cloud(dice, 70).point(lambda v: 255 if v > 150 else 0)).filter(ImageFilter.GaussianBlur(2))
        shown = Image.composite(Image.new('RGB', _SIZE, _SCALE), shown, flakes.point(lambda v: round(v * 0.55 * strength ** 2)))
    return _developed(_framed(shown, taken_at, is_close=is_close), taken_at)


def _skin(dice: random.Random, tone: tuple[int, int, int]) -> Image.Image:
    """Return mottled, grained skin, lit from one side."""
    skin = Image.new('RGB', _SIZE, tone)
    for cells, darkest in ((5, 205), (40, 232)):
        skin = ImageChops.multiply(skin, ImageOps.colorize(_cloud(dice, cells), (darkest, darkest - 8, darkest - 10), (255, 255, 255)))
    grain = Image.effect_noise(_SIZE, 22).filter(ImageFilter.GaussianBlur(1)).convert('RGB')
    light = ImageOps.invert(Image.radial_gradient('L')).resize(_SIZE, box=(53, 50, 181, 178))
    return ImageChops.multiply(ImageChops.soft_light(skin, grain), ImageOps.colorize(light, (120, 110, 110), (255, 255, 255)))


def _patch(dice: random.Random) -> Image.Image:
    """Return where the patch is, as a mask with an uneven edge."""
    mask = Image.new('L', _SIZE, 0)
    draw = ImageDraw.Draw(mask)
    middle = (dice.randrange(390, 570), dice.randrange(300, 420))
    for _ in range(dice.randrange(4, 11)):
        x, y, wide = round(dice.gauss(middle[0], 84)), round(dice.gauss(middle[1], 60)), dice.randrange(24, 92)
        tall = round(wide * dice.uniform(0.6, 1.1))
        draw.ellipse((x - wide, y - tall, x + wide, y + tall), fill=255)
    soft = ImageChops.add(mask.filter(ImageFilter.GaussianBlur(26)), _cloud(dice, 24), scale=2)
    return soft.point(lambda v: max(0, min(255, (v - 124) * 7))).filter(ImageFilter.GaussianBlur(4))


def _cloud(dice: random.Random, cells: int) -> Image.Image:
    """Return smooth random light and dark, `cells` across."""
    return Image.frombytes('L', (cells, cells), dice.randbytes(cells * cells)).resize(_SIZE, Image.Resampling.BICUBIC)


def _framed(picture: Image.Image, at: datetime, *, is_close: bool) -> Image.Image:
    """Return the picture as the hand held the camera that day: a little turned, a little nearer or farther."""
    hand = random.Random(at.isoformat())
    margin = (0.26 if is_close else 0.05) + hand.uniform(0, 0.03)
    turned = picture.rotate(hand.uniform(-3, 3), Image.Resampling.BICUBIC)
    return turned.resize(_SIZE, box=(WIDTH_PX * margin, HEIGHT_PX * margin, WIDTH_PX * (1 - margin), HEIGHT_PX * (1 - margin)))


def _developed(picture: Image.Image, at: datetime) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update({
        ExifTags.Base.DateTimeOriginal: at.strftime('%Y:%m:%d %H:%M:%S'), ExifTags.Base.OffsetTimeOriginal: '+00:00'})
    out = io.BytesIO()
    picture.save(out, 'JPEG', quality=_QUALITY, exif=exif)
    return out.getvalue()
