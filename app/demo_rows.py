"""A made-up practice of any size in seconds: rows made in bulk, with every stored figure as the repositories would keep it.

The one place beside the repositories that writes records. It exists because a hundred thousand patients, registered one by one, take an
hour; `dermafolio verify` and a test hold its figures to those that are computed anew. The same seed tells the same practice.
"""
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, cast

from sqlmodel import SQLModel

from app.demo_names import FINDINGS, HEADLINES, INITIALS, ORIGINS, PLANS
from data.models import (
    Entry,
    EntryEffectiveTag,
    EntryTag,
    Patient,
    PatientBase,
    PatientEffectiveTag,
    PatientTag,
    Sex,
    SkinType,
)
from data.repositories.patients import folded
from data.values import clean_line, fold

KINDS: tuple[type[SQLModel], ...] = (
    Patient, Entry, PatientTag, EntryTag, PatientEffectiveTag, EntryEffectiveTag)
"""What rows are made of, in an order in which they can be stored."""
Row = dict[str, Any]
_YEARS = timedelta(days=6 * 365)
_IDS, _STEP = 999_983, 61_803  # prime: steps of any size reach every number below it
_SEXES = (Sex.FEMALE, Sex.MALE)
_NAMES = [tuple(tuple(map(clean_line, origin.words(kind))) for kind in ('female', 'male', 'family')) for origin in ORIGINS]
_PREFERRED, _SECOND, _DOUBLE, _NOTED = 0.08, 0.25, 0.06, 0.02  # how many have a preferred name, an initial, two family names, a note
_DAYS_APART, _MOST_VISITS = (10, 180, 40), 24
_OF_VISIT = 0.5  # how many of a patient's own tags are put on a visit
_NOTE = 'Photographs best in room 2, north light.'


@dataclass(frozen=True)
class Word:
    """A tag as the rows need it."""

    id: int
    key: str
    name: str


Words = dict[str, list[Word]]
"""Tags by the slug of their category, the most common ones first."""


@dataclass
class Batch:
    """Rows of some patients, by table; for the trail, who was tagged with what."""

    rows: dict[type[SQLModel], list[Row]] = field(default_factory=lambda: {model: [] for model in KINDS})
    tagged: list[tuple[Word, str, list[str]]] = field(default_factory=list)
    """A tag, the key of a patient, and the keys of its entries that bear the tag; none when it is put on the patient itself."""
    used: dict[int, datetime] = field(default_factory=dict)
    """When each tag was put on something last, by its id."""

    def put(self, model: type[SQLModel], column: str, subject: int, word: Word, at: datetime) -> None:
        """Put a tag on a patient or an entry."""
        self.rows[model].append({column: subject, 'tag_id': word.id, 'tagged_at': at})
        if at > self.used.get(word.id, datetime.min.replace(tzinfo=at.tzinfo)):
            self.used[word.id] = at


