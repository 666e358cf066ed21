"""Signing in and out, and the one-time link that makes the first administrator."""
import asyncio
import secrets
from datetime import timedelta
from hashlib import sha256

from app.clinic import Clinic, Setup
from app.passwords import check_strength, hash_password, verify
from app.settings import local_zone
from data.actors import Actor, anonymous, founding_actor
from data.errors import Conflict, Refusal
from data.records import Records

SETUP_LASTS = timedelta(minutes=15)
_WRONG = 'Username or password is wrong.'
_VOID = 'This link is no longer valid. Restart the server for a new one.'


def offer_setup(clinic: Clinic) -> str:
    """Make the one-time link's token when nobody has been set up, and return it; empty otherwise."""
    if not is_setup_open(clinic):
        return ''
    clinic.setup = Setup(secrets.token_urlsafe(32), clinic.clock() + SETUP_LASTS)
    return clinic.setup.token


def is_setup_open(clinic: Clinic) -> bool:
    """Tell whether there is no user yet, so that `/setup` answers at all."""
    with clinic.reading(anonymous()) as records:
        return records.users.is_empty()


async def found(clinic: Clinic, token: str, *, username: str, display_name: str, password: str, address: str, agent: str) -> str:
    """Create the first administrator, sign in, and return the session token. The link serves once: two at once make one administrator."""
    setup = clinic.setup
    if setup is None or not setup.accepts(token, clinic.clock()):
        raise Conflict(_VOID)
    with clinic.reading(anonymous(address)) as records:
        check_strength(password, username, display_name, records.settings.value('practice_name'))
    hashed = await hash_password(password)
    session_token = secrets.token_urlsafe(32)

    def work(records: Records) -> None:
        user = records.users.found(username, display_name, hashed)
        records.settings.change('time_zone', local_zone())
        records.actor = Actor(user=user, name=display_name, address=address)  # the link has done its work: the new person signs in
        records.sessions.open(user, sha256(session_token.encode()).hexdigest(), agent)

    await clinic.change(founding_actor(address), work)
    clinic.setup = None
    return session_token


async def sign_in(clinic: Clinic, username: str, password: str, address: str, agent: str) -> tuple[str, Actor]:
    """Check a password and return a new session token with its actor. A wrong name and a wrong password cost and say the same."""
    nobody = anonymous(address)
    with clinic.reading(nobody) as records:
        known = records.users.credentials(username)
    if not await verify(password, known.password_hash if known else None) or known is None:
        await clinic.change(nobody, lambda records: records.sessions.refuse(records.users.key_of(username)))
        raise Refusal(_WRONG)
    user, token = known.user, secrets.token_urlsafe(32)
    as_user = Actor(user=user, name=known.display_name, address=address)
    await clinic.change(as_user, lambda records: records.sessions.open(user, sha256(token.encode()).hexdigest(), agent))
    actor = await asyncio.to_thread(clinic.resolve, token, address)
    if actor is None:
        raise Refusal(_WRONG)
    return token, actor


async def sign_out(clinic: Clinic, actor: Actor) -> None:
    """End the actor's session."""
    await clinic.change(actor, lambda records: records.sessions.end(actor.session))
