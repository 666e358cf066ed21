"""The consent page: recorded, replaced and revoked in words, refused at its field, live, and only by who may."""
import pytest
from nicegui import ElementFilter, ui
from nicegui.testing import User

from app.clinic import Clinic
from app.consent_deeds import read_words
from components.consent_banner import ADVISORY, REQUIRED
from data.actors import Actor
from data.consent_records import ConsentHistory
from data.models import Disclosed, Language, Method, Scope, Signer
from tests.app.verifying import problems
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_consent, a_patient, a_stored_image
from tests.pages.conftest import OpenAs
from tests.pages.waiting import sees, until

ADDRESS = '/patients/psr-20417/consent'


@pytest.fixture
def patient(clinic: Clinic, cast: Cast) -> str:
    return a_patient(clinic, cast.jana, birth_date='2012-06-01').key


def history(clinic: Clinic, actor: Actor, patient: str) -> ConsentHistory:
    with clinic.reading(actor) as records:
        return records.consents.history(patient)


def put(user: User, marker: str, value: str) -> None:
    """Replace what stands in a field of the dialog."""
    with user:
        next(iter(user.find(marker=marker).elements)).set_value(value)


def press(user: User, words: str) -> None:
    """Press the button of these words that was drawn last: the dialog's, where one is open."""
    with user:
        buttons = sorted(user.find(kind=ui.button, content=words).elements, key=lambda one: one.id)
    UserButton(user, buttons[-1]).click()


class UserButton:
    """A click on one very button."""

    def __init__(self, user: User, element: ui.button) -> None:
        self._user, self._element = user, element

    def click(self) -> None:
        with self._user.client:  # type: ignore[union-attr]
            for listener in self._element._event_listeners.values():
                if listener.type == 'click':
                    self._element._handle_event({'listener_id': listener.id, 'args': {}})


async def record(user: User, **fields: str) -> None:
    """Open the dialog and record a consent on paper with these fields."""
    press(user, 'Record consent')
    await user.should_see('How was consent given?')
    for marker, value in fields.items():
        put(user, marker.replace('_', '-'), value)
    press(user, 'Record consent')


async def test_who_never_agreed_is_shown_so_with_the_way_to_change_it(clinic: Clinic, cast: Cast, user: User, patient: str) -> None:
    await user.open(ADDRESS)
    for words in (ADVISORY, 'What the patient agrees to', 'No consent yet', 'Never asked'):
        await sees(user, words)
    await user.should_not_see('Revoke consent')


async def test_a_consent_on_paper_is_stored_word_for_word_and_shown(
        clinic: Clinic, cast: Cast, user: User, patient: str, clock: MovableClock) -> None:
    await user.open(ADDRESS)
    await record(user, notes='Cabinet 2.', valid_until='12 Mar 2027', witness='Tom Adeyemi')
    await until(lambda: len(history(clinic, cast.jana, patient).consents) == 1)
    [one] = history(clinic, cast.jana, patient).consents
    assert (one.method, one.scopes, one.notes, one.witness, one.signer) == (
        Method.WRITTEN, {Scope.CLINICAL_RECORD}, 'Cabinet 2.', 'Tom Adeyemi', Signer.PATIENT)
    assert read_words(clinic, patient, one.key, one.blob, one.words_sha256) == one.words
    for words in ('Maria Gonzalez, psr-20417, born 1 Jun 2012', '[Yes] Clinical record', '[No] Marketing',
                  'Valid until: 12 Mar 2027', 'Photographs help us', 'On paper: Cabinet 2.', 'Recorded on: 23 Nov 2026'):
        assert words in one.words
    for words in ('Valid to 12 Mar 2027', 'Form in force', 'Revoke consent'):
        await sees(user, words)
    await user.should_not_see(ADVISORY)
    assert problems(clinic.settings) == []


@pytest.mark.parametrize(('fields', 'sentence'), [
    ({}, 'Write down how consent was given'), ({'notes': 'Paper.', 'valid_until': '1 Jan 2020'}, 'This day is over'),
    ({'notes': 'Paper.', 'valid_until': '03/04/2027'}, 'Write the month as a word'),
    ({'notes': 'Paper.', 'valid_until': 'x'}, 'Use a date'),
    ({'notes': 'Paper.', 'signed_by': 'guardian', 'relation_to_the_patient': 'mother'}, 'Write the name of the guardian'),
    ({'notes': 'Paper.', 'signed_by': 'representative', 'name': 'Ada Lind'}, 'Write how the representative is related'),
])
async def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(
        clinic: Clinic, cast: Cast, user: User, patient: str, fields: dict[str, str], sentence: str) -> None:
    await user.open(ADDRESS)
    await record(user, **fields)
    await sees(user, sentence)
    for marker, value in fields.items():
        assert next(iter(user.find(marker=marker.replace('_', '-')).elements)).value == value
    assert history(clinic, cast.jana, patient).consents == []
    assert clinic.images.blobs() == set()


