"""What taking in a 24 megapixel JPEG costs: hash, encrypt, decode in the sandbox, two renditions, store, record."""
import statistics
import time

from app.clinic import Clinic
from app.decoding import Decoding
from data.actors import Actor
from tests.benchmarks.bench_ingest_decode import TARGET, _child_s, _floor_s, camera_jpeg
from tests.benchmarks.measuring import Row, a_practice, milliseconds, ratio_of
from tests.factories import a_patient, an_uploaded_image

ROUNDS, FILES = 7, 5


async def rows() -> list[Row]:
    """Measure interleaved and return the table's rows."""
    data, ours, floors = camera_jpeg(), [], []
    with a_practice() as (clinic, cast):
        patient = a_patient(clinic, cast.jana).key
        await an_uploaded_image(clinic, cast.tom, patient, data)
        try:
            for number in range(ROUNDS):
                floors.append(_floor_s(data))
                ours.append(await _ours_s(clinic, cast.tom, patient, data, number))
        finally:
            await clinic.decoding.close()
    ratio = ratio_of(ours, floors)
    mine, floor = (milliseconds(statistics.median(times)) for times in (ours, floors))
    return [Row(f'ingest of a 24 MP JPEG, {len(data) / 1e6:.0f} MB, everything, CPU', mine, f'{floor} (decode scaled to 1/2)',
                f'{ratio:.2f}', f'<= {TARGET}', ratio <= TARGET)]


async def _ours_s(clinic: Clinic, actor: Actor, patient: str, data: bytes, number: int) -> float:
    """Return the processor's time of one file, of the server and of its decoder. A few bytes at the end make each file another."""
    start = _spent_s(clinic.decoding)
    for file in range(FILES):
        await an_uploaded_image(clinic, actor, patient, data + b'%d %d' % (number, file))
    return (_spent_s(clinic.decoding) - start) / FILES


def _spent_s(decoding: Decoding) -> float:
    return time.process_time() + _child_s(decoding)
