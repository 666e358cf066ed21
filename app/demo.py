"""A made-up practice: filled in bulk for measuring, and in full honesty for looking at."""
from collections import Counter
from collections.abc import Callable

from sqlalchemy import Table, bindparam, case, column, func, insert, select, table, update
from sqlmodel import SQLModel, col

from app.clinic import Clinic
from app.demo_names import VOCABULARY
from app.demo_rows import KINDS, Batch, Storyteller, Word, Words
from data.actors import Actor
from data.models import (
    PATIENT_FIELDS,
    Action,
    Entry,
    EntryEffectiveTag,
    Image,
    ImageTag,
    Patient,
    PatientEffectiveTag,
    Tag,
    Tally,
    User,
)
from data.records import Records
from data.repositories.tag_records import Tagged
from data.values import slug

SEED = 20261123
_AT_ONCE = 1_000
_SEARCHED = table('patient_search', column('rowid'), column('search'))
_COUNTED = (('patient_count', PatientEffectiveTag), ('entry_count', EntryEffectiveTag), ('image_count', ImageTag))


def populate(clinic: Clinic, actor: Actor, *, patients: int, seed: int = SEED, is_audited: bool = True, with_images: bool = False,
             progress: Callable[[int], None] = lambda _done: None) -> None:
    """Make so many patients up, each with five visits on average, tags and notes, and store them in bulk.

    Audited, each patient has a key and every act its event, as if it had been typed. `with_images` adds ten images a patient, as rows
    without files: for measuring only, because `verify` finds them missing.
    """
    words = clinic.change_now(actor, _vocabulary)
    teller = clinic.change_now(actor, lambda records: _storyteller(records, words, seed, with_images))
    for done in range(0, patients, _AT_ONCE):
        batch = teller.tell(min(_AT_ONCE, patients - done))
        if is_audited:
            clinic.vault.create_patient_keys([row['key'] for row in batch.rows[Patient]])
        clinic.change_now(actor, lambda records, batch=batch: _store(records, batch, is_audited=is_audited))  # type: ignore[misc]
        progress(done + _AT_ONCE)


def _vocabulary(records: Records) -> Words:
    """Return the tags by the slug of their category, the common ones first; those of the starter categories are added where missing."""
    known = {tag.label.slug for category in records.tags.vocabulary() for tag in category.tags}
    for category in records.tags.vocabulary():
        for name in VOCABULARY.get(slug(category.name), ()):
            if slug(name) not in known:
                records.tags.add(category.key, name)
    tag = _table(Tag)
    words = {key: Word(number, key, name) for number, key, name in records.session.execute(select(tag.c.id, tag.c.key, tag.c.name))}
    return {slug(category.name): _in_order(category.name, [words[offered.label.key] for offered in category.offered])
            for category in records.tags.vocabulary()}


def _in_order(category: str, words: list[Word]) -> list[Word]:
    """Return the words with the common ones first."""
    common = {name: rank for rank, name in enumerate(VOCABULARY.get(slug(category), ()))}
    return sorted(words, key=lambda word: (common.get(word.name, len(common)), word.name))


def _storyteller(records: Records, words: Words, seed: int, images: bool) -> Storyteller:
    """Return who tells of new patients, seen by the people of the practice."""
    first = [(records.session.execute(select(func.max(_table(model).c.id))).scalar() or 0) + 1 for model in (Patient, Entry, Image)]
    clinicians = [*records.session.execute(select(_table(User).c.id)).scalars()] or [None]
    return Storyteller(words, clinicians, records.now, seed=seed, images=images, first=(first[0], first[1], first[2]))


def _store(records: Records, batch: Batch, *, is_audited: bool) -> None:
    """Write the rows of a batch with the figures that belong to no single patient, and the events."""
    connection = records.session.connection()
    for model in KINDS:
        if rows := batch.rows[model]:
            connection.execute(insert(_table(model)), rows)
    people = batch.rows[Patient]
    connection.execute(insert(_SEARCHED), [{'rowid': row['id'], 'search': row['search']} for row in people])
    connection.execute(update(_table(Tally)).where(col(Tally.name) == 'patients').values(count=col(Tally.count) + len(people)))
    tag = _table(Tag)
    for name, model in _COUNTED:
        counted = Counter(row['tag_id'] for row in batch.rows[model])
        if counted:
            connection.execute(update(tag).where(tag.c.id == bindparam('of_tag')).values({name: tag.c[name] + bindparam('more')}),
                               [{'of_tag': word, 'more': more} for word, more in counted.items()])
    latest = case((tag.c.last_used_at > bindparam('at'), tag.c.last_used_at), else_=bindparam('at'))
    connection.execute(update(tag).where(tag.c.id == bindparam('of_tag')).values(last_used_at=latest),
                       [{'of_tag': word, 'at': at} for word, at in batch.used.items()])
    if is_audited:
        _log(records, batch)


def _log(records: Records, batch: Batch) -> None:
    """Write the events that the same acts leave when people do them."""
    people = {row['id']: row for row in batch.rows[Patient]}
    for row in people.values():
        given = sorted(name for name in PATIENT_FIELDS if row[name])
        records.log(Action.PATIENT_REGISTER, subject=row['key'], patient=row['key'], detail={'fields': given})
    for row in batch.rows[Entry]:
        records.log(Action.ENTRY_OPEN, subject=row['key'], patient=people[row['patient_id']]['key'], detail={'number': row['number']})
    for word, patient, entries in batch.tagged:
        named = {'entries': entries} if entries else {}
        kind = Tagged.ENTRY if entries else Tagged.PATIENT
        records.log(Action.TAG_ASSIGN, subject=word.key, patient=patient, detail={'kind': kind.value, **named})


def _table(model: type[SQLModel]) -> Table:
    return model.metadata.tables[str(model.__tablename__)]
