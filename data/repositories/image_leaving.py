"""Photographs that leave a pool: withdrawn and put back, or moved to the patient whose they are."""
from collections.abc import Sequence

from sqlalchemy import Table, delete, func, insert
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from data.actors import Permission
from data.columns import limit_of, new_key
from data.effective_tags import count_images
from data.errors import Conflict, Invalid, NotFound
from data.models import (
    IN_POOL,
    STANDS,
    Action,
    ComparisonGroup,
    ComparisonImage,
    DepartedImage,
    Entry,
    EntryImage,
    Image,
    ImageMove,
    ImageTag,
    Patient,
    Tag,
    User,
)
from data.repositories.base import Repository
from data.repositories.left_images import Arrival, NamedPatient, Relocation, ShownIn
from data.repositories.patients import SHOWN_FIGURES
from data.repositories.tag_records import TAG_USE
from data.values import clean_line

_REASON_LIMIT = limit_of(Image, 'withdrawn_because')


class ImageLeaving(Repository):
    """Acts by which images leave a pool, and come back. Only use cases in `app/` move: their files must be durable first."""

    def withdraw(self, keys: Sequence[str], because: str, *, of: str = '') -> None:
        """Take photographs of one patient out of the pool, for a reason. Nothing is destroyed; marks stay where they were shown.

        With `of` refuse those that are not this patient's any more, as a page of this patient does.
        """
        patient, rows = self._of_one_patient(keys, of)
        self.records.require(Permission.IMAGE_MOVE, subject=patient.key)
        if any(row.withdrawn_at for row in rows):
            raise Conflict('Someone withdrew a photo of these already.')
        reason = clean_reason(because)
        for row in rows:
            row.withdrawn_at, row.withdrawn_because = self.records.now, reason
        self._changed(patient, rows, self._showing(rows))
        self.records.log(Action.IMAGE_WITHDRAW, subject=patient.key, patient=patient.key, detail={'images': [row.key for row in rows]})

    def put_back(self, keys: Sequence[str]) -> None:
        """Bring withdrawn photographs of one patient back to where they were."""
        patient, rows = self._of_one_patient(keys)
        self.records.require(Permission.IMAGE_MOVE, subject=patient.key)
        if not all(row.withdrawn_at for row in rows):
            raise Conflict('Someone put a photo of these back already.')
        for row in rows:
            row.withdrawn_at, row.withdrawn_because = None, ''
        self._changed(patient, rows, self._showing(rows))
        self.records.log(Action.IMAGE_PUT_BACK, subject=patient.key, patient=patient.key, detail={'images': [row.key for row in rows]})

    def move(self, copies: Sequence[Relocation], to: str, because: str) -> list[str]:
        """Give photographs of one patient to another, whose files are stored already, and return the keys of the moves.

        What is known of them goes along. Marks stay where they were shown; marks that wait for them where they come are places again.
        Refuse the same bytes twice in one pool, and files that are not those of the row any more.
        """
        giver, rows = self._of_one_patient([copy.image for copy in copies])
        self.records.require(Permission.IMAGE_MOVE, subject=giver.key)
        taker = self.records.patients.row(to)
        self._check_move(rows, giver, taker)
        blobs = {copy.image: copy for copy in copies}
        if any(row.blob != blobs[row.key].from_blob for row in rows):
            raise Conflict('Someone moved a photo of these meanwhile. Look at the record again.')
        left, moves = self._showing(rows), []
        for row in rows:
            moves.append(self._leave(row, giver, taker, clean_reason(because)))
            row.patient_id, row.blob, row.cover_at = taker.id or 0, blobs[row.key].blob, None
        self.session.flush()
        self._take_places(rows, taker)
        self._changed(giver, rows, left)
        self._changed(taker, rows, self._showing(rows))
        images = [row.key for row in rows]
        for side, word, other in ((giver, 'to', taker), (taker, 'from', giver)):
            self.records.log(Action.IMAGE_MOVE, subject=side.key, patient=side.key,
                             detail={'images': images, 'moves': moves, word: other.key})
        return moves

    def check_move(self, keys: Sequence[str], to: str, *, of: str = '') -> None:
        """Refuse what `move` would refuse, for a use case that copies files first; `of` is whose they are thought to be."""
        giver, rows = self._of_one_patient(keys, of)
        self.records.require(Permission.IMAGE_MOVE, subject=giver.key)
        self._check_move(rows, giver, self.records.patients.row(to))

    def to_undo(self, moves: Sequence[str]) -> tuple[list[str], str]:
        """Return the photographs of moves and the patient they came from. Refuse when one was moved again since, or is withdrawn."""
        found = self.session.exec(select(ImageMove, Image, Patient).join(Image, col(Image.id) == ImageMove.image_id)
                                  .join(Patient, col(Patient.id) == ImageMove.from_patient_id).where(col(ImageMove.key).in_(moves))).all()
        if {move.key for move, _image, _giver in found} != set(moves) or len({giver.id for _move, _image, giver in found}) != 1:
            raise NotFound
        self.records.require(Permission.IMAGE_MOVE, subject=found[0][2].key)
        for move, image, _giver in found:
            if self._last_move(image.id or 0) != move.id:
                raise Conflict('A photo of these was moved again since. Move it by itself.')
        return [image.key for _move, image, _giver in found], found[0][2].key

    def arrival(self, key: str) -> Arrival | None:
        """Return the move that brought a photograph to its patient; None for one that is where it first came in."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        rows = self.session.exec(select(ImageMove, Image).join(Image, col(Image.id) == ImageMove.image_id)
                                 .where(Image.key == key).order_by(col(ImageMove.id))).all()
        if not rows or rows[0][0].from_patient_id == rows[0][1].patient_id:
            return None
        move = rows[-1][0]
        giver = self.session.get_one(Patient, move.from_patient_id)
        who = self.session.exec(select(User.display_name).where(User.key == move.moved_by)).first() or ''
        return Arrival(move.key, self._named(giver.key), move.moved_at, who, move.because)

    def has_twin(self, key: str) -> bool:
        """Tell whether another patient's pool holds the same bytes as a photograph, not whose."""
        return self.session.exec(_others_with_the_bytes_of(key)).first() is not None

    def twins(self, key: str) -> list[NamedPatient]:
        """Return the other patients whose pools hold the same bytes as a photograph."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        return [self._named(other) for other in self.session.exec(_others_with_the_bytes_of(key))]

    def shown_in(self, keys: Sequence[str], *, of: str = '') -> list[ShownIn]:
        """Return the visits that show any of these photographs, latest first. With `of` refuse those that are not this patient's any more.
        """
        self.records.require(Permission.PATIENT_READ, subject=keys[0] if keys else '')
        self._of_one_patient(keys, of)
        placed = select(Entry.id).join(EntryImage).join(Image).where(col(Image.key).in_(keys))
        in_workspace = set(self.session.exec(placed))
        groups: dict[int, dict[str, str]] = {}
        compared = select(ComparisonGroup.entry_id, ComparisonGroup.key, ComparisonGroup.title).join(ComparisonImage).join(Image)
        for entry, group, title in self.session.exec(compared.where(col(Image.key).in_(keys), STANDS).order_by(col(ComparisonGroup.id))):
            groups.setdefault(entry, {})[group] = title
        visits = select(Entry).where(col(Entry.id).in_([*in_workspace, *groups])).order_by(col(Entry.appointment_at).desc())
        return [ShownIn(visit.number, visit.appointment_at, visit.id in in_workspace, tuple(groups.get(visit.id or 0, {}).values()))
                for visit in self.session.exec(visits)]

    def _of_one_patient(self, keys: Sequence[str], of: str = '') -> tuple[Patient, list[Image]]:
        """Return rows in the order of their keys, and whose they are. Refuse a missing one, and those of several patients or of another."""
        rows = {row.key: row for row in self.session.exec(select(Image).where(col(Image.key).in_(keys)))}
        if not keys:
            raise Invalid('Choose photos first.')
        if set(rows) != set(keys) or len({row.patient_id for row in rows.values()}) != 1:
            raise NotFound
        ordered = [rows[key] for key in dict.fromkeys(keys)]
        patient = self.session.get_one(Patient, ordered[0].patient_id)
        if of not in {'', patient.key}:
            raise NotFound('A photo of these is not in this pool any more.')
        return patient, ordered

    def _check_move(self, rows: Sequence[Image], giver: Patient, taker: Patient) -> None:
        """Refuse what no move can do."""
        if taker.id == giver.id:
            raise Invalid('These photos are in the pool of this patient already.')
        if any(row.withdrawn_at for row in rows):
            raise Conflict('A photo of these is withdrawn. Put it back first.')
        same = select(Image.sha256).where(Image.patient_id == taker.id, col(Image.sha256).in_([row.sha256 for row in rows]))
        held = set(self.session.exec(same))
        if names := [row.original_name or 'a photo' for row in rows if row.sha256 in held]:
            raise Conflict(f'Already in that pool (same file): {", ".join(names)}. Nothing was moved.')

    def _leave(self, row: Image, giver: Patient, taker: Patient, reason: str) -> str:
        """Write the move of one photograph and put marks in the places where it lies; return the key of the move."""
        move = ImageMove(key=new_key(), image_id=row.id or 0, from_patient_id=giver.id or 0, to_patient_id=taker.id or 0, because=reason,
                         moved_by=self.records.actor.user, moved_at=self.records.now)
        self.session.add(move)
        self.session.flush()
        placed, compared = _table(EntryImage), _table(ComparisonImage)
        groups = sql_select(col(ComparisonGroup.entry_id), compared.c.group_id, compared.c.position).where(
            compared.c.group_id == col(ComparisonGroup.id), compared.c.image_id == row.id)
        connection = self.session.connection()
        marks = [{'entry_id': entry, 'group_id': group, 'position': position} for entry, group, position in (
            *((entry, None, position) for entry, position in connection.execute(
                sql_select(placed.c.entry_id, placed.c.position).where(placed.c.image_id == row.id))),
            *connection.execute(groups))]
        if marks:
            connection.execute(insert(_table(DepartedImage)), [{**mark, 'move_id': move.id} for mark in marks])
        for table in (placed, compared):
            connection.execute(delete(table).where(table.c.image_id == row.id))
        return move.key

    def _take_places(self, rows: Sequence[Image], owner: Patient) -> None:
        """Let photographs that came back to a patient lie again where their marks stand."""
        marks = self.session.exec(select(DepartedImage, ImageMove.image_id).join(ImageMove).join(
            Entry, col(Entry.id) == DepartedImage.entry_id).where(
                Entry.patient_id == owner.id, col(ImageMove.image_id).in_([row.id for row in rows]))).all()
        for mark, image in marks:
            if mark.group_id is None:
                self.session.add(EntryImage(entry_id=mark.entry_id, image_id=image, position=mark.position, placed_at=self.records.now))
            else:
                self.session.add(ComparisonImage(group_id=mark.group_id, image_id=image, position=mark.position))
            self.session.delete(mark)
        self.session.flush()

    def _showing(self, rows: Sequence[Image]) -> set[str]:
        """Return the keys of the entries that show photographs, in their workspace or in a comparison."""
        images = [row.id for row in rows]
        placed = select(Entry.key).join(EntryImage).where(col(EntryImage.image_id).in_(images))
        compared = select(Entry.key).join(ComparisonGroup).join(ComparisonImage).where(col(ComparisonImage.image_id).in_(images))
        return {*self.session.exec(placed), *self.session.exec(compared)}

    def _changed(self, patient: Patient, rows: Sequence[Image], entries: set[str]) -> None:
        """Bring the figures of a patient and of the tags up to date, and tell every page that shows them."""
        self.session.flush()
        borne = sql_select(col(Tag.id), col(Tag.key)).join(ImageTag, col(ImageTag.tag_id) == Tag.id)
        tags = self.session.connection().execute(borne.where(col(ImageTag.image_id).in_([row.id for row in rows])).distinct()).all()
        if tags:
            count_images(self.session.connection(), [row or 0 for row, _key in tags])
        self.records.tags.renew(patient)
        self.records.patients.touch(patient)
        for field in ('images', 'tags', 'timeline'):
            self.records.tell(patient.key, field)
        self.records.tell(SHOWN_FIGURES, patient.key)
        for _row, key in tags:
            self.records.tell(TAG_USE, key)
        for entry in sorted(entries):
            for field in ('workspace', 'comparisons', 'tags'):
                self.records.tell(entry, field)

    def _last_move(self, image: int) -> int | None:
        return self.session.exec(select(func.max(ImageMove.id)).where(ImageMove.image_id == image)).one()

    def _named(self, patient: str) -> NamedPatient:
        header = self.records.patients.header(patient)
        return NamedPatient(header.key, header.unique_id, header.name)


def _others_with_the_bytes_of(key: str) -> SelectOfScalar[str]:
    mine = aliased(Image)
    return (select(Patient.key).join(Image).join(mine, col(mine.sha256) == Image.sha256)
            .where(mine.key == key, Image.patient_id != mine.patient_id, IN_POOL).order_by(col(Image.id)))


def clean_reason(text: str) -> str:
    """Return a reason as one line. Refuse none: why a photograph left is part of the record."""
    reason = clean_line(text)
    if not reason:
        raise Invalid('Say why: the reason stays with the record.', field='because')
    if len(reason) > _REASON_LIMIT:
        raise Invalid(f'Use at most {_REASON_LIMIT} characters.', field='because')
    return reason


def _table(model: type[SQLModel]) -> Table:
    return model.metadata.tables[str(model.__tablename__)]
