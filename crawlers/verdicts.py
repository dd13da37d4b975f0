"""Verdicts: what an exchange is. A status of 200 is no success, and a challenge is never solved, only named.

The rules are rows: the first that fits decides. They look at an exchange alone; what only the crawl knows (an address
the registry does not name, a circle of redirects, a request that robots.txt forbids) the crawl says itself.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawlers.archive.captures import Verdict
from crawlers.archive.exchange import Exchange, Judgement
from crawlers.bodies import CutShortError, TooLargeError, to_text, unpack

LARGEST_PAGE = 10_000_000
"""Bytes of a page, unpacked."""
LARGEST_FILE = 60_000_000
"""Bytes of an attachment, unpacked."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})

# What Twisted and OpenSSL say, and what it means.
_SILENCES = (
    (r"\S+ leads to \S+, which is no public address", "{}: it is not asked"),
    (r"ConnectionRefused", "{host} refuses connections: no web server listens on port {port}"),
    (r"CannotResolveHost|DNSLookup|name or service not known", "the name {host} cannot be resolved to an address"),
    (r"Timeout|timed out|took longer", "{host} did not answer within the time allowed"),
    (r"VerificationError|(?:IPAddress|DNS)Mismatch", "the certificate that {host} shows is made out to another name"),
    (r"certificate verify failed", "the certificate of {host} cannot be trusted"),
    (r"SSL|TLS|handshake", "no secure connection to {host} can be made: its TLS is older or other than is accepted"),
    (r"no route|unreachable", "no way leads to {host} from this network"),
    (r"ResponseNeverReceived|ConnectionLost|ConnectionDone|ResponseDataLoss|non-?clean|reset",
     "{host} closed the connection without an answer"),
)  # fmt: skip

