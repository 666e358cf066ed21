"""Consent: forms, what was agreed to and taken back, what was handed out; and until when each patient's consent holds."""
import uuid

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_SCOPES = ('clinical record', 'teaching', 'publication', 'marketing')
_ENDS = ('nothing', 'expiry', 'age', 'revocation', 'renewal')
_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
_FILTERED = ('last_modified', 'last_appointment', 'entry_count', 'image_count', 'consent_until')
_ENGLISH = (
    'Photographs help us to examine your skin, to plan your treatment and to see how it changes over time. They become part of your medical '
    'record and are kept, encrypted, on this practice’s own server.',
    'You decide what else they may be used for: each use is a choice of its own. Saying no does not change your care.',
    'For teaching and for publication your name is never shown, and we leave out whatever would make you recognisable where we can. '
    'We cannot promise that nobody will ever recognise you.',
    'You can take back any of these choices at any time and need not give a reason. From then on we do not use your photographs for it any '
    'more. What was published or handed out before cannot be recalled. Photographs of your medical record are kept as long as the law '
    'requires.',
    'You may see your photographs, and have a copy of them and of this form.',
)
_GERMAN = (
    'Fotografien helfen uns, Ihre Haut zu untersuchen, Ihre Behandlung zu planen und Veränderungen im Verlauf zu erkennen. Sie werden Teil '
    'Ihrer Patientenakte und verschlüsselt auf dem eigenen Server dieser Praxis aufbewahrt.',
    'Sie entscheiden, wofür die Bilder sonst noch verwendet werden dürfen; jede Verwendung ist eine eigene Entscheidung. Ein Nein ändert '
    'nichts an Ihrer Behandlung.',
    'In der Lehre und in Veröffentlichungen wird Ihr Name nie gezeigt, und was Sie erkennbar macht, lassen wir weg, soweit es geht. Wir '
    'können nicht versprechen, dass niemand Sie je wiedererkennt.',
    'Sie können jede dieser Entscheidungen jederzeit und ohne Begründung widerrufen. Von da an verwenden wir Ihre Bilder dafür nicht mehr. '
    'Was zuvor veröffentlicht oder weitergegeben wurde, lässt sich nicht zurückholen. Bilder Ihrer Patientenakte bewahren wir so lange auf, '
    'wie es das Gesetz verlangt.',
    'Sie dürfen Ihre Bilder sehen und eine Kopie der Bilder und dieses Formulars bekommen.',
)
_FORMS = (('en', 'Consent to clinical photography', _ENGLISH), ('de', 'Einwilligung in die klinische Fotografie', _GERMAN))


def upgrade() -> None:
    """Move the schema one step forward."""
    _forms()
    _consents()
    _disclosures()
    _patients()


def _key(table: str) -> None:
    op.create_index(f'ix_{table}_key', table, ['key'], unique=True)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, create_constraint=True, name=name, length=32)


