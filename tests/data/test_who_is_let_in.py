"""Every public method of every repository, asked by someone who may not: a new one stands in a table here, or a test fails."""
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pytest

from app.clinic import Clinic
from data.actors import Actor, Role
from data.consent_records import SealedConsent
from data.errors import NotPermitted
from data.models import Disclosed, Language, Scope, Section
from data.patient_query import ListView
from data.read_models import ImageTile
from data.records import Records
from data.repositories.audit import TrailView
from data.repositories.base import Repository
from data.repositories.identifiers import IdentifierRecord
from data.repositories.left_images import Relocation
from data.repositories.many_images import Described
from data.repositories.patients import read_draft
from data.repositories.tag_records import Tagged
from tests.cast import CHEAP_HASH, Cast
from tests.conftest import START
from tests.factories import a_comparison, a_consent, a_draft, a_move, a_patient, a_stored_image, an_entry


@dataclass(frozen=True)
class Chart:
    """The keys of one record of each kind, all of one patient."""

    patient: str
    entry: str
    image: str
    group: str
    number: str
    tag: str
    category: str
    move: str
    consent: str
    revocation: str
    use: str


Asked = Callable[[Records, Chart], object]
NOBODY = 'nobody'
"""A key that no record has: whoever may not read is not told even that."""
NO_TILE = ImageTile(NOBODY, '', '', '', '', '', None, START, 1, 1)
NEW = {'family_name': 'Nobody', 'given_names': 'Yet', 'birth_date': '1980-05-17', 'unique_id': 'new-1'}
READS: dict[str, Asked] = {
    'patients.page': lambda r, c: r.patients.page(ListView()), 'patients.totals': lambda r, c: r.patients.totals(ListView()),
    'patients.rows': lambda r, c: r.patients.rows([c.patient]), 'patients.facets': lambda r, c: r.patients.facets(ListView()),
    'patients.key_of': lambda r, c: r.patients.key_of('psr-20417'), 'patients.bearer': lambda r, c: r.patients.bearer('psr-20417'),
    'patients.header': lambda r, c: r.patients.header(NOBODY), 'patients.record': lambda r, c: r.patients.record(c.patient),
    'identifiers.of': lambda r, c: r.identifiers.of(c.patient), 'identifiers.systems': lambda r, c: r.identifiers.systems(),
    'identifiers.also_of': lambda r, c: r.identifiers.also_of(c.number),
    'lookalikes.of': lambda r, c: r.lookalikes.of(read_draft(NEW)),
    'comparisons.one': lambda r, c: r.comparisons.one(c.group),
    'entries.of': lambda r, c: r.entries.of(c.patient), 'entries.record': lambda r, c: r.entries.record(c.patient, 1),
    'images.of': lambda r, c: r.images.of(c.patient), 'images.one': lambda r, c: r.images.one(c.image),
    'images.file': lambda r, c: r.images.file(c.image), 'images.details': lambda r, c: r.images.details(c.image),
    'many_images.tags': lambda r, c: r.many_images.tags([c.image]), 'images.withdrawn': lambda r, c: r.images.withdrawn(c.patient),
    'images.shown_in': lambda r, c: r.images.shown_in([c.image]), 'images.twins': lambda r, c: r.images.twins(c.image),
    'images.arrival': lambda r, c: r.images.arrival(c.image),
    'consents.standing': lambda r, c: r.consents.standing(c.patient), 'consents.newest': lambda r, c: r.consents.newest(c.patient),
    'consents.history': lambda r, c: r.consents.history(c.patient), 'consents.one': lambda r, c: r.consents.one(c.consent),
    'consent_forms.latest': lambda r, c: r.consent_forms.latest(Language.ENGLISH),
    'consent_forms.one': lambda r, c: r.consent_forms.one(r.consent_forms.latest(Language.ENGLISH).key),
    'disclosures.before': lambda r, c: r.disclosures.before(c.revocation),
    'disclosures.exceptions': lambda r, c: r.disclosures.exceptions(c.image),
    'quick_texts.offered': lambda r, c: r.quick_texts.offered(),
    'tags.vocabulary': lambda r, c: r.tags.vocabulary(), 'tags.on_patient': lambda r, c: r.tags.on_patient(c.patient),
    'tags.on_entries': lambda r, c: r.tags.on_entries(c.patient),
    'tags.on_entry': lambda r, c: r.tags.on_entry(c.entry), 'tags.on_images': lambda r, c: r.tags.on_images([c.image]),
    'tags.sources': lambda r, c: r.tags.sources(c.tag, c.patient), 'tags.merge_preview': lambda r, c: r.tags.merge_preview(c.tag, ['x']),
}
"""What an auditor is not shown."""
ACTS: dict[str, Asked] = {
    'patients.register': lambda r, c: r.patients.register(read_draft({'unique_id': 'new-1'})),
    'patients.correct': lambda r, c: r.patients.correct(c.patient, 'family_name', 'Lind'),
    'identifiers.add': lambda r, c: r.identifiers.add(c.patient, 'PACS', '7'),
    'identifiers.correct': lambda r, c: r.identifiers.correct(c.number, 'value', '8'),
    'identifiers.remove': lambda r, c: r.identifiers.remove(c.number),
    'identifiers.restore': lambda r, c: r.identifiers.restore(c.patient, IdentifierRecord('k', 'PACS', '9', {})),
    'lookalikes.tell_apart': lambda r, c: r.lookalikes.tell_apart(c.patient, c.patient),
    'lookalikes.liken': lambda r, c: r.lookalikes.liken(c.patient, c.patient),
    'entries.open': lambda r, c: r.entries.open(c.patient), 'entries.amend': lambda r, c: r.entries.amend(c.entry, 'notes', 'Flat.'),
    'entries.place': lambda r, c: r.entries.place(c.entry, [c.image]), 'entries.remove': lambda r, c: r.entries.remove(c.entry, [c.image]),
    'entries.arrange': lambda r, c: r.entries.arrange(c.entry, [c.image], seen=[c.image]),
    'entries.remember_section': lambda r, c: r.entries.remember_section(c.entry, Section.NOTES, is_open=False),
    'images.admit': lambda r, c: r.images.admit(c.patient, None),  # type: ignore[arg-type]
    'images.describe': lambda r, c: r.images.describe(c.image, 'caption', 'Elbow'),
    'images.use_as_cover': lambda r, c: r.images.use_as_cover(c.image),
    'images.stop_as_cover': lambda r, c: r.images.stop_as_cover(c.image),
    'many_images.describe': lambda r, c: r.many_images.describe(c.patient, [NO_TILE], {'caption': 'Elbow'}),
    'many_images.restore': lambda r, c: r.many_images.restore(c.patient, [Described(c.image, 'caption', '', 1)]),
    'many_images.tag': lambda r, c: r.many_images.tag(c.patient, c.tag, [c.image], is_on=True),
    'many_images.place': lambda r, c: r.many_images.place(c.patient, 1, [c.image]),
    'many_images.take_out': lambda r, c: r.many_images.take_out(c.patient, 1, [c.image]),
    'images.withdraw': lambda r, c: r.images.withdraw([c.image], 'Blurred'), 'images.put_back': lambda r, c: r.images.put_back([c.image]),
    'images.check_move': lambda r, c: r.images.check_move([c.image], c.patient),
    'images.move': lambda r, c: r.images.move([Relocation(c.image, 'old', 'new')], c.patient, 'Mine'),
    'images.to_undo': lambda r, c: r.images.to_undo([c.move]),
    'comparisons.group': lambda r, c: r.comparisons.group(c.entry, [c.image]),
    'comparisons.add': lambda r, c: r.comparisons.add(c.group, [c.image]),
    'comparisons.take_out': lambda r, c: r.comparisons.take_out(c.group, c.image),
    'comparisons.order': lambda r, c: r.comparisons.order(c.group, [c.image], seen=[c.image]),
    'comparisons.remove': lambda r, c: r.comparisons.remove(c.group), 'comparisons.restore': lambda r, c: r.comparisons.restore(c.group),
    'comparisons.arrange': lambda r, c: r.comparisons.arrange(c.group, 'title', 'Elbow'),
    'tags.assign': lambda r, c: r.tags.assign(c.tag, Tagged.ENTRY, [c.entry]),
    'tags.unassign': lambda r, c: r.tags.unassign(c.tag, Tagged.IMAGE, [c.image]),
    'tags.add_category': lambda r, c: r.tags.add_category('Site', 'sea'),
    'tags.rename_category': lambda r, c: r.tags.rename_category(c.category, 'Therapy'),
    'tags.recolour': lambda r, c: r.tags.recolour(c.category, 'sea'), 'tags.add': lambda r, c: r.tags.add(c.category, 'Acne'),
    'tags.rename': lambda r, c: r.tags.rename(c.tag, 'Spots'), 'tags.move': lambda r, c: r.tags.move([c.tag], c.category),
    'tags.retire': lambda r, c: r.tags.retire([c.tag]), 'tags.restore': lambda r, c: r.tags.restore([c.tag]),
    'tags.merge': lambda r, c: r.tags.merge(c.tag, ['x']), 'tags.separate': lambda r, c: r.tags.separate(c.tag),
    'users.invite': lambda r, c: r.users.invite('nora', '', Role.VIEWER, CHEAP_HASH),
    'users.change_role': lambda r, c: r.users.change_role(r.actor.user, Role.ADMINISTRATOR),
    'users.deactivate': lambda r, c: r.users.deactivate(r.actor.user),
    'quick_texts.every': lambda r, c: r.quick_texts.every(),
    'quick_texts.add': lambda r, c: r.quick_texts.add('Review', 'As before.'),
    'quick_texts.amend': lambda r, c: r.quick_texts.amend(NOBODY, 'text', 'New.'),
    'quick_texts.arrange': lambda r, c: r.quick_texts.arrange([]), 'quick_texts.retire': lambda r, c: r.quick_texts.retire(NOBODY),
    'quick_texts.restore': lambda r, c: r.quick_texts.restore(NOBODY),
    'consents.grant': lambda r, c: r.consents.grant(c.patient, a_draft(NOBODY), SealedConsent(*['x'] * 5), seen=''),
    'consents.revoke': lambda r, c: r.consents.revoke(c.patient, [Scope.TEACHING], 'Asked.'),
    'consents.missing': lambda r, c: r.consents.missing(),
    'consent_forms.every': lambda r, c: r.consent_forms.every(),
    'consent_forms.amend': lambda r, c: r.consent_forms.amend(NOBODY, 'body', 'New.'),
    'consent_forms.publish': lambda r, c: r.consent_forms.publish(Language.ENGLISH, seen=1),
    'disclosures.check': lambda r, c: r.disclosures.check(c.revocation, c.use, is_done=True),
    'disclosures.keep_out': lambda r, c: r.disclosures.keep_out(c.image, [Scope.TEACHING]),
    'settings.change': lambda r, c: r.settings.change('time_zone', 'UTC'),
    'handoffs.open': lambda r, c: r.handoffs.open(c.patient, '0' * 64),
}
"""What neither an auditor nor a viewer does, though a viewer arranges what is open in a view of their own."""
TRAIL: dict[str, Asked] = {
    'audit.page': lambda r, c: r.audit.page(TrailView()), 'audit.newer': lambda r, c: r.audit.newer(TrailView()),
    'audit.summary': lambda r, c: r.audit.summary(), 'audit.named': lambda r, c: r.audit.named({c.patient}),
    'audit.patient_key': lambda r, c: r.audit.patient_key('psr-20417'),
}
"""What is for those who read the trail."""
OPEN = {
    'patients.row', 'patients.touch', 'entries.row', 'images.rows_of', 'tags.row', 'tags.renew', 'comparisons.of', 'comparisons.counts',
    'fields.record', 'fields.revisions', 'fields.revisions_of', 'fields.latest', 'fields.history',
    'images.held', 'images.has_twin',
    'audit.links', 'settings.value', 'settings.zone', 'users.is_empty', 'users.found', 'users.credentials', 'users.key_of',
    'users.names', 'users.preference', 'users.prefer', 'sessions.open', 'sessions.refuse', 'sessions.end', 'sessions.live',
    'journal.note', 'journal.note_status', 'journal.noted', 'journal.forget', 'journal.clean', 'journal.keep', 'journal.kept',
    'journal.settle', 'consent_forms.row', 'consent_forms.is_latest',
    'disclosures.counts', 'disclosures.note',
    'handoffs.mine', 'handoffs.one', 'handoffs.holder', 'handoffs.bind', 'handoffs.release', 'handoffs.end',
}
"""What asks for no permission: parts of other acts, whose callers have checked, what comes before a sign-in, and one's own."""


