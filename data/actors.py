"""Who acts, and what each role may do: the one permission table (product.md, People)."""
from dataclasses import dataclass, field
from enum import StrEnum

from data.errors import NotPermitted


class Role(StrEnum):
    """What a person is in the practice."""

    ADMINISTRATOR = 'administrator'
    CLINICIAN = 'clinician'
    PHOTOGRAPHER = 'photographer'
    VIEWER = 'viewer'
    AUDITOR = 'auditor'


class Permission(StrEnum):
    """One thing that may be done. `object:verb`, checked where the work is done."""

    PATIENT_READ = 'patient:read'
    PATIENT_REGISTER = 'patient:register'
    PATIENT_NAME = 'patient:name'  # the unique ID and the names: all that a photographer may correct
    PATIENT_WRITE = 'patient:write'
    ENTRY_WRITE = 'entry:write'
    NOTES_READ = 'notes:read'
    NOTES_WRITE = 'notes:write'
    IMAGE_ADD = 'image:add'
    IMAGE_MOVE = 'image:move'
    IMAGE_ORIGINAL = 'image:original'
    TAG_ASSIGN = 'tag:assign'
    TAG_MANAGE = 'tag:manage'
    CONSENT_RECORD = 'consent:record'
    CONSENT_REVOKE = 'consent:revoke'
    EXPORT = 'export:make'
    DELETE = 'delete:regular'
    DELETE_FULL = 'delete:full'
    AUDIT_READ = 'audit:read'
    ACTIVITY_READ = 'activity:read'
    MANAGE = 'practice:manage'


_P = Permission
_PHOTOGRAPHER = frozenset({
    _P.PATIENT_READ, _P.PATIENT_REGISTER, _P.PATIENT_NAME, _P.ENTRY_WRITE, _P.IMAGE_ADD, _P.IMAGE_MOVE, _P.TAG_ASSIGN, _P.CONSENT_RECORD,
})
_CLINICIAN = _PHOTOGRAPHER | {
    _P.PATIENT_WRITE, _P.NOTES_READ, _P.NOTES_WRITE, _P.IMAGE_ORIGINAL, _P.TAG_MANAGE, _P.CONSENT_REVOKE, _P.EXPORT, _P.DELETE,
    _P.ACTIVITY_READ,
}
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.CLINICIAN: frozenset(_CLINICIAN),
    Role.PHOTOGRAPHER: _PHOTOGRAPHER,
    Role.VIEWER: frozenset({_P.PATIENT_READ, _P.NOTES_READ}),
    Role.AUDITOR: frozenset({_P.AUDIT_READ}),
}
CONSOLE = 'console'
NOBODY = 'nobody'
SETUP_LINK = 'set-up link'


@dataclass(frozen=True)
class Actor:
    """A person (or the console) at one moment: who, in which sign-in, from where, with which permissions.

    `user` and `session` are subject keys; `name` is for the page only and never enters an audit payload.
    """

    user: str
    name: str = ''
    role: Role | None = None
    session: str = ''
    address: str = ''
    permissions: frozenset[Permission] = field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        """Tell whether the role allows this."""
        return permission in self.permissions

    def require(self, permission: Permission, *, subject: str = '') -> None:
        """Pass, or raise NotPermitted with what the audit trail needs to know."""
        if permission not in self.permissions:
            raise NotPermitted(permission=permission, subject=subject)


def console_actor(operating_system_user: str) -> Actor:
    """Return the actor of the command line: whoever can read the key folder may do everything there."""
    return Actor(user=CONSOLE, name=operating_system_user, address=f'console/{operating_system_user}', permissions=frozenset(Permission))


def founding_actor(address: str) -> Actor:
    """Return the actor of whoever opened the set-up link: creates the first administrator, who acts from then on."""
    return Actor(user=SETUP_LINK, address=address, permissions=frozenset(Permission))


def anonymous(address: str = '') -> Actor:
    """Return the actor of someone who has not signed in: no permissions."""
    return Actor(user=NOBODY, address=address)
