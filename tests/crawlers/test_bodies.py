import gzip
import zlib

import brotli
import pytest

from crawlers.bodies import CutShortError, TooLargeError, to_text, unpack

TEXT = "法治政府建设年度报告，镕堃喆。" * 20


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        pytest.param(gzip.compress(b"report"), "gzip", id="gzip"),
        pytest.param(gzip.compress(b"rep") + gzip.compress(b"ort"), "gzip", id="two-members"),
        pytest.param(gzip.compress(b"report"), None, id="gzip-unsaid"),
        pytest.param(zlib.compress(b"report"), "deflate", id="deflate"),
        pytest.param(zlib.compress(b"report")[2:-4], "deflate", id="raw-deflate"),
        pytest.param(brotli.compress(b"report"), "br", id="br"),
        pytest.param(b"report", "gzip", id="gzip-said-but-plain"),
        pytest.param(b"report", None, id="plain"),
    ],
)
def test_unpacked(body, coding):
    assert unpack(body, coding, 100) == b"report"


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        pytest.param(gzip.compress(bytes(5000)), "gzip", id="gzip"),
        pytest.param(brotli.compress(bytes(5000)), "br", id="br"),
        pytest.param(bytes(5000), None, id="plain"),
    ],
)
def test_never_more_than_the_limit(body, coding):
    with pytest.raises(TooLargeError):
        unpack(body, coding, 1000)


def test_a_stream_cut_short_gives_what_there_was():
    with pytest.raises(CutShortError) as caught:
        unpack(gzip.compress(TEXT.encode())[:-12], "gzip", 10_000)
    assert TEXT.encode().startswith(caught.value.partial[:100])


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(TEXT.encode(), None, id="utf-8-undeclared"),
        pytest.param(b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=gb2312", id="bom-beats-header"),
        pytest.param(TEXT.encode("gb18030"), None, id="gb18030-undeclared"),
        pytest.param(TEXT.encode("gb18030"), "text/html; charset=gb2312", id="gb18030-said-to-be-gb2312"),
        pytest.param(TEXT.encode(), "text/html; charset=gb2312", id="utf-8-said-to-be-gb2312"),
        pytest.param(TEXT.encode("gb18030"), "text/html; charset=iso-8859-1", id="latin-1-by-default"),
        pytest.param(TEXT.encode("utf-16"), None, id="utf-16-with-bom"),
    ],
)
def test_text(body, content_type):
    assert to_text(body, content_type) == TEXT
