"""Image pools: what is known of every photograph, and where its files are."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from data.actors import Permission
from data.body_sites import is_sensitive
from data.errors import Conflict, Invalid, NotFound
from data.image_fields import parsed
from data.models import IN_POOL, Action, CapturedHow, Image, Patient
from data.read_models import ImageTile
from data.repositories.fields import Saved
from data.repositories.image_leaving import ImageLeaving
from data.repositories.left_images import HeldImage, WithdrawnImage
from data.repositories.patients import SHOWN_FIGURES
from data.values import as_text

_ON_COVERS = frozenset({'body_site', 'view', 'is_sensitive', 'rotation_deg'})


@dataclass(frozen=True)
class AdmittedImage:
    """A photograph whose files are stored: everything its row needs. Sizes in bytes and pixels, instants aware UTC."""

    key: str
    blob: str
    sha256: str
    size_bytes: int
    format: str
    width_px: int
    height_px: int
    original_name: str
    camera: str
    lens: str
    captured_local: str
    captured_offset: str
    captured_at: datetime
    captured_how: CapturedHow
    received_from: str


@dataclass(frozen=True)
class ImageDetails:
    """What the file and its arrival say of an image, for who looks closely. Sizes in bytes and pixels, instants aware UTC."""

    camera: str
    lens: str
    width_px: int
    height_px: int
    size_bytes: int
    format: str
    sha256: str
    received_at: datetime
    received_from: str
    captured_at: datetime
    captured_local: str
    captured_offset: str
    captured_how: CapturedHow


@dataclass(frozen=True)
class ImageFile:
    """Where the bytes of an image are, for the one route that serves them."""

    key: str
    patient: str
    patient_unique_id: str
    blob: str
    sha256: str
    size_bytes: int
    format: str
    original_name: str
    captured_on: date
    is_withdrawn: bool = False


class Images(ImageLeaving):
    """Acts on images. Only use cases in `app/` admit: their files must be durable first."""

    def admit(self, patient: str, image: AdmittedImage) -> str:
        """Add a stored photograph to a patient's pool and return its key. Refuse the same bytes twice in one pool.

        The event says when another patient's pool holds the same bytes, not whose.
        """
        self.records.require(Permission.IMAGE_ADD, subject=patient)
        owner = self.records.patients.row(patient)
        if self.held(patient, image.sha256):
            raise Conflict('Already in the pool.')
        self.session.add(Image(**vars(image), patient_id=owner.id or 0, received_at=self.records.now))
        self.records.patients.touch(owner)
        self.session.flush()
        self.records.log(Action.IMAGE_ADMIT, subject=image.key, patient=patient, detail={
            'sha256': image.sha256, 'size_bytes': image.size_bytes, 'format': image.format, 'from': image.received_from,
            **({'twin': True} if self.has_twin(image.key) else {})})
        self.records.tell(patient, 'images')
        self.records.tell(SHOWN_FIGURES, patient)
        return image.key

    def describe(self, key: str, field: str, text: str, *, expected_revision: int | None = None, burst: str = '') -> Saved:
        """Change one field of a photograph (`data/image_fields.py` says which and how each is written), given as text.

        A side stays stored when the site is changed to one that has none: it is not shown then, and nothing is lost.
        """
        image, patient = self._row(key)
        self.records.require(Permission.IMAGE_ADD, subject=patient.key)
        value = parsed(field, text)
        saved = self.change_field(image, key, field, value, patient=patient, action=Action.IMAGE_DESCRIBE,
                                  expected_revision=expected_revision, burst=burst)
        self.records.tell(patient.key, 'images')
        if field in _ON_COVERS:
            self.records.tell(SHOWN_FIGURES, patient.key)
        return saved

    def use_as_cover(self, key: str) -> None:
        """Choose this image as its patient's cover; the latest choice counts. Refuse a sensitive one."""
        image, patient = self._row(key)
        self.records.require(Permission.IMAGE_ADD, subject=patient.key)
        if is_sensitive(image.is_sensitive, image.body_site):
            raise Invalid('A sensitive photo is never the cover.')
        if image.withdrawn_at is not None:
            raise NotFound
        chosen = self._chosen(patient)
        if chosen is None or chosen.key != key:
            # later than every other choice, whatever the clock says
            latest = max((row.cover_at for row in self._once_chosen(patient) if row.cover_at), default=self.records.now)
            self._choose(image, patient, max(self.records.now, latest + timedelta(microseconds=1)), Action.IMAGE_COVER)

    def stop_as_cover(self, key: str) -> None:
        """Take back the choice of this image: the one chosen before is the cover again, else the newest overview."""
        image, patient = self._row(key)
        self.records.require(Permission.IMAGE_ADD, subject=patient.key)
        if image.cover_at is not None:
            self._choose(image, patient, None, Action.IMAGE_UNCOVER)

    def held(self, patient: str, sha256: str) -> HeldImage | None:
        """Return the image with these bytes of this patient, if there is one, in the pool or withdrawn from it."""
        found = select(Image.key, Image.received_at, Image.withdrawn_at).join(Patient).where(
            Patient.key == patient, Image.sha256 == sha256)
        row = self.session.exec(found).first()
        return HeldImage(*row) if row else None

    def of(self, patient: str) -> list[ImageTile]:
        """Return the pool of a patient, latest capture first."""
        self.records.require(Permission.PATIENT_READ, subject=patient)
        zone = self.records.settings.zone()
        pool = select(Image).join(Patient).where(Patient.key == patient, IN_POOL)
        rows = self.session.exec(pool.order_by(col(Image.captured_at).desc(), col(Image.id).desc())).all()
        chosen = _latest_chosen(rows)
        return [tile(row, zone, is_cover=row is chosen) for row in rows]

    def withdrawn(self, patient: str) -> list[WithdrawnImage]:
        """Return what was withdrawn from the pool of a patient, latest first."""
        self.records.require(Permission.PATIENT_READ, subject=patient)
        zone = self.records.settings.zone()
        rows = self.session.exec(select(Image).join(Patient).where(Patient.key == patient, ~IN_POOL).order_by(
            col(Image.withdrawn_at).desc(), col(Image.id).desc()))
        return [WithdrawnImage(row.key, row.original_name, _local_moment(row, zone).date(), row.withdrawn_at or row.received_at,
                               row.withdrawn_because) for row in rows]

    def one(self, key: str, *, of: str = '') -> ImageTile:
        """Return what a grid shows of one image, as it is now. One that was withdrawn is not shown.

        With `of` it is refused when it is not that patient's, or not any more: it would be shown under the wrong name.
        """
        self.records.require(Permission.PATIENT_READ, subject=key)
        image, patient = self._row(key)
        if image.withdrawn_at is not None or of not in ('', patient.key):
            raise NotFound
        return tile(image, self.records.settings.zone(), is_cover=image is self._chosen(patient))

    def details(self, key: str) -> ImageDetails:
        """Return what is known of an image beside its words."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        image, _patient = self._row(key)
        return ImageDetails(
            camera=image.camera, lens=image.lens, width_px=image.width_px, height_px=image.height_px, size_bytes=image.size_bytes,
            format=image.format, sha256=image.sha256, received_at=image.received_at, received_from=image.received_from,
            captured_at=image.captured_at,
            captured_local=image.captured_local, captured_offset=image.captured_offset, captured_how=image.captured_how)

    def file(self, key: str) -> ImageFile:
        """Return where the bytes of an image are. A foreign and a missing image look the same; so does a withdrawn one to a viewer."""
        self.records.require(Permission.PATIENT_READ, subject=key)
        image, patient = self._row(key)
        if image.withdrawn_at is not None and not self.records.actor.may(Permission.IMAGE_MOVE):
            raise NotFound
        return ImageFile(
            key=image.key, patient=patient.key, patient_unique_id=patient.unique_id, blob=image.blob, sha256=image.sha256,
            size_bytes=image.size_bytes, format=image.format, original_name=image.original_name,
            captured_on=_local_moment(image, self.records.settings.zone()).date(), is_withdrawn=image.withdrawn_at is not None)

    def rows_of(self, patient_id: int, keys: list[str]) -> list[Image]:
        """Return rows by key, refusing any that is not in the pool of this patient; for repositories of this floor only."""
        rows = {row.key: row for row in self.session.exec(
            select(Image).where(col(Image.key).in_(keys), Image.patient_id == patient_id, IN_POOL))}
        if set(rows) != set(keys):
            raise NotFound
        return [rows[key] for key in dict.fromkeys(keys)]

    def _once_chosen(self, patient: Patient) -> list[Image]:
        return list(self.session.exec(select(Image).where(Image.patient_id == patient.id, col(Image.cover_at).is_not(None))))

    def _chosen(self, patient: Patient) -> Image | None:
        return _latest_chosen(self._once_chosen(patient))

    def _choose(self, image: Image, patient: Patient, at: datetime | None, action: Action) -> None:
        image.cover_at = at
        self.records.patients.touch(patient)
        self.records.log(action, subject=image.key, patient=patient.key)
        self.records.tell(patient.key, 'images')
        self.records.tell(SHOWN_FIGURES, patient.key)

    def _row(self, key: str) -> tuple[Image, Patient]:
        found = self.session.exec(select(Image, Patient).join(Patient).where(Image.key == key)).first()
        if found is None:
            raise NotFound
        return found[0], found[1]


def _latest_chosen(images: Sequence[Image]) -> Image | None:
    """Return the image that someone chose as the cover, the latest of them that may be one."""
    chosen = [image for image in images if image.cover_at is not None and image.withdrawn_at is None
              and not is_sensitive(image.is_sensitive, image.body_site)]
    return max(chosen, key=lambda image: (image.cover_at, image.id), default=None)


def tile(image: Image, zone: ZoneInfo, *, is_cover: bool = False) -> ImageTile:
    """Return what a grid shows of an image; the day of capture is the camera's own, or the practice's day of reception."""
    local = _local_moment(image, zone)
    return ImageTile(
        key=image.key, caption=image.caption, body_site=image.body_site, laterality=as_text(image.laterality), view=as_text(image.view),
        captured_local=local.isoformat(timespec='seconds'), captured_on=local.date(), received_at=image.received_at,
        width_px=image.width_px, height_px=image.height_px, is_capture_known=_is_capture_known(image),
        said_sensitive=image.is_sensitive, is_cover=is_cover, turn_deg=image.rotation_deg)


def _is_capture_known(image: Image) -> bool:
    return bool(image.captured_local) and image.captured_how is not CapturedHow.RECEIVED


def _local_moment(image: Image, zone: ZoneInfo) -> datetime:
    """Return the camera's own clock where it is believed, else the practice's clock at reception."""
    if _is_capture_known(image):
        return datetime.fromisoformat(image.captured_local)
    return image.captured_at.astimezone(zone).replace(tzinfo=None)
