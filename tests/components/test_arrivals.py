"""What is still arriving: a file until its photograph was read, in words, and no ghost of one that left."""
from app.uploads import Upload, UploadState
from components.arrivals import Arrival, Arrivals
from components.arriving_tiles import arriving_html
from components.upload_queue import QueuedFile
from tests.components.test_upload_panel import words


def upload(state: UploadState = UploadState.SENDING, received: int = 62, total: int = 100, *, becoming: str = 'photo') -> Upload:
    return Upload('IMG_1.jpg', total, received, state, becoming=becoming)


def said(arrivals: Arrivals, *uploads: Upload, queue: tuple[QueuedFile, ...] = (), pool: tuple[str, ...] = ()) -> list[str]:
    return [one.words for one in arrivals.now(uploads, queue, pool)]


def test_a_file_waits_is_sent_and_is_checked() -> None:
    waiting, unsent = QueuedFile('1764066615000b.jpg5', '7.9 MB'), QueuedFile('1764066615000c.jpg5', is_unsent=True)
    assert said(Arrivals(), upload(), upload(UploadState.CHECKING), queue=(waiting, unsent)) == ['Sending 62 %', 'Checking', 'Waiting']
    assert said(Arrivals(), upload(total=0), upload(received=0), upload(received=900)) == ['Sending', 'Sending 0 %', 'Sending 100 %']


def test_what_came_to_nothing_or_was_there_already_is_not_arriving() -> None:
    cancelled = upload()
    cancelled.is_cancelled = True
    assert said(Arrivals(), upload(UploadState.REFUSED), upload(UploadState.ALREADY_HERE), cancelled) == []


def test_a_file_that_was_added_arrives_until_its_photograph_was_read_even_when_the_list_was_put_away() -> None:
    arrivals, one = Arrivals(), upload()
    assert said(arrivals, one) == ['Sending 62 %']
    one.state = UploadState.ADDED
    assert said(arrivals, one) == said(arrivals) == ['Checking']
    assert said(arrivals, one, pool=('photo',)) == []


def test_a_photograph_that_was_read_before_its_file_is_done_is_there_and_its_file_is_not() -> None:
    assert said(Arrivals(), upload(UploadState.CHECKING), pool=('photo',)) == []


def test_no_ghost_stays_of_a_photograph_that_left_before_it_was_read() -> None:
    arrivals, one = Arrivals(), upload()
    said(arrivals, one)
    one.state = UploadState.ADDED
    assert said(arrivals, one) == ['Checking']
    arrivals.pool_was_read([one])
    assert said(arrivals, one) == []


def test_what_came_first_stays_first_whatever_list_changes() -> None:
    arrivals, desk, phone = Arrivals(), upload(), upload(total=0)
    assert said(arrivals, desk, phone) == said(arrivals, phone, desk) == ['Sending 62 %', 'Sending']


def test_a_name_is_never_markup() -> None:
    hostile = '"><img src=x onerror=alert(1)>{{7*7}}.jpg'
    fragment = arriving_html(Arrival('k', hostile, 'Sending 7 %', 7))
    assert '<img' not in fragment and words(fragment) == f'Sending 7 % {hostile}'
    assert 'width:7%' in fragment and 'dir="auto"' in fragment
    assert 'df-progress' not in arriving_html(Arrival('k', 'a.jpg', 'Waiting'))
