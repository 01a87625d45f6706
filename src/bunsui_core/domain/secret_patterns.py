"""What secrets look like, and the words beside which they stand.

Every pattern looks at each character a bounded number of times: what it reads may be hostile.
"""

from __future__ import annotations

import re

_LONG_TOKEN = r"[A-Za-z0-9._~+/=-]"

LOOKS = (
    *("-----BEGIN", "AKIA", "ASIA", "ABIA", "ACCA", "IQoJ", "FwoG", "FQoG", "AQoD", "AgoJ", "eyJ"),
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "sk-", "k_live_"),
    *("k_test_", "AIza", "SG.", "npm_", "pypi-", "hvs.", "dop_v1_", "ya29.", "hooks.slack"),
)
"""What a text has somewhere when `WHOLE` finds something in it; most texts have none of it."""

_KEYS = (
    *("api", "access", "secret", "private", "encryption", "signing", "account", "storage"),
    *("shared", "master", "auth"),
)
_SHORT = ("pass", "pw", "pin", "dsn")

NAMES = (
    *("passw", "passphrase", "passcode", "pwd", "secret", "credential", "token", "authorization"),
    *(f"{word}{gap}key" for word in _KEYS for gap in ("", "_", "-", " ")),
    *(f"connection{gap}string" for gap in ("", "_", "-", " ")),
    *("x-amz-sig", "?sig", "&sig", ";sig"),
    *(f"{before}{word}" for word in _SHORT for before in "\"';?&"),
)
"""What a text in lower case has somewhere when `WORD` finds something in it."""

# The body of a key stops where a text ends that is quoted in another one.
_KEY_BLOCK = (
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[A-Za-z0-9+/=:,.\s]|\\(?!\")|-(?!-))*+"
    r"(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?"
)
_VENDORS = (
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",
    r"\bgithub_pat_\w{20,}",
    r"\bglpat-[\w-]{18,}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"\bsk-(?=[\w-]{0,60}?\d)[\w-]{20,}",
    r"\b[rs]k_(?:live|test)_\w{10,}",
    r"\bAIza[\w-]{35}",
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
    r"\bnpm_[A-Za-z0-9]{36}",
    r"\bpypi-[\w-]{50,}",
    r"\bhvs\.[\w-]{20,}",
    r"\bdop_v1_[a-f0-9]{64}",
    r"\bya29\.[\w-]{20,}",
    r"(?<=hooks\.slack\.com/services/)[\w/]{20,}",
)

WHOLE = re.compile(
    "|".join(
        (
            _KEY_BLOCK,
            r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b(?:\W{1,4}[A-Za-z0-9/+]{40}(?![\w/+=]))?",
            r"\b(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz|AQoDYXdz|AgoJb3JpZ2lu)[A-Za-z0-9/+=%_-]{20,}",
            r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,4}",
            *_VENDORS,
        )
    )
)
"""Secrets that are known by what they look like."""

USERINFO = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]{0,30}://[^\s/?#:@\"'<>\\]{0,200}:)"
    r"(?P<value>[^\s/\"'<>\\]{1,500})(?=@)",
    re.IGNORECASE,
)
"""The password in an address."""

ORACLE = re.compile(r"(?P<before>:thin:[^\s/@\"']{1,100}/)(?P<value>[^\s@\"']{1,200})(?=@)")
"""The password in an address of Oracle's JDBC driver."""

IDENTIFIED = re.compile(
    r"(?P<before>\b(?:identified\s{1,4}by|password)\s{1,4}['\"])(?P<value>[^'\"\n]{1,500})",
    re.IGNORECASE,
)
"""The password in a statement of SQL."""

SCHEME = re.compile(
    r"(?P<before>\b(?:bearer|basic|negotiate)\s{1,4})(?P<value>" + _LONG_TOKEN + "{8,})",
    re.IGNORECASE,
)
"""What follows the scheme of an Authorization header."""

