"""The request by which a page's own script fills its list, read from the script and made in its place.

Most lists that are not in the page come this way: `$.ajax`, `$.post`, `axios`, `fetch`, a form of options with an
address. The answer is JSON or a piece of HTML, and is read like any list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawlers.families.navigation import menu_scripts
from crawlers.families.reading import NextPage, Page
from crawlers.families.script_values import OFFSET_NAME, PAGE_NAME, SIZE_NAME, Script, Unknown, Value, page_script
from crawlers.families.trees import NODE_NAME, chosen_node

_OPTIONS = re.compile(r"[\w$)\]]\s*\(\s*(?=\{)")
_CALL = re.compile(
    r"\b(?P<verb>post|get|getJSON|load|fetch|open|ajax|request|postJson|httpPost|httpGet)\s*\(\s*(?=[\"'`\w$])"
)
_LISTS = re.compile(
    r"list|page|search|query|article|info|doc|content|news|catalog|channel|manuscript|column|find|publi|xxgk|gk",
    re.IGNORECASE,
)
_NO_LIST = re.compile(
    r"hits?\b|click|visit|count(?!y)|login|logout|captcha|verify|weather|user|token|jiucuo|comment|vote|share|favor|tongji|"
    r"statis|monitor|\blogs?\b|\.(?:js|css|png|jpe?g|gif)(?:\?|$)|/(?:head|foot|nav|menu|top|bottom)\w*\.\w+$",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"hits?\b|click|visit|login|logout|captcha|verify|weather|user|vote|statis|monitor|\.(?:js|css|png|jpe?g|gif)(?:\?|$)",
    re.IGNORECASE,
)
# `"/detail.html?id=" + item.id + "&type=1"`, also inside the markup that a script puts together.
_SUM = re.compile(
    r"""["'=]((?:https?:/)?\.{0,2}/?[\w./#-]*(?:[/?#_-]|[?&]\w+=))\\?["']?["']\s*\+\s*[\w.$\[\]]*?"""
    r"""\b(\w+)\b(?![(\w.\[\]])(?:\s*\+\s*["'](\.s?html?|\.jsp|/|&[\w=&]+)?)?"""
)
_HOLE = re.compile(r"(?:\$\{|\{\{[=-]?|<%=)\s*[\w.\[\]]*?(\w+)\s*(?:\}\}|\}|%>)")
_TEMPLATE = re.compile(rf"""[`"'=]((?:https?:/)?\.{{0,2}}/?[\w./?&=#-]*(?:{_HOLE.pattern}[\w./?&=#-]*)+)[`"']""")
_CLIENT_BASE = re.compile(r"\bbaseURL\s*[:=]\s*")
_NUMBER = re.compile(r"(\d+)")
_TOKEN_NAME = re.compile(r"^X-|token|csrf", re.IGNORECASE)
_MOST_LINKS = 12
_TURNS, _SIZES = 4, 2
"""Weights of a request that counts pages, and that says how many rows a page has."""
_MOST_CALLS = 60
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"
_JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class _Call:
    """A request that a script makes."""

    url: str
    method: str
    fields: Value
    """Of the body of a POST or the query of a GET; a text where the script writes it out."""
    as_json: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    """That the script adds of its own: the token that its page gives to every visitor."""
    numbered: str = ""
    """The address with `{page}` where its path counts pages."""

    @property
    def weight(self) -> int:
        """How likely its answer is the list of the page: it turns pages, and is called after what it brings."""
        names = [name for name, _ in parse_qsl(urlsplit(self.url).query)]
        if isinstance(self.fields, dict):
            names += _names(self.fields)
        elif isinstance(self.fields, str):
            names += re.findall(r"[\"'&?]?(\w+)[\"']?\s*[:=]", self.fields)
        turns = (
            bool(self.numbered) or any(PAGE_NAME.search(name) or OFFSET_NAME.search(name) for name in names)
        ) * _TURNS + any(map(SIZE_NAME.search, names)) * _SIZES
        return turns + bool(_LISTS.search(urlsplit(self.url).path))


def asked_by_script(page: Page, number: int = 1, *, surely: bool = False) -> NextPage | None:
    """Page `number` of the list that a page's script asks for; None where it asks for nothing that looks like one, or,
    where that must be sure, for nothing that it counts pages and rows of."""
    script, after = page_script(page, number), page_script(page, number + 1)
    if script is None:
        return None
    if (node := chosen_node(page.text)) is not None:
        script.node = (NODE_NAME, node)
    calls = _numbered(script, after)
    best = max(calls, key=lambda call: call.weight, default=None)
    if best is None or best.weight < (_TURNS + _SIZES if surely else _TURNS if number > 1 else 1):
        return None
    return _request(best, script, page)


def requests_of(page: Page, called: re.Pattern[str]) -> tuple[NextPage, ...]:
    """The requests of a page's scripts whose paths are called so, each once."""
    script = page_script(page)
    calls = _calls(script) if script else ()
    asked = (call for call in calls if called.search(urlsplit(call.url).path) and not _NO_ANSWER.search(call.url))
    return tuple({made.url: made for call in asked if script and (made := _request(call, script, page))}.values())


def _numbered(script: Script, after: Script | None) -> list[_Call]:
    """The calls of a script that may ask for a list, with what their paths say of the page: where the address that the
    script asks for the page `after` differs by one in one number, that number counts."""
    calls = [call for call in _calls(script) if not _NO_LIST.search(call.url.split("?", 1)[0])]
    if not calls or after is None or any(call.weight >= _TURNS for call in calls):
        return calls
    others = [call.url for call in _calls(after) if not _NO_LIST.search(call.url.split("?", 1)[0])]
    if len(others) != len(calls):
        return calls
    return [replace(call, numbered=_pattern(call.url, other)) for call, other in zip(calls, others, strict=True)]


def _pattern(url: str, after: str) -> str:
    """An address with `{page}` for the one number that is higher by one in the other; empty where there is none."""
    parts, others = _NUMBER.split(url), _NUMBER.split(after)
    differ = [at for at, (one, other) in enumerate(zip(parts, others, strict=False)) if one != other]
    if len(parts) != len(others) or len(differ) != 1 or not parts[differ[0]].isdigit():
        return ""
    at = differ[0]
    if not others[at].isdigit() or int(others[at]) != int(parts[at]) + 1 or "?" in "".join(parts[:at]):
        return ""
    return "".join((*parts[:at], "{page}", *parts[at + 1 :]))


def own_scripts(page: Page) -> tuple[NextPage, ...]:
    """The files of script that a page brings of its own, each with the values that the page gives to names."""
    script = page_script(page)
    given = script.plain_names() if script else {}
    return tuple(NextPage(url, headers=by_script(page.url), given=given) for url in menu_scripts(page))


def is_by_script(request: NextPage) -> bool:
    """True if a request is one that a page's script would make."""
    return "X-Requested-With" in request.headers


def by_script(page_url: str) -> dict[str, str]:
    """The headers of a request that a page's script makes."""
    return {"X-Requested-With": "XMLHttpRequest", "Referer": page_url}


def _calls(script: Script) -> Iterator[_Call]:
    for count, found in enumerate(_OPTIONS.finditer(script.text)):
        if count > _MOST_CALLS * 10:
            return
        if "url" not in script.text[found.end() : found.end() + 400]:
            continue
        options = script.value(found.end())
        if isinstance(options, dict) and (call := _of_options(options, options.get("url"))):
            yield call
    for count, found in enumerate(_CALL.finditer(script.text)):
        if count > _MOST_CALLS:
            return
        arguments = script.arguments(found.end())
        if call := _of_arguments(found.group("verb"), arguments):
            yield call


def _of_options(options: Mapping[str, object], url: object) -> _Call | None:
    if not isinstance(url, str) or not _is_address(url):
        return None
    fields = next((options[name] for name in ("data", "params", "body") if options.get(name)), None)
    if str(options.get("dataType")).lower() == "jsonp" and not isinstance(fields, str):
        call = str(options.get("jsonp") or "callback")
        fields = {**(fields if isinstance(fields, dict) else {}), call: str(options.get("jsonpCallback") or "callback")}
    method = str(options.get("type") or options.get("method") or "GET").upper()
    kind = f"{options.get('contentType', '')} {options.get('headers', '')}".lower()
    # axios sends an object as JSON, jQuery as a form.
    plain = isinstance(fields, dict) and ("method" in options or "body" in options) and "type" not in options
    as_json = "json" in kind or (plain and "urlencoded" not in kind)
    made = _call(url, method, fields, as_json=as_json)
    return replace(made, headers=_tokens(options.get("headers"))) if made else None


def _tokens(headers: object) -> dict[str, str]:
    """Of the headers that a script sets, those by which a site knows again who was given its page."""
    given = headers if isinstance(headers, dict) else {}
    return {name: value for name, value in given.items() if _TOKEN_NAME.search(name) and isinstance(value, str)}


def _of_arguments(verb: str, arguments: list[Value | Unknown]) -> _Call | None:
    if verb == "open" and arguments and isinstance(arguments[0], str):
        method, arguments = arguments[0].upper(), arguments[1:]
        if method not in ("GET", "POST"):
            return None
    else:
        method = "POST" if "post" in verb.lower() else "GET"
    url = arguments[0] if arguments else None
    if not isinstance(url, str) or not _is_address(url):
        return None
    given = arguments[1] if len(arguments) > 1 else None
    if isinstance(given, dict) and {"method", "body", "params", "headers", "type", "data"} & given.keys():
        return _of_options({"method": method, **given}, url)
    fields = given if isinstance(given, dict | str) else None
    if verb == "load" and isinstance(fields, dict):
        method = "POST"
    return _call(url, method, fields, as_json=verb == "postJson")


def _call(url: str, method: str, fields: object, *, as_json: bool) -> _Call | None:
    if method not in ("GET", "POST"):
        return None
    if not isinstance(fields, dict | str):
        fields = None
    as_json = as_json or (isinstance(fields, str) and fields.lstrip().startswith("{"))
    return _Call(url, method, fields, as_json)


def _is_address(url: str) -> bool:
    return re.match(r"(?:https?:/)?/?[\w.~-]*/?[\w./~%-]+(?:\?|$)", url.strip()) is not None and len(url.strip()) > 3


def _request(call: _Call, script: Script, page: Page) -> NextPage | None:
    base = page.asked.headers.get("Referer", page.url) if page.asked else page.url
    try:
        url = _counted(urljoin(base, _below(_client_base(script), call.url.strip())), script.number)
    except ValueError:
        return None
    headers = {**by_script(base), **call.headers}
    links = tuple(link for link in _links(page.text) if not call.url.startswith(_filled(link, script)))
    fields = call.fields
    numbered = url.replace(call.url, call.numbered) if call.numbered else ""
    form = urlencode(_flat(fields)) if isinstance(fields, dict) else _counted(fields, script.number) if fields else ""
    if call.method == "GET":
        query = f"{'&' if '?' in url else '?'}{form}" if form else ""
        return NextPage(url + query, headers=headers, links=links, numbered=numbered and numbered + query)
    if call.as_json:
        form = fields if isinstance(fields, str) else json.dumps(fields or {}, ensure_ascii=False)
    headers["Content-Type"] = _JSON if call.as_json else _FORM
    return NextPage(url, "POST", form.encode(), headers, links, numbered)


def _client_base(script: Script) -> str:
    """What the script's own client puts before every address: `axios.create({baseURL: "/api"})`."""
    found = _CLIENT_BASE.search(script.text)
    value = script.value(found.end()) if found else None
    return value if isinstance(value, str) else ""


def _below(base: str, url: str) -> str:
    if not base or "://" in url or url.startswith(base):
        return url
    return f"{base.rstrip('/')}/{url.lstrip('/')}"


def _counted(query: object, number: int) -> str:
    """A query or the body of a form with the page written where its script adds it."""
    return re.sub(
        r"((?:^|[?&])(\w+)=)(?=&|$)",
        lambda found: found.group(1) + (str(number) if PAGE_NAME.search(found.group(2)) else ""),
        str(query),
    )


def _links(text: str) -> tuple[str, ...]:
    """How a page writes the addresses of the records that it shows, in its scripts or in the markup that they fill:
    `/detail.html?id={id}`."""
    found: dict[str, None] = {}
    for lead, name, rest in _SUM.findall(text):
        found.setdefault(f"{lead}{{{name}}}{rest}")
    for written in (match.group(1) for match in _TEMPLATE.finditer(text)):
        found.setdefault(_HOLE.sub(r"{\1}", written))
    return tuple(found)[:_MOST_LINKS]


def _filled(link: str, script: Script) -> str:
    """An address with the values that its own page gives to names: what the script asks for is no record's address."""
    names = script.plain_names()
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found.group(1), found.group()), link)


def _flat(fields: Mapping[str, object]) -> list[tuple[str, str]]:
    """The fields of a form, as jQuery writes them: lists once for each part."""
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        if isinstance(value, list):
            pairs += [(f"{name}[]", _text(part)) for part in value]
        elif isinstance(value, dict):
            pairs += [(f"{name}[{inner}]", _text(part)) for inner, part in value.items()]
        else:
            pairs.append((name, _text(value)))
    return pairs


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else "" if value is None else str(value)


def _names(fields: Mapping[str, object]) -> list[str]:
    """The names of fields, those of their own parts with them."""
    inner = [_names(value) for value in fields.values() if isinstance(value, dict)]
    return [*fields, *(name for names in inner for name in names)]
