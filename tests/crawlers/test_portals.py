import textwrap

import pytest

from crawlers.portals import RegistryError, load_registry

GOOD = """\
portals:
  - id: qingshan
    name: 青山市人民政府
    region_code: "990100"
    base_url: http://www.qingshan.example
    columns:
      - http://www.qingshan.example/fzzfjs/
      - {name: 部门, url: "http://www.qingshan.example/bm/"}
    old_columns:
      - http://www.qingshan.example/old/
"""


def registry(tmp_path, text):
    file = tmp_path / "portals.yaml"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return load_registry(file, families=frozenset({"trs"}))


def test_a_good_entry_is_read_with_its_defaults(tmp_path):
    (portal,) = registry(tmp_path, GOOD)
    assert [column.url for column in portal.columns] == [
        "http://www.qingshan.example/fzzfjs/",
        "http://www.qingshan.example/bm/",
    ]
    assert portal.columns[1].name == "部门"
    assert portal.old_columns[0].url == "http://www.qingshan.example/old/"
    assert portal.delay_s == 2.0


@pytest.mark.parametrize(
    ("entry", "line", "words"),
    [
        pytest.param(
            "- {id: a, name: 甲, base_url: 'http://a.example'}", 2, ["region_code is missing"], id="no-region"
        ),
        pytest.param(
            "- id: a\n  name: 甲\n  region_code: '990100'\n  base_url: http://a.example\n  family: trsx",
            6,
            ["'trsx'", "trs"],
            id="unknown-family",
        ),
        pytest.param(
            "- id: a\n  name: 甲\n  region_code: 990100x\n  base_url: http://a.example", 4, ["990100x"], id="bad-code"
        ),
        pytest.param(
            "- id: a\n  name: 甲\n  region_code: 990100\n  base_url: http://a.example",
            4,
            ["in quotes"],
            id="code-not-text",
        ),
        pytest.param(
            "- id: a\n  name: 甲\n  region_code: '990100'\n  base_url: ftp://a.example",
            5,
            ["ftp://a.example"],
            id="not-http",
        ),
        pytest.param(
            "- id: A B\n  name: 甲\n  region_code: '990100'\n  base_url: http://a.example", 2, ["'A B'"], id="bad-id"
        ),
        pytest.param(
            "- id: a\n  name: 甲\n  region_code: '990100'\n  base_url: http://a.example\n  colums: []",
            6,
            ["colums"],
            id="unknown-fact",
        ),
        pytest.param(
            "- id: a\n  name: 甲\n  region_code: '990100'\n  base_url: http://a.example\n  level: city",
            6,
            ["city"],
            id="unknown-level",
        ),
        pytest.param(
            "- id: a\n  name: 甲\n  region_code: '990100'\n  base_url: http://a.example\n  columns: ['http://b.example/x']",
            2,
            ["b.example", "allow_hosts"],
            id="column-elsewhere",
        ),
        pytest.param("- 甲", 2, ["mapping"], id="no-mapping"),
    ],
)
def test_each_bad_entry_is_one_sentence_with_file_and_line(tmp_path, entry, line, words):
    with pytest.raises(RegistryError) as caught:
        registry(tmp_path, "portals:\n" + textwrap.indent(entry, "  ") + "\n")
    (problem,) = caught.value.problems
    assert problem.startswith(f"{tmp_path / 'portals.yaml'}:{line}: ")
    assert all(word in problem for word in words)
    assert caught.value.exit_code == 2


def test_every_bad_entry_is_named_at_once(tmp_path):
    with pytest.raises(RegistryError) as caught:
        registry(
            tmp_path,
            GOOD
            + "  - id: b\n    name: 乙\n  - id: qingshan\n    name: 丙\n    region_code: '990200'\n    base_url: http://c.example\n",
        )
    assert len(caught.value.problems) == 2
    assert "'qingshan' stands already in line 2" in caught.value.problems[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("portals: [\n  - x", ":2: this is not YAML", id="no-yaml"),
        pytest.param("hosts: []\n", "under the key `portals`", id="no-list"),
    ],
)
def test_a_file_that_is_no_registry(tmp_path, text, words):
    with pytest.raises(RegistryError, match=words):
        registry(tmp_path, text)


def test_a_missing_file(tmp_path):
    with pytest.raises(RegistryError, match="There is no registry"):
        load_registry(tmp_path / "none.yaml", families=frozenset())


def test_an_unknown_portal_names_the_nearest(tmp_path):
    with pytest.raises(RegistryError, match="did you mean qingshan"):
        registry(tmp_path, GOOD).get("qinshan")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        pytest.param("https://www.qingshan.example/x", True, id="base-https"),
        pytest.param("http://qingshan.example/x", True, id="without-www"),
        pytest.param("http://files.example/x.pdf", True, id="allow-hosts"),
        pytest.param("http://files.example:8080/x.pdf", False, id="other-port"),
        pytest.param("http://www.qingshan.example.evil.example/", False, id="longer-name"),
        pytest.param("http://127.0.0.1/", False, id="loopback"),
        pytest.param("http://169.254.169.254/latest", False, id="link-local"),
        pytest.param("ftp://www.qingshan.example/x", False, id="other-scheme"),
        pytest.param("http://www.qingshan.example@evil.example/", False, id="user-part"),
    ],
)
def test_only_hosts_of_the_entry_may_be_asked(tmp_path, url, allowed):
    (portal,) = registry(tmp_path, GOOD + "    allow_hosts: [files.example]\n")
    assert portal.may_ask(url) is allowed


def test_links_by_the_sites_own_name_lead_to_where_it_is_reached(tmp_path):
    text = (
        "portals:\n- {id: a, name: 甲, region_code: '990100', base_url: 'http://127.0.0.1:8100', host: www.a.example}\n"
    )
    (portal,) = registry(tmp_path, text)
    assert portal.at_home("https://www.a.example/x?y=1") == "http://127.0.0.1:8100/x?y=1"
    assert portal.at_home("http://b.example/x") == "http://b.example/x"
