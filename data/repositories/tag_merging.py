"""Two tags that mean one thing: what a merge comes to, the merge, and the taking back of it."""
from collections.abc import Sequence

from sqlalchemy import Table, delete, distinct, func, insert, literal, select, update
from sqlmodel import SQLModel, col

from data.actors import Permission
from data.effective_tags import renew_tags
from data.errors import Conflict, Invalid, MergeChanged
from data.models import IN_POOL, Action, Entry, EntryEffectiveTag, EntryTag, Image, ImageTag, Patient, PatientEffectiveTag, PatientTag, Tag
from data.records import Detail
from data.repositories.tag_links import TagLinks
from data.repositories.tag_records import VOCABULARY, MergePreview, Reach

_KEYS_IN_ONE_EVENT = 1_000
_SHOWN: dict[str, tuple[type[SQLModel], str, type[Patient] | type[Entry] | type[Image]]] = {
    'patients': (PatientEffectiveTag, 'patient_id', Patient), 'entries': (EntryEffectiveTag, 'entry_id', Entry),
    'images': (ImageTag, 'image_id', Image),
}
"""Where a tag shows: the table, the column of who bears it there, and whose id that is."""
_LINKS = ((PatientTag, 'patient_id'), (EntryTag, 'entry_id'), (ImageTag, 'image_id'))


