"""Safety at the last step: a name that the registry knows must not lead into a private network."""

from __future__ import annotations

import ipaddress
from typing import Any

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet (not loopback, private, link-local, reserved)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return ip.is_global and not ip.is_multicast


class PublicResolver(CachingThreadedResolver):
    """Resolves names, and refuses an answer that is no public address. Addresses that the registry writes as numbers
    never come here; `localhost` does only if the registry names it (PRIVATE_NAMES)."""

    private_names: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> PublicResolver:
        """Take the names that may be private from the settings."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.private_names = frozenset(crawler.settings.getlist("PRIVATE_NAMES"))
        return resolver

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """Resolve a name; the deferred fails with DNSLookupError for a private address."""
        return super().getHostByName(name, timeout).addCallback(self._only_public, name)

    def _only_public(self, address: str, name: str) -> str:
        if name in self.private_names or is_public(address):
            return address
        raise DNSLookupError(f"{name} leads to {address}, which is no public address")
