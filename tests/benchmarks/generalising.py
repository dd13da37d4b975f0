"""How the finding of quantities stands words, numbers and names that no rule was written for.

    python -m tests.benchmarks.generalising FOLDER [SEED]

FOLDER is a corpus. Its annotated reports are changed by chance, the gold with them, and evaluated again:

numbers    every digit of every number is drawn anew, with comma groups or without
notations  a number is written in another notation: full-width, with comma groups, in 万, in characters
bounds     a bound word is put before or after an exact number, or taken away
units      a measure word of cases, persons or things stands for another of its sort
names      every place and body gets another name, every quoted name and title another number
one out    each report alone, by the words that stand in no other report: the share of its quantities beside which the
           six characters before and after the number occur in no other report of the corpus

Nothing here knows how the program reads a number.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from flows.extraction.numbers.quantities import find_quantities

ROUNDS = 5
PLAIN = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
UNITS = [
    ["件", "宗", "起"],
    ["人", "名", "位"],
    ["场", "次", "期", "场次"],
    ["项", "条", "个", "类"],
    ["份", "册", "本", "篇"],
    ["家", "户"],
]
BEFORE = {"约": "about", "近": "under", "超过": "over", "逾": "over", "不少于": "over", "不足": "under"}
AFTER = {"以上": "over", "左右": "about", "以内": "under"}
CHANGES = "增长|下降|增加|减少|提高|降低|压缩|压减|提升|缩短|上升"


@dataclass
class Report:
    """A text and its gold, ascending, changed together."""

    text: str
    gold: list[dict[str, Any]]

    def rewritten(self, change: Callable[[dict[str, Any], str], tuple[str, dict[str, Any]] | None]) -> Report:
        """Every required quantity put anew: `change` gives its words and what of its gold differs, or None."""
        text, gold, at = "", [], 0
        for wanted in self.gold:
            text += self.text[at : wanted["start"]]
            at = wanted["end"]
            made = None if wanted["optional"] else change(wanted, self.text)
            words, more = made or (self.text[wanted["start"] : at], {})
            gold.append({**wanted, **more, "start": len(text), "end": len(text) + len(words), "text": words})
            text += words
        return Report(text + self.text[at:], gold)


def chinese(number: int) -> str:
    """A cardinal below 10,000 in characters."""
    text, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + name
        gap = bool(text) and not digit
    return text.removeprefix("一") if text.startswith("一十") else text


def factor_of(wanted: dict[str, Any]) -> Decimal:
    """What the words beside the digits multiply them by: 万, 成."""
    digits = Decimal(PLAIN.search(wanted["text"])[0].replace(",", ""))  # type: ignore[index]
    return Decimal(str(wanted["value"])) / digits if digits else Decimal(1)


def is_plain(wanted: dict[str, Any]) -> bool:
    """Whether the words hold one number in digits and are no rank."""
    return len(PLAIN.findall(wanted["text"])) == 1 and wanted["kind"] != "rank" and "value_high" not in wanted


def numbers(wanted: dict[str, Any], _: str) -> tuple[str, dict[str, Any]] | None:
    if not is_plain(wanted):
        return None
    old = PLAIN.search(wanted["text"])[0].replace(",", "")  # type: ignore[index]
    drawn = "".join(c if c == "." else str(random.randint(1, 9)) for c in old)
    shown = drawn
    if "." not in drawn and len(drawn) > 3 and random.random() < 0.5:
        shown = f"{int(drawn):,}"
    value = Decimal(drawn) * factor_of(wanted)
    return PLAIN.sub(shown, wanted["text"], count=1), {"value": float(value)}


def notations(wanted: dict[str, Any], _: str) -> tuple[str, dict[str, Any]] | None:
    old = PLAIN.search(wanted["text"])
    if old is None or not is_plain(wanted) or factor_of(wanted) != 1 or "." in old[0]:
        return None
    number = int(old[0].replace(",", ""))
    ways = [f"{number:,}", "".join(chr(ord(c) + 0xFEE0) for c in str(number))]
    if number >= 10_000:
        ways.append(f"{(Decimal(number) / 10_000).normalize():f}万")
    if 2 <= number < 10_000 and wanted["unit"] in {unit for units in UNITS for unit in units}:
        ways.append(chinese(number))
    return wanted["text"].replace(old[0], random.choice(ways), 1), {}


def bounds(wanted: dict[str, Any], text: str) -> tuple[str, dict[str, Any]] | None:
    if not is_plain(wanted) or wanted["kind"] not in ("count", "percent", "money"):
        return None
    words = wanted["text"]
    if wanted["bound"] != "exact":
        bare = re.sub(r"^\D+|余|多|以上|以内|以下|左右", "", words)
        return bare, {"bound": "exact"}
    if text[wanted["end"] : wanted["end"] + 1] in ("（", "("):
        return None
    if random.random() < 0.6:
        word = random.choice(list(BEFORE))
        return word + words, {"bound": BEFORE[word]}
    word = random.choice(list(AFTER))
    return words + word, {"bound": AFTER[word]}


def units(wanted: dict[str, Any], text: str) -> tuple[str, dict[str, Any]] | None:
    sort = next((units for units in UNITS if wanted["unit"] in units), None)
    if sort is None or not wanted["text"].endswith(wanted["unit"]) or not is_plain(wanted):
        return None
    unit = random.choice([other for other in sort if other != wanted["unit"]])
    return wanted["text"].removesuffix(wanted["unit"]) + unit, {"unit": unit}


SYLLABLES = "澜岚汀沅淮沂浔潞渠梓桐榆枫楠栎"


def with_other_names(report: Report) -> Report:
    """Places and bodies renamed, numbers in quoted names and titles drawn anew; spans moved with them."""
    names: dict[str, str] = {}

    def place(match: re.Match[str]) -> str:
        return names.setdefault(match[1], "".join(random.sample(SYLLABLES, len(match[1])))) + match[2]

    def quoted(match: re.Match[str]) -> str:
        return re.sub(r"\d", lambda _: str(random.randint(1, 9)), match[0])

    pieces, at = [], 0
    for wanted in [*report.gold, {"start": len(report.text), "end": len(report.text)}]:
        between = report.text[at : wanted["start"]]
        between = re.sub(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2})([市县区镇])(?=[人政司公委党])", place, between)
        pieces.append(re.sub(r"“[^“”\n]{1,20}”|《[^《》\n]{1,60}》", quoted, between))
        pieces.append(report.text[wanted["start"] : wanted["end"]])
        at = wanted["end"]
    text, gold = "", []
    for index, wanted in enumerate(report.gold):
        text += pieces[2 * index]
        gold.append({**wanted, "start": len(text), "end": len(text) + len(pieces[2 * index + 1])})
        text += pieces[2 * index + 1]
    return Report(text + "".join(pieces[2 * len(report.gold) :]), gold)


def judged(report: Report) -> tuple[int, int, int, list[str]]:
    """Found, missed, extra, and what was missed or extra with its words."""
    given = find_quantities(report.text)
    found = missed = extra = 0
    wrong, touched = [], set()
    for wanted in report.gold:
        over = [q for q in given if q.start < wanted["end"] and q.end > wanted["start"]]
        touched.update(q.ordinal for q in over)
        if wanted["optional"]:
            continue
        if any(
            (q.start, q.end, q.unit, q.bound) == (wanted["start"], wanted["end"], wanted["unit"], wanted["bound"])
            and abs(q.value - wanted["value"]) < 1e-6 * max(1.0, abs(q.value))
            for q in over
        ):
            found += 1
        else:
            missed += 1
            extra += len(over)
            near = report.text[max(0, wanted["start"] - 15) : wanted["end"] + 10].replace("\n", "⏎")
            got = [(q.text, q.value, q.unit, q.bound) for q in over]
            wrong.append(f"{wanted['text']} {wanted['value']} {wanted['unit']} {wanted['bound']} got {got} … {near}")
    for q in given:
        if q.ordinal not in touched:
            extra += 1
            wrong.append(f"extra {q.text} … {report.text[max(0, q.start - 15) : q.end + 10]!r}")
    return found, missed, extra, wrong


def alone(reports: dict[str, Report]) -> tuple[int, int, int, list[str]]:
    """Each report by those of its quantities whose surroundings no other report shows."""
    found = missed = extra = 0
    wrong: list[str] = []
    for name, report in reports.items():
        others = "\n".join(other.text for key, other in reports.items() if key != name)
        gold = []
        for wanted in report.gold:
            before = report.text[max(0, wanted["start"] - 6) : wanted["start"]]
            after = report.text[wanted["end"] : wanted["end"] + 6]
            gold.append({**wanted, "optional": wanted["optional"] or before in others or after in others})
        one = judged(Report(report.text, gold))
        found, missed, extra = found + one[0], missed + one[1], extra + one[2]
        wrong += one[3]
    return found, missed, extra, wrong


def main() -> None:
    folder = Path(sys.argv[1])
    random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    reports = {}
    for entry in json.loads((folder / "manifest.json").read_text("utf-8")):
        lines = (folder / entry["name"] / "quantities.jsonl").read_text("utf-8").splitlines()
        text = (folder / entry["name"] / "clean.txt").read_text("utf-8").rstrip("\n")
        reports[entry["name"]] = Report(text, [json.loads(line) for line in lines])
    table = Table(title=f"Quantities of {folder}, changed by chance")
    for head in ("change", "wanted", "recall", "precision"):
        table.add_column(head, justify="left" if head == "change" else "right")
    wrong: list[str] = []

    def row(name: str, found: int, missed: int, extra: int) -> None:
        recall, precision = found / max(1, found + missed), found / max(1, found + extra)
        table.add_row(name, str(found + missed), f"{recall:.4f}", f"{precision:.4f}")

    changes = {"numbers": numbers, "notations": notations, "bounds": bounds, "units": units}
    for name in ("none", *changes, "names"):
        totals = [0, 0, 0]
        for _ in range(1 if name == "none" else ROUNDS):
            for report in reports.values():
                changed = report.rewritten(changes[name]) if name in changes else report
                *counts, told = judged(with_other_names(report) if name == "names" else changed)
                totals = [total + count for total, count in zip(totals, counts, strict=True)]
                wrong += [f"{name}: {one}" for one in told]
        row(name, *totals)
    found, missed, extra, told = alone(reports)
    row("one out", found, missed, extra)
    Console(width=100).print(table)
    for line in dict.fromkeys(wrong + [f"one out: {one}" for one in told]):
        print(line)


if __name__ == "__main__":
    main()