class TagMerging(TagLinks):
    """Acts that make one tag of several."""

    def merge_preview(self, keep: str, gone: Sequence[str]) -> MergePreview:
        """Return what it comes to when tags become the one that stays."""
        self.records.require(Permission.TAG_MANAGE)
        stays, going = self._to_merge(keep, gone)
        changing, both, kept = (
            Reach(**{name: self._count(name, stays, going, which) for name in _SHOWN}) for which in ('going', 'both', 'kept'))
        afterwards = Reach(**{name: getattr(kept, name) + getattr(changing, name) - getattr(both, name) for name in _SHOWN})
        return MergePreview(changing, both, afterwards)

    def merge(self, keep: str, gone: Sequence[str], *, expected: MergePreview | None = None) -> None:
        """Let tags become another one everywhere. Refuse when what changes is not what was expected.

        Their own links rest where they are, so that `separate` can take the merge back. No record counts as modified.
        """
        self.records.require(Permission.TAG_MANAGE)
        stays, going = self._to_merge(keep, gone)
        if expected is not None and expected != self.merge_preview(keep, gone):
            raise MergeChanged
        named = {tag.key: self._bearers(tag) for tag in going}
        for tag in going:
            self._put_links(tag.id or 0, stays.id or 0)
            self.session.connection().execute(update(Tag).where(col(Tag.id) == tag.id).values(merged_into_id=stays.id))
        used = max((tag.last_used_at for tag in (stays, *going) if tag.last_used_at), default=None)
        self.session.connection().execute(update(Tag).where(col(Tag.id) == stays.id).values(last_used_at=used))
        self._finish(Action.TAG_MERGE, stays, going, named)

    def separate(self, gone: str) -> None:
        """Take a merge back: the tag stands where it stood before it, and what it brought along leaves the other one."""
        self.records.require(Permission.TAG_MANAGE)
        tag = self.row(gone)
        stays = self.session.get(Tag, tag.merged_into_id) if tag.merged_into_id else None
        if stays is None:
            raise Conflict(f'{tag.name} is not merged with another tag.')
        if stays.merged_into_id is not None:
            raise Conflict(f'{stays.name} was merged into another tag itself. Separate that one first.')
        for model, _column in _LINKS:
            links = _table(model)
            self.session.connection().execute(delete(links).where(links.c.tag_id == stays.id, links.c.merged_from_id == tag.id))
        self.session.connection().execute(update(Tag).where(col(Tag.id) == tag.id).values(merged_into_id=None))
        others = select(col(Tag.id)).where(col(Tag.merged_into_id) == stays.id)
        # What two tags brought along came with the first of them, and stays for the other one.
        for other in self.session.connection().execute(others).scalars().all():
            self._put_links(other or 0, stays.id or 0)
        self._finish(Action.TAG_SEPARATE, stays, [tag], {})

    def _finish(self, action: Action, stays: Tag, going: list[Tag], named: dict[str, dict[str, list[str]]]) -> None:
        """Recompute where the tags show, write one event per thousand records of each tag, and tell."""
        renew_tags(self.session.connection(), [tag.id or 0 for tag in (stays, *going)])
        for tag in going:
            self.session.expire(tag)
            parts = _in_parts(named.get(tag.key) or self._bearers(tag))
            for number, part in enumerate(parts, 1):
                counted: Detail = {'part': number, 'parts': len(parts)} if len(parts) > 1 else {}
                self.records.log(action, subject=tag.key, detail={**part, **counted, 'into': stays.key})
            self.records.tell(VOCABULARY, tag.key)
        self.session.expire(stays)
        self.records.tell(VOCABULARY, stays.key)

    def _to_merge(self, keep: str, gone: Sequence[str]) -> tuple[Tag, list[Tag]]:
        if keep in gone:
            raise Invalid('A tag cannot be merged with itself.')
        if not gone:
            raise Invalid('Choose two or more tags to merge.')
        stays, going = self.row(keep), [self.row(key) for key in dict.fromkeys(gone)]
        if stays.retired_at is not None:
            raise Conflict(f'{stays.name} is retired. Offer it again before other tags become it.')
        for tag in (stays, *going):
            if tag.merged_into_id is not None:
                raise Conflict(f'{tag.name} was merged into another tag already.')
        return stays, going

    def _count(self, level: str, stays: Tag, going: list[Tag], which: str) -> int:
        """Count who bears the tags that go, of these who bears the one that stays too, or who bears that one."""
        model, column, _subject = _SHOWN[level]
        shown, ids = _table(model), [tag.id for tag in going]
        bears_kept = select(shown.c[column]).where(shown.c.tag_id == stays.id)
        counted = select(func.count(distinct(shown.c[column]))).where(shown.c.tag_id.in_([stays.id] if which == 'kept' else ids))
        if level == 'images':
            counted = counted.where(shown.c[column].in_(select(col(Image.id)).where(IN_POOL)))
        if which == 'both':
            counted = counted.where(shown.c[column].in_(bears_kept))
        return int(self.session.connection().execute(counted).scalar_one())

    def _bearers(self, tag: Tag) -> dict[str, list[str]]:
        """Return the keys of every record that a tag shows on, per kind."""
        found = {}
        for level, (model, column, subject) in _SHOWN.items():
            shown = _table(model)
            keys = select(col(subject.key)).join(shown, shown.c[column] == col(subject.id)).where(shown.c.tag_id == tag.id)
            found[level] = list(self.session.connection().execute(keys.order_by(col(subject.id))).scalars())
        return found

    def _put_links(self, source: int, target: int) -> None:
        """Put the target wherever the source was put and the target was not."""
        for model, column in _LINKS:
            links = _table(model)
            have = select(links.c[column]).where(links.c.tag_id == target)
            rows = select(links.c[column], literal(target), links.c.tagged_at, literal(source)).where(
                links.c.tag_id == source, links.c[column].not_in(have))
            self.session.connection().execute(insert(links).from_select([column, 'tag_id', 'tagged_at', 'merged_from_id'], rows))


def _table(model: type[SQLModel]) -> Table:
    return model.metadata.tables[str(model.__tablename__)]


def _in_parts(named: dict[str, list[str]]) -> list[dict[str, list[str]]]:
    """Return lists of keys that together hold all of them, none longer than one event shall be; one empty part when there are none."""
    if sum(map(len, named.values())) <= _KEYS_IN_ONE_EVENT:
        return [{level: keys for level, keys in named.items() if keys}]
    return [{level: keys[start:start + _KEYS_IN_ONE_EVENT]} for level, keys in named.items()
            for start in range(0, len(keys), _KEYS_IN_ONE_EVENT)]
