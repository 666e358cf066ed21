"""Events in words: who did what to which, and who may read which name."""
import asyncio
import json
from string import Formatter

import pytest

from app.audit_reading import ChainCheck, TrailLine, action_words, line_of, open_trail, verify_now
from app.audit_sentences import ACTION_WORDS, NOT_DONE, PERMISSION_WORDS, SENTENCES
from app.clinic import Clinic, install, open_clinic
from data.actors import Actor, Permission, Role, console_actor
from data.errors import NotPermitted
from data.models import Action, Outcome
from data.records import Records
from data.repositories.audit import Named, TrailEvent, TrailView
from data.repositories.tag_records import Tagged
from tests.cast import Cast
from tests.conftest import START, MovableClock
from tests.data.tampering import directly
from tests.factories import a_comparison, a_patient, a_stored_image, an_entry


def event(action: str, *, outcome: Outcome = Outcome.DONE, subject: str = '', patient: str = '', **detail: object) -> TrailEvent:
    payload = {'action': action, 'address': '', 'at': '2026-11-23T09:00:00.000Z', 'detail': detail, 'outcome': outcome.value,
               'patient': patient, 'session': '', 'subject': subject, 'user': 'u' * 32}
    return TrailEvent(1, json.dumps(payload), bytes(32))


def words(line: TrailLine) -> str:
    return ''.join(part.text for part in line.sentence)


async def read(clinic: Clinic, actor: Actor, **view: object) -> list[str]:
    trail = await open_trail(clinic, actor, TrailView(**view))
    return [words(line) for line in trail.lines]


@pytest.mark.parametrize('action', Action)
@pytest.mark.parametrize('outcome', Outcome)
def test_every_action_is_a_sentence_however_it_ended(action: Action, outcome: Outcome) -> None:
    assert SENTENCES[action] and ACTION_WORDS[action]
    full = {'images': ['a' * 32], 'field': 'notes', 'number': 3, 'role': 'viewer', 'events': 4, 'cause': 'x', 'permission': 'y'}
    for detail in ({}, full):
        text = words(line_of(event(action.value, outcome=outcome, subject='a' * 32, patient='b' * 32, **detail), Named()))
        assert text.startswith('user uuuuuu ')
        assert '{' not in text
        assert '  ' not in text
        assert 'a' * 32 not in text


def test_the_words_cover_exactly_the_vocabulary() -> None:
    assert set(SENTENCES) == set(ACTION_WORDS) == set(Action)
    assert set(NOT_DONE) < set(Action)
    assert set(PERMISSION_WORDS) == set(Permission)
    assert list(action_words()) == [action.value for action in Action]


def test_every_placeholder_is_known() -> None:
    from app.audit_reading import _Words
    names = {name for template in [*SENTENCES.values(), *NOT_DONE.values()] for _, name, _, _ in Formatter().parse(template) if name}
    assert all(hasattr(_Words, f'_{name}') for name in names)


TAG, OTHER, GROUP, MARIA, VISIT = ('1' * 32, '2' * 32, '3' * 32, '4' * 32, '5' * 32)
NAMED = Named(patients={MARIA: ('psr-20417', 'Maria Gonzalez')}, entries={VISIT: 3}, tags={TAG: 'Psoriasis vulgaris', OTHER: 'Psoriasis'},
              categories={GROUP: 'Condition'})
THREE = ['a' * 32] * 3
TAG_WORDS = [
    ('category:add', GROUP, {}, 'added the tag category Condition', 'added a tag category'),
    ('category:rename', GROUP, {}, 'renamed the tag category Condition', 'renamed a tag category'),
    ('category:recolour', GROUP, {'colour': 'plum'}, 'gave the tag category Condition the colour plum',
     'gave a tag category the colour plum'),
    ('tag:add', TAG, {'category': GROUP}, 'added the tag Psoriasis vulgaris', 'added a tag'),
    ('tag:rename', TAG, {}, 'renamed the tag Psoriasis vulgaris', 'renamed a tag'),
    ('tag:move', TAG, {'category': GROUP}, 'moved the tag Psoriasis vulgaris to the tag category Condition',
     'moved a tag to a tag category'),
    ('tag:retire', TAG, {}, 'retired the tag Psoriasis vulgaris', 'retired a tag'),
    ('tag:restore', TAG, {}, 'offered the tag Psoriasis vulgaris again', 'offered a tag again'),
    ('tag:merge', TAG, {'into': OTHER, 'patients': THREE, 'entries': THREE, 'images': THREE * 2},
     'merged the tag Psoriasis vulgaris into the tag Psoriasis, on 12 records', 'merged a tag into another tag, on 12 records'),
    ('tag:separate', TAG, {'into': OTHER, 'patients': [], 'entries': [], 'images': THREE[:1]},
     'separated the tag Psoriasis vulgaris from the tag Psoriasis again, on 1 record',
     'separated a tag from another tag again, on 1 record'),
]
ASSIGNED = [
    ({'kind': 'image', 'images': THREE}, '3 images of Maria Gonzalez (psr-20417)'),
    ({'kind': 'entry', 'entries': [VISIT]}, 'entry 3 of Maria Gonzalez (psr-20417)'),
    ({'kind': 'entry', 'entries': [OTHER]}, 'an entry of Maria Gonzalez (psr-20417)'),
    ({'kind': 'entry', 'entries': THREE[:2]}, '2 entries of Maria Gonzalez (psr-20417)'),
    ({'kind': 'patient'}, 'Maria Gonzalez (psr-20417)'),
]


