"""The registry: which portals are watched, as facts that people maintain in a YAML file."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from crawlers.urls import document_key, host_key, same_place, twin_of_www

Level = Literal["province", "prefecture", "county", "township", "department"]


class RegistryError(Exception):
    """The registry has entries that cannot be used. The message has one line an entry: file, line, what, what to do."""

    exit_code = 2

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _http(url: str, what: str) -> str:
    parts = urlsplit(url.strip())
    try:
        named = parts.scheme in ("http", "https") and bool(parts.hostname)
        parts.port  # noqa: B018 - raises ValueError for a port that is no number
    except ValueError:
        named = False
    if not named:
        raise ValueError(f"{what} {url!r} is no http or https address")
    return url.strip()


class Column(BaseModel):
    """A list page (栏目) that is watched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    name: str = ""

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        return _http(url, "column address")


class Portal(BaseModel):
    """A government website: facts only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")
    name: str = Field(min_length=1)
    region_code: str = Field(pattern=r"^\d{6}$")
    base_url: str
    region: str | None = None
    level: Level | None = None
    host: str | None = None
    """The name the pages call themselves, where base_url is another way to reach them."""
    family: str | None = None
    columns: tuple[Column, ...] = ()
    old_columns: tuple[Column, ...] = ()
    """Addresses the columns had before; asked only when the columns fail."""
    allow_hosts: tuple[str, ...] = ()
    """Further hosts (`name` or `name:port`) that documents and attachments may come from."""
    closed: tuple[str, ...] = ()
    """Addresses of documents that are not asked for any more, because a person closed them."""
    delay_s: float = Field(default=2.0, ge=0.0, le=120.0)
    """Seconds between two requests to a host."""
    checked_on: date | None = None
    note: str | None = None

    @field_validator("base_url")
    @classmethod
    def _base(cls, url: str) -> str:
        return _http(url, "base_url").rstrip("/")

    @field_validator("columns", "old_columns", mode="before")
    @classmethod
    def _columns(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return tuple({"url": item} if isinstance(item, str) else item for item in value)
        return value

    @field_validator("allow_hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if "/" in host or not host:
                raise ValueError(f"allow_hosts wants host names such as files.example.gov.cn, not {host!r}")
        return hosts

    @model_validator(mode="after")
    def _columns_at_home(self) -> Portal:
        for column in self.columns:
            if not self.may_ask(column.url):
                raise ValueError(
                    f"the column {column.url} is on a host that neither base_url nor allow_hosts names; "
                    f"add {urlsplit(column.url).netloc} to allow_hosts"
                )
        return self

    @cached_property
    def _places(self) -> frozenset[tuple[str, int | None]]:
        places = {host_key(self.base_url)}
        places.update(host_key(f"http://{name}") for name in self.allow_hosts)
        if self.host:
            places.add(host_key(f"http://{self.host}"))
        places.update([(twin_of_www(name), port) for name, port in places])
        return frozenset(places)

    def may_ask(self, url: str) -> bool:
        """Tell whether the entry allows a request to that address: base_url, host (each with and without `www.`) and
        allow_hosts, by name and port; http and https on their own ports are one place."""
        return urlsplit(url).scheme in ("http", "https") and host_key(url) in self._places

    @cached_property
    def _closed_documents(self) -> frozenset[str]:
        return frozenset(document_key(url) for url in self.closed)

    def is_closed(self, url: str) -> bool:
        """Tell whether a person closed that document, under this address or another of it."""
        return document_key(url) in self._closed_documents

    def at_home(self, url: str) -> str:
        """Rewrite a linked address on the site's own host, or on the name it calls itself (`host`), to the scheme and
        host by which the registry says it is reached."""
        if same_place(url, self.base_url) or (self.host and same_place(url, f"http://{self.host}")):
            base = urlsplit(self.base_url)
            return urlunsplit(urlsplit(url)._replace(scheme=base.scheme, netloc=base.netloc))
        return url

    @property
    def shard_host(self) -> str:
        """The host that politeness is owed to: entries of one host belong to one shard."""
        return urlsplit(self.base_url).hostname or ""


class Registry(BaseModel):
    """The portals of a registry file, in its order."""

    model_config = ConfigDict(frozen=True)

    portals: tuple[Portal, ...]
    path: str = ""

    def __iter__(self) -> Iterator[Portal]:  # type: ignore[override]  # a registry is a row of portals, not of fields
        return iter(self.portals)

    def __len__(self) -> int:
        return len(self.portals)

    def get(self, portal_id: str) -> Portal:
        """Return the portal of that id; raises RegistryError naming the ids nearest to it."""
        for portal in self.portals:
            if portal.id == portal_id:
                return portal
        from difflib import get_close_matches

        near = get_close_matches(portal_id, [portal.id for portal in self.portals], n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`fazhi portals list` shows what is there."
        raise RegistryError([f"{self.path or 'The registry'} has no portal {portal_id!r}; {hint}"])

    def select(self, ids: list[str] | tuple[str, ...]) -> Registry:
        """Return a registry of these portals alone; raises RegistryError for an unknown id."""
        return Registry(portals=tuple(self.get(portal_id) for portal_id in ids), path=self.path)


def load_registry(path: str | os.PathLike[str], *, families: frozenset[str] | None = None) -> Registry:
    """Read a registry file (YAML: a list of entries, or a mapping with the list under `portals`).

    `families` are the names that `family` may have; None takes those the crawlers know. Raises RegistryError with
    one sentence for every entry that cannot be used, each with file and line.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RegistryError(
            [f"There is no registry {file}; give one with --portals or leave the option out."]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError([f"The registry {file} cannot be read: {error}."]) from error
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark is not None else str(file)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise RegistryError([f"{where}: this is not YAML ({what}); correct the line."]) from error
    if isinstance(root, yaml.MappingNode):
        lists = [value for key, value in root.value if key.value == "portals"]
        root = lists[0] if lists else None
    if not isinstance(root, yaml.SequenceNode):
        raise RegistryError([f"{file}:1: a registry is a list of entries under the key `portals`."])
    known = _known_families() if families is None else families
    problems: list[str] = []
    portals: list[Portal] = []
    lines: dict[str, int] = {}
    for node in root.value:
        line = node.start_mark.line + 1
        portal = _entry(node, file, known, problems)
        if portal is None:
            continue
        if portal.id in lines:
            problems.append(
                f"{file}:{line}: the id {portal.id!r} stands already in line {lines[portal.id]}; "
                "give each portal an id of its own."
            )
            continue
        lines[portal.id] = line
        portals.append(portal)
    if problems:
        raise RegistryError(problems)
    return Registry(portals=tuple(portals), path=str(file))


def _entry(node: yaml.Node, file: Path, families: frozenset[str], problems: list[str]) -> Portal | None:
    """Build one portal, or add what is wrong with its entry to `problems`: one sentence for the whole entry."""
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        problems.append(f"{file}:{line}: an entry is a mapping with id, name, region_code and base_url.")
        return None
    values = _plain(node)
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    label = f"portal {values['id']!r}" if values.get("id") else f"the portal {values.get('name') or 'without an id'}"
    try:
        portal = Portal.model_validate(values)
    except ValidationError as error:
        parts, at = [], line
        for number, fault in enumerate(error.errors()):
            key = str(fault["loc"][0]) if fault["loc"] else ""
            if number == 0 and key in lines:
                at = lines[key]
            parts.append(_say(key, fault, values))
        problems.append(f"{file}:{at}: {label}: {'; '.join(parts)}.")
        return None
    if portal.family is not None and portal.family not in families:
        problems.append(
            f"{file}:{lines['family']}: {label}: the family {portal.family!r} is not known; "
            f"use one of {', '.join(sorted(families))}, or leave it out and it is recognised."
        )
        return None
    return portal


def _say(key: str, fault: Any, values: dict[str, Any]) -> str:
    given = values.get(key)
    if fault["type"] == "missing" or (key and given is None and fault["type"] != "value_error"):
        what = {
            "region_code": "region_code is missing; add the six digits of its 行政区划代码, in quotes",
            "id": "id is missing; give it a short name in lower case",
            "name": "name is missing; write the portal's name",
            "base_url": "base_url is missing; write the address of its home page",
        }
        return what.get(key, f"{key} is missing")
    if key == "region_code":
        return f"region_code {given!r} is no code; write six digits in quotes"
    if key == "id":
        return f"id {given!r} is no id; use lower-case letters, digits, dots and dashes"
    if key == "level":
        return f"level {given!r} is not known; use province, prefecture, county, township or department"
    if fault["type"] == "extra_forbidden":
        return f"{key} is no fact of a portal; take it out or correct its name"
    message = str(fault["msg"]).removeprefix("Value error, ")
    return message if fault["type"] == "value_error" else f"{key} {given!r} cannot be used ({message})"


def _plain(node: yaml.MappingNode) -> dict[str, Any]:
    loader = yaml.SafeLoader("")
    return {str(key): value for key, value in loader.construct_mapping(node, deep=True).items()}


def _known_families() -> frozenset[str]:
    from crawlers.families.known import FAMILIES

    return frozenset(family.name for family in FAMILIES)


def names_private_place(url: str) -> bool:
    """Tell whether an address names a host by a private, loopback or link-local IP address, or as localhost."""
    name = urlsplit(url).hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return False
