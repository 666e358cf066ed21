"""Writing and comparing together: what a comparison looks like, quick texts, and the journal that survives a restart."""
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the schema one step forward."""
    op.add_column('comparison_group', sa.Column('arrangement', AutoString(length=8_000), nullable=False, server_default=sa.text("''")))
    op.add_column('comparison_group', sa.Column('removed_at', UTCDateTime(), nullable=True))
    op.create_table('quick_text',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('title', AutoString(length=80), nullable=False),
        sa.Column('text', AutoString(length=4_000), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('created_at', UTCDateTime(), nullable=False),
        sa.Column('retired_at', UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_quick_text_key', 'quick_text', ['key'], unique=True)
    _journal()


def _journal() -> None:
    op.create_table('open_field',
        sa.Column('client', AutoString(length=64), nullable=False),
        sa.Column('element', sa.Integer(), nullable=False),
        sa.Column('act', AutoString(length=40), nullable=False),
        sa.Column('subject', AutoString(length=32), nullable=False),
        sa.Column('field', AutoString(length=40), nullable=False),
        sa.Column('user', AutoString(length=32), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('text', AutoString(), nullable=False),
        sa.Column('noted_at', UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('client', 'element')
    )
    op.create_table('kept_text',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user', AutoString(length=32), nullable=False),
        sa.Column('subject', AutoString(length=32), nullable=False),
        sa.Column('field', AutoString(length=40), nullable=False),
        sa.Column('base', AutoString(), nullable=False),
        sa.Column('text', AutoString(), nullable=False),
        sa.Column('kept_at', UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('user', 'subject', 'field')
    )
