"""The release as a marimo notebook: `fazhi notebook`, or `marimo edit warehouse/notebook.py` on a copy.

Four parts, each for itself: the questions with their parameters, who published when, an indicator over the years, and
search. A figure that is clicked in a table shows the sentences it comes from."""

import marimo

app = marimo.App(width="medium", app_title="法治政府建设年度报告")


@app.cell
def _():
    import html
    import os
    import pathlib
    import tempfile

    import altair
    import marimo as mo

    from warehouse import questions
    from warehouse.export import export
    from warehouse.place import Place

    place = Place(
        pathlib.Path(os.environ.get("FAZHI_DATA", "data")) / "warehouse", os.environ.get("FAZHI_WAREHOUSE") or None
    )
    release = place.open()
    return altair, export, html, mo, pathlib, place, questions, release, tempfile


@app.cell
def _(mo, release):
    def plain(value):
        """A value as tables and charts take it: moments and days in words."""
        return value if isinstance(value, int | float | str | None) else str(value)

    def rows(sql, values=()):
        """Rows as dicts, which marimo and altair take alike."""
        result = release.execute(sql, values)
        names = [column[0] for column in result.description]
        return [dict(zip(names, map(plain, row), strict=True)) for row in result.fetchall()]

    def written(value):
        """A cell as it is read: nothing for null, no fraction where there is none."""
        if value is None:
            return ""
        return f"{value:.10g}" if isinstance(value, float) else str(value)

    meanings = {
        row["column_name"]: row["meaning"]
        for row in rows("SELECT column_name, meaning FROM dictionary WHERE kind = 'column' AND meaning IS NOT NULL")
    }
    long = ("evidence", "paragraph", "原句", "段落")

    def table(found, selection=None):
        """Rows as a table; a heading says what the column means."""
        names = list(found[0]) if found else []
        numbers = [name for name in names if any(isinstance(row[name], int | float) for row in found)]
        return mo.ui.table(
            found,
            selection=selection,
            page_size=12,
            show_data_types=False,
            show_column_summaries=False,
            show_download=False,
            format_mapping=dict.fromkeys(names, written),
            header_tooltip={name: meanings[name] for name in names if name in meanings},
            text_justify_columns=dict.fromkeys(numbers, "right"),
            wrapped_columns=[name for name in names if name in long],
            column_widths={name: 360 for name in names if name in long},
        )

    return plain, rows, table


@app.cell
def _(mo, place, rows):
    held = rows(
        """SELECT count(*) AS reports, count(DISTINCT issuer) AS issuers, min(report_year) AS first,
                  max(report_year) AS last, (SELECT count(*) FROM observations) AS observations FROM reports"""
    )[0]
    mo.stop(
        not held["reports"], mo.callout(mo.md("**还没有报告。** 先采集一次（`fazhi run`），再打开本页。"), kind="warn")
    )
    mo.md(
        f"# 法治政府建设年度报告\n\n{held['issuers']} 个机关的 **{held['reports']}** 份报告"
        f"（{held['first']}—{held['last']} 年度），{held['observations']:,} 个指标数值。数据版本：{place.version()}"
    )
    return


@app.cell
def _(rows):
    levels = {"省级": "province", "市级": "prefecture", "县级": "county", "乡级": "township", "部门": "department"}
    years = [str(row["report_year"]) for row in rows("SELECT DISTINCT report_year FROM reports ORDER BY ALL DESC")]
    regions = {
        f"{row['name']}　{row['region_code']}": row["region_code"]
        for row in rows(
            """SELECT region_code, min(region) AS name FROM (
                   SELECT region_code, region FROM reports
                   UNION ALL SELECT g.region_code, coalesce(g.full_name, g.name) FROM regions g JOIN reports r
                   ON g.level = 'province' AND left(g.region_code, 2) = left(r.region_code, 2)
               )
               WHERE region_code IS NOT NULL AND region IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, region_code"""
        )
    }
    indicators = {
        f"{row['name']}　{row['indicator']}": row["indicator"]
        for row in rows(
            """SELECT indicator, coalesce(any_value(name_zh), '') AS name FROM cells
               LEFT JOIN indicators ON code = indicator GROUP BY indicator ORDER BY count(*) DESC, indicator"""
        )
    }
    return indicators, levels, regions, years


@app.cell
def _(mo, questions):
    by_title = {f"{one.number}　{one.title}": one.number for one in questions.questions().values()}
    question = mo.ui.dropdown(by_title, value=list(by_title)[1], searchable=True, full_width=True)
    mo.vstack([mo.md("## 一　十五个问题\n\n选一个问题，填条件；点表中的一个数，看它出自哪一句。"), question])
    return (question,)


