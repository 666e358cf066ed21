"""What makes a made-up practice worth looking at: photographs of some patients, brought in as people bring them in, and compared."""
import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from app.clinic import Clinic
from app.demo_names import SITE_CODES
from app.demo_pictures import photograph
from app.disk_work import in_thread
from app.intake import Receiving, open_door
from data.actors import Actor
from data.body_sites import is_paired
from data.patient_query import Counts, ListView, Sort
from data.read_models import PatientHeader
from data.records import Records
from data.repositories.entries import EntrySummary
from data.repositories.tag_records import Tagged

_VISITS = 3
_SITE, _NAMED = 'Body site', 'Condition'
_STRENGTHS = (1.0, 0.5, 0.12)
_SIDES = ('left', 'right')
_TONES = {'I': 0, 'II': 1, 'III': 2, 'IV': 3, 'V': 4, 'VI': 5}


@dataclass
class _Story:
    """One patient whose patch is photographed from visit to visit."""

    clinic: Clinic
    actor: Actor
    patient: PatientHeader
    number: int
    site: str
    tags: tuple[str, ...]
    overviews: list[str] = field(default_factory=list)

    async def tell(self, visits: list[EntrySummary]) -> None:
        """Add two photographs to each of the visits, earliest first, and compare the first with the last in the last."""
        for visit, strength in zip(visits, _STRENGTHS, strict=False):
            images = await asyncio.gather(*(self._photo(visit, strength, is_close=is_close) for is_close in (False, True)))
            self.overviews.append(images[0])
            self.clinic.change_now(self.actor, lambda records, visit=visit, images=images: self._lay_out(records, visit, images))  # type: ignore[misc]
        first_and_last = [self.overviews[0], self.overviews[-1]]
        self.clinic.change_now(self.actor, lambda records: records.comparisons.group(visits[-1].key, first_and_last, title=self.site))

    async def _photo(self, visit: EntrySummary, strength: float, *, is_close: bool) -> str:
        picture = await in_thread(lambda: photograph(
            self.number, _TONES.get(self.patient.skin_type, 2), strength=strength, is_close=is_close, taken_at=visit.appointment_at))
        receiving = Receiving(open_door(self.clinic, self.actor, self.patient.key), f'IMG_{self.number:02d}{visit.number}{is_close:d}.jpg')
        await receiving.write(picture)
        upload = await receiving.finish()
        if not upload.image:
            raise RuntimeError(f'a drawn photograph was refused: {upload.sentence}')
        return upload.image

    def _words(self, view: str) -> list[tuple[str, str]]:
        """Return what is written of a photograph, field by field; a side where there are two."""
        site = SITE_CODES.get(self.site, '')
        sides = [('laterality', _SIDES[self.number % 2])] if is_paired(site) else []
        return [('body_site', site), *sides, ('view', view)]

    def _lay_out(self, records: Records, visit: EntrySummary, images: list[str]) -> None:
        for image, view in zip(images, ('overview', 'close-up'), strict=True):
            for name, value in self._words(view):
                records.images.describe(image, name, value)
        records.entries.place(visit.key, images)
        for tag in self.tags:
            records.tags.assign(tag, Tagged.IMAGE, images)


def photograph_some(clinic: Clinic, actor: Actor, patients: int, *, progress: Callable[[int], None]) -> None:
    """Add photographs to so many patients: those who came last, and more than once."""
    asyncio.run(_photograph_some(clinic, actor, patients, progress))


async def _photograph_some(clinic: Clinic, actor: Actor, patients: int, progress: Callable[[int], None]) -> None:
    try:
        for number, (story, visits) in enumerate(_chosen(clinic, actor, patients), 1):
            await story.tell(visits)
            progress(number)
    finally:
        await clinic.decoding.close()


def _chosen(clinic: Clinic, actor: Actor, patients: int) -> list[tuple[_Story, list[EntrySummary]]]:
    """Return the patients with their last visits, earliest first."""
    view = ListView(sort=Sort.LAST_APPOINTMENT, entries=Counts(least=_VISITS - 1), per_page=100)
    with clinic.reading(actor) as records:
        rows = records.patients.page(view).rows[:patients]
        return [(_story(clinic, actor, records, row.key, number), records.entries.of(row.key)[_VISITS - 1::-1])
                for number, row in enumerate(rows)]


def _story(clinic: Clinic, actor: Actor, records: Records, patient: str, number: int) -> _Story:
    """Return the story of a patient: where the patch is, and what it is."""
    bears = [shown.tag for shown in records.tags.on_patient(patient)]
    shown = {category: [tag for tag in bears if tag.category == category] for category in (_SITE, _NAMED)}
    site = shown[_SITE][0].name if shown[_SITE] else 'Forearm'
    tags = tuple(named[0].key for named in shown.values() if named)
    return _Story(clinic, actor, records.patients.header(patient), number, site, tags)
