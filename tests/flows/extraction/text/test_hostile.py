"""Files that mean harm: whatever they hold, a document or a verdict comes within bounds of time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.extraction.facts import Unreadable
from flows.extraction.read import read

# --- each file in a process of its own that the system stops at the bounds ------------------------------------------

CPU_SECONDS = 10
MEMORY = 500 * 1024 * 1024
"""Bytes that reading may add to what a process with the libraries loaded has."""

CHILD = """
import io, json, resource, sys, zipfile, zlib
from flows.extraction.facts import Unreadable
from flows.extraction.read import read

TEXT = "云溪县坚持依法行政，办理案件12件。"

def page(body):
    return ("<html><body>" + f"<p>{TEXT}</p>" * 5 + body).encode()

def package(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()

def pdf(objects):
    parts, at, offsets = [b"%PDF-1.7\\n"], 9, []
    for number, thing in enumerate(objects, start=1):
        offsets.append(at)
        parts.append(b"%d 0 obj\\n%b\\nendobj\\n" % (number, thing))
        at += len(parts[-1])
    parts.append(b"xref\\n0 %d\\n0000000000 65535 f \\n" % (len(objects) + 1))
    parts += [b"%010d 00000 n \\n" % offset for offset in offsets]
    parts.append(b"trailer<</Size %d/Root 1 0 R>>\\nstartxref\\n%d\\n%%%%EOF" % (len(objects) + 1, at))
    return b"".join(parts)

HEAD = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
ONE = HEAD + [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"]

def packed(data):
    return b"<</Length %d/Filter/FlateDecode>>stream\\n%b\\nendstream" % (len(data), data)

def deflated(unit, times):
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(unit) for _ in range(times)]) + packer.flush()

