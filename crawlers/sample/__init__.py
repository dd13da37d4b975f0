"""Two small fictional portals on loopback: the whole job without the internet, and a bench for spiders."""

from crawlers.sample.documents import SampleDocument, sample_documents, sample_reports
from crawlers.sample.serving import SamplePortals, open_sample_portals, serve

__all__ = [
    "SampleDocument",
    "SamplePortals",
    "open_sample_portals",
    "sample_documents",
    "sample_reports",
    "serve",
]
