"""What is done to the tags themselves: each act with the sentence that tells it and the new act that takes it back."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from data.models import TagColour
from data.records import Records
from data.repositories.tag_records import MergePreview

Act = Callable[[Records], Any]


@dataclass(frozen=True)
class Deed:
    """An act; `told` and `undo` get what it returned. Without `undo` there is no way back but another deed."""

    act: Act
    told: Callable[[Any], str]
    undo: Callable[[Any], Act] | None = None


def add(category: str, name: str, request_key: str) -> Deed:
    """Add a tag. The same request adds it once."""
    return Deed(lambda records: records.tags.add(category, name, request_key=request_key),
                lambda label: f'Added {label.name} to {label.category}.')


def rename(key: str, was: str, name: str, revision: int) -> Deed:
    """Rename a tag. It is not taken back over what someone else called it since."""
    return Deed(lambda records: records.tags.rename(key, name, expected_revision=revision), lambda saved: f'Renamed {was} to {saved.text}.',
                lambda saved: lambda records: records.tags.rename(key, was, expected_revision=saved.revision))


def rename_category(key: str, was: str, name: str, revision: int) -> Deed:
    """Rename a category. It is not taken back over what someone else called it since."""
    return Deed(lambda records: records.tags.rename_category(key, name, expected_revision=revision),
                lambda saved: f'Renamed {was} to {saved.text}.',
                lambda saved: lambda records: records.tags.rename_category(key, was, expected_revision=saved.revision))


def recolour(key: str, name: str, colour: TagColour) -> Deed:
    """Give a category another colour."""
    return Deed(lambda records: records.tags.recolour(key, colour), lambda _: f'{name} is {colour} now.',
                lambda former: lambda records: records.tags.recolour(key, former, expected=colour))


def move(keys: Sequence[str], names: str, source: str, target: str, target_name: str) -> Deed:
    """Move tags of one category to another."""
    return Deed(lambda records: records.tags.move(keys, target), lambda _: f'Moved {names} to {target_name}.',
                lambda _: lambda records: records.tags.move(keys, source, expected=target))


def retire(keys: Sequence[str], names: str) -> Deed:
    """Offer tags no longer."""
    return Deed(lambda records: records.tags.retire(keys), lambda _: f'Retired {names}.',
                lambda _: lambda records: records.tags.restore(keys))


def restore(key: str, name: str) -> Deed:
    """Offer a retired tag again."""
    return Deed(lambda records: records.tags.restore([key]), lambda _: f'{name} is offered again.',
                lambda _: lambda records: records.tags.retire([key]))


def merge(keep: str, gone: Sequence[str], names: str, into: str, expected: MergePreview) -> Deed:
    """Let tags become another one, when what changes is what was shown."""
    def separate_all(records: Records) -> None:
        for key in gone:
            records.tags.separate(key)

    return Deed(lambda records: records.tags.merge(keep, gone, expected=expected), lambda _: f'Merged {names} into {into}.',
                lambda _: separate_all)


def separate(key: str, name: str, stays: str, stays_name: str) -> Deed:
    """Take a merge back."""
    return Deed(lambda records: records.tags.separate(key), lambda _: f'Separated {name} from {stays_name}.',
                lambda _: lambda records: records.tags.merge(stays, [key]))
