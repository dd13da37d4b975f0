"""How SQL writes what stands in data: names in double quotes, texts in single ones, so that nothing in them is SQL."""

from __future__ import annotations


def quoted_name(name: str) -> str:
    """A table's or a column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
