"""The audit trail's vocabulary and its table.

Grammar of an action: `subject:verb`. The subject is the kind of record the act was done to; the verb is a plain imperative. Every act
of the product is one member; the viewer's filters, the sentences and the tests share this list. A payload holds subject keys,
enum values, counts and lengths: never free text, never a name, never a unique ID.
"""
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Computed, Index, LargeBinary, String, Text
from sqlmodel import Field, SQLModel


class Action(StrEnum):
    """Everything that leaves a mark in the trail."""

    SERVER_START = 'server:start'
    SERVER_STOP = 'server:stop'
    SESSION_SIGN_IN = 'session:sign_in'
    SESSION_SIGN_OUT = 'session:sign_out'
    USER_INVITE = 'user:invite'
    USER_CHANGE_ROLE = 'user:change_role'
    USER_DEACTIVATE = 'user:deactivate'
    SETTING_CHANGE = 'setting:change'
    PATIENT_LIST = 'patient:list'
    PATIENT_RECOGNISE = 'patient:recognise'
    PATIENT_REGISTER = 'patient:register'
    PATIENT_CORRECT = 'patient:correct'
    PATIENT_DISTINGUISH = 'patient:distinguish'
    PATIENT_LIKEN = 'patient:liken'
    IDENTIFIER_ADD = 'identifier:add'
    IDENTIFIER_CORRECT = 'identifier:correct'
    IDENTIFIER_REMOVE = 'identifier:remove'
    CHART_OPEN = 'chart:open'
    GALLERY_VIEW = 'gallery:view'
    IMAGE_ADMIT = 'image:admit'
    IMAGE_REFUSE = 'image:refuse'
    IMAGE_DESCRIBE = 'image:describe'
    IMAGE_COVER = 'image:cover'
    IMAGE_UNCOVER = 'image:uncover'
    IMAGE_MOVE = 'image:move'
    IMAGE_WITHDRAW = 'image:withdraw'
    IMAGE_PUT_BACK = 'image:put_back'
    IMAGE_VIEW = 'image:view'
    IMAGE_DOWNLOAD = 'image:download'
    ENTRY_OPEN = 'entry:open'
    ENTRY_VIEW = 'entry:view'
    ENTRY_AMEND = 'entry:amend'
    ENTRY_PLACE = 'entry:place'
    ENTRY_REMOVE = 'entry:remove'
    ENTRY_ARRANGE = 'entry:arrange'
    HANDOFF_OPEN = 'handoff:open'
    HANDOFF_VIEW = 'handoff:view'
    HANDOFF_BIND = 'handoff:bind'
    HANDOFF_RELEASE = 'handoff:release'
    HANDOFF_END = 'handoff:end'
    COMPARISON_GROUP = 'comparison:group'
    COMPARISON_ARRANGE = 'comparison:arrange'
    COMPARISON_ADD = 'comparison:add'
    COMPARISON_TAKE_OUT = 'comparison:take_out'
    COMPARISON_ORDER = 'comparison:order'
    COMPARISON_REMOVE = 'comparison:remove'
    COMPARISON_RESTORE = 'comparison:restore'
    CATEGORY_ADD = 'category:add'
    CATEGORY_RENAME = 'category:rename'
    CATEGORY_RECOLOUR = 'category:recolour'
    TAG_ADD = 'tag:add'
    TAG_RENAME = 'tag:rename'
    TAG_MOVE = 'tag:move'
    TAG_RETIRE = 'tag:retire'
    TAG_RESTORE = 'tag:restore'
    TAG_MERGE = 'tag:merge'
    TAG_SEPARATE = 'tag:separate'
    TAG_ASSIGN = 'tag:assign'
    TAG_UNASSIGN = 'tag:unassign'
    QUICK_TEXT_ADD = 'quick_text:add'
    QUICK_TEXT_AMEND = 'quick_text:amend'
    QUICK_TEXT_ARRANGE = 'quick_text:arrange'
    QUICK_TEXT_RETIRE = 'quick_text:retire'
    QUICK_TEXT_RESTORE = 'quick_text:restore'
    CONSENT_VIEW = 'consent:view'
    CONSENT_GRANT = 'consent:grant'
    CONSENT_REVOKE = 'consent:revoke'
    CONSENT_DOWNLOAD = 'consent:download'
    CONSENT_FORM_AMEND = 'consent_form:amend'
    CONSENT_FORM_PUBLISH = 'consent_form:publish'
    IMAGE_EXCEPT = 'image:except'
    DISCLOSURE_CHECK = 'disclosure:check'
    AUDIT_VIEW = 'audit:view'
    AUDIT_VERIFY = 'audit:verify'
    ACCESS_REFUSE = 'access:refuse'


