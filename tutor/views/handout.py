"""Chosen steps as one HTML file that needs nothing else: formula, code, picture, numbers and words of each.

Nothing is loaded from anywhere, and a text from a token is only ever text.
"""

from __future__ import annotations

import re
from html import escape

import numpy as np
from PySide6.QtCore import QCoreApplication

from tutor import typeset, work
from tutor.engine.picture import Panel
from tutor.engine.trace import Trace
from tutor.views import captions, figure, modelmap, numbers, present, words
from tutor.views.paint import visible
from tutor.views.theme import LIGHT, Theme

#: As much of a tensor as is printed as a table.
ROWS, COLUMNS = 32, 16
#: A map of more cells is an image here: a page should open at once, and its numbers stand below.
_CELLS = 1024

translate = QCoreApplication.translate

_STYLE = """
:root { color-scheme: light dark; --ink: #16202c; --soft: #445060; --line: #d5dae1; --paper: #ffffff; --card: #f5f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9edf2; --soft: #b8c2ce; --line: #343e4a; --paper: #191f26; --card: #1f262e; }
}
@media print { :root { --ink: #000; --soft: #333; --line: #bbb; --paper: #fff; --card: #fff; } }
body { font: 15px/1.5 Inter, "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: var(--ink);
  background: var(--paper); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .3rem; break-after: avoid; }
p, dl, ol { margin: .4rem 0; } .soft { color: var(--soft); }
code, pre { font-family: ui-monospace, Consolas, monospace; font-size: .85rem; }
pre { background: var(--card); border: 1px solid var(--line); padding: .4rem .6rem; overflow-x: auto; }
figure { margin: .6rem 0; overflow-x: auto; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; border: 1px solid var(--line); }
.formula svg { height: 2.4rem; max-width: 100%; background: #fff; padding: .2rem .4rem; }
.numbers { overflow-x: auto; }
table { border-collapse: collapse; font-size: .78rem; font-variant-numeric: tabular-nums; }
th, td { border: 1px solid var(--line); padding: .1rem .4rem; text-align: right; white-space: pre; }
th { font-weight: 400; }
th { background: var(--card); } section { break-inside: auto; }
.tokens span { border: 1px solid var(--line); padding: 0 .35rem; margin: 0 .2rem .2rem 0; display: inline-block;
  white-space: pre; }
"""