def public_methods(records: Records) -> set[str]:
    """Return `repository.method` for all that can be asked of a unit of work; what every repository shares is no one's own."""
    shared = set(dir(Repository))
    return {f'{name}.{method}' for name, own in vars(Records).items() if isinstance(own, cached_property) and name != 'now'
            for method, _ in inspect.getmembers(type(getattr(records, name)), inspect.isfunction)
            if not method.startswith('_') and method not in shared}


def let_in(clinic: Clinic, actor: Actor, asked: dict[str, Asked], chart: Chart) -> dict[str, object]:
    """Return what was not refused for want of a permission, with what came of it.

    All on a connection that only reads: a check comes before what it guards.
    """
    found: dict[str, object] = {}
    for name, ask in asked.items():
        try:
            with clinic.reading(actor) as records:
                found[name] = ask(records, chart)
        except NotPermitted:
            continue
        except Exception as error:  # it got past where the check should be
            found[name] = error
    return found


@pytest.fixture
def chart(clinic: Clinic, cast: Cast) -> Chart:
    patient = a_patient(clinic, cast.jana).key
    image, second = (a_stored_image(clinic, cast.jana, patient) for _ in range(2))
    entry = an_entry(clinic, cast.jana, patient, notes='Thick.', images=(image,)).key
    group = a_comparison(clinic, cast.jana, entry, [image, second])
    number = clinic.change_now(cast.jana, lambda records: records.identifiers.add(patient, 'Lab', '7'))
    with clinic.reading(cast.jana) as records:
        category = records.tags.vocabulary()[0].key
    tag = clinic.change_now(cast.jana, lambda records: records.tags.add(category, 'Psoriasis')).key
    came = a_stored_image(clinic, cast.jana, a_patient(clinic, cast.jana, 'psr-2').key)
    move = a_move(clinic, cast.jana, [came], patient)[0]
    consent = a_consent(clinic, cast.jana, patient, scopes=set(Scope))
    use = clinic.change_now(cast.jana, lambda records: records.disclosures.note(patient, Disclosed.RECEIPT))
    revocation = clinic.change_now(cast.jana, lambda records: records.consents.revoke(patient, [Scope.MARKETING], 'Asked.'))
    return Chart(patient, entry, image, group, number, tag, category, move, consent, revocation, use)


