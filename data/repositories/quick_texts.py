"""Quick texts: the practice's own snippets, appended to notes by their titles."""
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from data.actors import Permission
from data.columns import limit_of, new_key
from data.errors import Invalid, NotFound
from data.models import Action, QuickText
from data.repositories.base import KEPT, Repository
from data.repositories.fields import Saved
from data.values import clean_line, clean_text, fold

QUICK_TEXTS = 'quick texts'
"""The live topic of the quick texts themselves."""


@dataclass(frozen=True)
class QuickTextRecord:
    """One quick text, and the revisions that an editor of its fields must expect."""

    key: str
    title: str
    text: str
    revisions: dict[str, int]
    retired_at: datetime | None = None


class QuickTexts(Repository):
    """Acts on quick texts. Whoever writes notes reads them; the practice's managers change them."""

    def offered(self) -> list[QuickTextRecord]:
        """Return those that are offered, in their order."""
        self.records.require(Permission.NOTES_WRITE)
        return [record for record in self._all() if record.retired_at is None]

    def every(self) -> list[QuickTextRecord]:
        """Return all, those that are offered no longer too, in their order."""
        self.records.require(Permission.MANAGE)
        return self._all()

    def add(self, title: str, text: str) -> str:
        """Add one at the end and return its key. Refuse a title that is empty, too long or taken."""
        self.records.require(Permission.MANAGE)
        last = self.session.exec(select(func.max(QuickText.position))).one()
        row = QuickText(key=new_key(), title=self._free(title, ''), text=_clean(text), position=0 if last is None else last + 1,
                        created_at=self.records.now)
        self.session.add(row)
        self._note(Action.QUICK_TEXT_ADD, row)
        return row.key

    def amend(self, key: str, field: str, text: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Change the title or the text. What it was appended to keeps its words."""
        self.records.require(Permission.MANAGE)
        row = self._row(key)
        if field not in ('title', 'text'):
            raise Invalid('There is no such field.')
        value = self._free(text, key) if field == 'title' else _clean(text)
        saved = self.change_field(row, key, field, value, patient=None, action=Action.QUICK_TEXT_AMEND,
                                  expected_revision=expected_revision, burst=burst)
        self.records.tell(QUICK_TEXTS, key)
        return saved

    def arrange(self, keys: list[str]) -> None:
        """Put the quick texts into this order; those that are not named keep theirs behind."""
        self.records.require(Permission.MANAGE)
        rows = {row.key: row for row in self._rows()}
        named = [rows[key] for key in dict.fromkeys(keys) if key in rows]
        for position, row in enumerate([*named, *(row for row in rows.values() if row not in named)]):
            row.position = position
        self.records.log(Action.QUICK_TEXT_ARRANGE)
        self.records.tell(QUICK_TEXTS)

    def retire(self, key: str) -> None:
        """Offer one no longer. Nothing is lost: it can be offered again."""
        self.records.require(Permission.MANAGE)
        row = self._row(key)
        if row.retired_at is None:
            row.retired_at = self.records.now
            self._note(Action.QUICK_TEXT_RETIRE, row)

    def restore(self, key: str) -> None:
        """Offer one again. Refuse it while another one bears its title."""
        self.records.require(Permission.MANAGE)
        row = self._row(key)
        if row.retired_at is not None:
            self._free(row.title, key)
            row.retired_at = None
            self._note(Action.QUICK_TEXT_RESTORE, row)

    def _note(self, action: Action, row: QuickText) -> None:
        self.records.log(action, subject=row.key)
        self.records.tell(QUICK_TEXTS, row.key)

    def _rows(self) -> list[QuickText]:
        return list(self.session.exec(select(QuickText).order_by(col(QuickText.position), col(QuickText.id))))

    def _all(self) -> list[QuickTextRecord]:
        revisions = self.records.fields.revisions
        return [QuickTextRecord(row.key, row.title, row.text, revisions(row.key), row.retired_at) for row in self._rows()]

    def _row(self, key: str) -> QuickText:
        row = self.session.exec(select(QuickText).where(QuickText.key == key)).first()
        if row is None:
            raise NotFound
        return row

    def _free(self, title: str, key: str) -> str:
        """Return a title as it is stored, when no other one that is offered reads like it."""
        cleaned, longest = clean_line(title), limit_of(QuickText, 'title')
        if not 1 <= len(cleaned) <= longest:
            raise Invalid(f'Use 1 to {longest} characters.{KEPT if key else ""}', field='title')
        if any(row.key != key and row.retired_at is None and fold(row.title) == fold(cleaned) for row in self._rows()):
            raise Invalid(f'“{cleaned}” is the title of another quick text.{KEPT if key else ""}', field='title')
        return cleaned


def _clean(text: str) -> str:
    cleaned, longest = clean_text(text).strip('\n'), limit_of(QuickText, 'text')
    if len(cleaned) > longest:
        raise Invalid(f'Use at most {longest:,} characters.{KEPT}', field='text')
    return cleaned
