"""Reading a patient's pool to choose from: after the event that names every photograph of it."""
from datetime import tzinfo

from app.clinic import clinic
from components.day_visits import visits_by_day
from components.photo_picker import PoolSeen
from components.session import current_actor
from data.models import Action
from data.read_models import PatientHeader


async def pool_seen(patient: PatientHeader, zone: tzinfo) -> PoolSeen:
    """Return the pool of this moment. What left it while the event was written would be shown under the wrong name."""
    actor = current_actor()
    with clinic().reading(actor) as records:
        photos = records.images.of(patient.key)
        tags = records.tags.on_images([tile.key for tile in photos])
        visits = records.entries.of(patient.key)
    await clinic().looked(actor, Action.GALLERY_VIEW, patient=patient.key, images=[tile.key for tile in photos])
    with clinic().reading(actor) as records:
        here = {tile.key for tile in records.images.of(patient.key)}
    photos = [tile for tile in photos if tile.key in here]
    return PoolSeen(patient, photos, tags, visits_by_day(visits, patient.unique_id, zone))
