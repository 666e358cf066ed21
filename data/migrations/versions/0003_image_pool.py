"""The image pool: covers that were chosen, sensitive photographs, how a picture is turned, and the phone hand-off."""
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the schema one step forward."""
    op.add_column('image', sa.Column('cover_at', UTCDateTime(), nullable=True))
    op.add_column('image', sa.Column('is_sensitive', sa.Boolean(), nullable=True))
    op.add_column('image', sa.Column('rotation', sa.Integer(), nullable=False, server_default='0'))
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
