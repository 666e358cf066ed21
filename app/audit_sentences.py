"""The words of the audit trail: one sentence for every action. `{…}` is filled from the event by `app/audit_reading.py`."""
from data.actors import Permission
from data.models import Action

UNKNOWN = ' did something that this version has no words for'

SENTENCES: dict[Action, str] = {
    Action.SERVER_START: 'started',
    Action.SERVER_STOP: 'stopped',
    Action.SESSION_SIGN_IN: 'signed in',
    Action.SESSION_SIGN_OUT: 'signed out',
    Action.USER_INVITE: 'added {person} as {role}',
    Action.USER_CHANGE_ROLE: 'made {person} {role}',
    Action.USER_DEACTIVATE: 'deactivated {person}',
    Action.SETTING_CHANGE: 'changed the setting {setting}',
    Action.PATIENT_LIST: 'looked at the list of patients',
    Action.PATIENT_RECOGNISE: 'was shown {of_patient} as a possible duplicate',
    Action.PATIENT_REGISTER: 'created the record of {of_patient}',
    Action.PATIENT_CORRECT: 'changed {field} of {of_patient}',
    Action.CHART_OPEN: 'opened the chart of {of_patient}',
    Action.GALLERY_VIEW: 'looked at {images} of {of_patient}',
    Action.IMAGE_ADMIT: 'added an image to {of_patient}',
    Action.IMAGE_REFUSE: 'could not add a file to {of_patient}: {cause}',
    Action.IMAGE_DESCRIBE: 'changed {field} of an image of {of_patient}',
    Action.IMAGE_VIEW: 'looked at an image of {of_patient}',
    Action.IMAGE_DOWNLOAD: 'downloaded an original image of {of_patient}',
    Action.ENTRY_OPEN: 'started {entry} for {of_patient}',
    Action.ENTRY_VIEW: 'looked at {entry} of {of_patient}',
    Action.ENTRY_AMEND: 'changed {field} of {entry} for {of_patient}',
    Action.ENTRY_PLACE: 'laid {images} into {entry} of {of_patient}',
    Action.ENTRY_REMOVE: 'took {images} out of {entry} of {of_patient}',
    Action.COMPARISON_GROUP: 'compared {images} in {entry} of {of_patient}',
    Action.COMPARISON_ARRANGE: 'changed {field} of a comparison for {of_patient}',
    Action.AUDIT_VIEW: 'looked at the audit trail',
    Action.AUDIT_VERIFY: 'verified {events} of the audit trail: nothing has been changed or removed',
    Action.ACCESS_REFUSE: 'was stopped from {doing}{for_whom}',
}

NOT_DONE: dict[Action, str] = {
    Action.SESSION_SIGN_IN: 'failed to sign in as {person}',
    Action.AUDIT_VERIFY: 'verified the audit trail: {broken_at} is not what was sealed',
}
"""The words when the outcome is not `done`; an action that is missing here says it in its one sentence."""

ACTION_WORDS: dict[Action, str] = {
    Action.SERVER_START: 'Server started',
    Action.SERVER_STOP: 'Server stopped',
    Action.SESSION_SIGN_IN: 'Signed in',
    Action.SESSION_SIGN_OUT: 'Signed out',
    Action.USER_INVITE: 'User added',
    Action.USER_CHANGE_ROLE: 'Role changed',
    Action.USER_DEACTIVATE: 'User deactivated',
    Action.SETTING_CHANGE: 'Setting changed',
    Action.PATIENT_LIST: 'Patient list seen',
    Action.PATIENT_RECOGNISE: 'Possible duplicate shown',
    Action.PATIENT_REGISTER: 'Patient created',
    Action.PATIENT_CORRECT: 'Patient details changed',
    Action.CHART_OPEN: 'Chart opened',
    Action.GALLERY_VIEW: 'Images seen',
    Action.IMAGE_ADMIT: 'Image added',
    Action.IMAGE_REFUSE: 'File refused',
    Action.IMAGE_DESCRIBE: 'Image described',
    Action.IMAGE_VIEW: 'Image seen',
    Action.IMAGE_DOWNLOAD: 'Original downloaded',
    Action.ENTRY_OPEN: 'Entry started',
    Action.ENTRY_VIEW: 'Entry seen',
    Action.ENTRY_AMEND: 'Entry changed',
    Action.ENTRY_PLACE: 'Images laid into an entry',
    Action.ENTRY_REMOVE: 'Images taken out of an entry',
    Action.COMPARISON_GROUP: 'Comparison made',
    Action.COMPARISON_ARRANGE: 'Comparison changed',
    Action.AUDIT_VIEW: 'Audit trail seen',
    Action.AUDIT_VERIFY: 'Audit trail verified',
    Action.ACCESS_REFUSE: 'Access refused',
}

FIELD_WORDS: dict[str, str] = {
    'unique_id': 'the unique ID', 'birth_date': 'the date of birth', 'appointment_at': 'the appointment', 'given_names': 'the given names',
    'family_name': 'the family name', 'email': 'the e-mail address', 'phone': 'the phone number', 'street': 'the street',
}
"""Fields whose name is not already their word."""

CAUSES: dict[str, str] = {
    'UnreadableImage': 'it could not be read as a photo', 'TooLarge': 'it was too large', 'NotPermitted': 'the role does not allow it',
    'ConsentMissing': 'no consent on record', 'NotFound': 'the record is gone',
}

PERMISSION_WORDS: dict[Permission, str] = {
    Permission.PATIENT_READ: 'reading patients',
    Permission.PATIENT_REGISTER: 'creating patients',
    Permission.PATIENT_NAME: 'correcting names',
    Permission.PATIENT_WRITE: 'changing patient details',
    Permission.ENTRY_WRITE: 'writing entries',
    Permission.NOTES_READ: 'reading notes',
    Permission.NOTES_WRITE: 'writing notes',
    Permission.IMAGE_ADD: 'adding images',
    Permission.IMAGE_MOVE: 'moving images',
    Permission.IMAGE_ORIGINAL: 'downloading originals',
    Permission.TAG_ASSIGN: 'assigning tags',
    Permission.TAG_MANAGE: 'managing tags',
    Permission.CONSENT_RECORD: 'recording consent',
    Permission.CONSENT_REVOKE: 'revoking consent',
    Permission.EXPORT: 'exporting',
    Permission.DELETE: 'deleting',
    Permission.DELETE_FULL: 'deleting for good',
    Permission.AUDIT_READ: 'reading the audit trail',
    Permission.ACTIVITY_READ: 'reading a patient’s activity',
    Permission.MANAGE: 'managing the practice',
}
