"""Whatever is done in whatever order: the stored figures are those that counting finds, and the chain is whole."""
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect
from sqlmodel import col, select

from app.clinic import open_clinic
from app.consistency import inconsistencies
from app.integrity import Findings, check_figures, verify_trail
from data.body_sites import coded, is_sensitive
from data.models import (
    Entry,
    EntryEffectiveTag,
    EntryImage,
    EntryTag,
    Image,
    ImageTag,
    Patient,
    PatientEffectiveTag,
    PatientFormerId,
    PatientTag,
    Tag,
    View,
)
from data.records import Records
from data.repositories.tag_records import Tagged
from data.values import fold
from tests.conftest import MovableClock, Template
from tests.data.practice import CONSOLE, Practice
from tests.rounds import rounds

EXAMPLES = rounds(400)
PATIENTS = st.integers(0, 2)
IDS = st.sampled_from(['ab', 'cd', 'ef', 'gh', 'new', 'x', 'AB'])
TEXTS = st.sampled_from(['', 'Öz', 'two words', '2026-01-05 10:00', '2027-06-01T09:30', 'x' * 200, '1980-03-14'])
MOMENTS = st.sampled_from(['2026-01-05 10:00', '2027-06-01T09:30', '2025-02-03 12:00', 'soon'])
NAMES = st.sampled_from(['Acne', 'acne', 'Psoriasis', 'Watch', '', 'x' * 61])
KINDS = st.sampled_from(list(Tagged))
TAGS = st.integers(0, 3)
FIELDS = st.sampled_from(['unique_id', 'family_name', 'given_names', 'birth_date', 'notes', 'city'])
WHO = st.sampled_from(['ines', 'jana', 'jana', 'tom', 'vera'])
ACTS = st.one_of(
    st.tuples(st.just('register'), IDS), st.tuples(st.just('correct'), PATIENTS, FIELDS, st.one_of(TEXTS, IDS)),
    st.tuples(st.just('open'), PATIENTS),
    st.tuples(st.just('amend'), PATIENTS, st.just('notes'), TEXTS),
    st.tuples(st.just('amend'), PATIENTS, st.just('appointment_at'), MOMENTS),
    st.tuples(st.just('admit'), PATIENTS, st.integers(0, 2)), st.tuples(st.just('place'), PATIENTS), st.tuples(st.just('remove'), PATIENTS),
    st.tuples(st.just('withdraw'), PATIENTS), st.tuples(st.just('put_back'), PATIENTS),
    st.tuples(st.just('move_images'), PATIENTS, PATIENTS), st.tuples(st.just('move_images'), PATIENTS, PATIENTS),
    st.tuples(st.just('add_tag'), NAMES), st.tuples(st.just('rename_tag'), TAGS, NAMES), st.tuples(st.just('move_tag'), TAGS, TAGS),
    st.tuples(st.just('assign'), TAGS, KINDS, PATIENTS), st.tuples(st.just('assign'), TAGS, KINDS, PATIENTS),
    st.tuples(st.just('unassign'), TAGS, KINDS, PATIENTS), st.tuples(st.just('merge'), TAGS, TAGS), st.tuples(st.just('separate'), TAGS),
    st.tuples(st.just('merge_both'), TAGS, TAGS, TAGS), st.tuples(st.just('recolour'), TAGS), st.tuples(st.just('assign_to_all'), TAGS),
    st.tuples(st.just('rename_category'), TAGS, NAMES), st.tuples(st.just('add_category'), NAMES),
    st.tuples(st.just('bring_back_identifier'), PATIENTS), st.tuples(st.just('liken'), PATIENTS, PATIENTS),
    st.tuples(st.just('arrange'), PATIENTS, TEXTS),
    st.tuples(st.just('say_sensitive'), PATIENTS, st.sampled_from(['yes', 'no', '', 'x'])),
    st.tuples(st.just('locate'), PATIENTS, st.sampled_from([coded('Nipple'), coded('Shin'), ''])),
    st.tuples(st.just('use_as_cover'), PATIENTS, st.integers(0, 2)), st.tuples(st.just('stop_as_cover'), PATIENTS, st.integers(0, 2)),
    st.tuples(st.just('retire'), TAGS), st.tuples(st.just('offer_again'), TAGS),
    st.tuples(st.just('identify'), PATIENTS, TEXTS), st.tuples(st.just('correct_identifier'), PATIENTS, TEXTS),
    st.tuples(st.just('remove_identifier'), PATIENTS), st.tuples(st.just('tell_apart'), PATIENTS, PATIENTS),
    st.tuples(st.just('group'), PATIENTS), st.tuples(st.just('describe'), PATIENTS, TEXTS), st.tuples(st.just('wait'), st.integers(1, 400)))

BEGINNING = [('jana', ('register', 'ab')), ('jana', ('register', 'cd')), ('jana', ('open', 0)), ('jana', ('open', 1)),
             *(('jana', ('add_tag', name)) for name in ('Acne', 'Watch', 'Laser')), ('jana', ('admit', 0, 0)), ('jana', ('admit', 0, 1)),
             ('jana', ('place', 0)), ('jana', ('assign', 0, Tagged.IMAGE, 0)), ('jana', ('assign', 1, Tagged.IMAGE, 0))]


