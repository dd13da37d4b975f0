"""Facts of texts: paragraphs, numbers and what they mean, each with the place of its text in the history."""

from __future__ import annotations

import duckdb

from warehouse.load.stored import FACTS, STORED

_ORDER = {
    "paragraphs": "para_no",
    "sections": "ordinal",
    "quantities": "ordinal",
    "observations": 'start, "end", indicator, quantity',
    "checks": 'start, "end", rule, stated',
    "citations": 'start, "end", cited_id',
    "postings": "doc",
}
"""What tells the facts of one text apart, and the order they lie in."""


def move_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark the stored facts whose text got another version number or is no longer (or again) the latest."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE moved AS
           SELECT report_id, text_digest, n.version, coalesce(n.latest, false) AS latest
           FROM places_before b FULL JOIN places n USING (report_id, text_digest)
           WHERE b.version IS DISTINCT FROM n.version OR b.latest IS DISTINCT FROM n.latest"""
    )
    connection.execute(
        "DELETE FROM moved USING incoming i WHERE moved.report_id = i.report_id AND moved.text_digest = i.text_digest"
    )
    if not (connection.execute("SELECT count(*) FROM moved").fetchone() or (0,))[0]:
        return
    for name in FACTS:
        # An update writes these two narrow columns anew, where delete and insert would write the words too.
        connection.execute(
            f"""UPDATE {STORED[name]} AS f SET version = m.version, latest = m.latest FROM moved m
                WHERE m.report_id = f.report_id AND m.text_digest = f.text_digest"""
        )


_STARTS = """(SELECT place, para_no AS number, sum(length(text) + 1) OVER (
        PARTITION BY place ORDER BY para_no ROWS UNBOUNDED PRECEDING) - length(text) - 1 AS start FROM told)"""
"""Where each paragraph begins: the paragraphs before it, and a newline after each."""
_INSERTED = {
    "paragraphs": f"""
        SELECT t.* EXCLUDE (place), start, start + length(t.text) AS "end" FROM told t
        JOIN {_STARTS} s ON s.place = t.place AND s.number = t.para_no ORDER BY t.place, para_no""",
    "postings": """
        SELECT * EXCLUDE (place, tokens), CAST(list_sum(map_values(tokens)) AS INTEGER) AS words,
               place + (SELECT coalesce(max(doc), 0) FROM search_documents) AS doc
        FROM told""",
    # Sorted by year and indicator, so that a question reads only the row groups of its year and its indicators.
    "observations": """
        SELECT * EXCLUDE (place, comparable), comparable AND row_number() OVER (
            PARTITION BY place, indicator, comparable ORDER BY confidence DESC, start, "end", quantity) = 1 AS cell
        FROM (SELECT o.*, t.report_year,
                     o.bound = 'exact' AND o.value_high IS NULL AND scope_group(o.scope, t.level) = 'whole'
                     AND period_group(o.period, t.report_year) = 'year' AS comparable
              FROM told o
              JOIN batch_report_versions t ON t.report_id = o.report_id AND t.text_digest = o.text_digest)
        ORDER BY report_year, indicator, place, start""",
    "checks": """
        SELECT c.* EXCLUDE (place), substr(t.text, c.start + 1, c."end" - c.start) AS evidence
        FROM told c JOIN batch_report_versions t ON t.report_id = c.report_id AND t.text_digest = c.text_digest
        ORDER BY place, c.start, c."end", rule, stated""",
}
"""How batch rows become stored rows, where they are not stored as they are."""


def insert_facts(connection: duckdb.DuckDBPyConnection, name: str, twice: bool) -> None:
    """Insert the facts of the incoming texts with the place that their text has in the report's history; `twice` says
    that a text, and so its facts, came more than once."""
    key = _ORDER[name]
    known = {"postings": "tokens"}.get(name, key)
    # A number in place of region, issuer and digest: rows are sorted in a fraction of the time.
    connection.execute(
        f"""CREATE OR REPLACE TEMP VIEW told AS
            SELECT {"DISTINCT ON (place, " + known + ")" if twice else ""} b.*, p.place, p.version, p.latest
            FROM batch_{name} b
            JOIN placed p ON p.report_id = b.report_id AND p.text_digest = b.text_digest"""
    )
    query = _INSERTED.get(name, f"SELECT * EXCLUDE (place) FROM told ORDER BY place, {key}")
    connection.execute(f"INSERT INTO {STORED[name]} BY NAME {query}")
    if name == "postings":
        # Sorted by word, so that a search reads only the row groups of its words.
        connection.execute(
            """INSERT INTO search_postings BY NAME
               SELECT token, doc, tf
               FROM (SELECT d.doc, unnest(map_keys(tokens)) AS token, unnest(map_values(tokens)) AS tf
                     FROM told t JOIN search_documents d
                     ON d.report_id = t.report_id AND d.text_digest = t.text_digest)
               ORDER BY token"""
        )
    connection.execute("DROP VIEW told")