@pytest.mark.parametrize(('action', 'subject', 'detail', 'sentence', 'unnamed'), TAG_WORDS)
def test_what_was_done_to_tags_names_them_for_who_may_know(action: str, subject: str, detail: dict, sentence: str, unnamed: str) -> None:
    happened = event(action, subject=subject, **detail)
    assert words(line_of(happened, NAMED)) == f'user uuuuuu {sentence}'
    assert words(line_of(happened, Named())) == f'user uuuuuu {unnamed}'


@pytest.mark.parametrize(('detail', 'on_what'), ASSIGNED)
def test_what_was_tagged_is_said_with_whose_it_is(detail: dict, on_what: str) -> None:
    put, taken = (event(action, subject=TAG, patient=MARIA, **detail) for action in ('tag:assign', 'tag:unassign'))
    assert words(line_of(put, NAMED)) == f'user uuuuuu put the tag Psoriasis vulgaris on {on_what}'
    assert words(line_of(taken, NAMED)) == f'user uuuuuu took the tag Psoriasis vulgaris off {on_what}'


async def test_what_was_done_to_tags_is_named_from_the_records(clinic: Clinic, cast: Cast) -> None:
    maria = a_patient(clinic, cast.jana).key
    image = a_stored_image(clinic, cast.jana, maria)
    entry = an_entry(clinic, cast.jana, maria, images=(image,)).key

    def tags(records: Records) -> None:
        category = records.tags.add_category('Reaction', 'rust')
        rash, itch = (records.tags.add(category, name).key for name in ('Rash', 'Itch'))
        for kind, key in ((Tagged.IMAGE, image), (Tagged.ENTRY, entry), (Tagged.PATIENT, maria)):
            records.tags.assign(rash, kind, [key])
        records.tags.merge(itch, [rash])
    clinic.change_now(cast.jana, tags)
    assert [line.removeprefix('Jana König ') for line in (await read(clinic, cast.ines))[1:8]] == [
        'merged the tag Rash into the tag Itch, on 3 records', 'put the tag Rash on Maria Gonzalez (psr-20417)',
        'put the tag Rash on entry 1 of Maria Gonzalez (psr-20417)', 'put the tag Rash on 1 image of Maria Gonzalez (psr-20417)',
        'added the tag Itch', 'added the tag Rash', 'added the tag category Reaction']
    lines = [line.removeprefix('Jana König ') for line in await read(clinic, cast.aino)]
    assert 'put a tag on entry 1 of psr-20417' in lines
    assert not any('Rash' in line or 'Itch' in line or 'Reaction' in line for line in lines)


def test_many_patients_tagged_at_once_are_counted() -> None:
    line = line_of(event('tag:assign', subject=TAG, kind='patient', patients=THREE), Named())
    assert words(line) == 'user uuuuuu put a tag on 3 patients'


def test_an_action_of_another_version_does_not_stop_the_viewer() -> None:
    assert words(line_of(event('patient:teleport'), Named())) == 'user uuuuuu did something that this version has no words for'


async def test_who_may_open_charts_reads_names(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana)
    await clinic.looked(cast.jana, Action.CHART_OPEN, patient=patient.key)
    assert 'Jana König opened the chart of Maria Gonzalez (psr-20417)' in await read(clinic, cast.ines)


async def test_an_auditor_reads_unique_ids_and_no_names(clinic: Clinic, cast: Cast) -> None:
    patient = a_patient(clinic, cast.jana)
    await clinic.looked(cast.jana, Action.CHART_OPEN, patient=patient.key)
    lines = await read(clinic, cast.aino)
    assert 'Jana König opened the chart of psr-20417' in lines
    assert not any('Gonzalez' in line or 'Maria' in line for line in lines)