def wrong_tags(records: Records) -> list[str]:
    """Walk from every image, entry and patient upwards, by hand, and name what the stored tags say otherwise."""
    merged = set(records.session.exec(select(Tag.id).where(col(Tag.merged_into_id).is_not(None))))
    on_patients: dict[tuple[int, int], list[int]] = {}
    on_entries: dict[tuple[int, int], list[int]] = {}
    images: Counter[int] = Counter()
    for put in records.session.exec(select(PatientTag)):
        on_patients.setdefault((put.tag_id, put.patient_id), [0, 0, 0])[0] += 1
    for put in records.session.exec(select(EntryTag)):
        on_entries.setdefault((put.tag_id, put.entry_id), [0, 0])[0] += 1
        on_patients.setdefault((put.tag_id, records.session.get_one(Entry, put.entry_id).patient_id), [0, 0, 0])[1] += 1
    for put in records.session.exec(select(ImageTag).join(Image).where(col(Image.withdrawn_at).is_(None))):
        images[put.tag_id] += put.tag_id not in merged
        on_patients.setdefault((put.tag_id, records.session.get_one(Image, put.image_id).patient_id), [0, 0, 0])[2] += 1
        for placed in records.session.exec(select(EntryImage).where(EntryImage.image_id == put.image_id)):
            on_entries.setdefault((put.tag_id, placed.entry_id), [0, 0])[1] += 1
    shown_patients = {(row.tag_id, row.patient_id): [row.direct, row.entries, row.images]
                      for row in records.session.exec(select(PatientEffectiveTag))}
    shown_entries = {(row.tag_id, row.entry_id): [row.direct, row.images] for row in records.session.exec(select(EntryEffectiveTag))}
    wrong = ['patients'] * (shown_patients != {at: rests for at, rests in on_patients.items() if at[0] not in merged})
    wrong += ['entries'] * (shown_entries != {at: rests for at, rests in on_entries.items() if at[0] not in merged})
    for links in (PatientTag, EntryTag, ImageTag):  # whoever bears a merged tag bears the one that it became
        borne = {(put.tag_id, getattr(put, next(iter(inspect(links).primary_key)).name)) for put in records.session.exec(select(links))}
        wrong += [f'{links.__name__} of a merged tag'] * any(
            (into, subject) not in borne for tag, subject in borne if (into := records.session.get_one(Tag, tag).merged_into_id))
    for tag in records.session.exec(select(Tag)):
        counted = tuple(sum(1 for of, _subject in shown if of == tag.id) for shown in (shown_patients, shown_entries))
        wrong += [f'{tag.name}: counts'] * ((tag.patient_count, tag.entry_count, tag.image_count) != (*counted, images[tag.id or 0]))
    return wrong


def wrong_figures(records: Records) -> list[str]:
    """Count everything anew, patient by patient, and name what is stored otherwise."""
    wrong = []
    for patient in records.session.exec(select(Patient)):
        entries = records.session.exec(select(Entry).where(Entry.patient_id == patient.id)).all()
        images = records.session.exec(select(Image).where(Image.patient_id == patient.id, col(Image.withdrawn_at).is_(None))).all()
        former = sorted(records.session.exec(select(PatientFormerId.unique_id).where(PatientFormerId.patient_id == patient.id)))
        search = fold(' '.join((patient.unique_id, patient.given_names, patient.preferred_name, patient.family_name, *former)))
        numbers = sorted(entry.number for entry in entries)
        counted = {
            'entry_count': len(entries), 'image_count': len(images), 'search': search, 'entry_numbers_given': max(numbers, default=0),
            'last_appointment': max((entry.appointment_at for entry in entries), default=None)}
        wrong += [f'{patient.unique_id}: {name}' for name, value in counted.items() if getattr(patient, name) != value]
        wrong += [f'{patient.unique_id}: numbers {numbers}'] * (numbers != list(range(1, len(entries) + 1)))
        may_be = [image for image in images if not is_sensitive(image.is_sensitive, image.body_site)]
        best = max(may_be, default=None, key=lambda image: (
            image.cover_at or datetime.min.replace(tzinfo=UTC), image.view is View.OVERVIEW, image.captured_at, image.id))
        wrong += [f'{patient.unique_id}: cover'] * (records.patients.header(patient.key).cover != (best.key if best else None))
        wrong += [f'{patient.unique_id}: also a former ID'] * (records.session.get(PatientFormerId, patient.unique_id) is not None)
    return wrong


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=st.lists(st.tuples(WHO, ACTS), min_size=5, max_size=40))
def test_stored_figures_are_what_counting_finds_and_the_chain_is_whole(template: Template, acts: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = MovableClock()
        opened = open_clinic(template.copy(Path(folder)), clock=clock)
        try:
            practice = Practice(opened, clock)
            for who, act in [*BEGINNING, *acts]:
                practice.do(getattr(template.cast, who), act)
            with opened.reading(CONSOLE) as records:
                assert wrong_figures(records) == []
                assert wrong_tags(records) == []
                assert list(inconsistencies(records)) == []
                check_figures(records, findings := Findings())
                assert findings.problems == []
            assert verify_trail(opened, CONSOLE).last == opened.head.read()
        finally:
            opened.close()
