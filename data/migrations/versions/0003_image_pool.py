"""The image pool: the phone hand-off, and body sites of a coded list."""
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from data.actors import CONSOLE
from data.body_sites import coded

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_GOES_ON = sa.text("""
    INSERT INTO field_version (subject, field, version, revision, text, burst, actor, from_at, until_at)
    SELECT subject, field, version + 1, revision + 1, :code, '', :actor, :now, :now FROM field_version
    WHERE subject = :key AND field = 'body_site' ORDER BY version DESC LIMIT 1""")


def upgrade() -> None:
    """Move the schema one step forward."""
    op.create_table('handoff',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('token_sha256', AutoString(length=64), nullable=False),
        sa.Column('session_id', sa.Integer(), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=True),
        sa.Column('browser_sha256', AutoString(length=64), nullable=False),
        sa.Column('opened_at', UTCDateTime(), nullable=False),
        sa.Column('expires_at', UTCDateTime(), nullable=False),
        sa.Column('seen_at', UTCDateTime(), nullable=True),
        sa.Column('ended_at', UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id']),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.ForeignKeyConstraint(['session_id'], ['user_session.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('token_sha256')
    )
    for column in ('entry_id', 'patient_id', 'session_id'):
        op.create_index(f'ix_handoff_{column}', 'handoff', [column])
    op.create_index('ix_handoff_key', 'handoff', ['key'], unique=True)
    _code_body_sites()


def _code_body_sites() -> None:
    """Replace what people wrote by the code it names; other texts stay. Where a history tells of the text, it tells of the code too."""
    connection = op.get_bind()
    now = datetime.now(UTC).strftime('%Y-%m-%d %H:%M:%S.%f')
    for row, key, text in connection.execute(sa.text("SELECT id, key, body_site FROM image WHERE body_site <> ''")).all():
        if code := coded(text):
            connection.execute(sa.text('UPDATE image SET body_site = :code WHERE id = :row'), {'code': code, 'row': row})
            connection.execute(_GOES_ON, {'key': key, 'code': code, 'actor': CONSOLE, 'now': now})
