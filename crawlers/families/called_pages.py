"""The next page of a pager that calls a function of the page's script: `javascript:gotoPage(2)`.

What the function does with the number is read from its body: it goes to an address, or sends a form in which the page
is counted. ASP.NET's own call sends its form with the state of the page.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode, urljoin

from lxml import html

from crawlers.families.reading import NextPage, Page
from crawlers.families.rows import CALL, base_of, called_arguments, collapse, parse, text_of
from crawlers.families.script_values import PAGE_NAME, Script, page_script

_NEXT = re.compile(r"^[\s\[【<«]*(?:下一?页|下一頁|后一?页|next(?:\s*page)?|[>›»]{1,2})[\s\]】>»›]*$", re.IGNORECASE)
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_POSTED_BACK = "__doPostBack"


def called_page(page: Page) -> NextPage | None:
    """The page that the pager's call for the next one would open; None where there is no such call."""
    document = parse(page.text)
    if document is None:
        return None
    base = base_of(document, page.url)
    script = None
    for anchor in document.xpath("//*[@onclick or starts-with(@href, 'javascript')]"):
        if not isinstance(anchor, html.HtmlElement) or not _NEXT.match(collapse(text_of(anchor))):
            continue
        for name, given in CALL.findall(f"{anchor.get('href') or ''};{anchor.get('onclick') or ''}"):
            arguments = called_arguments(given)
            if name == _POSTED_BACK and len(arguments) > 1:
                return _posted_back(document, base, arguments)
            number = next((int(one) for one in arguments if one.isdigit()), None)
            script = script or page_script(page)
            if number is None or script is None:
                continue
            if found := _opened(script, name, arguments, number, document, base):
                return found
    return None


def _opened(
    script: Script, name: str, arguments: list[str], number: int, document: html.HtmlElement, base: str
) -> NextPage | None:
    """What calling the function with the number of a page opens."""
    if address := script.opened_by(name, arguments):
        return NextPage(urljoin(base, address))
    function = script.body_of(name)
    if function is None or "submit" not in function[1]:
        return None
    for form in document.iter("form"):
        fields = _fields(form)
        counted = next((field for field in fields if PAGE_NAME.search(field.rsplit(".", 1)[-1])), None)
        if counted is None:
            continue
        query = urlencode({**fields, counted: str(number)})
        url = urljoin(base, form.get("action") or "")
        if (form.get("method") or "get").lower() == "post":
            return NextPage(url, "POST", query.encode(), _FORM)
        return NextPage(f"{url.split('?', 1)[0]}?{query}")
    return None


def _posted_back(document: html.HtmlElement, base: str, arguments: list[str]) -> NextPage | None:
    for form in document.iter("form"):
        fields = _fields(form)
        if "__VIEWSTATE" in fields:
            fields |= {"__EVENTTARGET": arguments[0], "__EVENTARGUMENT": arguments[1]}
            return NextPage(urljoin(base, form.get("action") or ""), "POST", urlencode(fields).encode(), _FORM)
    return None


def _fields(form: html.HtmlElement) -> dict[str, str]:
    """The fields that a form sends without being filled in."""
    return {
        str(field.get("name")): str(field.get("value") or "")
        for field in form.iter("input")
        if field.get("name") and (field.get("type") or "text").lower() in ("hidden", "text")
    }
