from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pytest
from openpyxl import load_workbook

from tests.warehouse.batches import FIRST, REPORT, run_rows, text_rows, write
from warehouse.export import ExportRefused, export
from warehouse.load import load
from warehouse.place import Place
from warehouse.questions import WrongParameter
from warehouse.release import Staging

OTHER = "990100-云川市司法局-2023"
EVIL = '=HYPERLINK("https://example.test","年度报告")'
LONG = "长" * 40_000


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("export")
    portal = {
        "portal_id": "yunchuan",
        "name": "云川市人民政府",
        "region_code": "990100",
        "base_url": "https://yunchuan.example",
    }
    first = text_rows(1, FIRST, attachments=[{"url": "https://yunchuan.example/a.pdf", "name": "附件"}])
    second = text_rows(1, LONG, "https://yunchuan.example/2", OTHER, title=EVIL, list_title="@总结", source="－来源")
    write(root / "batch", run_rows(1), {"portals": [portal]}, first, second)
    with Staging(root / "warehouse") as staging:
        load(staging.connection, root / "batch")
        staging.publish("run-1")
    return Place(root / "warehouse")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("shape", ["parquet", "csv", "jsonl"])
def test_the_same_release_gives_the_same_bytes(release: Place, tmp_path: Path, shape: Any) -> None:
    one, two = (export(release, shape, tmp_path / name).folder for name in ("one", "two"))
    assert content(one) == content(two)
    assert len(content(one)) > 15


def test_parquet_is_partitioned_by_year(release: Place, tmp_path: Path) -> None:
    export(release, "parquet", tmp_path / "out", tables=["reports", "observations", "portals"])
    assert sorted(content(tmp_path / "out")) == [
        "datapackage.json",
        "observations/report_year=2024/part-0.parquet",
        "portals.parquet",
        "reports/report_year=2023/part-0.parquet",
        "reports/report_year=2024/part-0.parquet",
    ]
    everything = f"read_parquet('{tmp_path}/out/reports/*/*.parquet', hive_partitioning = true)"
    rows = duckdb.sql(f"SELECT report_id, report_year, length(text), title FROM {everything} ORDER BY ALL").fetchall()
    assert rows == [(OTHER, 2023, 40_000, EVIL), (REPORT, 2024, len(FIRST), "云川市教育局2024年法治政府建设年度报告")]


def test_csv_opens_in_excel_and_runs_nothing(release: Place, tmp_path: Path) -> None:
    export(release, "csv", tmp_path / "out", tables=["reports"])
    written = (tmp_path / "out" / "reports.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfreport_id,")
    row = duckdb.sql(
        f"SELECT title, list_title, source, length(text), region_code FROM read_csv('{tmp_path}/out/reports.csv', "
        f"all_varchar = true, header = true, delim = ',', quote = '\"', max_line_size = 1000000) "
        f"WHERE report_id = '{OTHER}'"
    ).fetchone()
    assert row is not None
    assert row[:3] == (f"'{EVIL}", "'@总结", "'－来源")
    assert int(row[3]) <= 32_767
    assert row[4] == "990100"


def test_xlsx_has_typed_cells_and_a_dictionary(release: Place, tmp_path: Path) -> None:
    export(release, "xlsx", tmp_path / "out", tables=["reports", "observations"])
    book = load_workbook(tmp_path / "out" / "reports.xlsx")
    assert book.sheetnames == ["reports", "字段说明"]
    head, *rows = book["reports"].iter_rows()
    places = {cell.value: number for number, cell in enumerate(head)}
    row = next(row for row in rows if row[places["report_id"]].value == OTHER)
    title = row[places["title"]]
    assert (title.value, title.data_type) == (EVIL, "s")
    assert row[places["published_on"]].is_date
    assert row[places["report_year"]].value == 2023
    assert len(str(row[places["text"]].value)) <= 32_767
    explained = {line[0]: line[2] for line in book["字段说明"].iter_rows(values_only=True)}
    assert explained["text_digest"] == "SHA-256, in hex, of the UTF-8 text."
    values = load_workbook(tmp_path / "out" / "observations.xlsx")["observations"]
    assert {type(cell.value) for cell in values["C"][1:]} <= {int, float}


