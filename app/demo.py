"""A made-up practice to look around in: made once in a folder of its own, and filled in bulk, which measuring uses as well."""
import getpass
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from sqlalchemy import Table, bindparam, case, column, func, insert, select, table, update
from sqlmodel import SQLModel, col

from app.clinic import Clinic, open_clinic
from app.demo_names import PASSWORD_WORDS, VOCABULARY
from app.demo_rows import KINDS, Batch, Storyteller, Word, Words
from app.demo_visits import photograph_some
from app.folders import DATABASE_FILE
from app.passwords import hash_password_now
from app.settings import Settings
from data.actors import Actor, Role, console_actor
from data.errors import Refusal
from data.models import (
    PATIENT_FIELDS,
    Action,
    Entry,
    EntryEffectiveTag,
    Patient,
    PatientEffectiveTag,
    Tag,
    Tally,
    User,
)
from data.records import Detail, Records
from data.values import slug

Progress = Callable[[str, int, int], None]
"""Called with what is being made, how far, and how many there will be."""
SEED = 20261123
_USER, _NAME, _PRACTICE = 'demo', 'Dr Robin Larkfield', 'Larkfield Dermatology'
_NOTE, _MADE_UP, _PASSWORD = 'demo.txt', 'A made-up practice: nobody in it exists.\n', 'Password: '
_PASSWORD_WORDS = 4
_PHOTOGRAPHED = 12
_AT_ONCE = 1_000
_SEARCHED = table('patient_search', column('rowid'), column('search'))
_COUNTED = (('patient_count', PatientEffectiveTag), ('entry_count', EntryEffectiveTag))


@dataclass(frozen=True)
class Demo:
    """A demo that can be served: who signs in, and whether it was made just now."""

    user: str
    password: str
    is_new: bool


def demo_folder() -> Path:
    """Return where a demo lies unless someone says otherwise: beside the practice, never in it."""
    return Path(platformdirs.user_data_dir('dermafolio-demo', appauthor=False))


def prepare_demo(settings: Settings, *, patients: int, progress: Progress) -> Demo:
    """Return the demo of a data folder, making it where there is nothing. Refuse a practice that is no demo, and leave it alone."""
    data = settings.data_dir.expanduser()
    note = data / _NOTE
    if not (data / DATABASE_FILE).exists():
        return _make(settings, note, patients, progress)
    if not note.is_file():
        raise Refusal(f'{data} holds a practice that is no demo. It was not touched: choose another folder with --data-dir.')
    said = note.read_text().splitlines()
    if not said[-1].startswith(_PASSWORD):
        raise Refusal(f'The demo in {data} was stopped while it was made. '
                      f'Remove {data} and {settings.keys.expanduser()}, and start again.')
    return Demo(_USER, said[-1].removeprefix(_PASSWORD), is_new=False)


def _make(settings: Settings, note: Path, patients: int, progress: Progress) -> Demo:
    opened = open_clinic(settings)
    try:
        note.touch(mode=0o600, exist_ok=False)
        note.write_text(_MADE_UP)
        actor, password = console_actor(getpass.getuser()), '-'.join(secrets.choice(PASSWORD_WORDS.split()) for _ in range(_PASSWORD_WORDS))
        hashed = hash_password_now(password)
        opened.change_now(actor, lambda records: records.settings.change('practice_name', _PRACTICE))
        opened.change_now(actor, lambda records: records.users.invite(_USER, _NAME, Role.ADMINISTRATOR, hashed))
        populate(opened, actor, patients=patients, progress=lambda done: progress('patients', done, patients))
        photographed = min(patients, _PHOTOGRAPHED)
        photograph_some(opened, actor, photographed, progress=lambda done: progress('patients with photographs', done, photographed))
    finally:
        opened.close()
    note.write_text(f'{_MADE_UP}User name: {_USER}\n{_PASSWORD}{password}\n')
    return Demo(_USER, password, is_new=True)


def populate(clinic: Clinic, actor: Actor, *, patients: int, seed: int = SEED, is_audited: bool = True,
             progress: Callable[[int], None] = lambda _done: None) -> None:
    """Make so many patients up, each with five visits on average, tags and notes, and store them in bulk.

    Audited, each patient has a key and every act its event, as if it had been typed; for measuring neither is needed.
    """
    words = clinic.change_now(actor, _vocabulary)
    teller = clinic.change_now(actor, lambda records: _storyteller(records, words, seed))
    for done in range(0, patients, _AT_ONCE):
        batch = teller.tell(min(_AT_ONCE, patients - done))
        if is_audited:
            clinic.vault.create_patient_keys([row['key'] for row in batch.rows[Patient]])
        clinic.change_now(actor, lambda records, batch=batch: _store(records, batch, is_audited=is_audited))  # type: ignore[misc]
        progress(min(patients, done + _AT_ONCE))


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


def _storyteller(records: Records, words: Words, seed: int) -> Storyteller:
    """Return who tells of new patients, seen by the people of the practice."""
    first = [(records.session.execute(select(func.max(_table(model).c.id))).scalar() or 0) + 1 for model in (Patient, Entry)]
    clinicians = [*records.session.execute(select(_table(User).c.id)).scalars()] or [None]
    return Storyteller(words, clinicians, records.now, seed=seed, first=(first[0], first[1]))


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
    """Write the events that the same acts leave when people do them, each at the moment its patient was last modified."""
    people = {row['id']: row for row in batch.rows[Patient]}
    modified = {row['key']: row['last_modified'] for row in people.values()}

    def log(action: Action, subject: str, patient: str, detail: Detail) -> None:
        records.now = modified[patient]
        records.log(action, subject=subject, patient=patient, detail=detail)

    for row in people.values():
        log(Action.PATIENT_REGISTER, row['key'], row['key'], {'fields': sorted(name for name in PATIENT_FIELDS if row[name])})
    for row in batch.rows[Entry]:
        log(Action.ENTRY_OPEN, row['key'], people[row['patient_id']]['key'], {'number': row['number']})
    for word, patient, entries in batch.tagged:
        log(Action.TAG_ASSIGN, word.key, patient, {'kind': 'entry', 'entries': entries} if entries else {'kind': 'patient'})
    del records.now  # the present again


def _table(model: type[SQLModel]) -> Table:
    return model.metadata.tables[str(model.__tablename__)]
