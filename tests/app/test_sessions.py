"""Signing in and out, and the link that makes the first administrator."""
import asyncio

import pytest

from app.audit_reading import open_trail
from app.clinic import Clinic, install, open_clinic
from app.sessions import found, is_setup_open, offer_setup, sign_in, sign_out
from data.actors import Role, anonymous, console_actor
from data.errors import Conflict, Invalid, NotPermitted, Refusal
from data.repositories.audit import TrailView
from tests.cast import ADDRESS, PASSWORD, Cast
from tests.conftest import MovableClock, settings_of

FOUNDER = {'username': 'ines', 'display_name': 'Dr Ines Weber', 'password': PASSWORD, 'address': ADDRESS, 'agent': 'tests'}


@pytest.fixture
def empty(tmp_path, clock: MovableClock):
    """A practice that nobody has set up."""
    opened = install(open_clinic(settings_of(tmp_path), clock=clock))
    yield opened
    opened.close()


def events(opened: Clinic, action: str) -> list[dict]:
    with opened.reading(console_actor('tests')) as records:
        return [event.read() for event in records.audit.page(TrailView(action=action))]


async def test_the_right_password_opens_a_session(clinic: Clinic, cast: Cast) -> None:
    token, actor = await sign_in(clinic, ' Jana ', PASSWORD, ADDRESS, 'tests')
    assert (actor.user, actor.name, actor.role, actor.address) == (cast.jana.user, 'Jana König', Role.CLINICIAN, ADDRESS)
    assert clinic.resolve(token, ADDRESS) == actor
    assert actor.session != cast.jana.session
    assert events(clinic, 'session:sign_in')[0]['subject'] == cast.jana.user


async def test_each_sign_in_has_a_token_of_its_own(clinic: Clinic, cast: Cast) -> None:
    tokens = {(await sign_in(clinic, 'jana', PASSWORD, ADDRESS, ''))[0] for _ in range(3)}
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 43


@pytest.mark.parametrize(('username', 'password'), [
    ('jana', 'wrong' * 4), ('jana', ''), ('nobody', PASSWORD), ('', ''), ('jana', 'x' * 10_000)])
async def test_a_wrong_name_and_a_wrong_password_say_the_same(clinic: Clinic, cast: Cast, username: str, password: str) -> None:
    with pytest.raises(Refusal) as refused:
        await sign_in(clinic, username, password, ADDRESS, 'tests')
    assert str(refused.value) == 'Username or password is wrong.'
    failed = events(clinic, 'session:sign_in')[0]
    assert (failed['outcome'], failed['subject']) == ('failed', cast.jana.user if username == 'jana' else '')
    assert 'nobody' not in str(failed).replace("'user': 'nobody'", '')


async def test_a_deactivated_user_does_not_get_in(clinic: Clinic, cast: Cast) -> None:
    clinic.change_now(cast.ines, lambda records: records.users.deactivate(cast.jana.user))
    with pytest.raises(Refusal):
        await sign_in(clinic, 'jana', PASSWORD, ADDRESS, 'tests')


async def test_who_signs_out_is_out_at_once(clinic: Clinic, cast: Cast) -> None:
    token, actor = await sign_in(clinic, 'jana', PASSWORD, ADDRESS, 'tests')
    await sign_out(clinic, actor)
    assert clinic.resolve(token, ADDRESS) is None
    assert clinic.resolve(cast.token(cast.jana), ADDRESS) is not None
    assert events(clinic, 'session:sign_out')[0]['subject'] == cast.jana.user


async def test_the_link_makes_the_first_administrator_and_signs_in(empty: Clinic) -> None:
    token = offer_setup(empty)
    assert is_setup_open(empty)
    actor = empty.resolve(await found(empty, token, **FOUNDER), ADDRESS)
    assert actor is not None
    assert (actor.name, actor.role) == ('Dr Ines Weber', Role.ADMINISTRATOR)
    assert not is_setup_open(empty)
    assert offer_setup(empty) == ''


async def test_the_first_acts_say_who_and_the_first_sign_in_is_the_new_persons_own(empty: Clinic) -> None:
    actor = empty.resolve(await found(empty, offer_setup(empty), **FOUNDER), ADDRESS)
    assert actor is not None
    lines = (await open_trail(empty, actor, TrailView())).lines
    assert [(''.join(part.text for part in line.sentence), line.address) for line in lines[1:]] == [
        ('Dr Ines Weber signed in', ADDRESS), ('Someone with the set-up link changed the setting time zone', ADDRESS),
        ('Someone with the set-up link added Dr Ines Weber as administrator', ADDRESS)]
    own = (await open_trail(empty, actor, TrailView(user=actor.user, action='session:sign_in'))).lines
    assert [line.user for line in own] == [actor.user]


async def test_the_practices_name_is_no_password(empty: Clinic) -> None:
    empty.change_now(console_actor('tests'), lambda records: records.settings.change('practice_name', 'Hautzentrum Nord'))
    with pytest.raises(Invalid, match='the name of the practice'):
        await found(empty, offer_setup(empty), **{**FOUNDER, 'password': 'hautzentrum nord'})


async def test_the_link_serves_once(empty: Clinic) -> None:
    token = offer_setup(empty)
    await found(empty, token, **FOUNDER)
    with pytest.raises(Conflict, match='no longer valid'):
        await found(empty, token, **{**FOUNDER, 'username': 'second'})


async def test_two_at_once_make_one_administrator(empty: Clinic) -> None:
    token = offer_setup(empty)
    ended = await asyncio.gather(*(found(empty, token, **{**FOUNDER, 'username': name}) for name in ('one', 'two')), return_exceptions=True)
    assert sorted(isinstance(end, str) for end in ended) == [False, True]
    with empty.reading(anonymous()) as records:
        assert len(records.users.names()) == 1


@pytest.mark.parametrize(('minutes', 'works'), [(14.9, True), (15, False)])
async def test_the_link_is_void_after_fifteen_minutes(empty: Clinic, clock: MovableClock, minutes: float, works: bool) -> None:
    token = offer_setup(empty)
    clock.move(minutes=minutes)
    if works:
        assert await found(empty, token, **FOUNDER)
    else:
        with pytest.raises(Conflict):
            await found(empty, token, **FOUNDER)


@pytest.mark.parametrize('token', ['', 'guess', 'ä' * 43])
async def test_a_guessed_link_makes_nobody(empty: Clinic, token: str) -> None:
    offer_setup(empty)
    with pytest.raises(Conflict):
        await found(empty, token, **FOUNDER)
    assert is_setup_open(empty)


async def test_without_an_offer_there_is_no_link(empty: Clinic) -> None:
    with pytest.raises(Conflict):
        await found(empty, '', **FOUNDER)


@pytest.mark.parametrize('changed', [{'password': 'short'}, {'password': 'ines'}, {'username': 'x'}, {'username': 'a b'}])
async def test_a_weak_password_or_a_bad_name_leaves_the_link_good(empty: Clinic, changed: dict) -> None:
    token = offer_setup(empty)
    with pytest.raises(Invalid):
        await found(empty, token, **{**FOUNDER, **changed})
    assert await found(empty, token, **FOUNDER)


def test_a_practice_with_users_offers_no_link(clinic: Clinic, cast: Cast) -> None:
    assert offer_setup(clinic) == ''
    assert not is_setup_open(clinic)


async def test_nobody_makes_users_without_permission(clinic: Clinic, cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        await clinic.change(anonymous(ADDRESS), lambda records: records.users.invite('x1', '', Role.ADMINISTRATOR, 'hash'))
