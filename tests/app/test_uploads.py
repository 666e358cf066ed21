"""The progress lists, and the sentence at their end."""
from app.live import Hub
from app.uploads import Upload, Uploads, UploadState, summary
from data.records import Changed

PDF, LARGE = 'PDF is not a photo', 'larger than 64 MB'


def ended(state: UploadState, sentence: str = '') -> Upload:
    return Upload('a.jpg', 10, state=state, sentence=sentence)


def test_a_batch_ends_in_one_sentence() -> None:
    added, here = ended(UploadState.ADDED), ended(UploadState.ALREADY_HERE)
    assert summary([added, added, added, ended(UploadState.REFUSED, LARGE)]) == '3 photos added. 1 skipped: larger than 64 MB.'
    assert summary([added]) == '1 photo added.'
    assert summary([ended(UploadState.REFUSED, PDF)]) == '1 skipped: PDF is not a photo.'
    assert summary([here, ended(UploadState.REFUSED, PDF), ended(UploadState.REFUSED, PDF), ended(UploadState.REFUSED, LARGE)]) == \
        '1 already in the pool. 3 skipped: PDF is not a photo, larger than 64 MB.'
    assert summary([]) == ''


def test_a_list_belongs_to_one_sign_in_and_one_patient_and_says_when_it_changes() -> None:
    hub = Hub()
    uploads, heard = Uploads(hub), list[Changed]()
    hub.subscribe(Uploads.topic('s1', 'p1'), heard.append)
    upload = Upload('a.jpg', 10)
    uploads.begin('s1', 'p1', upload)
    uploads.begin('s2', 'p1', Upload('b.jpg', 10))
    assert uploads.of('s1', 'p1') == [upload]
    assert uploads.of('s1', 'p2') == []
    assert len(heard) == 1


def test_putting_away_keeps_what_is_still_under_way() -> None:
    uploads = Uploads(Hub())
    sending = Upload('a.jpg', 10)
    for upload in (ended(UploadState.ADDED), sending, ended(UploadState.REFUSED, PDF)):
        uploads.begin('s1', 'p1', upload)
    uploads.clear('s1', 'p1')
    assert uploads.of('s1', 'p1') == [sending]


def test_memory_is_bounded_by_files_and_by_lists_and_nothing_under_way_is_lost() -> None:
    uploads = Uploads(Hub())
    sending = Upload('first.jpg', 10)
    uploads.begin('s1', 'p1', sending)
    for _ in range(500):
        uploads.begin('s1', 'p1', ended(UploadState.ADDED))
    assert len(uploads.of('s1', 'p1')) == 200
    for number in range(500):
        uploads.begin('s2', f'patient {number}', ended(UploadState.ADDED))
    assert uploads.of('s1', 'p1')[0] is sending
    assert sum(bool(uploads.of('s2', f'patient {number}')) for number in range(500)) == 200
