"""The words of a consent in the language of its form: what a patient reads, and the exact text that is agreed to and hashed."""
from dataclasses import dataclass
from datetime import date

from data.consent_records import ConsentDraft
from data.models import Language, Method, Scope, Signer
from data.read_models import PatientHeader
from data.repositories.consent_forms import FormRecord
from data.values import written_day

LANGUAGES = {Language.ENGLISH: 'English', Language.GERMAN: 'Deutsch'}


@dataclass(frozen=True)
class FormWords:
    """What a form says besides its text. A scope has a name and the use that it stands for."""

    scopes: dict[Scope, tuple[str, str]]
    methods: dict[Method, str]
    signers: dict[Signer, str]
    agrees: str
    version: str
    patient: str
    born: str
    yes: str
    no: str
    given: str
    signed_by: str
    witness: str
    valid_until: str
    recorded: str


WORDS = {
    Language.ENGLISH: FormWords(
        scopes={
            Scope.CLINICAL_RECORD: ('Clinical record', 'Photos for diagnosis, treatment and follow-up'),
            Scope.TEACHING: ('Teaching', 'Shown to students and staff, without name'),
            Scope.PUBLICATION: ('Publication', 'Journals and conferences, without name'),
            Scope.MARKETING: ('Marketing', 'Clinic website and social media')},
        methods={Method.SIGNATURE: 'Signed here', Method.VERBAL: 'Verbally', Method.WRITTEN: 'On paper', Method.OTHER: 'Other'},
        signers={Signer.PATIENT: 'Patient', Signer.GUARDIAN: 'Guardian', Signer.REPRESENTATIVE: 'Representative'},
        agrees='The patient agrees to', version='Form {version}, English', patient='Patient', born='born', yes='Yes', no='No',
        given='Given', signed_by='By', witness='Witness', valid_until='Valid until', recorded='Recorded on'),
    Language.GERMAN: FormWords(
        scopes={
            Scope.CLINICAL_RECORD: ('Patientenakte', 'Fotos für Diagnose, Behandlung und Verlauf'),
            Scope.TEACHING: ('Lehre', 'Gezeigt vor Studierenden und Mitarbeitenden, ohne Namen'),
            Scope.PUBLICATION: ('Veröffentlichung', 'Fachzeitschriften und Kongresse, ohne Namen'),
            Scope.MARKETING: ('Werbung', 'Webseite und soziale Medien der Praxis')},
        methods={Method.SIGNATURE: 'Hier unterschrieben', Method.VERBAL: 'Mündlich', Method.WRITTEN: 'Auf Papier', Method.OTHER: 'Anders'},
        signers={Signer.PATIENT: 'Patient/in', Signer.GUARDIAN: 'Sorgeberechtigte Person', Signer.REPRESENTATIVE: 'Vertretung'},
        agrees='Die Patientin oder der Patient willigt ein in', version='Formular {version}, Deutsch', patient='Patient/in', born='geboren',
        yes='Ja', no='Nein', given='Erteilt', signed_by='Durch', witness='Zeuge oder Zeugin', valid_until='Gültig bis',
        recorded='Aufgezeichnet am'),
}


def form_words(language: Language) -> FormWords:
    """Return the words of a language."""
    return WORDS[language]


def consent_words(form: FormRecord, draft: ConsentDraft, patient: PatientHeader, *, practice_name: str, on: date) -> str:
    """Return the exact text of a consent: what was read, about whom, what was agreed to and what not, how and by whom, on which day."""
    words = form_words(form.language)
    born = f', {words.born} {written_day(patient.birth_on)}' if patient.birth_on else ''
    scopes = [f'[{words.yes if scope in draft.scopes else words.no}] {name} – {use}' for scope, (name, use) in words.scopes.items()]
    return '\n'.join([
        practice_name, form.title, words.version.format(version=form.version), '', form.body, '',
        f'{words.patient}: {patient.name}, {patient.unique_id}{born}', f'{words.agrees}:', *scopes, '', *_facts(words, draft, patient),
        f'{words.recorded}: {written_day(on)}'])


def _facts(words: FormWords, draft: ConsentDraft, patient: PatientHeader) -> list[str]:
    relation = f' ({draft.signer_relation})' if draft.signer_relation else ''
    facts = [
        (words.given, words.methods[draft.method] + (f': {draft.notes}' if draft.notes else '')),
        (words.signed_by, f'{words.signers[draft.signer]}, {draft.signer_name or patient.name}{relation}'),
        (words.witness, draft.witness),
        (words.valid_until, written_day(draft.expires_on) if draft.expires_on else ''),
    ]
    return [f'{name}: {value}' for name, value in facts if value]
