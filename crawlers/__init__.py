"""The crawling wing: HTTP, portals and the archive. It imports neither flows nor warehouse."""
