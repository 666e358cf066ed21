"""The vocabulary of tags: categories and tags, added, renamed, moved, retired."""
from collections.abc import Sequence

from sqlmodel import col, select

from data.actors import Permission
from data.columns import new_key
from data.errors import Conflict, Invalid, NotFound, TagTaken
from data.models import CATEGORY_LIMIT, TAG_LIMIT, Action, Tag, TagCategory, TagColour
from data.read_models import TagLabel
from data.repositories.base import KEPT
from data.repositories.fields import Saved
from data.repositories.tag_merging import TagMerging
from data.repositories.tag_records import VOCABULARY, CategoryRow, Reach, TagRow
from data.values import clean_line, slug


class Tags(TagMerging):
    """Acts on the tags themselves."""

    def vocabulary(self) -> list[CategoryRow]:
        """Return every category with all its tags, retired and merged ones included."""
        self.records.require(Permission.PATIENT_READ)
        categories = {row.id: row for row in self.session.exec(select(TagCategory).order_by(col(TagCategory.id)))}
        tags = self.session.exec(select(Tag).order_by(col(Tag.slug))).all()
        labels = {tag.id: _label(tag, categories[tag.category_id]) for tag in tags}
        revisions = self.records.fields.revisions_of([*(row.key for row in categories.values()), *(tag.key for tag in tags)], 'name')
        return [CategoryRow(category.key, category.name, category.colour, revisions.get(category.key, 0), tuple(
            TagRow(labels[tag.id], Reach(tag.patient_count, tag.entry_count, tag.image_count), tag.last_used_at, revisions.get(tag.key, 0),
                   tag.retired_at, labels.get(tag.merged_into_id)) for tag in tags if tag.category_id == category.id))
                for category in categories.values()]

    def add_category(self, name: str, colour: str, *, request_key: str = '') -> str:
        """Create a category and return its key. Refuse a name that reads like another one. The same request creates one."""
        self.records.require(Permission.TAG_MANAGE)
        if done := self.records.done_before(request_key):
            return done
        cleaned = _clean_name(name, CATEGORY_LIMIT)
        self._check_free(TagCategory, cleaned)
        category = TagCategory(key=new_key(), name=cleaned, slug=slug(cleaned), colour=_colour(colour), created_at=self.records.now)
        self.session.add(category)
        self.session.flush()
        self.records.remember_request(request_key, category.key)
        self.records.log(Action.CATEGORY_ADD, subject=category.key, detail={'colour': category.colour.value})
        self.records.tell(VOCABULARY, category.key)
        return category.key

    def rename_category(self, key: str, name: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Give a category another name."""
        self.records.require(Permission.TAG_MANAGE)
        return self._rename(self._category(key), name, Action.CATEGORY_RENAME, expected_revision, burst)

    def recolour(self, key: str, colour: str, *, expected: TagColour | None = None) -> TagColour:
        """Give a category, and with it all its tags, another colour; return the former one. Refuse when that is not the expected one."""
        self.records.require(Permission.TAG_MANAGE)
        category, chosen = self._category(key), _colour(colour)
        before = category.colour
        if expected not in {None, before}:
            raise Conflict(f'Someone gave {category.name} another colour meanwhile.')
        if chosen is not before:
            category.colour = chosen
            self.session.add(category)
            self.session.flush()
            self.records.log(Action.CATEGORY_RECOLOUR, subject=key, detail={'colour': chosen.value, 'before': before.value})
            self.records.tell(VOCABULARY, key)
        return before

    def add(self, category: str, name: str, *, request_key: str = '') -> TagLabel:
        """Create a tag and return it. Refuse a name that reads like another tag's. The same request creates one."""
        self.records.require(Permission.TAG_MANAGE)
        owner = self._category(category)
        if done := self.records.done_before(request_key):
            return _label(self.row(done), owner)
        cleaned = _clean_name(name, TAG_LIMIT)
        self._check_free(Tag, cleaned)
        tag = Tag(key=new_key(), category_id=owner.id or 0, name=cleaned, slug=slug(cleaned), created_at=self.records.now)
        self.session.add(tag)
        self.session.flush()
        self.records.remember_request(request_key, tag.key)
        self.records.log(Action.TAG_ADD, subject=tag.key, detail={'category': category})
        self.records.tell(VOCABULARY, tag.key)
        return _label(tag, owner)

    def rename(self, key: str, name: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Give a tag another name, wherever it stands."""
        self.records.require(Permission.TAG_MANAGE)
        return self._rename(self.row(key), name, Action.TAG_RENAME, expected_revision, burst)

    def move(self, keys: Sequence[str], category: str, *, expected: str = '') -> None:
        """Put tags into another category, whose colour they take. Refuse when one is not in the expected category."""
        self.records.require(Permission.TAG_MANAGE)
        target, before = self._category(category), self._category(expected) if expected else None
        for tag in map(self.row, dict.fromkeys(keys)):
            if before is not None and tag.category_id != before.id:
                raise Conflict(f'Someone moved {tag.name} meanwhile.')
            if tag.category_id != target.id:
                tag.category_id = target.id or 0
                self._note(Action.TAG_MOVE, tag, category=category)

    def retire(self, keys: Sequence[str]) -> None:
        """Offer tags no longer; they stay where they are."""
        self.records.require(Permission.TAG_MANAGE)
        for tag in map(self.row, dict.fromkeys(keys)):
            if tag.merged_into_id is not None:
                raise Conflict(f'{tag.name} was merged into another tag already.')
            if tag.retired_at is None:
                tag.retired_at = self.records.now
                self._note(Action.TAG_RETIRE, tag)

    def restore(self, keys: Sequence[str]) -> None:
        """Offer retired tags again."""
        self.records.require(Permission.TAG_MANAGE)
        for tag in map(self.row, dict.fromkeys(keys)):
            if tag.retired_at is not None:
                tag.retired_at = None
                self._note(Action.TAG_RESTORE, tag)

    def _note(self, action: Action, tag: Tag, **detail: str) -> None:
        self.session.add(tag)
        self.session.flush()
        self.records.log(action, subject=tag.key, detail={**detail})
        self.records.tell(VOCABULARY, tag.key)

    def _rename(self, row: Tag | TagCategory, name: str, action: Action, expected_revision: int | None, burst: str) -> Saved:
        if isinstance(row, Tag) and row.merged_into_id is not None:
            raise Conflict(f'{row.name} was merged into another tag meanwhile.')
        cleaned = _clean_name(name, TAG_LIMIT if isinstance(row, Tag) else CATEGORY_LIMIT, kept=KEPT)
        self._check_free(type(row), cleaned, but_for=row.key)
        saved = self.change_field(row, row.key, 'name', cleaned, patient=None, action=action, expected_revision=expected_revision,
                                  burst=burst)
        row.slug = slug(cleaned)
        self.session.add(row)
        self.records.tell(VOCABULARY, row.key)
        return saved

    def _check_free(self, model: type[Tag] | type[TagCategory], name: str, *, but_for: str = '') -> None:
        """Refuse a name that reads like one that is there, retired and merged tags included."""
        holder = self.session.exec(select(model).where(model.slug == slug(name), model.key != but_for)).first()
        if isinstance(holder, TagCategory):
            raise TagTaken(f'There is already a category {holder.name}.', holder=holder.key)
        if isinstance(holder, Tag):
            where = ', merged into another one' if holder.merged_into_id else ', retired' if holder.retired_at else ''
            raise TagTaken(f'There is already a tag {holder.name}{where}.', holder=holder.key, is_retired=where == ', retired')

    def _category(self, key: str) -> TagCategory:
        category = self.session.exec(select(TagCategory).where(TagCategory.key == key)).first()
        if category is None:
            raise NotFound('This category is gone.')
        return category


def _label(tag: Tag, category: TagCategory) -> TagLabel:
    return TagLabel(tag.key, tag.slug, tag.name, category.colour, category.name)


def _clean_name(name: str, limit: int, *, kept: str = '') -> str:
    cleaned = clean_line(name)
    if len(cleaned) > limit:
        raise Invalid(f'Use at most {limit} characters.{kept}', field='name')
    if not slug(cleaned):
        raise Invalid('A name needs a letter or a digit.', field='name')
    return cleaned


def _colour(text: str) -> TagColour:
    try:
        return TagColour(text)
    except ValueError:
        raise Invalid('Choose one of the colours.', field='colour') from None