def test_every_public_method_of_a_repository_stands_in_one_table(clinic: Clinic, cast: Cast) -> None:
    with clinic.reading(cast.ines) as records:
        there = public_methods(records)
    named = [*READS, *ACTS, *TRAIL, *OPEN]
    assert sorted(named) == sorted(there)


def test_an_auditor_reads_nothing_of_a_patient(clinic: Clinic, cast: Cast, chart: Chart) -> None:
    assert let_in(clinic, cast.aino, READS, chart) == {}


def test_an_auditor_and_a_viewer_change_nothing(clinic: Clinic, cast: Cast, chart: Chart) -> None:
    assert let_in(clinic, cast.aino, ACTS, chart) == {}
    own = {'entries.remember_section'}
    assert let_in(clinic, cast.vera, {name: ask for name, ask in ACTS.items() if name not in own}, chart) == {}


def test_the_trail_is_for_those_who_may_read_it(clinic: Clinic, cast: Cast, chart: Chart) -> None:
    assert let_in(clinic, cast.jana, TRAIL, chart) == {}


def test_who_may_is_let_in_by_the_same_questions(clinic: Clinic, cast: Cast, chart: Chart) -> None:
    assert let_in(clinic, cast.jana, READS, chart).keys() == READS.keys()
    assert let_in(clinic, cast.aino, TRAIL, chart).keys() == TRAIL.keys()
