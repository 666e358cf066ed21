"""Setting aside what no record names: what uploads left that a kill or a power cut met on their way. Nothing is deleted."""
from sqlmodel import select

from app.clinic import Clinic
from data.actors import Actor
from data.models import Consent, Image
from data.records import Detail, Records


def sweep(clinic: Clinic, actor: Actor) -> Detail:
    """Move unfinished files, and finished ones without a row, into quarantine; return how many of each. Only before anything is served.

    A finished file without a row is looked at twice: on a snapshot, and again on the writer thread, where no row can come in between.
    """
    unfinished = clinic.images.set_aside_unfinished()
    stored = clinic.images.blobs()  # before the snapshot: a file comes before its row
    with clinic.reading(actor) as records:
        unnamed = stored - named_blobs(records)
    orphans = clinic.change_now(actor, lambda records: clinic.images.set_aside(unnamed - named_blobs(records))) if unnamed else 0
    return {'set_aside': unfinished, 'orphans': orphans}


def named_blobs(records: Records) -> set[str]:
    """Return the names of all files that rows name."""
    return {*records.session.exec(select(Image.blob)), *records.session.exec(select(Consent.blob))}
