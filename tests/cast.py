"""A small named cast: who works in the practice of the tests, signed in with a real session, holding the permissions of their role."""
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from passlib.handlers.argon2 import argon2

from app.clinic import Clinic
from data.actors import Actor, Role, console_actor
from data.records import Records

PASSWORD = 'sunflower seeds on toast'
ADDRESS = '127.0.0.1'
CHEAP_HASH = str(argon2.using(type='ID', memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD))
"""A real hash of PASSWORD with the least of work: what it costs to check one is tested where passwords are."""


@dataclass(frozen=True)
class Person:
    """One of the cast, before there is a practice."""

    username: str
    name: str
    role: Role


PEOPLE = (
    Person('ines', 'Dr Ines Weber', Role.ADMINISTRATOR), Person('jana', 'Jana König', Role.CLINICIAN),
    Person('tom', 'Tom Adeyemi', Role.PHOTOGRAPHER), Person('vera', 'Vera Lindqvist', Role.VIEWER),
    Person('aino', 'Aino Virtanen', Role.AUDITOR),
)


@dataclass(frozen=True)
class Cast:
    """Ines (administrator), Jana (clinician), Tom (photographer), Vera (viewer), Aino (auditor); `token` is a person's cookie."""

    ines: Actor
    jana: Actor
    tom: Actor
    vera: Actor
    aino: Actor
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, actor: Actor) -> str:
        """Return the session token that this actor's cookie holds."""
        return self.tokens[actor.user]

    def everyone(self) -> tuple[Actor, ...]:
        """Return the five, administrator first."""
        return self.ines, self.jana, self.tom, self.vera, self.aino


def hire(clinic: Clinic) -> Cast:
    """Create the cast as users of a new practice and sign them in."""
    actors = [_signed_in(clinic, person, number) for number, person in enumerate(PEOPLE)]
    return Cast(*(actor for actor, _token in actors), tokens={actor.user: token for actor, token in actors})


def sign_in_again(clinic: Clinic, actor: Actor) -> tuple[Actor, str]:
    """Open another session of the same person, as a second browser does; return its actor and token."""
    token = secrets.token_urlsafe(32)
    clinic.change_now(actor, lambda records: records.sessions.open(actor.user, sha256(token.encode()).hexdigest(), 'tests'))
    resolved = clinic.resolve(token, ADDRESS)
    assert resolved is not None
    return resolved, token


def _signed_in(clinic: Clinic, person: Person, number: int) -> tuple[Actor, str]:
    def create(records: Records) -> str:
        if number == 0:
            return records.users.found(person.username, person.name, CHEAP_HASH)
        return records.users.invite(person.username, person.name, person.role, CHEAP_HASH)
    user = clinic.change_now(console_actor('tests'), create)
    return sign_in_again(clinic, Actor(user=user, name=person.name, address=ADDRESS))
