"""Addresses without credentials: what is shown is what is known to be harmless.

Makers hide a camera's password in ever new places: before the host, in parameters called ``psw``,
``loginpas`` or ``p``, in the path. A list of secrets is never whole; of a URL only its host, the
words that say which stream it is, and values that cannot be a password are shown. All else is
``***``. Worker and command centre both use this one: what one hides the other must not show.
"""

from __future__ import annotations

import re

HIDDEN = "***"
_SCHEME = r"(?P<scheme>\b[a-zA-Z][a-zA-Z0-9+.\-]*://)"
_HOST = r"(?:\[[0-9a-fA-F:.%]+\]|[\w.\-]+)(?::\d{1,5})?"
_USERINFO = re.compile(_SCHEME + r"[^/?#\s\"']*@")
_USERINFO_WITH_SLASH = re.compile(_SCHEME + r"[^/?#@:\s\"']*:[^\s\"']*@")
"""A password with a slash in it; what is no password but looks like one goes as well."""
_BROKEN = re.compile(
    rf"{_SCHEME}(?!\*\*\*@)(?!{_HOST}(?:[/?#\s\"'`),;.\]}}>]|:\s|:?$))(?:(?!://)[^\n])*@"
)
"""A password with a blank or a quote in it: up to the last ``@`` of the line or the next URL."""
_BARE_USERINFO = re.compile(r"(?<![\w/@*])[^\s:@/\"'`*]+:[^\s@/\"'`]+@(?=[\w\[])")
_URL = re.compile(rf"{_SCHEME}(?P<rest>[^\s\"'`<>]*)")
_BARE_QUERY = re.compile(r"\?(?P<query>[^\s\"'`<>?]*=[^\s\"'`<>]*)")
_END = re.compile(r"[),.;:\]}]*$")
_LOCAL = ("file:", "sqlite")
"""Schemes of files of this machine."""

_WORDS = frozenset(
    """
    a alerts amp analysed api audio auth av avc avstream axis b bin c cam camera cameras
    cameralive cgi ch chan channel channels chn compliance contentmgmt d default defaultprimary
    defaultsecondary e evidence f footage g h health heartbeat hevc high history html http https
    i image img index ingest isapi j jpeg jpg k l live livestream login logout low m main
    mainstream me media medium mjpeg mjpg mp mpeg multicast n o onvif openapi orders p parts preview
    play playback poll primary profile psia q r ready realmonitor realtime recording recordings
    retention rtp rtsp rules s sdp search second secondary sensor smp snapshot stream streaming
    streams sub substream t tcp third time track tracks trouble ts u udp unicast users v video
    videomain videos videostream videosub views w x y z
    """.split()  # noqa: SIM905 -- a hundred lines for one
)
_KEYS = frozenset(
    """
    audio begin bitrate camera channel channelid channelno channelnum chan ch chn cam codec
    compression end endtime fps framerate from_at is_key is_transcoded kind limit linktype
    multicast port profile proto protocol quality res resolution start starttime stream streamid
    streamno streamtype subtype to_at track trackid transmode transport transportmode type
    unicast video videocodec wait_s
    """.split()  # noqa: SIM905 -- a hundred lines for one
)
_CREDENTIAL_KEYS = frozenset(
    """
    access_token account auth grant key loginpas loginuse pass passwd password psw pw pwd secret
    session sig sign signature token user username usr
    """.split()  # noqa: SIM905 -- a hundred lines for one
)
"""Shown by name, so that one sees what stood there; never their values."""
_LONG_NUMBERS_AFTER = frozenset({"channels", "tracks"})
_PIECE = re.compile(r"([a-z]*)(\d{0,3})")
_VALUE = re.compile(r"\d{1,4}|\d{1,4}x\d{1,4}|true|false|yes|no|on|off")
_MOMENT = re.compile(
    r"\d{4}-?\d{2}-?\d{2}[tT_]?\d{2}[:_]?\d{2}[:_]?\d{2}(?:\.\d{1,9})?(?:[zZ]|[+\-]\d{2}:?\d{2})?"
)


