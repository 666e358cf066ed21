"""The image pool: covers that were chosen, sensitive photographs, coded body sites, turned pictures, and the phone hand-off."""
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from data.body_sites import coded

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
    _code_the_sites()


def _code_the_sites() -> None:
    """Give words that name a site of the list its path, in the images and in what their fields held before; other words stay as they are."""
    connection = op.get_bind()
    image = sa.table('image', sa.column('body_site'))
    version = sa.table('field_version', sa.column('field'), sa.column('text'))
    worded = [row[0] for row in connection.execute(sa.union(
        sa.select(image.c.body_site), sa.select(version.c.text).where(version.c.field == 'body_site')))]
    for words, site in ((words, coded(words)) for words in worded):
        if site and site != words:
            connection.execute(sa.update(image).where(image.c.body_site == words).values(body_site=site))
            connection.execute(sa.update(version).where(version.c.field == 'body_site', version.c.text == words).values(text=site))
