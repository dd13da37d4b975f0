"""Fifteen questions that analysts ask, as SQL files with a title, a sentence and parameters.

A file begins with `-- title:` (Chinese), `-- english:`, `-- sentence:` and a line a parameter:
`-- parameter: NAME TYPE [= default] · what it is`, its type followed by `!` where it must be given. Parameters are
bound by the engine as values; none ever becomes part of the SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import duckdb

LEVELS = ("province", "prefecture", "county", "township", "department")
KINDS = ("report", "years")
"""Kinds of checks: against the report's own counts, against the report of the year before."""
_PARAMETER = re.compile(r"(\w+) (INTEGER|VARCHAR)(!?)(?: = (\S+))? · (.+)")


class WrongParameter(Exception):  # noqa: N818 - it is wrong use
    """A question was asked with a parameter it does not have, without one it needs, or with a value of another type."""

    exit_code = 2


class Parameter(NamedTuple):
    """A parameter of a question."""

    name: str
    type: str
    required: bool
    default: str | None
    meaning: str

    def value(self, given: str | None) -> int | str | None:
        """The given word, or the default, as a value of the parameter's type."""
        word = self.default if given is None else given
        if word is None and self.required:
            raise WrongParameter(f"This question needs {self.name} ({self.meaning}): add {self.name}=….")
        if word is None or self.type != "INTEGER":
            return word
        try:
            return int(word)
        except ValueError:
            raise WrongParameter(f"{self.name} must be a whole number, not {word!r}.") from None


class Question(NamedTuple):
    """A question and the SQL that answers it."""

    number: int
    title: str
    english: str
    sentence: str
    parameters: tuple[Parameter, ...]
    sql: str


class Answer(NamedTuple):
    """Rows of an answer under their column names."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@cache
def questions() -> Mapping[int, Question]:
    """The questions by number."""
    found = {}
    for file in files("warehouse").joinpath("questions").iterdir():
        if file.name.endswith(".sql"):
            number = int(file.name.split("_")[0])
            found[number] = _question(number, file.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def _question(number: int, text: str) -> Question:
    head: dict[str, str] = {}
    parameters = []
    for line in text.splitlines():
        if not line.startswith("-- "):
            break
        word, _, rest = line.removeprefix("-- ").partition(": ")
        if word == "parameter":
            match = _PARAMETER.fullmatch(rest)
            if match is None:
                raise ValueError(f"Question {number}: {rest!r} is no parameter.")
            name, kind, required, default, meaning = match.groups()
            parameters.append(Parameter(name, kind, bool(required), default, meaning))
        else:
            head[word] = rest
    return Question(number, head["title"], head["english"], head["sentence"], tuple(parameters), text)


def ask(connection: duckdb.DuckDBPyConnection, number: int, given: Mapping[str, str] | None = None) -> Answer:
    """Answer a question; `given` are words as a person types them. Raises WrongParameter."""
    values = prepared(connection, number, given or {})
    result = connection.execute(questions()[number].sql, values)
    return Answer(tuple(column[0] for column in result.description or ()), tuple(result.fetchall()))


def prepared(
    connection: duckdb.DuckDBPyConnection, number: int, given: Mapping[str, str]
) -> dict[str, int | str | None]:
    """The values that a question's SQL is bound to, checked against what the release knows. Raises WrongParameter."""
    if number not in questions():
        raise WrongParameter(f"There is no question {number}: they go from 1 to {max(questions())}.")
    known = {parameter.name: parameter for parameter in questions()[number].parameters}
    if unknown := sorted(set(given) - set(known)):
        raise WrongParameter(f"Question {number} has no parameter {unknown[0]!r}, but {', '.join(known)}.")
    values = {name: parameter.value(given.get(name)) for name, parameter in known.items()}
    _refuse_unknown_words(connection, values)
    return values


def _refuse_unknown_words(connection: duckdb.DuckDBPyConnection, values: Mapping[str, int | str | None]) -> None:
    """A misspelt region, level or indicator would answer with nothing, as if nothing were there."""
    level = values.get("level")
    if level and level not in (*LEVELS, "all"):
        raise WrongParameter(f"There is no level {level!r}: it is one of {', '.join(LEVELS)}.")
    if (kind := values.get("kind")) and kind not in KINDS:
        raise WrongParameter(f"There is no kind {kind!r} of checks: it is one of {', '.join(KINDS)}.")
    refuse_unknown_region(connection, values.get("region"))
    for name in ("indicator", "x", "y"):
        code = values.get(name)
        known = connection.execute(
            "SELECT count(*) = 0 OR bool_or($code = code OR starts_with($code, code || '.')) FROM indicators",
            {"code": code},
        ).fetchone()
        if code is not None and known is not None and not known[0]:
            raise WrongParameter(f"The catalogue has no indicator {code!r}: `fazhi ask 9` lists all of them.")


def refuse_unknown_region(connection: duckdb.DuckDBPyConnection, region: int | str | None) -> None:
    """Raise WrongParameter for a region that is neither a code nor a name of `regions`."""
    if region is not None:
        found = connection.execute("SELECT len(region_prefixes(?))", [str(region)]).fetchone()
        if found is None or not found[0]:
            raise WrongParameter(
                f"No region is called {region!r}: give its full name, 广州市从化区, or its code, 440117."
            )
