"""What a revisit may refer to: response records in closed files, found by their bytes and by what led to them."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.archive.capture_log import CaptureLog
from crawlers.archive.captures import Capture
from crawlers.archive.store import WARC_FOLDER, WARC_SUFFIX, Store


@dataclass(frozen=True, slots=True)
class Original:
    """A response record that a revisit may refer to: it exists, in a file that is closed and safe."""

    capture_id: str
    url: str
    fetched_at: str
    payload_digest: str


class Originals:
    """The originals known to a writer, by payload digest and by the captures that lead to them."""

    def __init__(self) -> None:
        self._by_digest: dict[str, Original] = {}
        self._by_capture: dict[str, Original] = {}

    @classmethod
    def of(cls, store: Store, log: CaptureLog) -> Originals:
        """Collect the originals among the captures whose file is closed."""
        closed = set(store.names(WARC_FOLDER, WARC_SUFFIX))
        originals = cls()
        for capture in sorted(log, key=lambda row: (row.fetched_at, row.capture_id)):
            if capture.warc_file in closed:
                originals.add(capture)
        return originals

    def add(self, capture: Capture) -> None:
        """Learn a capture of a closed file; captures without a whole body are passed over."""
        if capture.refers_to is not None:
            original = self._by_capture.get(capture.refers_to)
            if original is not None:
                self._by_capture[capture.capture_id] = original
            return
        if capture.status is None or capture.payload_digest is None or capture.verdict in ("truncated", "too_large"):
            return
        original = Original(capture.capture_id, capture.url, capture.fetched_at, capture.payload_digest)
        self._by_capture[capture.capture_id] = original
        self._by_digest.setdefault(capture.payload_digest, original)

    def with_digest(self, digest: str) -> Original | None:
        """Return the first original with these bytes."""
        return self._by_digest.get(digest)

    def behind(self, capture_id: str | None) -> Original | None:
        """Return the original that a capture is or refers to."""
        return None if capture_id is None else self._by_capture.get(capture_id)
