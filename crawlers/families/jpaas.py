"""jpaas of 大汉: a list as HTML inside JSON, asked for by the parameters that the column's page carries."""

from __future__ import annotations

import json
import re
from urllib.parse import quote, urlencode, urljoin

from crawlers.families.jpage import FORM, script_value
from crawlers.families.reading import NextPage, Page

_UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_FIELDS = ("webId", "pageId", "tplSetId", "tagId")
_SIZE = re.compile(r"(?:pageSize|rows)[\"']?\s*[:=]\s*[\"']?(\d+)")
_LOAD = re.compile(r"params\w*\s*=\s*\{(.*?)\}\s*;", re.DOTALL)


def unit_page(page: Page, number: int) -> NextPage | None:
    """Page `number` of a jpaas list; None where the column's page does not carry its parameters."""
    if "jpaas-publish-server" not in page.text and "querydata" not in page.text.lower():
        return None
    fields = {name: value for name in _FIELDS if (value := script_value(page.text, name))}
    if not {"webId", "pageId", "tplSetId"} <= fields.keys():
        return None
    size = next((int(n) for n in _SIZE.findall(page.text)), 15)
    # The word is misspelt on most servers, so the page's own spelling goes first.
    kind = script_value(page.text, "parseType") or "bulidstatic"
    asked = {**fields, "parseType": kind, "pageType": "column", "paramJson": _param(number, size)}
    return NextPage(f"{urljoin(page.url, _UNIT)}?{urlencode(asked, quote_via=quote)}", headers={"Referer": page.url})


def _param(number: int, size: int) -> str:
    return json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":"))


def query_list(page: Page, here: int) -> NextPage | None:
    """The page of queryList after the `here` records that stand in the page; None where it is not built that way."""
    found = _LOAD.search(page.text) if "loadPageData(" in page.text else None
    if found is None:
        return None
    fields = re.findall(r"(\w+)\s*:\s*(?:'([^']*)'|\"([^\"]*)\"|\[\s*['\"]([^'\"]*)['\"]\s*\]|(\w+))", found.group(1))
    form: dict[str, str] = {}
    for name, single, double, listed, bare in fields:
        form[f"{name}[]" if listed else name] = single or double or listed or bare
    size = int(form.get("perPage", "15")) if form.get("perPage", "15").isdigit() else 15
    form["current"] = str(here // size + 1)
    url = urljoin(page.url, "/queryList")
    return NextPage(url, "POST", urlencode(form).encode(), {**FORM, "Referer": page.url})
