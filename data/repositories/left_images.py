"""Photographs that left: the marks that they leave in visits and comparisons, and what is read before and after they go."""
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from data.models import IN_POOL, ComparisonImage, DepartedImage, EntryImage, Image, ImageMove
from data.read_models import ImageTile

_GONE = ~IN_POOL


class Left(StrEnum):
    """Where a photograph went."""

    MOVED = 'moved'
    WITHDRAWN = 'withdrawn'


@dataclass(frozen=True, slots=True)
class LeftImage:
    """The mark where a photograph lay: why it left and when, with the reason as written. Never whose it is now.

    `place` is how many photographs and marks stand before it.
    """

    why: Left
    at: datetime
    because: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class WithdrawnImage:
    """A photograph that is in the pool no more and can come back: the name it was sent under, its day, when it left and why."""

    key: str
    name: str
    captured_on: date
    withdrawn_at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class ShownIn:
    """A visit that shows photographs: in its workspace or not, and in the comparisons of these titles (empty: one without a title)."""

    number: int
    appointment_at: datetime
    is_in_workspace: bool
    comparisons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPatient:
    """A patient whom someone may be told of, by two identifiers at least."""

    key: str
    unique_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """The move that brought a photograph to where it is: from whom, when, by whom (a display name) and why."""

    move: str
    patient: NamedPatient
    at: datetime
    who: str
    because: str


@dataclass(frozen=True, slots=True)
class Relocation:
    """A photograph whose files are stored a second time under the key of another patient: from which blob, as which."""

    image: str
    from_blob: str
    blob: str


class HeldImage(NamedTuple):
    """An image that holds some bytes in a pool: its key, when it was received, and when it was withdrawn, if it was."""

    key: str
    received_at: datetime
    withdrawn_at: datetime | None


def marks_in_workspace(session: Session, entry: int) -> tuple[LeftImage, ...]:
    """Return the marks in the workspace of an entry, in the order in which the photographs lay there."""
    moved = select(DepartedImage.position, ImageMove.moved_at, ImageMove.because).join(ImageMove)
    moved = moved.where(DepartedImage.entry_id == entry, col(DepartedImage.group_id).is_(None))
    withdrawn = select(EntryImage.position, Image.withdrawn_at, Image.withdrawn_because).join(Image)
    withdrawn = withdrawn.where(EntryImage.entry_id == entry, _GONE)
    found = [*_marks(Left.MOVED, session.exec(moved).all()), *_marks(Left.WITHDRAWN, session.exec(withdrawn).all())]
    return tuple(mark for _position, mark in sorted(found, key=lambda one: one[0]))


def marks_in_groups(session: Session, groups: Sequence[int]) -> dict[int, list[tuple[int, LeftImage]]]:
    """Return the marks in comparisons with the position at which each photograph lay, by comparison."""
    moved = select(DepartedImage.group_id, DepartedImage.position, ImageMove.moved_at, ImageMove.because).join(ImageMove)
    moved = moved.where(col(DepartedImage.group_id).in_(groups))
    withdrawn = select(ComparisonImage.group_id, ComparisonImage.position, Image.withdrawn_at, Image.withdrawn_because).join(Image)
    withdrawn = withdrawn.where(col(ComparisonImage.group_id).in_(groups), _GONE)
    found: dict[int, list[tuple[int, LeftImage]]] = {}
    for why, rows in ((Left.MOVED, session.exec(moved).all()), (Left.WITHDRAWN, session.exec(withdrawn).all())):
        for group, *mark in rows:
            found.setdefault(group or 0, []).extend(_marks(why, [mark]))
    return found


def laid_out(images: Sequence[tuple[int, ImageTile]],
             marks: Sequence[tuple[int, LeftImage]]) -> tuple[list[ImageTile], tuple[LeftImage, ...]]:
    """Return photographs and marks, both given with their positions, in their order; each mark knows its place among all of them."""
    both: list[tuple[int, ImageTile | LeftImage]] = [*images, *marks]
    everything = [what for _position, what in sorted(both, key=lambda one: one[0])]
    placed = tuple(replace(what, place=place) for place, what in enumerate(everything) if isinstance(what, LeftImage))
    return [what for what in everything if isinstance(what, ImageTile)], placed


def _marks(why: Left, rows: Sequence[Any]) -> list[tuple[int, LeftImage]]:
    return [(position, LeftImage(why, at, because)) for position, at, because in rows]
