"""The tree of a catalogue as a page's script holds it: columns by name and number, listed by one request for any of
them. The list that is asked for is that of the column that most likely holds the reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from crawlers.families.columns import column_rank
from crawlers.families.records import objects, written_arrays

NODE_NAME = re.compile(
    r"^(?:cur(?:rent)?_?)?(?:catalog(?:ue)?|channel|column|node|cate?|category|class|type|menu|dir|item|col|lm|theme|tree)"
    r"_?(?:id|code|no|num)?$|^(?:id|cid|code)$",
    re.IGNORECASE,
)
"""What a script calls the number of the column that it asks the list of."""
_PARENTS = frozenset(
    {"pid", "parentid", "parent", "children", "nodes", "isparent", "pcode", "parentcode", "leaf", "level"}
)
_NAMES = ("name", "title", "text", "label", "catalogName", "channelName", "columnName", "nodeName")
_NUMBERS = ("id", "catalogId", "channelId", "columnId", "nodeId", "code", "catId", "value", "key")
_LONGEST_NAME = 16
_NAMED_FOR_IT = 3


def chosen_node(text: str) -> str | None:
    """The number of the column that a page's tree names after the subject, the likeliest of several, if any is."""
    best: tuple[int, str] | None = None
    for array in written_arrays(text):
        for name, number in _nodes(array):
            rank = column_rank(name, "")
            if rank >= _NAMED_FOR_IT and (best is None or rank > best[0]):
                best = rank, number
    return best[1] if best else None


def _nodes(value: object) -> Iterator[tuple[str, str]]:
    for record in objects(value):
        if _PARENTS & {key.lower() for key in record}:
            name = _first(record, _NAMES).strip()
            number = _first(record, _NUMBERS)
            if 1 < len(name) <= _LONGEST_NAME and number and not re.search(r"\d", name):
                yield name, number


def _first(record: Mapping[str, object], fields: tuple[str, ...]) -> str:
    found = (record[field] for field in fields if isinstance(record.get(field), str | int))
    return next((str(value) for value in found if not isinstance(value, bool)), "")
