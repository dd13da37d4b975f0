"""The archive: every HTTP exchange as WARC records, and the capture log that indexes them."""