def redact_url(text: str) -> str:
    """Every URL of ``text`` without what could be a credential; the rest stays as it is.

    >>> redact_url("open rtsp://admin:p@ss@10.0.0.8/ch1?token=abc&subtype=1 failed")
    'open rtsp://***@10.0.0.8/ch1?token=***&subtype=1 failed'
    >>> redact_url("rtsp://10.0.0.8/live/admin/12345/ch1")
    'rtsp://10.0.0.8/live/***'
    """
    for pattern in (_USERINFO, _USERINFO_WITH_SLASH, _BROKEN):
        text = pattern.sub(lambda m: f"{m['scheme']}{HIDDEN}@", text)
    text = _BARE_USERINFO.sub(f"{HIDDEN}@", text)
    text = _BARE_QUERY.sub(lambda m: "?" + _shown_bare(m["query"]), text)
    return _URL.sub(lambda m: m["scheme"] + _shown_rest(m["scheme"], m["rest"]), text)


def _shown_rest(scheme: str, rest: str) -> str:
    if scheme.lower().startswith(_LOCAL):
        return rest
    user, at, rest = rest.rpartition("@") if rest.startswith(f"{HIDDEN}@") else ("", "", rest)
    host = re.match(_HOST, rest)
    if host is None:
        return f"{user}{at}{HIDDEN}" if rest else f"{user}{at}"
    end = _END.search(rest, host.end())
    assert end is not None
    tail = rest[host.end() : end.start()]
    if tail[:1] not in ("", "/", "?", "#"):
        return f"{user}{at}{HIDDEN}"
    tail, has_fragment, _ = tail.partition("#")
    path, mark, query = tail.partition("?")
    shown = _shown_path(path) + (f"?{_shown_query(query)}" if mark else "")
    return f"{user}{at}{host[0]}{shown}{f'#{HIDDEN}' if has_fragment else ''}{end[0]}"


def _shown_path(path: str) -> str:
    """From the first part on that is not known, nothing: what follows a user is a password."""
    shown: list[str] = []
    for segment in path.split("/"):
        before = shown[-1].lower() if shown else ""
        if "=" in segment:
            pairs = [_shown_pair(pair) for pair in re.split(r"[&;_]", segment)]
            separators = re.findall(r"[&;_]", segment)
            shown.append("".join(a + b for a, b in zip(pairs, [*separators, ""], strict=True)))
            if HIDDEN in shown[-1] and segment != shown[-1]:
                break
        elif _is_known(segment) or (
            before in _LONG_NUMBERS_AFTER and re.fullmatch(r"\d{4}", segment)
        ):
            shown.append(segment)
        else:
            shown.append(HIDDEN)
            break
    return "/".join(shown)


def _is_known(segment: str) -> bool:
    return segment in ("", HIDDEN, "…") or all(
        (found := _PIECE.fullmatch(piece)) is not None and (not found[1] or found[1] in _WORDS)
        for piece in re.split(r"[-_.]", segment.lower())
    )


def _shown_bare(query: str) -> str:
    end = _END.search(query)
    assert end is not None
    return _shown_query(query[: end.start()]) + end[0]


def _shown_query(query: str) -> str:
    parts = re.split(r"([&;?])", query)
    return "".join(part if index % 2 else _shown_pair(part) for index, part in enumerate(parts))


def _shown_pair(pair: str) -> str:
    key, equals, value = pair.partition("=")
    if not equals:
        return pair if _is_known(pair) else HIDDEN
    name = key.lower()
    if name in _KEYS:
        is_moment = _MOMENT.fullmatch(value) is not None
        if not value or _VALUE.fullmatch(value.lower()) or _is_known(value) or is_moment:
            return pair
        return f"{key}={HIDDEN}"
    return f"{key}={HIDDEN}" if name in _CREDENTIAL_KEYS else HIDDEN
