"""From what a camera says to a moment, and to a place in the pool: absurd dates neither break anything nor stay on top."""
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PIL import ExifTags, Image

from app.capture_moment import resolve_capture
from app.clinic import Clinic
from data.models import CapturedHow
from tests import pictures
from tests.cast import Cast
from tests.conftest import AddPhoto, MovableClock
from tests.factories import a_patient

VIENNA = ZoneInfo('Europe/Vienna')
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ABSURD = ('1904:01:01 00:00:00', '0000:00:00 00:00:00', '2099:12:31 23:59:59', '2024:03:05 24:60:00', '9999:99:99 99:99:99')


def taken(moment: str) -> bytes:
    """Make a photo whose camera says this of its time."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = moment
    return pictures.jpeg(exif=exif.tobytes(), comment=moment.encode())


@pytest.mark.parametrize(('local', 'offset', 'at', 'how'), [
    ('2024-03-05T14:30:09', '+02:00', datetime(2024, 3, 5, 12, 30, 9, tzinfo=UTC), CapturedHow.CAMERA_OFFSET),
    ('2024-03-05T14:30:09', '', datetime(2024, 3, 5, 13, 30, 9, tzinfo=UTC), CapturedHow.PRACTICE_ZONE),
    ('2024-07-05T14:30:09', '', datetime(2024, 7, 5, 12, 30, 9, tzinfo=UTC), CapturedHow.PRACTICE_ZONE),
    ('', '', NOW, CapturedHow.RECEIVED),
    ('2031-01-01T00:00:00', '', NOW, CapturedHow.RECEIVED),
    ('9999-12-31T23:59:59', '-05:00', NOW, CapturedHow.RECEIVED),
    ('2026-03-29T02:30:00', '', datetime(2026, 3, 29, 1, 30, tzinfo=UTC), CapturedHow.PRACTICE_ZONE),  # a time that this night skipped
    ('2026-10-25T02:30:00', '', datetime(2026, 10, 25, 0, 30, tzinfo=UTC), CapturedHow.PRACTICE_ZONE),  # one that it had twice: the first
    ('2026-10-25T02:30:00', '+01:00', datetime(2026, 10, 25, 1, 30, tzinfo=UTC), CapturedHow.CAMERA_OFFSET),
    ('2026-11-23T20:00:00', '+14:00', datetime(2026, 11, 23, 6, 0, tzinfo=UTC), CapturedHow.CAMERA_OFFSET),
])
def test_the_moment_of_capture_says_how_it_was_found(local: str, offset: str, at: datetime, how: CapturedHow) -> None:
    assert resolve_capture(local, offset, VIENNA, NOW) == (at, how)


@pytest.mark.parametrize('moment', ABSURD)
async def test_an_absurd_date_is_the_day_of_reception_and_newer_photos_stand_above_it(
        clinic: Clinic, cast: Cast, clock: MovableClock, add_photo: AddPhoto, moment: str) -> None:
    patient = a_patient(clinic, cast.jana).key
    absurd, earlier = await add_photo(cast.jana, patient, taken(moment)), await add_photo(cast.jana, patient, taken('2024:03:05 14:30:09'))
    clock.move(days=1)
    newer = await add_photo(cast.jana, patient, taken('2026:11:24 08:30:00'))
    with clinic.reading(cast.jana) as records:
        tiles = records.images.of(patient)
    assert [tile.key for tile in tiles] == [newer, absurd, earlier]
    assert [(tile.captured_on.isoformat(), tile.is_capture_known) for tile in tiles] == [
        ('2026-11-24', True), ('2026-11-23', False), ('2024-03-05', True)]
