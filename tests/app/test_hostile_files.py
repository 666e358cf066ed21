"""Files that are made to do harm, or were harmed: each is shown rightly or refused in words, and the next one is read as if nothing was."""
import io
import random
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from app.decoding import SENTENCES, Decoded, Decoding, decoder_command
from data.errors import TooLarge, UnreadableImage
from tests import pictures
from tests.rounds import rounds

KINDS = ('JPEG', 'PNG', 'WEBP', 'AVIF', 'TIFF', 'GIF', 'HEIF')
MAX_PIXELS = 1_000_000
PAYLOAD = b'<script>canary()</script>'
REFUSALS = {sentence.format(1) for sentence in SENTENCES.values()}


@pytest.fixture
async def decoding() -> AsyncIterator[Decoding]:
    decoding = Decoding(decoder_command())
    yield decoding
    await decoding.close()


async def outcome(decoding: Decoding, data: bytes) -> Decoded | str:
    """Return what was read, or the sentence that it was refused with."""
    try:
        return await decoding.decode(pictures.pieces(data), len(data), max_pixels=MAX_PIXELS)
    except (UnreadableImage, TooLarge) as refusal:
        return str(refusal)


def is_harmless(found: Decoded | str) -> bool:
    """Tell whether it is a known sentence, or two plain JPEGs of an allowed size that carry nothing of the file but its pixels."""
    if isinstance(found, str):
        return found in REFUSALS
    opened = [Image.open(io.BytesIO(each)) for each in (found.thumb, found.preview)]
    return found.width_px * found.height_px <= MAX_PIXELS and all(
        each.format == 'JPEG' and not each.getexif() and each.width * each.height <= MAX_PIXELS for each in opened)


async def goes_on(decoding: Decoding) -> bool:
    """Tell whether a good photo is read after all that."""
    found = await outcome(decoding, pictures.jpeg())
    return isinstance(found, Decoded) and (found.width_px, found.height_px) == (480, 320)


@pytest.mark.parametrize('kind', KINDS)
async def test_what_was_cut_at_any_tenth_is_refused_as_damaged(decoding: Decoding, kind: str) -> None:
    whole = pictures.saved(pictures.four_corners(), kind)
    found = [await outcome(decoding, pictures.truncated(whole, tenth / 10)) for tenth in range(1, 10)]
    assert set(found) == {'the file is damaged'}
    assert await goes_on(decoding)


@pytest.mark.parametrize('kind', KINDS)
async def test_flipped_bits_are_shown_as_pixels_or_refused_and_end_nothing(decoding: Decoding, kind: str) -> None:
    whole, dice = pictures.saved(pictures.four_corners(), kind), random.Random(11)
    for _ in range(rounds(300)):
        flipped = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        found = await outcome(decoding, bytes(flipped))
        assert is_harmless(found), found
    assert await goes_on(decoding)


@pytest.mark.parametrize('data', [
    pytest.param(pictures.jpeg() + b'PK\x03\x04' + PAYLOAD, id='JPEG and ZIP'),
    pytest.param(pictures.jpeg(comment=PAYLOAD) + PAYLOAD, id='JPEG and HTML'),
    pytest.param(pictures.saved(pictures.four_corners(), 'GIF') + b'/*' + PAYLOAD + b'*/', id='GIF and script'),
    pytest.param(pictures.saved(pictures.four_corners(), 'PNG') + PAYLOAD, id='PNG and HTML')])
async def test_of_a_file_that_is_two_things_only_the_picture_is_shown(decoding: Decoding, data: bytes) -> None:
    found = await outcome(decoding, data)
    assert isinstance(found, Decoded)
    assert is_harmless(found)
    assert PAYLOAD not in found.thumb + found.preview


@pytest.mark.parametrize('data', [
    pytest.param(pictures.endless_animation(10_000), id='ten thousand frames'),
    pytest.param(pictures.png_with_much_text(), id='text of 100 MB'),
    pytest.param(pictures.png_of(60_000, 60_000), id='3,600 megapixels')])
async def test_a_bomb_is_shown_by_its_first_picture_or_refused(decoding: Decoding, data: bytes) -> None:
    assert is_harmless(await outcome(decoding, data))
    assert await goes_on(decoding)
