"""Old office files that LibreOffice itself wrote; left out where it is not installed."""

import io
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx
import openpyxl
import pytest

from flows.extraction.facts import Unreadable
from flows.extraction.read import read
from flows.extraction.text import legacy

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice is installed")

TITLE = "丹霞县教育局2023年法治政府建设年度报告"
LINES = ["2023年，全县教育系统开展行政执法检查128次。", "办理行政复议案件3件，同比下降25%。"]
TABLE = [["项目", "数量"], ["行政处罚", "35件"], ["行政许可", "1204件"]]
SIGNED = "2024年3月5日"
ROWS = ["\t".join(row) for row in TABLE]

Convert = Callable[[str], bytes]


@pytest.fixture(name="old", scope="module")
def _old(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """The report in a format of old, as LibreOffice writes it."""
    folder = tmp_path_factory.mktemp("old")

    def convert(suffix: str) -> bytes:
        source = folder / ("report.xlsx" if suffix == "xls" else "report.docx")
        source.write_bytes(_workbook() if suffix == "xls" else _document())
        made = source.with_suffix(f".{suffix}")
        if not made.exists():
            profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
            command = [SOFFICE or "", profile, "--headless", "--convert-to", suffix, "--outdir", str(folder)]
            subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=240)
        if not made.exists():
            pytest.skip(f"this LibreOffice writes no .{suffix}")
        return made.read_bytes()

    return convert


def _document() -> bytes:
    document = docx.Document()
    document.add_heading(TITLE, 0)
    for line in LINES:
        document.add_paragraph(line)
    table = document.add_table(rows=len(TABLE), cols=2)
    for row, cells in enumerate(TABLE):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    # Word never ends a text with a table; LibreOffice loses one that does.
    document.add_paragraph(SIGNED)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _workbook() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in ([TITLE], *TABLE):
        sheet.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


# A .wps of 金山 is a .doc by another name, and no name comes with the bytes.
@pytest.mark.parametrize(
    ("suffix", "text"),
    [("doc", [TITLE, *LINES, *ROWS, SIGNED]), ("rtf", [TITLE, *LINES, *ROWS, SIGNED]), ("xls", [TITLE, *ROWS])],
    ids=["doc", "rtf", "xls"],
)
def test_an_old_file_is_read_with_its_tables(old: Convert, suffix: str, text: list[str]) -> None:
    document = read(old(suffix))
    assert document.text.split("\n") == text
    assert (document.issuer, document.report_year) == ("丹霞县教育局", 2023)


def test_two_files_are_read_at_once(old: Convert) -> None:
    content = old("doc")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(read, [content, content])
    assert first == second


@pytest.mark.parametrize(
    "torn",
    [lambda content: content[: len(content) // 2], lambda content: content[:512] + bytes(20_000)],
    ids=["half-of-it", "only-its-head"],
)
def test_a_damaged_file_is_told(old: Convert, torn: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Unreadable, match="cannot read the file") as refusal:
        read(torn(old("doc")))
    assert refusal.value.verdict == "damaged"


def test_a_file_that_takes_too_long_is_given_up_and_nothing_runs_on(
    old: Convert, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = old("doc")
    monkeypatch.setattr(legacy, "LONGEST_SECONDS", 0.3)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(Unreadable, match="did not read the file within") as refusal:
        read(content)
    assert refusal.value.verdict == "damaged"
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in running
    assert list(tmp_path.iterdir()) == []


def test_a_libreoffice_without_calc_says_what_to_install(
    old: Convert, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = old("xls")
    (tmp_path / "soffice.bin").touch()
    (tmp_path / "soffice").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(Unreadable, match="install libreoffice-calc-nogui") as refusal:
        read(content)
    assert refusal.value.verdict == "needs_libreoffice"
