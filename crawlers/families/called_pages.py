"""The next page of a pager that calls a function of the page's script: `javascript:gotoPage(2)`.

What the function does with the number is read from its body: it goes to an address, or sends a form in which the page
is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlencode, urljoin

from lxml import html

from crawlers.families.asked_by_script import page_script
from crawlers.families.reading import NextPage, Page
from crawlers.families.rows import base_of, collapse, parse, text_of
from crawlers.families.script_values import PAGE_NAME, Script

_NEXT = re.compile(r"^[\s\[【<«]*(?:下一?页|下一頁|后一?页|next(?:\s*page)?|[>›»]{1,2})[\s\]】>»›]*$", re.IGNORECASE)
_CALL = re.compile(r"([A-Za-z_$][\w$]*)\s*\(\s*([^()]*)\)")
_GOES = re.compile(r"(?:location(?:\.href)?\s*=(?!=)|location\.(?:replace|assign)\s*\(|\bopen\s*\()\s*")
_LONGEST_BODY = 1_500
"""Characters behind a function's head in which its body is looked for."""


def called_page(page: Page) -> NextPage | None:
    """The page that the pager's call for the next one would open; None where there is no such call."""
    document = parse(page.text)
    if document is None:
        return None
    for anchor in document.xpath("//*[@onclick or starts-with(@href, 'javascript')]"):
        if not isinstance(anchor, html.HtmlElement) or not _NEXT.match(collapse(text_of(anchor))):
            continue
        written = f"{anchor.get('href') or ''};{anchor.get('onclick') or ''}".replace("javascript:", "")
        for name, arguments in _CALL.findall(written):
            numbers = re.findall(r"\d+", arguments)
            if numbers and (found := _opened(page, document, name, int(numbers[0]))):
                return found
    return None


def _opened(page: Page, document: html.HtmlElement, name: str, number: int) -> NextPage | None:
    """What calling the function with the number of a page opens."""
    script = page_script(page, number)
    if script is None:
        return None
    head = re.search(
        rf"(?:function\s+{re.escape(name)}|\b{re.escape(name)}\s*[=:]\s*function)\s*\(\s*([\w$]*)", script.text
    )
    if head is None:
        return None
    body = _body(script.text, head.end())
    inner = Script(body, page.text, {**script.plain_names(), head.group(1): str(number)}, number)
    base = base_of(document, page.url)
    if goes := _GOES.search(body):
        address = inner.value(goes.end())
        return NextPage(urljoin(base, address)) if isinstance(address, str) and len(address) > 1 else None
    return _sent(document.iter("form"), base, number) if "submit" in body else None


def _body(text: str, at: int) -> str:
    start = text.find("{", at)
    depth = 0
    for end in range(max(start, 0), min(len(text), start + _LONGEST_BODY)):
        depth += (text[end] == "{") - (text[end] == "}")
        if depth == 0:
            return text[start + 1 : end]
    return text[start + 1 : start + _LONGEST_BODY]


def _sent(forms: Iterable[html.HtmlElement], base: str, number: int) -> NextPage | None:
    """The request that sends the form in which the page is counted."""
    for form in forms:
        fields = {
            str(field.get("name")): str(field.get("value") or "")
            for field in form.iter("input")
            if field.get("name") and (field.get("type") or "text").lower() in ("hidden", "text")
        }
        counted = next((name for name in fields if PAGE_NAME.search(name.rsplit(".", 1)[-1])), None)
        if counted is None:
            continue
        query = urlencode({**fields, counted: str(number)})
        url = urljoin(base, form.get("action") or "")
        if (form.get("method") or "get").lower() == "post":
            return NextPage(url, "POST", query.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        return NextPage(f"{url.split('?', 1)[0]}?{query}")
    return None
