"""Markdown for the Prefect UI, from `templates/`; nothing that came from the net is markup in it."""

from __future__ import annotations

import re
import shlex
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")
_BARE_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|www)([:.])")
_IN_ADDRESS = "%/:?#@!$&'*+,;=~-._"
"""What stays as it is in the target of a link; brackets, blanks and pipes would end the link or the cell."""


def plain(text: object) -> str:
    """Text from the net as text in Markdown: on one line, no markup, and no address that would become a link."""
    return _BARE_ADDRESS.sub("\\1\u200b\\2", _MARKUP.sub(r"\\\1", " ".join(str(text).split())))


def address(url: object) -> str:
    """An address from the net as the target of a link; `#` if it is none of HTTP."""
    text = str(url)
    return quote(text, safe=_IN_ADDRESS) if re.match(r"https?://", text) else "#"


def word(text: object) -> str:
    """Text from the net as one word of a shell command, on one line, without a backtick that would end a code span."""
    return shlex.quote(" ".join(str(text).replace("`", "").split()))


def render(template: str, **given: object) -> str:
    """A template filled in. Every value that comes from the net goes through `plain`, `address` or `word` there."""
    environment = Environment(
        loader=PackageLoader("flows.operation", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plain=plain, address=address, word=word)
    return environment.get_template(template).render(**given)
