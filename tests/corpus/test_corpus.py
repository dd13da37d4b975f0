"""The evaluation corpus is what its sources say, and its gold agrees with itself."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
import yaml

CORPUS = Path(__file__).parent
SOURCES = sorted((CORPUS / "sources").glob("*.txt"))
CODES = {
    entry["code"]
    for entry in yaml.load(
        (CORPUS.parents[1] / "seeds" / "indicators.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )["indicators"]
}


def _annotated() -> ModuleType:
    spec = importlib.util.spec_from_file_location("annotated", CORPUS / "annotated.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _rows(folder: Path, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
class TestReport:
    def test_folder_is_what_the_source_says(self, source: Path) -> None:
        written = {path.name: path.read_text(encoding="utf-8") for path in (CORPUS / source.stem).iterdir()}
        assert written == _annotated().compile_source(source.read_text(encoding="utf-8"))

    def test_quantities_stand_where_they_say(self, source: Path) -> None:
        text = (CORPUS / source.stem / "clean.txt").read_text(encoding="utf-8")
        last = 0
        for row in _rows(CORPUS / source.stem, "quantities.jsonl"):
            start, end = int(str(row["start"])), int(str(row["end"]))
            assert text[start:end] == row["text"]
            assert last <= start < end
            last = end

    def test_indicators_are_in_the_catalogue(self, source: Path) -> None:
        codes = {str(row["indicator"]) for row in _rows(CORPUS / source.stem, "indicators.jsonl")}
        bare = {code.removesuffix(".yoy").removesuffix(".share") for code in codes}
        assert bare <= CODES

    def test_page_holds_the_text(self, source: Path) -> None:
        folder = CORPUS / source.stem
        assert (folder / "clean.txt").read_text(encoding="utf-8") in (folder / "page.txt").read_text(encoding="utf-8")


def test_manifest_counts_every_report() -> None:
    manifest = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in manifest] == [source.stem for source in SOURCES]
    assert len(manifest) >= 12
    assert sum(entry["quantities"] for entry in manifest) >= 500
    for entry in manifest:
        assert entry["quantities"] == len(_rows(CORPUS / entry["name"], "quantities.jsonl"))
