"""The first schema: patients, entries, images, comparisons, field versions, users, sign-ins, settings, the audit trail."""
import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the schema one step forward."""
    op.create_table('audit_event',
        sa.Column('seq', sa.Integer(), nullable=False),
        sa.Column('payload', sa.Text(), nullable=False),
        sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
        sa.Column('mac', sa.LargeBinary(length=32), nullable=False),
        sa.Column('at', sa.String(length=24), sa.Computed("json_extract(payload, '$.at')", persisted=False), nullable=True),
        sa.Column('user', sa.String(length=32), sa.Computed("json_extract(payload, '$.user')", persisted=False), nullable=True),
        sa.Column('action', sa.String(length=40), sa.Computed("json_extract(payload, '$.action')", persisted=False), nullable=True),
        sa.Column('subject', sa.String(length=32), sa.Computed("json_extract(payload, '$.subject')", persisted=False), nullable=True),
        sa.Column('patient', sa.String(length=32), sa.Computed("json_extract(payload, '$.patient')", persisted=False), nullable=True),
        sa.Column('outcome', sa.String(length=16), sa.Computed("json_extract(payload, '$.outcome')", persisted=False), nullable=True),
        sa.CheckConstraint('seq > 0'),
        sa.PrimaryKeyConstraint('seq')
    )
    op.create_index('ix_audit_event_action_seq', 'audit_event', ['action', 'seq'], unique=False)
    op.create_index('ix_audit_event_patient_seq', 'audit_event', ['patient', 'seq'], unique=False)
    op.create_index('ix_audit_event_user_seq', 'audit_event', ['user', 'seq'], unique=False)
    op.create_table('done_request',
        sa.Column('key', AutoString(length=64), nullable=False),
        sa.Column('subject', AutoString(length=32), nullable=False),
        sa.Column('done_at', UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('key')
    )
    op.create_table('field_version',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('subject', AutoString(length=32), nullable=False),
        sa.Column('field', AutoString(length=40), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('text', AutoString(), nullable=False),
        sa.Column('burst', AutoString(length=32), nullable=False),
        sa.Column('actor', AutoString(length=32), nullable=False),
        sa.Column('from_at', UTCDateTime(), nullable=False),
        sa.Column('until_at', UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('subject', 'field', 'version')
    )
    op.create_table('patient',
        sa.Column('unique_id', AutoString(length=32), nullable=False),
        sa.Column('family_name', AutoString(length=120), nullable=False),
        sa.Column('given_names', AutoString(length=120), nullable=False),
        sa.Column('preferred_name', AutoString(length=120), nullable=False),
        sa.Column('birth_date', sa.Date(), nullable=True),
        sa.Column('sex', sa.Enum('female', 'male', 'other', 'unknown', name='sex', native_enum=False, create_constraint=True, length=32), nullable=True),
        sa.Column('gender', AutoString(length=60), nullable=False),
        sa.Column('skin_type', sa.Enum('I', 'II', 'III', 'IV', 'V', 'VI', name='skintype', native_enum=False, create_constraint=True, length=32), nullable=True),
        sa.Column('phone', AutoString(length=60), nullable=False),
        sa.Column('email', AutoString(length=200), nullable=False),
        sa.Column('street', AutoString(length=200), nullable=False),
        sa.Column('city', AutoString(length=120), nullable=False),
        sa.Column('region', AutoString(length=120), nullable=False),
        sa.Column('postal_code', AutoString(length=20), nullable=False),
        sa.Column('country', AutoString(length=80), nullable=False),
        sa.Column('medical_record_number', AutoString(length=64), nullable=False),
        sa.Column('insurance_number', AutoString(length=64), nullable=False),
        sa.Column('notes', AutoString(length=150000), nullable=False),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('registered_at', UTCDateTime(), nullable=False),
        sa.Column('entry_numbers_given', sa.Integer(), nullable=False),
        sa.Column('last_modified', UTCDateTime(), nullable=False),
        sa.Column('last_appointment', UTCDateTime(), nullable=True),
        sa.Column('entry_count', sa.Integer(), nullable=False),
        sa.Column('image_count', sa.Integer(), nullable=False),
        sa.Column('name_sort', AutoString(), nullable=False),
        sa.Column('search', AutoString(), nullable=False),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_patient_key', 'patient', ['key'], unique=True)
    op.create_index('ix_patient_unique_id', 'patient', ['unique_id'], unique=True)
    op.create_table('setting',
        sa.Column('name', AutoString(length=40), nullable=False),
        sa.Column('value', AutoString(length=400), nullable=False),
        sa.PrimaryKeyConstraint('name')
    )
    op.create_table('user',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('username', AutoString(length=64), nullable=False),
        sa.Column('display_name', AutoString(length=120), nullable=False),
        sa.Column('role', sa.Enum('administrator', 'clinician', 'photographer', 'viewer', 'auditor', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('password_hash', AutoString(), nullable=False),
        sa.Column('created_at', UTCDateTime(), nullable=False),
        sa.Column('deactivated_at', UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('username')
    )
    op.create_index('ix_user_key', 'user', ['key'], unique=True)
    op.create_table('entry',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('appointment_at', UTCDateTime(), nullable=False),
        sa.Column('clinician_id', sa.Integer(), nullable=True),
        sa.Column('notes', AutoString(length=150000), nullable=False),
        sa.Column('created_at', UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['clinician_id'], ['user.id']),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('patient_id', 'number')
    )
    op.create_index('ix_entry_key', 'entry', ['key'], unique=True)
    op.create_index('ix_entry_patient_id', 'entry', ['patient_id'], unique=False)
    op.create_table('image',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('blob', AutoString(length=32), nullable=False),
        sa.Column('sha256', AutoString(length=64), nullable=False),
        sa.Column('size_bytes', sa.Integer(), nullable=False),
        sa.Column('format', AutoString(length=16), nullable=False),
        sa.Column('width_px', sa.Integer(), nullable=False),
        sa.Column('height_px', sa.Integer(), nullable=False),
        sa.Column('original_name', AutoString(length=255), nullable=False),
        sa.Column('camera', AutoString(length=120), nullable=False),
        sa.Column('captured_local', AutoString(length=19), nullable=False),
        sa.Column('captured_offset', AutoString(length=6), nullable=False),
        sa.Column('captured_at', UTCDateTime(), nullable=False),
        sa.Column('captured_how', sa.Enum('camera offset', 'practice zone', 'received', name='capturedhow', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('received_at', UTCDateTime(), nullable=False),
        sa.Column('received_from', AutoString(length=32), nullable=False),
        sa.Column('caption', AutoString(length=500), nullable=False),
        sa.Column('body_site', AutoString(length=80), nullable=False),
        sa.Column('laterality', sa.Enum('left', 'right', 'both', 'midline', name='laterality', native_enum=False, create_constraint=True, length=32), nullable=True),
        sa.Column('view', sa.Enum('overview', 'close-up', 'dermoscopic', name='view', native_enum=False, create_constraint=True, length=32), nullable=True),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('blob'),
        sa.UniqueConstraint('patient_id', 'sha256')
    )
    op.create_index('ix_image_key', 'image', ['key'], unique=True)
    op.create_index('ix_image_patient_id', 'image', ['patient_id'], unique=False)
    op.create_table('patient_former_id',
        sa.Column('unique_id', AutoString(length=32), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.PrimaryKeyConstraint('unique_id')
    )
    op.create_index('ix_patient_former_id_patient_id', 'patient_former_id', ['patient_id'], unique=False)
    op.create_table('user_session',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('token_sha256', AutoString(length=64), nullable=False),
        sa.Column('opened_at', UTCDateTime(), nullable=False),
        sa.Column('expires_at', UTCDateTime(), nullable=False),
        sa.Column('ended_at', UTCDateTime(), nullable=True),
        sa.Column('address', AutoString(), nullable=False),
        sa.Column('agent', AutoString(), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user.id']),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_user_session_key', 'user_session', ['key'], unique=True)
    op.create_index('ix_user_session_token_sha256', 'user_session', ['token_sha256'], unique=True)
    op.create_index('ix_user_session_user_id', 'user_session', ['user_id'], unique=False)
    op.create_table('comparison_group',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('title', AutoString(length=120), nullable=False),
        sa.Column('layout', sa.Enum('side by side', 'slider', 'overlay', 'grid', name='layout', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('created_at', UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id']),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_comparison_group_entry_id', 'comparison_group', ['entry_id'], unique=False)
    op.create_index('ix_comparison_group_key', 'comparison_group', ['key'], unique=True)
    op.create_table('entry_image',
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('image_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('placed_at', UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id']),
        sa.ForeignKeyConstraint(['image_id'], ['image.id']),
        sa.PrimaryKeyConstraint('entry_id', 'image_id')
    )
    op.create_index('ix_entry_image_image_id', 'entry_image', ['image_id'], unique=False)
    op.create_table('section_state',
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('section', sa.Enum('workspace', 'comparisons', 'notes', name='section', native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column('is_open', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id']),
        sa.ForeignKeyConstraint(['user_id'], ['user.id']),
        sa.PrimaryKeyConstraint('user_id', 'entry_id', 'section')
    )
    op.create_table('comparison_image',
        sa.Column('group_id', sa.Integer(), nullable=False),
        sa.Column('image_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['group_id'], ['comparison_group.id']),
        sa.ForeignKeyConstraint(['image_id'], ['image.id']),
        sa.PrimaryKeyConstraint('group_id', 'image_id')
    )
    op.create_index('ix_comparison_image_image_id', 'comparison_image', ['image_id'], unique=False)
    for verb in ('UPDATE', 'DELETE'):
        op.execute(f"CREATE TRIGGER audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END")