@app.cell
def _(indicators, levels, mo, question, questions, regions, years):
    asked = questions.questions()[question.value]

    def field(one):
        """A field for a parameter: a list to choose from where the release knows what there is."""
        known = {"year": years, "region": regions, "level": levels, "indicator": indicators, "x": indicators,
                 "y": indicators}.get(one.name)  # fmt: skip
        if known is None:
            return mo.ui.text(value=one.default or "", full_width=True)
        codes = known if isinstance(known, dict) else dict(zip(known, known, strict=True))
        first = next((name for name, code in codes.items() if code == one.default), None)
        if first is None and one.required:
            first = next(iter(codes), None)
        return mo.ui.dropdown(codes, value=first, searchable=True, full_width=True)

    labels = {"year": "年度", "region": "地区（含下辖）", "level": "层级", "indicator": "指标", "x": "指标甲",
              "y": "指标乙", "campaign": "专项行动年份"}  # fmt: skip
    given = mo.ui.dictionary({one.name: field(one) for one in asked.parameters})
    shown = [
        mo.vstack([mo.md(f"**{labels.get(one.name, one.name)}**　<small>{one.meaning}</small>"), given[one.name]])
        for one in asked.parameters
    ]
    mo.vstack([mo.md(f"_{asked.sentence}_"), *shown])
    return asked, given


