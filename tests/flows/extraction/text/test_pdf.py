"""PDFs as they are printed: paragraphs over lines and pages, furniture, scans, fonts without a map, damage."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.extraction.facts import Document, Unreadable
from flows.extraction.read import read

WIDTH, HEIGHT = 595, 842
LEFT, RIGHT = 74, 522
SIGN = 16


@dataclass
class Put:
    """A line of text on a page: where it starts, how large its signs are."""

    text: str
    x: float
    y: float
    size: float = SIGN


def pdf(pages: list[list[Put]], *, mapped: bool = True, compressed: bool = True) -> bytes:
    """A PDF of these lines, Han signs a full width, others half; without `mapped` its font has no character map."""
    signs = sorted({sign for page in pages for put in page for sign in put.text})
    codes = {sign: number for number, sign in enumerate(signs, start=1)}
    widths = " ".join(f"{codes[sign]} [{500 if ord(sign) < 0x2000 else 1000}]" for sign in signs)
    table = "\n".join(f"<{codes[sign]:04x}> <{sign.encode('utf-16-be').hex()}>" for sign in signs)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{len(signs)} beginbfchar\n{table}\nendbfchar\n"
        "endcmap end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{8 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R]"
        + (" /ToUnicode 6 0 R >>" if mapped else " >>"),
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) "
        "/Ordering (Identity)"
        f" /Supplement 0 >> /DW 1000 /W [{widths}] /FontDescriptor 5 0 R >>",
        "<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800"
        " /Descent -200 /CapHeight 700 /StemV 80 >>",
        stream(cmap.encode(), compressed),
        "<< >>",
    ]
    for number, page in enumerate(pages):
        drawn = "".join(
            f"BT /F {put.size} Tf {put.x} {put.y} Td <{''.join(f'{codes[sign]:04x}' for sign in put.text)}> Tj ET\n"
            for put in page
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {9 + 2 * number} 0 R"
            " /Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(stream(drawn.encode(), compressed))
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, thing in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + (thing if isinstance(thing, bytes) else thing.encode()) + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    return bytes(out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())


def stream(data: bytes, compressed: bool) -> bytes:
    packed = zlib.compress(data) if compressed else data
    kind = b" /Filter /FlateDecode" if compressed else b""
    return b"<< /Length %d%s >>\nstream\n" % (len(packed), kind) + packed + b"\nendstream"


def wide(text: str, size: float = SIGN) -> float:
    return sum(size * (0.5 if ord(sign) < 0x2000 else 1.0) for sign in text)


def centred(text: str, y: float, size: float = SIGN) -> Put:
    return Put(text, (LEFT + RIGHT - wide(text, size)) / 2, y, size)


def typeset(paragraphs: list[str], *, per_page: int = 20, heads: str | None = None) -> list[list[Put]]:
    """Paragraphs broken into full lines with an indent of two signs, over pages with numbers at the foot."""
    lines: list[tuple[str, float]] = []
    for paragraph in paragraphs:
        line, x = "", LEFT + 2 * SIGN
        for sign in paragraph:
            if x + wide(line + sign) > RIGHT + 1:
                lines.append((line, x))
                line, x = "", float(LEFT)
            line += sign
        lines.append((line, x))
    pages = []
    for number, at in enumerate(range(0, len(lines), per_page), start=1):
        page = [Put(text, x, 740 - 28 * row) for row, (text, x) in enumerate(lines[at : at + per_page])]
        page.append(centred(f"— {number} —", 60, 14))
        if heads:
            page.insert(0, centred(heads, 800, 10))
        pages.append(page)
    return pages


TITLE = "白水区人民政府关于2021年度法治政府建设情况的报告"
PARAGRAPHS = [
    "2021年，白水区深入学习贯彻习近平法治思想，扎实推进法治政府建设，全年审查区政府重大决策46件，"
    "出具法律意见书123份，有效防范了法律风险。",
    "一、主要工作成效",
    "（一）健全依法行政制度体系。制定行政规范性文件9件，清理规范性文件215件，废止12件，"
    "备案率、公开率均达到100%，为依法行政提供了有力的制度保障。",
    "（二）严格规范公正文明执法。组织行政执法人员培训28场，覆盖1450人次，评查案卷620宗，合格率99.2%，"
    "较上年提高3.1个百分点。",
    "二、存在的问题",
    "一是基层执法力量不足；二是少数单位法制审核质量有待提高；三是法治宣传形式还不够丰富。",
    "三、下一步工作打算",
    "持续完善行政执法协调监督工作体系，加强镇街执法队伍建设，不断提高依法行政能力和水平。",
]


def report(**how: object) -> list[list[Put]]:
    pages = typeset(PARAGRAPHS, per_page=9, **how)  # type: ignore[arg-type]
    for put in pages[0]:
        if put.y < 790 and put.y > 100:
            put.y -= 90
    pages[0][0:0] = [centred(TITLE[:10], 740, 22), centred(TITLE[10:], 704, 22)]
    return pages


def text(document: Document) -> list[str]:
    return document.text.split("\n")


def test_paragraphs_are_whole_again_and_keep_their_page() -> None:
    document = read(pdf(report()))
    assert text(document) == [TITLE, *PARAGRAPHS]
    assert document.title == TITLE
    assert len(document.pages) == len(text(document))
    assert document.pages[0] == 1
    assert document.pages[-1] > 1
    assert list(document.pages) == sorted(document.pages)


def test_running_heads_and_page_numbers_are_dropped() -> None:
    document = read(pdf(report(heads="白水区第九届人大常委会第三次会议文件")))
    assert text(document) == [TITLE, *PARAGRAPHS]


def test_label_of_a_meeting_paper_is_dropped() -> None:
    pages = report()
    pages[0].insert(0, Put("区第九届人大常委会第三次会议材料之二", LEFT, 790, 14))
    assert text(read(pdf(pages))) == [TITLE, *PARAGRAPHS]


def test_blanks_that_typesetting_put_beside_digits_are_dropped() -> None:
    spaced = [paragraph.replace("46件", " 46 件").replace("2021年", "2021 年") for paragraph in PARAGRAPHS]
    assert text(read(pdf(typeset(spaced)))) == PARAGRAPHS


def test_signature_and_date_stand_on_lines_of_their_own() -> None:
    pages = report()
    y = min(put.y for put in pages[-1] if put.y > 100)
    pages[-1][-1:-1] = [Put("白水区人民政府", 380, y - 56), Put("2022年1月18日", 390, y - 84)]
    document = read(pdf(pages))
    assert text(document)[-2:] == ["白水区人民政府", "2022年1月18日"]
    assert document.signed_on == "2022-01-18"


def test_lines_drawn_out_of_order_are_read_from_top_to_bottom() -> None:
    pages = [list(reversed(page)) for page in report()]
    assert text(read(pdf(pages))) == [TITLE, *PARAGRAPHS]


REFUSED = {
    "a scan without a text layer": (pdf([[], []]), "no_text_layer"),
    "cut off": (pdf(report())[:900], "damaged"),
    "only the beginning": (b"%PDF-1.4\n", "damaged"),
    "a web page with the name of a PDF": (b"%PDF-\n<html></html>", "damaged"),
}


@pytest.mark.parametrize(("content", "verdict"), REFUSED.values(), ids=REFUSED.keys())
def test_pdfs_without_text_are_refused(content: bytes, verdict: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(content)
    assert refusal.value.verdict == verdict


def test_font_without_a_character_map_gives_a_verdict_and_no_text() -> None:
    with pytest.raises(Unreadable) as refusal:
        read(pdf(report(), mapped=False))
    assert refusal.value.verdict in ("mojibake", "no_text_layer")


WHOLE = pdf(report())


def test_a_packed_part_that_unpacks_in_several_steps_ends_where_it_ends() -> None:
    drawing = zlib.compress(b" " * 100_000)
    part = b"99 0 obj\n<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream\nendobj\n" % (len(drawing), drawing)
    assert read(part.join((b"%PDF-1.7\n", WHOLE))).text == read(WHOLE).text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=0, max_size=40))
def test_damage_gives_a_document_or_a_verdict(at: int, junk: bytes) -> None:
    try:
        document = read(WHOLE[:at] + junk + WHOLE[at + len(junk) :])
    except Unreadable as refusal:
        assert str(refusal)
    else:
        assert document.text.strip()