class Handout:
    """Puts a handout together, a step at a time."""

    def __init__(self, trace: Trace, row: int, language: str, theme: Theme = LIGHT) -> None:
        """`row` is the sentence that is shown, `language` the window's."""
        self._trace, self._row, self._language, self._theme = trace, row, language, theme
        self._sections: list[str] = []

    def add(self, shown: work.Shown) -> None:
        """One more step, laid out by the engine."""
        trace, path = self._trace, shown.picture.path
        step, stop = trace.program[path], trace.program.stop_of(path)
        title = words.stage(step.stage.title)
        if len(stop.steps) > 1 and path not in [one.name for one in stop.results]:
            title = f"{title} · {words.operation(step.op.title)}"
        total = len(trace.program.stops)
        number = translate("handout", "stage {number} of {total}").format(number=stop.number + 1, total=total)
        parts, sign, above = present.parts(trace, shown.picture)
        caption = captions.lines(trace, shown.picture, f"{title}, {number}")
        svg = figure.equation(parts, sign, above, caption, self._theme, _CELLS)
        why = words.why(step.stage.key, modelmap.habits(trace))
        shape = captions.shape(trace.shapes[path])
        made = [
            f'<section id="{escape(path, quote=True)}">',
            f"<h2>{_text(words.section(step.section))} · {_text(title)}</h2>",
            f'<p class="soft"><code>{_text(path)}</code> {_text(shape)} · {_text(number)}</p>',
            f"<p>{_text(why)}</p>" if why else "",
            self._formula(shown),
            f"<pre>{_text(shown.code)}</pre>",
            f"<figure>{_inline(svg)}</figure>",
            self._numbers(shown.picture.result),
            "</section>",
        ]
        self._sections.append("\n".join(one for one in made if one))

    def html(self) -> str:
        """The whole file."""
        trace = self._trace
        title = translate("handout", "A walk through {model}").format(model=trace.spec.name)
        policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        head = [
            "<!DOCTYPE html>", f'<html lang="{"zh-CN" if self._language.startswith("zh") else "en"}">', "<head>",
            '<meta charset="utf-8">', f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)}</title>", f"<style>{_STYLE}</style>", "</head>", "<body>",
            f"<h1>{_text(title)}</h1>",
        ]  # fmt: skip
        sizes = translate("handout", "%n block(s), {count} parameters", "", trace.spec.n_layers)
        head.append(f'<p class="soft">{_text(sizes.format(count=present.parameters(trace)))}</p>')
        for batch in trace.batches.values():
            head.append(f"<p>{_text(batch.texts[self._row] or present.written(batch, self._row))}</p>")
            real = [at for at, token in enumerate(batch.rows[self._row]) if not token.pad]
            chips = [
                f"<span>{_text(visible(present.token_label(batch, self._row, at)))} "
                f"<small>{batch.rows[self._row][at].id}</small></span>" for at in real
            ]  # fmt: skip
            head.append(f'<p class="tokens">{"".join(chips)}</p>')
        foot = translate("handout", "Every number is the model's own. Made with Transformer Tutor.")
        return "\n".join([*head, *self._sections, f'<p class="soft">{_text(foot)}</p>', "</body>", "</html>", ""])

    def _formula(self, shown: work.Shown) -> str:
        if not shown.formula:
            return f"<p><code>{_text(shown.words)}</code></p>"
        svg = shown.formula.replace('"black"', f'"{LIGHT.ink.name()}"')
        for role, letter in (("query", "Q"), ("key", "K"), ("value", "V")):
            svg = svg.replace(f'"{typeset.PLACEHOLDERS[role]}"', f'"{LIGHT.role(letter).name()}"')
        return f'<p class="formula" role="img" aria-label="{escape(shown.words, quote=True)}">{_inline(svg)}</p>'

    def _numbers(self, panel: Panel) -> str:
        """The result's first rows and columns as a table."""
        trace, values = self._trace, panel.values
        rows, columns = min(values.shape[0], ROWS), min(values.shape[1], COLUMNS)
        sentence = present.batch_row(trace, panel)
        across, down = (present.labels(trace, panel, axis, sentence) for axis in (panel.columns, panel.rows))
        head = "".join(f"<th>{_text(_label(across, at))}</th>" for at in range(columns))
        body = []
        for row in range(rows):
            cells = "".join(f"<td>{_number(values[row, at], panel.kind)}</td>" for at in range(columns))
            body.append(f"<tr><th>{_text(_label(down, row))}</th>{cells}</tr>")
        table = f'<div class="numbers"><table><tr><th></th>{head}</tr>{"".join(body)}</table></div>'
        if (rows, columns) == values.shape:
            return table
        left = translate("handout", "Rows 0 to {row} of {rows} and columns 0 to {column} of {columns}.").format(
            row=rows - 1, rows=numbers.count(values.shape[0]), column=columns - 1,
            columns=numbers.count(values.shape[1]),
        )  # fmt: skip
        return f'{table}<p class="soft">{_text(left)}</p>'


def _label(labels: list[str] | None, at: int) -> str:
    return f"{visible(labels[at])} {at}" if labels is not None and labels[at] else str(at)


def _number(value: np.floating, kind: str) -> str:
    return numbers.minus(str(int(value))) if kind == "ids" else numbers.fixed(float(value), 4)


def _text(text: str) -> str:
    return escape(figure.clean(text))


def _inline(svg: str) -> str:
    """An SVG as a part of a page."""
    return re.sub(r"<\?xml[^>]*\?>|<!DOCTYPE[^>]*>", "", svg).strip()
