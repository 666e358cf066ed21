"""What taking in a 24 megapixel JPEG costs: hash, encrypt, decode in the sandbox, two renditions, store, record."""
import io
import statistics
import time

from PIL import Image, ImageOps

from app.clinic import Clinic
from app.decoding import Decoding
from app.renditions import PREVIEW_EDGE_PX, THUMB_EDGE_PX
from data.actors import Actor
from tests.benchmarks.bench_ingest_decode import TARGET, _child_s, _floor_s, camera_jpeg
from tests.benchmarks.measuring import Row, a_practice, milliseconds, ratio_of
from tests.factories import a_patient, an_uploaded_image

ROUNDS, FILES = 7, 5


async def rows() -> list[Row]:
    """Measure interleaved and return the table's rows."""
    data, ours, floors, naive = camera_jpeg(), [], [], []
    with a_practice() as (clinic, cast):
        patient = a_patient(clinic, cast.jana).key
        await an_uploaded_image(clinic, cast.tom, patient, data)
        try:
            for number in range(ROUNDS):
                floors.append(_floor_s(data))
                naive.append(_naive_s(data))
                ours.append(await _ours_s(clinic, cast.tom, patient, data, number))
        finally:
            await clinic.decoding.close()
    ratio, against_naive = ratio_of(ours, floors), ratio_of(ours, naive)
    mine, floor, usual = (milliseconds(statistics.median(times)) for times in (ours, floors, naive))
    case = f'ingest of a 24 MP JPEG, {len(data) / 1e6:.0f} MB, everything, CPU'
    return [Row(case, mine, f'{floor} (decode scaled to 1/2)', f'{ratio:.2f}', f'<= {TARGET}', ratio <= TARGET),
            Row(case, mine, f'{usual} (naive Pillow, renditions alone)', f'{against_naive:.2f}', '<= 1', against_naive <= 1)]


def _naive_s(data: bytes) -> float:
    """Return the processor's time of both renditions as a manual tells to make them: all pixels upright, then each reduced from them."""
    start = time.process_time()
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)).convert('RGB'))
    for edge_px in (PREVIEW_EDGE_PX, THUMB_EDGE_PX):
        small = upright.copy()
        small.thumbnail((edge_px, edge_px), Image.Resampling.LANCZOS, reducing_gap=None)
        small.save(io.BytesIO(), 'JPEG', quality=85)
    return time.process_time() - start


async def _ours_s(clinic: Clinic, actor: Actor, patient: str, data: bytes, number: int) -> float:
    """Return the processor's time of one file, of the server and of its decoder. A few bytes at the end make each file another."""
    start = _spent_s(clinic.decoding)
    for file in range(FILES):
        await an_uploaded_image(clinic, actor, patient, data + b'%d %d' % (number, file))
    return (_spent_s(clinic.decoding) - start) / FILES


def _spent_s(decoding: Decoding) -> float:
    return time.process_time() + _child_s(decoding)
