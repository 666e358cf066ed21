"""The tables. Importing this package registers every one of them in `SQLModel.metadata`."""
from data.models.audit import Action, AuditEvent, Outcome
from data.models.comparison import STANDS, ComparisonGroup, ComparisonImage, Layout
from data.models.consent import (
    ALWAYS,
    CONSENT_RULES,
    NEVER,
    Consent,
    ConsentForm,
    ConsentScope,
    Disclosed,
    Disclosure,
    DisclosureCheck,
    EndsBy,
    Enforcement,
    ImageException,
    Language,
    Method,
    Revocation,
    RevocationScope,
    Scope,
    Signer,
)
from data.models.entry import Entry, EntryImage, Section, SectionState
from data.models.field_version import FieldVersion
from data.models.handoff import Handoff
from data.models.image import IN_POOL, CapturedHow, DepartedImage, Image, ImageMove, Laterality, View
from data.models.journal import KeptText, OpenField
from data.models.patient import (
    PATIENT_FIELDS,
    Patient,
    PatientBase,
    PatientDistinction,
    PatientDraft,
    PatientFormerId,
    PatientIdentifier,
    Sex,
    SkinType,
    Tally,
)
from data.models.preference import PREFERENCES, UserPreference
from data.models.quick_text import QuickText
from data.models.request import DoneRequest
from data.models.setting import PRACTICE_SETTINGS, PracticeSetting, Setting
from data.models.tag import (
    CATEGORY_LIMIT,
    TAG_LIMIT,
    EntryEffectiveTag,
    EntryTag,
    ImageTag,
    PatientEffectiveTag,
    PatientTag,
    Tag,
    TagCategory,
    TagColour,
)
from data.models.user import User, UserSession

__all__ = [
    'ALWAYS', 'CATEGORY_LIMIT', 'CONSENT_RULES', 'IN_POOL', 'NEVER', 'PATIENT_FIELDS', 'PRACTICE_SETTINGS', 'PREFERENCES', 'STANDS',
    'TAG_LIMIT',
    'Action', 'AuditEvent', 'CapturedHow', 'ComparisonGroup', 'ComparisonImage', 'Consent', 'ConsentForm', 'ConsentScope', 'DepartedImage',
    'Disclosed', 'Disclosure', 'DisclosureCheck', 'DoneRequest', 'EndsBy', 'Enforcement', 'Entry', 'EntryEffectiveTag', 'EntryImage',
    'EntryTag', 'FieldVersion', 'Handoff', 'Image', 'ImageException', 'ImageMove', 'ImageTag', 'KeptText', 'Language', 'Laterality',
    'Layout', 'Method', 'OpenField', 'Outcome', 'Patient', 'PatientBase', 'PatientDistinction', 'PatientDraft', 'PatientEffectiveTag',
    'PatientFormerId', 'PatientIdentifier', 'PatientTag', 'PracticeSetting', 'QuickText', 'Revocation', 'RevocationScope', 'Scope',
    'Section', 'SectionState', 'Setting', 'Sex', 'Signer', 'SkinType', 'Tag', 'TagCategory', 'TagColour', 'Tally', 'User',
    'UserPreference', 'UserSession', 'View',
]