FILE_NAME = re.compile(r"\.(pdf|docx?|wps|ofd|xlsx?|et|rtf|pptx?|zip|rar|7z|jpe?g|png|gif|tiff?)$", re.IGNORECASE)
_DOWNLOAD = re.compile(
    r"(?:downfile|download(?:attach)?)\b[^/]*\.(?:jsp|do|aspx?|php|action)$|/download/", re.IGNORECASE
)
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"Rar!", "rar"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"{\\rtf", "rtf"),
)
_SPACE = re.compile(r"\s+")
_UNSEEN = re.compile(r"<(script|style|noscript|template|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_TAG = re.compile(r"<[^>]*>")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.I | re.S)
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script\s*>", re.I | re.S)
_HAN = re.compile(r"[\u4e00-\u9fff]|\\u[4-9][0-9a-fA-F]{3}")
FEWEST_HAN_OF_A_TEXT = 200
"""Chinese characters that the data of a page has at least, where it is a text and no menu."""
NO_BODY = "the answer has no body"
LEADS_ON = "the page only leads on to "
"""How the reason begins of a page that has moved and says so itself, without a redirect; the address follows."""
MOST_SHOWN_ON_THE_WAY = 60
"""Characters that such a page shows at most: 「页面已迁移，3秒后自动跳转」."""
_CARRIES = re.compile(r"<(?:iframe|embed|object|frame|img)\b|\.(?:pdf|docx?|wps|ofd)\b", re.I)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: if every condition that is given holds, the verdict is given with the sentence."""

    verdict: Verdict
    sentence: str
    statuses: frozenset[int] = frozenset()
    body: str | None = None
    """A pattern in the first 64 KB of the body as text."""
    _body: re.Pattern[str] | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        if self.body is not None:
            object.__setattr__(self, "_body", re.compile(self.body, re.IGNORECASE | re.MULTILINE | re.DOTALL))

    def fits(self, status: int, text: str) -> bool:
        """Tell whether the row holds for an answer."""
        if self.statuses and status not in self.statuses:
            return False
        return self._body is None or self._body.search(text) is not None


def _codes(*codes: int) -> frozenset[int]:
    return frozenset(codes)


MOST_SHOWN_BY_A_WALL = 300
"""Characters: what shows more text is a page, whatever scripts its guard has left in it."""

# Walls known by what they send in place of a page; whatever the status.
WALLS: tuple[Rule, ...] = (
    Rule(
        "blocked",
        "a script challenge (瑞数) stands before the page",
        body=r"\$_ts\s*[.=]|_\$[a-z]{2}\(.{0,80}\$_ts|<meta[^>]+r=['\"]m['\"]",
    ),
    Rule(
        "blocked",
        "a script challenge (加速乐) stands before the page",
        body=r"__jsl_clearance|document\.cookie\s*=\s*\(?['\"_]*jsl",
    ),
    Rule(
        "blocked",
        "a script challenge (360 网站卫士) stands before the page",
        body=r"wzws(?:confirm|template|challenge)|WZWSREL",
    ),
    Rule("blocked", "a script challenge (网宿) stands before the page", body=r"/_fec_sbu/"),
    Rule(
        "blocked",
        "a script challenge stands before the page",
        body=r"<title>\s*(?:请稍候|请稍等|安全验证|访问验证|人机验证|just a moment|checking your browser)",
    ),
    Rule(
        "blocked",
        "a script that sets a cookie and loads the page again stands before it",
        # A page that leads somewhere, or is built by scripts of its own, may do so when a visitor chooses a skin.
        body=r"\A(?!.*<(?:a|i?frame|form|script[^>]{0,200}\ssrc)\b).*document\.cookie\s*=.{0,2000}?location"
        r"(?:\.reload\s*\(|(?:\.href)?\s*=\s*(?:window\.|document\.|self\.)?location\b"
        r"|\.replace\(\s*(?:window\.|document\.)?location\b)",
    ),
    Rule(
        "blocked",
        "a captcha stands before the page",
        body=r"codeValue=|请输入验证码|滑动验证|geetest|完成验证",
    ),
    Rule(
        "blocked",
        "a firewall refused the request",
        body=r"网站防火墙|web应用防火墙|请求.{0,10}(?:被拦截|已被阻断|存在安全风险)|"
        r"您的(?:访问|请求).{0,12}(?:拦截|拒绝|异常)|access denied|waf[_ -]?block",
    ),
)

# What the status alone says.
STATUSES: tuple[Rule, ...] = (
    Rule("blocked", "the host answered 412, as script challenges do", _codes(412)),
    Rule("blocked", "the host answered 521, as script challenges do", _codes(521)),
    Rule("blocked", "the host answered 405 to a plain GET, as script challenges do", _codes(405)),
    Rule("blocked", "the host refused the request (401)", _codes(401)),
    Rule("blocked", "the host refused the request (403)", _codes(403)),
    Rule("blocked", "the host refused the request (406)", _codes(406)),
    Rule("blocked", "the host says we ask too often (429)", _codes(429)),
    Rule("blocked", "the host refused the request (451)", _codes(451)),
    Rule("blocked", "the host accepted the request (202) and sent no page, as script challenges do", _codes(202)),
    Rule("missing", "the host says there is no such page (404)", _codes(404)),
    Rule("missing", "the host says the page is gone (410)", _codes(410)),
)  # fmt: skip

# Pages that say with a 200 that there is no page, and little else.
_THINGS = r"(?:页面|网页|内容|文件|信息|资源|文章)"
_GONE = r"(?:不存在|已?被?(?:删除|移除|撤)|找不到|未找到|无法找到|已下线|走丢|已失效|过期)"
ABSENCES: tuple[Rule, ...] = (
    Rule(
        "soft_missing",
        "the page says with status 200 that it is not there",
        body=r"<title>[^<]{0,40}(?:404|页面不存在|找不到|不存在|not found|出错|错误页)[^<]{0,40}</title",
    ),
    Rule(
        "soft_missing",
        "the page says with status 200 that it is not there",
        body=rf"(?:访问|浏览|查找|请求)的?{_THINGS}.{{0,12}}{_GONE}|{_THINGS}{_GONE}|找不到(?:该|您|相关)?{_THINGS}",
    ),
)


def is_file_address(url: str) -> bool:
    """Tell whether an address looks like that of a file to download rather than of a page."""
    parts = urlsplit(url)
    return bool(
        FILE_NAME.search(parts.path)
        or _DOWNLOAD.search(parts.path)
        or re.search(r"\.(?:pdf|docx?|wps|ofd)(?:&|$)", parts.query, re.I)
    )


def size_limit(role: str, url: str) -> int:
    """Return how many bytes an answer to such a request may have, unpacked."""
    return LARGEST_FILE if role == "attachment" or is_file_address(url) else LARGEST_PAGE


def judge(exchange: Exchange) -> Judgement:
    """Judge an exchange. The reason is one sentence; None for a plain ok."""
    status = exchange.status
    if not exchange.sent:
        return Judgement("refused", exchange.error or "the request was not sent")
    if status is None:
        if exchange.truncated == "length":
            return Judgement("too_large", exchange.error or "the answer is larger than is read")
        return Judgement("unreachable", silence(exchange.url, exchange.error or ""))
    limit = size_limit(exchange.role, exchange.url)
    if exchange.truncated == "length":
        return Judgement("too_large", f"the body is larger than {limit:,} bytes")
    if exchange.truncated == "time":
        return Judgement("truncated", "the body did not end within the time allowed")
    if status == 304:
        if exchange.revalidates is None:
            return Judgement("wrong_type", "the host answered 304 to a request without conditions")
        return Judgement("not_modified", None)
    if status in REDIRECTS:
        return _judge_redirect(exchange)
    try:
        body = unpack(exchange.body, exchange.header("content-encoding"), limit)
        damage = None
    except TooLargeError as error:
        return Judgement("too_large", str(error))
    except CutShortError as error:
        body, damage = error.partial, str(error)
    judgement = _judge_answer(exchange, status, body)
    if judgement.verdict == "ok" and (damage or exchange.truncated):
        return Judgement("truncated", damage or "the connection ended before the body did")
    return judgement


def silence(url: str, error: str) -> str:
    """Say in one sentence, for a person, why no answer came; `error` is what the network library said of it."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    for pattern, sentence in _SILENCES:
        if found := re.search(pattern, error, re.IGNORECASE | re.DOTALL):
            return sentence.format(found[0], host=parts.hostname, port=port)
    return f"no answer came from {parts.netloc} ({error})" if error else f"no answer came from {parts.netloc}"


def _judge_redirect(exchange: Exchange) -> Judgement:
    location = exchange.header("location")
    if not location:
        return Judgement("wrong_type", f"the host answered {exchange.status} without saying where to")
    if re.search(r"WZWSREL|/_fec_sbu/|ccpassport", location, re.IGNORECASE):
        return Judgement("blocked", "the host leads to a challenge page")
    if exchange.role == "article" and _is_home(location) and not _is_home(exchange.url):
        return Judgement("soft_missing", "the address leads to the home page, as deleted pages do")
    if re.search(r"/(?:404|error|notfound)[^/]*$", urlsplit(location).path, re.IGNORECASE):
        return Judgement("soft_missing", "the address leads to an error page")
    return Judgement("ok", f"moved to {location}")


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return (
        bool(re.fullmatch(r"/?(?:(?:index|default|home)\.(?:s?html?|jsp|aspx?|php))?", parts.path)) and not parts.query
    )


def _judge_answer(exchange: Exchange, status: int, body: bytes) -> Judgement:
    kind = kind_of(body)
    is_text = kind in ("html", "text", "json", "xml")
    text = to_text(body[:65536], exchange.header("content-type")) if is_text else ""
    shown = shown_text(text)
    says_little = is_text and len(shown) < MOST_SHOWN_BY_A_WALL
    for rule in WALLS if says_little else ():
        if rule.fits(status, text):
            return Judgement(rule.verdict, rule.sentence)
    for rule in STATUSES:
        if rule.fits(status, text):
            return Judgement(rule.verdict, rule.sentence)
    if status >= 500:
        return Judgement("unreachable", f"the host answered {status}")
    if not 200 <= status < 300:
        return Judgement("blocked", f"the host refused the request ({status})")
    if exchange.role == "robots":
        return Judgement("ok", None)
    if not body:
        return Judgement("truncated", NO_BODY)
    for rule in ABSENCES if says_little else ():
        if rule.fits(status, text):
            return Judgement(rule.verdict, rule.sentence)
    return _judge_content(exchange, kind, body, text, shown)


def _judge_content(exchange: Exchange, kind: str, body: bytes, text: str, shown: str) -> Judgement:
    if exchange.role == "attachment" or FILE_NAME.search(urlsplit(exchange.url).path):
        if kind in ("html", "json"):
            return Judgement(
                "wrong_type", f"a file was asked for and {'a web page' if kind == 'html' else 'JSON'} came"
            )
        if fault := _file_fault(kind, body):
            return Judgement("truncated", fault)
        return Judgement("ok", None)
    if kind not in ("html", "text", "json", "xml"):
        if exchange.role == "article" and kind in ("pdf", "zip", "ole"):
            fault = _file_fault(kind, body)
            return Judgement("truncated", fault) if fault else Judgement("ok", None)
        return Judgement("wrong_type", f"a page was asked for and {kind} came")
    if exchange.role == "article" and kind == "html":
        if len(shown) < MOST_SHOWN_ON_THE_WAY and (target := _leads_on(exchange.url, text)):
            return Judgement("soft_missing", LEADS_ON + target)
        carries = _CARRIES.search(text) is not None or _is_told_in_scripts(text)
        if not shown and re.search(r"<script\b", text, re.I) and not carries:
            return Judgement("soft_missing", "the page is a shell that only a script fills")
        if len(shown) < 30 and not carries:
            return Judgement("soft_missing", f"the page is a stub that shows {len(shown)} characters")
    if exchange.role == "article" and kind == "text" and len(shown) < 30:
        return Judgement("soft_missing", f"the answer is a stub of {len(body)} bytes")
    return Judgement("ok", None)


def _leads_on(url: str, text: str) -> str | None:
    """Return where a page only sends the visitor on to; None for one that goes home, as pages that are gone do."""
    from crawlers.families.navigation import leads_on
    from crawlers.families.reading import Page

    target = leads_on(Page(url, text))
    return target if target and target != url and not _is_home(target) else None


def _is_told_in_scripts(text: str) -> bool:
    """Tell whether the scripts of a page hold a text: the data of a page that is built in the browser."""
    told = sum(len(_HAN.findall(body)) for body in _SCRIPT.findall(text))
    return told >= FEWEST_HAN_OF_A_TEXT


def kind_of(body: bytes) -> str:
    """Return what the first bytes say a body is: html, xml, json, text, pdf, zip, ole, rar, image or data."""
    head = body[:1024]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if b"%PDF-" in head and b"<html" not in head.lower():
        return "pdf"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<?xml") and b"<html" not in start and b"<!doctype html" not in start:
        return "xml"
    if start.startswith(b"<") or b"<html" in start or b"<div" in start or b"<a " in start:
        return "html"
    if start[:1] in (b"{", b"["):
        return "json"
    return "data" if b"\x00" in head[:512] and not head.startswith((b"\xff\xfe", b"\xfe\xff")) else "text"


def _file_fault(kind: str, body: bytes) -> str | None:
    """Say in what way a file is not whole; None if nothing is seen."""
    if kind == "pdf" and b"%%EOF" not in body[-4096:]:
        return "the PDF has no end mark: it was cut short"
    if kind == "zip" and b"PK\x05\x06" not in body[-66_000:]:
        return "the file has no central directory: it was cut short"
    return None


def shown_text(text: str) -> str:
    """Return roughly what a reader sees of a page: no scripts, tags or blanks."""
    return _SPACE.sub("", html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text))))


def title_of(text: str) -> str:
    """Return the <title> of a page, blanks collapsed."""
    match = _TITLE.search(text)
    return _SPACE.sub(" ", html.unescape(match[1])).strip() if match else ""
