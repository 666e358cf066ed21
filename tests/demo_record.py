"""A made-up practice to look at: one patient with three visits and a few others. Photographs are drawn, no person is shown."""
import io
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from app.clinic import Clinic
from data.actors import Actor
from data.body_sites import coded
from data.read_models import PatientHeader
from tests.factories import a_comparison, a_patient, an_entry, an_uploaded_image
from tests.serving import ROOT

PATIENT = 'psr-20417'
_DRAWN = ROOT.parent / 'shared' / 'photos' / 'skin'
_EXIF_TIME, _EXIF_IFD = 36867, 34665


@dataclass(frozen=True)
class Visit:
    """One visit of the demo patient: days before today, hour, notes, and its photographs (series, body site, laterality, view)."""

    days_ago: int
    hour: int
    notes: str
    photos: tuple[tuple[str, str, str, str], ...]


VISITS = (
    Visit(84, 11, 'Baseline, biologic start\nThick plaques on left forearm and elbow, silvery scale. PASI 12.4.',
          (('psor0', 'Forearm', 'left', 'overview'), ('elbow0', 'Elbow', 'left', 'overview'), ('psor1', 'Forearm', 'left', 'close-up'))),
    Visit(42, 9, 'Week 6\nMarked thinning, scale minimal. Tolerating well. PASI 4.6.',
          (('psor3', 'Forearm', 'left', 'overview'), ('elbow1', 'Elbow', 'left', 'overview'))),
    Visit(0, 8, 'Week 12 review\nPlaque on the left forearm is flat with residual pigment, no scale. Elbow clear. PASI 1.8.\n\n'
          'Continue 8-weekly. Repeat photos at week 24, same pose and light.',
          (('psor5', 'Forearm', 'left', 'overview'), ('elbow2', 'Elbow', 'left', 'overview'), ('psor4', 'Forearm', 'left', 'close-up'))),
)
OTHERS = (
    ('acn-11802', 'Lindqvist', 'Tobias', '2007-05-02', ('acne0', 'acne1', 'acne3')),
    ('nev-00935', 'Abendroth', 'Henrike', '1968-01-19', ('nev0', 'nev1', 'back0')),
    ('vit-07731', 'Ramanathan', 'Devika', '1993-08-30', ('vit0', 'vit1', 'vit2')),
    ('mel-15560', 'Iturbe', 'Soledad', '1985-11-11', ('mela0', 'mela1', 'mela2')),
    ('kel-30218', 'Asante-Reid', 'Kwabena', '1999-03-07', ('kel0', 'kel1')),
    ('ros-04416', 'Brannigan', 'Aoife', '1988-06-21', ('ros0', 'ros1', 'ros2')),
    ('aes-22094', 'Grenfell', 'Philippa', '1974-09-14', ('wrk0', 'wrk1', 'wrk2')),
)


async def fill(clinic: Clinic, actor: Actor) -> None:
    """Register the patients and bring their photographs in as the upload route does."""
    clinic.change_now(actor, lambda records: records.settings.change('practice_name', 'Larkfield Dermatology'))
    today = datetime.now(UTC).replace(minute=10, second=0, microsecond=0)
    for number, (unique_id, family, given, born, photos) in enumerate(OTHERS):
        patient = a_patient(clinic, actor, unique_id, family_name=family, given_names=given, birth_date=born)
        at = today - timedelta(days=3 * number + 3)
        images = [await _photo(clinic, actor, patient, name, at - timedelta(minutes=index)) for index, name in enumerate(photos)]
        entry = an_entry(clinic, actor, patient.key, notes='Overview and detail, same light.', images=tuple(images))
        _amend(clinic, actor, entry.key, at)
    marguerite = a_patient(
        clinic, actor, PATIENT, family_name='Oyelaran', given_names='Marguerite', birth_date='14 Mar 1980', sex='female', skin_type='III',
        phone='+44 20 7946 0117', city='London', country='United Kingdom', medical_record_number='0448-2217',
        notes='Allergic to adhesive tape: use paper scale only. Photographs best in room 2, north light.')
    await _visits(clinic, actor, marguerite, today)


async def _visits(clinic: Clinic, actor: Actor, patient: PatientHeader, today: datetime) -> None:
    everything: list[list[str]] = []
    for visit in VISITS:
        at = (today - timedelta(days=visit.days_ago)).replace(hour=visit.hour)
        images = []
        for index, (name, site, side, view) in enumerate(visit.photos):
            key = await _photo(clinic, actor, patient, name, at + timedelta(minutes=3 * index))
            for field, value in (('body_site', coded(site)), ('laterality', side), ('view', view)):
                clinic.change_now(actor, lambda records, key=key, field=field, value=value: records.images.describe(key, field, value))
            images.append(key)
        everything.append(images)
        shown = images if visit.days_ago else images + everything[0]
        entry = an_entry(clinic, actor, patient.key, notes=visit.notes, images=tuple(shown))
        _amend(clinic, actor, entry.key, at)
    for index, title in enumerate(('Forearm, left', 'Elbow, left')):
        a_comparison(clinic, actor, entry.key, [everything[0][index], everything[-1][index]], title=title)


def _amend(clinic: Clinic, actor: Actor, entry: str, at: datetime) -> None:
    clinic.change_now(actor, lambda records: records.entries.amend(entry, 'appointment_at', at.isoformat()))


async def _photo(clinic: Clinic, actor: Actor, patient: PatientHeader, name: str, at: datetime) -> str:
    return await an_uploaded_image(clinic, actor, patient.key, _dated(_picture(name), at), name=f'IMG_{name}.jpg')


def _picture(name: str) -> Image.Image:
    """Return the drawn photograph of that name when the collection is at hand, else a quick drawing of skin with a patch."""
    path = Path(_DRAWN / f'{name}.jpg')
    if path.is_file():
        with Image.open(path) as stored:
            return stored.convert('RGB')
    dice = random.Random(name)
    skin = tuple(value + dice.randrange(-24, 12) for value in (226, 184, 160))
    picture = Image.new('RGB', (1200, 900), skin)
    draw = ImageDraw.Draw(picture)
    for _ in range(9):
        x, y, r = dice.randrange(350, 850), dice.randrange(250, 650), dice.randrange(40, 150)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(skin[0] - 28, skin[1] - 62, skin[2] - 58))
    return picture.filter(ImageFilter.GaussianBlur(14))


def _dated(picture: Image.Image, at: datetime) -> bytes:
    """Return the picture as a camera would write it, taken at that moment (UTC)."""
    exif = Image.Exif()
    exif.get_ifd(_EXIF_IFD).update({_EXIF_TIME: at.strftime('%Y:%m:%d %H:%M:%S'), 36881: '+00:00'})
    out = io.BytesIO()
    picture.save(out, 'JPEG', quality=88, exif=exif)
    return out.getvalue()
