"""The texts that patients agree to: one draft per language, and the versions that were published, which never change."""
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from data.actors import Permission
from data.columns import limit_of, new_key
from data.errors import Conflict, Invalid, NotFound
from data.models import Action, ConsentForm, Language
from data.repositories.base import KEPT, Repository
from data.repositories.fields import Saved
from data.values import clean_line, clean_text

CONSENT_FORMS = 'consent forms'
"""The live topic of the forms themselves."""


@dataclass(frozen=True)
class FormRecord:
    """A form: the draft (version 0) or a published version, and the revisions that an editor of a draft must expect.

    `is_starting_text` says that it came with the program and nobody of the practice has published it.
    """

    key: str
    language: Language
    version: int
    title: str
    body: str
    published_at: datetime | None
    published_by: str
    revisions: dict[str, int]

    @property
    def is_starting_text(self) -> bool:
        """Tell whether the words are those that came with the program."""
        return self.published_at is not None and not self.published_by


class ConsentForms(Repository):
    """Acts on forms. Whoever records consent reads the published ones; the practice's managers write and publish."""

    def latest(self, language: Language) -> FormRecord:
        """Return the version that is signed now."""
        self.records.require(Permission.PATIENT_READ)
        return self._record(self._latest(language))

    def one(self, key: str) -> FormRecord:
        """Return a published version."""
        self.records.require(Permission.PATIENT_READ)
        row = self.row(key)
        if not row.version:
            raise NotFound
        return self._record(row)

    def every(self) -> list[FormRecord]:
        """Return drafts and versions: by language, the draft first, then the newest version."""
        self.records.require(Permission.MANAGE)
        rows = self.session.exec(select(ConsentForm)).all()
        order = list(Language)
        return [self._record(row) for row in sorted(rows, key=lambda row: (order.index(row.language), row.version > 0, -row.version))]

    def amend(self, key: str, field: str, text: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Change title or body of a draft. Refuse a published version, and a text that is empty or too long."""
        self.records.require(Permission.MANAGE)
        row = self.row(key)
        if row.version:
            raise Conflict('A published form never changes. Change the draft and publish it.')
        saved = self.change_field(row, key, field, _clean(field, text), patient=None, action=Action.CONSENT_FORM_AMEND,
                                  expected_revision=expected_revision, burst=burst)
        self.records.tell(CONSENT_FORMS, key)
        return saved

    def publish(self, language: Language, *, seen: int) -> FormRecord:
        """Publish a language's draft as its next version, for who saw version `seen` as the latest. What was signed stays as it is."""
        self.records.require(Permission.MANAGE)
        draft, latest = self._of(language, 0), self._latest(language)
        if latest.version != seen:
            raise Conflict('Someone published a version meanwhile. Look at it first.')
        if (draft.title, draft.body) == (latest.title, latest.body) and latest.published_by:
            raise Conflict(f'Version {latest.version} says exactly this already.')
        row = ConsentForm(key=new_key(), language=language, version=latest.version + 1, title=draft.title, body=draft.body,
                          published_at=self.records.now, published_by=self.records.actor.user)
        self.session.add(row)
        self.session.flush()
        self.records.log(Action.CONSENT_FORM_PUBLISH, subject=row.key, detail={'language': language.value, 'version': row.version})
        self.records.tell(CONSENT_FORMS, row.key)
        return self._record(row)

    def row(self, key: str) -> ConsentForm:
        """Return the stored row; for repositories of this floor only."""
        found = self.session.exec(select(ConsentForm).where(ConsentForm.key == key)).first()
        if found is None:
            raise NotFound
        return found

    def is_latest(self, form: ConsentForm) -> bool:
        """Tell whether no newer version of its language was published; for repositories of this floor only."""
        return self._latest(form.language).id == form.id

    def _latest(self, language: Language) -> ConsentForm:
        return self.session.exec(select(ConsentForm).where(ConsentForm.language == language, ConsentForm.version > 0)
                                 .order_by(col(ConsentForm.version).desc()).limit(1)).one()

    def _of(self, language: Language, version: int) -> ConsentForm:
        return self.session.exec(select(ConsentForm).where(ConsentForm.language == language, ConsentForm.version == version)).one()

    def _record(self, row: ConsentForm) -> FormRecord:
        revisions = {} if row.version else self.records.fields.revisions(row.key)
        return FormRecord(row.key, row.language, row.version, row.title, row.body, row.published_at, row.published_by, revisions)


def _clean(field: str, text: str) -> str:
    """Return a field of a draft as it is stored."""
    if field not in ('title', 'body'):
        raise Invalid('There is no such field.')
    cleaned = clean_line(text) if field == 'title' else clean_text(text).strip('\n')
    longest = limit_of(ConsentForm, field)
    if not cleaned.strip():
        raise Invalid(f'A form needs a {"title" if field == "title" else "text"}.{KEPT}', field=field)
    if len(cleaned) > longest:
        raise Invalid(f'Use at most {longest:,} characters.{KEPT}', field=field)
    return cleaned
