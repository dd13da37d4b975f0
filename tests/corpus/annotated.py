"""Turn the annotated sources into the evaluation corpus: clean text, page text, quantities, indicators, outline.

A source is written by hand. Its head is YAML: the facts of meta.json, the page chrome `before` and `after` the text,
and `checks`, stated rates and totals with the counts of the text that they follow from. Its body is one paragraph a
line. `# ` and `## ` begin a heading of level 1 and 2; where text runs on after the heading, `‖` stands between. A
quantity stands where the text has it:

    [[约1600项|1600 项 about|“一件事”服务|services.one_thing_themes]]

that is: words of the text, then value, unit (`-` for none) and what differs from the usual (bound, kind, `up`, `down`,
`hi=5` the high end, `p=累计` the period, `sc=全市` the scope of the indicator, `opt` optional), then the subject, then
the indicators that it is a value of (`?` behind a code: optional). Offsets are counted, never written. What the texts
cite is told once for all of them, in cited.tsv: title or number, kind, name.

    python tests/corpus/annotated.py          writes every folder of the corpus anew
"""

from __future__ import annotations

import json
import re
import sys
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml

CORPUS = Path(__file__).parent
MARK = re.compile(r"\[\[([^|\]]+)\|([^|\]]+)\|([^|\]]*)(?:\|([^|\]]*))?\]\]")
HEADING = re.compile(r"^(#{1,2}) ((?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]))(.*)$")
NUMBER = re.compile(r"〔\d{4}〕|^(?:GB|DB\d\d)")
"""In the number of a document or a standard."""
BOUNDS = {"exact", "about", "over", "under"}
KINDS = {"count", "percent", "money", "rank", "duration", "change", "ratio", "range"}
TIMES = {"年", "月", "天", "日", "工作日", "小时", "分钟", "周", "季度", "学时"}


def number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def kind_of(unit: str | None) -> str:
    if unit in ("%", "‰"):
        return "percent"
    if unit == "元":
        return "money"
    if unit == "位":
        return "rank"
    if unit == "个百分点":
        return "change"
    return "duration" if unit in TIMES else "count"


def quantity(words: str, notes: str, subject: str, start: int) -> tuple[dict[str, Any], str | None]:
    value, unit_word, *rest = notes.split()
    unit = None if unit_word == "-" else unit_word
    row: dict[str, Any] = {
        "start": start,
        "end": start + len(words),
        "text": words,
        "value": number(value),
        "unit": unit,
        "bound": "exact",
        "kind": kind_of(unit),
        "subject": subject or None,
        "period": None,
        "optional": False,
    }
    scope = None
    for note in rest:
        if note in BOUNDS:
            row["bound"] = note
        elif note in KINDS:
            row["kind"] = note
        elif note in ("up", "down"):
            row["direction"] = note
        elif note == "opt":
            row["optional"] = True
        elif note.startswith("hi="):
            row["value_high"] = number(note[3:])
            row["kind"] = "range"
        elif note.startswith("p="):
            row["period"] = note[2:]
        elif note.startswith("sc="):
            scope = note[3:]
        else:
            raise ValueError(f"unknown note {note!r} on {words!r}")
    return row, scope


def evidence(text: str, start: int, end: int) -> str:
    """The clause that holds the span."""
    left = max(text.rfind(stop, 0, start) for stop in "\n。；，：") + 1
    stops = [place for stop in "\n。；，" if (place := text.find(stop, end)) >= 0]
    return text[left : min(stops, default=len(text))]


def observations(row: dict[str, Any], scope: str | None, codes: str) -> list[dict[str, Any]]:
    found = []
    for word in codes.split(","):
        code = word.strip().rstrip("?")
        value, unit = row["value"], row["unit"]
        if code.endswith(".yoy"):
            value = -value if row.get("direction") == "down" else value
            unit = "pp" if unit == "个百分点" else unit
        one = {"indicator": code, "value": value, "unit": unit, "bound": row["bound"], "period": row["period"]}
        if "value_high" in row:
            one["value_high"] = row["value_high"]
        if scope:
            one["scope"] = scope
        if word.strip().endswith("?") or row["optional"]:
            one["optional"] = True
        found.append(one)
    return found


def check(line: str) -> dict[str, Any]:
    """A stated rate or total and the counts of the same text that it should follow from.

    `94.1 = 496 / 527`, `-12.76 = -587 / 4599` for growth, `318 = 127 + 96 + 95` for a sum.
    """
    rate, _, fraction = line.partition(" = ")
    if " + " in fraction:
        summed = sum(Decimal(part) for part in fraction.split(" + "))
        return {
            "stated": number(rate),
            "numerator": number(str(summed)),
            "denominator": None,
            "computed": number(str(summed)),
            "verdict": "consistent" if summed == Decimal(rate) else "mismatch",
        }
    numerator, denominator = (Decimal(part) for part in fraction.split(" / "))
    computed = numerator / denominator * 100
    step = Decimal(1).scaleb(-len(rate.partition(".")[2]))
    if computed == Decimal(rate):
        verdict = "consistent"
    elif computed.quantize(step, ROUND_HALF_UP) == Decimal(rate):
        verdict = "rounded"
    elif computed.quantize(step, ROUND_DOWN) == Decimal(rate):
        verdict = "truncated"
    else:
        verdict = "mismatch"
    return {
        "stated": number(rate),
        "numerator": number(str(numerator)),
        "denominator": number(str(denominator)),
        "computed": round(float(computed), 6),
        "verdict": verdict,
    }