async def test_the_acts_of_a_visit_read_as_sentences(clinic: Clinic, cast: Cast) -> None:
    maria = a_patient(clinic, cast.jana).key
    images = [a_stored_image(clinic, cast.tom, maria) for _ in range(2)]
    entry = an_entry(clinic, cast.jana, maria, notes='better', images=tuple(images))
    a_comparison(clinic, cast.tom, entry.key, images)
    clinic.change_now(cast.jana, lambda records: records.patients.correct(maria, 'birth_date', '1980-03-14'))
    trail = await open_trail(clinic, cast.aino, TrailView(per_page=8))
    assert [words(line) for line in trail.lines[1:]] == [
        'Jana König changed the date of birth of psr-20417', 'Tom Adeyemi compared 2 images in entry 1 of psr-20417',
        'Jana König laid 2 images into entry 1 of psr-20417', 'Jana König changed the notes of entry 1 for psr-20417',
        'Jana König started entry 1 for psr-20417', 'Tom Adeyemi added an image to psr-20417', 'Tom Adeyemi added an image to psr-20417']


async def test_people_settings_and_the_console_read_as_sentences(clinic: Clinic, cast: Cast) -> None:
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.vera.user, Role.PHOTOGRAPHER))
    clinic.change_now(cast.ines, lambda records: records.users.deactivate(cast.vera.user))
    clinic.change_now(console_actor('root'), lambda records: records.settings.change('audit_level', 'essential'))
    assert (await read(clinic, cast.aino))[1:4] == [
        'root at the console changed the setting audit level', 'Dr Ines Weber deactivated Vera Lindqvist',
        'Dr Ines Weber made Vera Lindqvist photographer']


async def test_a_refused_attempt_says_what_was_tried_and_on_whom(clinic: Clinic, cast: Cast) -> None:
    maria = a_patient(clinic, cast.jana).key
    with pytest.raises(NotPermitted):
        await clinic.looked(cast.aino, Action.CHART_OPEN, patient=maria)
    line = (await open_trail(clinic, cast.aino, TrailView())).lines[1]
    assert (words(line), line.is_done) == ('Aino Virtanen was stopped from reading patients: psr-20417', False)


async def test_failed_sign_ins_name_the_account_or_nobody(clinic: Clinic, cast: Cast) -> None:
    from data.actors import anonymous
    for user in (cast.jana.user, ''):
        clinic.change_now(anonymous('10.0.0.7'), lambda records, user=user: records.sessions.refuse(user))
    assert (await read(clinic, cast.aino))[1:3] == [
        f'Someone who was not signed in failed to sign in as {name}' for name in ('an unknown name', 'Jana König')]


async def test_a_patient_who_is_gone_is_a_short_pseudonym(clinic: Clinic, cast: Cast) -> None:
    clinic.change_now(cast.ines, lambda records: records.log(Action.CHART_OPEN, subject='7f3a2c' + 'd' * 26, patient='7f3a2c' + 'd' * 26))
    assert (await read(clinic, cast.ines))[1] == 'Dr Ines Weber opened the chart of patient 7f3a2c'


async def test_names_are_those_of_the_moment_of_reading(clinic: Clinic, cast: Cast) -> None:
    maria = a_patient(clinic, cast.jana).key
    clinic.change_now(cast.jana, lambda records: records.patients.correct(maria, 'unique_id', 'psr-99'))
    lines = await read(clinic, cast.aino)
    assert 'Jana König created the record of psr-99' in lines
    assert [words(line) for line in (await open_trail(clinic, cast.aino, TrailView(), patient='PSR-20417')).lines] == lines[1:3]


async def test_looking_at_the_trail_is_an_event_with_its_filters(clinic: Clinic, cast: Cast) -> None:
    maria = a_patient(clinic, cast.jana).key
    await open_trail(clinic, cast.aino, TrailView(user=cast.jana.user, action='chart:open', before=9), patient='psr-20417')
    with clinic.reading(cast.aino) as records:
        newest = records.audit.page(TrailView())[0].read()
    assert (newest['action'], newest['user']) == ('audit:view', cast.aino.user)
    assert newest['detail'] == {'person': cast.jana.user, 'by_action': 'chart:open', 'before': 9, 'of': maria}


async def test_words_typed_into_the_address_find_nothing_and_enter_no_payload(clinic: Clinic, cast: Cast) -> None:
    for view, patient in ((TrailView(user='canary'), ''), (TrailView(action='canary:see'), ''), (TrailView(), 'canary')):
        assert (await open_trail(clinic, cast.aino, view, patient=patient)).lines == []
    with clinic.reading(cast.aino) as records:
        assert not [event for event in records.audit.page(TrailView()) if 'canary' in event.payload]


