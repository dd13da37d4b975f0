import pytest

from crawlers.robots import read_robots

AGENT = "Fazhi/1.0 (+mailto:a@b.example)"
RULES = b"User-agent: *\nDisallow: /search/\nCrawl-delay: 7\n"


@pytest.mark.parametrize(
    ("status", "body", "search_allowed", "page_allowed"),
    [
        pytest.param(200, RULES, False, True, id="rules"),
        pytest.param(200, b"User-agent: *\nDisallow: /", False, False, id="all-forbidden"),
        pytest.param(200, b"User-agent: fazhi\nDisallow: /\n\nUser-agent: *\nAllow: /", False, False, id="by-our-name"),
        pytest.param(200, b"", True, True, id="empty"),
        pytest.param(200, b"<html><body>Disallow: /</body></html>", True, True, id="a-web-page"),
        pytest.param(404, RULES, True, True, id="404"),
        pytest.param(403, RULES, True, True, id="403"),
        pytest.param(412, RULES, True, True, id="412"),
        pytest.param(500, RULES, False, False, id="500"),
        pytest.param(None, b"", False, False, id="no-answer"),
    ],
)
def test_what_an_answer_allows(status, body, search_allowed, page_allowed):
    robots = read_robots(AGENT, status, body)
    assert robots.allows("http://a.example/search/x") is search_allowed
    assert robots.allows("http://a.example/fz/") is page_allowed


def test_the_delay_that_a_host_asks_for():
    assert read_robots(AGENT, 200, RULES).delay_s == 7.0
    assert read_robots(AGENT, 200, b"User-agent: *\nCrawl-delay: 86400").delay_s == 60.0
    assert read_robots(AGENT, 404).delay_s == 0.0


def test_rules_that_cannot_be_read_say_why():
    assert "503" in (read_robots(AGENT, 503).unreachable or "")
