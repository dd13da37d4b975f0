"""What an expression in a page's script is worth, as far as the page itself says it.

No script is run: literals, names that the page gives a value, objects, sums of strings and the few calls that wrap a
value are read; whatever else stands there is unknown. A name that counts pages is the page that is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from crawlers.families.reading import Page

Value = str | int | bool | None | dict[str, object] | list[object]

PAGE_SIZE = 15
"""Rows a page that are asked for where the page names no number."""
PAGE_NAME = re.compile(
    r"^(?:page_?(?:no|num(?:ber)?|index|current)?|(?:cur(?:r|rent)?|now|this)_?page(?:_?(?:no|num|index))?|c?pn|p|cpage|current|index)$",
    re.IGNORECASE,
)
SIZE_NAME = re.compile(r"^(?:_?page_?(?:size|rows)|(?:per|pre)_?page|size|limit|rows|ps)$", re.IGNORECASE)
OFFSET_NAME = re.compile(r"^(?:start|offset|skip|begin)(?:_?(?:row|index|record|no))?$", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"(?<![\w$.=!<>?&'\"])(?:var\s+|let\s+|const\s+|window\.|this\.|self\.|that\.)?([A-Za-z_$][\w$]*)\s*=(?![=>])\s*"
)
_PROPERTY = re.compile(r"""[{,]\s*["']?([A-Za-z_$][\w$]*)["']?\s*:\s*""")
_FIELD = re.compile(r"<(input|meta)\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(id|name|value|content)\s*=\s*["']?([^"'\s>]*)""", re.IGNORECASE)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<template>`(?:[^`\\]|\\.)*`)|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_$][\w$]*)|(?P<sign>\|\||&&|\?\?|===?|!==?|=>|[<>]=?|[-+*/%!?:.,;()\[\]{}=&|]))""",
    re.DOTALL,
)
# What stands behind an operand and makes its worth unknown.
_UNREAD = frozenset({"?", "&&", "==", "===", "!=", "!==", "<", ">", "<=", ">=", "=>", "-", "*", "/", "%", "&", "|"})
_ELEMENTS = frozenset({"$", "jQuery", "getElementById", "querySelector"})
_WRAPPERS = frozenset(
    {"encodeURIComponent", "encodeURI", "String", "Number", "parseInt", "escape", "$", "assign", "extend"}
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r"}
_QUERIES = frozenset({"param", "URLSearchParams"})
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"(?<![:\"'\w\\])//[^\n]*|/\*.*?\*/", re.DOTALL)
_GOES = re.compile(r"(?:location(?:\.href)?\s*=(?!=)|location\.(?:replace|assign)\s*\(|\bopen\s*\(|\.href\s*=(?!=))\s*")
_MOST_DEEP = 24
_LONGEST = 400_000
"""Characters of script that are read at most."""
_MOST_TOKENS = 100_000
"""Signs and words of a script that are looked at, in all: a script that is made to be read for ever is not."""
_LONGEST_BODY = 1_500
"""Characters behind a function's head in which its body is looked for."""


class Unknown:
    """What the page does not say."""


UNKNOWN = Unknown()