HEADER = re.compile(
    r"(?P<before>\b(?:proxy-)?authorization(?:\\*[\"'])?\s{0,4}[:=]\s{0,4}(?:\\*[\"'])?"
    r"(?=(?:bearer|basic|digest|negotiate|token|apikey|aws4-hmac-sha256)\s)"
    r"|\b(?:set-)?cookie(?:\\*[\"'])?\s{0,4}[:=]\s{0,4}(?:\\*[\"'])?(?=[^\s=;\"']{1,100}=))"
    r"(?P<value>[^\r\n\"'\\]+)",
    re.IGNORECASE,
)
"""A header that carries who somebody is."""

# `token` alone is also a place in a list, and what makes a call idempotent: those stay.
_NO_TOKEN = "".join(
    rf"(?<!{word}token)(?<!{word}[ _-]token)"
    for word in ("next", "client", "request", "idempotency", "continuation", "page", "max")
)
_LONG = (
    r"pass(?:word|wd|phrase|code)s?|pwd|authorization|secret(?:[ _-]?string|[ _-]?binary|s)?"
    rf"|credentials?|(?:{'|'.join(_KEYS)})[ _-]?key(?![ _-]?id)|connection[ _-]?string"
    rf"|(?:x-amz-|[?&;])(?:signature|sig)|token{_NO_TOKEN}"
)

ENDING = re.compile(rf"(?:{_LONG})[ _-]?\d{{0,3}}\Z|\A(?:{'|'.join(_SHORT)})\Z")
"""With what the name of a secret ends, or what it is, in lower case."""

WORD = re.compile(rf"(?:{_LONG}|[\"';?&](?:{'|'.join(_SHORT)})(?![a-z_]))\d{{0,3}}")
"""The end of such a name in a text in lower case."""

_CLOSE, _SIGN = r"(?P<close>\\*[\"'])", r"\s{0,8}(?:=>|:=|[:=])\s{0,8}"
_QUOTED = r"(?P<quote>\\*[\"']))(?P<value>.*?)(?=(?<!\\)(?P=quote)|\Z)"
_BARE = r"[^\s\\\"'&;<>(){}\[\],]"

AFTER = (
    # In JSON, also in JSON within JSON, in YAML and in code.
    re.compile(rf"(?P<before>{_CLOSE}?{_SIGN}{_QUOTED}", re.DOTALL),
    # A list of names and values, as of a container's environment.
    re.compile(
        rf"(?P<before>{_CLOSE}\s{{0,8}},\s{{0,8}}(?P=close)[Vv]alue(?P=close){_SIGN}{_QUOTED}",
        re.DOTALL,
    ),
    # A number or a list in JSON.
    re.compile(
        rf"(?P<before>{_CLOSE}\s{{0,8}}:\s{{0,8}})"
        r"(?P<value>-?\d[\d.eE+-]*|\[[^\[\]{}]*(?:\]|\Z))(?P<unquoted>)"
    ),
    # Between tags.
    re.compile(r"(?P<before>>)(?P<value>[^<>]{1,4000})(?=</)"),
    # After an equals sign.
    re.compile(
        r"(?P<before>\s{0,4}=(?!=)\s{0,4})"
        rf"(?P<value>(?:{_BARE}|\\(?![nrt\"'\s])|,(?=[^\s\"'])){{1,4000}})"
    ),
)
"""How a value stands after its name, wherever that stands."""

FLAG = re.compile(r"(?P<before>\s{1,4})(?P<value>[^\s\\\"'<-][^\s\\\"']{0,4000})")
"""How it stands on a command line, after a flag."""

LINE = re.compile(
    r"(?P<before>:[ \t]{1,8})(?P<value>[^\s\"'<{}\[\]\\,]{1,4000})(?=[ \t]*$)", re.MULTILINE
)
"""How it stands at the end of a line that begins with its name, as in YAML."""

SAID = re.compile(
    r"(?P<before>\s{0,4}:\s{0,4}|\s{1,4}(?:is\s|was\s)?)" rf"(?P<value>{_BARE}{{6,300}})"
)
"""How it may stand in a sentence; a secret is only what looks like one."""
