"""The release as a marimo notebook: `fazhi notebook`, or `marimo edit warehouse/notebook.py` on a copy."""

import marimo

app = marimo.App(width="medium", app_title="法治政府建设年度报告")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair
    import marimo as mo

    from warehouse import questions
    from warehouse.place import Place

    root = Path(os.environ.get("FAZHI_DATA", "data")) / "warehouse"
    release = Place(root, os.environ.get("FAZHI_WAREHOUSE") or None).open()

    def table(sql, *values):
        """Rows as dicts, which marimo and altair take alike."""
        result = release.execute(sql, list(values))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    return altair, mo, questions, release, table


@app.cell
def _(mo, table):
    counts = table(
        "SELECT count(*) AS reports, count(DISTINCT issuer) AS issuers, max(report_year) AS latest FROM reports"
    )
    mo.md(
        f"# 法治政府建设年度报告\n\n{counts[0]['reports']} reports of {counts[0]['issuers']} issuers, "
        f"the latest for {counts[0]['latest']}. Every figure leads back to its sentence: question 15."
    )
    return


@app.cell
def _(mo, questions):
    question = mo.ui.dropdown({f"{one.number} {one.title}": one.number for one in questions.questions().values()},
                              value=f"2 {questions.questions()[2].title}", label="问题")  # fmt: skip
    mo.vstack([question])
    return (question,)


@app.cell
def _(mo, question, questions):
    asked = questions.questions()[question.value]
    given = mo.ui.dictionary(
        {one.name: mo.ui.text(label=one.meaning, value=one.default or "") for one in asked.parameters}
    )
    mo.vstack([mo.md(asked.sentence), given])
    return asked, given


@app.cell
def _(asked, given, mo, questions, release):
    words = {name: value for name, value in given.value.items() if value}
    try:
        answer = questions.ask(release, asked.number, words)
        told = mo.ui.table([dict(zip(answer.names, row, strict=True)) for row in answer.rows], page_size=20)
    except questions.WrongParameter as fault:
        told = mo.callout(str(fault), kind="warn")
    mo.vstack([told])
    return


@app.cell
def _(altair, mo, table):
    states = table("SELECT report_year, state, count(*) AS bodies FROM coverage WHERE state <> 'unknown' GROUP BY ALL")
    mo.ui.altair_chart(
        altair.Chart(altair.Data(values=states), title="谁按时公开了")
        .mark_bar()
        .encode(x="report_year:O", y="bodies:Q", color="state:N", tooltip=["report_year:O", "state:N", "bodies:Q"])
    )
    return


@app.cell
def _(mo, table):
    codes = table(
        "SELECT DISTINCT indicator, coalesce(name_zh, indicator) AS name FROM cells "
        "LEFT JOIN indicators ON code = indicator ORDER BY name"
    )
    indicator = mo.ui.dropdown({row["name"]: row["indicator"] for row in codes},
                               value=codes[0]["name"] if codes else None, label="指标")  # fmt: skip
    mo.vstack([indicator])
    return (indicator,)


@app.cell
def _(altair, indicator, mo, table):
    values = table(
        "SELECT region, issuer, report_year, value, unit, evidence FROM cells WHERE indicator = ? ORDER BY ALL",
        indicator.value,
    )
    mo.ui.altair_chart(
        altair.Chart(altair.Data(values=values), title=str(indicator.selected_key))
        .mark_line(point=True)
        .encode(
            x="report_year:O", y="value:Q", color="issuer:N", tooltip=["issuer:N", "value:Q", "unit:N", "evidence:N"]
        )
    )
    return


if __name__ == "__main__":
    app.run()