def test_full_sheets_go_on_with_another(tmp_path: Path) -> None:
    from warehouse.workbook import write_workbook

    write_workbook(tmp_path / "a.xlsx", "n", iter([[(1,), (2,)], [(3,)]]), [("a", "INTEGER", "")], 2)
    book = load_workbook(tmp_path / "a.xlsx")
    assert [[row[0] for row in book[name].iter_rows(values_only=True)] for name in book.sheetnames[:2]] == [
        ["a", 1, 2],
        ["a", 3],
    ]


def test_jsonl_keeps_everything(release: Place, tmp_path: Path) -> None:
    export(release, "jsonl", tmp_path / "out", tables=["reports"])
    rows = [json.loads(line) for line in (tmp_path / "out" / "reports.jsonl").open(encoding="utf-8")]
    by_id = {row["report_id"]: row for row in rows}
    assert by_id[OTHER]["text"] == LONG
    assert by_id[OTHER]["title"] == EVIL
    assert by_id[REPORT]["attachments"] == [{"url": "https://yunchuan.example/a.pdf", "name": "附件"}]
    assert by_id[REPORT]["first_seen_at"] == "2025-03-01T18:00:00Z"


@pytest.fixture
def valid_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


@pytest.mark.parametrize("shape", ["parquet", "csv", "xlsx", "jsonl"])
def test_the_datapackage_is_valid(release: Place, tmp_path: Path, valid_rows: None, shape: Any) -> None:
    export(release, shape, tmp_path / "out")
    described = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    assert [licence["name"] for licence in described["licenses"]] == ["CC-BY-4.0"]
    assert described["sources"] == [{"title": "云川市人民政府", "path": "https://yunchuan.example"}]
    assert described["created"] == "2025-03-01T18:00:00Z"
    assert all("description" in field for one in described["resources"] for field in one["schema"]["fields"])
    assert list(frictionless.Package.metadata_validate(described)) == []
    if shape != "parquet":
        report = frictionless.validate(str(tmp_path / "out" / "datapackage.json"))
        assert report.flatten(["rowNumber", "fieldName", "type", "note"]) == []
        assert len(report.tasks) > 10


def test_an_answer_keeps_its_order_and_bound_parameters(release: Place, tmp_path: Path) -> None:
    done = export(
        release, "csv", tmp_path / "out", question=15, given={"region": "990100", "indicator": "publicity.activities"}
    )
    assert dict(done.rows) == {"question-15": 1}
    assert "30场" in (tmp_path / "out" / "question-15.csv").read_text(encoding="utf-8-sig")
    with pytest.raises(WrongParameter, match="No region"):
        export(release, "csv", tmp_path / "out", question=2, given={"region": "'; DROP TABLE texts; --"})


@pytest.mark.parametrize("name", ["nothing", "reports; DROP TABLE texts", 'reports" UNION SELECT 1 --', "../reports"])
def test_only_names_of_the_release(release: Place, tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportRefused, match="no table or view"):
        export(release, "csv", tmp_path / "out", tables=[name])
    assert not (tmp_path / "out").exists()


def test_an_earlier_export_is_replaced_and_nothing_else(release: Place, tmp_path: Path) -> None:
    export(release, "csv", tmp_path / "out", tables=["reports", "portals"])
    export(release, "csv", tmp_path / "out", tables=["portals"])
    assert sorted(content(tmp_path / "out")) == ["datapackage.json", "portals.csv"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_bytes(b"")
    with pytest.raises(ExportRefused, match="no export"):
        export(release, "csv", tmp_path / "mine", tables=["portals"])


def test_the_release_is_not_touched(release: Place, tmp_path: Path) -> None:
    before = release.file().read_bytes()
    export(release, "xlsx", tmp_path / "out", tables=["reports"])
    assert release.file().read_bytes() == before
