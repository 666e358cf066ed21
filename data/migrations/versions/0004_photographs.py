"""What is done with photographs: sensitive, cover, rotation, annotations, withdrawn, moved."""
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the schema one step forward."""
    for column in (
            sa.Column('is_sensitive', sa.Boolean(), nullable=True),
            sa.Column('cover_at', UTCDateTime(), nullable=True),
            sa.Column('lens', AutoString(length=120), nullable=False, server_default=sa.text("''")),
            sa.Column('rotation_deg', sa.Integer(), nullable=False, server_default='0'),
            sa.Column('annotations', AutoString(length=60_000), nullable=False, server_default=sa.text("''")),
            sa.Column('withdrawn_at', UTCDateTime(), nullable=True),
            sa.Column('withdrawn_because', AutoString(length=500), nullable=False, server_default=sa.text("''"))):
        op.add_column('image', column)
    op.create_index('ix_image_sha256', 'image', ['sha256'])
    _moves()


def _moves() -> None:
    op.create_table('image_move',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('image_id', sa.Integer(), nullable=False),
        sa.Column('from_patient_id', sa.Integer(), nullable=False),
        sa.Column('to_patient_id', sa.Integer(), nullable=False),
        sa.Column('because', AutoString(length=500), nullable=False),
        sa.Column('moved_by', AutoString(length=32), nullable=False),
        sa.Column('moved_at', UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['image_id'], ['image.id']),
        sa.ForeignKeyConstraint(['from_patient_id'], ['patient.id']),
        sa.ForeignKeyConstraint(['to_patient_id'], ['patient.id']),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_table('departed_image',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('move_id', sa.Integer(), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=True),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['move_id'], ['image_move.id']),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id']),
        sa.ForeignKeyConstraint(['group_id'], ['comparison_group.id']),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_image_move_key', 'image_move', ['key'], unique=True)
    for table, column in (('image_move', 'image_id'), ('image_move', 'from_patient_id'), ('image_move', 'to_patient_id'),
                          ('departed_image', 'move_id'), ('departed_image', 'entry_id'), ('departed_image', 'group_id')):
        op.create_index(f'ix_{table}_{column}', table, [column])
