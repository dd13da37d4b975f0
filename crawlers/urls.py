"""Addresses: one document, many URLs. The canonical form, and when two addresses mean the same document or place."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Parameters that say how a visitor came or how a page is dressed, never which document it is.
_NOISE = re.compile(
    r"(?:utm_\w+|spm|isappinstalled|xxgkhide|wapflag|sessionid|jsessionid|share_\w+)=.*|"
    r"from=(?:singlemessage|groupmessage|timeline|wx\w*|weixin)|"
    # Against caches: the time, or a number drawn at random.
    r"(?:timestamp|_t|_|t|rand(?:om)?|v)=(?:\d{8,}|0?\.\d+)",
    re.IGNORECASE,
)
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_MOBILE_POST = re.compile(r"/mpost_(\d+(?:_\d+)?\.html)$")
_MOBILE_WAP = re.compile(r"_wap(\.s?html?)$")
_INDEX = re.compile(r"/(?:index|default)\.s?html?$")
_POST = re.compile(r"/content/(?:\d+/\d+/)?m?post_(\d+)\.html$")
_VSB = re.compile(r"/info/(\d+)/(\d+)\.htm$")
_VSB_DYNAMIC = re.compile(r"(?:^|&)wbtreeid=(\d+)&(?:.*&)?wbnewsid=(\d+)(?:&|$)", re.IGNORECASE)
_MOBILE_FOLDER = re.compile(r"^/wap(?=/)")
_HEX = re.compile(r"/([0-9a-f]{32})\.s?html?$")


@lru_cache(maxsize=4096)
def host_key(url: str) -> tuple[str, int | None]:
    """Return the place a URL names: host in lower case, and the port unless it is the scheme's own."""
    parts = urlsplit(url)
    port = parts.port
    return (parts.hostname or "").rstrip("."), None if port in (None, 80, 443) else port


def same_place(one: str, other: str) -> bool:
    """Tell whether two URLs name the same host and port."""
    return host_key(one) == host_key(other)


def twin_of_www(name: str) -> str:
    """Return the same host with `www.` taken away or put before it; an IP address or a single word stays as it is."""
    if re.fullmatch(r"[\d.]+|[^.]+|.*:.*", name):
        return name
    return name.removeprefix("www.") if name.startswith("www.") else f"www.{name}"


def join(base: str, link: str) -> str | None:
    """Resolve a link of a page; None for what leads to no page (script, mail, anchor, broken address).

    Blanks and line breaks inside are dropped, `../` above the root too, the fragment goes.
    """
    cleaned = re.sub(r"[\t\r\n]", "", link).strip()
    if not cleaned or cleaned.startswith("#") or re.match(r"(?:javascript|mailto|tel|data|about):", cleaned, re.I):
        return None
    try:
        parts = urlsplit(urljoin(base, cleaned))
        host_key(urlunsplit(parts))
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    path = re.sub(r"^(?:/\.\.)+(?=/|$)", "", parts.path) or "/"
    return urlunsplit((parts.scheme, parts.netloc, quote(path, safe="/%:@!$&'()*+,;=~"), _ascii(parts.query), ""))


def _ascii(query: str) -> str:
    return quote(query, safe="/%:@!$&'()*+,;=~?[]{}|\"")


def sendable(url: str) -> str:
    """Return an address as it can be sent: what RFC 3986 does not allow in one is percent-encoded, in UTF-8 as browsers
    write paths; line breaks and tabs go."""
    return quote(re.sub(r"[\x00-\x1f\x7f]", "", url.strip()), safe=_PRINTABLE)


def canonical_url(url: str, *, base_url: str | None = None) -> str:
    """Return the one form of an address under which a document is known.

    The scheme of an address on the portal's own host becomes that of `base_url`; host in lower case, port only where
    it is not the scheme's own; session ids and visiting noise leave the query, the rest is sorted; `mpost_` becomes
    `post_`, `_wap` goes, a trailing `/index.html` becomes `/`; percent-encoding in one form; no fragment.
    """
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    if base_url is not None and same_place(url, base_url):
        scheme = urlsplit(base_url).scheme
    name, port = host_key(url)
    shown = f"[{name}]" if ":" in name else name
    netloc = shown if port is None else f"{shown}:{port}"
    path = _SESSION.sub("", parts.path) or "/"
    path = quote(unquote(path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~", errors="surrogateescape")
    path = re.sub(r"/(?:\./)+", "/", re.sub(r"//+", "/", path))
    path = _MOBILE_POST.sub(r"/post_\1", path)
    path = _MOBILE_WAP.sub(r"\1", path)
    path = _INDEX.sub("/", path)
    given = parse_qsl(parts.query, keep_blank_values=True)
    pairs = [(key, value) for key, value in given if not _NOISE.fullmatch(f"{key}={value}")]
    return urlunsplit((scheme, netloc, path, urlencode(sorted(pairs), quote_via=quote), ""))


def document_key(url: str) -> str:
    """Return what two addresses of one document share on one site: host and the id that the platform gives a document
    (gkmlpt and NFCMS pages of a post, VSB pages by path and by query, a 32-digit id), else the canonical address
    without scheme, mobile folder and trailing slash."""
    name, port = host_key(url)
    bare = name.removeprefix("www.") + (f":{port}" if port else "")
    path, query = urlsplit(url).path, urlsplit(url).query
    if match := _VSB.search(path) or (_VSB_DYNAMIC.search(query) if path.endswith("/content.jsp") else None):
        return f"{bare} info {match[1]} {match[2]}"
    if match := _POST.search(path):
        return f"{bare} post {match[1]}"
    if match := _HEX.search(path):
        return f"{bare} hex {match[1]}"
    parts = urlsplit(canonical_url(url))
    return f"{bare} {_MOBILE_FOLDER.sub('', parts.path).rstrip('/') or '/'}" + (
        f"?{parts.query}" if parts.query else ""
    )