class Outcome(StrEnum):
    """How the act ended."""

    DONE = 'done'
    REFUSED = 'refused'
    FAILED = 'failed'


VIEWS = frozenset({
    Action.PATIENT_LIST, Action.PATIENT_RECOGNISE, Action.CHART_OPEN, Action.GALLERY_VIEW, Action.IMAGE_VIEW, Action.ENTRY_VIEW,
    Action.HANDOFF_VIEW, Action.CONSENT_VIEW})
"""Acts that only look: kept at level Comprehensive."""


MODIFIES = frozenset({
    Action.PATIENT_REGISTER, Action.PATIENT_CORRECT, Action.IDENTIFIER_ADD, Action.IDENTIFIER_CORRECT, Action.IDENTIFIER_REMOVE,
    Action.IMAGE_ADMIT, Action.IMAGE_DESCRIBE, Action.IMAGE_COVER, Action.IMAGE_UNCOVER, Action.IMAGE_MOVE, Action.IMAGE_WITHDRAW,
    Action.IMAGE_PUT_BACK, Action.ENTRY_OPEN, Action.ENTRY_AMEND, Action.ENTRY_PLACE, Action.ENTRY_REMOVE, Action.ENTRY_ARRANGE,
    Action.COMPARISON_GROUP, Action.COMPARISON_ARRANGE, Action.COMPARISON_ADD, Action.COMPARISON_TAKE_OUT, Action.COMPARISON_ORDER,
    Action.COMPARISON_REMOVE, Action.COMPARISON_RESTORE, Action.TAG_ASSIGN, Action.TAG_UNASSIGN, Action.CONSENT_GRANT,
    Action.CONSENT_REVOKE, Action.IMAGE_EXCEPT})
"""Acts on a patient's record: the last of them is when it was last modified."""


TRAIL_RULES = {
    f'audit_event_no_{verb.lower()}': f'CREATE TRIGGER audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event '
                                      "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
    for verb in ('UPDATE', 'DELETE')}
"""The database's own rules for the trail, as the schema holds them."""


def _from_payload(name: str, length: int) -> Column[str]:
    return Column(name, String(length), Computed(f"json_extract(payload, '$.{name}')", persisted=False), nullable=True)


class AuditEvent(SQLModel, table=True):
    """One sealed event. The payload is canonical JSON; every other text column is generated from it."""

    __tablename__ = 'audit_event'
    __table_args__ = (
        CheckConstraint('seq > 0'),
        Index('ix_audit_event_user_seq', 'user', 'seq'),
        Index('ix_audit_event_patient_seq', 'patient', 'seq'),
        Index('ix_audit_event_action_seq', 'action', 'seq'),
    )

    seq: int | None = Field(default=None, primary_key=True)
    payload: str = Field(sa_column=Column('payload', Text, nullable=False))
    hash: bytes = Field(sa_column=Column('hash', LargeBinary(32), nullable=False))
    mac: bytes = Field(sa_column=Column('mac', LargeBinary(32), nullable=False))
    at: str | None = Field(default=None, sa_column=_from_payload('at', 24))
    user: str | None = Field(default=None, sa_column=_from_payload('user', 32))
    action: str | None = Field(default=None, sa_column=_from_payload('action', 40))
    subject: str | None = Field(default=None, sa_column=_from_payload('subject', 32))
    patient: str | None = Field(default=None, sa_column=_from_payload('patient', 32))
    outcome: str | None = Field(default=None, sa_column=_from_payload('outcome', 16))