class Storyteller:
    """Makes rows up, patient by patient. `first` are the numbers that the next patient and entry take."""

    def __init__(self, words: Words, clinicians: list[int | None], now: datetime, *, seed: int,
                 first: tuple[int, int]) -> None:
        self._dice = random.Random(seed)
        self._words, self._clinicians, self._now = words, clinicians, now
        self._patient, self._entry = first
        self._skew = {category: list(accumulate(1 / rank for rank in range(1, len(some) + 1))) for category, some in words.items()}

    def tell(self, patients: int) -> Batch:
        """Return the rows of so many new patients."""
        batch = Batch()
        for _ in range(patients):
            self._tell_one(batch)
        return batch

    def _tell_one(self, batch: Batch) -> None:
        dice, number = self._dice, self._patient
        self._patient += 1
        registered = (self._now - _YEARS * dice.random() - timedelta(days=2)).replace(hour=7)  # before the first visit of that day
        conditions, sites = self._some('condition', (1, 1, 2)), self._some('body-site', (0, 1, 1, 2))
        treatments = self._some('treatment', (0, 1, 1, 2))
        person = self._person(number, conditions[0], registered)
        visits = _Visits(batch, number, person['key'])
        visits.put_on_patient([*conditions, *self._some('flag', (0, 0, 0, 0, 0, 1)), *self._some('study', (0,) * 7 + (1,))], registered)
        self._visits(visits, registered, [*conditions[:1], *sites, *treatments])
        visits.close()
        modified = (visits.last or registered) + timedelta(microseconds=dice.randrange(10 ** 9))
        batch.rows[Patient].append({
            **person, 'entry_numbers_given': visits.entries, 'entry_count': visits.entries,
            'last_appointment': visits.last, 'last_modified': modified})

    def _person(self, number: int, condition: Word, registered: datetime) -> Row:
        dice = self._dice
        sex = dice.randrange(2)
        origin = dice.choice(_NAMES)
        given, family = dice.choice(origin[sex]), dice.choice(origin[2])
        if dice.random() < _SECOND:
            given = f'{given} {dice.choice(INITIALS)}.'
        if dice.random() < _DOUBLE:
            family = f'{family.split("-")[0]}-{dice.choice(dice.choice(_NAMES)[2]).split("-")[0]}'
        named = PatientBase.model_construct(
            unique_id=f'{fold(condition.name)[:3]}-{(number * _STEP) % _IDS:06d}', family_name=family, given_names=given,
            preferred_name=dice.choice(origin[sex]) if dice.random() < _PREFERRED else '', sex=_SEXES[sex],
            birth_date=(registered - timedelta(days=dice.triangular(300, 33_000, 16_000))).date(),
            skin_type=dice.choice((*SkinType, None)), notes=_NOTE if dice.random() < _NOTED else '')
        name_sort, search = folded(cast(Patient, named))  # it asks for names and ID only
        return {**dict(named), 'id': number, 'key': self._key(), 'registered_at': registered, 'name_sort': name_sort, 'search': search}

    def _visits(self, visits: '_Visits', registered: datetime, words: list[Word]) -> None:
        dice = self._dice
        for moment in self._moments(registered):
            entry = {'id': self._entry, 'key': self._key(), 'patient_id': visits.patient, 'number': visits.entries + 1,
                     'appointment_at': moment, 'clinician_id': self._clinicians[self._entry % len(self._clinicians)],
                     'notes': self._notes(), 'created_at': moment}
            self._entry += 1
            visits.open(entry, [word for word in words if dice.random() < _OF_VISIT])

    def _moments(self, registered: datetime) -> list[datetime]:
        """Return when a patient came: in the hours of a practice, some weeks apart, until it was enough or until yesterday."""
        dice = self._dice
        until, moment, apart = self._now - timedelta(days=1), registered, dice.triangular(*_DAYS_APART)
        moments = []
        for _ in range(min(_MOST_VISITS, int(dice.gammavariate(2, 3.2)))):
            moments.append(moment.replace(hour=dice.randrange(8, 18), minute=dice.randrange(0, 60, 5), second=0, microsecond=0))
            moment += timedelta(days=round(apart * dice.uniform(0.6, 1.4)))
        return [moment for moment in moments if moment < until]

    def _some(self, category: str, counts: tuple[int, ...]) -> list[Word]:
        """Return some tags of a category, each once, the common ones far more often."""
        words, count = self._words[category], self._dice.choice(counts)
        return list({word.id: word for word in self._dice.choices(words, cum_weights=self._skew[category], k=count)}.values())

    def _notes(self) -> str:
        dice = self._dice
        return f'{dice.choice(HEADLINES)}\n{dice.choice(FINDINGS)} {dice.choice(PLANS)}'

    def _key(self) -> str:
        return f'{self._dice.getrandbits(128):032x}'


@dataclass
class _Visits:
    """The visits of one patient while they are told: what shows where, and the patient's own figures."""

    batch: Batch
    patient: int
    key: str
    entries: int = 0
    last: datetime | None = None
    shown: dict[int, list[int]] = field(default_factory=dict)
    by_word: dict[int, tuple[Word, str, list[str]]] = field(default_factory=dict)

    def put_on_patient(self, words: list[Word], at: datetime) -> None:
        """Put tags on the patient itself."""
        for word in words:
            self.batch.put(PatientTag, 'patient_id', self.patient, word, at)
            self.shown[word.id] = [1, 0]
            self.batch.tagged.append((word, self.key, []))

    def open(self, entry: Row, words: list[Word]) -> None:
        """Begin the next visit."""
        self.entries += 1
        self.last = entry['appointment_at']
        self.batch.rows[Entry].append(entry)
        for word in words:
            self.batch.put(EntryTag, 'entry_id', entry['id'], word, entry['appointment_at'])
            self.batch.rows[EntryEffectiveTag].append({'tag_id': word.id, 'entry_id': entry['id'], 'direct': 1})
            self.shown.setdefault(word.id, [0, 0])[1] += 1
            self.by_word.setdefault(word.id, (word, self.key, []))[2].append(entry['key'])

    def close(self) -> None:
        """Note what shows on the patient, after the last visit."""
        self.batch.rows[PatientEffectiveTag] += [
            {'tag_id': word, 'patient_id': self.patient, 'direct': direct, 'entries': entries}
            for word, (direct, entries) in self.shown.items()]
        self.batch.tagged += self.by_word.values()
