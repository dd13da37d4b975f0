"""Pages whose body is only a lead to a file: which file is the document, and the document made of both."""

from __future__ import annotations

import re
from dataclasses import replace

from flows.extraction.facts import Attachment, Document
from flows.extraction.text.typography import squeeze

_READABLE = re.compile(r"\.(pdf|docx?|wps|ofd|xlsx?|et|rtf|txt|zip)(?:[?#&]|$)", re.I)
_REPORT = re.compile(r"法治政府|依法行政|法治建设|年度报告|情况的?报告|工作报告")
_LEAD = re.compile(r"附件|全文|下载|详见|点击|予以公布|现.{0,12}公布|公开如下")

SHORTEST_BODY = 400
"""Characters below which a body that offers a file may be only a lead to it."""


def lead(page: Document) -> Attachment | None:
    """The file that is the document itself, where the page's body is only a lead to it; else None.

    A body is a lead when it is short, has no outline of its own and names or links a readable file.
    """
    body = squeeze(page.text)
    if page.title is not None:
        body = body.removeprefix(squeeze(page.title))
    files = [file for file in page.attachments if _READABLE.search(file.url) or _READABLE.search(file.name)]
    if (
        not files
        or len(body) >= SHORTEST_BODY
        or len([section for section in page.sections if section.level == 1]) >= 2
    ):
        return None
    named = [file for file in files if _REPORT.search(file.name)]
    names = sum(len(squeeze(file.name)) for file in files)
    if len(body) - names > 150 and not _LEAD.search(body) and not named:
        return None
    if named:
        return named[0]
    return files[0] if len(files) == 1 or _LEAD.search(body) or len(body) < 60 else None


def adopt(page: Document, file: Document) -> Document:
    """The file's document with what only the page knows: dates, source, attachments, a title where it has none."""
    provenance = dict(file.provenance)

    def known(name: str) -> str | None:
        own: str | None = getattr(file, name)
        other: str | None = getattr(page, name)
        # What the page says of its own publishing is surer than what the file's text lets guess.
        take = (
            other
            if other is not None and (own is None or name in ("published_on", "published_time", "source"))
            else own
        )
        if take is other and other is not None:
            provenance[name] = "page:" + page.provenance.get(name, "page")
        return take

    title = file.title
    inferred = None if title is not None else (page.title or file.inferred_title or page.inferred_title)
    return replace(
        file,
        title=title,
        inferred_title=inferred,
        published_on=known("published_on"),
        published_time=known("published_time"),
        source=known("source"),
        document_number=known("document_number"),
        site_id_code=known("site_id_code"),
        attachments=page.attachments,
        provenance=provenance,
        warnings=(*page.warnings, *(warning for warning in file.warnings if warning not in page.warnings)),
    )
