"""Word, Excel and OFD files, and packages that mean harm."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document as Word
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook

from flows.extraction.facts import Unreadable
from flows.extraction.read import read
from flows.extraction.text import legacy

TITLE = "丹霞县司法局2022年度法治政府建设年度报告"
LINES = [
    "2022年，丹霞县司法局认真履行依法行政职责，法治政府建设取得新成效。",
    "一、主要举措",
    "（一）推进普法。开展宣传活动35场，受众2.1万人次。",
    "二、存在不足",
    "队伍专业化水平有待提升。",
]


def saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def package(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_docx_paragraphs_and_title() -> None:
    word = Word()
    for line in [TITLE, "", *LINES]:
        word.add_paragraph(line)
    document = read(saved(word))
    assert document.text.split("\n") == [TITLE, *LINES]
    assert (document.title, document.report_year) == (TITLE, 2022)
    assert [section.marker for section in document.sections] == ["一、", "（一）", "二、"]


def test_docx_table_stands_where_it_is_drawn_with_merged_cells_in_every_row() -> None:
    word = Word()
    word.add_paragraph("前文。")
    table = word.add_table(rows=3, cols=3)
    for row, cells in enumerate([["类别", "收案", "结案"], ["复议", "12", "11"], ["", "7", "6"]]):
        for column, value in enumerate(cells):
            table.cell(row, column).text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    word.add_paragraph("后文。")
    lines = read(saved(word)).text.split("\n")
    assert lines == ["前文。", "类别\t收案\t结案", "复议\t12\t11", "复议\t7\t6", "后文。"]


def test_docx_automatic_numbers_are_read() -> None:
    word = Word()
    numbering = word.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum>'
    )
    numbering.insert(0, abstract)
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for level, line in [(0, "主要工作"), (1, "推进普法"), (1, "规范执法"), (0, "存在问题"), (1, "队伍不足")]:
        paragraph = word.add_paragraph(line)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
        )
    lines = read(saved(word)).text.split("\n")
    assert lines == ["一、主要工作", "（一）推进普法", "（二）规范执法", "二、存在问题", "（一）队伍不足"]


def test_docx_text_box_follows_its_paragraph_and_deleted_text_is_gone() -> None:
    word = Word()
    paragraph = word.add_paragraph("正文开头。")
    paragraph._p.append(
        parse_xml(
            f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f"<mc:AlternateContent>"
            "<mc:Choice><w:txbxContent><w:p><w:r><w:t>框中文字。</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
            "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>框中文字。</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
    )
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:t>已删。</w:t></w:r></w:del>"))
    assert read(saved(word)).text.split("\n") == ["正文开头。", "框中文字。"]


def test_xlsx_rows_are_lines_with_tabs() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["指标", "数值", "单位"], ["行政处罚", 326, "件"], ["合格率", 98.5, "%"], [None, None, None]):
        sheet.append(row)
    assert read(saved(book)).text.split("\n") == ["指标\t数值\t单位", "行政处罚\t326\t件", "合格率\t98.5\t%"]


def ofd(lines: list[str]) -> bytes:
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    drawn = "".join(
        f'<ofd:TextObject ID="{number}" Boundary="{30 if len(line) < 36 else 20} {30 + 8 * number} '
        f'{5 * len(line)} 5" Size="5">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="g 20 5">{line}</ofd:TextCode></ofd:TextObject>'
        for number, line in enumerate(lines, start=1)
    )
    root = "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    pages = '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
    content = f"<ofd:Content><ofd:Layer>{drawn}</ofd:Layer></ofd:Content>"
    return package(
        {
            "OFD.xml": f"<ofd:OFD {space}>{root}</ofd:OFD>".encode(),
            "Doc_0/Document.xml": f"<ofd:Document {space}>{pages}</ofd:Document>".encode(),
            "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {space}>{content}</ofd:Page>".encode(),
        }
    )


def test_ofd_text_in_reading_order() -> None:
    document = read(ofd(LINES))
    assert document.text.split("\n") == LINES
    assert set(document.pages) == {1}


BOMB = package({"word/document.xml": b"0" * 60_000_000, "[Content_Types].xml": b""})
ENTITIES = package(
    {
        "word/document.xml": b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><w>&b;</w>',
        "[Content_Types].xml": b"",
    }
)
OUTSIDE = package(
    {"word/document.xml": b'<!DOCTYPE w SYSTEM "file:///etc/passwd"><w>x</w>', "[Content_Types].xml": b""}
)
REFUSED = {
    "zip bomb": (BOMB, "too_large"),
    "entity bomb": (ENTITIES, "refused"),
    "entity from a file": (OUTSIDE, "refused"),
    "no body": (package({"word/other.xml": b"<a/>"}), "damaged"),
    "empty docx": (saved(Word()), "no_text_layer"),
    "empty workbook": (saved(Workbook()), "no_text"),
    "cut-off docx": (saved(Word())[:2000], "damaged"),
    "zip of documents": (package({"报告.pdf": b"%PDF-", "表.xlsx": b"PK"}), "wrong_type"),
    "zip of something else": (package({"a.bin": b"1"}), "wrong_type"),
    "zip of a zip": (package({"报告.docx": package({"报告.docx": b"PK"})}), "wrong_type"),
    "zip of a damaged file": (package({"报告.docx": saved(Word())[:2000]}), "damaged"),
    "ofd without a document": (package({"OFD.xml": b"<OFD/>"}), "damaged"),
}


@pytest.mark.parametrize(("content", "verdict"), REFUSED.values(), ids=REFUSED.keys())
def test_packages_without_text_or_with_harm_are_refused(content: bytes, verdict: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(content)
    assert refusal.value.verdict == verdict


def word(*lines: str) -> bytes:
    """A Word file of these lines."""
    document = Word()
    for line in lines:
        document.add_paragraph(line)
    return saved(document)


PACKED = {
    "one document": {"说明.jpg": b"x", "附件/报告.docx": word(TITLE, *LINES)},
    "the one named like a report": {"汇总表.docx": word("汇总表"), f"{TITLE}.docx": word(TITLE, *LINES)},
    "one beside what systems leave": {"a.docx": word(TITLE, *LINES), "__MACOSX/._a.docx": b"x", "~$a.docx": b"x"},
}


@pytest.mark.parametrize("members", PACKED.values(), ids=PACKED.keys())
def test_the_one_document_of_a_zip_is_read(members: dict[str, bytes]) -> None:
    document = read(package(members))
    assert document.text.split("\n") == [TITLE, *LINES]
    assert [warning for warning in document.warnings if warning.startswith("The file is a zip; ")]


def test_names_of_a_zip_may_be_gbk() -> None:
    content = package({"AAAAAAAA.docx": word(TITLE, *LINES), "b.docx": word("汇总表")})
    document = read(content.replace(b"AAAAAAAA", "法治政府".encode("gbk")))
    assert document.warnings[0] == "The file is a zip; 法治政府.docx in it was read."


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def test_old_word_file_without_libreoffice_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy.shutil, "which", lambda name: None)
    with pytest.raises(Unreadable, match="LibreOffice") as refusal:
        read(OLD)
    assert refusal.value.verdict == "needs_libreoffice"
