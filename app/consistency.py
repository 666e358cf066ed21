"""Do the records agree with each other? Checks over tables that only read; each finding is one sentence that names keys only."""
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from data.effective_tags import LEVELS
from data.models import (
    IN_POOL,
    Action,
    AuditEvent,
    ComparisonGroup,
    ComparisonImage,
    DepartedImage,
    Entry,
    EntryImage,
    FieldVersion,
    Image,
    ImageMove,
    ImageTag,
    Outcome,
    Patient,
    PatientIdentifier,
    Tag,
    TagCategory,
)
from data.models.audit import MODIFIES
from data.records import Records
from data.values import as_text, moment_text

_VERSIONED: tuple[tuple[str, Any], ...] = (
    ('patient', Patient), ('identifier', PatientIdentifier), ('entry', Entry), ('image', Image), ('comparison', ComparisonGroup),
    ('tag', Tag), ('tag category', TagCategory))


def inconsistencies(records: Records) -> Iterator[str]:
    """Yield what of pictures, histories and trail does not fit together."""
    yield from _foreign_pictures(records)
    yield from _moves(records)
    yield from _texts_without_history(records)
    yield from _pictures_and_events(records)
    yield from _tags_that_show(records)
    yield from _moments_of_change(records)


def _foreign_pictures(records: Records) -> Iterator[str]:
    """Find images that lie with another patient than theirs."""
    placed = select(Entry.key, Image.key).join(EntryImage, col(EntryImage.entry_id) == Entry.id)
    placed = placed.join(Image, col(Image.id) == EntryImage.image_id).where(Image.patient_id != Entry.patient_id)
    for entry, image in records.session.exec(placed):
        yield f'entry {entry}: image {image} in it belongs to another patient'
    compared = select(ComparisonGroup.key, Image.key).join(ComparisonImage, col(ComparisonImage.group_id) == ComparisonGroup.id)
    compared = compared.join(Image, col(Image.id) == ComparisonImage.image_id).join(Entry, col(Entry.id) == ComparisonGroup.entry_id)
    for group, image in records.session.exec(compared.where(Image.patient_id != Entry.patient_id)):
        yield f'comparison {group}: image {image} in it belongs to another patient'


def _moves(records: Records) -> Iterator[str]:
    """Find images that lie elsewhere than their last move left them, and marks of moves in records that they did not leave."""
    latest = select(func.max(ImageMove.id)).group_by(col(ImageMove.image_id))
    moved = select(Image.key).join(ImageMove, col(ImageMove.image_id) == Image.id)
    for image in records.session.exec(moved.where(col(ImageMove.id).in_(latest), ImageMove.to_patient_id != Image.patient_id)):
        yield f'image {image}: it is not where its last move brought it'
    marks = select(Entry.key).join(DepartedImage, col(DepartedImage.entry_id) == Entry.id)
    marks = marks.join(ImageMove, col(ImageMove.id) == DepartedImage.move_id).where(ImageMove.from_patient_id != Entry.patient_id)
    for entry in records.session.exec(marks):
        yield f'entry {entry}: the mark of a photograph in it that was another patient’s'


def _texts_without_history(records: Records) -> Iterator[str]:
    """Find fields that hold something else than the latest of their versions."""
    other = aliased(FieldVersion)
    newest = select(func.max(other.version)).where(other.subject == FieldVersion.subject, other.field == FieldVersion.field)
    for kind, model in _VERSIONED:
        rows = select(model, FieldVersion.field, FieldVersion.text).join(FieldVersion, FieldVersion.subject == model.key)
        for row, field, text in records.session.exec(rows.where(FieldVersion.version == newest.scalar_subquery())):
            if as_text(getattr(row, field, None)) != text:
                yield f'{kind} {row.key}: {field} is not what its history ends with'


def _pictures_and_events(records: Records) -> Iterator[str]:
    """Find images that the trail admitted and nobody holds any more, and images that nobody admitted."""
    admitted = set(records.session.exec(select(AuditEvent.subject).where(
        AuditEvent.action == Action.IMAGE_ADMIT.value, AuditEvent.outcome == Outcome.DONE.value)))
    held = set(records.session.exec(select(Image.key)))
    yield from (f'image {key}: the trail admitted it, but its record is gone' for key in sorted(map(str, admitted - held)))
    yield from (f'image {key}: no event of the trail admitted it' for key in sorted(held - admitted))


def _tags_that_show(records: Records) -> Iterator[str]:
    """Find tags that show where nothing bears them, or do not show where something does, and wrong counts; tag by tag, to stay small."""
    connection = records.session.connection()
    borne = {tag: count for tag, count in connection.execute(
        sql_select(col(ImageTag.tag_id), func.count()).join(Image, col(Image.id) == ImageTag.image_id).where(IN_POOL)
        .group_by(col(ImageTag.tag_id)))}
    for tag in records.session.exec(select(Tag)):
        row, counts = tag.id or 0, {'image_count': 0 if tag.merged_into_id else borne.get(tag.id or 0, 0)}
        for level in LEVELS:
            stored = level.stored(connection, tags=[row])
            counts[level.count] = len(stored)
            if stored != level.wanted(connection, tags=[row]):
                yield f'tag {tag.key}: where it shows is not what bears it'
        if counts != {name: getattr(tag, name) for name in counts}:
            yield f'tag {tag.key}: its counts are not what bears it'


def _moments_of_change(records: Records) -> Iterator[str]:
    """Find patients who were last modified at a moment of which neither the trail nor a history knows anything."""
    changes = select(AuditEvent.patient, AuditEvent.at).where(
        col(AuditEvent.action).in_(action.value for action in MODIFIES), AuditEvent.outcome == Outcome.DONE.value)
    last = {patient: at for patient, at in records.session.exec(changes.order_by(col(AuditEvent.seq)))}
    for row, key, modified in records.session.exec(select(Patient.id, Patient.key, Patient.last_modified)):
        if moment_text(modified) != last.get(key) and moment_text(modified) not in _typed_at(records, row or 0, key):
            yield f'patient {key}: when it was last modified is not when anything of it was changed'


def _typed_at(records: Records, patient: int, key: str) -> set[str]:
    """Return when something of a patient was saved: of a burst of typing the trail holds only the first save."""
    entries = select(Entry.key).where(Entry.patient_id == patient)
    groups = select(ComparisonGroup.key).join(Entry).where(Entry.patient_id == patient)
    images, numbers = (select(model.key).where(model.patient_id == patient) for model in (Image, PatientIdentifier))
    subjects = [key, *(subject for keys in (entries, groups, images, numbers) for subject in records.session.exec(keys))]
    saved = records.session.exec(select(FieldVersion.until_at).where(col(FieldVersion.subject).in_(subjects)))
    return {moment_text(moment) for moment in saved}
