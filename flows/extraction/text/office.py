"""Office files by what they hold, not by their names: docx, xlsx and ofd packages, old doc and wps, rtf."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from flows.extraction.facts import Unreadable
from flows.extraction.text.draft import Draft
from flows.extraction.text.legacy import modern
from flows.extraction.text.ofd import read_ofd
from flows.extraction.text.packages import MOST_XML, opened, xml_of
from flows.extraction.text.typography import one_line

MOST_ROWS = 20_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def read_office(content: bytes, kind: str) -> Draft:
    """The document of a zip package (docx, xlsx, ofd), of an old doc, xls or wps file, or of rtf."""
    if kind == "zip":
        with opened(content) as package:
            names = set(package.namelist())
            if "OFD.xml" in names:
                return read_ofd(package)
            if any(name.startswith("word/") for name in names):
                return _read_docx(package)
            if any(name.startswith("xl/") for name in names):
                return _read_xlsx(content)
        raise Unreadable("wrong_type", "The file is a zip package of no kind that is read; look at it by hand.")
    return read_office(modern(content, kind), "zip")


# --- docx ----------------------------------------------------------------------------------------------------------


def _read_docx(package: zipfile.ZipFile) -> Draft:
    name = "word/document.xml"
    if name not in package.namelist():
        name = next((member for member in package.namelist() if re.fullmatch(r"word/document\d*\.xml", member)), name)
    root = xml_of(package, name)
    body = root.find(f"{_W}body")
    if body is None:
        raise Unreadable("damaged", "The Word file has no body; fetch it again.")
    numbering = _Numbering(package)
    lines: list[str] = []
    _blocks(body, numbering, lines)
    draft = Draft(body=[line for line in lines if line], kind="office")
    if not draft.body:
        raise Unreadable(
            "no_text_layer", "The Word file holds no text (pictures only?); have it read by a person or by OCR."
        )
    return draft


def _blocks(holder: Any, numbering: _Numbering, lines: list[str]) -> None:
    for child in holder:
        if child.tag == f"{_W}p":
            _paragraph(child, numbering, lines)
        elif child.tag == f"{_W}tbl":
            lines.extend(_table(child, numbering))
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml"):
            _blocks(child, numbering, lines)


def _paragraph(paragraph: Any, numbering: _Numbering, lines: list[str]) -> None:
    """One paragraph, its automatic number in front; text boxes that hang on it follow it."""
    pieces: list[str] = []
    boxes: list[Any] = []
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        tag = node.tag
        if tag == f"{_W}t":
            pieces.append(node.text or "")
        elif tag == f"{_W}tab":
            pieces.append(" ")
        elif tag in (f"{_W}br", f"{_W}cr"):
            pieces.append("\n")
        elif tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        elif tag in (f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr", f"{_MC}Fallback"):
            continue
        elif tag == f"{_W}txbxContent":
            boxes.append(node)
        elif isinstance(tag, str):
            stack.extend(reversed(node))
    number = numbering.of(paragraph)
    parts = [one_line(part) for part in "".join(pieces).split("\n")]
    parts = [part for part in parts if part]
    if parts and number:
        parts[0] = number + parts[0]
    lines.extend(parts)
    for box in boxes:
        _blocks(box, numbering, lines)


def _table(table: Any, numbering: _Numbering) -> list[str]:
    """Rows with cells joined by a tab; merged cells stand in every row they cover, a full-width one once."""
    rows: list[str] = []
    above: dict[int, str] = {}
    grid = len(table.findall(f"{_W}tblGrid/{_W}gridCol"))
    for row in table.findall(f"{_W}tr"):
        cells: list[str] = []
        column = 0
        for cell in row.iter(f"{_W}tc"):
            if cell.getparent() is not row and cell.getparent().tag == f"{_W}tr":
                continue
            inner: list[str] = []
            _blocks(cell, numbering, inner)
            text = " ".join(inner).replace("\t", " ")
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            value = span.get(f"{_W}val", "1") if span is not None else "1"
            across = min(max(int(value), 1), 60) if value.isdigit() else 1
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val", "continue") == "continue":
                text = above.get(column, text)
            elif merge is not None:
                above[column] = text
            else:
                above.pop(column, None)
            cells.extend(text if not step or across < grid else "" for step in range(across))
            column += across
        while cells and not cells[-1]:
            cells.pop()
        if any(cells):
            rows.append("\t".join(cells))
    return rows


class _Numbering:
    """Automatic numbers of paragraphs: the formats of numbering.xml, counted as the document is read."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._formats: dict[str, dict[str, tuple[str, str, int]]] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._styles: dict[str, tuple[str, str]] = {}
        names = package.namelist()
        if "word/numbering.xml" in names:
            root = xml_of(package, "word/numbering.xml")
            abstract = {
                entry.get(f"{_W}abstractNumId"): {
                    level.get(f"{_W}ilvl", "0"): (
                        _value(level, "numFmt", "decimal"),
                        _value(level, "lvlText", ""),
                        int(_value(level, "start", "1")) if _value(level, "start", "1").isdigit() else 1,
                    )
                    for level in entry.findall(f"{_W}lvl")
                }
                for entry in root.findall(f"{_W}abstractNum")
            }
            for entry in root.findall(f"{_W}num"):
                self._formats[entry.get(f"{_W}numId", "")] = abstract.get(_value(entry, "abstractNumId", ""), {})
        if "word/styles.xml" in names:
            for style in xml_of(package, "word/styles.xml").findall(f"{_W}style"):
                numbered = style.find(f"{_W}pPr/{_W}numPr")
                if numbered is not None:
                    self._styles[style.get(f"{_W}styleId", "")] = (
                        _value(numbered, "numId", ""),
                        _value(numbered, "ilvl", "0"),
                    )

    def of(self, paragraph: Any) -> str:
        """The number that a reader sees before the paragraph; empty where it has none."""
        numbered = paragraph.find(f"{_W}pPr/{_W}numPr")
        if numbered is not None:
            number, level = _value(numbered, "numId", ""), _value(numbered, "ilvl", "0")
        else:
            style = paragraph.find(f"{_W}pPr/{_W}pStyle")
            number, level = self._styles.get(style.get(f"{_W}val", "") if style is not None else "", ("", "0"))
        formats = self._formats.get(number)
        if not formats or level not in formats or not level.isdigit():
            return ""
        depth = int(level)
        start = formats[level][2]
        self._counts[number, depth] = self._counts.get((number, depth), start - 1) + 1
        for deeper in range(depth + 1, 9):
            self._counts.pop((number, deeper), None)
        kind, pattern, _ = formats[level]
        if kind in ("bullet", "none"):
            return ""

        def shown(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            own = formats.get(str(at), (kind, "", 1))
            return _numeral(self._counts.get((number, at), own[2]), own[0])

        return re.sub(r"%(\d)", shown, pattern)


def _value(node: Any, name: str, default: str) -> str:
    child = node.find(f"{_W}{name}")
    return default if child is None else str(child.get(f"{_W}val", default))


def _numeral(value: int, kind: str) -> str:
    if kind in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "ideographDigital",
        "japaneseDigitalTenThousand",
    ):
        return han_numeral(value)
    if kind == "decimalEnclosedCircle" or kind == "decimalEnclosedCircleChinese":
        return chr(0x2460 + value - 1) if 1 <= value <= 20 else str(value)
    if kind in ("lowerLetter", "upperLetter") and 1 <= value <= 26:
        return chr((ord("a") if kind == "lowerLetter" else ord("A")) + value - 1)
    return str(value)


