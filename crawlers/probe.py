"""Probing a portal: from the address of its home page to the facts of a registry entry.

A probe is a crawl of one portal of which nothing but the address is known, into an archive of its own that is thrown
away: it asks as politely as any night, finds the columns, reads two pages of each, and fetches no document.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawlers.archive.captures import Capture
from crawlers.families.columns import column_rank
from crawlers.families.known import family_named, read_by, recognise
from crawlers.families.paging import plain
from crawlers.families.reading import Family, NextPage, Page
from crawlers.families.rows import link_target, parse
from crawlers.families.trs import script_paging
from crawlers.lists import MOST_PAGES, MOST_SHELLS
from crawlers.portals import Registry
from crawlers.titles import TitleVerdict, judge_title

UNKNOWN_REGION = "000000"
"""Stands for a region that the pages do not name, until a person fills it in."""
_META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(name|content)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SITE_CODE = re.compile(r"""(?:网站标识码[：:\s]*|sitecode=["'])(\d{10}|bm\d{8})""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_DEPARTMENT = re.compile(r"(?:局|委员会|委|厅|办公室|院|中心|总队|关)(?:官?网|门户网站|网站|政务网)?$")


OnEvent = Callable[[Mapping[str, Any]], None]


class ProbeFailedError(Exception):
    """The probe could not be made."""

    exit_code = 1


class NoAddressError(Exception):
    """What was given is no address of a home page."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that a probed column lists."""

    title: str
    listed_on: str | None
    url: str
    verdict: TitleVerdict


@dataclass(frozen=True, slots=True)
class ProbedColumn:
    """A list that was read."""

    url: str
    name: str
    entries: tuple[Candidate, ...]
    """Of its first two pages."""
    paged: bool | None
    """Its second page was read and listed something new; None if it has but one."""

    @property
    def reports(self) -> int:
        """Entries that are reports by their titles, or may be."""
        return sum(entry.verdict.decision != "not_report" for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe found. `state` and `reason` are those of the crawl's row for the portal."""

    base_url: str
    state: str
    reason: str | None
    requests: int
    family: str | None = None
    evidence: str | None = None
    name: str | None = None
    host: str | None = None
    """The name the pages call themselves, where it is not the address's own."""
    site_id_code: str | None = None
    region_code: str = UNKNOWN_REGION
    region: str | None = None
    level: str | None = None
    columns: tuple[ProbedColumn, ...] = ()

    @property
    def id(self) -> str:
        """A short name for the registry: the host without `www.` and what all government hosts end in."""
        host = self.host or urlsplit(self.base_url).netloc
        name = re.sub(r"\.(?:gov|org|com|net)?\.?cn$", "", host.split(":")[0].lower()).removeprefix("www.")
        return re.sub(r"[^a-z0-9_.-]", "-", name).strip("-.") or "portal"

    @property
    def is_portal(self) -> bool:
        """Whether anything says that this is a government portal: its platform, its SiteIDCode, a list to watch."""
        return bool(self.columns or self.site_id_code) or self.family not in (None, "generic")

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Entries that are reports or may be, the newest first, each address once."""
        found = {c.url: c for column in self.columns for c in column.entries if c.verdict.decision != "not_report"}
        return tuple(sorted(found.values(), key=lambda c: c.listed_on or "", reverse=True))


def home_of(address: str) -> str:
    """The address of a home page without its file and final slash; raises NoAddressError."""
    text = address.strip()
    text = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or "@" in text or not re.search(r"[.:]|^localhost$", urlsplit(text).hostname or ""):
        raise NoAddressError(f"{address!r} is no address of a home page; write one such as http://www.example.gov.cn.")
    path = re.sub(r"/[^/]*\.[^/]*$", "", parts.path).rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def probe(
    address: str,
    *,
    contact: str,
    delay_s: float | None = None,
    timeout_s: float = 60.0,
    on_event: OnEvent | None = None,
) -> Probe:
    """Probe the portal at an address, as politely as the registry's default or with `delay_s` between two requests.

    Takes as long as a crawl of some ten pages. Raises NoAddressError and ProbeFailedError; a portal that blocks or does
    not answer is a finding.
    """
    base_url = home_of(address)
    facts: dict[str, Any] = {"id": "probed", "name": base_url, "region_code": UNKNOWN_REGION, "base_url": base_url}
    if delay_s is not None:
        facts["delay_s"] = delay_s
    with tempfile.TemporaryDirectory(prefix="fazhi-probe-") as folder:
        root = Path(folder)
        (root / "portals.yaml").write_text(json.dumps({"portals": [facts]}, ensure_ascii=False), "utf-8")
        _crawl(root, root / "portals.yaml", [], contact, timeout_s, on_event)
        return _findings(root, "probed", base_url)


def probe_registry(
    registry: Registry, *, contact: str, timeout_s: float = 60.0, on_event: OnEvent | None = None
) -> dict[str, Probe]:
    """Probe every portal of a registry by what its entries say, all hosts at once; the probes by portal id.

    Raises ProbeFailedError.
    """
    with tempfile.TemporaryDirectory(prefix="fazhi-probe-") as folder:
        root = Path(folder)
        ids = [portal.id for portal in registry]
        _crawl(root, Path(registry.path), ids, contact, timeout_s, on_event)
        return {portal.id: _findings(root, portal.id, portal.base_url) for portal in registry}


def _crawl(
    root: Path, registry: Path, ids: list[str], contact: str, timeout_s: float, on_event: OnEvent | None
) -> None:
    job = {
        "run_id": "probe",
        "shard": "0",
        "registry": str(registry),
        "portals": ids,
        "archive": str(root / "archive"),
        "out": str(root / "out"),
        "contact": contact,
        "mode": "probe",
        "timeout_s": timeout_s,
    }
    (root / "job.json").write_text(json.dumps(job), "utf-8")
    command = [sys.executable, "-m", "crawlers.collect", str(root / "job.json")]
    with (
        (root / "log").open("w+", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8") as crawl,
    ):
        assert crawl.stdout is not None
        for line in crawl.stdout:
            if on_event is not None and line.startswith("{"):
                on_event(json.loads(line))
        if crawl.wait() != 0:
            log.seek(0)
            said = [line for line in log.read().splitlines() if line.strip()]
            raise ProbeFailedError(said[-1] if said else "The probe's crawl ended without a word.")


def _findings(root: Path, portal_id: str, base_url: str) -> Probe:
    from crawlers.archive.capture_log import read_log
    from crawlers.archive.reader import ArchiveReader
    from crawlers.archive.store import Store
    from crawlers.bodies import to_text

    row = next(row for row in _rows([root / "out" / "portals.jsonl"]) if row["portal_id"] == portal_id)
    state, reason, requests = str(row["state"]), row["reason"], int(row["requests"])
    store = Store(root / "archive")
    reader = ArchiveReader(store)
    pages: list[tuple[Capture, Page]] = []
    for capture in read_log(store):
        if (
            capture.portal_id == portal_id
            and capture.role in ("home", "list")
            and capture.verdict == "ok"
            and (capture.status or 0) < 300
        ):
            text = to_text(reader.content(capture), capture.content_type)
            pages.append((capture, Page(capture.url, text, capture.content_type)))
    if not pages:
        return Probe(base_url, state, reason, requests)
    rows = _rows(sorted((root / "archive" / "columns").glob("*.jsonl")))
    columns = _columns([row for row in rows if row["portal_id"] == portal_id], pages)
    lists = [page for _, page in pages if any(plain(column.url) == plain(page.url) for column in columns)]
    found = next((r for page in [*lists, pages[0][1]] if (r := recognise(page)).family.name != "generic"), None)
    home = pages[0][1]
    code = _site_code([page.text for _, page in pages])
    name = _name(home.text)
    region = region_of(code, name)
    level = region.level if region else None
    if name and _DEPARTMENT.search(name) and "人民政府" not in name[-12:]:
        level = "department"
    host = _meta(home.text).get("sitedomain", "").split("://")[-1].split("/")[0].strip().lower()
    return Probe(
        base_url,
        state,
        reason,
        requests,
        family=found.family.name if found else "generic",
        evidence=found.evidence if found else recognise(home).evidence,
        name=name,
        host=host if host and host != urlsplit(base_url).netloc else None,
        site_id_code=code,
        region_code=region.code if region else UNKNOWN_REGION,
        region=region.name if region else None,
        level=level,
        columns=columns,
    )


def _columns(rows: Iterable[Mapping[str, Any]], pages: list[tuple[Capture, Page]]) -> tuple[ProbedColumn, ...]:
    """The columns that hold entries, without those whose entries all stand in the others: the index above a list."""
    read: list[ProbedColumn] = []
    for row in rows:
        family = family_named(str(row["family"]))
        name = str(row.get("name") or "")
        shown = list(_shown(str(row["url"]), family, [page for _, page in pages]))
        seen: dict[str, Candidate] = {}
        counts: list[int] = []
        for page in shown:
            fresh = [entry for entry in read_by(family, page).entries if entry.url not in seen]
            counts += [len(fresh)] if fresh or counts else []
            for entry in fresh:
                verdict = judge_title(entry.title, column=name)
                seen[entry.url] = Candidate(entry.title, entry.listed_on, entry.url, verdict)
        if seen:
            paged = counts[1] > 0 if len(counts) > 1 else None
            read.append(ProbedColumn(_written_out(shown[0]), name, tuple(seen.values()), paged))
    kept = sorted(read, key=lambda c: (column_rank(c.name, c.url), c.reports, c.url.count("/"), c.url))
    for column in list(kept):
        others = {entry.url for other in kept if other is not column for entry in other.entries}
        if {entry.url for entry in column.entries} <= others:
            kept.remove(column)
    return tuple(reversed(kept))


def _shown(url: str, family: Family, pages: list[Page]) -> Iterator[Page]:
    """The pages of a list that were fetched, as it leads from one to the next: its shells, and two pages of entries."""
    waiting = list(pages)
    asked = NextPage(url)
    for _ in range(MOST_SHELLS + MOST_PAGES["probe"]):
        page = next((page for page in waiting if page.url == asked.url), None)
        if page is None:
            return
        waiting.remove(page)
        page = replace(page, asked=asked if asked.url != url or asked.method != "GET" else None)
        yield page
        following = read_by(family, page).next_page
        if following is None:
            return
        asked = following


def _written_out(page: Page) -> str:
    """The address of a list's first page with its file, where the page's own pager writes it so."""
    document = parse(page.text) if page.url.endswith("/") else None
    for anchor in document.iter("a") if document is not None else ():
        target = link_target(anchor, page.url)
        if target and target != page.url and not target.endswith("/") and plain(target) == plain(page.url):
            return target
    if page.url.endswith("/") and (following := script_paging(page)[0]):
        return re.sub(r"_\d+(?=\.s?html?$)", "", following.url)
    return page.url


def _rows(paths: Iterable[Path]) -> Iterator[Any]:
    for path in paths:
        if path.exists():
            yield from (json.loads(line) for line in path.read_text("utf-8").splitlines() if line)


def _meta(text: str) -> dict[str, str]:
    """The meta tags of a page by name in lower case, whichever attribute comes first."""
    tags: dict[str, str] = {}
    for tag in _META.findall(text):
        fields = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(tag)}
        if fields.get("name") and fields.get("content"):
            tags.setdefault(fields["name"].lower(), fields["content"].strip())
    return tags


def _site_code(texts: list[str]) -> str | None:
    for text in texts:
        if code := _meta(text).get("siteidcode"):
            return code
    return next((found.group(1) for text in texts if (found := _SITE_CODE.search(text))), None)


def _name(text: str) -> str | None:
    if name := _meta(text).get("sitename"):
        return name
    title = _TITLE.search(text)
    parts = re.split(r"[\s_|—-]+", title.group(1).strip()) if title else []
    return max((part for part in parts if part and part != "首页"), key=len, default=None)


@dataclass(frozen=True, slots=True)
class Region:
    """A region in force, with the name and level of seeds/regions.csv."""

    code: str
    name: str
    level: str


@cache
def _regions() -> dict[str, Region]:
    """The regions in force by code."""
    lines = files("seeds").joinpath("regions.csv").read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row["code"]: Region(row["code"], row["full_name"], row["level"]) for row in rows if not row["valid_to"]}


def region_of(site_code: str | None, name: str | None) -> Region | None:
    """The region of a site: its SiteIDCode begins with the region's code; else the one region that its name begins
    with, the longest where several do (a district with its city's name before it)."""
    regions = _regions()
    if site_code is not None and site_code[:6] in regions:
        return regions[site_code[:6]]
    begun = [region for region in regions.values() if name and name.startswith(region.name)]
    longest = max((len(region.name) for region in begun), default=0)
    found = [region for region in begun if len(region.name) == longest]
    return found[0] if len(found) == 1 else None
