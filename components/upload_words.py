"""How far a file is, in words and as a share: for its row in the panel and for its tile among the photographs."""
from app.uploads import Upload, UploadState

WAITING = 'Waiting'
CHECKING = 'Checking'


def share_percent(upload: Upload) -> int | None:
    """Return how much of a file has arrived; None where the request did not say how much there is."""
    if not upload.total_bytes:
        return None
    return round(100 * upload.received_bytes / max(upload.total_bytes, upload.received_bytes))


def sending_words(upload: Upload) -> str:
    """Return 'Sending 62 %', and 'Checking' once a file is whole."""
    if upload.state is not UploadState.SENDING:
        return CHECKING
    share = share_percent(upload)
    return 'Sending' if share is None else f'Sending {share} %'