MADE = {
    "nested without end": lambda: page("<div>" * 400_000),
    "inline elements without end": lambda: page("<p><b><i>" * 100_000),
    "tables in tables": lambda: page("<table><tr><td>" * 40_000),
    "an attribute of 50 MB": lambda: page('<div title="' + "a" * 50_000_000 + '">'),
    "300000 attributes": lambda: page("<div " + " ".join(f"a{n}=1" for n in range(300_000)) + ">"),
    "a picture of 30 MB in the page": lambda: page('<img src="data:image/png;base64,' + "QUJD" * 8_000_000 + '">'),
    "50 MB of paragraphs": lambda: page(f"<p>{TEXT}</p>" * 900_000),
    "cells that span everything": lambda: page(
        "<table>" + "<tr><td rowspan=900 colspan=60>1</td><td>2</td></tr>" * 8_000 + "</table>"),
    "braces without end": lambda: page("<script>法" + "{[" * 400_000 + "</script>"),
    "links into the page without end": lambda: page(
        f'<div id="zoom"><p>{TEXT}</p>' + "<p><a href='#a'>一、总体情况</a><a href='#b'>二、存在问题</a></p>" * 8_000
    ),
    "panes without end": lambda: page(f"<p>{TEXT}</p>" + "<div class='tab-pane'>一</div>" * 30_000),
    "tags that never close": lambda: page("<" * 1_000_000),
    "a gzip bomb": lambda: b"\\x1f\\x8b\\x08" + b"\\0" * 7 + deflated(b"a" * 1_000_000, 300)[2:],
    "text without end": lambda: TEXT.encode() * 600_000,
    "a zip bomb": lambda: package({"word/document.xml": b" " * 100_000_000}),
    "a large document.xml": lambda: package({"word/document.xml": bytes(range(32, 127)) * 400_000}),
    "a row at the end of a workbook": lambda: package({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/a.xml": b"1"}),
    "a million objects": lambda: pdf(ONE + [b"<</A 1>>"] * 1_000_000),
    "a page that draws without end": lambda: pdf(ONE + [packed(deflated(b"BT (abc) Tj ET " * 1000, 1000))]),
    "a stream bomb": lambda: pdf(ONE + [packed(deflated(b" " * 1_000_000, 900))]),
    "pages of pages": lambda: pdf([HEAD[0], b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"]),
    "100000 pages": lambda: pdf([HEAD[0], b"<</Type/Pages/Kids[" + b"3 0 R " * 100_000 + b"]/Count 100000>>",
                                 b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"]),
    "a locked PDF": lambda: pdf(ONE).replace(
        b"/Root 1 0 R", b"/Root 1 0 R/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -44/O("
        + b"x" * 32 + b")/U(" + b"y" * 32 + b")>>/ID[(a)(a)]"),
}
content = MADE[sys.argv[1]]()
if content.startswith(b"<"):
    import trafilatura
elif content.startswith(b"%PDF"):
    import pypdfium2
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[3]),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + 1 + int(sys.argv[2]),) * 2)
try:
    print(json.dumps(["document", read(content).text[:20]]))
except Unreadable as refusal:
    print(json.dumps([refusal.verdict, str(refusal)]))
"""

HOSTILE = {
    "nested without end": "document",
    "inline elements without end": "too_large",
    "tables in tables": "document",
    "an attribute of 50 MB": "document",
    "300000 attributes": "document",
    "a picture of 30 MB in the page": "document",
    "50 MB of paragraphs": "too_large",
    "cells that span everything": "document",
    "braces without end": "document",
    "links into the page without end": "document",
    "panes without end": "document",
    "tags that never close": "document",
    "a gzip bomb": "too_large",
    "text without end": "too_large",
    "a zip bomb": "too_large",
    "a large document.xml": "too_large",
    "a row at the end of a workbook": "damaged",
    "a million objects": "no_text_layer",
    "a page that draws without end": "too_large",
    "a stream bomb": "too_large",
    "pages of pages": "damaged",
    "100000 pages": "too_large",
    "a locked PDF": "encrypted",
}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the bounds are set by Linux")
@pytest.mark.parametrize(("name", "verdict"), HOSTILE.items(), ids=HOSTILE.keys())
def test_a_hostile_file_gives_a_verdict_within_its_bounds(name: str, verdict: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, name, str(CPU_SECONDS), str(MEMORY)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[4],
        check=False,
    )
    assert done.returncode == 0, done.stderr[-800:] or "stopped at its bounds"
    assert json.loads(done.stdout)[0] == verdict


# --- fuzzing: whatever is put together -------------------------------------------------------------------------------

TAGS = ("div", "p", "span", "table", "tr", "td", "br", "ul", "li", "h1", "h2", "a", "pre", "iframe", "script", "style",
        "section", "article", "ucapcontent", "form", "font", "b")  # fmt: skip
NAMES = ("zoom", "content", "TRS_Editor", "share", "footer", "nav", "title", "v_news_content", "pagination", "xgwj")
TEXTS = (
    "一、主要工作", "（一）依法行政。办理案件12件，", "2023年，",
    "云溪县人民政府关于2023年度法治政府建设情况的报告",
    "发布时间：2024-03-11 来源：县司法局", "&nbsp;", "&#55357;", "&#11;",
    "\u3000", "\n", "扫一扫在手机打开当前页", "目录", "<", "]]>",
    "2024年3月8日", "云政〔2024〕7号",
    "{\"content\":\"", "\\", "\x0b", "\ufeff", "𠮷", "ＡＢ１２", "-->", "<!--",
)  # fmt: skip


@st.composite
def markup(draw: st.DrawFn) -> str:
    """A page of tags in any order, opened, closed or not, with words of reports and of frames between them."""
    parts = []
    for _ in range(draw(st.integers(1, 60))):
        tag = draw(st.sampled_from(TAGS))
        name = draw(st.sampled_from(NAMES))
        parts.append(
            draw(
                st.sampled_from(
                    (f"<{tag}>", f'<{tag} class="{name}">', f'<{tag} id={name} style="display:none">', f"</{tag}>",
                     f"<{tag} rowspan=3 colspan=2>", f'<{tag} href="a.pdf" src="/v?file=b.pdf">')
                )
            )
        )  # fmt: skip
        parts.append(draw(st.sampled_from(TEXTS)) * draw(st.integers(0, 3)))
    head = draw(st.sampled_from(("", "<title>云溪县</title>", '<meta name="PubDate" content="2024-13-45">')))
    return f"<html><head><meta charset=utf-8>{head}</head><body>{''.join(parts)}"


def sound(content: bytes) -> None:
    """The bytes give a verdict with a sentence, or a document whose text and offsets are as they are promised."""
    try:
        document = read(content)
    except Unreadable as refusal:
        assert refusal.verdict
        assert str(refusal).endswith(".")
        return
    lines = document.text.split("\n")
    assert document.text.encode()
    assert all(line.strip(" \n\r\u3000") for line in lines)
    assert not document.pages or len(document.pages) == len(lines)
    assert document.title is None or lines[0] == document.title
    for section in document.sections:
        assert document.text.startswith(section.marker, section.start)
        assert section.start < section.end <= len(document.text)
    assert read(content) == document


QUIET = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(markup())
@QUIET
def test_any_markup_gives_a_sound_document_or_a_verdict(text: str) -> None:
    sound(text.encode("utf-8", "surrogatepass"))


@given(
    st.binary(max_size=400),
    st.sampled_from((b"", b"<html>", b"%PDF-1.4\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")),
)
@QUIET
def test_any_bytes_give_a_sound_document_or_a_verdict(junk: bytes, magic: bytes) -> None:
    sound(magic + junk)


@given(st.text(max_size=600), st.sampled_from(("utf-8", "gb18030", "utf-16", "big5")))
@QUIET
def test_any_text_in_any_encoding_gives_a_sound_document_or_a_verdict(text: str, encoding: str) -> None:
    sound(f"<html><body><div>依法行政，{text}</div></body></html>".encode(encoding, "ignore"))
