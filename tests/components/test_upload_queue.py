"""What the browser still holds, whatever it says and in whatever order."""
from components.upload_queue import QueuedFile, UploadQueue


def told(name: str, size: int = 8_123_456, label: str = '7.7MB') -> dict[str, str]:
    return {'__key': f'1764066615000{name}{size}', '__sizeLabel': label}


def names(queue: UploadQueue) -> list[tuple[str, bool]]:
    return [(one.name, one.is_unsent) for one in queue.files]


def test_a_file_waits_until_the_server_has_heard_of_it() -> None:
    queue = UploadQueue()
    queue.added([told('IMG_4471.HEIC'), told('IMG_4472.HEIC', label='23.5KB')])
    assert [(one.name, one.size) for one in queue.files] == [('IMG_4471.HEIC', '7.7 MB'), ('IMG_4472.HEIC', '23.5 kB')]
    queue.begun([('k1', 'IMG_4472.HEIC')])
    queue.begun([('k1', 'IMG_4472.HEIC')])
    assert names(queue) == [('IMG_4471.HEIC', False)]


def test_a_file_that_arrived_before_the_browsers_word_of_it_does_not_wait() -> None:
    queue = UploadQueue(earlier=['k0'])
    queue.begun([('k0', 'a.jpg'), ('k1', 'a.jpg')])
    queue.added([told('a.jpg'), told('b.jpg')])
    assert names(queue) == [('b.jpg', False)]


def test_equal_names_are_counted() -> None:
    queue = UploadQueue()
    queue.added([told('image.jpg', 10), told('image.jpg', 20)])
    queue.begun([('k1', 'image.jpg')])
    assert len(queue.files) == 1


def test_what_was_not_sent_stays_until_it_is_sent_again() -> None:
    queue = UploadQueue()
    queue.added([told('a.jpg'), told('b.jpg')])
    queue.unsent([told('a.jpg')])
    queue.finished()
    assert names(queue) == [('a.jpg', True)]
    queue.retried()
    queue.begun([('k1', 'a.jpg')])
    assert queue.files == []


def test_what_a_browser_says_may_be_anything() -> None:
    queue = UploadQueue()
    for nonsense in (None, 7, 'x', {}, [None, 3, {}, {'__key': ''}], [{'__key': 'no numbers'}]):
        queue.added(nonsense)
        queue.unsent(nonsense)
    assert names(queue) == [('photo', True)]
    assert QueuedFile('1764066615000<img onerror>{{7*7}}.jpg3').name == '<img onerror>{{7*7}}.jpg'
    assert QueuedFile('folder/1764066615000a.jpg3').name == 'a.jpg'


def test_a_forged_queue_stays_small_and_each_name_is_read_once() -> None:
    queue = UploadQueue()
    forged = [{'__key': f'{number:04}' + '1/' * 290 + '1' * 20, '__sizeLabel': ['1'] * 900} for number in range(1_500)]
    queue.added(forged)
    queue.unsent([{'__key': f'other {number}'} for number in range(1_500)])
    assert len(queue.files) == 200
    assert {len(one.key) for one in queue.files} == {300}
    assert {one.name for one in queue.files} == {'photo'}
    one = queue.files[0]
    assert one.name is one.name
    queue.retried()
    assert len(queue.files) == 200