def _forms() -> None:
    op.create_table('consent_form',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('language', _choice('language', 'en', 'de'), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('title', AutoString(length=120), nullable=False),
        sa.Column('body', AutoString(length=20_000), nullable=False),
        sa.Column('published_at', UTCDateTime(), nullable=True),
        sa.Column('published_by', AutoString(length=32), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('language', 'version')
    )
    _key('consent_form')
    for language, title, paragraphs in _FORMS:
        for version, published in ((0, 'NULL'), (1, _NOW)):
            op.execute(sa.text('INSERT INTO consent_form (key, language, version, title, body, published_at, published_by) '
                               f"VALUES (:key, :language, :version, :title, :body, {published}, '')")
                       .bindparams(key=uuid.uuid4().hex, language=language, version=version, title=title, body='\n\n'.join(paragraphs)))
    for verb in ('UPDATE', 'DELETE'):
        op.execute(f'CREATE TRIGGER consent_form_no_{verb.lower()} BEFORE {verb} ON consent_form WHEN OLD.version > 0 '
                   "BEGIN SELECT RAISE(ABORT, 'a published form never changes'); END")


def _consents() -> None:
    op.create_table('consent',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('form_id', sa.Integer(), nullable=False),
        sa.Column('method', _choice('method', 'signature', 'verbal', 'written', 'other'), nullable=False),
        sa.Column('notes', AutoString(length=2_000), nullable=False),
        sa.Column('signer', _choice('signer', 'patient', 'guardian', 'representative'), nullable=False),
        *(sa.Column(name, AutoString(length=length), nullable=False) for name, length in (
            ('signer_name', 120), ('signer_relation', 80), ('typed_name', 120), ('witness', 120))),
        sa.Column('granted_at', UTCDateTime(), nullable=False),
        sa.Column('granted_by', AutoString(length=32), nullable=False),
        sa.Column('expires_on', sa.Date(), nullable=True),
        sa.Column('words', AutoString(), nullable=False),
        sa.Column('words_sha256', AutoString(length=64), nullable=False),
        sa.Column('blob', AutoString(length=32), nullable=False),
        *(sa.Column(f'{name}_sha256', AutoString(length=64), nullable=False) for name in ('paper', 'signature', 'strokes')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.ForeignKeyConstraint(['form_id'], ['consent_form.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('blob')
    )
    _key('consent')
    for column in ('patient_id', 'form_id'):
        op.create_index(f'ix_consent_{column}', 'consent', [column])
    op.execute('CREATE TRIGGER consent_no_update BEFORE UPDATE ON consent '
               "BEGIN SELECT RAISE(ABORT, 'a consent never changes'); END")
    op.create_table('consent_scope',
        sa.Column('consent_id', sa.Integer(), nullable=False),
        sa.Column('scope', _choice('scope', *_SCOPES), nullable=False),
        sa.Column('until', UTCDateTime(), nullable=False),
        sa.Column('ends_by', _choice('endsby', *_ENDS), nullable=False),
        sa.ForeignKeyConstraint(['consent_id'], ['consent.id']),
        sa.PrimaryKeyConstraint('consent_id', 'scope')
    )
    op.create_table('revocation',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('reason', AutoString(length=2_000), nullable=False),
        sa.Column('revoked_at', UTCDateTime(), nullable=False),
        sa.Column('revoked_by', AutoString(length=32), nullable=False),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.PrimaryKeyConstraint('id')
    )
    _key('revocation')
    op.create_index('ix_revocation_patient_id', 'revocation', ['patient_id'])
    op.create_table('revocation_scope',
        sa.Column('revocation_id', sa.Integer(), nullable=False),
        sa.Column('scope', _choice('scope', *_SCOPES), nullable=False),
        sa.ForeignKeyConstraint(['revocation_id'], ['revocation.id']),
        sa.PrimaryKeyConstraint('revocation_id', 'scope')
    )


def _disclosures() -> None:
    op.create_table('image_exception',
        sa.Column('image_id', sa.Integer(), nullable=False),
        sa.Column('scope', _choice('scope', *_SCOPES), nullable=False),
        sa.Column('excepted_at', UTCDateTime(), nullable=False),
        sa.Column('excepted_by', AutoString(length=32), nullable=False),
        sa.ForeignKeyConstraint(['image_id'], ['image.id']),
        sa.PrimaryKeyConstraint('image_id', 'scope')
    )
    op.create_table('disclosure',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', AutoString(length=32), nullable=False),
        sa.Column('patient_id', sa.Integer(), nullable=False),
        sa.Column('image_id', sa.Integer(), nullable=True),
        sa.Column('purpose', _choice('scope', *_SCOPES), nullable=False),
        sa.Column('what', _choice('disclosed', 'original', 'receipt'), nullable=False),
        sa.Column('for_whom', AutoString(length=200), nullable=False, server_default=sa.text("''")),
        sa.Column('made_by', AutoString(length=32), nullable=False),
        sa.Column('made_at', UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id']),
        sa.ForeignKeyConstraint(['image_id'], ['image.id']),
        sa.PrimaryKeyConstraint('id')
    )
    _key('disclosure')
    for column in ('patient_id', 'image_id'):
        op.create_index(f'ix_disclosure_{column}', 'disclosure', [column])
    op.create_table('disclosure_check',
        sa.Column('revocation_id', sa.Integer(), nullable=False),
        sa.Column('disclosure_id', sa.Integer(), nullable=False),
        sa.Column('done_by', AutoString(length=32), nullable=False),
        sa.Column('done_at', UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['revocation_id'], ['revocation.id']),
        sa.ForeignKeyConstraint(['disclosure_id'], ['disclosure.id']),
        sa.PrimaryKeyConstraint('revocation_id', 'disclosure_id')
    )
    op.create_index('ix_disclosure_check_disclosure_id', 'disclosure_check', ['disclosure_id'])


def _patients() -> None:
    """Nobody has consented yet. The indexes of the list carry the new date, too."""
    op.execute("ALTER TABLE patient ADD COLUMN consent_until DATETIME DEFAULT '1900-01-01 00:00:00.000000' NOT NULL")
    op.execute("ALTER TABLE patient ADD COLUMN consent_ends_by VARCHAR(32) DEFAULT 'nothing' NOT NULL "
               f'CONSTRAINT endsby CHECK (consent_ends_by IN {_ENDS})')
    for first in ('last_modified', 'last_appointment', 'unique_id', 'name_sort'):
        op.drop_index(f'ix_patient_by_{first}', 'patient')
        op.create_index(f'ix_patient_by_{first}', 'patient', [first, 'id', *(name for name in _FILTERED if name != first)])
    op.create_index('ix_patient_by_consent_until', 'patient', ['consent_until', 'id'])
