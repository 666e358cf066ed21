"""Two patients who hold the same kinds of things: whatever is read for one must leave out what is the other's.

Everything that could tell them apart by accident is alike: numbers of entries, days of capture, the tags, the fields that changed.
"""
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.clinic import Clinic
from data.actors import Actor
from data.read_models import PatientHeader, TagLabel
from data.repositories.tag_records import Tagged
from tests.conftest import START
from tests.factories import CAPTURED, a_comparison, a_patient, a_stored_image, an_entry


@dataclass(frozen=True)
class Visit:
    """One entry: the only image of its workspace, and its comparison, where there is one."""

    key: str
    number: int
    at: datetime
    notes: str
    image: str
    group: str = ''


@dataclass(frozen=True)
class Owner:
    """One patient with a first and a second visit; the first bears 'Psoriasis' and a comparison, as does its image.

    The second visit and its image bear 'Watch'. `phones` is what the telephone number came to be, one after the other.
    """

    header: PatientHeader
    first: Visit
    second: Visit
    phones: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the patient's key."""
        return self.header.key

    @property
    def captions(self) -> dict[str, str]:
        """Return the caption of each image of the pool, latest capture first."""
        return {visit.image: f'{self.header.given_names} {visit.number}' for visit in (self.second, self.first)}


@dataclass(frozen=True)
class Two:
    """Maria (`psr-20417`) and Paul, and the two tags that both have."""

    maria: Owner
    paul: Owner
    psoriasis: TagLabel
    watch: TagLabel

    @property
    def both(self) -> tuple[Owner, Owner]:
        """Return the two of them."""
        return self.maria, self.paul


def two_patients(clinic: Clinic, actor: Actor) -> Two:
    """Register the two with everything they hold, all of it written by `actor`."""
    with clinic.reading(actor) as records:
        category = records.tags.vocabulary()[0].key
    psoriasis, watch = (clinic.change_now(actor, lambda records, name=name: records.tags.add(category, name))
                        for name in ('Psoriasis', 'Watch'))
    maria = _owner(clinic, actor, a_patient(clinic, actor), START + timedelta(1), phones=2)
    # a later version than any of Maria's, and later visits: what is newest of all is never hers
    paul = _owner(clinic, actor, a_patient(clinic, actor, 'psr-2', family_name='Meyer', given_names='Paul'), START + timedelta(2), phones=3)
    for tag, visits in ((psoriasis, (maria.first, paul.first)), (watch, (maria.second, paul.second))):
        for kind, bearers in ((Tagged.ENTRY, [visit.key for visit in visits]), (Tagged.IMAGE, [visit.image for visit in visits])):
            clinic.change_now(actor, lambda records, tag=tag, kind=kind, keys=bearers: records.tags.assign(tag.key, kind, keys))
    return Two(maria, paul, psoriasis, watch)


def _owner(clinic: Clinic, actor: Actor, header: PatientHeader, at: datetime, *, phones: int) -> Owner:
    texts = tuple(f'{header.given_names} +49 {number}' for number in range(1, phones + 1))
    for typed in texts:
        clinic.change_now(actor, lambda records, typed=typed: records.patients.correct(header.key, 'phone', typed))
    first, second = (_visit(clinic, actor, header, at, days) for days in (0, 30))
    group = a_comparison(clinic, actor, first.key, [first.image, second.image], title=f'{header.given_names} compared')
    return Owner(header, replace(first, group=group), second, texts)


def _visit(clinic: Clinic, actor: Actor, header: PatientHeader, at: datetime, days: int) -> Visit:
    image = a_stored_image(clinic, actor, header.key, captured_at=CAPTURED + timedelta(days))
    moment, notes = at + timedelta(days), f'{header.given_names} after {days} days'
    entry = an_entry(clinic, actor, header.key, notes=notes, images=(image,))
    caption = f'{header.given_names} {entry.number}'
    clinic.change_now(actor, lambda records: records.entries.amend(entry.key, 'appointment_at', moment.isoformat()))
    clinic.change_now(actor, lambda records: records.images.describe(image, 'caption', caption))
    return Visit(entry.key, entry.number, moment, notes, image)
