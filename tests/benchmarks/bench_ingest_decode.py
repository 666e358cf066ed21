"""What reading a 24 megapixel JPEG costs: our whole decode against the scaled decode of libjpeg-turbo that it cannot do without."""

import asyncio
import io
import statistics
import time

import psutil
from PIL import Image

from app.decoding import Decoding, decoder_command
from tests.pictures import pieces

ROUNDS = 7
# The system counts a process's time in hundredths: several files a round keep that below 1 %.
FILES = 5
TARGET = 2.5


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


async def rows() -> list[tuple[str, str, str, float, str]]:
    """Measure interleaved, and return (case, ours, floor, ratio, target)."""
    data = camera_jpeg()
    decoding = Decoding(decoder_command(), workers=1)
    ours, floors = [], []
    try:
        await decoding.decode(pieces(data), len(data), max_pixels=120_000_000)
        for _ in range(ROUNDS):
            floors.append(_floor_s(data))
            ours.append(await _ours_s(decoding, data))
    finally:
        await decoding.close()
    ratio = statistics.median(mine / floor for mine, floor in zip(ours, floors, strict=True))
    ours_ms, floor_ms = 1000 * statistics.median(ours), 1000 * statistics.median(floors)
    case = f'sandboxed decode, 24 MP JPEG of {len(data) / 1e6:.0f} MB, two renditions, CPU'
    return [(case, f'{ours_ms:.0f} ms', f'{floor_ms:.0f} ms (decode scaled to 1/2)', ratio, f'<= {TARGET}')]


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


if __name__ == '__main__':
    print(asyncio.run(rows()))
