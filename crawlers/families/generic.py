"""Any platform: rows of links with titles and dates, the next page by rel, text or number."""

from __future__ import annotations

from crawlers.families.answers import is_answer, read_answer
from crawlers.families.lists import read_list
from crawlers.families.reading import ListReading, Page


class Generic:
    """Reads what no other family claims, and never claims a page itself."""

    name = "generic"

    def recognise(self, page: Page) -> str | None:
        """Nothing is evidence for this family: it is what remains."""
        return None

    def read(self, page: Page) -> ListReading:
        """Read the rows of any list page, or the records of an answer."""
        return read_answer(page) if is_answer(page) else read_list(page)
