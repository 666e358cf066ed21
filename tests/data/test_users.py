"""People who sign in."""
import pytest

from app.clinic import Clinic
from data.actors import ROLE_PERMISSIONS, Permission, Role
from data.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.cast import CHEAP_HASH, Cast


def invite(clinic: Clinic, actor, username: str, name: str = '', role: Role = Role.VIEWER) -> str:
    return clinic.change_now(actor, lambda records: records.users.invite(username, name, role, CHEAP_HASH))


def test_a_user_is_found_by_name_whatever_its_case(clinic: Clinic, cast: Cast) -> None:
    key = invite(clinic, cast.ines, ' Nora.K ', '  Nora   Klein ')
    with clinic.reading(cast.ines) as records:
        found = records.users.credentials('NORA.k')
        assert found is not None
        assert (found.user, found.display_name, found.password_hash) == (key, 'Nora Klein', CHEAP_HASH)
        assert records.users.key_of('nora.k') == key
        assert records.users.names()[key] == 'Nora Klein'


@pytest.mark.parametrize('username', ['', 'a', 'a' * 65, 'zoë', 'a b', '../etc', '-nora', 'nora@klein'])
def test_what_is_no_username_is_refused(clinic: Clinic, cast: Cast, username: str) -> None:
    with pytest.raises(Invalid):
        invite(clinic, cast.ines, username)


def test_a_taken_username_is_refused(clinic: Clinic, cast: Cast) -> None:
    with pytest.raises(Conflict, match='jana is taken'):
        invite(clinic, cast.ines, 'JANA')


def test_without_a_name_the_username_is_shown(clinic: Clinic, cast: Cast) -> None:
    key = invite(clinic, cast.ines, 'nora', ' \u200b ')
    with clinic.reading(cast.ines) as records:
        assert records.users.names()[key] == 'nora'


@pytest.mark.parametrize('who', ['jana', 'tom', 'vera', 'aino'])
def test_only_an_administrator_manages_people(clinic: Clinic, cast: Cast, who: str) -> None:
    for work in (lambda r: r.users.invite('nora', '', Role.VIEWER, CHEAP_HASH), lambda r: r.users.change_role(cast.vera.user, Role.AUDITOR),
                 lambda r: r.users.deactivate(cast.vera.user)):
        with pytest.raises(NotPermitted):
            clinic.change_now(getattr(cast, who), work)


def test_nobody_is_founded_twice(clinic: Clinic, cast: Cast) -> None:
    with pytest.raises(Conflict, match='set up already'):
        clinic.change_now(cast.ines, lambda records: records.users.found('second', '', CHEAP_HASH))


def test_a_deactivated_user_cannot_sign_in_and_keeps_the_name(clinic: Clinic, cast: Cast) -> None:
    clinic.change_now(cast.ines, lambda records: records.users.deactivate(cast.vera.user))
    with clinic.reading(cast.ines) as records:
        assert records.users.credentials('vera') is None
        assert records.users.key_of('vera') == cast.vera.user
        assert records.users.names()[cast.vera.user] == 'Vera Lindqvist'


def test_an_unknown_user_is_not_found(clinic: Clinic, cast: Cast) -> None:
    with clinic.reading(cast.ines) as records:
        assert records.users.credentials('nobody') is None
        assert records.users.key_of('nobody') == ''
    with pytest.raises(NotFound):
        clinic.change_now(cast.ines, lambda records: records.users.deactivate('f' * 32))


def test_the_last_administrator_stays_one(clinic: Clinic, cast: Cast) -> None:
    for work in (lambda r: r.users.change_role(cast.ines.user, Role.VIEWER), lambda r: r.users.deactivate(cast.ines.user)):
        with pytest.raises(Conflict, match='At least one administrator'):
            clinic.change_now(cast.ines, work)
    invite(clinic, cast.ines, 'second', role=Role.ADMINISTRATOR)
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.ines.user, Role.VIEWER))


def test_each_role_may_what_the_table_says() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert ROLE_PERMISSIONS[Role.ADMINISTRATOR] == frozenset(Permission)
    assert ROLE_PERMISSIONS[Role.AUDITOR] == {Permission.AUDIT_READ}
    assert Permission.NOTES_READ not in ROLE_PERMISSIONS[Role.PHOTOGRAPHER]
    assert ROLE_PERMISSIONS[Role.VIEWER] < ROLE_PERMISSIONS[Role.CLINICIAN] > ROLE_PERMISSIONS[Role.PHOTOGRAPHER]
