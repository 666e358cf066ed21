"""The patient database: indexes for every view, search, tags that rise, identifiers, what each person chose to see."""
import uuid

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_STARTERS = (('Condition', 'plum'), ('Treatment', 'teal'), ('Body site', 'moss'), ('Flag', 'rust'), ('Study', 'indigo'))


def upgrade() -> None:
    """Move the schema one step forward."""
    _create_tables()
    _create_search()
    for name, colour in _STARTERS:
        op.execute(sa.text("INSERT INTO tag_category (key, name, slug, colour, created_at) "
                           "VALUES (:key, :name, :slug, :colour, strftime('%Y-%m-%d %H:%M:%f000', 'now'))")
                   .bindparams(key=uuid.uuid4().hex, name=name, slug=name.lower().replace(' ', '-'), colour=colour))
    op.execute("INSERT INTO tally (name, count) SELECT 'patients', count(*) FROM patient")


def _create_search() -> None:
    """Make the index of letters in threes. What a purge takes out of it is overwritten, and the former IDs are searched too."""
    op.execute("CREATE VIRTUAL TABLE patient_search USING fts5(search, tokenize = 'trigram case_sensitive 1', detail = 'full')")
    op.execute("INSERT INTO patient_search (patient_search, rank) VALUES ('secure-delete', 1)")
    op.execute("UPDATE patient SET search = search || ' ' || (SELECT group_concat(unique_id, ' ' ORDER BY unique_id) "
               'FROM patient_former_id WHERE patient_id = patient.id) WHERE id IN (SELECT patient_id FROM patient_former_id)')
    op.execute('INSERT INTO patient_search (rowid, search) SELECT id, search FROM patient')


