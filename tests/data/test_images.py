"""Image pools: whose images are shown, who may describe them, and that no caption is lost."""
from hashlib import sha256

import pytest

from app.clinic import Clinic
from data.errors import ChangedMeanwhile, Conflict, Invalid, NotFound, NotPermitted
from data.repositories.images import Images
from data.repositories.left_images import HeldImage
from tests.cast import Cast
from tests.conftest import MovableClock
from tests.factories import a_stored_image
from tests.two_patients import Owner, Two, two_patients

CHEEK, NOSE = 'Head and neck:Head:Face:Cheek', 'Head and neck:Head:Face:Nose'


@pytest.fixture
def two(clinic: Clinic, cast: Cast) -> Two:
    return two_patients(clinic, cast.jana)


def captions(clinic: Clinic, cast: Cast, owner: Owner) -> list[tuple[str, str]]:
    with clinic.reading(cast.vera) as records:
        return [(image.key, image.caption) for image in records.images.of(owner.key)]


def test_a_pool_is_one_patients_latest_capture_first(clinic: Clinic, cast: Cast, two: Two) -> None:
    for owner in two.both:
        assert captions(clinic, cast, owner) == list(owner.captions.items())


def test_one_image_is_that_image_and_its_file_is_its_patients(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.vera) as records:
        for owner in two.both:
            for key, caption in owner.captions.items():
                shown, file = records.images.one(key), records.images.file(key)
                assert (shown.key, shown.caption) == (key, caption)
                assert (file.key, file.patient, file.patient_unique_id) == (key, owner.key, owner.header.unique_id)


def test_a_caption_is_changed_on_its_own_image_only(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    for burst, text in (('b1', 'Left'), ('b1', 'Left cheek')):
        clinic.change_now(cast.tom, lambda records, text=text, burst=burst: records.images.describe(key, 'caption', text, burst=burst))
    assert captions(clinic, cast, two.maria) == list({**two.maria.captions, key: 'Left cheek'}.items())
    assert captions(clinic, cast, two.paul) == list(two.paul.captions.items())
    with clinic.reading(cast.vera) as records:
        for image, caption in two.paul.captions.items():
            assert [version.text for version in records.fields.history(image, 'caption')] == [caption]


@pytest.mark.parametrize('who', ['vera', 'aino'])
def test_who_may_not_add_images_describes_none(clinic: Clinic, cast: Cast, two: Two, who: str) -> None:
    for field, text in (('caption', 'Right cheek'), ('body_site', CHEEK), ('laterality', 'left'), ('view', 'overview')):
        with pytest.raises(NotPermitted):
            clinic.change_now(getattr(cast, who), lambda records, field=field, text=text: records.images.describe(
                two.maria.first.image, field, text))
    with clinic.reading(cast.jana) as records:
        kept = records.images.one(two.maria.first.image)
    assert (kept.caption, kept.body_site, kept.laterality, kept.view) == ('Maria 1', '', '', '')


def test_a_stale_caption_is_refused_and_what_someone_else_wrote_stays(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    saved = clinic.change_now(cast.jana, lambda records: records.images.describe(key, 'caption', 'Left cheek', expected_revision=1))
    with pytest.raises(ChangedMeanwhile) as refused:
        clinic.change_now(cast.tom, lambda records: records.images.describe(key, 'caption', 'Chin', expected_revision=1))
    told = refused.value
    assert (told.mine, told.theirs, told.revision, told.who) == ('Chin', 'Left cheek', saved.revision, 'Jana König')
    assert dict(captions(clinic, cast, two.maria))[key] == 'Left cheek'


def test_another_images_captions_do_not_count_as_changes_of_this_one(clinic: Clinic, cast: Cast, two: Two) -> None:
    for text in ('Chin', 'Left cheek'):
        clinic.change_now(cast.tom, lambda records, text=text: records.images.describe(two.paul.first.image, 'caption', text))
    for image, revision in ((two.maria.first.image, 1), (two.paul.first.image, 3), (two.maria.second.image, 1)):
        saved = clinic.change_now(cast.jana, lambda records, image=image, revision=revision: records.images.describe(
            image, 'caption', 'Elbow', expected_revision=revision))
        assert saved.revision == revision + 1


@pytest.mark.parametrize(('field', 'text'), [
    ('caption', 'x' * 5000), ('laterality', 'upwards'), ('sha256', '0' * 64), ('body_site', 'Cheek'), ('body_site', f'{CHEEK} '),
    ('body_site', 'head and neck')])
def test_what_cannot_be_is_refused_and_the_caption_is_kept(clinic: Clinic, cast: Cast, two: Two, field: str, text: str) -> None:
    with pytest.raises(Invalid):
        clinic.change_now(cast.tom, lambda records: records.images.describe(two.maria.first.image, field, text))
    assert captions(clinic, cast, two.maria) == list(two.maria.captions.items())


def test_a_body_site_is_a_code_of_the_list_or_none_and_the_side_stays_through_both(clinic: Clinic, cast: Cast, two: Two) -> None:
    key = two.maria.first.image
    told = []
    for field, text in (('body_site', CHEEK), ('laterality', 'left'), ('body_site', NOSE), ('body_site', ''), ('body_site', CHEEK)):
        clinic.change_now(cast.tom, lambda records, field=field, text=text: records.images.describe(key, field, text))
        with clinic.reading(cast.jana) as records:
            tile = records.images.one(key)
        told.append((tile.body_site, tile.laterality))
    assert told == [(CHEEK, ''), (CHEEK, 'left'), (NOSE, 'left'), ('', 'left'), (CHEEK, 'left')]


def test_what_is_no_body_site_is_refused_in_a_sentence(clinic: Clinic, cast: Cast, two: Two) -> None:
    with pytest.raises(Invalid, match=r'^Choose a body site of the list\.$') as refused:
        clinic.change_now(cast.tom, lambda records: records.images.describe(two.maria.first.image, 'body_site', 'Unterarm'))
    assert refused.value.field == 'body_site'


def test_rows_of_one_patient_refuse_a_key_of_another(clinic: Clinic, cast: Cast, two: Two) -> None:
    with clinic.reading(cast.jana) as records:
        images: Images = records.images
        maria = records.patients.row(two.maria.key).id or 0
        own, foreign = [two.maria.second.image, two.maria.first.image], two.paul.first.image
        assert [row.key for row in images.rows_of(maria, own)] == own
        for keys in ([foreign], [*own, foreign], [*own, 'f' * 32]):
            with pytest.raises(NotFound):
                images.rows_of(maria, keys)


def test_bytes_are_held_by_the_pools_that_took_them_in(clinic: Clinic, cast: Cast, two: Two, clock: MovableClock) -> None:
    data = b'the same photograph'
    digest = sha256(data).hexdigest()

    def held() -> list[HeldImage | None]:
        with clinic.reading(cast.tom) as records:
            return [records.images.held(owner.key, digest) for owner in two.both]

    assert held() == [None, None]
    his, his_at = a_stored_image(clinic, cast.tom, two.paul.key, original=data), clock()
    assert held() == [None, (his, his_at, None)]
    clock.move(hours=1)
    hers = a_stored_image(clinic, cast.tom, two.maria.key, original=data)
    assert held() == [(hers, clock(), None), (his, his_at, None)]
    with pytest.raises(Conflict, match='Already in the pool'):
        a_stored_image(clinic, cast.tom, two.maria.key, original=data)
