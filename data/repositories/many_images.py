"""What is done to many photographs of one patient at once: all or nothing, each with its own versions and events."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.actors import Permission
from data.errors import Conflict, Invalid
from data.models import Image
from data.read_models import ImageTile, TagLabel
from data.repositories.base import Repository
from data.repositories.images import tile
from data.repositories.tag_records import Tagged

_CHANGED = 'Someone changed {} meanwhile. Nothing was done: look again, then repeat it.'


@dataclass(frozen=True)
class Described:
    """What an act made of one field of one image: what it held before, and the revision that tells whether someone changed it since."""

    key: str
    field: str
    before: str
    revision: int


class ManyImages(Repository):
    """Acts on a choice of photographs. One that is not in this patient's pool refuses all: it may be someone else's by now."""

    def describe(self, patient: str, shown: Sequence[ImageTile], values: Mapping[str, str]) -> list[Described]:
        """Give the same words to images, as `Images.describe` does, and return what changed.

        `shown` is what the person saw of them: when something else stands there by now than that or the new words, nothing is done.
        """
        rows = self._rows(Permission.IMAGE_ADD, patient, [seen.key for seen in shown])
        zone, done = self.records.settings.zone(), list[Described]()
        for row, seen in zip(rows, shown, strict=True):
            now = tile(row, zone)
            for field, text in values.items():
                before = getattr(now, field, None)
                if before is None:
                    raise Invalid('There is no such field.')
                if before not in (getattr(seen, field), text):
                    raise Conflict(_CHANGED.format('a photo' if len(shown) > 1 else 'the photo'))
                saved = self.records.images.describe(row.key, field, text)
                if saved.text != before:
                    done.append(Described(row.key, field, before, saved.revision))
        return done

    def restore(self, patient: str, done: Sequence[Described]) -> int:
        """Give back what `describe` changed, and return to how many images. What someone changed since stays; when that is all, refuse."""
        self._rows(Permission.IMAGE_ADD, patient, list(dict.fromkeys(each.key for each in done)))
        present = {field: self.records.fields.revisions_of([each.key for each in done], field) for field in {each.field for each in done}}
        touched = {each.key for each in done if present[each.field].get(each.key, 0) != each.revision}
        for each in done:
            if each.key not in touched:
                self.records.images.describe(each.key, each.field, each.before, expected_revision=each.revision)
        kept = {each.key for each in done} - touched
        if not kept:
            raise Conflict('Someone changed this since. It stays as it is now.')
        return len(kept)

    def tag(self, patient: str, tag: str, keys: Sequence[str], *, is_on: bool) -> list[str]:
        """Put a tag on images, or take it off, and return the keys where that changed something."""
        self._rows(Permission.TAG_ASSIGN, patient, keys)
        bearing = {key for key, tags in self.records.tags.on_images(keys).items() if any(shown.tag.key == tag for shown in tags)}
        changed = [key for key in keys if (key in bearing) is not is_on]
        act = self.records.tags.assign if is_on else self.records.tags.unassign
        act(tag, Tagged.IMAGE, keys)
        return changed

    def tags(self, keys: Iterable[str]) -> list[tuple[TagLabel, frozenset[str]]]:
        """Return the tags that these images bear, each with the keys of those that do; by name."""
        bearing: dict[TagLabel, set[str]] = {}
        for key, tags in self.records.tags.on_images(list(keys)).items():
            for shown in tags:
                bearing.setdefault(shown.tag, set()).add(key)
        return sorted(((tag, frozenset(on)) for tag, on in bearing.items()), key=lambda found: found[0].slug)

    def place(self, patient: str, entry: int, keys: Sequence[str]) -> list[str]:
        """Lay images into the workspace of a visit of the same patient and return the keys that are new there."""
        self._rows(Permission.ENTRY_WRITE, patient, keys)
        record = self.records.entries.record(patient, entry)
        here = {seen.key for seen in record.images}
        self.records.entries.place(record.key, list(keys))
        return [key for key in keys if key not in here]

    def take_out(self, patient: str, entry: int, keys: Sequence[str]) -> int:
        """Take those images out of a visit's workspace that are still in it, and return how many."""
        self._rows(Permission.ENTRY_WRITE, patient, keys)
        record = self.records.entries.record(patient, entry)
        here = [seen.key for seen in record.images if seen.key in set(keys)]
        if not here:
            raise Conflict('They are not in this entry any more.')
        self.records.entries.remove(record.key, here)
        return len(here)

    def _rows(self, permission: Permission, patient: str, keys: Sequence[str]) -> list[Image]:
        """Return the rows in the order of the keys, when the actor may do this and all are in this patient's pool."""
        self.records.require(permission, subject=patient)
        if not keys:
            raise Invalid('Select one or more photos first.')
        return self.records.images.rows_of(self.records.patients.row(patient).id or 0, list(keys))