def cited() -> dict[str, tuple[str, str]]:
    """Kind and name by title or number, from cited.tsv."""
    lines = (CORPUS / "cited.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {title: (kind, name) for title, kind, name in rows}


def citations(text: str) -> list[dict[str, Any]]:
    """The documents that a text cites, in order. Raises ValueError for a title that cited.tsv does not know."""
    known = cited()
    numbers = [re.escape(name) for name in known if NUMBER.search(name)]
    found = []
    for match in re.finditer("|".join([r"《([^《》]+)》", *numbers]), text):
        if not match[1] and text[match.start() - 2 : match.start()] in ("》（", "》("):
            continue  # the number of the title before it
        title = match[1] or match[0]
        if title not in known:
            raise ValueError(f"tell in cited.tsv what {match[0]} is")
        kind, name = known[title]
        if kind != "-":
            span = {"start": match.start(), "end": match.end(), "text": match[0]}
            found.append({**span, "kind": kind, "cited_id": name})
    return found


def compile_source(source: str) -> dict[str, str]:
    """The files of one folder, by name."""
    _, head, body = source.split("---\n", 2)
    meta: dict[str, Any] = yaml.load(head, Loader=yaml.CSafeLoader)
    before, after = meta.pop("before", ""), meta.pop("after", "")
    stated: list[str] = meta.pop("checks", [])
    lines, sections = [], []
    quantities: list[dict[str, Any]] = []
    marked: list[tuple[dict[str, Any], str | None, str]] = []
    offset = 0
    for raw in body.strip("\n").split("\n"):
        raw = raw.replace("⇥", "\t")
        line = raw
        if match := HEADING.match(raw):
            title = MARK.sub(r"\1", match[3].split("‖")[0]).rstrip("。：")
            sections.append({"level": len(match[1]), "marker": match[2], "title": title})
            line = (match[2] + match[3]).replace("‖", "")
        clean = ""
        last = 0
        for mark in MARK.finditer(line):
            clean += line[last : mark.start()]
            row, scope = quantity(mark[1], mark[2], mark[3], offset + len(clean))
            clean += mark[1]
            last = mark.end()
            quantities.append(row)
            if mark[4]:
                marked.append((row, scope, mark[4]))
        clean += line[last:]
        if any(stray in clean for stray in ("[[", "]]", "|", "‖", "#")):
            raise ValueError(f"a mark is not closed in: {raw}")
        lines.append(clean)
        offset += len(lines[-1]) + 1
    text = "\n".join(lines)
    indicators = [
        {**one, "evidence": evidence(text, row["start"], row["end"])}
        for row, scope, codes in marked
        for one in observations(row, scope, codes)
    ]
    for row in quantities:
        if text[row["start"] : row["end"]] != row["text"]:
            raise ValueError(f"offset of {row['text']!r} is wrong")
    meta = {
        "title": None,
        "inferred_title": None,
        "published": None,
        "published_time": None,
        "source": None,
        "document_number": None,
        "signed_date": None,
        "delivered_date": None,
        "attachments": [],
        **{
            name: str(value) if name.endswith(("published", "_date")) and value else value
            for name, value in meta.items()
        },
        "sections": sections,
    }
    checks = [check(line) for line in stated]
    page = "\n".join(part.strip("\n") for part in (before, text, after) if part)
    return {
        "clean.txt": text,
        "page.txt": page,
        "meta.json": json.dumps(meta, ensure_ascii=False, indent=1) + "\n",
        "quantities.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in quantities),
        "indicators.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in indicators),
        "citations.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in citations(text)),
        "checks.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in checks),
    }


def main() -> None:
    manifest = []
    for path in sorted((CORPUS / "sources").glob("*.txt")):
        try:
            files = compile_source(path.read_text(encoding="utf-8"))
        except ValueError as error:
            sys.exit(f"{path.name}: {error}")
        folder = CORPUS / path.stem
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
        rows = [json.loads(line) for line in files["quantities.jsonl"].splitlines()]
        manifest.append(
            {
                "name": path.stem,
                "source_file": f"sources/{path.name}",
                "quantities": len(rows),
                "required": sum(not row["optional"] for row in rows),
                "indicators": len(files["indicators.jsonl"].splitlines()),
            }
        )
    content = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (CORPUS / "manifest.json").write_text(content, encoding="utf-8")
    print(len(manifest), "reports,", sum(entry["quantities"] for entry in manifest), "quantities")


if __name__ == "__main__":
    main()
