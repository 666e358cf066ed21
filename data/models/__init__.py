"""The tables. Importing this package registers every one of them in `SQLModel.metadata`."""
from data.models.audit import Action, AuditEvent, Outcome
from data.models.comparison import ComparisonGroup, ComparisonImage, Layout
from data.models.entry import Entry, EntryImage, Section, SectionState
from data.models.field_version import FieldVersion
from data.models.image import CapturedHow, Image, Laterality, View
from data.models.patient import PATIENT_FIELDS, Patient, PatientBase, PatientDraft, PatientFormerId, Sex, SkinType
from data.models.request import DoneRequest
from data.models.setting import PRACTICE_SETTINGS, PracticeSetting, Setting
from data.models.user import User, UserSession

__all__ = [
    'PATIENT_FIELDS', 'PRACTICE_SETTINGS', 'Action', 'AuditEvent', 'CapturedHow', 'ComparisonGroup', 'ComparisonImage', 'DoneRequest',
    'Entry', 'EntryImage', 'FieldVersion', 'Image', 'Laterality', 'Layout', 'Outcome', 'Patient', 'PatientBase', 'PatientDraft',
    'PatientFormerId', 'PracticeSetting', 'Section', 'SectionState', 'Setting', 'Sex', 'SkinType', 'User', 'UserSession', 'View',
]
