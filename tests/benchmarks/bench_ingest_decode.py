"""What reading a 24 megapixel JPEG costs: our whole decode against the scaled decode of libjpeg-turbo that it cannot do without."""

import asyncio
import io
import statistics
import time

import psutil
from PIL import Image

from app.decoding import Decoding, decoder_command
from tests.benchmarks.measuring import Row, milliseconds, ratio_of
from tests.pictures import pieces

ROUNDS = 7
# The system counts a process's time in hundredths: several files a round keep that below 1 %.
FILES = 5
TARGET = 2.5
IN_A_RACE, GAIN = 8, 1.5


def camera_jpeg(width_px: int = 6000, height_px: int = 4000) -> bytes:
    """Make a JPEG as a camera writes it: smooth light, soft structure, fine noise, 4:2:0 at quality 90."""
    size = (width_px, height_px)
    soft = Image.effect_noise((width_px // 4, height_px // 4), 60).resize(size, Image.Resampling.BICUBIC)
    fine = Image.effect_noise(size, 16)
    light, spot = Image.linear_gradient('L').resize(size), Image.radial_gradient('L').resize(size)
    channels = [Image.blend(soft, light, 0.6), Image.blend(fine, spot, 0.7), Image.blend(fine, light, 0.8)]
    target = io.BytesIO()
    Image.merge('RGB', channels).save(target, 'JPEG', quality=90, subsampling='4:2:0')
    return target.getvalue()


async def rows() -> list[Row]:
    """Measure interleaved, and return the table's rows."""
    data = camera_jpeg()
    one, two = (Decoding(decoder_command(), workers=workers) for workers in (1, 2))
    try:
        await asyncio.gather(_all_s(one, data, 1), _all_s(two, data, 2))
        pairs = [(_floor_s(data), await _ours_s(one, data)) for _ in range(ROUNDS)]
        races = [(await _all_s(one, data, IN_A_RACE), await _all_s(two, data, IN_A_RACE)) for _ in range(ROUNDS)]
    finally:
        await asyncio.gather(one.close(), two.close())
    (floors, ours), (alone, both) = zip(*pairs, strict=True), zip(*races, strict=True)
    ratio, gain = ratio_of(list(ours), list(floors)), ratio_of(list(alone), list(both))
    case = f'24 MP JPEG of {len(data) / 1e6:.0f} MB, two renditions'
    return [
        Row(f'sandboxed decode, {case}, CPU', milliseconds(statistics.median(ours)),
            f'{milliseconds(statistics.median(floors))} (decode scaled to 1/2)', f'{ratio:.2f}', f'<= {TARGET}', ratio <= TARGET),
        Row(f'{IN_A_RACE} sandboxed decodes, {case}, by two workers', milliseconds(statistics.median(both)),
            f'{milliseconds(statistics.median(alone))} (by one)', f'{gain:.2f}', f'>= {GAIN}', gain >= GAIN)]


async def _all_s(decoding: Decoding, data: bytes, files: int) -> float:
    """Return how long so many take that are asked for at once."""
    start = time.perf_counter()
    await asyncio.gather(*(decoding.decode(pieces(data), len(data), max_pixels=120_000_000) for _ in range(files)))
    return time.perf_counter() - start


def _floor_s(data: bytes) -> float:
    start = time.process_time()
    for _ in range(FILES):
        picture = Image.open(io.BytesIO(data))
        picture.draft(None, (3000, 2000))
        picture.load()
    return (time.process_time() - start) / FILES


async def _ours_s(decoding: Decoding, data: bytes) -> float:
    start = time.process_time() + _child_s(decoding)
    for _ in range(FILES):
        await decoding.decode(pieces(data), len(data), max_pixels=120_000_000)
    return (time.process_time() + _child_s(decoding) - start) / FILES


def _child_s(decoding: Decoding) -> float:
    times = [psutil.Process(pid).cpu_times() for pid in decoding.pids()]
    return sum(each.user + each.system + each.children_user + each.children_system for each in times)

