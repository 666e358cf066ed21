"""What a phone sees behind a code: whose photographs it sends, two inputs, and how what it sent ended. Plain HTML without script."""
from base64 import b64encode
from datetime import datetime, tzinfo
from html import escape

from app.handing_off import PhonePage
from app.intake import FIELD
from app.uploads import Upload, UploadState
from components import formatting
from components.design import asset, icon_svg

_MINUTE_S = 60
_STATES = {
    UploadState.SENDING: ('loader-circle', 'df-calm'), UploadState.CHECKING: ('loader-circle', 'df-calm'),
    UploadState.ADDED: ('circle-check', 'df-ok'), UploadState.ALREADY_HERE: ('copy', 'df-calm'),
    UploadState.REFUSED: ('circle-x', 'df-bad'),
}
_IN_THE_RECORD = frozenset({UploadState.ADDED, UploadState.ALREADY_HERE})


def capture_page(page: PhonePage, *, address: str, form_key: str, now: datetime, zone: tzinfo, problem: str = '', back: str = '') -> str:
    """Return the page of a link that works; its forms post to `address`. `problem` says first what went wrong.

    With `back` a link leads there: the browser is the one in which the entry is open, and not a phone with a code.
    """
    alert = f'<p class="df-alert" role="alert">{escape(problem)}</p>' if problem else ''
    ways_in = _blocked() if page.refusal else _picks(f'{address}?form={form_key}')
    where = 'in the open entry' if page.appointment_at else 'in the patient’s pool'
    hint = f'Photos appear {where} when they are sent. The phone’s camera may keep its own copy.'
    done = (f'<form class="df-done" method="post" action="{escape(address)}?end=1">'
            '<button type="submit">Done, close this link</button></form>')
    body = (f'{_way_back(page, back)}{_who(page, now, zone)}<main>{alert}<div class="df-picks">{ways_in}</div><p class="df-hint">{hint}</p>'
            f'{_sent(page, address, zone)}{done}</main>')
    return _document('Add photos', body)


def expired_page(not_added: int = 0) -> str:
    """Return what every address says that is no link, or is one no more: the same for all, and it names nobody."""
    lines = ('<p>Codes work for 30 minutes. Make a new one on the entry and scan it again.</p>'
             '<p class="df-note">Photos already sent are in the record. Nothing is waiting on this page.</p>')
    return _over('timer', 'This code has expired', lines, not_added)


def in_use_page(not_added: int = 0) -> str:
    """Return what another browser is told than the one that holds the link. It names nobody."""
    lines = '<p>Another phone sends photos with this code. Release it on the clinic’s computer, then reload this page.</p>'
    return _over('smartphone', 'This code is in use', lines, not_added)


def _over(icon: str, title: str, lines: str, not_added: int) -> str:
    which = 'The last photo was' if not_added == 1 else f'The last {not_added} photos were'
    first = f'<p class="df-alert" role="alert">{which} not added.</p>' if not_added else ''
    return _document(title, f'<main class="df-over">{first}{icon_svg(icon, 40)}<h1>{title}</h1>{lines}</main>')


def _way_back(page: PhonePage, address: str) -> str:
    if not address:
        return ''
    words = 'Back to the entry' if page.appointment_at else 'Back to the pool'
    return f'<nav class="df-back"><a href="{escape(address)}">{icon_svg("arrow-left", 22)}{words}</a></nav>'


