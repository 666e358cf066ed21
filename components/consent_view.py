"""What a patient agrees to and what happened with it, as fragments: one card per use, and a line for everything that happened."""
from collections.abc import Collection
from datetime import datetime, timedelta, tzinfo
from html import escape

from app.consent_words import LANGUAGES, WORDS
from components import formatting
from components.design import icon_svg
from data.consent_records import ConsentHistory, ConsentRecord, RevocationRecord, ScopeStanding, ScopeState
from data.models import Language, Method, Scope, Signer

_SOON = timedelta(days=30)
_ENGLISH = WORDS[Language.ENGLISH]
_STATES = {
    ScopeState.GIVEN: ('Given', 'circle-check', 'df-ok'), ScopeState.EXPIRED: ('Expired', 'history', 'df-warn'),
    ScopeState.REVOKED: ('Revoked', 'file-x-2', 'df-bad'), ScopeState.NOT_GIVEN: ('Not given', 'ban', 'df-meta'),
}
_HOW = {Method.SIGNATURE: 'Signed here', Method.VERBAL: 'Given verbally', Method.WRITTEN: 'On paper', Method.OTHER: 'Given in another way'}


def scopes_html(standing: Collection[ScopeStanding], now: datetime, zone: tzinfo) -> str:
    """Return the cards of all uses, escaped."""
    return ''.join(_scope(one, now, zone) for one in standing)


def _scope(one: ScopeStanding, now: datetime, zone: tzinfo) -> str:
    state = one.state(now)
    word, icon, look = _STATES[state]
    if state is ScopeState.GIVEN and one.has_end and one.until is not None and one.until - now <= _SOON:
        word, look = f'Expires in {formatting.plural(max(1, (one.until - now).days), "day")}', 'df-warn'
    name, use = _ENGLISH.scopes[one.scope]
    return (f'<li class="df-scope"><span class="df-scope-state {look}">{icon_svg(icon, 18)}{escape(word)}</span>'
            f'<b>{escape(name)}</b><span class="df-muted">{escape(use)}</span>'
            f'<span class="df-meta df-num">{escape(_when(one, state, zone))}</span></li>')


def _when(one: ScopeStanding, state: ScopeState, zone: tzinfo) -> str:
    """Return 'Valid to 12 Mar 2027', '3 Nov 2026', 'Never asked'."""
    if state is ScopeState.NOT_GIVEN or one.until is None:
        return 'Asked, not given' if one.was_asked else 'Never asked'
    if state is ScopeState.GIVEN and not one.has_end:
        return 'Valid without end'
    last = formatting.day(formatting.local(one.until - timedelta(microseconds=1), zone).date())
    return f'Valid to {last}' if state is ScopeState.GIVEN else last


def scope_words(scopes: Collection[Scope]) -> str:
    """Return 'clinical record, teaching' in the order of the form."""
    return ', '.join(scope.value for scope in Scope if scope in scopes)


def history_html(history: ConsentHistory, zone: tzinfo) -> str:
    """Return everything that happened, newest first, escaped."""
    lines = [(one.granted_at, _recorded(one, zone)) for one in history.consents]
    lines += [(one.revoked_at, _revoked(one, zone)) for one in history.revocations]
    lines += [(at, _line(at, zone, 'history', 'warn', 'Expired', scope_words(scopes), '', '', is_by_itself=True))
              for at, scopes in history.expiries]
    return ''.join(line for _at, line in sorted(lines, key=lambda line: line[0], reverse=True))


def _recorded(one: ConsentRecord, zone: tzinfo) -> str:
    who = 'the patient' if one.signer is Signer.PATIENT else f'{one.signer_name}, {one.signer_relation}'
    until = f', valid to {formatting.day(one.expires_on)}' if one.expires_on else ''
    notes = f' “{one.notes}”' if one.notes else ''
    replaced = f' Replaced on {formatting.day(formatting.local(one.replaced_at, zone).date())}.' if one.replaced_at else ''
    said = f'{_HOW[one.method]}, by {who}. Form {one.form_version}, {LANGUAGES[one.language]}{until}.{notes}{replaced}'
    return _line(one.granted_at, zone, 'circle-check', 'ok', 'Recorded', scope_words(one.scopes), said, one.who)


def _revoked(one: RevocationRecord, zone: tzinfo) -> str:
    uses = f' {formatting.plural(one.uses, "earlier use")}, {one.uses_done} seen to.' if one.uses else ' No earlier use is known.'
    return _line(one.revoked_at, zone, 'file-x-2', 'bad', 'Revoked', scope_words(one.scopes), f'“{one.reason}”{uses}', one.who)


def _line(at: datetime, zone: tzinfo, icon: str, look: str, what: str, scopes: str, said: str, who: str, *,
          is_by_itself: bool = False) -> str:
    time = 'by itself' if is_by_itself else formatting.clock(at, zone)
    person = f'<span class="df-meta">{escape(who)}</span>' if who else ''
    told = f'<span class="df-muted">{escape(said)}</span>' if said else ''
    return (f'<li class="df-told df-told--{look}"><span class="df-told-when df-num"><b>{formatting.day(formatting.local(at, zone).date())}'
            f'</b><span class="df-meta">{time}</span></span><span class="df-told-mark">{icon_svg(icon, 16)}</span>'
            f'<span class="df-told-what"><span><b class="df-{look}">{what}:</b> {escape(scopes)}</span>{told}{person}</span></li>')