@pytest.mark.parametrize('who', ['jana', 'tom', 'vera'])
async def test_who_may_not_read_the_trail_is_refused_and_that_is_audited(clinic: Clinic, cast: Cast, who: str) -> None:
    for attempt in (open_trail(clinic, getattr(cast, who), TrailView()), verify_now(clinic, getattr(cast, who), print)):
        with pytest.raises(NotPermitted):
            await attempt
    refusals = await read(clinic, cast.aino, action='access:refuse')
    assert len(refusals) == 2
    assert all('was stopped from reading the audit trail' in line for line in refusals)


async def test_filters_find_what_they_say(clinic: Clinic, cast: Cast) -> None:
    maria, paul = a_patient(clinic, cast.jana).key, a_patient(clinic, cast.tom, 'psr-2').key
    an_entry(clinic, cast.jana, maria)
    an_entry(clinic, cast.tom, paul)
    assert await read(clinic, cast.aino, user=cast.tom.user, action='entry:open') == ['Tom Adeyemi started entry 1 for psr-2']
    assert [line.who for line in (await open_trail(clinic, cast.aino, TrailView(), patient='psr-2')).lines] == ['Tom Adeyemi'] * 2
    nobody = await open_trail(clinic, cast.aino, TrailView(), patient='nobody')
    assert (nobody.lines, nobody.older, nobody.newer) == ([], None, None)


async def test_pages_cover_the_trail_once_there_and_back(clinic: Clinic, cast: Cast) -> None:
    for number in range(23):
        a_patient(clinic, cast.jana, f'psr-{number}')
    filters = {'user': cast.jana.user, 'action': 'patient:register', 'per_page': 10}
    before, pages, addresses = 0, [], []
    while before is not None:
        trail = await open_trail(clinic, cast.aino, TrailView(**filters, before=before))
        pages.append([line.seq for line in trail.lines])
        addresses.append((before, trail.newer))
        before = trail.older
    seqs = [seq for page in pages for seq in page]
    assert [len(page) for page in pages] == [10, 10, 3]
    assert seqs == sorted(seqs, reverse=True)
    assert [newer for _, newer in addresses] == [None, 0, addresses[1][0]]


async def test_verifying_says_so_and_is_an_event(clinic: Clinic, cast: Cast, clock: MovableClock) -> None:
    assert (await open_trail(clinic, cast.aino, TrailView())).state.check is ChainCheck.NEVER
    events = clinic.head.read().seq
    clock.move(minutes=5)
    state = await verify_now(clinic, cast.aino, print)
    assert (state.check, state.events, state.since, state.checked_at) == (ChainCheck.VERIFIED, events, START, clock())
    later = (await open_trail(clinic, cast.aino, TrailView())).state
    assert (later.check, later.events, later.checked_at) == (state.check, events, clock())
    assert (await read(clinic, cast.aino))[2] == (
        f'Aino Virtanen verified {events} events of the audit trail: nothing has been changed or removed')


async def test_who_verifies_while_someone_does_shares_what_is_found(clinic: Clinic, cast: Cast) -> None:
    found = await asyncio.gather(*(verify_now(clinic, actor, print) for actor in (cast.aino, cast.ines, cast.aino)))
    assert {state.check for state in found} == {ChainCheck.VERIFIED}
    lines = await read(clinic, cast.aino, action='audit:verify')
    assert len(lines) == 3  # each asked, each is told, each is in the trail
    assert len({line.partition(' verified ')[2] for line in lines}) == 1


async def test_a_broken_chain_is_said_now_and_later_and_is_an_event(clinic: Clinic, cast: Cast) -> None:
    clinic.close()
    with directly(clinic.settings) as connection:
        connection.execute("UPDATE audit_event SET payload = replace(payload, 'done', 'gone') WHERE seq = 4")
    opened = install(open_clinic(clinic.settings, clock=clinic.clock))
    state = await verify_now(opened, cast.aino, print)
    assert (state.check, state.broken_at) == (ChainCheck.BROKEN, 4)
    assert state.sentence == 'Not verified: event 4 does not match its seal. Everything before it is intact.'
    later = await open_trail(opened, cast.aino, TrailView())
    assert (later.state.check, later.state.broken_at) == (ChainCheck.BROKEN, 4)
    assert words(later.lines[1]) == 'Aino Virtanen verified the audit trail: event 4 is not what was sealed'
    opened.close()