def _who(page: PhonePage, now: datetime, zone: tzinfo) -> str:
    patient, at = page.patient, page.appointment_at
    born = f'<span>born {formatting.day(patient.birth_on)}</span>' if patient.birth_on else ''
    today = formatting.local(now, zone).date()
    visit = f'Entry <b>{_short(formatting.local(at, zone), today.year)}</b>' if at else '<b>Image pool</b>'
    minutes = max(1, -(-int((page.expires_at - now).total_seconds()) // _MINUTE_S))
    return (f'<header class="df-who"><h1>{escape(patient.name)}</h1><p class="df-ids"><code>{escape(patient.unique_id)}</code>{born}</p>'
            f'<p class="df-visit df-num"><span>{visit}</span><span><b>{formatting.plural(minutes, "minute")} left</b>, until '
            f'{formatting.clock(page.expires_at, zone)}</span></p></header>')


def _short(at: datetime, year: int) -> str:
    return f'{formatting.day(at.date()).removesuffix(f" {year}")}, {at:%H:%M}'


def _picks(address: str) -> str:
    return (_pick(address, 'Take photo', 'camera', 'df-pick--camera', 'capture="environment"')
            + _pick(address, 'Choose photos', 'images', '', 'multiple'))


def _pick(address: str, name: str, icon: str, classes: str, more: str) -> str:
    """Return a form of one input that is as large as its label, and a Send that shows once something is chosen."""
    return (f'<form class="df-pick {classes}" method="post" enctype="multipart/form-data" autocomplete="off" action="{escape(address)}">'
            f'<label>{icon_svg(icon, 24)}<span>{name}</span>'
            f'<input type="file" name="{FIELD}" accept="image/*" aria-label="{name}" {more} required></label>'
            f'<button class="df-send" type="submit">{icon_svg("upload", 24)}<span>Send photos</span></button></form>')


def _blocked() -> str:
    return ('<div class="df-blocked" role="alert"><b>Patient Photography Authorization Required</b>'
            '<p>Record consent on the clinic’s computer, then reload this page.</p></div>'
            f'<div class="df-off">{icon_svg("camera", 24)}Take photo</div><div class="df-off">{icon_svg("images", 24)}Choose photos</div>')


def _sent(page: PhonePage, address: str, zone: tzinfo) -> str:
    rows = ''.join(_row(upload, number, page.thumbs, zone) for upload, number in reversed(_numbered(page.sent)))
    reload = f'<a href="{escape(address)}">Reload</a>'
    return (f'<section class="df-sent"><div class="df-sent-head"><h2>Sent</h2><span>{escape(_summary(page))}</span>{reload}</div>'
            f'<ul class="df-rows">{rows}</ul></section>')


def _numbered(sent: list[Upload]) -> list[tuple[Upload, int]]:
    """Return every file with its number among those that were not refused."""
    is_taken = [upload.state is not UploadState.REFUSED for upload in sent]
    return [(upload, sum(is_taken[:position])) for position, upload in enumerate(sent, 1)]


def _summary(page: PhonePage) -> str:
    there = sum(one.state in _IN_THE_RECORD for one in page.sent)
    refused = sum(one.state is UploadState.REFUSED for one in page.sent)
    if not page.sent:  # the list is kept in memory: after a restart only the record knows
        return 'earlier photos are in the record' if page.is_connected else 'nothing yet'
    return f'{there} in the record' + (f', {refused} refused' if refused else '')


def _row(upload: Upload, number: int, thumbs: dict[str, bytes], zone: tzinfo) -> str:
    icon, look = _STATES[upload.state]
    name = upload.name if upload.state is UploadState.REFUSED else f'Photo {number}'
    tone = ' class="df-bad"' if upload.state is UploadState.REFUSED else ''
    return (f'<li>{_thumb(upload, thumbs)}<div class="df-what"><b>{escape(name)}</b><span{tone}>{escape(_line(upload, zone))}</span></div>'
            f'<span class="{look}">{icon_svg(icon, 22)}</span></li>')


def _thumb(upload: Upload, thumbs: dict[str, bytes]) -> str:
    if upload.state is UploadState.REFUSED:
        return f'<div class="df-thumb df-bad">{icon_svg("ban", 22)}</div>'
    if picture := thumbs.get(upload.image):
        return f'<img class="df-thumb" alt="" src="data:image/jpeg;base64,{b64encode(picture).decode()}">'
    return f'<div class="df-thumb">{icon_svg("image", 22)}</div>'


def _line(upload: Upload, zone: tzinfo) -> str:
    if upload.is_under_way:
        return 'Being checked. Reload to see.'
    if upload.state is UploadState.ADDED:
        since = f' since {formatting.clock(upload.at, zone)}' if upload.at else ''
        # whose is not said here: a phone goes from hand to hand
        twin = '. The same file is also in another record. Please check on the computer.' if upload.has_twin else ''
        return f'In the record{since}{twin}'
    if upload.state is UploadState.ALREADY_HERE:
        return upload.sentence
    return f'Not added: {upload.sentence.rstrip(".")}.'


def _document(title: str, body: str) -> str:
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Dermafolio</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"><meta name="robots" content="noindex">'
            '<meta name="color-scheme" content="light dark">'
            f'<link rel="stylesheet" href="{asset("capture.css")}"><link rel="icon" type="image/svg+xml" href="{asset("favicon.svg")}">'
            f'</head><body>{body}</body></html>')
