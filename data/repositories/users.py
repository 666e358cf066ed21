"""People who sign in: the first administrator, invitations, roles."""
import re
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from data.actors import Permission, Role
from data.columns import new_key
from data.errors import Conflict, Invalid, NotFound
from data.models import PREFERENCES, Action, User, UserPreference
from data.repositories.base import Repository
from data.values import clean_line

_USERNAME = re.compile(r'[a-z0-9][a-z0-9._-]{1,63}')


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against."""

    user: str
    display_name: str
    password_hash: str


class Users(Repository):
    """Acts on users."""

    def is_empty(self) -> bool:
        """Tell whether nobody has been set up yet."""
        return self.session.exec(select(func.count()).select_from(User)).one() == 0

    def found(self, username: str, display_name: str, password_hash: str) -> str:
        """Create the first administrator and return the key. Refuse when there is any user: two at once make one."""
        if not self.is_empty():
            raise Conflict('This practice is set up already. Sign in.')
        return self._create(username, display_name, Role.ADMINISTRATOR, password_hash)

    def invite(self, username: str, display_name: str, role: Role, password_hash: str) -> str:
        """Create a user and return the key."""
        self.records.require(Permission.MANAGE)
        return self._create(username, display_name, role, password_hash)

    def change_role(self, key: str, role: Role) -> None:
        """Give a user another role; it counts from the user's next event on. The last administrator keeps theirs."""
        self.records.require(Permission.MANAGE, subject=key)
        user = self._row(key)
        self._keep_an_administrator(user, stays=role is Role.ADMINISTRATOR)
        user.role = role
        self.session.add(user)
        self.records.log(Action.USER_CHANGE_ROLE, subject=key, detail={'role': role.value})
        self.records.tell(key, 'role')

    def deactivate(self, key: str) -> None:
        """Shut a user out from the next event on. What they wrote stays, attributed."""
        self.records.require(Permission.MANAGE, subject=key)
        user = self._row(key)
        self._keep_an_administrator(user, stays=False)
        user.deactivated_at = self.records.now
        self.session.add(user)
        self.records.log(Action.USER_DEACTIVATE, subject=key)
        self.records.tell(key, 'role')

    def credentials(self, username: str) -> Credentials | None:
        """Return what to check a sign-in against; None for an unknown or deactivated user."""
        user = self.session.exec(select(User).where(User.username == _lowered(username), col(User.deactivated_at).is_(None))).first()
        return Credentials(user.key, user.display_name, user.password_hash) if user else None

    def key_of(self, username: str) -> str:
        """Return the key of a user, also of a deactivated one; empty when unknown."""
        return self.session.exec(select(User.key).where(User.username == _lowered(username))).first() or ''

    def names(self) -> dict[str, str]:
        """Return every user's display name by key, for those who read the trail."""
        return {key: name for key, name in self.session.exec(select(User.key, User.display_name).order_by(User.display_name))}

    def preference(self, name: str) -> str:
        """Return what the current user chose, or the default."""
        chosen = self.session.exec(select(UserPreference.value).join(User).where(
            User.key == self.records.actor.user, UserPreference.name == name)).first()
        return chosen if chosen in PREFERENCES[name] else PREFERENCES[name][0]

    def prefer(self, name: str, value: str) -> None:
        """Remember a choice of the current user. Arranging one's own view is no act on a record: no event."""
        if value not in PREFERENCES.get(name, ()):
            raise Invalid('There is no such choice.')
        user = self.session.exec(select(User.id).where(User.key == self.records.actor.user)).first()
        if user is not None:
            self.session.merge(UserPreference(user_id=user, name=name, value=value))

    def _create(self, username: str, display_name: str, role: Role, password_hash: str) -> str:
        username = _lowered(username)
        if not _USERNAME.fullmatch(username):
            raise Invalid('A username has 2 to 64 letters, digits, dots, - or _.', field='username')
        if self.session.exec(select(User.id).where(User.username == username)).first():
            raise Conflict(f'The username {username} is taken.')
        name = clean_line(display_name)[:120] or username
        user = User(key=new_key(), username=username, display_name=name, role=role, password_hash=password_hash,
                    created_at=self.records.now)
        self.session.add(user)
        self.session.flush()
        self.records.log(Action.USER_INVITE, subject=user.key, detail={'role': role.value})
        return user.key

    def _keep_an_administrator(self, user: User, *, stays: bool) -> None:
        if stays or user.role is not Role.ADMINISTRATOR:
            return
        others = self.session.exec(select(func.count()).select_from(User).where(
            User.role == Role.ADMINISTRATOR, col(User.deactivated_at).is_(None), User.id != user.id)).one()
        if not others:
            raise Conflict('At least one administrator must remain.')

    def _row(self, key: str) -> User:
        user = self.session.exec(select(User).where(User.key == key)).first()
        if user is None:
            raise NotFound
        return user


def _lowered(username: str) -> str:
    return username.strip().lower()
