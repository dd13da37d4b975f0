"""Days and times as pages and texts write them: read into ISO, fillers and days that never were left out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from flows.extraction.text.typography import narrow, squeeze

HAN_DIGITS = {sign: str(value) for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "○": "0",
    "Ｏ": "0",
    "O": "0",
    "0": "0",
}
"""The value of each Han digit, zeros in every way that they are typed."""

DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*日?"
    r"(?:\s*[T-]?\s*(\d{1,2})\s*[:时]\s*(\d{2})(?:\s*:\s*(\d{2})(?:\.\d+)?)?(Z|[+-]00:?00)?)?"
)
"""Year, month, day; then hour, minute, second and the mark of universal time where a time follows."""
_SIGNED = re.compile(r"^[（(]?\s*((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*[）)]?$")
_SIGNED_HAN = re.compile(
    r"^[（(]?([二一][〇○零ＯO一二三四五六七八九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日[）)]?$"
)
SIGNATURE = re.compile(
    r"((?:中共)?[\u4e00-\u9fff]{2,30}(?:人民政府(?:办公(?:厅|室))?|委员会|办事处|局|厅|办公室|党组|党委|中心|总队|支队))"
    r"(?:[（(](?:盖?章|公章|印章?|代章)[）)])?"
)
"""Who signs: the name of an organ, a note of its seal behind it."""


def moment_in(text: str) -> tuple[str, str | None] | None:
    """The first real date in the text and the time that stands with it, unless the time is a filler."""
    for match in DATE.finditer(narrow(text)):
        day = day_of(match[1], match[2], match[3])
        if day is None:
            continue
        time = None
        if match[4] is not None and int(match[4]) < 24 and int(match[5]) < 60:
            time = f"{int(match[4]):02d}:{match[5]}" + (f":{match[6]}" if match[6] and int(match[6]) < 60 else "")
        if time is not None and match[7]:
            return _in_china(day, time)
        if time in ("00:00", "00:00:00"):
            time = None
        return day, time
    return None


def _in_china(day: str, time: str) -> tuple[str, str]:
    """A moment of universal time by the clock of China."""
    there = datetime.fromisoformat(f"{day}T{time}") + timedelta(hours=8)
    return there.strftime("%Y-%m-%d"), there.strftime("%H:%M:%S" if time.count(":") == 2 else "%H:%M")


def day_of(year: str, month: str, day: str) -> str | None:
    """The day in ISO form; None if there is no such day or it is not of 1990 to 2100."""
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if 1990 <= found.year <= 2100 else None


def from_epoch(value: str) -> tuple[str, str | None] | None:
    """Day and time by the clock of China of seconds or milliseconds since 1970; None if the value is neither."""
    if not re.fullmatch(r"\d{9,13}", value):
        return None
    seconds = int(value) / 1000 if len(value) >= 12 else int(value)
    moment = datetime.fromtimestamp(seconds, UTC) + timedelta(hours=8)
    time = moment.strftime("%H:%M:%S")
    return moment.strftime("%Y-%m-%d"), None if time == "00:00:00" else time


def signing_day(line: str) -> str | None:
    """The day that a line states alone or behind the name of who signs."""
    text = narrow(squeeze(line))
    if (signed := SIGNATURE.match(text)) is not None:
        text = text[signed.end() :]
    if match := _SIGNED.match(text):
        return day_of(match[1], match[2], match[3])
    if match := _SIGNED_HAN.match(text):
        year = "".join(HAN_DIGITS.get(sign, "") for sign in match[1])
        return day_of(year, str(_han_number(match[2])), str(_han_number(match[3])))
    return None


def _han_number(text: str) -> int:
    if "十" not in text:
        return int("".join(HAN_DIGITS.get(sign, "") for sign in text) or 0)
    tens, _, units = text.partition("十")
    return (int(HAN_DIGITS.get(tens, "1")) if tens else 1) * 10 + (int(HAN_DIGITS.get(units, "0")) if units else 0)
