"""Moving photographs to the patient whose they are, and taking that back.

The order is that of a kill at any step: the files are stored a second time under the key of who gets them and made durable, one
transaction lets the rows name them, and the old files go last. A copy that no row names, or old files that none names any more, are found
by `verify`; a photograph is whole on exactly one side.
"""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from app.clinic import Clinic
from app.consenting import require_may_add
from app.disk_work import in_thread, require_room
from app.showing import is_still_there
from data.actors import Actor
from data.columns import new_key
from data.errors import ChecksumMismatch, Conflict, Damage, Refusal
from data.image_store import Binding, BlobWriter, Rendition
from data.records import Records
from data.repositories.images import ImageFile
from data.repositories.left_images import Relocation

TAKEN_BACK = 'The move was taken back.'


@dataclass(frozen=True)
class _Plan:
    """What is to be moved, as one snapshot holds it, and to whom."""

    files: list[ImageFile]
    to: str


async def move_images(clinic: Clinic, actor: Actor, keys: Sequence[str], to: str, because: str, *, of: str = '') -> list[str]:
    """Move photographs of one patient to another, for a reason, all or none, and return the keys of the moves.

    Refuse who may not, a patient who has not agreed to photographs, the same file twice in one pool, and with `of` photographs that are
    not this patient's any more.
    """
    def plan(records: Records) -> _Plan:
        return _planned(records, keys, to, of)
    return await _carry_out(clinic, actor, plan, because)


async def take_back(clinic: Clinic, actor: Actor, moves: Sequence[str]) -> list[str]:
    """Move photographs back to where moves took them from, into the places they had. Refuse when one was moved again since."""
    def plan(records: Records) -> _Plan:
        return _planned(records, *records.images.to_undo(moves))
    return await _carry_out(clinic, actor, plan, TAKEN_BACK)


async def _carry_out(clinic: Clinic, actor: Actor, plan: Callable[[Records], _Plan], because: str) -> list[str]:
    require_room(clinic.images)
    files: list[ImageFile] = []

    def work() -> list[str]:
        with clinic.reading(actor) as records:  # of some hundred photographs it takes longer than a page may wait
            planned = plan(records)
        files.extend(planned.files)
        return _move(clinic, actor, planned, because)
    try:
        # one piece of work in a thread: who closes the page in the middle stops nothing
        return await in_thread(work)
    finally:
        for file in files:
            clinic.viewings.forget(file.key)


def _planned(records: Records, keys: Sequence[str], to: str, of: str = '') -> _Plan:
    records.images.check_move(keys, to, of=of)
    require_may_add(records, to)
    return _Plan([records.images.file(key) for key in dict.fromkeys(keys)], to)


def _move(clinic: Clinic, actor: Actor, plan: _Plan, because: str) -> list[str]:
    copies = _copies(clinic, actor, plan)

    def write(records: Records) -> list[str]:
        require_may_add(records, plan.to)
        return records.images.move(copies, plan.to, because)
    try:
        moves = clinic.change_now(actor, write)
    except Refusal:  # after anything else a row may name the copies; nobody knows, so they stay
        _discard(clinic, [copy.blob for copy in copies])
        raise
    _discard(clinic, [copy.from_blob for copy in copies])
    return moves


def _copies(clinic: Clinic, actor: Actor, plan: _Plan) -> list[Relocation]:
    copies: list[Relocation] = []
    try:
        for file in plan.files:
            copies.append(_copy(clinic, actor, file, plan.to))
    except BaseException:
        _discard(clinic, [copy.blob for copy in copies])
        raise
    return copies


def _copy(clinic: Clinic, actor: Actor, file: ImageFile, to: str) -> Relocation:
    """Store the three files of a photograph once more, under the key of another patient: checked while they are read, durable after."""
    blob, key = new_key(), clinic.vault.patient_key(to)
    writers: list[tuple[Rendition, BlobWriter]] = []
    try:
        for rendition in Rendition:
            writers.append((rendition, clinic.images.begin(blob, key, Binding(to, file.key, rendition))))
            _fill(clinic, writers[-1][1], file, rendition)
        clinic.images.keep(blob, writers)
    except BaseException as error:
        for _rendition, writer in writers:
            writer.discard()
        if isinstance(error, Damage) and not is_still_there(clinic, actor, file.key, file.blob):
            raise Conflict('Someone moved a photo of these meanwhile. Look at the record again.') from None
        raise
    return Relocation(file.key, file.blob, blob)


def _fill(clinic: Clinic, writer: BlobWriter, file: ImageFile, rendition: Rendition) -> None:
    digest = sha256()
    for chunk in clinic.images.read(file.blob, clinic.vault.patient_key(file.patient), Binding(file.patient, file.key, rendition)):
        digest.update(chunk)
        writer.write(chunk)
    if rendition is Rendition.ORIGINAL and digest.hexdigest() != file.sha256:
        raise ChecksumMismatch
    writer.finish()


def _discard(clinic: Clinic, blobs: Sequence[str]) -> None:
    for blob in blobs:
        clinic.images.discard(blob)