class Script:
    """The script of a page: reads the expression at a place, with the names that the page gives values to."""

    def __init__(self, text: str, markup: str = "", given: Mapping[str, str] | None = None, number: int = 1) -> None:
        """`markup` is the page around the script, whose form fields it may ask for; `given` are values that another
        page gave; `number` is the page that is asked for."""
        self.text = text
        self._given = dict(given or {})
        self.number = number
        self._assigned: dict[str, int] = {}
        self._properties: dict[str, int] = {}
        for found in _ASSIGNED.finditer(text):
            self._assigned.setdefault(found.group(1), found.end())
        for found in _PROPERTY.finditer(text):
            self._properties.setdefault(found.group(1), found.end())
        self._said: dict[str, str] = {}
        """By the page's meta tags, which are asked for by their names."""
        for field in _FIELD.finditer(markup):
            attributes = {name.lower(): value for name, value in _ATTRIBUTE.findall(field.group())}
            told, key = (self._said, "content") if field.group(1).lower() == "meta" else (self._given, "value")
            for name in {attributes.get("id"), attributes.get("name")} - {None, ""}:
                told.setdefault(str(name), attributes.get(key, ""))
        self.node: tuple[re.Pattern[str], str] | None = None
        """What the script calls the number of a column, and the number of the one that is asked for."""
        self._depth = 0
        self._tokens = _MOST_TOKENS
        self._names: dict[str, str] | None = None
        self._functions: dict[str, tuple[tuple[str, ...], str] | None] = {}

    def plain_names(self) -> dict[str, str]:
        """The names that the script gives a plain value to."""
        if self._names is None:
            values = {name: self._of_name(name) for name in self._assigned}
            plain = {name: str(value) for name, value in values.items() if isinstance(value, str | int)}
            self._names = self._given | plain
        return self._names

    def value(self, at: int) -> Value | Unknown:
        """What the expression that begins at `at` is worth."""
        return self._expression(at)[0]

    def arguments(self, at: int) -> list[Value | Unknown]:
        """What each argument of a call is worth, from behind its opening bracket."""
        return self._series(at, ")")[0]

    def body_of(self, name: str) -> tuple[tuple[str, ...], str] | None:
        """The names of a function's parameters, and what stands in its body."""
        if name not in self._functions:
            self._functions[name] = self._find_function(name)
        return self._functions[name]

    def _find_function(self, name: str) -> tuple[tuple[str, ...], str] | None:
        head = re.search(
            rf"(?:function\s+{re.escape(name)}|\b{re.escape(name)}\s*[=:]\s*function)\s*\(([^()]*)\)", self.text
        )
        if head is None:
            return None
        start = self.text.find("{", head.end())
        end, depth = start, 0
        for end in range(max(start, 0), min(len(self.text), start + _LONGEST_BODY)):
            depth += (self.text[end] == "{") - (self.text[end] == "}")
            if depth == 0:
                break
        names = tuple(part.strip() for part in head.group(1).split(",") if part.strip())
        return names, self.text[start + 1 : end]

    def opened_by(self, name: str, arguments: Sequence[str]) -> str | None:
        """The address, as the script has it, that a call of a function goes to or opens; None where it does neither."""
        if (function := self.body_of(name)) is None:
            return None
        names, body = function
        if (goes := _GOES.search(body)) is None:
            return None
        inner = Script(body, "", dict(zip(names, arguments, strict=False)), self.number)
        inner._given = {n: v for n, v in self.plain_names().items() if n not in inner._assigned} | inner._given
        address = inner.value(goes.end())
        return address if isinstance(address, str) and len(address) > 1 else None

    # -- a parser by descent; each part returns its value and where it ends --------------------------------------

    def _next(self, at: int) -> tuple[str, str, int]:
        found = _TOKEN.match(self.text, at)
        self._tokens -= 1
        if found is None or found.lastgroup is None or self._tokens < 0:
            return "", "", len(self.text)
        return found.lastgroup, found.group(found.lastgroup), found.end()

    def _expression(self, at: int) -> tuple[Value | Unknown, int]:
        self._depth += 1
        try:
            if self._depth > _MOST_DEEP:
                return UNKNOWN, len(self.text)
            value, at = self._sum(at)
            while True:
                _, sign, end = self._next(at)
                if sign in ("||", "??"):
                    other, at = self._sum(end)
                    value = other if isinstance(value, Unknown) or not value else value
                elif sign in _UNREAD:
                    return UNKNOWN, self._skip(end)
                else:
                    return value, at
        finally:
            self._depth -= 1

    def _sum(self, at: int) -> tuple[Value | Unknown, int]:
        value, at = self._operand(at)
        while self._next(at)[1] == "+":
            other, at = self._operand(self._next(at)[2])
            if isinstance(value, int) and isinstance(other, int):
                value = value + other
            elif isinstance(value, dict | list) or isinstance(other, dict | list):
                value = UNKNOWN
            else:
                value = _as_text(value) + _as_text(other)
        return value, at

    def _operand(self, at: int) -> tuple[Value | Unknown, int]:
        kind, word, end = self._next(at)
        value: Value | Unknown = UNKNOWN
        if kind == "string":
            value = _unescaped(word[1:-1])
        elif kind == "template":
            value = re.sub(r"\$\{([^{}]*)\}", lambda part: _as_text(self._inner(part.group(1))), _unescaped(word[1:-1]))
        elif kind == "number":
            value = int(float(word))
        elif word == "{":
            value, end = self._object(end)
        elif word == "[":
            series, end = self._series(end, "]")
            value = [None if isinstance(part, Unknown) else part for part in series]
        elif word == "(":
            value, end = self._expression(end)
            end = self._next(end)[2]
        elif word in ("new", "await", "!"):
            return self._operand(end)
        elif word == "function":
            return UNKNOWN, self._skip(end)
        elif kind == "name":
            return self._named(word, end)
        elif not kind or word in ")]},;":
            return UNKNOWN, at
        return self._members(value, end)

    def _inner(self, text: str) -> Value | Unknown:
        inner = Script("", number=self.number)
        inner.text = text
        inner._given = self.plain_names() if self._depth < 3 else {}
        return inner.value(0)

    def _named(self, word: str, at: int) -> tuple[Value | Unknown, int]:
        """A name with all its members and calls: `JSON.stringify(…)`, `this.query.pageNum`, `$("#id").val()`."""
        path, given = [word], UNKNOWN
        called: list[Value | Unknown] | None = None
        fields: Value | Unknown = given
        while True:
            _, sign, end = self._next(at)
            if sign == ".":
                _, member, at = self._next(end)
                path.append(member)
            elif sign == "(":
                called, at = self._series(end, ")")
                if path[-1] in _ELEMENTS and called and isinstance(called[0], str):
                    asked = re.sub(r"^.*[#=\[]\s*['\"]?|['\"]?\]$", "", called[0])
                    fields = self._given.get(asked, self._said.get(asked, ""))
            elif sign == "[":
                _, at = self._series(end, "]")
                path.append("")
            else:
                break
        if not isinstance(fields, Unknown):
            return fields, at
        if called is not None:
            return _called(path, called), at
        if word in ("true", "false", "null", "undefined") and len(path) == 1:
            return {"true": True, "false": False}.get(word), at
        return self._of_name(path[-1]), at

    def _of_name(self, name: str) -> Value | Unknown:
        if self.node is not None and self.node[0].search(name):
            return self.node[1]
        if name in self._given:
            return self._given[name]
        if PAGE_NAME.search(name):
            return self.number
        for known in (self._assigned, self._properties):
            if name in known:
                self._depth += 1
                try:
                    value = self._expression(known[name])[0] if self._depth < _MOST_DEEP else UNKNOWN
                finally:
                    self._depth -= 1
                if not isinstance(value, Unknown):
                    return value
        return PAGE_SIZE if SIZE_NAME.search(name) else UNKNOWN

    def _members(self, value: Value | Unknown, at: int) -> tuple[Value | Unknown, int]:
        """What follows a literal: `"a".replace(…)` is not followed."""
        while self._next(at)[1] in (".", "("):
            _, sign, end = self._next(at)
            at = self._series(end, ")")[1] if sign == "(" else self._next(end)[2]
        return value, at

    def _object(self, at: int) -> tuple[Value | Unknown, int]:
        fields: dict[str, object] = {}
        while True:
            kind, word, end = self._next(at)
            if word == "}" or not kind:
                return fields, end
            if word == ",":
                at = end
                continue
            if word == "." or kind == "sign":  # a spread, or a computed name
                at = self._skip(end)
                continue
            name = word[1:-1] if kind == "string" else word
            _, sign, after = self._next(end)
            if sign == ":":
                value, at = self._expression(after)
                at = self._to_comma(at)
            elif sign in (",", "}"):
                value, at = self._of_name(name), end
            else:  # a method
                value, at = UNKNOWN, self._skip(end)
            if not isinstance(value, Unknown):
                fields[name] = value
            elif PAGE_NAME.search(name):
                fields[name] = self.number

    def _series(self, at: int, closing: str) -> tuple[list[Value | Unknown], int]:
        values: list[Value | Unknown] = []
        while True:
            kind, word, end = self._next(at)
            if word == closing or not kind:
                return values, end
            if word == ",":
                at = end
                continue
            value, after = self._expression(at)
            values.append(value)
            at = self._to_comma(max(after, at), closing)
            if at >= len(self.text):
                return values, at

    def _to_comma(self, at: int, closing: str = "}") -> int:
        """Where the part of a series that ends at `at` is over, whatever else stands behind its value."""
        _, word, _ = self._next(at)
        return at if word in (",", closing) else self._skip(at)

    def _skip(self, at: int) -> int:
        """The place of the comma or bracket that ends what stands here, brackets within passed over."""
        depth = 0
        while at < len(self.text) and self._tokens > 0:
            self._tokens -= 1
            found = _TOKEN.match(self.text, at)
            if found is None:
                at += 1
                continue
            word = found.group().strip()
            if word in ("(", "[", "{"):
                depth += 1
            elif word in (")", "]", "}"):
                if depth == 0:
                    return at
                depth -= 1
            elif word in (",", ";") and depth == 0:
                return at
            at = found.end()
        return at


