"""Texts that one person typed into one field on two pages, and that both wait for a decision, are both kept."""
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the schema one step forward."""
    op.rename_table('kept_text', 'kept_text_before')
    op.create_table('kept_text',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user', AutoString(length=32), nullable=False),
        sa.Column('subject', AutoString(length=32), nullable=False),
        sa.Column('field', AutoString(length=40), nullable=False),
        sa.Column('page', AutoString(length=64), nullable=False),
        sa.Column('base', AutoString(), nullable=False),
        sa.Column('text', AutoString(), nullable=False),
        sa.Column('kept_at', UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('user', 'subject', 'field', 'page')
    )
    op.execute('INSERT INTO kept_text (id, user, subject, field, page, base, text, kept_at) '
               "SELECT id, user, subject, field, '', base, text, kept_at FROM kept_text_before")
    op.drop_table('kept_text_before')