def _create_tables() -> None:
    op.create_table('tag_category',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('name', AutoString(length=40), nullable=False),
        sa.Column('slug', AutoString(length=40), nullable=False),
        sa.Column('colour', sa.Enum('plum', 'teal', 'moss', 'rust', 'indigo', 'rose', 'olive', 'slate', 'sea', 'brown', name='tagcolour', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('created_at', UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('slug')
    )
    op.create_index('ix_tag_category_key', 'tag_category', ['key'], unique=True)
    op.create_table('tally',
        sa.Column('name', AutoString(length=20), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('name')
    )
    op.create_table('patient_distinction',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('other_id', sa.Integer(), nullable=False),
        sa.Column('distinguished_at', UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['other_id'], ['patient.id']),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('patient_id', 'other_id')
    )
    op.create_index('ix_patient_distinction_other_id', 'patient_distinction', ['other_id'], unique=False)
    op.create_table('patient_identifier',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('system', AutoString(length=80), nullable=False),
        sa.Column('value', AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_autoincrement=True
    )
    op.create_index('ix_patient_identifier_key', 'patient_identifier', ['key'], unique=True)
    op.create_index('ix_patient_identifier_patient_id', 'patient_identifier', ['patient_id'], unique=False)
    op.create_index('ix_patient_identifier_system', 'patient_identifier', ['system'], unique=False)
    op.create_table('tag',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('category_id', sa.Integer(), nullable=False),
        sa.Column('name', AutoString(length=60), nullable=False),
        sa.Column('slug', AutoString(length=60), nullable=False),
        sa.Column('created_at', UTCDateTime(), nullable=False),
        sa.Column('retired_at', UTCDateTime(), nullable=True),
        sa.Column('merged_into_id', sa.Integer(), nullable=True),
        sa.Column('patient_count', sa.Integer(), nullable=False),
        sa.Column('entry_count', sa.Integer(), nullable=False),
        sa.Column('image_count', sa.Integer(), nullable=False),
        sa.Column('last_used_at', UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['category_id'], ['tag_category.id']),
        sa.ForeignKeyConstraint(['merged_into_id'], ['tag.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('slug')
    )
    op.create_index('ix_tag_category_id', 'tag', ['category_id'], unique=False)
    op.create_index('ix_tag_key', 'tag', ['key'], unique=True)
    op.create_index('ix_tag_merged_into_id', 'tag', ['merged_into_id'], unique=False)
    op.create_table('user_preference',
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('name', AutoString(length=40), nullable=False),
        sa.Column('value', AutoString(length=200), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user.id']),
        sa.PrimaryKeyConstraint('user_id', 'name')
    )
    op.create_table('entry_effective_tag',
        sa.Column('tag_id', sa.Integer(), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('direct', sa.Integer(), nullable=False),
        sa.Column('images', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id']),
        sa.ForeignKeyConstraint(['tag_id'], ['tag.id']),
        sa.PrimaryKeyConstraint('tag_id', 'entry_id'),
        sqlite_with_rowid=False
    )
    op.create_index('ix_entry_effective_tag_entry', 'entry_effective_tag', ['entry_id', 'tag_id', 'direct', 'images'], unique=False)
    op.create_table('entry_tag',
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('tag_id', sa.Integer(), nullable=False),
        sa.Column('tagged_at', UTCDateTime(), nullable=False),
        sa.Column('merged_from_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id']),
        sa.ForeignKeyConstraint(['merged_from_id'], ['tag.id']),
        sa.ForeignKeyConstraint(['tag_id'], ['tag.id']),
        sa.PrimaryKeyConstraint('entry_id', 'tag_id'),
        sqlite_with_rowid=False
    )
    op.create_index('ix_entry_tag_tag_id', 'entry_tag', ['tag_id'], unique=False)
    op.create_table('image_tag',
        sa.Column('image_id', sa.Integer(), nullable=False),
        sa.Column('tag_id', sa.Integer(), nullable=False),
        sa.Column('tagged_at', UTCDateTime(), nullable=False),
        sa.Column('merged_from_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['image_id'], ['image.id']),
        sa.ForeignKeyConstraint(['merged_from_id'], ['tag.id']),
        sa.ForeignKeyConstraint(['tag_id'], ['tag.id']),
        sa.PrimaryKeyConstraint('image_id', 'tag_id'),
        sqlite_with_rowid=False
    )
    op.create_index('ix_image_tag_tag_id', 'image_tag', ['tag_id'], unique=False)
    op.create_table('patient_effective_tag',
        sa.Column('tag_id', sa.Integer(), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('direct', sa.Integer(), nullable=False),
        sa.Column('entries', sa.Integer(), nullable=False),
        sa.Column('images', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.ForeignKeyConstraint(['tag_id'], ['tag.id']),
        sa.PrimaryKeyConstraint('tag_id', 'patient_id'),
        sqlite_with_rowid=False
    )
    op.create_index('ix_patient_effective_tag_patient', 'patient_effective_tag', ['patient_id', 'tag_id', 'direct', 'entries', 'images'], unique=False)
    op.create_table('patient_tag',
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('tag_id', sa.Integer(), nullable=False),
        sa.Column('tagged_at', UTCDateTime(), nullable=False),
        sa.Column('merged_from_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['merged_from_id'], ['tag.id']),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.ForeignKeyConstraint(['tag_id'], ['tag.id']),
        sa.PrimaryKeyConstraint('patient_id', 'tag_id'),
        sqlite_with_rowid=False
    )
    op.create_index('ix_patient_tag_tag_id', 'patient_tag', ['tag_id'], unique=False)
    op.create_index('ix_patient_by_entry_count', 'patient', ['entry_count', 'image_count', 'id'], unique=False)
    op.create_index('ix_patient_by_image_count', 'patient', ['image_count', 'entry_count', 'id'], unique=False)
    op.create_index('ix_patient_by_last_appointment', 'patient', ['last_appointment', 'id', 'last_modified', 'entry_count', 'image_count'], unique=False)
    op.create_index('ix_patient_by_last_modified', 'patient', ['last_modified', 'id', 'last_appointment', 'entry_count', 'image_count'], unique=False)
    op.create_index('ix_patient_by_name_sort', 'patient', ['name_sort', 'id', 'last_modified', 'last_appointment', 'entry_count', 'image_count'], unique=False)
    op.create_index('ix_patient_by_unique_id', 'patient', ['unique_id', 'id', 'last_modified', 'last_appointment', 'entry_count', 'image_count'], unique=False)