def han_numeral(value: int) -> str:
    """1 to 99 in Han numerals, as headings are numbered."""
    digits = "零一二三四五六七八九"
    if not 0 < value < 100:
        return str(value)
    tens, units = divmod(value, 10)
    return ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (digits[units] if units else "")


# --- xlsx ----------------------------------------------------------------------------------------------------------


def _read_xlsx(content: bytes) -> Draft:
    """Every sheet's rows with cells joined by a tab; numbers as they are stored, whole ones without a point."""
    import warnings

    from openpyxl import load_workbook

    with opened(content) as package:
        strings = [member for member in package.infolist() if member.filename.endswith("sharedStrings.xml")]
    if any(member.file_size > MOST_XML for member in strings):
        raise Unreadable("too_large", f"The workbook's texts would unpack to more than {MOST_XML >> 20} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile, SyntaxError, AttributeError) as fault:
        raise Unreadable("damaged", "The workbook cannot be opened: it is damaged; fetch it again.") from fault
    lines: list[str] = []
    try:
        for sheet in book.worksheets:
            for number, row in enumerate(sheet.iter_rows(values_only=True)):
                if number >= MOST_ROWS:
                    raise Unreadable(
                        "too_large", f"A sheet of the workbook has more than {MOST_ROWS} rows; it is no report."
                    )
                cells = [_cell(value) for value in row[:200]]
                while cells and not cells[-1]:
                    cells.pop()
                if any(cells):
                    lines.append("\t".join(cells))
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile, SyntaxError, AttributeError) as fault:
        raise Unreadable("damaged", "A sheet of the workbook cannot be read: it is damaged; fetch it again.") from fault
    finally:
        book.close()
    if not lines:
        raise Unreadable("no_text", "The workbook's sheets are empty; look at it by hand.")
    return Draft(body=lines, kind="office")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return one_line(str(value)).replace("\t", " ")
