"""Sign-ins: opened, ended, and looked up on every request and every event."""
from datetime import timedelta

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from data.actors import ROLE_PERMISSIONS, Actor, Role
from data.columns import new_key
from data.errors import NotFound
from data.models import Action, Outcome, User, UserSession
from data.repositories.base import Repository

SESSION_LENGTH = timedelta(hours=12)

# Every request and every message of the live channel asks this: one plain statement, built once.
_LIVE = sql_select(col(UserSession.key), col(User.key), col(User.display_name), col(User.role)).select_from(UserSession).join(
    User, col(UserSession.user_id) == User.id).where(
        col(UserSession.token_sha256) == bindparam('token'), col(UserSession.ended_at).is_(None),
        col(UserSession.expires_at) > bindparam('now'), col(User.deactivated_at).is_(None))


class Sessions(Repository):
    """Acts on sign-ins. Only the SHA-256 of a token is ever stored."""

    def open(self, user: str, token_sha256: str, agent: str) -> str:
        """Open a session for a user whose password was right, and return its key."""
        owner = self.session.exec(select(User).where(User.key == user, col(User.deactivated_at).is_(None))).first()
        if owner is None:
            raise NotFound
        opened = UserSession(key=new_key(), user_id=owner.id or 0, token_sha256=token_sha256, opened_at=self.records.now,
                             expires_at=self.records.now + SESSION_LENGTH, address=self.records.actor.address, agent=agent[:200])
        self.session.add(opened)
        self.records.log(Action.SESSION_SIGN_IN, subject=user, detail={'session': opened.key})
        return opened.key

    def refuse(self, user: str) -> None:
        """Note a failed sign-in: the account's key, or `unknown name`."""
        self.records.log(Action.SESSION_SIGN_IN, subject=user, outcome=Outcome.FAILED, detail={} if user else {'cause': 'unknown name'})

    def end(self, key: str) -> None:
        """End a session; its token is worthless from here on."""
        opened = self.session.exec(select(UserSession).where(UserSession.key == key, col(UserSession.ended_at).is_(None))).first()
        if opened is None:
            return
        opened.ended_at = self.records.now
        self.session.add(opened)
        self.records.log(Action.SESSION_SIGN_OUT, subject=self.records.actor.user, detail={'session': key})

    def live(self, token_sha256: str) -> Actor | None:
        """Return the actor of a token with the role of this moment; None when ended, expired or deactivated."""
        row = self.session.connection().execute(_LIVE, {'token': token_sha256, 'now': self.records.now}).first()
        if row is None:
            return None
        session, user, name = row[:3]
        role = Role(row[3])
        return Actor(user=user, name=name, role=role, session=session, address=self.records.actor.address,
                     permissions=ROLE_PERMISSIONS[role])
