"""The version of the extraction: a new one means that the same bytes may give other facts."""

EXTRACTOR_VERSION = "2026.11.1"
