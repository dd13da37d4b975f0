"""Writing to a registry file without disturbing what people wrote there: comments, order and quoting stay."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from crawlers.portals import Portal, RegistryError, load_registry
from crawlers.probe import UNKNOWN_REGION, Probe


def entry_of(
    found: Probe, *, checked_on: date | None, overrides: Mapping[str, str | None] | None = None
) -> CommentedMap:
    """The registry entry that a probe supports, in the order in which entries are written; what it did not find is
    left out, and `overrides` (id, name, region_code, region, level) win."""
    told = {key: value for key, value in (overrides or {}).items() if value}
    entry = CommentedMap()
    entry["id"] = told.get("id", found.id)
    entry["name"] = told.get("name", found.name or "")
    region = told.get("region", found.region)
    if region:
        entry["region"] = region
    entry["region_code"] = DoubleQuotedScalarString(told.get("region_code", found.region_code))
    level = told.get("level", found.level)
    if level:
        entry["level"] = level
    entry["base_url"] = found.base_url
    if found.host:
        entry["host"] = found.host
    if found.family and found.family != "generic":
        entry["family"] = found.family
    if found.columns:
        entry["columns"] = CommentedSeq(CommentedMap(name=column.name, url=column.url) for column in found.columns)
    entry["checked_on"] = checked_on
    if entry["region_code"] == UNKNOWN_REGION:
        entry.yaml_add_eol_comment("the pages do not say; write the six digits", "region_code")
    return entry


def as_yaml(entry: CommentedMap) -> str:
    """An entry as it stands in a registry file."""
    out = io.StringIO()
    _yaml().dump(CommentedSeq([entry]), out)
    return out.getvalue()


def add_entry(path: Path, entry: CommentedMap) -> None:
    """Put an entry at the end of a registry file.

    Raises RegistryError if its id or its address stands there already, if it could not be used, or if the file cannot
    be read.
    """
    registry = load_registry(path)
    for portal in registry:
        if portal.id == entry["id"]:
            raise RegistryError(
                [f"{path} has a portal {portal.id!r} already ({portal.name}); choose another with --id."]
            )
        if portal.base_url == entry["base_url"]:
            raise RegistryError([f"{path} watches {portal.base_url} already, as {portal.id!r}."])
    if not entry["name"] or entry["region_code"] == UNKNOWN_REGION:
        missing = "--name" if not entry["name"] else "--region-code"
        raise RegistryError([f"The pages of {entry['base_url']} do not say all that an entry needs; give {missing}."])
    text = path.read_text(encoding="utf-8")
    document = _yaml().load(text)
    listed = document["portals"] if isinstance(document, dict) else document
    listed.append(entry)
    _replace(path, _dumped(document))


def mark_checked(path: Path, ids: list[str], day: date) -> None:
    """Write the day of a check into the entries of these ids."""
    document = _yaml().load(path.read_text(encoding="utf-8"))
    listed = document["portals"] if isinstance(document, dict) else document
    for entry in listed:
        if entry["id"] in ids:
            entry["checked_on"] = day
    _replace(path, _dumped(document))


def close_document(path: Path, url: str) -> Portal:
    """Write into a registry file that the document at an address is not to be asked for any more; returns its portal.

    Raises RegistryError if no portal of the registry, or more than one, may be asked for that address.
    """
    registry = load_registry(path)
    owners = [portal for portal in registry if portal.may_ask(url)]
    if len(owners) != 1:
        found = ", ".join(portal.id for portal in owners) or "none"
        raise RegistryError([f"{url} is not at the host of one portal of {path} alone (found: {found})."])
    portal = owners[0]
    if not portal.is_closed(url):
        document = _yaml().load(path.read_text(encoding="utf-8"))
        listed = document["portals"] if isinstance(document, dict) else document
        entry = next(entry for entry in listed if entry["id"] == portal.id)
        entry.setdefault("closed", CommentedSeq()).append(url)
        _replace(path, _dumped(document))
    return portal


def _dumped(document: Any) -> str:
    out = io.StringIO()
    _yaml().dump(document, out)
    return out.getvalue()


def _replace(path: Path, text: str) -> None:
    """Write a registry beside the old one, see that it can be read, and only then put it in its place."""
    written = path.with_name(f".{path.name}.new")
    try:
        written.write_text(text, encoding="utf-8")
        load_registry(written)
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), lambda r, _: r.represent_scalar("tag:yaml.org,2002:null", "null"))
    return yaml