def _called(path: list[str], arguments: list[Value | Unknown]) -> Value | Unknown:
    """What a call is worth whose result the page shows: text of an object, a query, a value that is only wrapped."""
    if not arguments or isinstance(arguments[0], Unknown):
        return UNKNOWN
    value = arguments[0]
    if path[-1] == "stringify" and path[0] == "JSON":
        return json.dumps(value, ensure_ascii=False)
    if path[-1] in _QUERIES or path[-1] == "stringify":
        return urlencode(value) if isinstance(value, dict) else value
    if path[-1] in _WRAPPERS:
        return value
    return UNKNOWN


def _as_text(value: Value | Unknown) -> str:
    if isinstance(value, Unknown) or value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _unescaped(literal: str) -> str:
    def plain(found: re.Match[str]) -> str:
        if found.group(1):
            return chr(int(found.group(1), 16))
        return _CONTROL.get(found.group(2), found.group(2))

    return _ESCAPE.sub(plain, literal)


def page_script(page: Page, number: int = 1) -> Script | None:
    """The scripts that stand in a page as one; of a page that is a script, that."""
    if "<script" in page.text.lower():
        bodies = [body for given, body in _SCRIPT.findall(page.text) if "json" not in given and body.strip()]
        text, markup = "\n;".join(bodies), page.text
    elif "javascript" in (page.content_type or "") or urlsplit(page.url).path.endswith(".js"):
        text, markup = page.text, ""
    else:
        return None
    given = page.asked.given if page.asked else {}
    return Script(_COMMENT.sub(" ", text[:_LONGEST]), markup, given, number) if text.strip() or given else None
