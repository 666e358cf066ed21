"""Sign-ins: live until they are ended, too old, or their user is shut out; always with the role of this moment."""
import pytest
from sqlmodel import select

from app.clinic import Clinic
from data.actors import ROLE_PERMISSIONS, Role
from data.errors import NotFound
from data.models import UserSession
from tests.cast import ADDRESS, Cast, sign_in_again
from tests.conftest import MovableClock


def test_a_live_token_is_its_user_with_the_roles_permissions(clinic: Clinic, cast: Cast) -> None:
    for actor, role in zip(cast.everyone(), Role, strict=True):
        resolved = clinic.resolve(cast.token(actor), ADDRESS)
        assert resolved == actor
        assert (resolved.role, resolved.permissions) == (role, ROLE_PERMISSIONS[role])


@pytest.mark.parametrize('token', ['', 'x', 'a' * 43, '\u2028é'])
def test_an_unknown_token_is_nobody(clinic: Clinic, token: str) -> None:
    assert clinic.resolve(token, ADDRESS) is None


def test_a_token_is_never_stored(clinic: Clinic, cast: Cast) -> None:
    with clinic.reading(cast.ines) as records:
        stored = records.session.exec(select(UserSession)).all()
        assert len(stored) == 5
        assert not any(token in repr(row) for row in stored for token in cast.tokens.values())


def test_the_stored_hash_is_no_token(clinic: Clinic, cast: Cast) -> None:
    with clinic.reading(cast.ines) as records:
        hashes = records.session.exec(select(UserSession.token_sha256)).all()
    assert [clinic.resolve(digest, ADDRESS) for digest in hashes] == [None] * 5


@pytest.mark.parametrize(('hours', 'is_live'), [(11.99, True), (12, False), (13, False)])
def test_twelve_hours_end_a_session(clinic: Clinic, cast: Cast, clock: MovableClock, hours: float, is_live: bool) -> None:
    clock.move(hours=hours)
    assert (clinic.resolve(cast.token(cast.jana), ADDRESS) is not None) == is_live


def test_an_ended_session_is_dead_and_the_others_live(clinic: Clinic, cast: Cast) -> None:
    second, token = sign_in_again(clinic, cast.jana)
    clinic.change_now(cast.jana, lambda records: records.sessions.end(cast.jana.session))
    assert clinic.resolve(cast.token(cast.jana), ADDRESS) is None
    assert clinic.resolve(token, ADDRESS) == second


def test_ending_twice_is_one_event(clinic: Clinic, cast: Cast) -> None:
    before = clinic.head.read().seq
    for _ in range(2):
        clinic.change_now(cast.jana, lambda records: records.sessions.end(cast.jana.session))
    assert clinic.head.read().seq == before + 1


def test_another_role_counts_at_once(clinic: Clinic, cast: Cast) -> None:
    clinic.change_now(cast.ines, lambda records: records.users.change_role(cast.jana.user, Role.VIEWER))
    resolved = clinic.resolve(cast.token(cast.jana), ADDRESS)
    assert resolved is not None
    assert (resolved.role, resolved.permissions) == (Role.VIEWER, ROLE_PERMISSIONS[Role.VIEWER])


def test_a_deactivated_user_is_out_at_once_and_cannot_come_back(clinic: Clinic, cast: Cast) -> None:
    clinic.change_now(cast.ines, lambda records: records.users.deactivate(cast.jana.user))
    assert clinic.resolve(cast.token(cast.jana), ADDRESS) is None
    with pytest.raises(NotFound):
        sign_in_again(clinic, cast.jana)


def test_a_failed_sign_in_names_the_account_or_nobody(clinic: Clinic, cast: Cast) -> None:
    from data.models import AuditEvent
    for user in (cast.jana.user, ''):
        clinic.change_now(cast.jana, lambda records, user=user: records.sessions.refuse(user))
    with clinic.reading(cast.aino) as records:
        payloads = records.session.exec(select(AuditEvent.payload).where(AuditEvent.outcome == 'failed')).all()
    assert f'"subject":"{cast.jana.user}"' in payloads[0]
    assert '"cause":"unknown name"' in payloads[1]