@app.cell
def _(asked, export, given, mo, pathlib, place, plain, questions, release, table, tempfile):
    words = {name: str(value) for name, value in given.value.items() if value}

    def packed(shape):
        """The answer as a file of this shape."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch) / "answer"
            export(place, shape, folder, question=asked.number, given=words)
            return (folder / f"question-{asked.number}.{shape}").read_bytes()

    found, answered, downloads = [], None, None
    try:
        answer = questions.ask(release, asked.number, words)
        found = [dict(zip(answer.names, map(plain, row), strict=True)) for row in answer.rows]
        answered = table(found, "single-cell")
        downloads = mo.hstack(
            [
                mo.md(f"{len(found)} 行"),
                mo.download(lambda: packed("xlsx"), f"question-{asked.number}.xlsx", label="Excel 工作簿"),
                mo.download(lambda: packed("csv"), f"question-{asked.number}.csv", label="CSV"),
            ],
            justify="start",
        )
        told = answered if found else mo.callout("没有符合这些条件的行：放宽年度、地区或层级再试。", kind="neutral")
    except questions.WrongParameter as fault:
        told = mo.callout(str(fault), kind="warn")
    mo.vstack([part for part in (told, downloads) if part is not None])
    return answered, found


@app.cell
def _(answered, found, html, mo, rows, table):
    mo.stop(answered is None or not answered.value)
    cell = answered.value[0]
    row = found[int(cell.row)]
    report = row.get("report_id")
    body = {name: row.get(name) for name in ("issuer", "region_code", "report_year")}
    mo.stop(
        not report and not (body["report_year"] and (body["issuer"] or body["region_code"])),
        mo.md("这一行是几份报告合计的，没有单独的原句；问题 15 给出某地某项指标的全部原句。"),
    )
    behind = rows(
        """SELECT coalesce(i.name_zh, f.indicator) AS 指标, f.value AS 数值, f.unit AS 单位, f.scope AS 口径,
                  f.period AS 期间, f.evidence AS 原句, f.issuer AS 机关, f.report_year AS 年度, f.url AS 网址,
                  substr(p.text, greatest(1, f.start - p.start - 99), least(100, f.start - p.start)) AS before,
                  substr(p.text, f."end" - p.start + 1, 100) AS after
           FROM figures f
           LEFT JOIN indicators i ON i.code = regexp_replace(f.indicator, '\\.(yoy|share)$', '')
           LEFT JOIN paragraphs p ON p.report_id = f.report_id AND f.start >= p.start AND f.start < p."end"
           WHERE CASE WHEN $report IS NOT NULL THEN f.report_id = $report
                      ELSE f.report_year = $year AND ($issuer IS NULL OR f.issuer = $issuer)
                       AND ($region IS NULL OR f.region_code = $region) END
           ORDER BY f.start""",
        {"report": report, "year": body["report_year"], "issuer": body["issuer"], "region": body["region_code"]},
    )
    exact = [one for one in behind if isinstance(cell.value, int | float) and one["数值"] == cell.value]

    def quoted(one):
        """A figure with the words around it; what a page says is text, never markup."""
        said = {name: html.escape(str(one[name] or "")) for name in one}
        return mo.Html(
            f"<p><b>{said['指标']}</b>　{said['机关']}，{said['年度']} 年度　"
            f"<a href='{said['网址']}' target='_blank' rel='noreferrer'>原文</a></p>"
            f"<blockquote style='border-left: 3px solid #d69e2e; padding-left: 1em; margin: 0.5em 0 1.5em'>"
            f"…{said['before']}<mark>{said['原句']}</mark>{said['after']}…</blockquote>"
        )

    told_in = [{name: one[name] for name in one if name not in ("before", "after")} for one in behind]
    mo.vstack(
        [mo.md(f"**{cell.column}** 的这个数出自："), *map(quoted, exact[:10])]
        if exact
        else [mo.md("这一格不是原文照录的数；它所在的报告写了这些数值："), table(told_in)]
    )
    return


@app.cell
def _(mo):
    governments = {"省市县政府": "government", "部门和乡镇": "other", "全部": ""}
    kind = mo.ui.radio(governments, value="省市县政府", inline=True)
    mo.vstack([mo.md("## 二　谁按时公开了\n\n应当公开的机关按状态计数：每年 4 月 1 日前公开上一年度的报告。"), kind])
    return (kind,)


@app.cell
def _(altair, kind, mo, rows):
    named = {"published": "按时公开", "late": "逾期公开", "missing": "未见公开", "blocked": "无法访问",
             "not_due": "未到期"}  # fmt: skip
    states = [
        one | {"state": named[one["state"]], "order": list(named).index(one["state"])}
        for one in rows(
            """SELECT report_year, state, count(*) AS bodies FROM coverage WHERE state <> 'unknown'
               AND CASE $kind WHEN 'government' THEN level IN ('province', 'prefecture', 'county')
                              WHEN 'other' THEN level IN ('department', 'township') ELSE true END
               GROUP BY ALL ORDER BY ALL""",
            {"kind": kind.value},
        )
    ]
    colours = altair.Scale(domain=list(named.values()), range=["#2f855a", "#d69e2e", "#c53030", "#718096", "#cbd5e0"])
    bars = (
        altair.Chart(altair.Data(values=states), width="container", height=280)
        .mark_bar()
        .encode(
            x=altair.X("report_year:O", title="报告年度", axis=altair.Axis(labelAngle=0)),
            y=altair.Y("bodies:Q", title="机关数", axis=altair.Axis(tickMinStep=1)),
            color=altair.Color("state:N", title="状态", scale=colours),
            order=altair.Order("order:Q"),
            tooltip=[
                altair.Tooltip("report_year:O", title="年度"),
                altair.Tooltip("state:N", title="状态"),
                altair.Tooltip("bodies:Q", title="机关数"),
            ],
        )
    )
    mo.vstack([bars if states else mo.callout("没有到期的报告。", kind="neutral")])
    return


@app.cell
def _(indicators, mo):
    indicator = mo.ui.dropdown(indicators, value=next(iter(indicators), None), searchable=True, full_width=True)
    mo.vstack([mo.md("## 三　一项指标，逐年看\n\n只取可比的数：确数、全辖区、报告本年度。"), indicator])
    return (indicator,)


@app.cell
def _(indicator, mo, rows):
    cells = rows(
        """SELECT report_year, issuer, region, level, value, unit, evidence, url FROM cells WHERE indicator = ?
           ORDER BY issuer, report_year""",
        [indicator.value],
    )
    known = list(dict.fromkeys(one["issuer"] for one in cells))
    chosen = mo.ui.multiselect(known, value=known[:8], label="机关（至多 12 个）", max_selections=12, full_width=True)
    mo.vstack([chosen])
    return cells, chosen


@app.cell
def _(altair, cells, chosen, indicator, mo, table):
    drawn = [one for one in cells if one["issuer"] in chosen.value]
    unit = next((one["unit"] for one in drawn if one["unit"]), "数值")
    lines = (
        altair.Chart(altair.Data(values=drawn), width="container", height=320, title=str(indicator.selected_key or ""))
        .mark_line(point=altair.OverlayMarkDef(size=70))
        .encode(
            x=altair.X("report_year:O", title="报告年度", axis=altair.Axis(labelAngle=0)),
            y=altair.Y("value:Q", title=unit),
            color=altair.Color("issuer:N", title="机关", legend=altair.Legend(labelLimit=260)),
            tooltip=[
                altair.Tooltip("issuer:N", title="机关"),
                altair.Tooltip("report_year:O", title="年度"),
                altair.Tooltip("value:Q", title=unit),
                altair.Tooltip("evidence:N", title="原句"),
            ],
        )
    )
    mo.vstack([lines, table(drawn)] if drawn else [mo.callout("没有可比的数值：换一项指标或机关。", kind="neutral")])
    return


@app.cell
def _(mo):
    wanted = mo.ui.text(placeholder="行政复议 调解", full_width=True)
    way = mo.ui.radio({"按词，排序": "ranked", "照原样找": "exact"}, value="按词，排序", inline=True)
    mo.vstack([mo.md("## 四　查原文"), mo.hstack([wanted, way], widths=[3, 1])])
    return wanted, way


@app.cell
def _(mo, rows, table, wanted, way):
    mo.stop(not wanted.value.strip())
    hits = rows(
        """SELECT report_year, issuer, title, round(score, 2) AS score, url FROM search_reports(?) LIMIT 100"""
        if way.value == "ranked"
        else """SELECT r.report_year, r.issuer, p.marked AS 段落, r.url
                FROM search_paragraphs(?) p JOIN reports r ON r.report_id = p.report_id LIMIT 100""",
        [wanted.value.strip()],
    )
    mo.vstack([table(hits) if hits else mo.callout(f"没有报告写到“{wanted.value}”。", kind="neutral")])
    return


if __name__ == "__main__":
    app.run()