async def test_a_guardian_of_a_minor_is_offered_the_eighteenth_birthday(clinic: Clinic, cast: Cast, user: User, patient: str) -> None:
    await user.open(ADDRESS)
    await record(user, signed_by='guardian', name='Ada Lind', relation_to_the_patient='mother', notes='Paper.')
    await until(lambda: len(history(clinic, cast.jana, patient).consents) == 1)
    [one] = history(clinic, cast.jana, patient).consents
    assert (one.signer_name, str(one.expires_on)) == ('Ada Lind', '2030-05-31')
    assert 'Guardian, Ada Lind (mother)' in one.words


async def test_a_dialog_that_was_open_past_a_new_form_shows_the_new_words_and_keeps_what_was_entered(
        clinic: Clinic, cast: Cast, user: User, patient: str) -> None:
    await user.open(ADDRESS)
    press(user, 'Record consent')
    await user.should_see('How was consent given?')
    put(user, 'notes', 'Paper.')
    with clinic.reading(cast.ines) as records:
        draft = records.consent_forms.every()[0]
    clinic.change_now(cast.ines, lambda records: records.consent_forms.amend(draft.key, 'body', 'Quite other words.'))
    clinic.change_now(cast.ines, lambda records: records.consent_forms.publish(Language.ENGLISH, seen=1))
    press(user, 'Record consent')
    await sees(user, 'There is a newer version of this form')
    await sees(user, 'Quite other words.')
    assert history(clinic, cast.jana, patient).consents == [] and clinic.images.blobs() == set()
    press(user, 'Record consent')
    await until(lambda: len(history(clinic, cast.jana, patient).consents) == 1)
    assert history(clinic, cast.jana, patient).consents[0].form_version == 2


async def test_who_records_second_is_told_and_records_nothing(clinic: Clinic, cast: Cast, user: User, patient: str) -> None:
    await user.open(ADDRESS)
    press(user, 'Record consent')
    await user.should_see('How was consent given?')
    put(user, 'notes', 'Paper.')
    a_consent(clinic, cast.tom, patient)
    await sees(user, 'Form in force')  # the page below follows; what the dialog was opened over does not
    press(user, 'Record consent')
    await sees(user, 'Someone recorded consent for this patient meanwhile.')
    assert [one.who for one in history(clinic, cast.jana, patient).consents] == ['Tom Adeyemi']
    assert len(clinic.images.blobs()) == 0


async def test_consent_is_revoked_with_a_reason_and_every_earlier_use_is_listed_and_seen_to(
        clinic: Clinic, cast: Cast, user: User, patient: str) -> None:
    a_consent(clinic, cast.jana, patient, scopes={Scope.CLINICAL_RECORD, Scope.TEACHING})
    image = a_stored_image(clinic, cast.jana, patient)
    clinic.change_now(cast.jana, lambda records: records.disclosures.note(patient, Disclosed.ORIGINAL, image=image))
    await user.open(ADDRESS)
    press(user, 'Revoke consent')
    await user.should_see('What is revoked ends now.')
    press(user, 'Revoke')
    await sees(user, 'Write down why')
    put(user, 'reason', 'Asked by phone.')
    press(user, 'Revoke')
    await until(lambda: len(history(clinic, cast.jana, patient).revocations) == 1)
    await sees(user, 'Earlier uses')
    tick = max((one for one in user.find(kind=ui.checkbox).elements), key=lambda one: one.id)
    with user:
        tick.set_value(True)
    await until(lambda: history(clinic, cast.jana, patient).revocations[0].uses_done == 1)
    await sees(user, '1 earlier use, 1 seen to.')
    await sees(user, ADVISORY)


async def test_a_level_acts_in_an_open_page_at_once_and_an_expiry_by_the_clock(
        clinic: Clinic, cast: Cast, user: User, patient: str) -> None:
    await user.open('/patients/psr-20417/images')
    await sees(user, ADVISORY)
    clinic.change_now(cast.ines, lambda records: records.settings.change('consent_enforcement', 'required'))
    await sees(user, REQUIRED)
    upload = next(iter(user.find(kind=ui.button, content='Upload images').elements))
    await until(lambda: not upload.enabled)
    assert upload.props['title'] == 'No valid consent on record. Record it to add photos.'
    a_consent(clinic, cast.jana, patient)
    await until(lambda: upload.enabled)
    await user.should_not_see(REQUIRED)
    clinic.change_now(cast.ines, lambda records: records.settings.change('consent_enforcement', 'disabled'))
    clinic.change_now(cast.jana, lambda records: records.consents.revoke(patient, [Scope.CLINICAL_RECORD], 'Asked.'))
    await user.should_not_see(ADVISORY)
    assert upload.enabled


@pytest.mark.parametrize(('who', 'may_record', 'may_revoke'), [('jana', True, True), ('tom', True, False), ('vera', False, False)])
async def test_each_role_is_offered_what_it_may(clinic: Clinic, cast: Cast, user_as: OpenAs, patient: str, who: str, may_record: bool,
                                               may_revoke: bool) -> None:
    a_consent(clinic, cast.jana, patient)
    user = user_as(getattr(cast, who))
    await user.open(ADDRESS)
    await sees(user, 'Form in force')
    with user:
        shown = {one.text for one in ElementFilter(kind=ui.button) if one.visible}
    assert ('Record consent' in shown, 'Revoke consent' in shown) == (may_record, may_revoke)
